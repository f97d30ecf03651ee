package dev.keelson.monitor.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport.Verdict;
import dev.keelson.monitor.health.HealthInputs.Calibration;
import dev.keelson.monitor.health.HealthInputs.Drift;
import dev.keelson.monitor.health.HealthInputs.Performance;
import dev.keelson.monitor.health.HealthInputs.ViewAge;
import dev.keelson.monitor.health.HealthReport.Recommendation;
import dev.keelson.monitor.health.HealthReport.Worth;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HealthCheckTest {
    private static final Instant NOW = Instant.parse("2026-01-10T00:00:00Z");
    private static final HealthCosts COSTS = new HealthCosts(40, 500, 2);

    private static Interval advantage(double mean) {
        return new Interval(mean - 0.01, mean, mean + 0.01, 0.95);
    }

    private static Performance performance(double loss, int days) {
        double[] daily = new double[days];
        Arrays.fill(daily, loss);
        for (int i = 0; i < days; i++) {
            daily[i] += i % 2 == 0 ? 0.02 : -0.02;
        }
        return new Performance(
                "log_loss", loss, loss - 0.01, loss + 0.01, 10 * days, days, 0.60, 0.70, advantage(0.70 - loss), DecayCheck.check(daily, 0.60, 0.002, 0.05));
    }

    private static Drift drift(Verdict verdict, double alarmed, String... columns) {
        return new Drift(3, NOW, verdict, "Said so.", 9, List.of(columns), alarmed, 0, true);
    }

    private static HealthInputs inputs(
            @Nullable Performance performance, @Nullable Calibration calibration, @Nullable Drift drift, ViewAge... views) {
        return new HealthInputs("tips", 3, NOW, NOW, true, performance, calibration, drift, List.of(views), 1_000, List.of());
    }

    private static List<String> actions(HealthReport report) {
        return report.recommendations().stream().map(Recommendation::action).toList();
    }

    @Test
    void healthyModelNeedsNothing() {
        HealthReport report = HealthCheck.of(
                inputs(performance(0.61, 60), new Calibration(0.2, 0.03, 0.025, 0.4, 600), drift(Verdict.NONE, 0), new ViewAge("form", 100, 1_000)),
                COSTS);

        assertThat(report.score("performance").value()).isCloseTo(0.9, within(1e-9));
        assertThat(report.score("performance").lower()).isCloseTo(0.8, within(1e-9));
        assertThat(report.score("drift").value()).isOne();
        assertThat(report.score("calibration").value()).isCloseTo(0.95, within(1e-9));
        assertThat(report.score("freshness").value()).isCloseTo(0.9, within(1e-9));
        assertThat(report.overall().value()).isCloseTo(0.4 * 0.9 + 0.2 + 0.2 * 0.95 + 0.2 * 0.9, within(1e-9));
        assertThat(report.requiresRetraining()).isFalse();
        assertThat(actions(report)).containsExactly("nothing");
        assertThat(report.verdict()).isEqualTo("well");
    }

    @Test
    void whatMendsTheCauseComesBeforeTraining() {
        HealthReport report = HealthCheck.of(
                inputs(performance(0.68, 80), null, drift(Verdict.ALARM, 0.4, "elo", "form"), new ViewAge("form", 3_000, 1_000)), COSTS);
        Recommendation training = report.recommendations().getLast();

        assertThat(actions(report)).containsExactly("materialize", "look", "retrain");
        assertThat(training.sentence()).startsWith("Then train it anew, if it is still so: Worse than tolerated");
        assertThat(report.recommendations().getFirst().sentence()).contains("Bring form up to date", "keelson data load");
    }

    @Test
    void trainingThatCannotPayIsNeverTheFirstAdviceAndSaysSo() {
        HealthInputs asked = inputs(performance(0.68, 80), null, drift(Verdict.NONE, 0));
        HealthInputs silent = new HealthInputs(
                "tips", 3, NOW, NOW, true, asked.performance(), null, asked.drift(), List.of(), 0, List.of());
        HealthReport report = HealthCheck.of(silent, COSTS);
        Recommendation training = report.recommendations().getLast();

        assertThat(report.requiresRetraining()).isTrue();
        assertThat(report.verdict()).isEqualTo("retrain");
        assertThat(actions(report)).containsExactly("wait", "retrain");
        assertThat(report.recommendations().getFirst().sentence()).contains("costs more than it is expected to save");
        assertThat(Objects.requireNonNull(training.worth()).upper()).isEqualTo(-65);
        assertThat(training.sentence()).startsWith("Training it anew is not expected to pay, not even at the better end of its interval: Worse than tolerated");
        assertThat(actions(HealthCheck.of(asked, COSTS))).containsExactly("retrain");
        assertThat(actions(HealthCheck.of(silent, new HealthCosts(40, Double.NaN, 2)))).containsExactly("retrain");
    }

    @Test
    void whatIsUnknownIsNeitherGoodNorBad() {
        HealthReport report = HealthCheck.of(inputs(null, null, null), COSTS);
        JsonNode json = report.toJson();

        assertThat(report.overall().known()).isFalse();
        assertThat(report.scores()).noneMatch(HealthReport.Score::known);
        assertThat(report.requiresRetraining()).isNull();
        assertThat(json.at("/scores/drift/score").isNull()).isTrue();
        assertThat(json.path("requires_retraining").isNull()).isTrue();
        assertThat(json.path("verdict").asText()).isEqualTo("unknown");
        assertThat(actions(report)).containsExactly("hand_in_outcomes", "check_drift");
    }

    @Test
    void unknownPartsLeaveTheOverallToTheOthers() {
        HealthReport report = HealthCheck.of(inputs(null, null, drift(Verdict.ALARM, 0.1, "odds")), COSTS);

        assertThat(report.overall().value()).isCloseTo(0.9, within(1e-9));
        assertThat(report.overall().sentence()).contains("unknown: performance, calibration, freshness");
    }

    @Test
    void decayRequiresRetrainingAndSaysWhatItIsWorth() {
        HealthReport report = HealthCheck.of(inputs(performance(0.68, 80), null, drift(Verdict.NONE, 0)), COSTS);
        Worth worth = Objects.requireNonNull(report.recommendations().getFirst().worth());

        assertThat(report.requiresRetraining()).isTrue();
        assertThat(report.why()).contains("Worse than tolerated");
        assertThat(report.recommendations().getFirst().command()).isEqualTo("keelson train tips");
        assertThat(worth.expected()).isCloseTo(1_000 * 0.08 * 2 - 40 - 0.05 * 500, within(1e-9));
        assertThat(worth.lower()).isCloseTo(1_000 * 0.07 * 2 - 65, within(1e-9));
        assertThat(worth.upper()).isCloseTo(1_000 * 0.09 * 2 - 65, within(1e-9));
        assertThat(worth.sentence()).contains("95.00", "75.00 to 115.00", "if the new version is as good");
    }

    @Test
    void costsThatAreNotSetAreNamed() {
        HealthReport report =
                HealthCheck.of(inputs(performance(0.68, 80), null, null), new HealthCosts(40, Double.NaN, Double.NaN));
        Worth worth = Objects.requireNonNull(report.recommendations().getFirst().worth());

        assertThat(worth.expected()).isNaN();
        assertThat(worth.sentence()).contains("set `wrong_promotion`, `unit_of_loss` of `models.tips.costs`");
    }

    @Test
    void whatNeedsNoTrainingSaysWhatIsAtStake() {
        HealthReport report = HealthCheck.of(inputs(performance(0.62, 60), null, drift(Verdict.ALARM, 0.05, "odds")), COSTS);
        Recommendation look = report.recommendations().getFirst();
        Worth worth = Objects.requireNonNull(look.worth());

        assertThat(look.action()).isEqualTo("look");
        assertThat(worth.expected()).isCloseTo(1_000 * 0.02 * 2, within(1e-9));
        assertThat(worth.sentence())
                .isEqualTo("At stake are 40.00 in 30 days (95 % interval 20.00 to 60.00): 1,000 answers, each worse by 0.0200 than when it was tested.");
        assertThat(HealthCheck.of(inputs(performance(0.62, 60), null, drift(Verdict.ALARM, 0.05, "odds")), new HealthCosts(40, 500, Double.NaN))
                        .recommendations())
                .allMatch(each -> each.worth() == null);
    }

    @Test
    void columnsAreCountedWhereTheirImportanceIsNotKnown() {
        Drift most = new Drift(3, NOW, Verdict.ALARM, "Said so.", 4, List.of("x", "y", "z"), 0.75, 0, false);
        Drift few = new Drift(3, NOW, Verdict.ALARM, "Said so.", 9, List.of("x"), 1 / 9.0, 0, false);

        assertThat(HealthCheck.of(inputs(null, null, most), COSTS).why()).contains("3 of 4 columns moved: x, y, z.").doesNotContain("importance");
        assertThat(HealthCheck.of(inputs(null, null, few), COSTS).why()).contains("x moved, 1 of 9 columns (training").doesNotContain("importance");
    }

    @Test
    void driftIsAReasonToTrainOnlyWhereItMatters() {
        HealthReport little = HealthCheck.of(inputs(performance(0.60, 60), null, drift(Verdict.ALARM, 0.05, "odds")), COSTS);
        HealthReport much = HealthCheck.of(inputs(performance(0.60, 60), null, drift(Verdict.ALARM, 0.4, "elo", "form")), COSTS);

        assertThat(little.requiresRetraining()).isFalse();
        assertThat(little.why()).contains("odds moved, with 5 % of its importance", "not shown to be worse");
        assertThat(actions(little)).containsExactly("look");
        assertThat(much.requiresRetraining()).isTrue();
        assertThat(actions(much)).containsExactly("look", "retrain");
        assertThat(much.score("drift").value()).isCloseTo(0.6, within(1e-9));
    }

    @Test
    void checkOfAnotherVersionOrOfTooLittleDataTellsNothing() {
        Drift other = new Drift(2, NOW, Verdict.ALARM, "x", 9, List.of("elo"), 0.9, 0, true);

        assertThat(HealthCheck.of(inputs(null, null, other), COSTS).score("drift").sentence()).contains("judged v2");
        assertThat(HealthCheck.of(inputs(null, null, other), COSTS).requiresRetraining()).isNull();
        assertThat(HealthCheck.of(inputs(null, null, drift(Verdict.INSUFFICIENT, 0)), COSTS).score("drift").known()).isFalse();
    }

    @Test
    void daysThatAreHarderForEverybodyCostNoAdvantage() {
        Performance usual = performance(0.61, 60);
        Performance harder = new Performance(
                "log_loss", 0.75, 0.70, 0.80, 600, 60, 0.60, 0.70, advantage(0.09), usual.decay());

        HealthReport report = HealthCheck.of(inputs(harder, null, drift(Verdict.NONE, 0)), COSTS);

        assertThat(report.score("performance").value()).isCloseTo(0.9, within(1e-9));
        assertThat(report.score("performance").sentence())
                .startsWith("90 % of its tested advantage over a naive forecast is left (0.0900 of 0.1000): log loss 0.7500 on 600 settled answers");
    }

    @Test
    void whatIsNotWellIsWatchedThoughItIsNoReasonToTrain() {
        HealthInputs quiet = inputs(performance(0.61, 60), new Calibration(0.2, 0.03, 0.025, 0.4, 600), drift(Verdict.NONE, 0));
        Performance little = new Performance(
                "log_loss", 0.69, 0.60, 0.75, 540, 60, 0.60, 0.70, advantage(0.01), Objects.requireNonNull(quiet.performance()).decay());
        HealthReport report = HealthCheck.of(
                new HealthInputs(
                        "tips", 3, NOW, NOW, true, little, new Calibration(0.2, 0.09, 0.045, 0.0099, 540), drift(Verdict.NONE, 0), List.of(), 1_000,
                        List.of("log_loss rose")),
                COSTS);

        assertThat(report.requiresRetraining()).isFalse();
        assertThat(report.verdict()).isEqualTo("watch");
        assertThat(report.concerns()).hasSize(3);
        assertThat(report.why()).contains("not shown to be worse", "10 % of its tested advantage", "Streams changed: log_loss rose.");
        assertThat(actions(report)).containsExactly("watch", "watch", "recalibrate");
        assertThat(report.recommendations()).extracting(Recommendation::command)
                .containsExactly("keelson drift streams --model tips", "keelson performance show tips", "keelson train tips");
        assertThat(report.toJson().path("concerns")).hasSize(3);
        assertThat(HealthCheck.of(quiet, COSTS).concerns()).isEmpty();
    }

    @Test
    void fewOutcomesTellNothing() {
        HealthReport report = HealthCheck.of(inputs(performance(0.9, 4), new Calibration(0.2, 0.4, 0.1, 0.001, 99), null), COSTS);

        assertThat(report.score("performance").sentence()).contains("40 settled answers on 4 days; at least 100 on 5");
        assertThat(report.score("calibration").known()).isFalse();
    }

    @Test
    void staleFeaturesAndBadProbabilitiesHaveTheirCommand() {
        HealthReport report = HealthCheck.of(
                inputs(
                        performance(0.60, 60), new Calibration(0.25, 0.12, 0.03, 0.01, 600), drift(Verdict.NONE, 0),
                        new ViewAge("form", 950, 1_000), new ViewAge("odds", Double.NaN, 50), new ViewAge("free", 9e9, Double.NaN)),
                COSTS);

        assertThat(report.score("calibration").value()).isCloseTo(0.1, within(1e-9));
        assertThat(actions(report)).containsExactly("materialize", "recalibrate");
        assertThat(report.recommendations().getFirst().sentence()).contains("form, odds");
        assertThat(report.recommendations().getFirst().command()).isEqualTo("keelson features materialize");
    }

    @Test
    void impossibleCostsAreRefused() {
        assertThatThrownBy(() -> new HealthCosts(-1, 0, 0)).hasMessageContaining("-1");
    }
}
