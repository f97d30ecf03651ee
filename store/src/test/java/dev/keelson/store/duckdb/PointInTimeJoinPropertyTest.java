package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.spi.JoinRequest;
import dev.keelson.features.spi.JoinRequest.EntityRows;
import dev.keelson.features.spi.JoinRequest.FeatureRows;
import dev.keelson.features.spi.JoinRequest.View;
import dev.keelson.features.JoinSummary;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The join against a search of every feature row for every row asked about. */
class PointInTimeJoinPropertyTest {
    private static final int ROUNDS = 60;
    private static final int ASKED = 120;
    private static final int FEATURES = 160;

    /** Few distinct values of everything, so that ties, edges and absent keys are frequent. */
    private static final int TIMES = 24;

    private static final Duration STEP = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static DuckDb engine;
    private static DuckDbPointInTimeJoin join;

    @BeforeAll
    static void open() {
        engine = new DuckDb(DuckDbSettings.defaults());
        join = new DuckDbPointInTimeJoin(engine, new ParquetDatasetStore(folder.resolve("datasets"), engine));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void lateRowsTiesAndMissingCellsAreJoinedAsTheSearchDoes() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Frame asked = asked(random);
            Frame features = features(random, true);
            View view = view(new FeatureRows.InFrame(features, "happened", "known"), random);

            Frame joined = join.toFrame(new JoinRequest(new EntityRows.InFrame(asked), "as_of", List.of(view)));

            compare(seed, asked, features, view, joined);
        }
    }

    @Test
    void filesInEventOrderAreJoinedAsTheSearchDoes() throws SQLException {
        for (int seed = 0; seed < ROUNDS / 3; seed++) {
            SplittableRandom random = new SplittableRandom(1_000 + seed);
            Frame asked = asked(random);
            Frame features = features(random, false);
            FeatureRows.InFiles files = files(seed + "-ordered", features, true);
            View view = view(files, random);
            Path result = folder.resolve(seed + "-in-order.parquet");

            JoinSummary summary =
                    join.toFile(new JoinRequest(new EntityRows.InFrame(asked), "as_of", List.of(view)), result);

            assertThat(summary.views().getFirst().inEventOrder()).isTrue();
            Frame again = join.toFrame(new JoinRequest(new EntityRows.InFile(result), "as_of", List.of()));
            compare(seed, asked, features, view, again);
        }
    }

    @Test
    void filesOfLateRowsAreJoinedInLoadOrder() throws SQLException {
        for (int seed = 0; seed < ROUNDS / 3; seed++) {
            SplittableRandom random = new SplittableRandom(2_000 + seed);
            Frame asked = asked(random);
            Frame features = features(random, true);
            View view = view(files(seed + "-late", features, false), random);
            Path result = folder.resolve(seed + "-joined.parquet");

            JoinSummary summary =
                    join.toFile(new JoinRequest(new EntityRows.InFrame(asked), "as_of", List.of(view)), result);

            assertThat(summary.rows()).isEqualTo(ASKED);
            assertThat(summary.views().getFirst().inEventOrder()).isFalse();
            Frame again = join.toFrame(new JoinRequest(new EntityRows.InFile(result), "as_of", List.of()));
            compare(seed, asked, features, view, again);
        }
    }

    /** Two files, each with its rows in load order. */
    private static FeatureRows.InFiles files(String name, Frame features, boolean unique) throws SQLException {
        int half = features.rows() / 2;
        List<Path> files = List.of(folder.resolve(name + "-z.parquet"), folder.resolve(name + "-a.parquet"));
        new ParquetFiles(engine)
                .write(
                        List.of(
                                features.take(IntStream.range(0, half).toArray()),
                                features.take(IntStream.range(half, features.rows()).toArray())),
                        files);
        return new FeatureRows.InFiles(files, "happened", "known", Duration.ZERO, unique);
    }

    private static View view(FeatureRows rows, SplittableRandom random) {
        Duration ttl = random.nextInt(3) == 0 ? null : STEP.multipliedBy(random.nextInt(8));
        Expression where = random.nextInt(3) == 0
                ? Expression.parse(Located.of("x > 0 or (g = 2 and x is null)"), FEATURE_SCHEMA)
                : null;
        return new View(
                "v",
                rows,
                List.of(new JoinRequest.Key("team", "k"), new JoinRequest.Key("league", "g")),
                List.of("x", "n", "s", "d", "at", "b"),
                ttl,
                where);
    }

    private static final Schema ASKED_SCHEMA = new Schema(List.of(
            new Column("as_of", ColumnType.TIMESTAMP),
            new Column("team", ColumnType.STRING),
            new Column("league", ColumnType.LONG)));

    private static final Schema FEATURE_SCHEMA = new Schema(List.of(
            new Column("k", ColumnType.STRING),
            new Column("g", ColumnType.LONG),
            new Column("happened", ColumnType.TIMESTAMP),
            new Column("known", ColumnType.TIMESTAMP),
            new Column("x", ColumnType.DOUBLE),
            new Column("n", ColumnType.LONG),
            new Column("s", ColumnType.STRING),
            new Column("d", ColumnType.DATE),
            new Column("at", ColumnType.TIMESTAMP),
            new Column("b", ColumnType.BOOLEAN)));

    private static Frame asked(SplittableRandom random) {
        long[] asOf = new long[ASKED];
        @Nullable String[] team = new @Nullable String[ASKED];
        long[] league = new long[ASKED];
        boolean[] leagueMissing = new boolean[ASKED];
        for (int i = 0; i < ASKED; i++) {
            // now and then a microsecond off a time of the features
            asOf[i] = time(random.nextInt(TIMES + 6)) + random.nextInt(-1, 2) * (long) random.nextInt(2);
            team[i] = random.nextInt(12) == 0 ? null : "team " + random.nextInt(4);
            league[i] = random.nextInt(3);
            leagueMissing[i] = random.nextInt(12) == 0;
        }
        return new Frame(
                ASKED_SCHEMA,
                List.of(
                        new Vector.Longs(ColumnType.TIMESTAMP, asOf, null),
                        new Vector.Strings(team),
                        new Vector.Longs(ColumnType.LONG, league, leagueMissing)),
                ASKED);
    }

    private static long time(int step) {
        return 1_600_000_000_000_000L + step * STEP.toMillis() * 1_000L;
    }

    /** @param late whether rows are known at any time, with ties; else all one step after the event, unique by key and event */
    private static Frame features(SplittableRandom random, boolean late) {
        List<int[]> rows = new ArrayList<>();
        if (late) {
            for (int i = 0; i < FEATURES; i++) {
                int event = random.nextInt(TIMES);
                rows.add(new int[] {random.nextInt(5), random.nextInt(3), event, event + random.nextInt(-1, 6)});
            }
        } else {
            for (int i = 0; i < 5 * 3 * TIMES; i++) {
                if (random.nextInt(3) == 0) {
                    rows.add(new int[] {i % 5, i / 5 % 3, i / 15, i / 15 + 1});
                }
            }
        }
        int n = rows.size();
        @Nullable String[] team = new @Nullable String[n];
        long[] league = new long[n];
        long[] happened = new long[n];
        long[] known = new long[n];
        double[] x = new double[n];
        boolean[] nulls = new boolean[n];
        long[] sequence = new long[n];
        @Nullable String[] text = new @Nullable String[n];
        boolean[] flag = new boolean[n];
        for (int i = 0; i < n; i++) {
            int[] row = rows.get(i);
            team[i] = late && random.nextInt(20) == 0 ? null : "team " + row[0];
            league[i] = row[1];
            happened[i] = time(row[2]);
            known[i] = time(row[3]);
            x[i] = random.nextInt(10) == 0 ? Double.NaN : random.nextDouble(-1, 1);
            sequence[i] = i;
            nulls[i] = random.nextInt(4) == 0;
            text[i] = nulls[i] ? null : "é " + i;
            flag[i] = i % 2 == 0;
        }
        boolean[] never = nulls.clone();
        return new Frame(
                FEATURE_SCHEMA,
                List.of(
                        new Vector.Strings(team),
                        new Vector.Longs(ColumnType.LONG, league, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, happened, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, known, null),
                        new Vector.Doubles(x, nulls),
                        new Vector.Longs(ColumnType.LONG, sequence, never),
                        new Vector.Strings(text),
                        new Vector.Longs(ColumnType.DATE, sequence, never),
                        new Vector.Longs(ColumnType.TIMESTAMP, known, never),
                        new Vector.Booleans(flag, never)),
                n);
    }

    private static void compare(int seed, Frame asked, Frame features, View view, Frame joined) {
        assertThat(joined.rows()).isEqualTo(asked.rows());
        assertThat(joined.schema().names().subList(0, 3)).isEqualTo(asked.schema().names());
        FrameRow row = new FrameRow(features);
        for (int i = 0; i < asked.rows(); i++) {
            for (int c = 0; c < 3; c++) {
                assertThat(joined.vector(c).get(i)).isEqualTo(asked.vector(c).get(i));
            }
            long asOf = asked.longs("as_of").values()[i];
            Object team = asked.vector("team").get(i);
            Object league = asked.vector("league").get(i);
            int best = -1;
            for (int f = 0; f < features.rows() && team != null && league != null; f++) {
                boolean counts = features.longs("known").values()[f] < asOf
                        && team.equals(features.vector("k").get(f))
                        && league.equals(features.vector("g").get(f))
                        && (view.where() == null || view.where().isTrue(row.at(f)));
                if (counts && (best < 0 || isLater(features, f, best))) {
                    best = f;
                }
            }
            long age = best < 0 ? 0 : asOf - features.longs("happened").values()[best];
            Duration ttl = view.ttl();
            FeatureStatus status = team == null || league == null
                    ? FeatureStatus.NULL_KEY
                    : best < 0
                            ? FeatureStatus.NOT_FOUND
                            : ttl != null && age > ttl.toMillis() * 1_000
                                    ? FeatureStatus.STALE
                                    : features.vector("x").isNull(best) ? FeatureStatus.NULL : FeatureStatus.PRESENT;
            String at = "seed %d, row %d".formatted(seed, i);
            assertThat(joined.vector("v._status").get(i)).as(at).isEqualTo(status.name());
            assertThat(joined.vector("v._age_seconds").get(i)).as(at).isEqualTo(best < 0 ? null : (Object) (age / 1e6));
            for (String column : view.columns()) {
                Object expected = status == FeatureStatus.PRESENT ? features.vector(column).get(best) : null;
                if (!Objects.equals(expected, joined.vector("v." + column).get(i))) {
                    assertThat(joined.vector("v." + column).get(i)).as(at + ", " + column).isEqualTo(expected);
                }
            }
        }
    }

    private static boolean isLater(Frame features, int row, int other) {
        long[] happened = features.longs("happened").values();
        long[] known = features.longs("known").values();
        int order = Long.compare(happened[row], happened[other]);
        order = order != 0 ? order : Long.compare(known[row], known[other]);
        return order > 0 || (order == 0 && row > other);
    }
}
