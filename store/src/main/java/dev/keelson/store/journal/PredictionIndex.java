package dev.keelson.store.journal;

import dev.keelson.frame.Micros;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.serve.spi.PredictionLog.Knowledge;
import dev.keelson.serve.spi.PredictionLog.Placed;
import dev.keelson.serve.spi.SettledPairs;
import dev.keelson.store.sqlite.ReaderPool;
import dev.keelson.store.sqlite.SqliteFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The index of a journal in one SQLite file ({@code predictions.db}, raw prepared statements).
 *
 * <p>A row's {@code place} is {@link Journal.Standing#place} of its record; the position up to which the journal has been read
 * is stored in the transaction that stores the rows, so every record counts exactly once.
 * Every outcome is kept, so that the index can be cut back; the one with the highest place counts, of those under a prediction's
 * own id before those of its entity. A prediction whose id is known already is left out. {@code synchronous=NORMAL}: what a power failure takes is read again from the journal.
 * An index of another schema version is made anew.
 *
 * <p>Times are microseconds; numbers are little-endian doubles in a BLOB. Safe for use by several threads; one writes at
 * a time.
 */
final class PredictionIndex implements JournalCopy, AutoCloseable {
    static final int SCHEMA_VERSION = 6;

    private static final List<String> TABLES = List.of("predictions", "outcomes", "events");
    private static final int ROWS_PER_TRANSACTION = 2_000;
    private static final int WRITER_CACHE_KIB = 16 << 10;
    private static final int CHECKPOINT_PAGES = 4_000;
    private static final List<String> SCHEMA = List.of(
            """
            create table predictions (
                place integer not null primary key,
                id blob not null unique,
                model text not null,
                version integer not null,
                role text not null,
                entity text not null,
                segment text not null,
                event_time integer not null,
                as_of integer not null,
                at integer not null,
                probabilities blob not null,
                features blob not null,
                watched blob not null,
                keys text not null,
                served integer not null,
                client text not null,
                metadata text not null,
                confidence real
            ) strict""",
            "create index predictions_by_model on predictions (model, event_time, entity, role, version)",
            "create index predictions_by_time on predictions (event_time, entity)",
            "create index predictions_by_entity on predictions (entity, model, role)",
            """
            create table outcomes (
                model text not null,
                entity text not null,
                place integer not null,
                outcome text not null,
                known_at integer not null,
                prediction blob generated always as (case when length(entity) = 36 then unhex(entity, '-') end) virtual,
                primary key (model, entity, place)
            ) strict, without rowid""",
            "create index outcomes_by_place on outcomes (place)",
            "create index outcomes_by_prediction on outcomes (prediction, place) where prediction is not null",
            """
            create table events (
                place integer not null primary key,
                id blob not null unique,
                kind text not null,
                at integer not null,
                model text not null,
                version integer not null,
                run text not null,
                metrics text not null,
                metadata text not null
            ) strict""",
            "create index events_by_time on events (at)",
            // up to where it has read, and what the last record before that says
            "create table index_position (place integer not null, last_place integer not null, last_check integer not null) strict",
            "create table segments_checked (segment integer primary key, stamp text not null, number integer, line_check integer) strict");
    private static final String COUNTS =
            "coalesce((select max(x.place) from outcomes x where x.prediction = p.id and x.model = p.model),"
                    + " (select max(x.place) from outcomes x where x.model = p.model and x.entity = p.entity))";
    private static final String JOIN_OUTCOMES = " left join outcomes o on o.place = " + COUNTS;
    private static final String SELECT = """
            select p.id, p.model, p.version, p.role, p.entity, p.segment, p.event_time, p.as_of, p.at,
                p.probabilities, p.features, p.watched, o.outcome, o.known_at, p.place, o.place, p.keys,
                p.served, p.client, p.metadata
            from predictions p""" + JOIN_OUTCOMES;
    private static final String SELECT_BY_OUTCOME = SELECT.replace(
            "from predictions p left join outcomes o on",
            "from outcomes o cross join predictions p on p.place < o.place"
                    + " and (p.id = o.prediction or (p.entity = o.entity and p.model = o.model)) and");

    /** Role by role, as the index of entities has them: a step for each role, not for each prediction of the entity. */
    private static final String LAST_OF_ANY_ROLE = """
            with recursive last (role, place) as (
                select (select min(role) from predictions where entity = ?1 and model = ?2), null
                union all
                select (select min(role) from predictions where entity = ?1 and model = ?2 and role > last.role),
                    (select max(place) from predictions where entity = ?1 and model = ?2 and role = last.role)
                from last where last.role is not null)
            select max(place) from last""";

    private static final String OF_ID =
            "select place from predictions where length(?1) = 36 and id = unhex(?1, '-') and model = ?2";

    private static final String SELECT_ROWS = """
            select p.place, p.id, p.model, p.version, p.role, p.entity, p.segment, p.event_time, p.as_of, p.at,
                p.probabilities, p.features, p.watched, p.keys, p.served, p.client, p.metadata
            from predictions p where p.place >= ? and p.place < ? order by p.place""";

    private static final String SELECT_EVENTS =
            "select e.place, e.id, e.kind, e.at, e.model, e.version, e.run, e.metrics, e.metadata from events e";

    private final SqliteFile file;
    private final @Nullable Writer writer;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReaderPool<Connection> readers;
    private final AtomicInteger repairs = new AtomicInteger();
    private final IndexedPairs pairs = new IndexedPairs(this);

    private PredictionIndex(SqliteFile file, @Nullable Writer writer) {
        this.file = file;
        this.writer = writer;
        this.readers = new ReaderPool<>(file, file::openForReading, connection -> connection);
    }

    /** Opens for reading and writing; makes the file when there is none. */
    static PredictionIndex open(Path path) {
        SqliteFile file = new SqliteFile(path, SynchronousMode.NORMAL);
        Connection connection = file.openForWriting();
        try {
            prepareSchema(connection);
            try (Statement statement = connection.createStatement()) {
                // the ids of a batch fall anywhere in their index: its pages should be found in memory
                statement.execute("pragma cache_size = -" + WRITER_CACHE_KIB);
                statement.execute("pragma wal_autocheckpoint = " + CHECKPOINT_PAGES);
            }
            return new PredictionIndex(file, new Writer(connection));
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        }
    }

    /** Opens an existing file for reading. */
    static PredictionIndex openReadOnly(Path path) {
        PredictionIndex index = new PredictionIndex(new SqliteFile(path, SynchronousMode.NORMAL), null);
        int version = index.reading(SqliteFile::userVersion);
        if (version != SCHEMA_VERSION) {
            index.close();
            throw index.file.otherVersion(version, SCHEMA_VERSION);
        }
        return index;
    }

    /** Up to where the journal has been read. */
    JournalPosition position() {
        return reading(connection -> {
            try (Statement statement = connection.createStatement()) {
                return position(storedPlace(statement));
            }
        });
    }

    /** What the last line that was read says, if it stands in that segment and has a number; else null. */
    @Nullable LineTail tail(int segment) {
        return reading(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select last_place, last_check from index_position")) {
                boolean there = row.next() && row.getLong(2) >= 0 && position(row.getLong(1)).segment() == segment;
                return new Found<>(
                        there ? new LineTail((int) position(row.getLong(1)).offset(), (int) row.getLong(2)) : null);
            }
        }).value();
    }

    /** What may be nothing. */
    private record Found<T>(@Nullable T value) {}

    /** The greatest number of a record of a segment that is here; 0 if none is, or the segment has no numbers. */
    int lastNumber(int segment) {
        return reading(connection -> {
            long from = place(new JournalPosition(segment, 0));
            long to = place(new JournalPosition(segment + 1, 0));
            long first = to;
            long last = from;
            for (String table : TABLES) {
                try (PreparedStatement select = connection.prepareStatement(
                        "select min(place), max(place) from " + table + " where place >= ? and place < ?")) {
                    select.setLong(1, from);
                    select.setLong(2, to);
                    try (ResultSet row = select.executeQuery()) {
                        if (row.next() && row.getLong(2) > 0) {
                            first = Math.min(first, row.getLong(1));
                            last = Math.max(last, row.getLong(2));
                        }
                    }
                }
            }
            // without numbers a place is an offset, and a header stands before the first record
            return first - from > Lines.headerStart(1).length ? 0 : (int) (last - from);
        });
    }

    /** The rows of the places {@code [from, to)} in their order, of one moment; the caller closes. */
    Rows rows(long from, long to) {
        Connection connection = readers.take();
        try {
            return new IndexRows(connection, from, to);
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        }
    }

    /** How many rows stand at the places {@code [from, to)}. */
    long count(long from, long to) {
        return reading(connection -> {
            long count = 0;
            for (String table : TABLES) {
                try (PreparedStatement select =
                        connection.prepareStatement("select count(*) from " + table + " where place >= ? and place < ?")) {
                    select.setLong(1, from);
                    select.setLong(2, to);
                    try (ResultSet row = select.executeQuery()) {
                        count += row.next() ? row.getLong(1) : 0;
                    }
                }
            }
            return count;
        });
    }

    /** The segments that were checked, as they were then. */
    Map<Integer, CheckedSegments.Stamp> stamps() {
        return reading(connection -> {
            Map<Integer, CheckedSegments.Stamp> stamps = new HashMap<>();
            try (Statement select = connection.createStatement();
                    ResultSet row = select.executeQuery("select segment, stamp, number, line_check from segments_checked")) {
                while (row.next()) {
                    int number = row.getInt(3);
                    stamps.put(
                            row.getInt(1),
                            new CheckedSegments.Stamp(
                                    row.getString(2), row.wasNull() ? null : new LineTail(number, row.getInt(4))));
                }
            }
            return stamps;
        });
    }

    /** Notes that segments were checked; replaces all that was noted. */
    void putStamps(Map<Integer, CheckedSegments.Stamp> stamps) {
        Writer out = writer();
        writing.lock();
        try {
            SqliteFile.begin(out.connection);
            out.statement.executeUpdate("delete from segments_checked");
            try (PreparedStatement insert =
                    out.connection.prepareStatement("insert into segments_checked values (?, ?, ?, ?)")) {
                for (Map.Entry<Integer, CheckedSegments.Stamp> each : stamps.entrySet()) {
                    LineTail tail = each.getValue().tail();
                    insert.setInt(1, each.getKey());
                    insert.setString(2, each.getValue().stamp());
                    insert.setObject(3, tail == null ? null : tail.number());
                    insert.setObject(4, tail == null ? null : tail.check());
                    insert.executeUpdate();
                }
            }
            SqliteFile.commit(out.connection);
        } catch (SQLException e) {
            SqliteFile.rollback(out.connection, e);
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    /** Says up to where it has read, after the files of the journal were mended. */
    void setPosition(JournalPosition position) {
        Writer out = writer();
        writing.lock();
        try {
            out.setPlace(place(position));
        } catch (SQLException e) {
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Reads the records of the journal from where this index stands to a place on disk.
     *
     * @param between told up to where it has come, between two transactions, with nothing locked in the file
     */
    void readFrom(Journal journal, JournalPosition to, Consumer<JournalPosition> between) {
        Writer out = writer();
        writing.lock();
        try {
            long place = storedPlace(out.statement);
            if (place >= place(to)) {
                return;
            }
            out.load();
            SqliteFile.begin(out.connection);
            int[] rows = {0};
            journal.read(position(place), to, (record, at) -> {
                try {
                    out.insert(record, at.place());
                    out.seen(at);
                    if (++rows[0] % ROWS_PER_TRANSACTION == 0) {
                        out.setPlace(place(at.after()));
                        SqliteFile.commit(out.connection);
                        between.accept(at.after());
                        SqliteFile.begin(out.connection);
                    }
                } catch (SQLException e) {
                    throw file.failure(e);
                }
            });
            out.setPlace(place(to));
            SqliteFile.commit(out.connection);
        } catch (SQLException e) {
            SqliteFile.rollback(out.connection, e);
            throw file.failure(e);
        } catch (RuntimeException | Error e) {
            SqliteFile.rollback(out.connection, e);
            throw e;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Forgets everything from a position on.
     *
     * @param first the place of the first record that is forgotten
     */
    void truncateTo(JournalPosition position, long first) {
        Writer out = writer();
        writing.lock();
        try {
            if (storedPlace(out.statement) <= place(position)) {
                return;
            }
            SqliteFile.begin(out.connection);
            for (String table : TABLES) {
                out.statement.executeUpdate("delete from " + table + " where place >= " + first);
            }
            out.forget();
            out.setPlace(place(position));
            SqliteFile.commit(out.connection);
            repairs.incrementAndGet();
        } catch (SQLException e) {
            SqliteFile.rollback(out.connection, e);
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    /** How often rows that had been read were taken away or mended. */
    int repairs() {
        return repairs.get();
    }

    List<LoggedPrediction> find(PredictionQuery query) {
        requireLimit(query);
        String direction = query.newestFirst() ? " desc" : "";
        Condition condition = new Condition(query);
        String sql = SELECT + condition.where() + " order by p.event_time" + direction + ", p.entity" + direction
                + ", p.place" + direction + " limit " + query.limit();
        return reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                condition.bind(statement);
                List<LoggedPrediction> found = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(prediction(row));
                    }
                }
                return found;
            }
        });
    }

    long count(PredictionQuery query) {
        requireLimit(query);
        Condition condition = new Condition(query);
        String sql = "select count(*) from predictions p" + (query.settled() == null && query.outcome() == null ? "" : JOIN_OUTCOMES)
                + condition.where();
        return reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                condition.bind(statement);
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                }
            }
        });
    }

    Optional<LoggedPrediction> find(UUID id) {
        return reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SELECT + " where p.id = ?")) {
                statement.setBytes(1, bytes(id));
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(prediction(row)) : Optional.empty();
                }
            }
        });
    }

    List<Placed> predictions(long after, int limit) {
        return placed(SELECT + " where p.place > ? order by p.place limit ?", false, after, limit);
    }

    /** Outcomes that came after their predictions, and predictions that came after their outcomes, as one list. */
    List<Placed> settled(long at, long place, int limit) {
        List<Placed> found = new ArrayList<>(placed(
                SELECT_BY_OUTCOME + " where o.place >= ? and (o.place > ? or p.place > ?) order by o.place, p.place limit ?",
                true, at, at, place, limit));
        found.addAll(placed(
                SELECT + " where p.place > ? and o.place < p.place order by p.place limit ?", false, at, limit));
        found.sort(Comparator.comparingLong(Placed::at).thenComparingLong(Placed::place));
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }

    private List<Placed> placed(String sql, boolean byOutcome, long... values) {
        return reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setLong(i + 1, values[i]);
                }
                List<Placed> found = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(new Placed(row.getLong(byOutcome ? 16 : 15), row.getLong(15), prediction(row)));
                    }
                }
                return found;
            }
        });
    }

    List<ModelEvent> events(ModelEventQuery query) {
        Condition condition = new Condition(query);
        String sql = SELECT_EVENTS + condition.where() + " order by e.at desc, e.place desc limit " + query.limit();
        return reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                condition.bind(statement);
                List<ModelEvent> found = new ArrayList<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.add(event(row));
                    }
                }
                return found;
            }
        });
    }

    Knowledge known(String model, String entity) {
        return reading(connection -> {
            Instant eventTime = null;
            OutcomeEvent outcome = null;
            UUID own = null;
            try (PreparedStatement statement = connection.prepareStatement(
                            "select p.event_time, p.id, exists (select 1 from outcomes x where x.prediction = p.id and x.model = p.model)"
                                    + " from predictions p where p.place = coalesce((" + LAST_OF_ANY_ROLE + "), (" + OF_ID + "))");
                    PreparedStatement outcomes = connection.prepareStatement(
                            "select outcome, known_at from outcomes where entity = ? and model = ?"
                                    + " order by place desc limit 1")) {
                try (ResultSet row = asked(statement, model, entity)) {
                    if (row.next()) {
                        eventTime = Micros.toInstant(row.getLong(1));
                        own = row.getBoolean(3) ? uuid(row.getBytes(2)) : null;
                    }
                }
                try (ResultSet row = asked(outcomes, model, entity)) {
                    if (row.next()) {
                        outcome = new OutcomeEvent(model, entity, row.getString(1), Micros.toInstant(row.getLong(2)));
                    }
                }
            }
            return new Knowledge(eventTime, outcome, own);
        });
    }

    private static ResultSet asked(PreparedStatement statement, String model, String entity) throws SQLException {
        statement.setString(1, entity);
        statement.setString(2, model);
        return statement.executeQuery();
    }

    /** What two versions said of the same settled events. */
    SettledPairs pairs() {
        return pairs;
    }

    @Override
    public String name() {
        return "index";
    }

    @Override
    public Rows rows() {
        return rows(0, Long.MAX_VALUE);
    }

    /** The rows of the three tables as one, of one moment of the file. */
    private final class IndexRows implements Rows {
        private final Connection connection;
        private final Statement transaction;
        private final List<Table> tables;
        private final long upTo;

        IndexRows(Connection connection, long from, long to) throws SQLException {
            this.connection = connection;
            this.transaction = connection.createStatement();
            transaction.execute("begin");
            this.upTo = storedPlace(transaction);
            this.tables = List.of(
                    new Table(connection, from, to, SELECT_ROWS, row -> new JournalRecord.Predicted(event(row, 2))),
                    new Table(
                            connection,
                            from,
                            to,
                            "select o.place, o.model, o.entity, o.outcome, o.known_at from outcomes o"
                                    + " where o.place >= ? and o.place < ? order by o.place",
                            row -> new JournalRecord.Settled(new OutcomeEvent(
                                    row.getString(2), row.getString(3), row.getString(4), Micros.toInstant(row.getLong(5))))),
                    new Table(
                            connection,
                            from,
                            to,
                            SELECT_EVENTS + " where e.place >= ? and e.place < ? order by e.place",
                            row -> new JournalRecord.Told(event(row))));
        }

        @Override
        public long upTo() {
            return upTo;
        }

        @Override
        public @Nullable LogRow next() {
            Table first = null;
            for (Table table : tables) {
                if (table.head != null && (first == null || table.head.place() < first.head().place())) {
                    first = table;
                }
            }
            if (first == null) {
                return null;
            }
            LogRow row = first.head();
            try {
                first.advance();
            } catch (SQLException e) {
                throw file.failure(e);
            }
            return row;
        }

        @Override
        public void close() {
            try {
                for (Table table : tables) {
                    table.close();
                }
                transaction.execute("rollback");
                transaction.close();
            } catch (SQLException e) {
                throw SqliteFile.abandoning(connection, file.failure(e));
            }
            readers.release(connection);
        }
    }

    /** What a row of a table says. */
    private interface RowReader {
        JournalRecord read(ResultSet row) throws SQLException;
    }

    /** One table by place; its first column is the place. */
    private static final class Table implements AutoCloseable {
        private final PreparedStatement statement;
        private final ResultSet rows;
        private final RowReader reader;
        private @Nullable LogRow head;

        Table(Connection connection, long from, long to, String sql, RowReader reader) throws SQLException {
            this.statement = connection.prepareStatement(sql);
            statement.setLong(1, from);
            statement.setLong(2, to);
            this.rows = statement.executeQuery();
            this.reader = reader;
            advance();
        }

        LogRow head() {
            LogRow row = head;
            if (row == null) {
                throw new IllegalStateException("The table has no more rows.");
            }
            return row;
        }

        void advance() throws SQLException {
            head = rows.next() ? LogRow.of(rows.getLong(1), reader.read(rows)) : null;
        }

        @Override
        public void close() throws SQLException {
            rows.close();
            statement.close();
        }
    }

    @Override
    public boolean holdsBefore(UUID id, long place) {
        return reading(connection -> {
            for (String table : List.of("predictions", "events")) {
                try (PreparedStatement statement =
                        connection.prepareStatement("select 1 from " + table + " where id = ? and place < ?")) {
                    statement.setBytes(1, bytes(id));
                    statement.setLong(2, place);
                    try (ResultSet row = statement.executeQuery()) {
                        if (row.next()) {
                            return true;
                        }
                    }
                }
            }
            return false;
        });
    }

    @Override
    public void mend(List<LogRow> wrong, List<LogRow> right) {
        Writer out = writer();
        writing.lock();
        try {
            SqliteFile.begin(out.connection);
            for (LogRow row : wrong) {
                out.delete(row, " and place = ");
            }
            for (LogRow row : right) {
                JournalRecord record = row.record();
                if (record != null) {
                    out.delete(row, " or place = ");
                    out.insert(record, row.place());
                }
            }
            SqliteFile.commit(out.connection);
            repairs.incrementAndGet();
        } catch (SQLException e) {
            SqliteFile.rollback(out.connection, e);
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    /** Writes a copy of one moment to a file that does not exist yet. */
    void copyTo(Path copy) {
        reading(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("vacuum into ?")) {
                statement.setString(1, copy.toAbsolutePath().toString());
                statement.executeUpdate();
            }
            return Boolean.TRUE;
        });
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (readers.close() && writer != null) {
                writer.close();
            }
        } catch (SQLException e) {
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    private static void prepareSchema(Connection connection) throws SQLException {
        int version = SqliteFile.userVersion(connection);
        if (version == SCHEMA_VERSION) {
            return;
        }
        SqliteFile.begin(connection);
        try (Statement statement = connection.createStatement()) {
            for (String table : List.of("predictions", "outcomes", "events", "index_position", "segments_checked")) {
                statement.execute("drop table if exists " + table);
            }
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
            statement.execute("insert into index_position values (" + place(JournalPosition.START) + ", 0, -1)");
            statement.execute("pragma user_version = " + SCHEMA_VERSION);
            SqliteFile.commit(connection);
        } catch (SQLException e) {
            SqliteFile.rollback(connection, e);
            throw e;
        }
    }

    private static long place(JournalPosition position) {
        return LogRow.place(position);
    }

    private static JournalPosition position(long place) {
        return LogRow.position(place);
    }

    static long storedPlace(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select place from index_position")) {
            return row.next() ? row.getLong(1) : place(JournalPosition.START);
        }
    }

    private static void requireLimit(PredictionQuery query) {
        if (query.limit() < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(query.limit()));
        }
    }

    private Writer writer() {
        if (writer == null) {
            throw new IllegalStateException("The index (%s) was opened for reading only.".formatted(file.path()));
        }
        return writer;
    }

    <T> T reading(Reading<T> work) {
        Connection connection = readers.take();
        T result;
        try {
            result = work.on(connection);
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        } catch (RuntimeException e) {
            throw SqliteFile.abandoning(connection, e);
        }
        readers.release(connection);
        return result;
    }

    private static LoggedPrediction prediction(ResultSet row) throws SQLException {
        String outcome = row.getString(13);
        return new LoggedPrediction(
                new PredictionEvent(
                        uuid(row.getBytes(1)),
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        Micros.toInstant(row.getLong(7)),
                        Micros.toInstant(row.getLong(8)),
                        Micros.toInstant(row.getLong(9)),
                        doubles(row.getBytes(10)),
                        doubles(row.getBytes(11)),
                        doubles(row.getBytes(12)),
                        row.getString(17),
                        row.getInt(18) != 0,
                        row.getString(19),
                        row.getString(20)),
                outcome,
                outcome == null ? null : Micros.toInstant(row.getLong(14)));
    }

    /** The prediction of a row whose columns stand in the order of the record from one on. */
    private static PredictionEvent event(ResultSet row, int first) throws SQLException {
        return new PredictionEvent(
                uuid(row.getBytes(first)),
                row.getString(first + 1),
                row.getInt(first + 2),
                row.getString(first + 3),
                row.getString(first + 4),
                row.getString(first + 5),
                Micros.toInstant(row.getLong(first + 6)),
                Micros.toInstant(row.getLong(first + 7)),
                Micros.toInstant(row.getLong(first + 8)),
                doubles(row.getBytes(first + 9)),
                doubles(row.getBytes(first + 10)),
                doubles(row.getBytes(first + 11)),
                row.getString(first + 12),
                row.getInt(first + 13) != 0,
                row.getString(first + 14),
                row.getString(first + 15));
    }

    private static ModelEvent event(ResultSet row) throws SQLException {
        return new ModelEvent(
                ModelEventKind.valueOf(row.getString(3)),
                uuid(row.getBytes(2)),
                Micros.toInstant(row.getLong(4)),
                row.getString(5),
                row.getInt(6),
                row.getString(7),
                ModelEvent.metrics(row.getString(8)),
                row.getString(9));
    }

    private static UUID uuid(byte[] bytes) {
        ByteBuffer id = ByteBuffer.wrap(bytes);
        return new UUID(id.getLong(), id.getLong());
    }

    private static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static byte[] bytes(double[] values) {
        byte[] bytes = new byte[values.length * Double.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
        return bytes;
    }

    static double[] doubles(byte @Nullable [] bytes) {
        double[] values = new double[bytes == null ? 0 : bytes.length / Double.BYTES];
        if (bytes != null) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        }
        return values;
    }

    /** What is done with a connection for reading. */
    interface Reading<T> {
        T on(Connection connection) throws SQLException;
    }

    /** The condition of a query and its values. */
    static final class Condition {
        private final List<String> parts = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        Condition(PredictionQuery query) {
            add("p.model = ?", query.model());
            add("p.version = ?", query.version());
            add("p.role = ?", query.role());
            add("p.served = ?", query.served() == null ? null : query.served() ? 1 : 0);
            add("p.event_time >= ?", micros(query.from()));
            add("p.event_time < ?", micros(query.to()));
            String text = query.text();
            if (text != null && !text.isEmpty()) {
                parts.add("(instr(lower(p.entity), lower(?)) > 0 or instr(lower(p.keys), lower(?)) > 0)");
                values.add(text);
                values.add(AskedKeys.escaped(text));
            }
            add("p.confidence >= ?", query.atLeast());
            add("p.confidence <= ?", query.atMost());
            add("o.outcome = ?", query.outcome());
            String metadata = query.metadata();
            if (metadata != null && !metadata.isEmpty()) {
                parts.add("(instr(lower(p.metadata), lower(?)) > 0 or instr(lower(p.client), lower(?)) > 0)");
                values.add(metadata);
                values.add(metadata);
            }
            Boolean settled = query.settled();
            if (settled != null) {
                parts.add(settled ? "o.outcome is not null" : "o.outcome is null");
            }
        }

        Condition(ModelEventQuery query) {
            add("e.kind = ?", query.kind() == null ? null : query.kind().name());
            add("e.model = ?", query.model());
            add("e.version = ?", query.version());
            add("e.at >= ?", micros(query.from()));
            add("e.at < ?", micros(query.to()));
            String text = query.text();
            if (text != null && !text.isEmpty()) {
                parts.add("(instr(lower(e.metadata), lower(?)) > 0 or instr(lower(e.run), lower(?)) > 0)");
                values.add(text);
                values.add(text);
            }
        }

        String where() {
            return parts.isEmpty() ? "" : " where " + String.join(" and ", parts);
        }

        void bind(PreparedStatement statement) throws SQLException {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
        }

        private void add(String part, @Nullable Object value) {
            if (value != null) {
                parts.add(part);
                values.add(value);
            }
        }

        /** Rounded up, so that comparing with stored microseconds is comparing with the instant. */
        static @Nullable Long micros(@Nullable Instant instant) {
            if (instant == null) {
                return null;
            }
            long micros = Micros.of(instant);
            return Micros.toInstant(micros).equals(instant) ? micros : micros + 1;
        }
    }

    /** The connection that writes, with its statements; used under the lock. */
    private static final class Writer implements AutoCloseable {
        private final Connection connection;
        private final Statement statement;
        private final PreparedStatement prediction;
        private final PreparedStatement outcome;
        private final PreparedStatement event;
        private final PreparedStatement place;
        private long lastPlace;
        private long lastCheck;

        Writer(Connection connection) throws SQLException {
            this.connection = connection;
            this.statement = connection.createStatement();
            this.prediction = connection.prepareStatement(
                    "insert into predictions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing");
            this.outcome = connection.prepareStatement("insert into outcomes values (?, ?, ?, ?, ?) on conflict do nothing");
            this.event = connection.prepareStatement(
                    "insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing");
            this.place = connection.prepareStatement("update index_position set place = ?, last_place = ?, last_check = ?");
            load();
        }

        void insert(JournalRecord record, long at) throws SQLException {
            switch (record) {
                case JournalRecord.Predicted(PredictionEvent event) -> {
                    prediction.setLong(1, at);
                    prediction.setBytes(2, bytes(event.id()));
                    prediction.setString(3, event.model());
                    prediction.setInt(4, event.version());
                    prediction.setString(5, event.role());
                    prediction.setString(6, event.entity());
                    prediction.setString(7, event.segment());
                    prediction.setLong(8, Micros.of(event.eventTime()));
                    prediction.setLong(9, Micros.of(event.asOf()));
                    prediction.setLong(10, Micros.of(event.at()));
                    prediction.setBytes(11, bytes(event.probabilities()));
                    prediction.setBytes(12, bytes(event.features()));
                    prediction.setBytes(13, bytes(event.watched()));
                    prediction.setString(14, event.keys());
                    prediction.setInt(15, event.served() ? 1 : 0);
                    prediction.setString(16, event.client());
                    prediction.setString(17, event.metadata());
                    prediction.setObject(18, Double.isNaN(event.confidence()) ? null : event.confidence());
                    prediction.executeUpdate();
                }
                case JournalRecord.Told(ModelEvent told) -> {
                    event.setLong(1, at);
                    event.setBytes(2, bytes(told.id()));
                    event.setString(3, told.kind().name());
                    event.setLong(4, Micros.of(told.at()));
                    event.setString(5, told.model());
                    event.setInt(6, told.version());
                    event.setString(7, told.run());
                    event.setString(8, told.metricsText());
                    event.setString(9, told.metadata());
                    event.executeUpdate();
                }
                case JournalRecord.Settled(OutcomeEvent event) -> {
                    outcome.setString(1, event.model());
                    outcome.setString(2, event.entity());
                    outcome.setLong(3, at);
                    outcome.setString(4, event.outcome());
                    outcome.setLong(5, Micros.of(event.knownAt()));
                    outcome.executeUpdate();
                }
            }
        }

        /**
         * Deletes a row by its id and its place.
         *
         * @param how whether both must be the same, or one
         */
        void delete(LogRow row, String how) throws SQLException {
            String table =
                    switch (row.kind()) {
                        case "prediction" -> "predictions";
                        case "outcome" -> "outcomes";
                        default -> "events";
                    };
            if (table.equals("outcomes")) {
                statement.executeUpdate("delete from outcomes where place = " + row.place());
                return;
            }
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from " + table + " where id = ?" + how + row.place())) {
                delete.setBytes(1, bytes(row.id()));
                delete.executeUpdate();
            }
        }

        /** What is stored of the last record that was read. */
        void load() throws SQLException {
            try (ResultSet row = statement.executeQuery("select last_place, last_check from index_position")) {
                forget();
                if (row.next()) {
                    lastPlace = row.getLong(1);
                    lastCheck = row.getLong(2);
                }
            }
        }

        /** Remembers the last record that was read. */
        void seen(Journal.Standing at) {
            lastPlace = at.place();
            lastCheck = Integer.toUnsignedLong(at.check());
        }

        void forget() {
            lastPlace = 0;
            lastCheck = -1;
        }

        void setPlace(long value) throws SQLException {
            place.setLong(1, value);
            place.setLong(2, lastPlace);
            place.setLong(3, lastCheck);
            place.executeUpdate();
        }

        @Override
        public void close() throws SQLException {
            prediction.close();
            outcome.close();
            event.close();
            place.close();
            statement.close();
            connection.close();
        }
    }
}
