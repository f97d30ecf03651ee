package dev.keelson.store.duckdb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.spi.SqlEngine;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * SQL views in an engine of their own for each call: one thread, the files of the sources and no others, no extensions, and a
 * configuration that the query cannot change. The syntax tree is checked before it runs. Safe for use by several threads.
 */
public final class DuckDbSqlEngine implements SqlEngine {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RESULT = "sql_view_result";
    private static final Pattern LINE = Pattern.compile("(?m)^LINE (\\d+):");

    /** Functions and words whose value depends on more than the rows. */
    private static final Set<String> UNSTEADY = Set.of(
            "random", "setseed", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "now", "today", "get_current_time",
            "get_current_timestamp", "transaction_timestamp", "current_timestamp", "current_date", "current_time",
            "current_localtime", "current_localtimestamp", "localtime", "localtimestamp", "nextval", "currval", "version",
            "getvariable", "current_setting", "current_user", "current_database", "current_query", "txid_current", "pg_backend_pid");

    /** Table functions that read nothing. */
    private static final Set<String> STEADY_TABLES = Set.of("unnest", "range", "generate_series");

    private final DuckDbSettings settings;
    private final ParquetDatasetStore datasets;

    /**
     * @param settings memory and folder of each engine; the number of threads does not count
     * @param datasets where the files of versions are
     */
    public DuckDbSqlEngine(DuckDbSettings settings, ParquetDatasetStore datasets) {
        this.settings = new DuckDbSettings(settings.memoryMegabytes(), 1, settings.spillFolder());
        this.datasets = datasets;
    }

    @Override
    public List<Instant> lateMoments(
            SqlViewDefinition view, Map<String, DatasetVersion> sources, Duration knownAfter) {
        List<Instant> moments = new ArrayList<>();
        try (DuckDb engine = new DuckDb(settings)) {
            synchronized (engine) {
                DuckDBConnection connection = engine.connection();
                confine(connection, view, sources, null);
                String rows = view.sources().stream()
                        .map(source -> "SELECT %s, %s FROM %s"
                                .formatted(SystemColumns.EVENT_TIME, SystemColumns.KNOWN_AT, ParquetFiles.name(source)))
                        .collect(Collectors.joining(" UNION ALL "));
                try (Statement statement = connection.createStatement();
                        ResultSet result = statement.executeQuery(
                                "SELECT DISTINCT epoch_us(%1$s) FROM (%2$s) WHERE %1$s > %3$s + to_microseconds(%4$d) ORDER BY 1"
                                        .formatted(
                                                SystemColumns.KNOWN_AT,
                                                rows,
                                                SystemColumns.EVENT_TIME,
                                                knownAfter.toNanos() / 1_000))) {
                    while (result.next()) {
                        moments.add(Micros.toInstant(result.getLong(1)));
                    }
                }
            }
        } catch (SQLException e) {
            throw unreadable(view, e);
        }
        return moments;
    }

    @Override
    public Rows rows(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            @Nullable Instant knownBefore) {
        try (DuckDb engine = new DuckDb(settings)) {
            synchronized (engine) {
                DuckDBConnection connection = engine.connection();
                check(connection, view);
                confine(connection, view, sources, knownBefore);
                try {
                    // on a line of its own, so that the lines of errors are those of the query
                    ParquetFiles.execute(
                            connection, "CREATE TEMP TABLE %s AS\n%s".formatted(RESULT, withoutEnd(view.sql().text())));
                } catch (SQLException e) {
                    throw failed(view, e);
                }
                return result(connection, view, key, knownAfter);
            }
        } catch (SQLException e) {
            throw unreadable(view, e);
        }
    }

    private static KeelsonException unreadable(SqlViewDefinition view, SQLException e) {
        return new KeelsonException(
                ErrorCode.SOURCE_UNREADABLE,
                "The rows of the feature view (%s) cannot be computed: %s".formatted(view.name(), e.getMessage()),
                "Maybe a file of its sources is damaged.",
                e);
    }

    private static String withoutEnd(String sql) {
        String stripped = sql.stripTrailing();
        return stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }

    // ---- what the query may do

    private static void check(DuckDBConnection connection, SqlViewDefinition view) throws SQLException {
        JsonNode tree;
        try (PreparedStatement statement = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
            statement.setString(1, view.sql().text());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                tree = JSON.readTree(result.getString(1));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The engine's syntax tree is not JSON.", e);
        }
        if (tree.path("error").asBoolean()) {
            throw problem(
                    ErrorCode.EXPRESSION_SYNTAX,
                    view,
                    tree.path("position").asInt(0),
                    "is not one SELECT: %s".formatted(tree.path("error_message").asText()),
                    "Maybe test it in the DuckDB shell: it is that dialect.");
        }
        if (tree.path("statements").size() != 1) {
            throw problem(
                    ErrorCode.EXPRESSION_SYNTAX,
                    view,
                    0,
                    "holds %d statements; one SELECT was expected".formatted(tree.path("statements").size()),
                    null);
        }
        Set<String> tables = new HashSet<>(view.sources());
        collectNames(tree, tables);
        inspect(view, tree, tables);
    }

    /** Names that WITH gives to its parts. */
    private static void collectNames(JsonNode node, Set<String> tables) {
        if (node.has("cte_map")) {
            node.get("cte_map").path("map").forEach(part -> tables.add(part.path("key").asText()));
        }
        node.forEach(child -> collectNames(child, tables));
    }

    private static void inspect(SqlViewDefinition view, JsonNode node, Set<String> tables) {
        int at = node.path("query_location").asInt(0);
        switch (node.path("type").asText()) {
            case "BASE_TABLE" -> {
                String name = node.path("table_name").asText();
                if (!tables.contains(name) || !node.path("schema_name").asText().isEmpty()) {
                    throw problem(
                            ErrorCode.BAD_VALUE,
                            view,
                            at,
                            "reads (%s); its sources are %s".formatted(name, view.sources()),
                            Suggestion.sentence(name, view.sources())
                                    .orElse("Maybe list it under `sources`."));
                }
            }
            case "TABLE_FUNCTION" -> {
                String name = node.path("function").path("function_name").asText().toLowerCase(Locale.ROOT);
                if (!STEADY_TABLES.contains(name)) {
                    throw refused(view, at, name);
                }
            }
            case "SHOW_REF" -> throw refused(view, at, "show");
            case "FUNCTION" -> {
                String name = node.path("function_name").asText().toLowerCase(Locale.ROOT);
                if (UNSTEADY.contains(name)) {
                    throw refused(view, at, name);
                }
            }
            case "COLUMN_REF" -> {
                String name = node.path("column_names").path(0).asText().toLowerCase(Locale.ROOT);
                if (node.path("column_names").size() == 1 && UNSTEADY.contains(name)) {
                    throw refused(view, at, name);
                }
            }
            default -> {
                // everything else computes from rows
            }
        }
        if (node.hasNonNull("sample")) {
            throw refused(view, at, "sample");
        }
        node.forEach(child -> inspect(view, child, tables));
    }

    private static KeelsonException refused(SqlViewDefinition view, int at, String what) {
        return problem(
                ErrorCode.BAD_VALUE,
                view,
                at,
                "uses (%s); a view computes from the rows of its sources alone, so that it gives the same twice"
                        .formatted(what),
                "Maybe use columns such as _event_time instead.");
    }

    private void confine(
            DuckDBConnection connection,
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            @Nullable Instant knownBefore)
            throws SQLException {
        List<String> allowed = new ArrayList<>();
        for (String source : view.sources()) {
            DatasetVersion version = sources.get(source);
            if (version == null) {
                throw new IllegalArgumentException("The version of the source (%s) is missing.".formatted(source));
            }
            List<String> files = datasets.files(version).stream()
                    .map(Path::toAbsolutePath)
                    .map(file -> ParquetFiles.text(file.toString()))
                    .toList();
            allowed.addAll(files);
            ParquetFiles.execute(
                    connection,
                    "CREATE VIEW %s AS SELECT * FROM read_parquet([%s], hive_partitioning = false)%s"
                            .formatted(
                                    ParquetFiles.name(source),
                                    String.join(", ", files),
                                    knownBefore == null
                                            ? ""
                                            : " WHERE epoch_us(%s) < %d"
                                                    .formatted(SystemColumns.KNOWN_AT, Micros.of(knownBefore))));
        }
        ParquetFiles.execute(connection, "SET allowed_paths = [%s]".formatted(String.join(", ", allowed)));
        ParquetFiles.execute(connection, "SET enable_external_access = false");
        ParquetFiles.execute(connection, "SET lock_configuration = true");
    }

    // ---- what it gives

    private static Rows result(
            DuckDBConnection connection, SqlViewDefinition view, List<String> key, @Nullable Duration knownAfter)
            throws SQLException {
        Map<String, String> types = EngineTypes.describe(connection, "SELECT * FROM " + RESULT);
        List<String> names = List.copyOf(types.keySet());
        for (String column : key) {
            require(view, names, column, "the key of its entity");
            if (EngineTypes.columnType(String.valueOf(types.get(column))) == ColumnType.DOUBLE) {
                throw wrongType(view, column, types, "a text, a whole number or a date");
            }
        }
        require(view, names, SqlViewDefinition.EVENT_TIME, "when it happened");
        boolean ownKnownAt = names.contains(SqlViewDefinition.KNOWN_AT);
        if (!ownKnownAt && knownAfter == null) {
            require(view, names, SqlViewDefinition.KNOWN_AT, "when it was known, because a source has a `created` column");
        }
        List<String> features = names.stream()
                .filter(name -> !key.contains(name)
                        && !name.equals(SqlViewDefinition.EVENT_TIME)
                        && !name.equals(SqlViewDefinition.KNOWN_AT))
                .toList();
        if (features.isEmpty()) {
            throw problem(ErrorCode.MISSING_COLUMN, view, 0, "gives no feature beside keys and times", null);
        }
        for (String time : ownKnownAt
                ? List.of(SqlViewDefinition.EVENT_TIME, SqlViewDefinition.KNOWN_AT)
                : List.of(SqlViewDefinition.EVENT_TIME)) {
            if (!EngineTypes.INSTANT.equals(types.get(time))) {
                throw wrongType(view, time, types, "an instant (" + EngineTypes.INSTANT + ")");
            }
        }
        String mandatory = key.stream().map(ParquetFiles::name).collect(Collectors.joining(", "));
        refuseIncompleteRows(connection, view, mandatory, ownKnownAt);
        String known = ownKnownAt
                ? SqlViewDefinition.KNOWN_AT
                : "%s + to_microseconds(%d)"
                        .formatted(
                                SqlViewDefinition.EVENT_TIME,
                                knownAfter == null ? 0 : knownAfter.toNanos() / 1_000);
        String query = "SELECT %s, %s, %s AS %s, %s AS %s FROM %s ORDER BY ALL"
                .formatted(
                        mandatory,
                        features.stream().map(ParquetFiles::name).collect(Collectors.joining(", ")),
                        SqlViewDefinition.EVENT_TIME,
                        SystemColumns.EVENT_TIME,
                        known,
                        SystemColumns.KNOWN_AT,
                        RESULT);
        int rows;
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + RESULT)) {
            result.next();
            rows = Math.toIntExact(result.getLong(1));
        }
        return new Rows(EngineTypes.read(connection, query, rows), ownKnownAt);
    }

    private static void refuseIncompleteRows(
            DuckDBConnection connection, SqlViewDefinition view, String mandatory, boolean ownKnownAt)
            throws SQLException {
        String needed = mandatory + ", " + SqlViewDefinition.EVENT_TIME
                + (ownKnownAt ? ", " + SqlViewDefinition.KNOWN_AT : "");
        String missing = needed.replace(", ", " IS NULL OR ") + " IS NULL";
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT count(*) FROM %s WHERE %s".formatted(RESULT, missing))) {
            result.next();
            if (result.getLong(1) > 0) {
                throw problem(
                        ErrorCode.BAD_CELL,
                        view,
                        0,
                        "gives %d rows without a key, an event time or a known time".formatted(result.getLong(1)),
                        "Maybe leave them out with WHERE.");
            }
        }
    }

    private static void require(SqlViewDefinition view, List<String> names, String column, String role) {
        if (!names.contains(column)) {
            throw problem(
                    ErrorCode.MISSING_COLUMN,
                    view,
                    0,
                    "gives no column (%s), which says %s; it gives %s".formatted(column, role, names),
                    "Maybe add `... AS %s` to its SELECT.".formatted(column));
        }
    }

    private static KeelsonException wrongType(
            SqlViewDefinition view, String column, Map<String, String> types, String expected) {
        return problem(
                ErrorCode.EXPRESSION_TYPE,
                view,
                0,
                "gives a column (%s) of type %s; %s was expected".formatted(column, types.get(column), expected),
                column.equals(SqlViewDefinition.EVENT_TIME)
                        ? "Maybe select %s AS %s.".formatted(SystemColumns.EVENT_TIME, column)
                        : null);
    }

    // ---- where it is wrong

    private static KeelsonException failed(SqlViewDefinition view, SQLException e) {
        KeelsonException noRoom = EngineErrors.noRoom(e);
        if (noRoom != null) {
            return noRoom;
        }
        String message = String.valueOf(e.getMessage());
        Matcher line = LINE.matcher(message);
        int at = 0;
        if (line.find()) {
            int wanted = Integer.parseInt(line.group(1)) - 2; // the query begins in the second line
            String sql = view.sql().text();
            for (int i = 0; i < wanted && sql.indexOf('\n', at) >= 0; i++) {
                at = sql.indexOf('\n', at) + 1;
            }
        }
        return problem(
                ErrorCode.BAD_VALUE,
                view,
                at,
                "cannot run: %s".formatted(message.lines().findFirst().orElse(message)),
                null);
    }

    private static KeelsonException problem(
            ErrorCode code, SqlViewDefinition view, int offset, String what, @Nullable String hint) {
        return new KeelsonException(
                List.of(Problem.at(
                        code,
                        place(view.sql(), offset),
                        "The query of the feature view (%s) %s.".formatted(view.name(), what),
                        hint)),
                null);
    }

    /** The place of a character of the query; its lines are indented alike. */
    private static @Nullable Location place(Located sql, int offset) {
        Location start = sql.location();
        if (start == null) {
            return null;
        }
        String before = sql.text().substring(0, Math.clamp(offset, 0, sql.text().length()));
        int lines = (int) before.chars().filter(c -> c == '\n').count();
        return new Location(
                start.file(), start.line() + lines, start.column() + before.length() - (before.lastIndexOf('\n') + 1));
    }
}
