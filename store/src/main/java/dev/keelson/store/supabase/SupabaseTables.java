package dev.keelson.store.supabase;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.spi.SourceTables;
import dev.keelson.data.spi.TableQuery;
import dev.keelson.data.spi.TableSink;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads tables and views through Supabase's REST interface (PostgREST): page after page in order of the key. When rows
 * vanish between two pages, so that a page may have skipped some, the reading starts again. Safe for use by several
 * threads.
 *
 * <p>Types are those of the JSON values: only texts are STRING, only truth values BOOLEAN, numbers by their digits;
 * dates and times are texts there and are declared in the project file.
 */
public final class SupabaseTables implements SourceTables {
    private static final int READINGS = 3;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final RestClient client;
    private final int page;

    /** Reads 1,000 rows a page, Supabase's own limit, and waits as long as it must. */
    public SupabaseTables() {
        this(Thread::sleep, 1_000);
    }

    SupabaseTables(RestClient.Pause pause, int page) {
        this.client = new RestClient(pause);
        this.page = page;
    }

    @Override
    public boolean reads(SourceOrigin origin) {
        return origin instanceof SourceOrigin.Supabase;
    }

    @Override
    public void read(SourceOrigin origin, TableQuery query, TableSink sink) {
        if (!(origin instanceof SourceOrigin.Supabase supabase)) {
            throw new IllegalArgumentException("(%s) is no table of Supabase.".formatted(origin));
        }
        try {
            List<JsonNode> rows = null;
            for (int reading = 0; rows == null && reading < READINGS; reading++) {
                rows = rows(supabase, query);
            }
            if (rows == null) {
                throw unreadable(
                        supabase,
                        "rows were deleted while it was read, %d times".formatted(READINGS),
                        "Maybe try again when nobody deletes rows.");
            }
            give(rows, query, sink);
        } catch (IOException e) {
            throw unreadable(
                    supabase,
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(),
                    "Maybe the service cannot be reached from here, or the address is another one.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreadable(supabase, "the reading was interrupted", null);
        }
    }

    /** All rows, or null when some vanished meanwhile. */
    private @Nullable List<JsonNode> rows(SourceOrigin.Supabase origin, TableQuery query)
            throws IOException, InterruptedException {
        List<JsonNode> rows = new ArrayList<>();
        long total = -1;
        while (true) {
            RestClient.Answer answer = client.send(
                    address(origin, query, rows.size()), origin.key().text(), headers(origin), null);
            if (answer.status() == 416 || (answer.status() == 206 && answer.body().length == 0)) {
                return total < 0 || rows.size() >= total ? rows : null; // past the end
            }
            if (answer.status() != 200 && answer.status() != 206) {
                throw refused(origin, answer);
            }
            JsonNode list = parse(origin, answer.body());
            list.forEach(rows::add);
            long now = total(answer.contentRange());
            if (now >= 0 && now < total) {
                return null;
            }
            total = Math.max(total, now);
            boolean end = total >= 0 ? rows.size() >= total : list.size() < page;
            if (end || list.isEmpty()) {
                return total >= 0 && rows.size() < total ? null : rows;
            }
        }
    }

    private URI address(SourceOrigin.Supabase origin, TableQuery query, int offset) {
        String base = origin.address().text().replaceAll("/+$", "");
        StringBuilder uri = new StringBuilder(base.endsWith("/rest/v1") ? base : base + "/rest/v1")
                .append('/')
                .append(encoded(SupabaseName.table(origin.table().text())))
                .append("?select=*&order=")
                .append(query.key().stream()
                        .map(column -> encoded(column) + ".asc")
                        .collect(Collectors.joining(",")))
                .append("&limit=")
                .append(page)
                .append("&offset=")
                .append(offset);
        if (query.since() != null) {
            String from = query.date()
                    ? query.since().atZone(query.zone()).toLocalDate().toString()
                    // A column without a zone is compared by its clock: a day covers every zone.
                    : query.since().minus(Duration.ofDays(1)).toString();
            uri.append('&').append(encoded(query.cursor())).append("=gte.").append(encoded(from));
        }
        try {
            return URI.create(uri.toString());
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.BAD_VALUE,
                    origin.address().location(),
                    "The address (%s) of the service is none.".formatted(base),
                    "Maybe write it as https://PROJECT.supabase.co."));
        }
    }

    private static Map<String, String> headers(SourceOrigin.Supabase origin) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Prefer", "count=exact");
        String schema = SupabaseName.schema(origin.table().text());
        if (schema != null) {
            headers.put("Accept-Profile", schema);
        }
        return headers;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The number behind the slash of {@code 0-999/12345}, or -1. */
    private static long total(String contentRange) {
        String number = contentRange.substring(contentRange.indexOf('/') + 1);
        return number.matches("[0-9]{1,18}") ? Long.parseLong(number) : -1;
    }

    private static JsonNode parse(SourceOrigin.Supabase origin, byte[] body) {
        try {
            JsonNode list = JSON.readTree(body);
            if (list != null && list.isArray()) {
                return list;
            }
        } catch (IOException e) {
            throw unreadable(origin, "the answer is not JSON", "Maybe the address is that of another service.");
        }
        throw unreadable(origin, "the answer is not a list of rows", "Maybe the address is that of another service.");
    }

    private static KeelsonException refused(SourceOrigin.Supabase origin, RestClient.Answer answer) {
        String said = "";
        try {
            JsonNode message = JSON.readTree(answer.body());
            said = message == null ? "" : message.path("message").asText("");
        } catch (IOException e) {
            said = ""; // a proxy's page; its status says enough
        }
        String key = origin.key().text();
        String shown = (key.isEmpty() ? said : said.replace(key, "***")).lines().findFirst().orElse("");
        String what = "the service answered %d%s".formatted(answer.status(), shown.isEmpty() ? "" : " (" + shown + ")");
        if (answer.status() == 404) {
            return new KeelsonException(Problem.at(
                    ErrorCode.SOURCE_NOT_FOUND,
                    origin.name().location(),
                    "(%s) is not there: %s.".formatted(origin.name(), what),
                    "Maybe the table has another name, or its schema is not exposed."));
        }
        String hint =
                switch (answer.status()) {
                    case 401, 403 -> "Maybe the variable that holds the key has another key, or the key may not read the table.";
                    case 429 -> "Maybe load less often; it was tried several times.";
                    case 400 -> "Maybe a column of the key or the cursor has another name there.";
                    default -> "Maybe the service is down; it was tried several times.";
                };
        return unreadable(origin, what, hint);
    }

    private static KeelsonException unreadable(SourceOrigin.Supabase origin, String what, @Nullable String hint) {
        return new KeelsonException(Problem.at(
                ErrorCode.SOURCE_UNREADABLE,
                origin.name().location(),
                "(%s) cannot be read: %s.".formatted(origin.name(), what),
                hint));
    }

    private static void give(List<JsonNode> rows, TableQuery query, TableSink sink) throws JsonProcessingException {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> row.fieldNames().forEachRemaining(names::add));
        if (rows.isEmpty()) {
            names.addAll(query.key());
            names.add(query.cursor());
        }
        List<String> columns = List.copyOf(names);
        List<@Nullable ColumnType> types = new ArrayList<>();
        for (String column : columns) {
            types.add(type(rows, column));
        }
        sink.columns(columns, types);
        for (JsonNode row : rows) {
            @Nullable String[] cells = new @Nullable String[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                JsonNode value = row.get(columns.get(i));
                cells[i] = value == null || value.isNull()
                        ? null
                        : value.isContainerNode() ? JSON.writeValueAsString(value) : value.asText();
            }
            sink.row(cells);
        }
    }

    private static @Nullable ColumnType type(List<JsonNode> rows, String column) {
        boolean texts = false;
        boolean numbers = false;
        boolean booleans = false;
        for (JsonNode row : rows) {
            JsonNode value = row.get(column);
            if (value != null && !value.isNull()) {
                texts |= value.isTextual() || value.isContainerNode();
                numbers |= value.isNumber();
                booleans |= value.isBoolean();
            }
        }
        return texts || (numbers && booleans) ? ColumnType.STRING : booleans ? ColumnType.BOOLEAN : null;
    }
}
