package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.frame.Micros;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class BaselineCheckTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final BaselineSource ROLLING = BaselineSource.parse("last 30d").orElseThrow();
    private static final DriftMonitorDefinition MONITOR = new DriftMonitorDefinition(
            "drift", List.of("m"), Duration.ofDays(7), 100, Policy.RECOMMENDED, 0.3, Map.of(), null);

    /** Rows at every hour of one column whose mean rises slowly; a sport beside it. */
    private static BaselineRows hours(int from, int to, double rise) {
        Random random = new Random(31L * from + to);
        double[] x = IntStream.range(from, to).mapToDouble(hour -> random.nextGaussian() + rise * hour / 24).toArray();
        double[] sport = IntStream.range(from, to).mapToDouble(hour -> random.nextInt(3)).toArray();
        long[] times = LongStream.range(from, to)
                .map(hour -> Micros.of(START.plus(Duration.ofHours(hour))))
                .toArray();
        return BaselineRows.of(List.of("x", "sport"), Set.of("sport"), times, new double[][] {x, sport});
    }

    private static ReferenceProfile profile(BaselineRows rows) {
        return ReferenceProfile.of(rows, new double[] {0.5, 0.5}, Map.of("sport", key -> "sport " + (int) key));
    }

    private static DriftCheck.Window window(int fromDay, int toDay, double rise) {
        return new DriftCheck.Window(
                hours(24 * fromDay, 24 * toDay, rise).values(),
                START.plus(Duration.ofDays(fromDay)),
                START.plus(Duration.ofDays(toDay)));
    }

    @Test
    void creepIsSeenByTheFrozenBaselineAndHiddenByTheRollingOne() {
        double rise = 0.01; // sd a day: a quarter in a month, one in a hundred days
        BaselineCheck.Against frozen =
                new BaselineCheck.Against(BaselineSource.TRAINING, "m.training.1", profile(hours(0, 24 * 30, 0)), List.of());
        BaselineCheck.Against rolling =
                new BaselineCheck.Against(ROLLING, "m.last-30d.4", profile(hours(24 * 83, 24 * 113, rise)), List.of());

        BaselineCheck.Judged judged = BaselineCheck.check(
                "m", 1, List.of(frozen, rolling), window(113, 120, rise), MONITOR, START.plus(Duration.ofDays(120)));

        DriftReport report = judged.report();
        assertThat(report.verdict()).isEqualTo(Verdict.ALARM);
        assertThat(report.baselines()).extracting(BaselineVerdict::verdict).containsExactly(Verdict.ALARM, Verdict.NONE);
        assertThat(report.disagreement()).hasValueSatisfying(sentence -> assertThat(sentence)
                .startsWith("Against `training` x moved (alarm), against `last 30d` nothing did: creep,"));
        assertThat(report.reason()).contains("creep, which a baseline that rolls on hides");
        assertThat(judged.beside()).singleElement().satisfies(beside -> {
            assertThat(beside.verdict()).isEqualTo(Verdict.NONE);
            assertThat(BaselineCheck.stored(beside).subject()).isEqualTo("m against last 30d");
        });
        assertThat(DriftReport.fromJson(report.toJson().toString()).toJson()).isEqualTo(report.toJson());
    }

    @Test
    void rowsOfTheWindowAreLeftOutOfTheBaseline() {
        BaselineCheck.Against overlapping =
                new BaselineCheck.Against(ROLLING, "m.last-30d.1", profile(hours(0, 24 * 30, 0)), List.of());

        DriftReport report = BaselineCheck.check(
                        "m", 1, List.of(overlapping), window(25, 32, 0), MONITOR, START.plus(Duration.ofDays(32)))
                .report();

        assertThat(report.referenceRows()).isEqualTo(24 * 25);
        assertThat(report.baselines().getFirst().leftOut()).isEqualTo(24 * 5);
        assertThat(report.baselines().getFirst().to()).isEqualTo(START.plus(Duration.ofDays(25)));
    }

    @Test
    void aBaselineThatLiesInTheWindowTellsNothing() {
        BaselineCheck.Against inside =
                new BaselineCheck.Against(ROLLING, "m.last-30d.1", profile(hours(24 * 26, 24 * 30, 0)), List.of());

        DriftReport report = BaselineCheck.check(
                        "m", 1, List.of(inside), window(25, 32, 0), MONITOR, START.plus(Duration.ofDays(32)))
                .report();

        assertThat(report.verdict()).isEqualTo(Verdict.INSUFFICIENT);
        assertThat(report.reason()).contains("Nearly all of the 96 rows of the baseline lie in the window judged");
    }

    @Test
    void eachBaselineKeepsItsOwnPersistence() {
        ReferenceProfile moved = profile(hours(0, 24 * 30, 0));
        BaselineCheck.Against none = new BaselineCheck.Against(ROLLING, "", null, List.of());
        BaselineCheck.Against training = new BaselineCheck.Against(BaselineSource.TRAINING, "a", moved, List.of());

        DriftReport report = BaselineCheck.check(
                        "m", 1, List.of(training, none), window(40, 47, 0), MONITOR, START.plus(Duration.ofDays(47)))
                .report();

        assertThat(report.baselines()).extracting(BaselineVerdict::verdict).containsExactly(Verdict.NONE, Verdict.INSUFFICIENT);
        assertThat(report.disagreement()).isEmpty();
    }

    @Test
    void rowsComeBackFromBytesAndLargeOnesAsStretchesWithASketch() {
        BaselineRows small = hours(0, 500, 0.01);
        BaselineRows large = hours(0, 200_000, 0);

        BaselineRows read = BaselineRows.ofBytes(small.toBytes());

        assertThat(read.values()).isDeepEqualTo(small.values());
        assertThat(read.times()).isEqualTo(small.times());
        assertThat(read.exact()).isTrue();
        assertThat(large.exact()).isFalse();
        assertThat(large.rows()).isEqualTo(200_000);
        assertThat(large.times()).hasSize(BaselineRows.MOST).isSorted();
        assertThat(profile(large).column(0).sorted()[BaselineRows.MOST / 2]).isCloseTo(0, within(0.03));
        assertThat(BaselineRows.ofBytes(large.toBytes()).tallies().getFirst().mean())
                .isEqualTo(large.tallies().getFirst().mean());
        assertThatThrownBy(() -> BaselineRows.ofBytes(new byte[] {1, 2, 3})).hasMessageContaining("no rows of a baseline");
    }

    @Test
    void talliesOfPartsMakeThatOfTheWhole() {
        Random random = new Random(9);
        double[] values = random.doubles(50_000).map(u -> u < 0.1 ? Double.NaN : 1e6 + u).toArray();
        ColumnTally whole = new ColumnTally(false, 512);
        ColumnTally merged = new ColumnTally(false, 512);

        Arrays.stream(values).forEach(whole::add);
        for (int part = 0; part < 50; part++) {
            ColumnTally tally = new ColumnTally(false, 512);
            Arrays.stream(values, 1_000 * part, 1_000 * (part + 1)).forEach(tally::add);
            merged.merge(tally);
        }

        assertThat(merged.rows()).isEqualTo(50_000);
        assertThat(merged.missing()).isEqualTo(whole.missing());
        assertThat(merged.mean()).isCloseTo(whole.mean(), within(1e-9 * 1e6));
        assertThat(merged.deviation()).isCloseTo(whole.deviation(), within(1e-9));
        assertThat(merged.least()).isEqualTo(whole.least());
        double median = merged.quantiles(0.5)[0];
        double share = Arrays.stream(values).filter(value -> value <= median).count() / (double) merged.values();
        assertThat(share).isCloseTo(0.5, within(merged.rankError()));
        assertThat(merged.expand(2_000)).hasSize(2_000);
        assertThat(Arrays.stream(merged.expand(2_000)).filter(Double::isNaN).count()).isCloseTo(200L, within(15L));
    }

    @Test
    void statisticsTellCategoriesByName() {
        Map<String, Long> counted = new HashMap<>();

        List<Baseline.Column> columns = Baseline.columns(hours(0, 900, 0), key -> "sport " + (int) key);

        assertThat(columns.getFirst().quantiles()).hasSize(7);
        assertThat(columns.getFirst().mean()).isCloseTo(0, within(0.15));
        columns.getLast().categories().forEach(each -> counted.put(each.text(), each.rows()));
        assertThat(counted).containsOnlyKeys("sport 0", "sport 1", "sport 2");
        assertThat(counted.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(900);
    }

    @Test
    void sourcesAreReadAsTheyAreWritten() {
        for (String text : List.of("training", "last 30d", "last 12h", "dataset 3f2a")) {
            assertThat(BaselineSource.parse(text).map(BaselineSource::text)).hasValue(text);
        }
        assertThat(BaselineSource.parse("last 2w").map(BaselineSource::text)).hasValue("last 14d");
        assertThat(BaselineSource.parse("last 0d")).isEmpty();
        assertThat(BaselineSource.parse("yesterday")).isEmpty();
    }
}
