package dev.keelson.store.duckdb;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Expression;
import dev.keelson.expression.PushdownSql;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.features.spi.JoinRequest.View;
import dev.keelson.features.JoinSummary;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** The temporary tables of one join. To be used while holding the engine's monitor; closing drops them. */
final class JoinTables implements AutoCloseable {
    private static final String ENTITIES = "pit_entities";
    private static final String KEYS = "pit_keys";
    private static final String ASKED = "pit_asked";
    private static final String FOUND = "pit_found";

    /** Texts that are instants: with a zone, so that none is guessed. */
    private static final String INSTANT_TEXT =
            "\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})";

    private final DuckDBConnection connection;
    private final ParquetDatasetStore datasets;
    private final JoinRequest request;
    private final List<String> tables = new ArrayList<>();
    private final List<ViewSummary> summaries = new ArrayList<>();
    private Map<String, String> entityTypes = Map.of();
    private List<String> entityColumns = List.of();
    private boolean entitiesAreInFrame;
    private long rows;
    private long latest;

    private JoinTables(DuckDBConnection connection, ParquetDatasetStore datasets, JoinRequest request) {
        this.connection = connection;
        this.datasets = datasets;
        this.request = request;
    }

    /** Does the work, up to the result. */
    static JoinTables join(DuckDBConnection connection, ParquetDatasetStore datasets, JoinRequest request)
            throws SQLException {
        JoinTables tables = new JoinTables(connection, datasets, request);
        try {
            tables.readEntities();
            for (int i = 0; i < request.views().size(); i++) {
                tables.joinView(i, request.views().get(i));
            }
            tables.refuseEqualNames();
            return tables;
        } catch (SQLException | RuntimeException e) {
            try {
                tables.close();
            } catch (SQLException failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    JoinSummary summary() {
        return new JoinSummary(rows, summaries);
    }

    /** Writes the result as Parquet. */
    void copyParquet(Path file) throws SQLException {
        execute("COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd)"
                .formatted(result(), ParquetFiles.text(file.toString())));
    }

    /** Writes the result as CSV; see {@link SpreadsheetCells}. */
    void copyCsv(Path file) throws SQLException {
        String cells = EngineTypes.describe(connection, result()).entrySet().stream()
                .map(column -> {
                    String name = ParquetFiles.name(column.getKey());
                    String cell = column.getValue().equals(EngineTypes.TEXT) ? SpreadsheetCells.safeSql(name) : name;
                    return cell + " AS " + ParquetFiles.name(SpreadsheetCells.safe(column.getKey()));
                })
                .collect(Collectors.joining(", "));
        execute("COPY (SELECT %s FROM (%s)) TO %s (FORMAT csv, HEADER true)"
                .formatted(cells, result(), ParquetFiles.text(file.toString())));
    }

    Frame frame() throws SQLException {
        return EngineTypes.read(connection, result(), Math.toIntExact(rows));
    }

    @Override
    public void close() throws SQLException {
        while (!tables.isEmpty()) {
            drop(tables.getLast());
        }
    }

    private void execute(String sql) throws SQLException {
        ParquetFiles.execute(connection, sql);
    }

    private void create(String table, String query) throws SQLException {
        tables.add(table);
        execute("CREATE OR REPLACE TEMP TABLE " + table + " AS " + query);
    }

    private void drop(String table) throws SQLException {
        execute("DROP TABLE IF EXISTS " + table);
        tables.remove(table);
    }

    // ---- the rows asked about

    /** Makes the table of entities: rid, t (as of, in microseconds), and the columns as c0, c1, … */
    private void readEntities() throws SQLException {
        String from;
        String rid;
        List<String> own;
        switch (request.entities()) {
            case EntityRows.InFrame(Frame frame) -> {
                tables.add("pit_rows");
                EngineTypes.create(connection, "pit_rows", frame);
                entitiesAreInFrame = true;
                entityTypes = types(frame);
                own = IntStream.range(0, entityTypes.size()).mapToObj(i -> "c" + i).toList();
                from = "pit_rows";
                rid = "seq";
            }
            case EntityRows.InFile(Path file) -> {
                boolean csv = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".csv");
                from = csv
                        ? "read_csv(%s, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
                                .formatted(ParquetFiles.text(existing(file).toString()))
                        : parquet(List.of(existing(file)));
                entityTypes = EngineTypes.describe(connection, "SELECT * FROM " + from);
                own = entityTypes.keySet().stream().map(ParquetFiles::name).toList();
                rid = csv ? "row_number() OVER () - 1" : "file_row_number";
            }
        }
        entityColumns = List.copyOf(entityTypes.keySet());
        String asOf = own.get(entityColumn(request.asOf(), "as of when"));
        String columns =
                IntStream.range(0, own.size()).mapToObj(i -> ", " + own.get(i) + " AS c" + i).collect(Collectors.joining());
        create(
                ENTITIES,
                "SELECT %s AS rid, %s AS t%s FROM %s".formatted(rid, instant(asOf), columns, from));
        if (entitiesAreInFrame) {
            drop("pit_rows");
        }
        refuseMissingTimes();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*), max(t) FROM " + ENTITIES)) {
            result.next();
            rows = result.getLong(1);
            latest = result.getLong(2);
        }
    }

    private static Map<String, String> types(Frame frame) {
        Map<String, String> types = new LinkedHashMap<>();
        frame.schema().columns().forEach(column -> types.put(column.name(), EngineTypes.storedType(column.type())));
        return types;
    }

    private static Path existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND, "There is no file (%s).".formatted(file), "Maybe its name is misspelt.");
        }
        return file.toAbsolutePath();
    }

    private static String parquet(List<Path> files) {
        return files.stream()
                .map(file -> ParquetFiles.text(existing(file).toString()))
                .collect(Collectors.joining(", ", "read_parquet([", "], hive_partitioning = false)"));
    }

    private int entityColumn(String name, String role) {
        int index = entityColumns.indexOf(name);
        if (index < 0) {
            throw missing("The rows asked about have", name, role, entityColumns);
        }
        return index;
    }

    private static KeelsonException missing(String whose, String name, String role, List<String> columns) {
        return new KeelsonException(
                ErrorCode.MISSING_COLUMN,
                "%s no column (%s), which says %s; they have %s.".formatted(whose, name, role, columns),
                Suggestion.sentence(name, columns).orElse(null));
    }

    private String instant(String column) {
        String type = typeOf(request.asOf());
        if (type.equals(EngineTypes.INSTANT) || (entitiesAreInFrame && type.equals("TIMESTAMP"))) {
            return "epoch_us(" + column + ")";
        }
        if (type.equals(EngineTypes.TEXT)) {
            return "CASE WHEN regexp_full_match(trim(%s), '%s') THEN epoch_us(TRY_CAST(trim(%s) AS TIMESTAMPTZ)) END"
                    .formatted(column, INSTANT_TEXT, column);
        }
        throw new KeelsonException(
                ErrorCode.BAD_VALUE,
                "The column (%s) of the rows asked about is %s; instants were expected.".formatted(request.asOf(), type),
                "Maybe its times lack a zone: write them as 2026-01-01T12:00:00Z, or adjusted to UTC in Parquet.");
    }

    private String typeOf(String entityColumn) {
        String type = entityTypes.get(entityColumn);
        if (type == null) {
            throw new IllegalArgumentException("There is no column (%s).".formatted(entityColumn));
        }
        return type;
    }

    private void refuseMissingTimes() throws SQLException {
        String asOf = "c" + entityColumns.indexOf(request.asOf());
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT rid + 1, %s::VARCHAR FROM %s WHERE t IS NULL ORDER BY rid LIMIT 1".formatted(asOf, ENTITIES))) {
            if (result.next()) {
                String text = result.getString(2);
                throw new KeelsonException(
                        ErrorCode.BAD_CELL,
                        "Row %d of the rows asked about has %s in the column (%s); an instant was expected."
                                .formatted(result.getLong(1), text == null ? "nothing" : "(" + text + ")", request.asOf()),
                        "Maybe its zone is missing: 2026-01-01T12:00:00Z says it.");
            }
        }
    }

    // ---- one view

    /** Feature rows as a query: k0, k1, …, ev, kn, seq, v0, v1, …; and what is known of them. */
    private record Relation(String query, boolean unique) {}

    private void joinView(int i, View view) throws SQLException {
        List<String> entityKeys = new ArrayList<>();
        Relation relation = relation(i, view, entityKeys);
        boolean inEventOrder = check(view, relation) && relation.unique();
        String keys = IntStream.range(0, entityKeys.size()).mapToObj(k -> "k" + k).collect(Collectors.joining(", "));
        String sameKey = IntStream.range(0, entityKeys.size())
                .mapToObj(k -> "d.k%d = f.k%d".formatted(k, k))
                .collect(Collectors.joining(" AND "));
        String asked = IntStream.range(0, entityKeys.size())
                .mapToObj(k -> entityKeys.get(k) + " AS k" + k)
                .collect(Collectors.joining(", ", "SELECT rid, t, ", " FROM " + ENTITIES));
        String named = IntStream.range(0, entityKeys.size())
                .mapToObj(k -> "k" + k + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
        create(
                KEYS,
                "SELECT row_number() OVER ()::INTEGER AS id, %s FROM (SELECT DISTINCT %s FROM (%s) WHERE %s)"
                        .formatted(keys, keys, asked, named));
        create(ASKED, "SELECT f.rid, d.id, f.t FROM (%s) f JOIN %s d ON %s".formatted(asked, KEYS, sameKey));
        String narrow = "SELECT d.id, f.kn, f.ev, f.seq FROM (%s) f JOIN %s d ON %s WHERE f.kn < %d"
                .formatted(relation.query(), KEYS, sameKey, latest);
        // in known order, a row counts from when it is known until a row known later has its event or a later one; of rows
        // known at once, the last
        String ordered = inEventOrder
                ? narrow
                : ("SELECT id, kn, ev, seq FROM (SELECT *, max(ev) OVER known AS newest, lead(kn) OVER known AS following"
                                + " FROM (%s) WINDOW known AS (PARTITION BY id ORDER BY kn, ev, seq"
                                + " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))"
                                + " WHERE ev = newest AND following IS DISTINCT FROM kn")
                        .formatted(narrow);
        create(
                FOUND,
                "SELECT a.rid, f.ev, f.seq FROM %s a ASOF JOIN (%s) f ON a.id = f.id AND a.t > f.kn"
                        .formatted(ASKED, ordered));
        drop(ASKED);
        drop(KEYS);
        String values = IntStream.range(0, view.columns().size()).mapToObj(c -> ", f.v" + c).collect(Collectors.joining());
        create(
                "pit_view" + i,
                view.columns().isEmpty()
                        ? "SELECT rid, ev FROM " + FOUND
                        : "SELECT m.rid, m.ev%s FROM (%s) f JOIN %s m ON f.seq = m.seq"
                                .formatted(values, relation.query(), FOUND));
        drop(FOUND);
        summaries.add(new ViewSummary(view.name(), count(i, view), inEventOrder));
    }

    private Relation relation(int i, View view, List<String> entityKeys) throws SQLException {
        return switch (view.rows()) {
            case FeatureRows.OfVersion(DatasetVersion version) -> {
                Set<String> key = new HashSet<>();
                view.key().forEach(part -> key.add(part.featureColumn()));
                boolean unique = key.containsAll(version.key())
                        && version.partitions().stream().allMatch(DatasetVersion.Partition::uniqueByKeyAndEvent);
                FeatureRows.InFiles files = new FeatureRows.InFiles(
                        datasets.files(version), SystemColumns.EVENT_TIME, SystemColumns.KNOWN_AT, Duration.ZERO, unique);
                yield inFiles(view, files, entityKeys);
            }
            case FeatureRows.InFiles files -> inFiles(view, files, entityKeys);
            case FeatureRows.InFrame(Frame frame, String eventTime, String knownAt) -> {
                String table = "pit_features" + i;
                tables.add(table);
                EngineTypes.create(connection, table, frame);
                Map<String, String> types = types(frame);
                List<String> columns = List.copyOf(types.keySet());
                Map<String, String> names = new LinkedHashMap<>();
                columns.forEach(column -> names.put(column, "c" + columns.indexOf(column)));
                String event = "epoch_us(" + time(view, names, types, eventTime, "TIMESTAMP") + ")";
                String known = "epoch_us(" + time(view, names, types, knownAt, "TIMESTAMP") + ")";
                yield query(view, names, types, event, known, "seq", table, false, entityKeys);
            }
        };
    }

    private Relation inFiles(View view, FeatureRows.InFiles rows, List<String> entityKeys) throws SQLException {
        String from = parquet(rows.files());
        Map<String, String> types = EngineTypes.describe(connection, "SELECT * FROM " + from);
        for (String place : List.of("file_index", "file_row_number")) {
            if (types.containsKey(place)) {
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The feature rows of (%s) have a column (%s), a name that the engine needs.".formatted(view.name(), place),
                        "Maybe rename it.");
            }
        }
        Map<String, String> names = new LinkedHashMap<>();
        types.keySet().forEach(name -> names.put(name, ParquetFiles.name(name)));
        String event = "epoch_us(" + time(view, names, types, rows.eventTime(), EngineTypes.INSTANT) + ")";
        String known = rows.knownAt() == null
                ? event + " + " + micros(rows.knownAfter())
                : "epoch_us(" + time(view, names, types, rows.knownAt(), EngineTypes.INSTANT) + ")";
        String place = "(file_index::BIGINT << 40) | file_row_number";
        return query(view, names, types, event, known, place, from, rows.unique(), entityKeys);
    }

    private static String time(
            View view, Map<String, String> names, Map<String, String> types, String column, String expected) {
        String name = names.get(column);
        if (name == null) {
            throw missing(
                    "The feature rows of (%s) have".formatted(view.name()), column, "when", List.copyOf(names.keySet()));
        }
        if (!expected.equals(types.get(column))) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The column (%s) of the feature rows of (%s) is %s; instants (%s) were expected."
                            .formatted(column, view.name(), types.get(column), expected),
                    "Maybe its times lack a zone: in Parquet, times must be adjusted to UTC.");
        }
        return name;
    }

    private Relation query(
            View view,
            Map<String, String> names,
            Map<String, String> types,
            String event,
            String known,
            String place,
            String from,
            boolean unique,
            List<String> entityKeys) {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int k = 0; k < view.key().size(); k++) {
            JoinRequest.Key key = view.key().get(k);
            int entity = entityColumn(key.entityColumn(), "whose features are asked");
            String name = names.get(key.featureColumn());
            String type = types.get(key.featureColumn());
            if (name == null || type == null) {
                throw missing(
                        "The feature rows of (%s) have".formatted(view.name()),
                        key.featureColumn(),
                        "whose they are",
                        List.copyOf(names.keySet()));
            }
            String common = commonType(key, typeOf(key.entityColumn()), type);
            sql.append(cast(name, type, common)).append(" AS k").append(k).append(", ");
            entityKeys.add(cast("c" + entity, typeOf(key.entityColumn()), common));
        }
        sql.append("%s AS ev, %s AS kn, %s AS seq".formatted(event, known, place));
        for (int c = 0; c < view.columns().size(); c++) {
            String column = view.columnOf(view.columns().get(c));
            String name = names.get(column);
            if (name == null) {
                throw missing(
                        "The feature rows of (%s) have".formatted(view.name()),
                        column,
                        "a feature",
                        List.copyOf(names.keySet()));
            }
            boolean naiveInstant =
                    view.rows() instanceof FeatureRows.InFrame && "TIMESTAMP".equals(types.get(column));
            sql.append(", ").append(name).append(naiveInstant ? "::TIMESTAMPTZ" : "").append(" AS v").append(c);
        }
        sql.append(" FROM ").append(from);
        if (view.where() != null) {
            sql.append(" WHERE ").append(condition(view.where(), view, names));
        }
        return new Relation(sql.toString(), unique);
    }

    private static String condition(Expression where, View view, Map<String, String> names) {
        if (where.type() != ColumnType.BOOLEAN) {
            throw new KeelsonException(
                    ErrorCode.EXPRESSION_TYPE,
                    "The filter (%s) of (%s) is no condition.".formatted(where, view.name()),
                    "Maybe compare it with something.");
        }
        for (String column : where.columns()) {
            if (!names.containsKey(column)) {
                throw missing(
                        "The feature rows of (%s) have".formatted(view.name()),
                        column,
                        "which rows count",
                        List.copyOf(names.keySet()));
            }
        }
        return PushdownSql.of(
                        where,
                        column -> "CAST(%s AS %s)".formatted(names.get(column), filterType(where.schema().column(column).type())))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.EXPRESSION_TYPE,
                        "The filter (%s) of (%s) holds (%s), which the engine may compute with other bits."
                                .formatted(where, view.name(), PushdownSql.obstacle(where).orElse("")),
                        "Maybe compare columns with +, -, *, / and case instead."));
    }

    private static String filterType(ColumnType type) {
        return type == ColumnType.TIMESTAMP ? "TIMESTAMPTZ" : EngineTypes.storedType(type);
    }

    /** The type in which two columns of a key are compared. */
    private String commonType(JoinRequest.Key key, String entity, String feature) {
        boolean times = entity.startsWith("TIMESTAMP") || feature.startsWith("TIMESTAMP");
        if (EngineTypes.columnType(entity) == ColumnType.DOUBLE
                || EngineTypes.columnType(feature) == ColumnType.DOUBLE
                || (times && !(entity.startsWith("TIMESTAMP") && feature.startsWith("TIMESTAMP")))) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The key columns (%s) of type %s and (%s) of type %s cannot be matched."
                            .formatted(key.entityColumn(), entity, key.featureColumn(), feature),
                    "Maybe make both of them texts or whole numbers.");
        }
        if (entity.equals(feature)) {
            return entity;
        }
        if (times) {
            return EngineTypes.INSTANT;
        }
        return EngineTypes.isWhole(entity) && EngineTypes.isWhole(feature) ? "BIGINT" : EngineTypes.TEXT;
    }

    private static String cast(String sql, String type, String wanted) {
        return type.equals(wanted) ? sql : "CAST(" + sql + " AS " + wanted + ")";
    }

    /** Whether every row is known equally long after its event; refuses rows without times. */
    private boolean check(View view, Relation relation) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT count(*) - count(kn - ev), min(kn - ev), max(kn - ev) FROM (%s)".formatted(relation.query()))) {
            result.next();
            if (result.getLong(1) > 0) {
                throw new KeelsonException(
                        ErrorCode.BAD_CELL,
                        "%d of the feature rows of (%s) lack their event time or their known time."
                                .formatted(result.getLong(1), view.name()),
                        "Maybe leave those rows out.");
            }
            return result.getLong(2) == result.getLong(3);
        }
    }

    private static long micros(Duration duration) {
        // fractions of a microsecond do not exist in the data
        return Math.addExact(Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1_000);
    }

    // ---- the result

    private static @Nullable String stale(int i, View view) {
        return view.ttl() == null ? null : "e.t - f%d.ev > %d".formatted(i, micros(view.ttl()));
    }

    private String status(int i, View view) {
        String nullKey = view.key().stream()
                .map(key -> "e.c" + entityColumns.indexOf(key.entityColumn()) + " IS NULL")
                .collect(Collectors.joining(" OR "));
        String stale = stale(i, view);
        String allNull = IntStream.range(0, view.columns().size())
                .mapToObj(c -> "f%d.v%d IS NULL".formatted(i, c))
                .collect(Collectors.joining(" AND "));
        return "CASE WHEN %s THEN '%s' WHEN f%d.rid IS NULL THEN '%s'%s%s ELSE '%s' END"
                .formatted(
                        nullKey,
                        FeatureStatus.NULL_KEY,
                        i,
                        FeatureStatus.NOT_FOUND,
                        stale == null ? "" : " WHEN " + stale + " THEN '" + FeatureStatus.STALE + "'",
                        allNull.isEmpty() ? "" : " WHEN " + allNull + " THEN '" + FeatureStatus.NULL + "'",
                        FeatureStatus.PRESENT);
    }

    private Map<FeatureStatus, Long> count(int i, View view) throws SQLException {
        Map<FeatureStatus, Long> counts = new EnumMap<>(FeatureStatus.class);
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT %s AS status, count(*) FROM %s e LEFT JOIN pit_view%d f%d ON e.rid = f%d.rid GROUP BY 1"
                                .formatted(status(i, view), ENTITIES, i, i, i))) {
            while (result.next()) {
                counts.put(FeatureStatus.valueOf(result.getString(1)), result.getLong(2));
            }
        }
        return counts;
    }

    /** The names of the result's columns, in order. */
    private List<String> names() {
        List<String> names = new ArrayList<>(entityColumns);
        for (View view : request.views()) {
            view.columns().forEach(column -> names.add(view.name() + "." + column));
            names.add(view.name() + "._status");
            names.add(view.name() + "._age_seconds");
        }
        return names;
    }

    private void refuseEqualNames() {
        Set<String> seen = new HashSet<>();
        for (String name : names()) {
            if (!seen.add(name.toLowerCase(Locale.ROOT))) { // the engine minds no case
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The result would have two columns (%s).".formatted(name),
                        "Maybe rename one: upper and lower case are the same here.");
            }
        }
    }

    private String result() {
        List<String> cells = new ArrayList<>();
        for (int c = 0; c < entityColumns.size(); c++) {
            boolean naiveInstant = entitiesAreInFrame && typeOf(entityColumns.get(c)).equals("TIMESTAMP");
            cells.add("e.c" + c + (naiveInstant ? "::TIMESTAMPTZ" : ""));
        }
        StringBuilder from = new StringBuilder(" FROM " + ENTITIES + " e");
        for (int i = 0; i < request.views().size(); i++) {
            View view = request.views().get(i);
            String stale = stale(i, view);
            for (int c = 0; c < view.columns().size(); c++) {
                String value = "f%d.v%d".formatted(i, c);
                cells.add(stale == null ? value : "CASE WHEN NOT (%s) THEN %s END".formatted(stale, value));
            }
            cells.add(status(i, view));
            cells.add("(e.t - f%d.ev)::DOUBLE / 1e6::DOUBLE".formatted(i));
            from.append(" LEFT JOIN pit_view%d f%d ON e.rid = f%d.rid".formatted(i, i, i));
        }
        List<String> names = names();
        return IntStream.range(0, cells.size())
                        .mapToObj(c -> cells.get(c) + " AS " + ParquetFiles.name(names.get(c)))
                        .collect(Collectors.joining(", ", "SELECT ", ""))
                + from + " ORDER BY e.rid";
    }
}
