package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Bandits;
import dev.keelson.http.Bandits.Training;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bets whose chance depends on a signal that the price does not know: a policy that sees it learns what to stake. */
final class BanditsIT {
    private static final Instant START = Instant.parse("2024-01-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2025-01-01T00:00:00Z"));
    private static final int BETS = 1200;
    private static final String PROJECT = """
            keelson: 1
            project: staking
            timezone: UTC
            sources:
              bets:
                file: bets.csv
                key: id
                event_time: at
                outcomes: { columns: [status], known_after: 1d }
                columns:
                  id: { type: string, required: true }
                  at: { type: timestamp, required: true }
                  p: double
                  odds: double
                  signal: { type: double, min: 0, max: 1 }
                  staked: double
                  chance: double
                  status: { type: enum, values: [lost, won] }
            bandits:
              stakes:
                profit: profit(bets.status, bets.odds)
                probability: p
                odds: odds
                context: [signal]
                current: CURRENT
                log: LOG
            """;

    @TempDir
    Path folder;

    private Project project(String current, String log) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        StringBuilder csv = new StringBuilder("id,at,p,odds,signal,staked,chance,status\n");
        for (int i = 0; i < BETS; i++) {
            int signal = random.nextInt(2);
            boolean won = random.nextDouble() < (signal == 1 ? 0.7 : 0.35);
            boolean whole = random.nextDouble() < 0.4;
            csv.append(String.format(
                    Locale.ROOT,
                    "b%d,%s,%s,2.0,%d,%s,%s,%s%n",
                    i,
                    START.plus(Duration.ofHours(3L * i)),
                    i % 10 == 0 ? "0.45" : "0.55",
                    signal,
                    whole ? "1" : "0",
                    whole ? "0.4" : "0.6",
                    won ? "won" : "lost"));
        }
        Files.writeString(folder.resolve("bets.csv"), csv.toString().replace("\r", ""));
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT.replace("CURRENT", current).replace("LOG", log));
        Project project = Projects.validate(folder, Map.of());
        try (Workspace workspace = new Workspace(project)) {
            workspace.load(Projects.source(project, "bets"), CLOCK.instant(), blocked -> {});
        }
        return project;
    }

    private static Map<String, @Nullable Object> row(String id, double p, double signal) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("p", p);
        row.put("odds", 2.0);
        row.put("signal", signal);
        return row;
    }

    @Test
    void policyThatSeesTheSignalBeatsAConstantStakeAndDecides() throws IOException {
        Project project = project("0.5", "simulated");

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            Bandits bandits = backend.bandits();
            JsonNode trained = bandits.train("stakes", new Training(true, "anna"));

            assertThat(trained.at("/evaluation/better").asBoolean()).isTrue();
            assertThat(trained.path("sentence").asText()).startsWith("stakes v1 beats the current one: lower bound ");
            assertThat(trained.path("champion").asBoolean()).isTrue();
            assertThat(trained.at("/left_out/no_edge").asInt()).isEqualTo(BETS / 10);
            assertThat(trained.at("/evaluation/judge").asText()).isEqualTo("full_information");
            assertThat(bandits.list().at("/bandits/0/champion").asInt()).isEqualTo(1);
            JsonNode card = backend.card("bandit/stakes", 1).toJson();
            assertThat(card.at("/signature/inputs/0/type").asText()).isEqualTo("double");
            assertThat(card.at("/signature/inputs").findValuesAsText("name")).isNotEmpty();
            assertThat(card.at("/signature/outputs").findValuesAsText("name")).contains("propensity of 1.0");
            assertThat(backend.run(card.at("/provenance/run").asText()).orElseThrow().artifacts())
                    .extracting(Run.Artifact::path)
                    .contains(ModelSignature.FILE, ModelSignature.EXAMPLE, "policy.json");

            JsonNode good = bandits.decide("stakes", null, row("x1", 0.55, 1));
            JsonNode again = bandits.decide("stakes", null, row("x1", 0.55, 0));
            JsonNode none = bandits.decide("stakes", "other", row("x2", 0.4, 1));

            assertThat(good.path("version").asInt()).isEqualTo(1);
            assertThat(good.at("/propensities/1.0").asDouble()).isGreaterThan(0.8);
            assertThat(good.path("kelly").asDouble()).isCloseTo(0.1, within(1e-12));
            assertThat(again.path("repeated").asBoolean()).isTrue();
            assertThat(again.path("id")).isEqualTo(good.path("id"));
            assertThat(none.path("stake").asDouble()).isZero();
            assertThat(none.path("event").asText()).isEqualTo("other");
            JsonNode paid = bandits.reward("stakes", good.path("id").asText(), 1.0, false);
            assertThat(paid.path("reward").asDouble())
                    .isCloseTo(Math.log1p(good.path("stake").asDouble()), within(1e-12));
        }

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            JsonNode list = backend.bandits().list().at("/bandits/0");
            assertThat(list.path("decisions").asInt()).isEqualTo(2);
            assertThat(list.path("rewards").asInt()).isEqualTo(1);
            assertThat(backend.bandits()
                            .decide("stakes", null, row("x1", 0.55, 1))
                            .path("repeated")
                            .asBoolean())
                    .isTrue();
            // the same data give the same policy, which is the version that there is
            assertThat(backend.bandits()
                            .train("stakes", new Training(false, "anna"))
                            .path("version")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void policyThatDoesNotBeatTheChampionIsRefusedAndRollbackGoesBack() throws IOException {
        Project project = project("0.5", "simulated");

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            Bandits bandits = backend.bandits();
            bandits.train("stakes", new Training(true, "anna"));
        }
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("CURRENT", "0.5").replace("LOG", "simulated\n    explore: 100%"));
        Project careless = Projects.validate(folder, Map.of());
        try (LiveBackend backend = LiveBackend.open(careless, CLOCK)) {
            Bandits bandits = backend.bandits();
            JsonNode trained = bandits.train("stakes", new Training(true, "anna"));

            assertThat(trained.path("version").asInt()).isEqualTo(2);
            assertThat(trained.path("champion").asBoolean()).isFalse();
            assertThat(trained.path("current").asText()).isEqualTo("v1");
            KeelsonException refused = catchThrowableOfType(
                    KeelsonException.class, () -> bandits.promote("stakes", 2, "anna", "I want it"));
            assertThat(refused.problems().getFirst().code()).isEqualTo(ErrorCode.TRANSITION_REFUSED);
            assertThat(refused).hasMessageContaining("stakes v2 does not beat the current one: lower bound -0.0");
            assertThat(catchThrowableOfType(
                                    KeelsonException.class, () -> bandits.rollback("stakes", "anna", "back"))
                            .problems()
                            .getFirst()
                            .code())
                    .isEqualTo(ErrorCode.TRANSITION_REFUSED);
            assertThat(bandits.show("stakes").path("versions")).hasSize(2);
            assertThat(bandits.show("stakes").at("/audit/0/action").asText()).isEqualTo("register");
        }
    }

    @Test
    void loggedColumnsAreLearntFromWithTheirPropensities() throws IOException {
        Project project = project("logged", "{ action: staked, propensity: chance }\n    actions: [0, 1]");

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            JsonNode trained = backend.bandits().train("stakes", new Training(false, "anna"));

            assertThat(trained.at("/evaluation/judge").asText()).isEqualTo("doubly_robust");
            assertThat(trained.path("current").asText()).isEqualTo("what the log did");
            assertThat(trained.at("/evaluation/overlap/least_propensity").asDouble()).isEqualTo(0.4);
            assertThat(trained.at("/evaluation/better").asBoolean()).isTrue();
        }
    }

    @Test
    void decisionsOfTheJournalAreLearntFromOnceTheirOutcomesAreKnown() throws IOException {
        Project project = project("0.5", "decisions\n    explore: 50%");
        Instant[] now = {START};
        InstantSource clock = () -> now[0];

        try (LiveBackend backend = LiveBackend.open(project, clock)) {
            SplittableRandom random = new SplittableRandom(9);
            for (int i = 0; i < 400; i++) {
                now[0] = START.plus(Duration.ofHours(3L * i));
                int signal = random.nextInt(2);
                JsonNode decision = backend.bandits().decide("stakes", "e" + i, row("e" + i, 0.55, signal));
                boolean won = random.nextDouble() < (signal == 1 ? 0.9 : 0.1);
                now[0] = now[0].plus(Duration.ofHours(1));
                if (i % 4 != 0) {
                    backend.bandits().reward("stakes", decision.path("id").asText(), won ? 1 : -1, false);
                }
            }
            now[0] = CLOCK.instant();

            JsonNode trained = backend.bandits().train("stakes", new Training(true, "anna"));

            assertThat(trained.at("/left_out/no_outcome").asInt()).isEqualTo(100);
            assertThat(trained.path("log").asText()).isEqualTo("decisions");
            assertThat(trained.at("/evaluation/overlap/clusters").asInt()).isLessThan(20);
            assertThat(trained.path("sentence").asText()).contains("no lower bound from");
        }
    }

    @Test
    void serverAnswersAsTheProjectItself() throws IOException {
        Project project = project("0.5", "simulated");

        try (LiveBackend backend = LiveBackend.open(project, CLOCK);
                KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0)) {
            backend.serving("127.0.0.1", server.port());
            try (LiveProject live = LiveProject.open(project, CLOCK)) {
                assertThat(live.served()).isTrue();
                JsonNode trained = live.bandits().train("stakes", new Training(false, "anna"));
                assertThat(trained.path("version").asInt()).isEqualTo(1);
                assertThat(live.bandits().evaluate("stakes", null).at("/evaluation/estimates"))
                        .isEqualTo(backend.bandits().evaluate("stakes", 1).at("/evaluation/estimates"));
                assertThat(live.bandits().promote("stakes", 1, "anna", "why not").path("champion").asBoolean()).isTrue();
                JsonNode decision = live.bandits().decide("stakes", null, row("x", 0.55, 1));
                assertThat(decision.path("version").asInt()).isEqualTo(1);
                assertThat(live.bandits().reward("stakes", decision.path("id").asText(), -1, false).path("reward").asDouble())
                        .isNegative();
                assertThat(live.bandits().show("stakes")).hasToString(backend.bandits().show("stakes").toString());
                assertThat(live.bandits().list()).hasToString(backend.bandits().list().toString());
                KeelsonException wrong = catchThrowableOfType(
                        KeelsonException.class, () -> live.bandits().decide("stakes", null, Map.of("id", "y", "p", "much")));
                assertThat(wrong.problems()).hasSize(2).allMatch(each -> each.code() == ErrorCode.BAD_REQUEST);
                assertThat(catchThrowableOfType(
                                        KeelsonException.class, () -> live.bandits().rollback("none", "anna", "x"))
                                .problems()
                                .getFirst()
                                .code())
                        .isEqualTo(ErrorCode.NOT_FOUND);
            }
        }
    }

    @Test
    void profitOfTheStakeItselfIsTold() throws IOException {
        project("0.5", "simulated");
        Files.writeString(
                folder.resolve("keelson.yaml"),
                PROJECT.replace("CURRENT", "0.5")
                        .replace("LOG", "simulated")
                        .replace("profit(bets.status, bets.odds)", "profit(bets.status, bets.odds, bets.odds)"));

        KeelsonException wrong = catchThrowableOfType(KeelsonException.class, () -> {
            try (LiveBackend backend = LiveBackend.open(Projects.validate(folder, Map.of()), CLOCK)) {
                backend.bandits().train("stakes", new Training(false, "anna"));
            }
        });

        assertThat(wrong).hasMessageContaining("expected what a stake of 1 brought");
    }

    @Test
    void whatNoBetCanBeIsNeitherDecidedNorLogged() throws IOException {
        try (LiveBackend backend = LiveBackend.open(project("0.5", "simulated"), CLOCK)) {
            Bandits bandits = backend.bandits();
            Map<String, @Nullable Object> wrong = row("x1", 1.5, 7);
            wrong.put("odds", "0.5");

            KeelsonException refused =
                    catchThrowableOfType(KeelsonException.class, () -> bandits.decide("stakes", null, wrong));

            assertThat(refused.problems()).extracting(Problem::message)
                    .containsExactly(
                            "p is (1.5); expected a probability, 0 to 1.",
                            "odds is (0.5); expected decimal odds, above 1.",
                            "signal is (7.0); expected at most 1.0, as the source (bets) says.");
            assertThat(catchThrowableOfType(
                            KeelsonException.class, () -> bandits.decide("stakes", null, row("x1", -0.5, 1))))
                    .hasMessageContaining("a probability");
            assertThat(bandits.list().at("/bandits/0/decisions").asInt()).isZero();
        }
    }

    @Test
    void aProfitIsToldOnceAndCorrectedOnlyWhenAsked() throws IOException {
        try (LiveBackend backend = LiveBackend.open(project("0.5", "decisions"), CLOCK)) {
            Bandits bandits = backend.bandits();
            String id = bandits.decide("stakes", null, row("x1", 0.55, 1)).path("id").asText();

            assertThat(code(() -> bandits.reward("stakes", id, 9, false))).isEqualTo(ErrorCode.BAD_REQUEST);
            assertThat(code(() -> bandits.reward("stakes", id, -1.5, false))).isEqualTo(ErrorCode.BAD_REQUEST);
            assertThat(code(() -> bandits.reward("stakes", id, 1, true))).isEqualTo(ErrorCode.BAD_REQUEST);
            bandits.reward("stakes", id, 1, false);
            assertThat(bandits.reward("stakes", id, 1, false).path("repeated").asBoolean()).isTrue();
            assertThat(code(() -> bandits.reward("stakes", id, -1, false))).isEqualTo(ErrorCode.TRANSITION_REFUSED);
            JsonNode corrected = bandits.reward("stakes", id, -1, true);

            assertThat(corrected.path("corrects").asDouble()).isEqualTo(1);
            assertThat(corrected.path("profit").asDouble()).isEqualTo(-1);
            assertThat(bandits.list().at("/bandits/0/rewards").asInt()).isEqualTo(1);
        }
    }

    private static ErrorCode code(ThrowingCallable call) {
        return catchThrowableOfType(KeelsonException.class, call).code();
    }
}
