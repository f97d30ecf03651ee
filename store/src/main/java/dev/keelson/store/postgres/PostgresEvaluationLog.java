package dev.keelson.store.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.Micros;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.store.journal.JournalRecord;
import dev.keelson.store.journal.LogRow;
import dev.keelson.store.journal.RemoteTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The table of PostgreSQL that predictions, outcomes, evaluations and trainings of a project are copied to, with two beside
 * it: {@code <table>_position} says how far each project was copied, {@code <table>_quarantine} keeps the rows that a
 * reconciliation took out. Several projects may share them. They are made where there are none.
 *
 * <p>PostgreSQL has no character zero: it stands as U+FFFD; times beyond the years 1 to 9999 stand as the nearest of these.
 *
 * <p>Safe for use by several threads: writing has one connection, each reading one of its own.
 */
public final class PostgresEvaluationLog implements RemoteTable {
    private static final int FETCH_ROWS = 2_000;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Map<String, String> SETTINGS = Map.of("connectTimeout", "5", "socketTimeout", "120");
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");
    private static final List<String> COLUMNS = List.of(
            "project", "id", "kind", "place", "at", "model", "version", "role", "served", "entity", "segment", "event_time",
            "as_of", "probabilities", "features", "watched", "keys", "client", "outcome", "run", "metrics", "metadata");

    private final PostgresAddress address;
    private final String project;
    private final String shown;
    private final String table;
    private final String positions;
    private final String quarantine;
    private final String placeIndex;
    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable Connection writer;
    private boolean closed;

    /**
     * A table; nothing is connected to yet.
     *
     * @param address of the database
     * @param table its name, with its schema before a dot or without
     * @param project whose rows they are
     * @throws KeelsonException BAD_VALUE if the address is none
     */
    public PostgresEvaluationLog(Located address, String table, String project) {
        this.address = PostgresAddress.parse(address, SETTINGS);
        this.project = project;
        this.shown = "%s of PostgreSQL at %s".formatted(table, this.address);
        this.table = PostgresTables.quotedTable(table);
        this.positions = PostgresTables.quotedTable(table + "_position");
        this.quarantine = PostgresTables.quotedTable(table + "_quarantine");
        this.placeIndex = PostgresTables.quoted(table.substring(table.indexOf('.') + 1) + "_by_place");
    }

    @Override
    public String name() {
        return shown;
    }

    @Override
    public JournalRecord kept(JournalRecord record) {
        return switch (record) {
            case JournalRecord.Predicted(PredictionEvent e) ->
                new JournalRecord.Predicted(new PredictionEvent(
                        e.id(), text(e.model()), e.version(), text(e.role()), text(e.entity()), text(e.segment()),
                        time(e.eventTime()), time(e.asOf()), time(e.at()), e.probabilities(), e.features(), e.watched(),
                        text(e.keys()), e.served(), text(e.client()), text(e.metadata())));
            case JournalRecord.Settled(OutcomeEvent e) ->
                new JournalRecord.Settled(
                        new OutcomeEvent(text(e.model()), text(e.entity()), text(e.outcome()), time(e.knownAt())));
            case JournalRecord.Told(ModelEvent e) -> {
                Map<String, Double> metrics = new TreeMap<>();
                e.metrics().forEach((name, value) -> metrics.put(text(name), value + 0.0)); // a JSON number has no -0
                yield new JournalRecord.Told(new ModelEvent(
                        e.kind(), e.id(), time(e.at()), text(e.model()), e.version(), text(e.run()), metrics,
                        text(e.metadata())));
            }
        };
    }

    private static String text(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    private static Instant time(Instant instant) {
        return instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
    }

    @Override
    public @Nullable Followed followed() {
        return written(connection -> {
            makeTables(connection);
            return followed(connection);
        });
    }

    private @Nullable Followed followed(Connection connection) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select journal, place from " + positions + " where project = ?")) {
            select.setString(1, project);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? new Followed(row.getString(1), row.getLong(2)) : null;
            }
        }
    }

    private void makeTables(Connection connection) throws SQLException {
        if (exists(connection, table) && exists(connection, positions) && exists(connection, quarantine)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtext('keelson evaluation log'))");
            statement.execute("""
                    create table if not exists %s (
                        project text not null,
                        id uuid not null,
                        kind text not null,
                        place bigint not null,
                        at timestamptz not null,
                        model text not null,
                        version integer,
                        role text,
                        served boolean,
                        entity text,
                        segment text,
                        event_time timestamptz,
                        as_of timestamptz,
                        probabilities double precision[],
                        features double precision[],
                        watched double precision[],
                        keys text,
                        client text,
                        outcome text,
                        run text,
                        metrics jsonb,
                        metadata text,
                        primary key (project, id)
                    )""".formatted(table));
            statement.execute("create index if not exists %s on %s (project, place)".formatted(placeIndex, table));
            statement.execute(
                    "create table if not exists %s (project text primary key, journal text not null, place bigint not null)"
                            .formatted(positions));
            statement.execute("""
                    create table if not exists %s (
                        number bigint generated always as identity primary key,
                        project text not null,
                        put_aside_at timestamptz not null default now(),
                        content jsonb not null
                    )""".formatted(quarantine));
        }
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select to_regclass(?::text) is not null")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    @Override
    public void append(List<LogRow> rows, Followed now) {
        var _ = written(connection -> {
            insert(connection, rows);
            try (PreparedStatement position = connection.prepareStatement("insert into " + positions
                    + " values (?, ?, ?) on conflict (project) do update set journal = excluded.journal, place = excluded.place")) {
                position.setString(1, project);
                position.setString(2, now.journal());
                position.setLong(3, now.place());
                position.executeUpdate();
            }
            return Boolean.TRUE;
        });
    }

    private void insert(Connection connection, List<LogRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        String sql = "insert into %s (%s) values (%s) on conflict (project, id) do nothing"
                .formatted(
                        table, String.join(", ", COLUMNS), COLUMNS.stream().map(name -> "?").collect(Collectors.joining(", ")));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (LogRow row : rows) {
                @Nullable String[] cells = cells(row);
                for (int i = 0; i < cells.length; i++) {
                    statement.setString(i + 1, cells[i]);
                }
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private @Nullable String[] cells(LogRow row) {
        JournalRecord record = row.record();
        @Nullable String[] cells = new @Nullable String[COLUMNS.size()];
        cells[0] = project;
        cells[1] = row.id().toString();
        cells[2] = row.kind();
        cells[3] = Long.toString(row.place());
        switch (record) {
            case null -> throw new IllegalArgumentException("A row without a record cannot be written.");
            case JournalRecord.Predicted(PredictionEvent e) -> {
                cells[4] = e.at().toString();
                cells[5] = e.model();
                cells[6] = Integer.toString(e.version());
                cells[7] = e.role();
                cells[8] = Boolean.toString(e.served());
                cells[9] = e.entity();
                cells[10] = e.segment();
                cells[11] = e.eventTime().toString();
                cells[12] = e.asOf().toString();
                cells[13] = array(e.probabilities());
                cells[14] = array(e.features());
                cells[15] = array(e.watched());
                cells[16] = e.keys();
                cells[17] = e.client();
                cells[21] = e.metadata();
            }
            case JournalRecord.Settled(OutcomeEvent e) -> {
                cells[4] = e.knownAt().toString();
                cells[5] = e.model();
                cells[9] = e.entity();
                cells[18] = e.outcome();
            }
            case JournalRecord.Told(ModelEvent e) -> {
                cells[4] = e.at().toString();
                cells[5] = e.model();
                cells[6] = Integer.toString(e.version());
                cells[19] = e.run();
                ObjectNode metrics = MAPPER.createObjectNode();
                e.metrics().forEach(metrics::put);
                cells[20] = metrics.toString();
                cells[21] = e.metadata();
            }
        }
        return cells;
    }

    private static String array(double[] values) {
        StringBuilder text = new StringBuilder(2 + 20 * values.length).append('{');
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : ",").append(values[i]);
        }
        return text.append('}').toString();
    }

    @Override
    public Rows rows() {
        Connection connection = null;
        try {
            connection = address.connect();
            connection.setAutoCommit(false);
            try (Statement settings = connection.createStatement()) {
                settings.execute("set transaction isolation level repeatable read, read only");
            }
            return new Snapshot(connection);
        } catch (SQLException e) {
            close(connection);
            throw failure("read", e);
        }
    }

    /** The rows of this project at one moment, through a cursor. */
    private final class Snapshot implements Rows {
        private final Connection connection;
        private final long upTo;
        private final PreparedStatement statement;
        private final ResultSet rows;

        Snapshot(Connection connection) throws SQLException {
            this.connection = connection;
            Followed followed = followed(connection);
            this.upTo = followed == null ? 0 : followed.place();
            this.statement = connection.prepareStatement("select %s from %s where project = ? order by place, id"
                    .formatted(String.join(", ", COLUMNS), table));
            statement.setFetchSize(FETCH_ROWS);
            statement.setString(1, project);
            this.rows = statement.executeQuery();
        }

        @Override
        public long upTo() {
            return upTo;
        }

        @Override
        public @Nullable LogRow next() {
            try {
                if (!rows.next()) {
                    return null;
                }
                UUID id = UUID.fromString(rows.getString(2));
                String kind = rows.getString(3);
                return new LogRow(rows.getLong(4), id, kind, record(id, kind));
            } catch (SQLException e) {
                throw failure("read", e);
            }
        }

        /** What the row says; null when no record can say that. */
        private @Nullable JournalRecord record(UUID id, String kind) throws SQLException {
            try {
                return switch (kind) {
                    case "prediction" ->
                        new JournalRecord.Predicted(new PredictionEvent(
                                id, there(6), rows.getInt(7), there(8), there(10), there(11), instant(12), instant(13),
                                instant(5), doubles(14), doubles(15), doubles(16), there(17), rows.getBoolean(9),
                                there(18), there(22)));
                    case "outcome" ->
                        new JournalRecord.Settled(new OutcomeEvent(there(6), there(10), there(19), instant(5)));
                    case "evaluation", "training" ->
                        new JournalRecord.Told(new ModelEvent(
                                ModelEventKind.valueOf(kind.toUpperCase(Locale.ROOT)), id, instant(5), there(6),
                                rows.getInt(7), there(20), metrics(there(21)), there(22)));
                    default -> null;
                };
            } catch (IllegalArgumentException | JsonProcessingException e) {
                return null; // somebody wrote to the table by hand
            }
        }

        private String there(int column) throws SQLException {
            String text = rows.getString(column);
            if (text == null) {
                throw new IllegalArgumentException("The column %s is null.".formatted(COLUMNS.get(column - 1)));
            }
            return text;
        }

        private Instant instant(int column) throws SQLException {
            OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
            if (time == null) {
                throw new IllegalArgumentException("The column %s is null.".formatted(COLUMNS.get(column - 1)));
            }
            Instant instant = time.toInstant();
            return Micros.toInstant(Micros.of(time(instant))); // infinity is beyond all times
        }

        private double[] doubles(int column) throws SQLException {
            String text = there(column);
            if (text.length() <= 2) {
                return new double[0];
            }
            String[] parts = text.substring(1, text.length() - 1).split(",", -1);
            double[] values = new double[parts.length];
            for (int i = 0; i < parts.length; i++) {
                values[i] = Double.parseDouble(parts[i]);
            }
            return values;
        }

        private static Map<String, Double> metrics(String json) throws JsonProcessingException {
            Map<String, Double> metrics = new TreeMap<>();
            JsonNode node = MAPPER.readTree(json);
            node.properties().forEach(metric -> metrics.put(metric.getKey(), metric.getValue().asDouble()));
            return metrics;
        }

        @Override
        public void close() {
            PostgresEvaluationLog.close(connection);
        }
    }

    @Override
    public boolean holdsBefore(UUID id, long place) {
        return written(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select 1 from " + table + " where project = ? and id = ? and place < ?")) {
                select.setString(1, project);
                select.setString(2, id.toString());
                select.setLong(3, place);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    @Override
    public void mend(List<LogRow> wrong, List<LogRow> right) {
        var _ = written(connection -> {
            try (PreparedStatement aside = connection.prepareStatement("""
                            insert into %s (project, content)
                            select project, to_jsonb(t) from %s t
                            where project = ? and id = ? and (place = ? or ?::boolean)""".formatted(quarantine, table));
                    PreparedStatement delete = connection.prepareStatement(
                            "delete from " + table + " where project = ? and id = ? and (place = ? or ?::boolean)")) {
                for (boolean anew : new boolean[] {false, true}) {
                    for (LogRow row : anew ? right : wrong) {
                        for (PreparedStatement statement : List.of(aside, delete)) {
                            statement.setString(1, project);
                            statement.setString(2, row.id().toString());
                            statement.setLong(3, row.place());
                            statement.setBoolean(4, anew); // wherever it stands
                            statement.addBatch();
                        }
                    }
                    aside.executeBatch();
                    delete.executeBatch();
                }
            }
            insert(connection, right);
            return Boolean.TRUE;
        });
    }

    @Override
    public void close() {
        writing.lock();
        try {
            closed = true;
            close(writer);
            writer = null;
        } finally {
            writing.unlock();
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T in(Connection connection) throws SQLException;
    }

    /** One transaction on the connection for writing; a failure closes that. */
    private <T extends @Nullable Object> T written(Work<T> work) {
        writing.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The table (%s) is closed.".formatted(shown));
            }
            Connection connection = writer;
            if (connection == null) {
                connection = address.connectToWrite();
                connection.setAutoCommit(false);
                writer = connection;
            }
            T result = work.in(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            close(writer);
            writer = null;
            throw failure("written", e);
        } finally {
            writing.unlock();
        }
    }

    private static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close(); // rolls back
            } catch (SQLException e) {
                // It was broken already; the next one is new.
            }
        }
    }

    private KeelsonException failure(String verb, SQLException cause) {
        SQLException first = cause.getNextException() == null ? cause : cause.getNextException(); // of a batch
        String state = String.valueOf(first.getSQLState());
        String kind = state.length() < 2 ? "" : state.substring(0, 2);
        String says = address.message(first).lines().findFirst().orElse("").replaceAll("\\.$", "");
        String message = "The table %s cannot be %s: %s.".formatted(shown, verb, says);
        // The cause is left out: the driver's own text may quote the address.
        return kind.equals("42") || kind.equals("25") || kind.equals("22") || kind.equals("23")
                ? new KeelsonException(
                        ErrorCode.NOT_WRITABLE,
                        message,
                        "Maybe the user may not make or change it, or a table of that name has other columns.")
                : new KeelsonException(
                        ErrorCode.STORE_UNREACHABLE, message, "Maybe the server does not run or refuses the user.");
    }
}
