package dev.keelson.store.supabase;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.sync.SyncTable;
import dev.keelson.sync.SyncType;
import dev.keelson.sync.spi.SyncTargets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes to tables through Supabase's REST interface (PostgREST): each batch is one POST that inserts or, by the key,
 * replaces, all or none. Failures that may pass are tried again with growing pauses. Safe for use by several threads.
 */
public final class SupabaseSync implements SyncTargets {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern COLUMN =
            Pattern.compile("(?:column [\"']?(?:\\w+\\.)?|the ['\"])([^\"'. ]+)['\"]?(?: of relation| of '| column| does)");
    private static final Pattern VALUE = Pattern.compile(": \"(.*)\"$");

    private final RestClient client;

    /** Waits as long as it must. */
    public SupabaseSync() {
        this(Thread::sleep);
    }

    SupabaseSync(RestClient.Pause pause) {
        this.client = new RestClient(pause);
    }

    @Override
    public boolean writes(SourceOrigin target) {
        return target instanceof SourceOrigin.Supabase;
    }

    @Override
    public String identity(SourceOrigin target) {
        SourceOrigin.Supabase supabase = supabase(target);
        return SupabaseName.endpoint(supabase);
    }

    @Override
    public Open open(SyncTable table) {
        SourceOrigin.Supabase target = supabase(table.target());
        String select = SupabaseName.endpoint(target) + "?limit=0&select="
                + table.names().stream().map(SupabaseSync::encodedName).collect(Collectors.joining(","));
        RestClient.Answer answer = send(table, target, select, null);
        if (answer.status() != 200 && answer.status() != 206) {
            throw refused(table, target, answer, List.of());
        }
        return new Open() {
            @Override
            public void put(List<@Nullable String[]> rows) {
                String key = table.key().stream().map(SupabaseSync::encodedName).collect(Collectors.joining(","));
                RestClient.Answer answer =
                        send(table, target, SupabaseName.endpoint(target) + "?on_conflict=" + key, body(table, rows));
                if (answer.status() < 200 || answer.status() > 299) {
                    throw refused(table, target, answer, rows);
                }
            }

            @Override
            public void close() {
                // nothing is held open
            }
        };
    }

    private static SourceOrigin.Supabase supabase(SourceOrigin target) {
        if (target instanceof SourceOrigin.Supabase supabase) {
            return supabase;
        }
        throw new IllegalArgumentException("(%s) is no table of Supabase.".formatted(target));
    }

    /** A name as the lists of the interface take it: quoted where it holds what has a meaning there. */
    private static String encodedName(String name) {
        String quoted = name.matches("[A-Za-z0-9_]+") ? name : '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        return SupabaseName.encoded(quoted);
    }

    private RestClient.Answer send(SyncTable table, SourceOrigin.Supabase target, String uri, byte @Nullable [] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        String schema = SupabaseName.schema(target.table().text());
        if (schema != null) {
            headers.put(body == null ? "Accept-Profile" : "Content-Profile", schema);
        }
        if (body != null) {
            headers.put("Prefer", "resolution=merge-duplicates,return=minimal");
        }
        URI address = SupabaseName.uri(target, uri);
        try {
            return client.send(address, target.key().text(), headers, body);
        } catch (IOException e) {
            throw unreachable(
                    table,
                    target,
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(),
                    "Maybe the service cannot be reached from here, or the address is another one.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(table, target, "the writing was interrupted", null);
        }
    }

    private static byte[] body(SyncTable table, List<@Nullable String[]> rows) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(rows.size() * 64);
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartArray();
            for (@Nullable String[] row : rows) {
                json.writeStartObject();
                for (int i = 0; i < row.length; i++) {
                    json.writeFieldName(table.columns().get(i).name());
                    write(json, table.columns().get(i).type(), row[i]);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new IllegalStateException("Rows must be writable as JSON.", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, SyncType type, @Nullable String cell) throws IOException {
        if (cell == null) {
            json.writeNull();
            return;
        }
        switch (type) {
            case LONG -> json.writeNumber(cell);
            case DOUBLE -> {
                if (Double.isFinite(Double.parseDouble(cell))) {
                    json.writeNumber(cell);
                } else {
                    json.writeString(cell); // JSON has no such number; PostgreSQL reads it from the text
                }
            }
            case BOOLEAN -> json.writeBoolean(Boolean.parseBoolean(cell));
            case JSON -> json.writeRawValue(cell);
            case TEXT, DATE, TIMESTAMP, UUID -> json.writeString(cell);
        }
    }

    // ---- what is wrong

    private static KeelsonException refused(
            SyncTable table, SourceOrigin.Supabase target, RestClient.Answer answer, List<@Nullable String[]> rows) {
        JsonNode error = JsonNodeFactory.instance.objectNode();
        try {
            JsonNode document = JSON.readTree(answer.body());
            error = document == null ? error : document;
        } catch (IOException e) {
            error = JsonNodeFactory.instance.objectNode(); // a proxy's page; its status says enough
        }
        String code = error.path("code").asText("");
        String key = target.key().text();
        String text = error.path("message").asText("");
        String said = (key.isEmpty() ? text : text.replace(key, "***")).lines().findFirst().orElse("");
        String shown = said.isEmpty() ? "it answered %d".formatted(answer.status()) : said.replaceAll("\\.$", "");
        int status = answer.status();
        if (status == 429 || status >= 500) {
            return unreachable(table, target, shown, "Maybe the service is down; it was tried several times.");
        }
        String column = column(table, said, rows);
        String at = column == null
                ? "the table (%s)".formatted(table.name())
                : "the column (%s) of the table (%s)".formatted(column, table.name());
        String hint =
                switch (code) {
                    case "42P01", "PGRST205" -> "Maybe make it: " + table.createStatement();
                    case "42703", "PGRST204" ->
                        column == null
                                ? "Maybe the table should be like this one: " + table.createStatement()
                                : "Maybe add it: "
                                        + table.addStatement(table.columns().stream()
                                                .filter(each -> each.name().equals(column))
                                                .toList());
                    case "42P10" -> "Maybe make its key unique: " + table.uniqueStatement();
                    default ->
                        status == 401 || status == 403
                                ? "Maybe the variable that holds the key has another key, or the key may not write to the table."
                                : status == 404
                                        ? "Maybe make it: " + table.createStatement()
                                        : "Maybe the table should be like this one: " + table.createStatement();
                };
        return problem(
                ErrorCode.TARGET_REFUSED, target, "%s refused what was to be written: %s.".formatted(at, shown), hint);
    }

    /** The column that a message is about: one it names, or one with the value that it quotes. */
    private static @Nullable String column(SyncTable table, String message, List<@Nullable String[]> rows) {
        Matcher named = COLUMN.matcher(message);
        while (named.find()) {
            if (table.names().contains(named.group(1))) {
                return named.group(1);
            }
        }
        Matcher quoted = VALUE.matcher(message);
        if (quoted.find()) {
            for (@Nullable String[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    if (quoted.group(1).equals(row[i])) {
                        return table.names().get(i);
                    }
                }
            }
        }
        return null;
    }

    private static KeelsonException unreachable(
            SyncTable table, SourceOrigin.Supabase target, String what, @Nullable String hint) {
        return problem(
                ErrorCode.TARGET_UNREACHABLE,
                target,
                "the table (%s) cannot be written to: %s.".formatted(table.name(), what),
                hint);
    }

    private static KeelsonException problem(
            ErrorCode code, SourceOrigin.Supabase target, String message, @Nullable String hint) {
        return new KeelsonException(Problem.at(code, target.name().location(), "Supabase: " + message, hint));
    }
}
