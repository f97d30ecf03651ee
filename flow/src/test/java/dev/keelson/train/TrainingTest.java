package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.id.CanonicalJson;
import dev.keelson.train.spi.TrainingCache;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TrainingTest {
    private static final TrainingTable TABLE = TrainingFixture.table(800, 1);
    private static final TrainingMode FULL = new TrainingMode.Full();
    private static final TrainingOutcome OUTCOME =
            TrainingFixture.training(1).run(TrainingFixture.request(TABLE, FULL));

    private static String text(TrainingOutcome outcome) {
        return CanonicalJson.write(outcome.toJson());
    }

    private static SortedMap<String, Double> baseline(TrainingOutcome outcome, String name) {
        return Objects.requireNonNull(outcome.baselines().get(name));
    }

    private static double metric(SortedMap<String, Double> metrics, String name) {
        return Objects.requireNonNull(metrics.get(name), name);
    }

    /** A cache in memory. */
    private static final class MapCache implements TrainingCache {
        private final Map<String, TrainingOutcome> outcomes = new HashMap<>();
        private int puts;

        @Override
        public Optional<TrainingOutcome> get(String key) {
            return Optional.ofNullable(outcomes.get(key));
        }

        @Override
        public void put(String key, TrainingOutcome outcome) {
            puts++;
            outcomes.put(key, outcome);
        }
    }

    @Nested
    class CacheContract extends TrainingCacheContract {
        @Override
        protected TrainingCache cache() {
            return new MapCache();
        }
    }

    @Test
    void sameRequestGivesTheSameBytesWhateverTheThreads() {
        TrainingOutcome again =
                TrainingFixture.training(3).run(TrainingFixture.request(TrainingFixture.table(800, 1), FULL));

        assertThat(text(again)).isEqualTo(text(OUTCOME));
        assertThat(again.bundle().listing()).isEqualTo(OUTCOME.bundle().listing());
    }

    @Test
    void documentIsReadBackWithoutLoss() {
        TrainingOutcome read = TrainingOutcome.fromJson(OUTCOME.toJson(), OUTCOME.bundle());

        assertThat(text(read)).isEqualTo(text(OUTCOME));
        assertThat(read.parameters()).isEqualTo(OUTCOME.parameters());
        assertThat(read.provenance()).isEqualTo(OUTCOME.provenance());
        assertThat(read.reliability()).isEqualTo(OUTCOME.reliability());
    }

    @Test
    void metricsStandBesideTheBaselines() {
        SortedMap<String, Double> metrics = OUTCOME.metrics();
        SortedMap<String, Double> frequencies = baseline(OUTCOME, "frequencies");

        assertThat(metric(metrics, "test_log_loss")).isLessThan(metric(frequencies, "test_log_loss"));
        assertThat(metric(frequencies, "test_log_loss_difference"))
                .isCloseTo(metric(metrics, "test_log_loss") - metric(frequencies, "test_log_loss"), within(1e-12));
        assertThat(metric(metrics, "test_n")).isEqualTo(80);
        assertThat(metric(metrics, "test_log_loss_lower")).isLessThan(metric(metrics, "test_log_loss"));
        assertThat(metric(baseline(OUTCOME, "market"), "test_n")).isEqualTo(72);
        assertThat(metrics)
                .containsKeys(
                        "oof_rps",
                        "test_accuracy",
                        "test_brier",
                        "test_ece",
                        "segment/E0/test_log_loss",
                        "segment/D1/test_n",
                        "segment/D1/oof_brier",
                        "member/0-logistic/oof_log_loss",
                        "member/1-logistic/test_log_loss",
                        "test_profit_flat",
                        "test_profit_kelly",
                        "test_profit_kelly_upper");
        assertThat(metric(metrics, "segment/E0/test_n") + metric(metrics, "segment/D1/test_n"))
                .isEqualTo(60);
        assertThat(metrics.values()).allMatch(Double::isFinite);
        assertThat(OUTCOME.reliability()).containsOnlyKeys("top_label", "H", "D", "A");
        assertThat(OUTCOME.importance().getFirst().feature()).isEqualTo("strength");
    }

    @Test
    void testPeriodIsUntouchedByWhatIsFitted() {
        int[] labels = TABLE.labels().clone();
        for (int i = 720; i < 800; i++) {
            labels[i] = (labels[i] + 1) % 3;
        }
        TrainingTable changed = new TrainingTable(
                TABLE.features(),
                labels,
                TABLE.eventTime(),
                TABLE.knownAt(),
                TABLE.day(),
                TABLE.segment(),
                TABLE.odds(),
                TABLE.rowIds());

        TrainingOutcome outcome = TrainingFixture.training(1).run(TrainingFixture.request(changed, FULL));

        assertThat(outcome.parameters()).isEqualTo(OUTCOME.parameters());
        assertThat(forecast(outcome).probabilities())
                .containsExactly(forecast(OUTCOME).probabilities());
        assertThat(outcome.bundle().sha256()).isNotEqualTo(OUTCOME.bundle().sha256());
    }

    private static HoldoutForecast forecast(TrainingOutcome outcome) {
        return Objects.requireNonNull(outcome.test());
    }

    @Test
    void orderOfTheRowsDoesNotChangeTheSplits() {
        int[] turned = IntStream.range(0, 800).map(i -> 799 - i).toArray();
        TrainingTable table = new TrainingTable(
                TABLE.features().take(turned),
                Scores.take(TABLE.labels(), turned),
                IntStream.of(turned).mapToLong(i -> TABLE.eventTime()[i]).toArray(),
                IntStream.of(turned).mapToLong(i -> TABLE.knownAt()[i]).toArray(),
                Scores.take(TABLE.day(), turned),
                null,
                Map.of(),
                IntStream.of(turned).mapToObj(i -> TABLE.rowIds().get(i)).toList());

        TrainingOutcome outcome = TrainingFixture.training(1).run(TrainingFixture.request(table, FULL));

        assertThat(forecast(outcome).rowIds()).isEqualTo(forecast(OUTCOME).rowIds());
        assertThat(metric(outcome.metrics(), "test_log_loss"))
                .isCloseTo(metric(OUTCOME.metrics(), "test_log_loss"), within(1e-6));
        assertThat(outcome.baselines()).containsOnlyKeys("frequencies");
        assertThat(outcome.metrics()).doesNotContainKey("test_profit_flat");
    }

    @Test
    void refreshIsTheLastStepOfAFullTraining() {
        TrainingOutcome refreshed = TrainingFixture.training(2)
                .run(TrainingFixture.request(TABLE, new TrainingMode.Refresh(OUTCOME.parameters())));

        assertThat(refreshed.bundle().sha256()).isEqualTo(OUTCOME.bundle().sha256());
        assertThat(refreshed.parameters()).isEqualTo(OUTCOME.parameters());
        assertThat(refreshed.metrics()).containsOnlyKeys("rows");
        assertThat(refreshed.test()).isNull();
        assertThat(text(TrainingOutcome.fromJson(refreshed.toJson(), refreshed.bundle())))
                .isEqualTo(text(refreshed));
    }

    @Test
    void loadedBundlePredicts() {
        double[] p = OUTCOME.bundle().load(TrainingFixture.training(1).codecs()).predictAll(TABLE.features());

        assertThat(p).hasSize(2_400);
        assertThat(java.util.Arrays.stream(p)).allMatch(value -> value > 0 && value < 1);
        assertThat(OUTCOME.parameters().weights().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void championIsMeasuredOnItsOwnRows() {
        HoldoutForecast test = forecast(OUTCOME);
        Map<String, double[]> champion = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            champion.put(test.rowIds().get(i), new double[] {0.4, 0.3, 0.3});
        }

        TrainingOutcome outcome = OUTCOME.withBaseline("champion", champion);

        assertThat(metric(baseline(outcome, "champion"), "test_n")).isEqualTo(30);
        assertThat(baseline(outcome, "champion")).containsKey("test_log_loss_difference_upper");
        assertThat(OUTCOME.withBaseline("champion", Map.of())).isEqualTo(OUTCOME);
    }

    @Test
    void identicalTrainingsAreShared() {
        MapCache cache = new MapCache();
        Training training = TrainingFixture.training(1);

        TrainingOutcome first = training.run(TrainingFixture.request(TABLE, FULL), cache);
        TrainingOutcome second = training.run(TrainingFixture.request(TABLE, FULL), cache);

        assertThat(second).isSameAs(first);
        assertThat(cache.puts).isEqualTo(1);
    }

    @Test
    void keyDependsOnEveryInput() {
        TrainingRequest base = TrainingFixture.request(TABLE, FULL);
        ModelDefinition other = TrainingFixture.definition(List.of(TrainingFixture.learner(2)));
        RecipeParameters parameters = OUTCOME.parameters();
        List<String> keys = List.of(
                TrainingKey.of(base),
                TrainingKey.of(TrainingFixture.request(other, TABLE, FULL)),
                TrainingKey.of(TrainingFixture.request(TABLE, new TrainingMode.Refresh(parameters))),
                TrainingKey.of(TrainingFixture.request(
                        TABLE,
                        new TrainingMode.Refresh(
                                RecipeParameters.ofTemperature(
                                        parameters.weights(), 2, 3, parameters.fittedAsOf())))),
                TrainingKey.of(inputs(base, "data-2", "features-1", "code-1")),
                TrainingKey.of(inputs(base, "data-1", "features-2", "code-1")),
                TrainingKey.of(inputs(base, "data-1", "features-1", "code-2")),
                TrainingKey.of(new TrainingRequest(
                        base.definition(), TABLE, TrainingFixture.AS_OF.plusSeconds(1), base.inputs(), FULL)));

        assertThat(keys).doesNotHaveDuplicates().allMatch(key -> key.matches("[0-9a-f]{64}"));
        assertThat(OUTCOME.provenance().trainingKey()).isEqualTo(keys.getFirst());
        assertThat(TrainingKey.of(TrainingFixture.request(TABLE, FULL))).isEqualTo(keys.getFirst());
    }

    private static TrainingRequest inputs(TrainingRequest base, String data, String features, String code) {
        return new TrainingRequest(
                base.definition(),
                base.table(),
                base.asOf(),
                TrainingRequest.Inputs.of(data, features, code, Map.of()),
                base.mode());
    }

    @Test
    void provenanceTellsHowToTrainItAgain() {
        RunProvenance provenance = OUTCOME.provenance();

        assertThat(provenance.settings()).containsEntry("0.logistic.l2", "1.0").containsEntry("1.logistic.l2", "500.0");
        assertThat(provenance.configuration()).contains("\"folds\":3").doesNotContain("location");
        assertThat(provenance.rows()).isEqualTo(800);
        assertThat(provenance.features()).containsExactly("strength", "noise");
    }

    @Test
    void labelThatIsNotKnownYetIsRefused() {
        assertThatThrownBy(() -> new TrainingRequest(
                        TrainingFixture.definition(),
                        TABLE,
                        TrainingFixture.AS_OF.minusSeconds(86_400),
                        TrainingFixture.request(TABLE, FULL).inputs(),
                        FULL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not before");
    }

    @Test
    void everyProblemOfADefinitionIsTold() {
        ModelDefinition definition = TrainingFixture.definition(List.of(
                new ModelDefinition.LearnerDefinition("logistics", Map.of()),
                new ModelDefinition.LearnerDefinition("logistic", Map.of("l3", 1.0))));

        assertThat(TrainingFixture.training(1).problems(definition))
                .extracting(Problem::code)
                .containsExactly(ErrorCode.UNKNOWN_REFERENCE, ErrorCode.UNKNOWN_KEY);
        assertThatThrownBy(() -> TrainingFixture.training(1).run(TrainingFixture.request(definition, TABLE, FULL)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("Maybe `logistic` was meant.");
    }

    @Test
    void tooFewRowsAreToldAsSuch() {
        assertThatThrownBy(() ->
                        TrainingFixture.training(1).run(TrainingFixture.request(TrainingFixture.table(12, 3), FULL)))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS));
    }

    @Test
    void failureOfAFitReachesTheCaller() {
        TrainingRequest request = TrainingFixture.request(
                TABLE, new TrainingMode.Refresh(RecipeParameters.ofTemperature(List.of(1.0), 1, 3, TrainingFixture.AS_OF)));

        assertThatThrownBy(() -> TrainingFixture.training(2).run(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 weights for 2 learners");
    }
}
