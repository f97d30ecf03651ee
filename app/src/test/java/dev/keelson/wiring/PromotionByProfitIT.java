package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that is judged by the money of flat bets at the odds of its source, from the project file to the decision. */
final class PromotionByProfitIT {
    private static final Instant NOW = Instant.parse("2024-09-01T00:00:00Z");
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final int PLAYED = 60;
    private static final int TO_COME = 120;
    private static final String MODEL = "winner";
    private static final String POLICY = "policies:\n  promote: { models: winner, change: { alpha: 0.05, profit: 0.4 } }\n";
    private static final String BASELINE = "baselines: [market(odds_false, odds_true)]";

    @TempDir
    Path folder;

    @Test
    void challengerThatEarnsMoreAtTheOddsOfTheSourceIsPromoted() throws IOException {
        Project project = project(BASELINE, 1.5);
        RunPipeline.run(project, () -> NOW, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            int version = LowPrices.version(backend, MODEL, 60);
            backend.governance().alias(MODEL, ModelVersion.CHALLENGER, version, "ann", "It looks at prices.");

            List<Double> gains = play(backend, true, TO_COME);
            assertThat(until(() -> settled(backend) == TO_COME)).isTrue();
            PolicyReport report = backend.governance().check(MODEL, version);

            PolicyLine judged = line(report, "recommended");
            assertThat(judged.condition()).isEqualTo("change: gain > 0 profit, alpha 0.05");
            assertThat(gains).hasSize(TO_COME);
            assertThat(judged.observed())
                    .isCloseTo(gains.stream().mapToDouble(each -> each).average().orElseThrow(), within(1e-12));
            assertThat(judged.state()).as(judged.sentence()).isEqualTo(PolicyLine.State.PASSED);
            assertThat(judged.sentence())
                    .startsWith("PROMOTE: The change is better than the champion: gain ")
                    .contains("Winnings above 0.4 units a bet are not counted: ");
            assertThat(line(report, "test").condition()).startsWith("test 1: change by profit, alpha 0.0500");
            assertThat(backend.governance().verify(null).sound()).isTrue();
        }
    }

    @Test
    void eventsWithoutOddsAreNoEvidence() throws IOException {
        Project project = project(BASELINE, Double.NaN);
        RunPipeline.run(project, () -> NOW, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW)) {
            int version = LowPrices.version(backend, MODEL, 60);
            backend.governance().alias(MODEL, ModelVersion.CHALLENGER, version, "ann", "It looks at prices.");

            play(backend, false, 35);
            assertThat(until(() -> settled(backend) == 35)).isTrue();

            PolicyLine judged = line(backend.governance().check(MODEL, version), "recommended");
            assertThat(judged.sentence()).isEqualTo("NOT YET (about 30 more epochs): Not enough evidence yet: 0 of at least 30 settlement epochs.");
        }
    }

    @Test
    void oddsMustBeNamedAndKnownWhenBetsAreMade() throws IOException {
        assertThatThrownBy(() -> project("baselines: [frequencies]", 1.5))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MISSING_KEY);
                    assertThat(e.problems().getFirst().message())
                            .isEqualTo("`profit` of `policies.promote` judges changes of `winner` by bets, and the model names no odds");
                });
        assertThatThrownBy(() -> project("baselines: [market(closing_false, closing_true)]", 1.5))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FEATURE_READS_OWN_OUTCOME);
                    assertThat(e.problems().getFirst().message())
                            .isEqualTo("`profit` of `policies.promote` bets at `closing_false`, `closing_true` of `winner`, an outcome that is"
                                    + " not known yet when bets are made");
                });
    }

    private static PolicyLine line(PolicyReport report, String rule) {
        return report.lines().stream().filter(each -> each.rule().equals(rule)).findFirst().orElseThrow();
    }

    /** Games that were played without a pattern, and games to come with their odds alone. */
    private Project project(String prices, double oddsOfTrue) throws IOException {
        Random random = new Random(5);
        StringBuilder csv = new StringBuilder("game,time,close,volume,odds_false,odds_true,closing_false,closing_true,result\n");
        for (int game = 0; game < 6 * PLAYED; game++) {
            Instant at = START.plus(Duration.ofHours(4L * game));
            csv.append("g%d,%s,%d,%d,1.9,2.0,1.8,2.1,%s\n"
                    .formatted(game, at, 100 + random.nextInt(20), 1 + random.nextInt(1000), random.nextBoolean()));
        }
        String odds = Double.isNaN(oddsOfTrue) ? "," : "3.5," + oddsOfTrue;
        for (int day = 0; day < TO_COME; day++) {
            csv.append("next%d,%s,101,7,%s,,,\n".formatted(day, toCome(day), odds));
        }
        Files.writeString(folder.resolve("games.csv"), csv.toString());
        Files.writeString(
                folder.resolve("keelson.yaml"),
                """
                keelson: 1
                project: games
                timezone: UTC
                sources:
                  games:
                    file: games.csv
                    key: [game]
                    event_time: time
                    outcomes: { columns: [closing_false, closing_true, result], known_after: 2h }
                    columns:
                      game: string
                      time: timestamp
                      close: double
                      volume: double
                      odds_false: double
                      odds_true: double
                      closing_false: double
                      closing_true: double
                      result: { type: enum, values: ["false", "true"] }
                models:
                  winner:
                    label: games.result
                    features: [close, volume]
                    learner: logistic
                    validate: { walk_forward: 2 folds, test: 10d }
                    %s
                %s""".formatted(prices, POLICY));
        return Projects.validate(folder, Map.of());
    }

    private static Instant toCome(int day) {
        return START.plus(Duration.ofDays(PLAYED + 1L + day));
    }

    /**
     * Both predict the games to come, most of which are won by what the champion has no eye for.
     *
     * @return what the bets of the challenger brought more than those of the champion, game by game, wins counted up to 0.4 units
     */
    private static List<Double> play(LiveBackend backend, boolean priced, int days) {
        List<OutcomeEvent> outcomes = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            Map<String, @Nullable Object> row =
                    Map.of("game", "next" + day, "time", toCome(day).toString(), "close", 101.0, "volume", 7.0);
            Prediction prediction = backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT).getFirst();
            assertThat(prediction.version()).isOne();
            outcomes.add(new OutcomeEvent(MODEL, prediction.entity(), outcome(day), NOW));
        }
        backend.countPredictions(new PredictionQuery(MODEL, null, null, null, null, null, null, false, 1));
        List<Double> gains = new ArrayList<>();
        for (int day = 0; priced && day < days; day++) {
            double[] odds = {3.5, 1.5};
            int won = outcome(day).equals("true") ? 1 : 0;
            gains.add(bet(said(backend, "challenger", day), odds, won) - bet(said(backend, "champion", day), odds, won));
        }
        backend.outcomes(outcomes);
        return gains;
    }

    private static long settled(LiveBackend backend) {
        return backend.countPredictions(new PredictionQuery(MODEL, null, "champion", null, null, true, null, false, 1));
    }

    private static boolean until(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return holds.getAsBoolean();
    }

    private static String outcome(int day) {
        return day % 4 == 0 ? "false" : "true";
    }

    private static double[] said(LiveBackend backend, String role, int day) {
        return backend.predictions(new PredictionQuery(MODEL, null, role, toCome(day), null, null, null, false, 500)).stream()
                .filter(each -> each.event().entity().equals("next" + day))
                .findFirst()
                .orElseThrow()
                .event()
                .probabilities();
    }

    private static double bet(double[] p, double[] odds, int won) {
        double first = p[0] * odds[0] - 1;
        double second = p[1] * odds[1] - 1;
        if (first <= 0 && second <= 0) {
            return 0;
        }
        int choice = first >= second ? 0 : 1;
        return choice == won ? Math.min(0.4, odds[choice] - 1) : -1;
    }
}
