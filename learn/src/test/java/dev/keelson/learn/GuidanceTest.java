package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.conformal.GroupQuantiles;
import dev.keelson.learn.conformal.GroupTree;
import dev.keelson.learn.logistic.LogisticCodec;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.learn.threshold.Utility;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GuidanceTest {
    private static final TrainingSet ROWS = LearnerContract.rows(200, 1);
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static ConformalParameters conformal(ConformalMethod method, double... quantiles) {
        List<Double> all = java.util.Arrays.stream(quantiles).boxed().toList();
        boolean grouped = quantiles.length > 1;
        return new ConformalParameters(
                method,
                0.9,
                method == ConformalMethod.RAPS ? 1 : 0,
                method == ConformalMethod.RAPS ? 0.1 : 0,
                grouped ? "div" : null,
                grouped ? List.of("D1", "E0") : List.of(),
                new GroupQuantiles(
                        GroupTree.flat(quantiles.length - 1),
                        all,
                        grouped ? List.of(0, 0, 2) : List.of(0),
                        grouped ? List.of(100, 3, 97) : List.of(100)));
    }

    private static ThresholdParameters threshold(ThresholdDecision decision) {
        return new ThresholdParameters(Utility.PROFIT, 1, "odds", decision);
    }

    private static EnsembleModel model(Guidance guidance, CalibrationMap map) {
        Model strong = new LogisticLearner(LogisticConfig.defaults().withL2(1000)).fit(ROWS, 1);
        Model weak = new LogisticLearner(LogisticConfig.defaults().withL2(0.1)).fit(ROWS, 1);
        return new EnsembleModel(
                List.of(new EnsembleModel.Member("logistic", strong), new EnsembleModel.Member("logistic", weak)),
                new double[] {0.25, 0.75},
                map,
                guidance);
    }

    @Test
    void guidanceIsStoredWithTheModelAndChangesNoPrediction() {
        for (CalibrationMap map : List.of(CalibrationMap.none(3), CalibrationMap.temperature(1.3, 3))) {
            Guidance guidance = new Guidance(
                    conformal(ConformalMethod.RAPS, 0.9, 0.9, INFINITE), threshold(new ThresholdDecision.Act(0.05)));
            EnsembleModel guided = model(guidance, map);
            EnsembleModel plain = model(Guidance.NONE, map);

            Map<String, byte[]> files = new TreeMap<>(ModelBundle.of(guided).files());
            EnsembleModel loaded = ModelBundle.load(files, List.of(new LogisticCodec()));

            assertThat(loaded.guidance()).isEqualTo(guidance);
            assertThat(ModelBundle.of(loaded).sha256()).isEqualTo(ModelBundle.of(guided).sha256());
            assertThat(loaded.predictAll(ROWS.features())).containsExactly(plain.predictAll(ROWS.features()));
            assertThat(manifest(guided)).contains("\"format_version\":4");
            assertThat(manifest(plain)).contains("\"format_version\":1").doesNotContain("guidance");
        }
    }

    private static String manifest(EnsembleModel model) {
        byte[] file = Objects.requireNonNull(ModelBundle.of(model).files().get("model.json"));
        return new String(file, StandardCharsets.UTF_8);
    }

    @Test
    void setHoldsTheClassesWithinTheQuantileOfTheGroup() {
        Guidance guidance = new Guidance(conformal(ConformalMethod.LAC, 0.6, 0.6, INFINITE), null);
        EnsembleModel model = model(guidance, CalibrationMap.none(3));
        double[] row = new double[ROWS.features().width()];
        double[] told = {0.5, 0.4, 0.1};

        assertThat(guidance.advice(model, row, told, "id", "D1", 2).set()).containsExactly(true, true, false);
        assertThat(guidance.advice(model, row, told, "id", "E0", 2).set()).containsExactly(true, true, true);
        assertThat(guidance.advice(model, row, told, "id", null, 2).set()).containsExactly(true, true, false);
        assertThat(guidance.advice(model, row, told, "id", "XX", 2).decision()).isNull();
    }

    @Test
    void adaptiveSetOfARowIsAlwaysTheSame() {
        Guidance guidance = new Guidance(conformal(ConformalMethod.APS, 0.7), null);
        EnsembleModel model = model(guidance, CalibrationMap.none(3));
        double[] row = new double[ROWS.features().width()];
        double[] told = {0.6, 0.3, 0.1};

        for (String id : List.of("a", "b", "c", "d")) {
            assertThat(guidance.advice(model, row, told, id, null, 2).set())
                    .containsExactly(Objects.requireNonNull(
                            guidance.advice(model, row, told, id, null, 2).set()));
        }
    }

    @Test
    void decisionIsTakenByTheEdge() {
        double[] told = {0.3, 0.5, 0.2};
        double[] row = new double[ROWS.features().width()];
        Guidance acts = new Guidance(null, threshold(new ThresholdDecision.Act(0.05)));
        Guidance none = new Guidance(null, threshold(new ThresholdDecision.NoBet("nothing pays")));
        EnsembleModel model = model(acts, CalibrationMap.none(3));

        assertThat(acts.advice(model, row, told, "id", null, 2.2).decision())
                .isEqualTo(new Advice.Decision(true, 1, 0.5 * 2.2 - 1, 0.05));
        assertThat(acts.advice(model, row, told, "id", null, 2.0).decision())
                .isEqualTo(new Advice.Decision(false, 1, 0, 0.05));
        assertThat(acts.advice(model, row, told, "id", null, Double.NaN).decision())
                .isEqualTo(new Advice.Decision(false, 1, Double.NEGATIVE_INFINITY, 0.05));
        assertThat(none.advice(model, row, told, "id", null, 9).decision())
                .isEqualTo(new Advice.Decision(false, 1, 3.5, Double.NaN));
        assertThat(acts.advice(model, row, told, "id", null, 2.2).disagreement()).isNull();
    }

    @Test
    void disagreementIsTheDeviationOfTheMembers() {
        EnsembleModel model = model(Guidance.NONE, CalibrationMap.none(3));
        double[] row = new double[ROWS.features().width()];
        ROWS.features().row(7, row);
        double[] strong = new double[3];
        double[] weak = new double[3];
        model.members().get(0).model().predict(row, strong);
        model.members().get(1).model().predict(row, weak);

        Disagreement apart = Objects.requireNonNull(Disagreement.of(model, row, 2));
        Model alone = model.members().getFirst().model();
        EnsembleModel wrapped =
                new EnsembleModel(List.of(new EnsembleModel.Member("voting", model)), new double[] {1}, 1);

        assertThat(apart.mean()).isCloseTo((strong[2] + weak[2]) / 2, within(1e-15));
        assertThat(apart.deviation()).isCloseTo(Math.abs(strong[2] - weak[2]) / 2, within(1e-15));
        assertThat(Disagreement.of(wrapped, row, 2)).isEqualTo(apart);
        assertThat(Disagreement.of(alone, row, 2)).isNull();
    }

    @Test
    void guidanceOfAnotherTaskIsRefused() {
        assertThatThrownBy(() ->
                        model(new Guidance(conformal(ConformalMethod.RESIDUAL, 1.0), null), CalibrationMap.none(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not fit");
        assertThatThrownBy(() -> model(
                        new Guidance(
                                null, new ThresholdParameters(Utility.F1, 3, null, new ThresholdDecision.Act(0.5))),
                        CalibrationMap.none(3)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void intervalIsThePredictionAndItsQuantile() {
        ConformalParameters conformal = conformal(ConformalMethod.RESIDUAL, 1.5);

        assertThat(conformal.range(10, 0)).satisfies(range -> {
            assertThat(range.lower()).isEqualTo(8.5);
            assertThat(range.upper()).isEqualTo(11.5);
        });
        assertThatThrownBy(() -> conformal.set(new double[] {0.5, 0.5}, 0.5, 0))
                .isInstanceOf(IllegalStateException.class);
    }
}
