package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.RolloutRequests;
import dev.keelson.http.RolloutService;
import dev.keelson.http.RolloutService.Change;
import dev.keelson.http.RolloutService.Verb;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Roles;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts of a real project: a champion that was trained here and a candidate that was imported. */
final class RolloutIT {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final String MODEL = "direction";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

    @SuppressWarnings("NullAway.Init") // set before each test
    private Project project;

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveBackend backend;

    @BeforeEach
    void open() throws IOException {
        project = PriceProject.in(folder, PriceProject.model(MODEL, "logistic"));
        RunPipeline.run(project, now::get, line -> {});
        backend = LiveBackend.open(project, now::get);
        LowPrices.version(backend, MODEL, 5);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private static Map<String, @Nullable Object> row(int i) {
        return Map.of(
                "symbol", "BTC",
                "time", START.plus(Duration.ofDays(40)).plusSeconds(60L * i).toString(),
                "close", 101.0 + i % 18,
                "volume", 7.0);
    }

    private List<Prediction> predict(int from, int to) {
        List<Prediction> all = new ArrayList<>();
        for (int i = from; i < to; i += 50) {
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            for (int k = i; k < Math.min(to, i + 50); k++) {
                rows.add(row(k));
            }
            all.addAll(backend.predict(MODEL, rows, PredictOptions.DEFAULT));
        }
        return all;
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private JsonNode start(String plan) {
        return backend.rollouts().start(RolloutRequests.plan(MODEL, json(plan)), "ann", "It is better offline.");
    }

    private JsonNode change(Verb verb) {
        return backend.rollouts().change(MODEL, verb, new Change("ann", "So it is.", true));
    }

    private static boolean until(Duration most, BooleanSupplier holds) {
        long end = System.nanoTime() + most.toNanos();
        while (System.nanoTime() < end) {
            if (holds.getAsBoolean()) {
                return true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        return holds.getAsBoolean();
    }

    private String state() {
        return backend.rollouts().status(MODEL).at("/rollout/state").asText();
    }

    private List<PredictionEvent> logged() {
        return backend
                .predictions(new PredictionQuery(MODEL, null, null, null, null, null, null, false, 100_000))
                .stream()
                .map(LoggedPrediction::event)
                .toList();
    }

    @Test
    void aCanaryAnswersItsShareAndTheOtherVersionPredictsBesideIt() {
        JsonNode begun = start("{'version':2,'kind':'canary','share':'20%'}");
        List<Prediction> first = predict(0, 2_000);
        List<Prediction> again = predict(0, 2_000);

        long share = first.stream().filter(each -> each.version() == 2).count();
        assertThat(begun.at("/rollout/state").asText()).isEqualTo("running");
        assertThat(share / 2_000.0).isBetween(0.17, 0.23);
        assertThat(again).extracting(Prediction::version).isEqualTo(first.stream().map(Prediction::version).toList());
        List<PredictionEvent> events = logged();
        assertThat(events).hasSize(8_000);
        assertThat(events.stream().filter(PredictionEvent::served)).hasSize(4_000);
        assertThat(events.stream().filter(each -> each.role().equals("challenger")).map(PredictionEvent::version))
                .hasSize(4_000)
                .containsOnly(2);
        JsonNode report = backend.rollouts().status(MODEL);
        assertThat(report.at("/versions/1/served").asLong()).isEqualTo(2 * share);
        assertThat(report.at("/versions/1/shadowed").asLong()).isEqualTo(4_000 - 2 * share);
        assertThat(report.at("/versions/0/served").asLong()).isEqualTo(4_000 - 2 * share);
        assertThat(report.at("/share/observed").asDouble()).isBetween(0.17, 0.23);
        assertThat(report.at("/guardrails/0/state").asText()).isEqualTo("kept");
    }

    @Test
    void aShadowChangesNoAnswer() {
        List<Prediction> before = predict(0, 300);
        start("{'version':2,'kind':'shadow'}");

        List<Prediction> beside = predict(0, 300);

        assertThat(beside).extracting(Prediction::version).containsOnly(1);
        for (int i = 0; i < before.size(); i++) {
            assertThat(beside.get(i).probabilities()).isEqualTo(before.get(i).probabilities());
        }
        assertThat(logged().stream().filter(each -> each.version() == 2)).hasSize(300).noneMatch(PredictionEvent::served);
    }

    @Test
    void clientsOfAGroupComeFirst() {
        start("{'version':2,'kind':'steps','steps':['beta-*@100%:1h','50%']}");
        PredictOptions beta = new PredictOptions(false, null, null, Set.of(), "beta-7", null);

        assertThat(backend.predict(MODEL, List.of(row(1)), beta).getFirst().version()).isEqualTo(2);
        assertThat(predict(0, 100)).extracting(Prediction::version).containsOnly(1);
        change(Verb.ADVANCE);
        assertThat(predict(0, 500)).extracting(Prediction::version).contains(1, 2);
        assertThat(backend.predict(MODEL, List.of(row(1)), beta).getFirst().version()).isEqualTo(2);
    }

    @Test
    void aStepBeginsByItselfWhenItsTimeIsOver() {
        start("{'version':2,'kind':'steps','steps':['0%:1h','100%'],'guardrails':['error_rate<=1%']}");
        assertThat(predict(0, 50)).extracting(Prediction::version).containsOnly(1);

        now.set(NOW.plus(Duration.ofMinutes(61)));

        assertThat(until(Duration.ofSeconds(10), () -> predict(0, 1).getFirst().version() == 2)).isTrue();
        AuditEntry line = backend.audit(MODEL, 1).getFirst();
        assertThat(line.action()).isEqualTo("rollout_advance");
        assertThat(line.actor()).isEqualTo("system");
    }

    @Test
    void abortTakesEffectWithinAHundredMillisecondsWhileRequestsGoOn() throws InterruptedException {
        start("{'version':2,'kind':'blue_green'}");
        assertThat(predict(0, 100)).extracting(Prediction::version).containsOnly(2);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<@Nullable RuntimeException> failed = new AtomicReference<>();
        AtomicReference<Long> last = new AtomicReference<>(0L);
        Thread caller = Thread.ofPlatform().start(() -> {
            int i = 0;
            while (!stop.get()) {
                try {
                    if (backend.predict(MODEL, List.of(row(i++ % 1_000)), PredictOptions.DEFAULT).getFirst().version() == 2) {
                        last.set(System.nanoTime());
                    }
                } catch (RuntimeException e) {
                    failed.set(e);
                }
            }
        });

        assertThat(until(Duration.ofSeconds(10), () -> last.get() > 0)).isTrue();
        long asked = System.nanoTime();
        change(Verb.ABORT);
        until(Duration.ofMillis(300), () -> false);
        stop.set(true);
        caller.join();

        double millis = Math.max(0, last.get() - asked) / 1e6;
        System.getLogger(RolloutIT.class.getName()).log(System.Logger.Level.INFO, "The candidate answered for {0} ms more.", millis);
        assertThat(failed.get()).isNull();
        assertThat(millis).isLessThan(100);
        assertThat(predict(0, 100)).extracting(Prediction::version).containsOnly(1);
        assertThat(state()).isEqualTo("aborted");
    }

    @Test
    void aCandidateThatIsTooSlowIsTakenBackByItself() {
        start("{'version':2,'kind':'ab','guardrails':['latency_p50<=0.0001ms']}");

        predict(0, 500);

        assertThat(until(Duration.ofSeconds(10), () -> state().equals("rolled_back"))).isTrue();
        assertThat(predict(0, 200)).extracting(Prediction::version).containsOnly(1);
        AuditEntry line = backend.audit(MODEL, 1).getFirst();
        assertThat(line.action()).isEqualTo("rollout_rollback");
        assertThat(line.evidence()).contains("log_e_needed");
        JsonNode report = backend.rollouts().status(MODEL);
        assertThat(report.at("/rollout/verdict").asText()).contains("latency_p50<=0.0001ms is broken");
        assertThat(report.at("/versions/1/served").asLong()).isPositive();
        assertThat(report.at("/actions/0/allowed").asBoolean()).isFalse();
    }

    @Test
    void aCandidateThatDoesHarmIsTakenBackByItself() {
        // the champion is surer of what happens
        start("{'version':2,'kind':'ab','guardrails':['harm']}");
        List<OutcomeEvent> outcomes = new ArrayList<>();
        for (int day = 0; day < 60; day++) {
            Map<String, @Nullable Object> row = new HashMap<>(row(0));
            row.put("time", START.plus(Duration.ofDays(41L + day)).toString());
            row.put("close", 101.0);
            Prediction prediction = backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT).getFirst();
            outcomes.add(new OutcomeEvent(MODEL, prediction.entity(), "true", NOW));
        }
        backend.countPredictions(new PredictionQuery(MODEL, null, null, null, null, null, null, false, 1));
        backend.outcomes(outcomes);

        assertThat(until(Duration.ofSeconds(20), () -> state().equals("rolled_back")))
                .as(() -> backend.rollouts().status(MODEL).toPrettyString())
                .isTrue();
        JsonNode report = backend.rollouts().status(MODEL);
        assertThat(report.at("/difference/epochs").asInt()).isEqualTo(60);
        assertThat(report.at("/difference/mean_gain").asDouble()).isNegative();
        assertThat(report.at("/evidence/points")).hasSize(60);
        assertThat(report.at("/rollout/verdict").asText()).startsWith("harm is broken");
    }

    @Test
    void aRolloutGoesOnAfterARestartWithWhatWasCounted() {
        start("{'version':2,'kind':'canary','share':0.3}");
        List<Integer> before = predict(0, 500).stream().map(Prediction::version).toList();

        backend.close();
        backend = LiveBackend.open(project, now::get);

        assertThat(state()).isEqualTo("running");
        assertThat(predict(0, 500).stream().map(Prediction::version)).isEqualTo(before);
        JsonNode report = backend.rollouts().status(MODEL);
        assertThat(report.at("/servers").asInt()).isEqualTo(2);
        assertThat(report.at("/versions/0/served").asLong() + report.at("/versions/1/served").asLong()).isEqualTo(1_000);
    }

    /** What lies on the disk while the server runs is what it finds after a kill. */
    @Test
    void aRolloutGoesOnAfterAKill(@TempDir Path image) throws IOException {
        start("{'version':2,'kind':'steps','steps':['30%:1h','60%']}");
        change(Verb.ADVANCE);
        List<Integer> before = predict(0, 300).stream().map(Prediction::version).toList();
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Path target = image.resolve(folder.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().equals("owner.json")) {
                    Files.copy(file, target);
                }
            }
        }

        try (LiveBackend after = LiveBackend.open(Projects.validate(image, Map.of()), now::get)) {
            JsonNode report = after.rollouts().status(MODEL);
            List<Map<String, @Nullable Object>> rows = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                rows.add(row(i));
            }
            assertThat(report.at("/rollout/state").asText()).isEqualTo("running");
            assertThat(report.at("/rollout/step").asInt()).isEqualTo(1);
            assertThat(after.predict(MODEL, rows, PredictOptions.DEFAULT).stream().map(Prediction::version))
                    .isEqualTo(before);
        }
    }

    @Test
    void aPromotionEndsItAndARollbackAfterwardsNeedsNoLoading() {
        start("{'version':2,'kind':'canary'}");

        JsonNode promoted = change(Verb.PROMOTE);

        assertThat(promoted.at("/rollout/state").asText()).isEqualTo("promoted");
        assertThat(promoted.at("/promotion/serves").asBoolean()).isTrue();
        assertThat(predict(0, 50)).extracting(Prediction::version).containsOnly(2);
        assertThat(backend.rollback(MODEL, "ann", "Back.").version()).isEqualTo(1);
        assertThat(predict(0, 50)).extracting(Prediction::version).containsOnly(1);
    }

    @Test
    void aRollbackWhileItRunsTakesTheCandidateBack() {
        start("{'version':2,'kind':'ab'}");

        ModelVersion serves = backend.rollback(MODEL, "ann", "It smells.");

        assertThat(serves.version()).isEqualTo(1);
        assertThat(state()).isEqualTo("rolled_back");
        assertThat(predict(0, 200)).extracting(Prediction::version).containsOnly(1);
    }

    @Test
    void aVersionThatCannotBeLoadedLeavesWhatServes() throws IOException {
        int broken = LowPrices.version(backend, MODEL, 9);
        backend.close();
        backend = LiveBackend.open(project, now::get); // which has not seen it
        Run run = backend.run(backend.versions(MODEL).getFirst().runId()).orElseThrow();
        List<String> kept = backend.run(backend.alias(MODEL, ModelVersion.CHAMPION).orElseThrow().runId()).orElseThrow()
                .artifacts().stream()
                .map(Run.Artifact::sha256)
                .toList();
        for (Run.Artifact artifact : run.artifacts()) {
            if (!kept.contains(artifact.sha256())) {
                Files.delete(folder.resolve(".keelson/artifacts")
                        .resolve(artifact.sha256().substring(0, 2))
                        .resolve(artifact.sha256()));
            }
        }

        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class, () -> start("{'version':%d,'kind':'canary'}".formatted(broken)));
        backend.promote(MODEL, broken, "ann", "It is new.");

        assertThat(refused.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
        assertThat(predict(0, 50)).extracting(Prediction::version).containsOnly(1);
        assertThat(backend.notReadyReason()).isNull();
        assertThat(backend.stale()).containsOnlyKeys(MODEL);
        assertThat(backend.stale().firstEntry().getValue().message())
                .contains("v" + broken)
                .contains("cannot be loaded");
    }

    @Test
    void filesThatWereReplacedAfterTheyWereLoadedAreToldAndNotServed() throws IOException {
        int imported = 2;
        backend.promote(MODEL, imported, "ann", "It is new.");
        List<Prediction> before = predict(0, 50);
        Run run = backend.run(backend.alias(MODEL, ModelVersion.CHAMPION).orElseThrow().runId()).orElseThrow();
        Run.Artifact file = run.artifacts().stream()
                .filter(each -> each.path().endsWith(".ubj"))
                .findFirst()
                .orElseThrow();
        Path stored = folder.resolve(".keelson/artifacts")
                .resolve(file.sha256().substring(0, 2))
                .resolve(file.sha256());
        byte[] bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 1;
        Files.write(stored, bytes);
        now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(2)));

        assertThat(until(Duration.ofSeconds(30), () -> backend.stale().containsKey(MODEL))).isTrue();

        Problem told = Objects.requireNonNull(backend.stale().get(MODEL));
        assertThat(told.code()).isEqualTo(ErrorCode.STORE_DAMAGED);
        assertThat(told.message()).contains("v2 were replaced since it was loaded").contains(file.sha256());
        assertThat(predict(0, 50).getFirst().probabilities())
                .containsExactly(before.getFirst().probabilities());
        backend.close();
        backend = LiveBackend.open(project, now::get);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> predict(0, 1)))
                .hasMessageContaining("v2")
                .hasMessageContaining(file.sha256());
        assertThat(backend.notReadyReason()).contains("cannot be loaded");
    }

    @Test
    void aChangeByAnyPathIsNoticedByItself() {
        backend.catalog().update(tx -> Roles.champion(tx, MODEL, 2, NOW));

        assertThat(until(Duration.ofSeconds(10), () -> predict(0, 1).getFirst().version() == 2)).isTrue();
    }

    @Test
    void thereIsNothingToChangeWithoutARollout() {
        RolloutService rollouts = backend.rollouts();

        assertThat(catchThrowableOfType(KeelsonException.class, () -> rollouts.status(MODEL)).code())
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> change(Verb.PAUSE)).code())
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> rollouts.status("nope")).code())
                .isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(rollouts.list(null, 10).path("rollouts")).isEmpty();
    }
}
