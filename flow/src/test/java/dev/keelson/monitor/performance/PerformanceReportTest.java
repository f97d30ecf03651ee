package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PerformanceReportTest {
    private static final LocalDate BEGIN = LocalDate.of(2026, 1, 5); // a Monday
    private static final WindowEstimates.Learners LEARNERS = new WindowEstimates.Learners(
            new LinearProvider().create(Map.of()), new LogisticProvider().create(Map.of()));

    /** Two classes whose chances are told rightly, but for what a test changes; the outcome comes some days later. */
    private static final class World {
        final int perDay;
        final double[] told;
        final double[] happened;
        final int[] day;
        final long[] event;
        final long[] known;
        final List<double[]> features = new ArrayList<>();
        final List<String> segments = new ArrayList<>();

        World(int days, int perDay, int delayDays, long seed) {
            this.perDay = perDay;
            int n = days * perDay;
            told = new double[2 * n];
            happened = new double[n];
            day = new int[n];
            event = new long[n];
            known = new long[n];
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < n; i++) {
                double x = random.nextGaussian();
                double p = 1 / (1 + Math.exp(-x));
                told[2 * i] = 1 - p;
                told[2 * i + 1] = p;
                happened[i] = random.nextDouble() < p ? 1 : 0;
                day[i] = (int) BEGIN.toEpochDay() + i / perDay;
                event[i] = day[i] * 86_400_000_000L;
                known[i] = event[i] + delayDays * 86_400_000_000L;
                features.add(new double[] {x, i % 4});
                segments.add(i % 2 == 0 ? "even" : "odd");
            }
        }

        /** As it is known at the end of that day; what came later is not there. */
        PerformanceRows at(int lastDay) {
            long now = Micros.of(now(lastDay));
            double[] seen = happened.clone();
            long[] when = known.clone();
            for (int i = 0; i < seen.length; i++) {
                if (when[i] > now) {
                    seen[i] = Double.NaN;
                    when[i] = Long.MAX_VALUE;
                }
            }
            return new PerformanceRows(2, told, seen, day, event, when, features, segments);
        }

        /** From that day on the second class happens where it was told not to. */
        World turnedFrom(int from) {
            for (int i = from * perDay; i < happened.length; i++) {
                happened[i] = 1 - happened[i];
            }
            return this;
        }
    }

    private static Instant now(int day) {
        return BEGIN.plusDays(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static ObjectNode report(PerformanceRows rows, String window, int day) {
        return PerformanceReport.of(
                rows,
                new PerformanceReport.Asked(
                        WindowLength.of(window), ZoneOffset.UTC, now(day), List.of("no", "yes"), LEARNERS, 1));
    }

    @Test
    void windowsAreWholeWeeksMonthsOrDaysBackFromTheNewest() {
        PerformanceRows rows = new World(40, 3, 0, 1).at(40);

        assertThat(PerformanceReport.windows(rows, WindowLength.WEEK)).extracting(w -> w.from().toString())
                .containsExactly("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09");
        assertThat(PerformanceReport.windows(rows, WindowLength.of("month"))).extracting(w -> w.after() - w.first())
                .containsExactly(27 * 3, 13 * 3);
        assertThat(PerformanceReport.windows(rows, WindowLength.of("15d"))).extracting(w -> w.end().toString())
                .containsExactly("2026-01-15", "2026-01-30", "2026-02-14");
        assertThatThrownBy(() -> WindowLength.of("fortnight")).hasMessageContaining("`day`, `week`, `month`");
    }

    @Test
    void aWindowSaysHowManyOfItsOutcomesAreThereAndWhenEnoughWillBe() {
        ObjectNode told = report(new World(28, 10, 10, 1).at(28), "week", 28);

        JsonNode last = told.path("windows").get(3);
        assertThat(told.path("delay").path("median_s").asLong()).isEqualTo(Duration.ofDays(10).toSeconds());
        assertThat(told.path("windows").get(0).path("mature").asBoolean()).isTrue();
        assertThat(last.path("labelled").asInt()).isZero();
        assertThat(last.path("mature").asBoolean()).isFalse();
        // 95 % of seven days of ten rows are those of all seven; the last day's come ten days after it
        assertThat(Instant.parse(last.path("mature_at").asText()))
                .isBetween(now(37).minusSeconds(1), now(37).plusSeconds(2));
    }

    @Test
    void outcomesThatAreWaitedForCountInTheLawOfDelays() {
        World world = new World(40, 10, 0, 1);
        for (int i = 0; i < world.known.length; i += 2) {
            world.known[i] = Long.MAX_VALUE; // half never come
        }
        DelayLaw law = DelayLaw.of(world.at(40), now(40));

        assertThat(law.ever()).isCloseTo(0.5, within(1e-12));
        assertThat(law.matureAt(world.at(40), Micros.of(now(40)))).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void estimatesOfAWindowKnowNothingOfItsOwnOutcomesOrLaterOnes() {
        World world = new World(70, 20, 0, 3);
        JsonNode before = report(world.at(70), "week", 70).path("windows").get(6).path("estimated");
        for (int i = 6 * 7 * 20; i < world.happened.length; i++) {
            world.happened[i] = 1 - world.happened[i];
        }

        JsonNode after = report(world.at(70), "week", 70).path("windows").get(6).path("estimated");

        assertThat(before.path("log_loss").path("value").isNumber()).isTrue();
        assertThat(after).isEqualTo(before);
    }

    @Test
    void outcomesThatWereNotKnownWhenAWindowEndedTeachItNothing() {
        World world = new World(70, 20, 100, 3);

        JsonNode told = report(world.at(200), "week", 200); // all are known by now, none was then

        assertThat(told.path("labelled").asInt()).isEqualTo(1400);
        assertThat(told.path("estimates").path("believable").asText()).isEqualTo("none");
        assertThat(told.path("estimates").path("sentence").asText())
                .isEqualTo("Nothing is estimated: of the predictions before a window, the outcomes of fewer than 300 were known when it ended.");
    }

    @Test
    void rightChancesAreEstimatedWithinTheirIntervals() {
        int within = 0;
        int of = 0;
        int refused = 0;
        for (int seed = 0; seed < 4; seed++) {
            JsonNode estimates = report(new World(84, 20, 0, 100 + seed).at(84), "week", 84).path("estimates");
            for (JsonNode each : estimates.path("coverage")) {
                within += each.path("within").asInt();
                of += each.path("of").asInt();
            }
            refused += estimates.path("believable").asText().equals("no") ? 1 : 0;
        }

        assertThat(within / (double) of).isBetween(0.88, 0.995);
        assertThat(refused).isLessThanOrEqualTo(1);
    }

    @Test
    void estimatesAreNotBelievedWhereTheRelationChanged() {
        JsonNode told = report(new World(112, 20, 0, 5).turnedFrom(84).at(112), "week", 112);

        assertThat(told.path("estimates").path("believable").asText()).isEqualTo("no");
        assertThat(told.path("estimates").path("sentence").asText()).startsWith("The estimates must not be believed.");
        assertThat(told.path("calibration").path("verdict").asText()).isEqualTo("miscalibrated");
    }

    @Test
    void estimatesAreNotBelievedOfRowsFromElsewhere() {
        World world = new World(70, 20, 0, 6);
        for (int i = 63 * 20; i < 70 * 20; i++) {
            world.features.set(i, new double[] {50 + world.features.get(i)[0], 9});
        }

        JsonNode told = report(world.at(70), "week", 70).path("estimates");

        assertThat(told.path("told_apart_auc").asDouble()).isGreaterThan(0.99);
        assertThat(told.path("believable").asText()).isEqualTo("no");
    }

    @Test
    void errorsOfNumbersAreEstimatedFromFeatures() {
        SplittableRandom random = new SplittableRandom(9);
        World world = new World(84, 20, 0, 9);
        int n = world.happened.length;
        double[] told = new double[n];
        double[] happened = new double[n];
        for (int i = 0; i < n; i++) {
            double spread = 1 + i % 4 + (i >= 77 * 20 ? 4 : 0); // harder rows in the last week
            world.features.set(i, new double[] {random.nextGaussian(), spread});
            told[i] = random.nextGaussian();
            happened[i] = told[i] + spread * random.nextGaussian();
        }
        PerformanceRows rows = new PerformanceRows(
                0, told, happened, world.day, world.event, world.event, world.features, world.segments);

        JsonNode report = PerformanceReport.of(
                rows,
                new PerformanceReport.Asked(
                        WindowLength.WEEK, ZoneOffset.UTC, now(84), List.of(), LEARNERS, 1));

        JsonNode last = report.path("windows").get(11);
        double before = report.path("windows").get(10).path("estimated").path("mae").path("value").asDouble();
        assertThat(last.path("estimated").path("mae").path("value").asDouble()).isGreaterThan(1.5 * before);
        assertThat(report.path("estimates").path("method").asText()).isEqualTo("dle");
        assertThat(report.has("calibration")).isFalse();
    }

    @Test
    void withoutPredictionsNothingIsSaidAndNothingFails() {
        PerformanceRows none = new PerformanceRows(
                2, new double[0], new double[0], new int[0], new long[0], new long[0], List.of(), List.of());

        ObjectNode told = report(none, "week", 1);

        assertThat(told.path("windows")).isEmpty();
        assertThat(told.path("delay").path("sentence").asText()).isEqualTo("No outcome has come yet.");
        assertThat(told.path("calibration").path("verdict").asText()).isEqualTo("insufficient");
    }
}
