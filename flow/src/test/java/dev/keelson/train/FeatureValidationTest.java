package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.train.FeatureValidation.Finding;
import dev.keelson.train.FeatureValidation.Kind;
import dev.keelson.train.FeatureValidation.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FeatureValidationTest {
    private static final int ROWS = 600;
    private static final Instant NOW = Instant.parse("2024-01-01T00:00:00Z");
    private static final int[] LABELS = labels();
    private static final double[] NOISE = column(1, (random, i) -> random.nextGaussian());

    private interface Value {
        double of(Random random, int row);
    }

    private static int[] labels() {
        Random random = new Random(9);
        return IntStream.range(0, ROWS).map(i -> random.nextInt(2)).toArray();
    }

    private static double[] column(long seed, Value value) {
        Random random = new Random(seed);
        double[] values = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            values[i] = value.of(random, i);
        }
        return values;
    }

    private static TrainingTable table(double[]... columns) {
        return table(LABELS, columns);
    }

    private static TrainingTable table(int[] labels, double[]... columns) {
        List<String> names =
                IntStream.range(0, columns.length).mapToObj(i -> "f" + i).toList();
        long[] times = IntStream.range(0, ROWS).mapToLong(i -> i * 1_000_000L).toArray();
        return new TrainingTable(
                new FeatureMatrix(names, columns, ROWS),
                labels,
                times,
                times,
                IntStream.range(0, ROWS).toArray(),
                null,
                Map.of(),
                IntStream.range(0, ROWS).mapToObj(i -> "row" + i).toList());
    }

    private static FeatureValidation validate(TrainingTable table, @Nullable TrainingTable earlier) {
        return validate(table, earlier, Map.of());
    }

    private static FeatureValidation validate(
            TrainingTable table, @Nullable TrainingTable earlier, Map<String, double[]> recomputed) {
        ModelDefinition definition = ModelDefinition.builder("m", LabelDefinition.ofColumn("s", "y", List.of("no", "yes"), Duration.ZERO))
                .learners(List.of())
                .test(Duration.ofDays(1))
                .calibration(ModelDefinition.Calibration.NONE)
                .seed(1)
                .folding(ModelDefinition.Folding.walkForward(2))
                .build();
        return FeatureValidation.of(
                definition, table, earlier, recomputed, "v2", earlier == null ? null : "v1", NOW, FeatureValidation.Limits.DEFAULT);
    }

    private static Finding only(double[]... columns) {
        FeatureValidation validation = validate(table(columns), null);
        assertThat(validation.findings()).hasSize(1);
        return validation.findings().getFirst();
    }

    @Test
    void soundFeaturesHaveNoFinding() {
        FeatureValidation validation = validate(table(NOISE, column(2, (random, i) -> random.nextInt(5))), null);

        assertThat(validation.findings()).isEmpty();
        assertThat(validation.verdict()).isEqualTo("ok");
        assertThat(validation.features().getFirst().auc()).isBetween(0.5, 0.6);
    }

    @Test
    void aLabelOfOneClassBlocks() {
        int[] labels = new int[ROWS];
        Arrays.fill(labels, 1);

        FeatureValidation validation = validate(table(labels, NOISE), null);

        assertThat(validation.verdict()).isEqualTo("block");
        assertThat(validation.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.LABEL);
            assertThat(finding.features()).isEmpty();
            assertThat(finding.text()).contains("one class only (yes");
        });
    }

    @Test
    void featureThatTellsTheLabelBlocks() {
        Finding finding = only(NOISE, column(3, (random, i) -> LABELS[i] + 0.3 * random.nextGaussian()));

        assertThat(finding.level()).isEqualTo(Level.BLOCK);
        assertThat(finding.kind()).isEqualTo(Kind.LEAKAGE);
        assertThat(finding.features()).containsExactly("f1");
        assertThat(finding.value()).isGreaterThan(0.95);
    }

    @Test
    void missingValuesThatTellTheLabelBlock() {
        Finding finding =
                only(NOISE, column(4, (random, i) -> LABELS[i] == 1 ? random.nextGaussian() : Double.NaN));

        assertThat(finding.kind()).isEqualTo(Kind.LEAKAGE);
        assertThat(finding.value()).isCloseTo(1, within(1e-12));
    }

    @Test
    void featureFarBeyondTheOthersIsSuspicious() {
        Finding finding = only(NOISE, column(5, (random, i) -> LABELS[i] + random.nextGaussian() * 0.8));

        assertThat(finding.level()).isEqualTo(Level.WARN);
        assertThat(finding.kind()).isEqualTo(Kind.LEAKAGE);
    }

    @Test
    void valuesThatOtherDataGivesThanWasKnownBeforeTheEventBlock() {
        double[] other = column(2, (random, i) -> random.nextInt(5));
        Map<String, double[]> same = Map.of("row5", new double[] {NOISE[5], other[5]}, "row7", new double[] {NOISE[7], other[7]});
        Map<String, double[]> another = Map.of("row5", new double[] {NOISE[5], Double.NaN}, "row7", new double[] {NOISE[7], other[7]});

        FeatureValidation sound = validate(table(NOISE, other), null, same);
        FeatureValidation ahead = validate(table(NOISE, other), null, another);

        assertThat(sound.recomputed()).isEqualTo(2);
        assertThat(sound.findings()).isEmpty();
        Finding finding = ahead.findings().getFirst();
        assertThat(finding.level()).isEqualTo(Level.BLOCK);
        assertThat(finding.kind()).isEqualTo(Kind.LOOKS_AHEAD);
        assertThat(finding.features()).containsExactly("f1");
        assertThat(finding.text()).contains("1 of 2 past events");
    }

    @Test
    void valuesThatAreMissingOrTheSameAreTold() {
        assertThat(only(NOISE, column(6, (random, i) -> Double.NaN)).level()).isEqualTo(Level.BLOCK);
        assertThat(only(NOISE, column(6, (random, i) -> i % 3 == 0 ? random.nextGaussian() : Double.NaN)).kind())
                .isEqualTo(Kind.MISSING);
        assertThat(only(NOISE, column(6, (random, i) -> 4)).kind()).isEqualTo(Kind.CONSTANT);
        assertThat(only(NOISE, column(6, (random, i) -> i % 300 == 1 ? 1 : 0)).kind()).isEqualTo(Kind.NEAR_CONSTANT);
    }

    @Test
    void featuresThatRankAlikeAreAPair() {
        Finding finding = only(NOISE, column(0, (random, i) -> -Math.exp(NOISE[i])));

        assertThat(finding.kind()).isEqualTo(Kind.CORRELATED);
        assertThat(finding.features()).containsExactly("f0", "f1");
        assertThat(finding.value()).isCloseTo(-1, within(1e-12));
        assertThat(only(NOISE, column(0, (random, i) -> i % 7 == 0 ? Double.NaN : NOISE[i])).kind())
                .isEqualTo(Kind.CORRELATED);
    }

    @Test
    void halvesThatDifferHaveDrifted() {
        Finding finding = only(NOISE, column(7, (random, i) -> random.nextGaussian() + (i < ROWS / 2 ? 0 : 2)));

        assertThat(finding.kind()).isEqualTo(Kind.DRIFT);
        assertThat(finding.value()).isGreaterThan(0.5);
    }

    @Test
    void valueThatIsNotWhatItWasIsTold() {
        double[] now = NOISE.clone();
        now[5] = 99;
        double[] later = column(0, (random, i) -> i < 20 ? 7 : NOISE[i]);

        Finding one = validate(table(now), table(NOISE)).findings().getFirst();
        Finding many = validate(table(later), table(NOISE)).findings().getFirst();

        assertThat(one.level()).isEqualTo(Level.WARN);
        assertThat(one.kind()).isEqualTo(Kind.CHANGES_AFTER_EVENT);
        assertThat(many.level()).isEqualTo(Level.BLOCK);
        assertThat(validate(table(NOISE), table(NOISE)).findings()).isEmpty();
    }

    @Test
    void summaryCountsWhatIsThere() {
        FeatureSummary summary = FeatureSummary.of(new double[] {1, 3, Double.NaN, 3, 5});

        assertThat(summary.missing()).isEqualTo(1);
        assertThat(summary.distinct()).isEqualTo(3);
        assertThat(summary.mean()).isEqualTo(3);
        assertThat(summary.std()).isCloseTo(Math.sqrt(8.0 / 3), within(1e-12));
        assertThat(summary.p50()).isEqualTo(3);
        assertThat(summary.toJson().get("max").asDouble()).isEqualTo(5);
        assertThat(FeatureSummary.of(new double[] {Double.NaN}).toJson().get("mean").isNull()).isTrue();
    }
}
