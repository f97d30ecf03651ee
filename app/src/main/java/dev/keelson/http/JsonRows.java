package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows from lines of JSON, each an object of column and value, as many at a time as have arrived. Empty lines count as lines
 * and not as rows. Not safe for use by several threads.
 */
public final class JsonRows implements Closeable {
    /** Longer lines are refused. */
    public static final int MAX_LINE_BYTES = 1 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean tooLong;
    private boolean ended;
    private long number;
    private long lines;

    /** @param in UTF-8; closed with this */
    public JsonRows(InputStream in) {
        this.in = in;
    }

    /**
     * The next rows: waits for one, and takes with it those that are there already.
     *
     * @param most how many
     * @return none after the last
     */
    public List<InputRow> next(int most) throws IOException {
        List<InputRow> rows = new ArrayList<>();
        while (rows.size() < most && !ended) {
            if (at == end) {
                if (!rows.isEmpty()) {
                    return rows;
                }
                end = in.read(buffer);
                at = 0;
                if (end < 0) {
                    end = 0;
                    ended = true;
                    endOfLine(rows);
                    return rows;
                }
            }
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            keep(from, at);
            if (at < end) {
                at++;
                endOfLine(rows);
            }
        }
        return rows;
    }

    private void keep(int from, int to) {
        if (line.size() + (to - from) > MAX_LINE_BYTES) {
            tooLong = true;
            line.reset();
        }
        if (!tooLong) {
            line.write(buffer, from, to - from);
        }
    }

    private void endOfLine(List<InputRow> rows) {
        byte[] bytes = line.toByteArray();
        line.reset();
        boolean refused = tooLong;
        tooLong = false;
        if (bytes.length > 0 || refused || !ended) {
            lines++;
        }
        if (refused) {
            rows.add(wrong("The line is longer than %d bytes.".formatted(MAX_LINE_BYTES), null));
        } else if (!isBlank(bytes)) {
            rows.add(row(bytes));
        }
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private InputRow wrong(String message, @Nullable String column) {
        return new InputRow(
                ++number,
                lines,
                Map.of(),
                column == null
                        ? Problem.of(ErrorCode.BAD_REQUEST, message, null)
                        : Problem.at(ErrorCode.BAD_REQUEST, new Location(column, 0, 0), message, null));
    }

    private InputRow row(byte[] bytes) {
        JsonNode node;
        try {
            node = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            return wrong(
                    "The line is not JSON at column %d."
                            .formatted(e.getLocation() == null ? 1 : e.getLocation().getColumnNr()),
                    null);
        } catch (IOException e) {
            throw new IllegalStateException("Memory cannot fail to be read.", e);
        }
        if (!node.isObject()) {
            return wrong("The line is no object of column and value, as expected.", null);
        }
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            JsonNode value = each.getValue();
            if (value.isContainerNode()) {
                return wrong(
                        "The value is %s; expected a number, a text, true, false or null."
                                .formatted(value.isArray() ? "a list" : "an object"),
                        each.getKey());
            }
            cells.put(each.getKey(), scalar(value));
        }
        return new InputRow(++number, lines, cells, null);
    }

    private static @Nullable Object scalar(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isIntegralNumber() && value.canConvertToLong()
                ? (Object) value.longValue()
                : (Object) value.doubleValue();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
