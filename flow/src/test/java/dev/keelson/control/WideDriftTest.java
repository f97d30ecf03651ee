package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMethods;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.DriftReport.Verdict;
import dev.keelson.monitor.ReferenceProfile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WideDriftTest {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final List<String> OUTPUTS = List.of("no", "yes");

    private final Random random = new Random(11);

    private static DriftMonitorDefinition monitor(Policy policy, List<String> segments) {
        return new DriftMonitorDefinition(
                "drift", List.of("m"), Duration.ofDays(7), 100, policy, 0.3, Map.of(), null,
                DriftMethods.defaults(), segments, false);
    }

    private double[] normal(int n, double mean) {
        return random.doubles(n).map(ignored -> mean + random.nextGaussian()).toArray();
    }

    /** A check of two columns, of which the second carries nearly all importance, each moved so far. */
    private DriftReport report(Policy policy, double firstMoved, double secondMoved, double importance) {
        ReferenceProfile reference = ReferenceProfile.of(
                List.of("x", "y"),
                new double[][] {normal(2_000, 0), normal(2_000, 0)},
                new double[] {importance * 0.1, importance * 0.9});
        return DriftCheck.check(
                "m", 1, reference,
                new DriftCheck.Window(new double[][] {normal(500, firstMoved), normal(500, secondMoved)}, NOW.minus(Duration.ofDays(7)), NOW),
                monitor(policy, List.of()), NOW, List.of());
    }

    private List<double[]> answers(int n, double yes) {
        List<double[]> answers = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double p = Math.min(1, Math.max(0, yes + 0.1 * random.nextGaussian()));
            answers.add(new double[] {1 - p, p});
        }
        return answers;
    }

    @Test
    void quicklyItSaysTheSame() {
        int alarms = 0;
        for (int i = 0; i < 40; i++) {
            DriftReport columns = report(Policy.RECOMMENDED, 0, 0, 1);
            List<double[]> before = answers(900, 0.4);
            List<double[]> now = answers(300, 0.4 + 0.01 * (i % 8));

            DriftReport whole = WideDrift.of(columns, List.of(), monitor(Policy.RECOMMENDED, List.of()), OUTPUTS, before, now, Optional::empty);
            DriftReport quick = WideDrift.quickly(columns, List.of(), monitor(Policy.RECOMMENDED, List.of()), OUTPUTS, before, now, Optional::empty);

            assertThat(quick.verdict()).isEqualTo(whole.verdict());
            assertThat(quick.details().findings()).isEqualTo(whole.details().findings());
            alarms += whole.verdict() == Verdict.ALARM ? 1 : 0;
        }
        assertThat(alarms).isBetween(5, 35);
    }

    @Test
    void withFewAnswersNothingIsSaid() {
        DriftReport columns = report(Policy.RECOMMENDED, 0, 0, 1);

        for (int few : new int[] {0, 3, 99}) {
            DriftReport quick = WideDrift.quickly(
                    columns, List.of(), monitor(Policy.RECOMMENDED, List.of()), OUTPUTS, answers(few, 0.1), answers(300, 0.9), Optional::empty);

            assertThat(quick).isEqualTo(columns);
        }
    }

    @Test
    void tablesAreAskedForWhereTheMonitorWantsThem() {
        DriftReport columns = report(Policy.RECOMMENDED, 0, 0, 1);
        int[] asked = new int[1];

        for (List<String> segments : List.of(List.<String>of(), List.of("league"))) {
            WideDrift.of(columns, List.of(), monitor(Policy.RECOMMENDED, segments), OUTPUTS, List.of(), List.of(), () -> {
                asked[0]++;
                return Optional.empty();
            });
        }

        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void anAlarmIsWorthATrainingWhenWhatMovedMatters() {
        DriftReport small = report(Policy.RECOMMENDED, 3, 0, 1);
        DriftReport large = report(Policy.RECOMMENDED, 0, 3, 1);
        DriftReport unknown = report(Policy.RECOMMENDED, 3, 0, 0);
        DriftReport other = report(Policy.ACIS, 3, 0, 1);

        assertThat(List.of(small, large, unknown, other)).extracting(DriftReport::verdict).containsOnly(Verdict.ALARM);
        assertThat(WideDrift.notWorth(small)).hasValueSatisfying(why -> assertThat(why)
                .startsWith("What moved carries 10 % of the importance of the model; drift alone trains it from 20 % on. `keelson retrain "));
        assertThat(WideDrift.notWorth(large)).isEmpty();
        assertThat(WideDrift.notWorth(unknown)).isEmpty();
        assertThat(WideDrift.notWorth(other)).isEmpty();
    }
}
