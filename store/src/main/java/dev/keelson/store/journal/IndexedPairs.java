package dev.keelson.store.journal;

import dev.keelson.frame.Micros;
import dev.keelson.serve.ComparedVersions;
import dev.keelson.serve.spi.SettledPairs;
import dev.keelson.store.journal.PredictionIndex.Condition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of predictions of one entity, by the index. {@code cross join} and {@code indexed by} keep the order in which tables are
 * read: by event time first, or by what is new first, and then entity by entity.
 */
final class IndexedPairs implements SettledPairs {
    private static final long MINUTE_MICROS = 60_000_000;
    /** The prediction of the same entity that was logged last in a role, before a place. */
    private static final String LAST = "(select max(y.place) from predictions y where y.entity = %s.entity"
            + " and y.model = %s.model and y.role = '%s'%s)";
    /** The place behind every row; 0 when there is none. */
    private static final String NEXT = "select 1 + max(coalesce((select max(place) from predictions), -1),"
            + " coalesce((select max(place) from outcomes), -1))";
    private static final String LAST_OUTCOME = "(select max(x.place) from outcomes x where x.model = p.model and x.entity = p.entity)";
    private static final String EACH = "select p.event_time, p.probabilities, c.probabilities, o.outcome, p.entity, p.segment, p.at from predictions p"
            + " cross join outcomes o on o.model = p.model and o.entity = p.entity and o.place = " + LAST_OUTCOME
            + " cross join predictions c on c.place = " + LAST.formatted("p", "p", "challenger", "")
            + " where p.model = ? and p.role = 'champion' and p.version = ? and c.version = ?"
            + " and p.event_time >= ? and p.event_time < ? and p.at >= ?"
            + " and p.place = " + LAST.formatted("p", "p", "champion", "")
            + " order by p.event_time, p.entity";
    private static final String FIRST_OPEN = "select p.event_time from predictions p"
            + " left join outcomes o on o.model = p.model and o.entity = p.entity and o.place = " + LAST_OUTCOME
            + " where p.model = ? and p.role = 'champion' and p.event_time >= ? and (o.outcome is null%s)"
            + " order by p.event_time limit 1";
    private static final String FIRST_ASKED =
            "select min(p.at) from predictions p where p.model = ? and p.role = 'champion' and p.event_time >= ?";
    private static final String EARLIEST = "select min(n.event_time) from predictions n not indexed"
            + " where n.place >= ? and n.place < ? and n.model = ? and n.role = 'champion'";
    /** Of an entity with news the prediction that counts now, and the one that counted before. */
    private static final String TOUCHED = """
            with news (entity, model) as (
                select o.entity, o.model from outcomes o indexed by outcomes_by_place
                where o.place >= ?1 and o.place < ?2 and o.model = ?3
                union
                select n.entity, n.model from predictions n not indexed
                where n.place >= ?1 and n.place < ?2 and n.model = ?3
                    and exists (select 1 from outcomes x where x.model = n.model and x.entity = n.entity))
            select distinct (p.event_time - (p.event_time %% ?4 + ?4) %% ?4) / ?4 minute
            from news cross join predictions p on p.place in (%s, %s)
            order by minute"""
            .formatted(
                    LAST.formatted("news", "news", "champion", ""),
                    LAST.formatted("news", "news", "champion", " and y.place < ?1"));
    /** Predictions that are new and settled, and older ones that were settled for the first time. */
    private static final String SETTLED = """
            select (select count(*) from predictions p
                where p.place >= ?1 and p.place < ?2 and p.model = ?3 and p.version = ?4 and exists (
                    select 1 from outcomes x where x.model = p.model and x.entity = p.entity and x.place < ?2))
                + (select count(*) from outcomes o indexed by outcomes_by_place
                cross join predictions p indexed by predictions_by_entity on p.entity = o.entity and p.model = o.model
                where o.place >= ?1 and o.place < ?2 and o.model = ?3 and p.version = ?4 and p.place < ?1 and not exists (
                    select 1 from outcomes x where x.model = o.model and x.entity = o.entity and x.place < o.place))""";
    private static final String SETTLED_LATELY = SETTLED.replace("from predictions p\n", "from predictions p not indexed\n");

    private final PredictionIndex index;

    IndexedPairs(PredictionIndex index) {
        this.index = index;
    }

    /** Something to do with each row of an answer. */
    private interface EachRow {
        void take(ResultSet row) throws SQLException;
    }

    @Override
    public Mark mark() {
        int repairs = index.repairs();
        return new Mark(
                index.reading(connection -> {
                    try (Statement statement = connection.createStatement();
                            ResultSet row = statement.executeQuery(NEXT)) {
                        return row.getLong(1);
                    }
                }),
                repairs);
    }

    @Override
    public void each(ComparedVersions wanted, Consumer<Pair> consumer) {
        rows(
                EACH,
                row -> consumer.accept(new Pair(
                        row.getString(5),
                        row.getString(6),
                        Micros.toInstant(row.getLong(7)),
                        Micros.toInstant(row.getLong(1)),
                        PredictionIndex.doubles(row.getBytes(2)),
                        PredictionIndex.doubles(row.getBytes(3)),
                        row.getString(4))),
                wanted.model(),
                wanted.champion(),
                wanted.challenger(),
                least(Condition.micros(wanted.from())),
                most(Condition.micros(wanted.to())),
                least(Condition.micros(wanted.since())));
    }

    private static long least(@Nullable Long micros) {
        return micros == null ? Long.MIN_VALUE : micros;
    }

    private static long most(@Nullable Long micros) {
        return micros == null ? Long.MAX_VALUE : micros;
    }

    @Override
    public Optional<Instant> firstOpen(String model, Instant from, List<String> outcomes) {
        List<Object> values = new ArrayList<>(List.of(model, least(Condition.micros(from))));
        values.addAll(outcomes);
        List<Instant> found = new ArrayList<>();
        rows(
                FIRST_OPEN.formatted(
                        outcomes.isEmpty()
                                ? ""
                                : " or o.outcome not in (%s)"
                                        .formatted(String.join(", ", Collections.nCopies(outcomes.size(), "?")))),
                row -> found.add(Micros.toInstant(row.getLong(1))),
                values.toArray());
        return found.stream().findFirst();
    }

    @Override
    public Optional<Instant> firstAsked(String model, Instant from) {
        List<Instant> found = new ArrayList<>();
        rows(
                FIRST_ASKED,
                row -> {
                    long micros = row.getLong(1);
                    if (!row.wasNull()) {
                        found.add(Micros.toInstant(micros));
                    }
                },
                model,
                least(Condition.micros(from)));
        return found.stream().findFirst();
    }

    @Override
    public Touched touched(String model, Mark from, Mark to) {
        List<Instant> earliest = new ArrayList<>();
        rows(
                EARLIEST,
                row -> {
                    long micros = row.getLong(1);
                    if (!row.wasNull()) {
                        earliest.add(Micros.toInstant(micros));
                    }
                },
                from.place(), to.place(), model);
        LongStream.Builder minutes = LongStream.builder();
        rows(TOUCHED, row -> minutes.add(row.getLong(1)), from.place(), to.place(), model, MINUTE_MICROS);
        return new Touched(earliest.isEmpty() ? null : earliest.getFirst(), minutes.build().toArray());
    }

    @Override
    public long settled(String model, int version, Mark from, Mark to) {
        // from the start on, what is known of a model is less than the whole journal; later, what is new is less than that
        long[] count = {0};
        rows(from.place() == 0 ? SETTLED : SETTLED_LATELY, row -> count[0] = row.getLong(1), from.place(), to.place(), model, version);
        return count[0];
    }

    private void rows(String sql, EachRow each, Object... values) {
        index.reading((Connection connection) -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        each.take(row);
                    }
                }
            }
            return Boolean.TRUE;
        });
    }
}
