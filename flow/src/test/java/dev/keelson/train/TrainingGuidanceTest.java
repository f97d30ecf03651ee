package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.CanonicalJson;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.conformal.ConformalQuantile;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticCodec;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.threshold.Utility;
import dev.keelson.train.GuidanceDefinition.Threshold;
import dev.keelson.train.GuidanceDefinition.Uncertainty;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingGuidanceTest {
    private static final TrainingTable TABLE = grouped(TrainingFixture.table(4000, 1));
    private static final int SEEDS = 8;
    private static final Uncertainty APS = new Uncertainty(0.9, ConformalMethod.APS, null);

    /** The same with the league as the group, and a strange league of three matches. */
    private static TrainingTable grouped(TrainingTable like) {
        @Nullable String[] groups = Objects.requireNonNull(like.segment()).clone();
        for (int i = 3_600; i < 3_603; i++) {
            groups[i] = "SP1";
        }
        return with(like, like.labels(), new double[0], like.odds(), groups);
    }

    private static TrainingTable with(
            TrainingTable like,
            int[] labels,
            double[] values,
            Map<String, double[]> odds,
            @Nullable String @Nullable [] groups) {
        return new TrainingTable(
                like.features(),
                labels,
                values,
                like.eventTime(),
                like.knownAt(),
                like.day(),
                like.segment(),
                odds,
                like.rowIds(),
                null,
                groups, null);
    }

    private static ModelDefinition definition(
            LabelDefinition label, Calibration calibration, GuidanceDefinition guidance, String learner) {
        ModelDefinition base = TrainingFixture.definition();
        return ModelDefinition.builder(base.name(), label)
                .entities(base.entities())
                .features(base.features())
                .derive(base.derive())
                .learners(List.of(new ModelDefinition.LearnerDefinition(learner, Map.of())))
                .folding(Folding.walkForward(3))
                .test(Duration.ofDays(200))
                .embargo(Duration.ofDays(2))
                .calibration(calibration)
                .seed(7)
                .build()
                .withGuidance(guidance);
    }

    private static ModelDefinition definition(GuidanceDefinition guidance) {
        return definition(
                LabelDefinition.ofColumn("matches", "FTR", TrainingFixture.CLASSES, Duration.ofDays(1)),
                Calibration.TEMPERATURE,
                guidance,
                "logistic");
    }

    private static TrainingOutcome train(ModelDefinition definition, TrainingTable table, TrainingMode mode) {
        return new Training(
                        List.of(new LogisticProvider(), new LinearProvider()), 2)
                .run(TrainingFixture.request(definition, table, mode));
    }

    private static TrainingOutcome train(GuidanceDefinition guidance) {
        return train(definition(guidance), TABLE, new TrainingMode.Full());
    }

    private static double metric(TrainingOutcome outcome, String name) {
        return Objects.requireNonNull(outcome.metrics().get(name), name);
    }

    @ParameterizedTest
    @CsvSource({"LAC, 0.9", "APS, 0.9", "RAPS, 0.9", "LAC, 0.7", "APS, 0.7"})
    void setsHoldTheTruthAtTheStatedRateInTheTestPeriod(ConformalMethod method, double coverage) {
        double covered = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            TrainingOutcome outcome = train(
                    definition(new GuidanceDefinition(new Uncertainty(coverage, method, null), null)),
                    TrainingFixture.table(4000, seed),
                    new TrainingMode.Full());

            covered += metric(outcome, "test_coverage") / SEEDS;
            assertThat(metric(outcome, "test_coverage_target")).isEqualTo(coverage);
            assertThat(metric(outcome, "test_coverage"))
                    .isBetween(metric(outcome, "test_coverage_lower"), metric(outcome, "test_coverage_upper"));
            assertThat(metric(outcome, "test_set_size")).isBetween(coverage, 3.0);
            assertThat(metric(outcome, "conformal_rows")).isBetween(400.0, 1_000.0);
        }
        assertThat(covered).isBetween(coverage - 0.02, coverage + 0.02);
    }

    @Test
    void setsOfTwoClassesHoldTheTruth() {
        int[] labels = IntStream.of(TABLE.labels()).map(label -> label == 0 ? 1 : 0).toArray();
        ModelDefinition definition = definition(
                LabelDefinition.ofColumn("matches", "home", List.of("other", "H"), Duration.ofDays(1)),
                Calibration.PLATT,
                new GuidanceDefinition(new Uncertainty(0.8, ConformalMethod.LAC, null), null),
                "logistic");

        TrainingOutcome outcome = train(
                definition, with(TABLE, labels, new double[0], Map.of(), null), new TrainingMode.Full());

        assertThat(metric(outcome, "test_coverage")).isBetween(0.75, 0.85);
    }

    @Test
    void intervalsOfANumberHoldTheTruthAndTheirQuantileIsAResidual() {
        Random random = new Random(4);
        double[] values = new double[TABLE.rows()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * TABLE.features().value(i, 0) + random.nextGaussian();
        }
        ModelDefinition definition = definition(
                new LabelDefinition("matches", "goals", "FTHG + FTAG", List.of(), Duration.ofDays(1)),
                Calibration.NONE,
                new GuidanceDefinition(new Uncertainty(0.9, ConformalMethod.RESIDUAL, null), null),
                "linear");

        TrainingOutcome outcome =
                train(definition, with(TABLE, new int[0], values, Map.of(), null), new TrainingMode.Full());

        assertThat(metric(outcome, "test_coverage")).isBetween(0.87, 0.93);
        assertThat(metric(outcome, "test_interval_width")).isBetween(3.0, 3.6); // 2 * 1.645
        ConformalParameters conformal =
                Objects.requireNonNull(outcome.parameters().guidance().conformal());
        assertThat(2 * conformal.quantiles().quantile(0))
                .isCloseTo(metric(outcome, "test_interval_width"), within(1e-12));
        assertThat(ConformalQuantile.rank((int) metric(outcome, "conformal_rows"), 0.1))
                .isEqualTo((int) Math.ceil((metric(outcome, "conformal_rows") + 1) * 9 / 10));
    }

    @Test
    void groupsKeepTheRateEachAndSmallOnesTakeThatOfAllRows() {
        TrainingOutcome outcome =
                train(new GuidanceDefinition(new Uncertainty(0.8, ConformalMethod.APS, "div"), null));

        ConformalParameters conformal =
                Objects.requireNonNull(outcome.parameters().guidance().conformal());
        assertThat(conformal.groups()).contains("D1", "E0");
        for (String group : List.of("D1", "E0")) {
            assertThat(metric(outcome, "group/" + group + "/test_coverage")).isBetween(0.72, 0.88);
            assertThat(conformal.quantiles().sources()).contains(conformal.group(group));
        }
        assertThat(conformal.group("never seen")).isZero();
        assertThat(conformal.group(null)).isZero();
        int few = conformal.group("SP1");
        assertThat(conformal.quantiles().sources().get(few)).isZero();
    }

    @Test
    void calibrationIsFittedOnEarlierRowsThanTheSets() {
        TrainingOutcome outcome = train(
                definition(
                        LabelDefinition.ofColumn("matches", "FTR", TrainingFixture.CLASSES, Duration.ofDays(1)),
                        Calibration.BETA,
                        new GuidanceDefinition(APS, null),
                        "logistic"),
                TABLE,
                new TrainingMode.Full());

        // walk forward from half of the 3,200 rows, then from 40 % of those: 60 % of 1,600, less embargo and day edges
        assertThat(metric(outcome, "conformal_rows")).isBetween(900.0, 970.0);
        assertThat(metric(outcome, "test_coverage")).isBetween(0.86, 0.94);
    }

    @Test
    void thresholdThatOnlyLooksGoodIsNotTaken() {
        int acted = 0;
        int looked = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            TrainingTable like = TrainingFixture.table(3000, seed);
            Random random = new Random(seed);
            int[] labels = IntStream.range(0, like.rows()).map(i -> random.nextInt(3)).toArray();
            double[] fair = new double[like.rows()];
            Arrays.fill(fair, 3.0); // nothing can be won, and some threshold always seems to

            TrainingOutcome outcome = train(
                    definition(new GuidanceDefinition(null, new Threshold(Utility.PROFIT, 0, "OH", 30))),
                    with(like, labels, new double[0], Map.of("OH", fair), null),
                    new TrainingMode.Full());

            boolean acts = metric(outcome, "threshold_acts") == 1;
            acted += acts ? 1 : 0;
            looked += outcome.metrics().getOrDefault("oof_threshold_optimism", 0.0) > 5 ? 1 : 0;
            assertThat(outcome.metrics().containsKey("threshold")).isEqualTo(acts);
            assertThat(metric(outcome, "test_threshold_bets") == 0).isEqualTo(!acts);
        }
        assertThat(acted).isLessThanOrEqualTo(1);
        assertThat(looked).isGreaterThanOrEqualTo(SEEDS / 2);
    }

    @Test
    void oddsThatAreTooHighAreFoundAndPayInTheTestPeriod() {
        Map<String, double[]> odds = new HashMap<>(TABLE.odds());
        odds.put("OH", Arrays.stream(TABLE.odds().get("OH")).map(price -> 1.35 * price).toArray());
        Threshold threshold = new Threshold(Utility.PROFIT, 0, "OH", 100);

        TrainingOutcome outcome = train(
                definition(new GuidanceDefinition(null, threshold)),
                with(TABLE, TABLE.labels(), new double[0], odds, null),
                new TrainingMode.Full());

        assertThat(outcome.metrics()).containsEntry("threshold_acts", 1.0);
        assertThat(metric(outcome, "oof_threshold_profit_lower")).isPositive();
        assertThat(metric(outcome, "test_threshold_profit"))
                .isPositive()
                .isBetween(
                        metric(outcome, "test_threshold_profit_lower"), metric(outcome, "test_threshold_profit_upper"));
    }

    @ParameterizedTest
    @EnumSource(value = Utility.class, names = {"F1", "ACCURACY"})
    void thresholdOfAClassIsMeasuredWithItsInterval(Utility utility) {
        TrainingOutcome outcome =
                train(new GuidanceDefinition(null, new Threshold(utility, 2, null, 10)));

        String name = "test_threshold_" + utility.key();
        assertThat(metric(outcome, "threshold")).isBetween(0.1, 0.8);
        assertThat(metric(outcome, name)).isBetween(metric(outcome, name + "_lower"), metric(outcome, name + "_upper"));
        assertThat(metric(outcome, name)).isGreaterThan(0.4);
    }

    @Test
    void guidanceIsStoredReadBackAndTakenOverByARefresh() {
        ModelDefinition definition = definition(new GuidanceDefinition(
                new Uncertainty(0.9, ConformalMethod.RAPS, "div"), new Threshold(Utility.F1, 1, null, 10)));
        TrainingOutcome outcome = train(definition, TABLE, new TrainingMode.Full());

        TrainingOutcome read = TrainingOutcome.fromJson(outcome.toJson(), outcome.bundle());
        TrainingOutcome refreshed = train(definition, TABLE, new TrainingMode.Refresh(read.parameters()));

        assertThat(read.parameters()).isEqualTo(outcome.parameters());
        assertThat(CanonicalJson.write(read.toJson())).isEqualTo(CanonicalJson.write(outcome.toJson()));
        EnsembleModel model = outcome.bundle().load(List.of(new LogisticCodec()));
        assertThat(model.guidance()).isEqualTo(outcome.parameters().guidance());
        assertThat(refreshed.bundle().sha256()).isEqualTo(outcome.bundle().sha256());
        assertThat(train(definition, TABLE, new TrainingMode.Full()).bundle().sha256())
                .isEqualTo(outcome.bundle().sha256());
    }

    @Test
    void tunedModelKeepsItsGuidance() {
        GuidanceDefinition guidance = new GuidanceDefinition(APS, new Threshold(Utility.F1, 1, null, 10));

        ModelDefinition tuned = TunedSettings.apply(definition(guidance), Map.of("l2", 3.0));

        assertThat(tuned.guidance()).isEqualTo(guidance);
        assertThat(tuned.learners().getFirst().settings()).containsEntry("l2", 3.0);
    }

    @Test
    void nothingIsWrittenOfAModelThatTellsNothing() {
        TrainingOutcome outcome = train(GuidanceDefinition.NONE);
        TrainingOutcome guided = train(new GuidanceDefinition(APS, null));

        assertThat(outcome.parameters().guidance()).isEqualTo(Guidance.NONE);
        assertThat(outcome.toJson().path("parameters").has("guidance")).isFalse();
        assertThat(DefinitionJson.canonical(definition(GuidanceDefinition.NONE)))
                .doesNotContain("uncertainty")
                .doesNotContain("threshold");
        assertThat(manifest(outcome)).contains("\"format_version\":1").doesNotContain("guidance");
        assertThat(manifest(guided)).contains("\"format_version\":4");
        SortedMap<String, Double> plain = outcome.metrics();
        List<String> more = new ArrayList<>(guided.metrics().keySet());
        more.removeAll(plain.keySet());
        assertThat(guided.metrics()).containsAllEntriesOf(plain);
        assertThat(more)
                .allMatch(name -> name.contains("coverage")
                        || name.contains("set_size")
                        || name.contains("conformal")
                        || name.contains("adaptive"));
    }

    private static String manifest(TrainingOutcome outcome) {
        byte[] file = Objects.requireNonNull(outcome.bundle().files().get("model.json"));
        return new String(file, StandardCharsets.UTF_8);
    }

    @Test
    void rowsThatDoNotSufficeAreToldAsSuch() {
        ModelDefinition definition = definition(
                LabelDefinition.ofColumn("matches", "FTR", TrainingFixture.CLASSES, Duration.ofDays(1)),
                Calibration.ISOTONIC,
                new GuidanceDefinition(APS, null),
                "logistic");

        // isotonic needs 1,000 rows: all out-of-fold rows suffice for it, the earlier ones of them do not
        assertThatThrownBy(() -> train(definition, TrainingFixture.table(3000, 1), new TrainingMode.Full()))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS))
                .hasMessageContaining("isotonic");
    }
}
