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
            boolean whole = false;
            for (int reading = 0; !whole && reading < READINGS; reading++) {
                whole = read(supabase, query, new Rows(query, sink));
            }
            if (!whole) {
                throw unreadable(
                        supabase,
                        "rows were deleted or columns added while it was read, %d times".formatted(READINGS),
                        "Maybe try again when nobody deletes rows.");
            }
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

    /** Gives page after page; false when rows vanished or columns were added meanwhile. */
    private boolean read(SourceOrigin.Supabase origin, TableQuery query, Rows rows)
            throws IOException, InterruptedException {
        long total = -1;
        while (true) {
            RestClient.Answer answer = client.send(
                    address(origin, query, rows.count), origin.key().text(), headers(origin), null);
            if (answer.status() == 416 || (answer.status() == 206 && answer.body().length == 0)) {
                return rows.whole(total); // past the end
            }
            if (answer.status() != 200 && answer.status() != 206) {
                throw refused(origin, answer);
            }
            JsonNode list = parse(origin, answer.body());
            rows.take(list);
            long now = total(answer.contentRange());
            if (now >= 0 && now < total) {
                return false;
            }
            total = Math.max(total, now);
            boolean end = total >= 0 ? rows.count >= total : list.size() < page;
            if (end || list.isEmpty()) {
                return rows.whole(total);
            }
        }
    }

    private URI address(SourceOrigin.Supabase origin, TableQuery query, long offset) {
        StringBuilder uri = new StringBuilder(SupabaseName.endpoint(origin))
                .append("?select=*&order=")
                .append(query.key().stream()
                        .map(column -> SupabaseName.encoded(column) + ".asc")
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
            uri.append('&')
                    .append(SupabaseName.encoded(query.cursor()))
                    .append("=gte.")
                    .append(SupabaseName.encoded(from));
        }
        return SupabaseName.uri(origin, uri.toString());
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

    /** The rows of one reading on their way to the sink; the types that their values have show on the way. */
    private static final class Rows {
        private final TableQuery query;
        private final TableSink sink;
        private List<String> columns = List.of();
        private boolean[] texts = {};
        private boolean[] numbers = {};
        private boolean[] booleans = {};
        private boolean strange;
        private long count;

        Rows(TableQuery query, TableSink sink) {
            this.query = query;
            this.sink = sink;
        }

        void take(JsonNode list) throws JsonProcessingException {
            for (JsonNode row : list) {
                if (count == 0) {
                    List<String> names = new ArrayList<>();
                    row.fieldNames().forEachRemaining(names::add);
                    begin(names);
                }
                count++;
                sink.row(cells(row));
            }
        }

        private void begin(List<String> names) {
            columns = List.copyOf(names);
            texts = new boolean[names.size()];
            numbers = new boolean[names.size()];
            booleans = new boolean[names.size()];
            sink.names(columns);
        }

        private @Nullable String[] cells(JsonNode row) throws JsonProcessingException {
            @Nullable String[] cells = new @Nullable String[columns.size()];
            int known = 0;
            for (int i = 0; i < cells.length; i++) {
                JsonNode value = row.get(columns.get(i));
                known += value == null ? 0 : 1;
                if (value != null && !value.isNull()) {
                    texts[i] |= value.isTextual() || value.isContainerNode();
                    numbers[i] |= value.isNumber();
                    booleans[i] |= value.isBoolean();
                    cells[i] = value.isContainerNode() ? JSON.writeValueAsString(value) : value.asText();
                }
            }
            strange |= known < row.size();
            return cells;
        }

        /** Whether all of {@code total} rows (-1: not known) were given; tells their types then. */
        boolean whole(long total) {
            if (strange || count < total) {
                return false;
            }
            if (count == 0) { // a table without rows has no names: those that are asked for stand in for them
                Set<String> names = new LinkedHashSet<>(query.key());
                names.add(query.cursor());
                begin(List.copyOf(names));
            }
            List<@Nullable ColumnType> types = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                boolean text = texts[i] || (numbers[i] && booleans[i]);
                types.add(text ? ColumnType.STRING : booleans[i] ? ColumnType.BOOLEAN : null);
            }
            sink.types(types);
            return true;
        }
    }
}
