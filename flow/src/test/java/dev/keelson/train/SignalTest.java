package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignalTest {
    private static ModelDefinition model(Duration delay) {
        return ModelDefinition.builder("m", new LabelDefinition("s", "up", "close > 1", List.of("false", "true"), delay))
                .learners(List.of())
                .folding(ModelDefinition.Folding.walkForward(2))
                .test(Duration.ofDays(10))
                .embargo(delay)
                .calibration(ModelDefinition.Calibration.NONE)
                .seed(1)
                .build();
    }

    /** Rows of 40 days, two a day, of which the first happens; forecasts of it by row. */
    private static SortedMap<String, Double> measured(Duration delay, double first, double second) {
        int n = 80;
        double[] p = new double[2 * n];
        double[] even = new double[2 * n];
        int[] labels = new int[n];
        int[] day = new int[n];
        for (int i = 0; i < n; i++) {
            double told = i % 2 == 0 ? first : second;
            double happens = 0.5 + (told - 0.5) * (1 + i / 2 % 2 * 0.1); // surer every other day
            p[2 * i] = 1 - happens;
            p[2 * i + 1] = happens;
            even[2 * i] = 0.5;
            even[2 * i + 1] = 0.5;
            labels[i] = 1 - i % 2;
            day[i] = 100 + i / 2;
        }
        HoldoutForecast test = new HoldoutForecast(
                IntStream.range(0, n).mapToObj(Integer::toString).toList(), p, labels, day, 2);
        SortedMap<String, Double> metrics = new TreeMap<>();
        Signal.put(metrics, model(delay), test, even, false);
        return metrics;
    }

    @Test
    void forecastsThatTellTheRowsApartAreASignal() {
        Signal signal = Signal.of(measured(Duration.ofDays(1), 0.8, 0.2)).orElseThrow();

        assertThat(signal.found()).isTrue();
        assertThat(signal.difference().estimate()).isEqualTo((Math.log(0.5 / 0.8) + Math.log(0.5 / 0.83)) / 2, within(1e-12));
        assertThat(signal.blocks()).isEqualTo(40);
        assertThat(signal.text()).startsWith("signal: better than the frequencies (log loss -0.4");
    }

    @Test
    void forecastsThatSayWhatTheReferenceSaysAreNone() {
        Signal signal = Signal.of(measured(Duration.ofDays(1), 0.5, 0.5)).orElseThrow();

        assertThat(signal.found()).isFalse();
        assertThat(signal.text()).startsWith("no signal: not better than the frequencies beyond chance");
    }

    @Test
    void forecastsThatAreWrongAreNoneAndWorse() {
        Signal signal = Signal.of(measured(Duration.ofDays(1), 0.2, 0.8)).orElseThrow();

        assertThat(signal.text()).startsWith("no signal: worse than the frequencies");
    }

    @Test
    void outcomesThatOverlapCountAsOneBlock() {
        SortedMap<String, Double> metrics = measured(Duration.ofDays(9).plusHours(1), 0.8, 0.2);

        assertThat(metrics).containsEntry("signal_block_days", 10.0).containsEntry("signal_blocks", 4.0);
    }

    @Test
    void oneBlockIsNoEvidence() {
        Signal signal = Signal.of(measured(Duration.ofDays(90), 0.8, 0.2)).orElseThrow();

        assertThat(signal.found()).isFalse();
        assertThat(signal.difference().upper()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(signal.text()).contains("by 1 block of 90 days");
    }

    @Test
    void refreshHasNone() {
        assertThat(Signal.of(Map.of("rows", 5.0))).isEmpty();
    }

    @Test
    void numberIsComparedWithTheMean() {
        Signal signal = new Signal("mean", "squared error", new Interval(-2, -1, 0.5, 0.95), 12, 1, false);

        assertThat(signal.text())
                .isEqualTo("no signal: not better than the mean beyond chance"
                        + " (squared error -1.000, 95 % interval -2.000 to +0.5000 by 12 blocks of a day)");
    }

    @Test
    void aDifferenceThatIsTheSameInEveryRowIsNoEvidence() {
        Signal signal = new Signal("frequencies", "log loss", new Interval(-1, -1, -1, 0.95), 12, 1, false);

        assertThat(signal.found()).isFalse();
        assertThat(signal.text()).startsWith("no signal: the same difference");
    }

    @Test
    void aLabelOfOneClassIsNoSignalHoweverSureTheModelIs() {
        TrainingTable table = oneClass(TrainingFixture.table(800, 3));
        ModelDefinition model = TrainingFixture.definition();

        TrainingOutcome outcome = TrainingFixture.training(1).run(TrainingFixture.request(table, new TrainingMode.Full()));

        Signal signal = Signal.of(outcome.metrics()).orElseThrow();
        assertThat(signal.found()).isFalse();
        assertThat(outcome.metrics()).containsEntry("signal", 0.0);
        assertThat(signal.text()).isEqualTo("no signal: the label has one class only");
        assertThat(LabelSigns.of(model, table)).hasValueSatisfying(text -> assertThat(text)
                .contains("one class only (D, in all 800 rows)"));
        assertThat(LabelSigns.of(model, TrainingFixture.table(800, 3))).isEmpty();
    }

    private static TrainingTable oneClass(TrainingTable table) {
        int[] labels = new int[table.rows()];
        Arrays.fill(labels, 1);
        return new TrainingTable(
                table.features(),
                labels,
                table.eventTime(),
                table.knownAt(),
                table.day(),
                table.segment(),
                table.odds(),
                table.rowIds());
    }
}
