package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.Materialization;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.features.SourceSchema;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.features.SqlViews;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random rows, some of them late, against a search of all of them: the join, the features of models, and online. */
class SqlViewsOracleTest {
    private static final long HOUR = 3_600_000_000L;
    private static final long START = Micros.of(Instant.parse("2026-01-01T00:00:00Z"));
    private static final Duration TTL = Duration.ofHours(40);
    private static final Duration KNOWN_AFTER = Duration.ofHours(2);
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final String SQL = """
            SELECT market, _event_time AS event_time, profit,
                sum(profit) OVER past AS total, count(*) OVER past AS bets, lag(profit) OVER past AS before
            FROM bets
            WINDOW past AS (PARTITION BY market ORDER BY _event_time, id)
            """;

    @TempDir
    Path folder;

    private record Bet(long id, String market, long profit, long event, long known) {}

    /** What is told of a market: NaN where there is no value. */
    private record Told(double profit, double total, double bets, double before) {
        static final Told NOTHING = new Told(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyPathTellsWhatWasKnownStrictlyBefore(long seed) {
        Random random = new Random(seed);
        List<Bet> bets = bets(random);
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            ParquetDatasetStore datasets = new ParquetDatasetStore(folder.resolve("datasets"), engine);
            DatasetVersion source = store(datasets, bets);
            SqlViewDefinition view =
                    new SqlViewDefinition("markets", "market", List.of("bets"), Located.of(SQL), TTL, null);
            DatasetVersion rows = new SqlViews(new DuckDbSqlEngine(DuckDbSettings.defaults(), datasets), datasets)
                    .materialize(view, Map.of("bets", source), List.of("market"), KNOWN_AFTER, NOW);
            List<Bet> asked = asked(random, bets);

            List<Told> expected =
                    asked.stream().map(each -> oracle(bets, each.market(), each.event())).toList();

            assertThat(joined(engine, datasets, rows, asked)).isEqualTo(expected);
            assertThat(asModelsSeeIt(datasets, view, rows, asked)).isEqualTo(expected);
            assertThat(online(datasets, view, rows, asked)).isEqualTo(expected);
            assertThat(expected).contains(Told.NOTHING).anyMatch(told -> told.bets() > 5);
        }
    }

    /** No two bets of a market happen at one time; some become known much later, several at the same moment. */
    private static List<Bet> bets(Random random) {
        List<Bet> bets = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            long event = START + i * HOUR;
            boolean late = random.nextInt(10) == 0;
            long known = late
                    ? START + (i / 25 + 1 + random.nextInt(2)) * 25L * HOUR + 7 * HOUR
                    : event + 2 * HOUR;
            bets.add(new Bet(i, "market " + random.nextInt(3), random.nextInt(-9, 10), event, Math.max(known, event + 2 * HOUR)));
        }
        return bets;
    }

    /** Questions at random moments, at the moments of events, and at those when they become known. */
    private static List<Bet> asked(Random random, List<Bet> bets) {
        List<Bet> asked = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Bet bet = bets.get(random.nextInt(bets.size()));
            long at = switch (random.nextInt(4)) {
                case 0 -> bet.event();
                case 1 -> bet.known();
                case 2 -> bet.known() + 1;
                default -> START + random.nextInt(220) * HOUR + random.nextInt(1000);
            };
            String market = random.nextInt(20) == 0 ? "market 9" : bet.market();
            asked.add(new Bet(i, market, 0, at, at));
        }
        asked.sort(Comparator.comparingLong(Bet::event));
        return asked;
    }

    private static Told oracle(List<Bet> bets, String market, long asOf) {
        List<Bet> known = bets.stream()
                .filter(bet -> bet.market().equals(market) && bet.known() < asOf)
                .sorted(Comparator.comparingLong(Bet::event))
                .toList();
        if (known.isEmpty() || asOf - known.getLast().event() > Micros.of(TTL)) {
            return Told.NOTHING;
        }
        return new Told(
                known.getLast().profit(),
                known.stream().mapToLong(Bet::profit).sum(),
                known.size(),
                known.size() < 2 ? Double.NaN : known.get(known.size() - 2).profit());
    }

    private static Frame frame(List<Bet> bets) {
        return new Frame(
                new Schema(List.of(
                        new Column("id", ColumnType.LONG),
                        new Column("market", ColumnType.STRING),
                        new Column("profit", ColumnType.DOUBLE),
                        new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP),
                        new Column(SystemColumns.KNOWN_AT, ColumnType.TIMESTAMP))),
                List.of(
                        new Vector.Longs(ColumnType.LONG, bets.stream().mapToLong(Bet::id).toArray(), null),
                        new Vector.Strings(bets.stream().map(Bet::market).toArray(String[]::new)),
                        new Vector.Doubles(bets.stream().mapToDouble(Bet::profit).toArray(), null),
                        new Vector.Longs(ColumnType.TIMESTAMP, bets.stream().mapToLong(Bet::event).toArray(), null),
                        new Vector.Longs(ColumnType.TIMESTAMP, bets.stream().mapToLong(Bet::known).toArray(), null)),
                bets.size());
    }

    private static DatasetVersion store(ParquetDatasetStore datasets, List<Bet> bets) {
        return datasets.put(new DatasetDraft(
                "bets",
                frame(bets).schema(),
                List.of("id"),
                List.of(),
                List.of(PartitionRows.of(YearMonth.of(2026, 1), frame(bets), List.of("id"))),
                Map.of(),
                Instant.EPOCH,
                null,
                Instant.EPOCH));
    }

    private static List<Told> joined(
            DuckDb engine, ParquetDatasetStore datasets, DatasetVersion rows, List<Bet> asked) {
        Frame questions = new Frame(
                new Schema(List.of(new Column("market", ColumnType.STRING), new Column("at", ColumnType.TIMESTAMP))),
                List.of(frame(asked).vector("market"), frame(asked).vector(SystemColumns.EVENT_TIME)),
                asked.size());
        Frame joined = new DuckDbPointInTimeJoin(engine, datasets)
                .toFrame(new JoinRequest(
                        new JoinRequest.EntityRows.InFrame(questions),
                        "at",
                        List.of(new JoinRequest.View(
                                "markets",
                                new JoinRequest.FeatureRows.OfVersion(rows),
                                List.of(new JoinRequest.Key("market", "market")),
                                List.of("profit", "total", "bets", "before"),
                                TTL,
                                null))));
        List<Told> told = new ArrayList<>();
        for (int row = 0; row < joined.rows(); row++) {
            told.add(new Told(
                    number(joined.vector("markets.profit").get(row)),
                    number(joined.vector("markets.total").get(row)),
                    number(joined.vector("markets.bets").get(row)),
                    number(joined.vector("markets.before").get(row))));
        }
        return told;
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static FeatureEngine compiled(SqlViewDefinition view, DatasetVersion rows) {
        return FeatureEngine.of(
                List.of(view.over(rows.schema(), "market").orElseThrow()),
                Map.of("market", "market"),
                List.of(
                        view.source(rows.schema(), "market"),
                        new SourceSchema(
                                "asked",
                                new Schema(List.of(new Column("market", ColumnType.STRING))),
                                List.of("market"),
                                List.of())));
    }

    private static FeatureService service(FeatureEngine engine) {
        return engine.service(new FeatureServiceDefinition(
                "model",
                "asked",
                Map.of("of", Map.of("market", "market")),
                List.of(
                        Located.of("markets.profit"),
                        Located.of("markets.total"),
                        Located.of("markets.bets"),
                        Located.of("markets.before")),
                Map.of()));
    }

    private static List<Told> asModelsSeeIt(
            ParquetDatasetStore datasets, SqlViewDefinition view, DatasetVersion rows, List<Bet> asked) {
        FeatureEngine engine = compiled(view, rows);
        FeatureTable table = engine.history(
                        Map.of(view.dataset(), datasets.read(rows)), frame(asked), List.of(service(engine)))
                .getFirst();
        List<Told> told = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            double[] values = table.row(row);
            told.add(new Told(values[0], values[1], values[2], values[3]));
        }
        return told;
    }

    /** Materialised as far as each question, which come in the order of their times. */
    private static List<Told> online(
            ParquetDatasetStore datasets, SqlViewDefinition view, DatasetVersion rows, List<Bet> asked) {
        OnlineFeatures online = OnlineFeatures.open(compiled(view, rows), new InMemoryOnlineStore());
        Materialization materialization = new Materialization(datasets);
        List<Told> told = new ArrayList<>();
        for (Bet each : asked) {
            Instant at = Micros.toInstant(each.event());
            materialization.run(
                    online,
                    Map.of(view.dataset(), rows),
                    new Materialization.Request(List.of(), null, at, false),
                    (source, done, total) -> {});
            OnlineFeatures.Wanted wanted = new OnlineFeatures.Wanted(
                    "markets", List.of("profit", "total", "bets", "before"), Arrays.asList(each.market()));
            double[] values =
                    online.read(List.of(wanted), at).getFirst().getFirst().values();
            told.add(new Told(values[0], values[1], values[2], values[3]));
        }
        return told;
    }
}
