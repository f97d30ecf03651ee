package dev.keelson.store.catalog;

import dev.keelson.registry.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * One connection with the statements that were prepared on it, kept for the next use. Used by one thread at a time. A failure
 * of the database is thrown as {@link SqlFailure}, or by Jdbi.
 */
public final class CatalogSession implements AutoCloseable {
    private static final int KEPT = 160;
    private static final int MOST_METRICS = 20_000;

    private final Connection connection;
    private final Dialect dialect;
    private final Handle handle;
    private final Map<String, Long> metrics = new HashMap<>();
    private final PointBlocks blocks = new PointBlocks(this);
    private final LinkedHashMap<String, PreparedStatement> prepared = new LinkedHashMap<>(KEPT * 2, 0.75f, true);

    /** A session on a connection, which {@link #close} closes. */
    public CatalogSession(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
        this.handle = Jdbi.create(connection).open();
    }

    /** Takes a value from the current row. */
    interface Mapper<T extends @Nullable Object> {
        T map(ResultSet row) throws SQLException;
    }

    /** The connection. */
    public Connection connection() {
        return connection;
    }

    Dialect dialect() {
        return dialect;
    }

    /** For what is not asked often. */
    Handle handle() {
        return handle;
    }

    /** Numbers of metrics by name, as far as they were asked for since the last {@link #rolledBack}. */
    Map<String, Long> metrics() {
        if (metrics.size() > MOST_METRICS) {
            metrics.clear();
        }
        return metrics;
    }

    /** Where points of runs go. */
    PointBlocks blocks() {
        return blocks;
    }

    /** Some of what this session wrote is no longer there. */
    public void rolledBack() {
        metrics.clear();
        blocks.clear();
    }

    /** How many rows a statement changed. */
    public int update(String sql, @Nullable Object... values) {
        try {
            return bound(sql, values).executeUpdate();
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    /** All rows of a query. */
    <T> List<T> list(String sql, Mapper<T> mapper, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(mapper.map(rows));
            }
            return found;
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    /** All rows of a query whose values were collected. */
    <T> List<T> list(Sql sql, Mapper<T> mapper) {
        return list(sql.text(), mapper, sql.values());
    }

    /** Calls a reader for each row. */
    void each(String sql, RowReader reader, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            while (rows.next()) {
                reader.read(rows);
            }
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    /** The first row of a query. */
    <T> Optional<T> first(String sql, Mapper<T> mapper, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            return rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty();
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    /** The number in the first column of the first row, or null when there is no row. */
    @Nullable
    Long number(String sql, @Nullable Object... values) {
        try (ResultSet rows = bound(sql, values).executeQuery()) {
            return rows.next() ? (Long) rows.getLong(1) : null;
        } catch (SQLException e) {
            throw new SqlFailure(e);
        }
    }

    /** Reads rows in the chunks that a statement can name, padded so that few statements are prepared. */
    <K> void eachOf(Collection<K> keys, String before, String after, RowReader reader, @Nullable Object... values) {
        List<K> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += MAX_NAMES) {
            List<K> chunk = all.subList(from, Math.min(all.size(), from + MAX_NAMES));
            int size = padded(chunk.size());
            @Nullable Object[] bound = new @Nullable Object[size + values.length];
            for (int i = 0; i < size; i++) {
                bound[i] = chunk.get(Math.min(i, chunk.size() - 1));
            }
            System.arraycopy(values, 0, bound, size, values.length);
            each(before + marks(size) + after, reader, bound);
        }
    }

    private static final int MAX_NAMES = 512;

    private static int padded(int count) {
        return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
    }

    /** {@code (?,?,?)}. */
    static String marks(int count) {
        return "(" + "?,".repeat(count - 1) + "?)";
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = statement(sql);
        for (int i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
        return statement;
    }

    /** A statement of this session; its results must be closed before it is used again. */
    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement known = prepared.get(sql);
        if (known != null) {
            return known;
        }
        PreparedStatement made = connection.prepareStatement(sql);
        prepared.put(sql, made);
        if (prepared.size() > KEPT) {
            Map.Entry<String, PreparedStatement> eldest = prepared.firstEntry();
            prepared.remove(eldest.getKey());
            eldest.getValue().close();
        }
        return made;
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        switch (value) {
            case null -> statement.setObject(index, null);
            case String text -> statement.setString(index, text);
            case Long number -> statement.setLong(index, number);
            case Integer number -> statement.setInt(index, number);
            case Double number -> statement.setDouble(index, number);
            case Boolean flag -> statement.setInt(index, flag ? 1 : 0);
            default -> throw new IllegalArgumentException("No value of a statement: " + value.getClass());
        }
    }

    /** Forgets the statements that were prepared, so that what they are about can be given up. */
    public void forget() {
        try {
            for (PreparedStatement each : prepared.values()) {
                each.close();
            }
        } catch (SQLException e) {
            throw new SqlFailure(e);
        } finally {
            prepared.clear();
        }
    }

    /**
     * The files of the runs of another database that is attached here, by the runs' ids.
     *
     * @param attached its name
     */
    public Map<String, List<Run.Artifact>> files(String attached) {
        Map<String, List<Run.Artifact>> byRun = new LinkedHashMap<>();
        each(
                "select s.id, f.folder || '/' || f.name, f.sha256, f.bytes, s.experiment from " + attached + ".files f join "
                        + attached + ".runs s on s.seq = f.run where f.position is not null order by f.run, f.position",
                row -> {
                    String run = row.getString(1);
                    String root = row.getLong(5) + "/" + run + TrackingStatements.ARTIFACTS + "/";
                    byRun.computeIfAbsent(run, id -> new ArrayList<>())
                            .add(new Run.Artifact(
                                    row.getString(2).substring(root.length()), row.getString(3), row.getLong(4)));
                });
        return byRun;
    }

    @Override
    public void close() throws SQLException {
        try {
            for (PreparedStatement each : prepared.values()) {
                each.close();
            }
        } finally {
            prepared.clear();
            connection.close();
        }
    }

    /** Takes what it needs from the current row. */
    interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
