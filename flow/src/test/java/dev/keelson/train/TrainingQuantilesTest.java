package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.PredictionRange;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.train.GuidanceDefinition.Uncertainty;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Quantiles beside a value, and intervals around them. */
final class TrainingQuantilesTest {
    private static final int ROWS = 2_000;

    /** Tells the mean, or quantiles, of the training rows of its half of the first feature. */
    private static final class Halves implements LearnerProvider, ModelCodec {
        @Override
        public String name() {
            return "halves";
        }

        @Override
        public List<String> settingNames() {
            return List.of();
        }

        @Override
        public ModelCodec codec() {
            return this;
        }

        @Override
        public String format() {
            return "halves";
        }

        @Override
        public Model load(List<String> features, Task task, Map<String, byte[]> files) {
            String[] texts = new String(Objects.requireNonNull(files.get("v")), StandardCharsets.UTF_8).split(",", -1);
            return new HalvesModel(
                    features, task, Arrays.stream(texts).mapToDouble(Double::parseDouble).toArray());
        }

        @Override
        public Learner create(Map<String, Object> settings) {
            return new Continuing() {
                @Override
                public boolean continues(ContinuationMode mode) {
                    return true;
                }

                @Override
                public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
                    Continuing.require(HalvesModel.class, base, rows);
                    return fit(rows, seed);
                }

                @Override
                public String name() {
                    return "halves";
                }

                @Override
                public Map<String, Object> settings() {
                    return Map.of();
                }

                @Override
                public boolean supports(Task task) {
                    return !(task instanceof Task.Classification);
                }

                @Override
                public Fit fit(TrainingSet rows, FitControl control, long seed) {
                    int width = rows.task().outputs().size();
                    double[] told = new double[2 * width];
                    for (int half = 0; half < 2; half++) {
                        boolean above = half == 1;
                        double[] mine = new double[rows.rows()];
                        int n = 0;
                        for (int i = 0; i < mine.length; i++) {
                            if (rows.features().value(i, 0) > 0 == above) {
                                mine[n++] = rows.values()[i];
                            }
                        }
                        double[] sorted = Arrays.copyOf(mine, n);
                        Arrays.sort(sorted);
                        for (int k = 0; k < width; k++) {
                            told[half * width + k] = rows.task() instanceof Task.Quantiles quantiles
                                    ? sorted[(int) (quantiles.levels().get(k) * n)]
                                    : Arrays.stream(sorted).average().orElse(0);
                        }
                    }
                    return Fit.of(new HalvesModel(rows.features().names(), rows.task(), told));
                }
            };
        }
    }

    private record HalvesModel(List<String> features, Task task, double[] told) implements Model {
        @Override
        public String format() {
            return "halves";
        }

        @Override
        public void predict(double[] row, double[] out) {
            System.arraycopy(told, row[0] > 0 ? told.length / 2 : 0, out, 0, told.length / 2);
        }

        @Override
        public double[] importance() {
            return new double[features.size()];
        }

        @Override
        public Map<String, byte[]> save() {
            String text = String.join(",", Arrays.stream(told).mapToObj(Double::toString).toList());
            return new TreeMap<>(Map.of("v", text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    static final Training TRAINING = new Training(List.of(new Halves()), 2);

    static ModelDefinition definition(FormDefinition form, GuidanceDefinition guidance) {
        return ModelDefinition.builder("m", new LabelDefinition("bets", "gain", "gain", List.of(), Duration.ofDays(1)))
                .learners(List.of(new ModelDefinition.LearnerDefinition("halves", Map.of())))
                .folding(ModelDefinition.Folding.walkForward(4))
                .test(Duration.ofDays(100))
                .embargo(Duration.ofDays(1))
                .calibration(ModelDefinition.Calibration.NONE)
                .baselines(List.of(new ModelDefinition.Baseline.Mean()))
                .seed(7)
                .build()
                .withGuidance(guidance)
                .withForm(form);
    }

    /** Values ten times as wide on one side as on the other. */
    static TrainingTable table() {
        Random random = new Random(4);
        TrainingTable times = TrainingFixture.table(ROWS, 4);
        double[] side = new double[ROWS];
        double[] values = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            side[i] = random.nextBoolean() ? 1 : -1;
            values[i] = (side[i] > 0 ? 10 : 1) * random.nextGaussian();
        }
        return new TrainingTable(
                new FeatureMatrix(List.of("side"), new double[][] {side}, ROWS),
                new int[0],
                values,
                times.eventTime(),
                times.knownAt(),
                times.day(),
                null,
                Map.of(),
                times.rowIds(), null, null, null);
    }

    private static TrainingOutcome train(FormDefinition form, GuidanceDefinition guidance) {
        return TRAINING.run(TrainingFixture.request(definition(form, guidance), table(), new TrainingMode.Full()));
    }

    private static FormDefinition levels(Double... levels) {
        return new FormDefinition(Map.of(), List.of(levels));
    }

    private static double metric(TrainingOutcome outcome, String name) {
        return outcome.metrics().getOrDefault(name, Double.NaN);
    }

    private static PredictionRange range(TrainingOutcome outcome, double side) {
        EnsembleModel model = outcome.bundle().load(TRAINING.codecs());
        double[] told = new double[1];
        model.predict(new double[] {side}, told);
        return Objects.requireNonNull(model.guidance()
                .advice(model, new double[] {side}, told, "row", null, Double.NaN)
                .range());
    }

    @Test
    void quantilesAreToldBesideTheValueAndJudged() {
        TrainingOutcome outcome = train(levels(0.05, 0.5, 0.95), GuidanceDefinition.NONE);

        assertThat(metric(outcome, "test_below_q0.05")).isCloseTo(0.05, within(0.04));
        assertThat(metric(outcome, "test_below_q0.95")).isCloseTo(0.95, within(0.04));
        assertThat(metric(outcome, "test_quantile_coverage")).isCloseTo(0.9, within(0.05));
        assertThat(metric(outcome, "test_pinball")).isPositive().isLessThan(metric(outcome, "test_pinball_q0.5"));
        assertThat(metric(outcome, "test_quantile_crossed")).isZero();
        EnsembleModel model = outcome.bundle().load(TRAINING.codecs());
        Advice.Quantiles told = Objects.requireNonNull(model.quantiles(new double[] {1}));
        assertThat(told.levels()).containsExactly(0.05, 0.5, 0.95);
        assertThat(told.values().get(2)).isCloseTo(16.4, within(3.0));
    }

    @Test
    void withoutQuantilesTheModelHasTheBytesItAlwaysHad() {
        TrainingOutcome plain = train(FormDefinition.NONE, GuidanceDefinition.NONE);

        assertThat(plain.bundle().files().keySet()).noneMatch(name -> name.startsWith("quantiles/"));
        assertThat(plain.metrics().keySet()).noneMatch(name -> name.contains("pinball"));
    }

    @Test
    void intervalsAroundQuantilesAreWideWhereTheNumberIsHardToTell() {
        TrainingOutcome cqr = train(
                levels(0.1, 0.9), new GuidanceDefinition(new Uncertainty(0.9, ConformalMethod.CQR, null), null));
        TrainingOutcome residual = train(
                FormDefinition.NONE, new GuidanceDefinition(new Uncertainty(0.9, ConformalMethod.RESIDUAL, null), null));

        assertThat(metric(cqr, "test_coverage")).isCloseTo(0.9, within(0.05));
        assertThat(metric(cqr, "test_quantile_coverage")).isCloseTo(0.8, within(0.05));
        assertThat(range(cqr, 1).width()).isGreaterThan(2 * range(cqr, -1).width());
        assertThat(range(residual, 1).width()).isCloseTo(range(residual, -1).width(), within(1e-9));
    }

    @Test
    void aRefreshFitsTheQuantilesToAllRows() {
        ModelDefinition definition = definition(
                levels(0.1, 0.9), new GuidanceDefinition(new Uncertainty(0.9, ConformalMethod.CQR, null), null));
        TrainingOutcome full = TRAINING.run(TrainingFixture.request(definition, table(), new TrainingMode.Full()));

        TrainingOutcome refresh = TRAINING.run(
                TrainingFixture.request(definition, table(), new TrainingMode.Refresh(full.parameters())));

        assertThat(refresh.bundle().sha256()).isEqualTo(full.bundle().sha256());
    }

    @Test
    void theLevelThatFollowsTheMissesIsReported() {
        TrainingOutcome outcome = train(
                FormDefinition.NONE, new GuidanceDefinition(new Uncertainty(0.9, ConformalMethod.RESIDUAL, null), null));

        assertThat(metric(outcome, "test_adaptive_coverage")).isCloseTo(0.9, within(0.05));
        assertThat(metric(outcome, "adaptive/9/alpha")).isEqualTo(metric(outcome, "test_adaptive_alpha"));
        assertThat(metric(outcome, "adaptive/0/coverage")).isBetween(0.5, 1.0);
    }
}
