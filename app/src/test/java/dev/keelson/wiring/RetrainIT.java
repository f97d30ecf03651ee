package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainChain;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoopService.By;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.governance.Governance;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.http.TrainingButton;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.io.TempDir;

/** Retraining of a real project on a clock that only the test moves. */
final class RetrainIT {
    private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final String MODEL = "direction";
    private static final String POLICY = """
            policies:
              promote: { models: "*", when: [predictions >= 20] }
            """;

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private int hours = 24 * 40;
    private int asked;

    @SuppressWarnings("NullAway.Init") // set by each test
    private LiveBackend backend;

    private void open(String retrain, String sections) throws IOException {
        String model = PriceProject.model(MODEL, "logistic") + retrain.indent(6);
        var project = PriceProject.in(folder, model + sections);
        RunPipeline.run(project, now::get, line -> {});
        backend = LiveBackend.open(project, now::get);
        newRows();
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /** Ten days more, so that a training comes to another model. */
    private void newRows() throws IOException {
        Random random = new Random(hours);
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < 240; i++, hours++) {
            csv.append("BTC,%s,%d,%d\n".formatted(START.plus(Duration.ofHours(hours)), 100 + random.nextInt(20), 1 + random.nextInt(1000)));
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString(), StandardOpenOption.APPEND);
        backend.data().load(null);
    }

    private JsonNode retrain(SortedMap<String, Double> thresholds, boolean ifDrifted) {
        return backend.loop().retrain(
                new RetrainCampaign.Asked(List.of(MODEL), Trigger.MANUAL, RetrainRequest.Kind.FULL, thresholds, ifDrifted),
                new By("ann", "The season began.", null));
    }

    private JsonNode told(JsonNode campaign) {
        return backend.loop().retraining(campaign.path("id").asText());
    }

    /** Does what is due, and what becomes due within that time. */
    private void work(Duration time) {
        Instant until = now.get().plus(time);
        while (true) {
            while (backend.schedules().workOnce()) {
                // the next one
            }
            Instant next = backend.catalog().read(tx -> tx.jobs().nextAt()).filter(each -> !each.isAfter(until)).orElse(until);
            if (!next.isBefore(until)) {
                now.set(until);
                return;
            }
            now.set(next.isAfter(now.get()) ? next : now.get().plusSeconds(1));
        }
    }

    /** Both versions predict so many events whose outcomes come. */
    private void settle(int events) {
        List<Prediction> made = new ArrayList<>();
        for (int i = 0; i < events; i++, asked++) {
            Map<String, @Nullable Object> row = Map.of(
                    "symbol", "BTC",
                    "time", now.get().plus(Duration.ofMinutes(i)).toString(),
                    "close", 101.0 + asked % 18,
                    "volume", 7.0);
            made.addAll(backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT));
        }
        backend.prediction(made.getLast().id()); // also those in the shadow are in the index now
        now.set(now.get().plus(Duration.ofDays(1)));
        backend.outcomes(made.stream()
                .map(each -> new OutcomeEvent(MODEL, each.entity(), each.asOf().getEpochSecond() % 120 == 0 ? "true" : "false", now.get()))
                .toList());
        backend.prediction(made.getLast().id()); // and so are the outcomes
        now.set(now.get().plus(Duration.ofDays(3)));
    }

    private int champion() {
        return backend.alias(MODEL, ModelVersion.CHAMPION).orElseThrow().version();
    }

    private List<String> trail() {
        return backend.audit(MODEL, 1_000).reversed().stream()
                .map(AuditEntry::action)
                .filter(each -> each.startsWith("retrain") || each.equals("promote") || each.equals("register") || each.equals("reject"))
                .toList();
    }

    private List<String> alerts() {
        List<String> kinds = new ArrayList<>();
        backend.alerts().list(new AlertQuery(Set.of(), null, null, null, 100)).path("alerts").forEach(each -> kinds.add(each.path("kind").asText()));
        return kinds;
    }

    @Test
    void challengerWaitsForEvidenceWithoutAWorkerAndIsPromotedByIt() throws IOException {
        open("", POLICY);

        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));

        JsonNode waits = told(asked);
        assertThat(waits.at("/summary/waiting").asInt()).isOne();
        assertThat(waits.at("/summary/models/0/state").asText()).isEqualTo("waiting");
        assertThat(waits.at("/summary/models/0/sentence").asText()).contains("is not known yet");
        assertThat(backend.schedules().workOnce()).isFalse();
        settle(25);
        work(Duration.ofMinutes(25));
        JsonNode ended = told(asked);
        assertThat(ended.path("state").asText()).isEqualTo("done");
        assertThat(ended.at("/summary/promoted").asInt()).isOne();
        assertThat(ended.at("/summary/retrained").asInt()).isOne();
        assertThat(ended.at("/summary/models/0/version").asInt()).isEqualTo(2);
        assertThat(ended.at("/summary/models/0/run_id").asText()).isNotEmpty();
        assertThat(ended.at("/summary/sentence").asText()).isEqualTo("1 of 1 model processed: 0 drifted, 1 of unknown drift, 1 retrained, 1 promoted, 0 errors.");
        assertThat(champion()).isEqualTo(2);
        assertThat(trail()).endsWith(
                "retrain_asked", "retrain_check", "register", "retrain_train", "retrain_evaluate", "retrain_compare", "retrain_register",
                "retrain_shadow", "promote", "retrain_promoted");
        assertThat(alerts()).contains("promotion", "retraining");
        assertThat(backend.alerts().list(new AlertQuery(Set.of(), "retraining", null, null, 9)).path("alerts"))
                .allSatisfy(each -> assertThat(each.path("text").asText()).doesNotContain(each.path("title").asText()).startsWith(MODEL + ": "))
                .isNotEmpty();
        assertThat(backend.governance().verify(null).sound()).isTrue();
    }

    @Test
    void buttonsOfTheConsoleGoThroughTheSameChainAndShowItsSummary() throws IOException, InterruptedException {
        open("", POLICY);
        KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create(server.url() + "/retraining");
            String form = "button=full&model=%s&actor=ann&reason=New+season.".formatted(MODEL);
            HttpRequest press = HttpRequest.newBuilder(page)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form))
                    .build();
            int first = client.send(press, BodyHandlers.ofString()).statusCode();
            work(Duration.ofMinutes(1));
            String waits = client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
            client.send(press, BodyHandlers.ofString());
            work(Duration.ofMinutes(1));
            String refused = client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();

            assertThat(first).isEqualTo(303);
            assertThat(waits).contains("1 retrained, 0 promoted, 1 waiting for evidence or a person", "is not known yet", "New season.", ">v2</a>");
            assertThat(refused).contains("1 refused", "is under way: In the shadow", "1 waiting for evidence or a person");
            assertThat(trail()).contains("retrain_asked", "retrain_register", "retrain_refused").filteredOn("register"::equals).hasSize(2);
        } finally {
            server.stop();
        }
    }

    @Test
    void limitsOfTheCallGoOnJudgingTheVersion() throws IOException {
        open("", POLICY);

        JsonNode asked = retrain(new TreeMap<>(Map.of("days", 9.0)), false);
        work(Duration.ofMinutes(1));

        assertThat(backend.governance().check(MODEL, 2).lines()).extracting(line -> line.condition()).containsExactlyInAnyOrder("predictions >= 20", "days >= 9");
        assertThat(backend.audit(MODEL, 100).stream().filter(each -> each.action().equals("retrain_asked")).findFirst().orElseThrow().evidence())
                .contains("\"days\":9.0");
        assertThat(told(asked).at("/summary/waiting").asInt()).isOne();
        var wrong = catchThrowableOfType(KeelsonException.class, () -> retrain(new TreeMap<>(Map.of("accuracy", Double.NaN, "acuracy", 0.7)), false));
        assertThat(wrong.problems()).hasSize(2);
        assertThat(wrong.problems().getLast().message()).contains("There is no threshold (acuracy)");
    }

    @Test
    void limitsOfTheCallAreTheTermsOfItsOneTest() throws IOException {
        open("", "policies:\n  promote: { models: \"*\", preset: recommended }\n");

        retrain(new TreeMap<>(Map.of("margin", 0.013)), false);
        work(Duration.ofMinutes(1));
        backend.governance().check(MODEL, 2);

        assertThat(backend.audit(MODEL, 100)).filteredOn(each -> each.action().equals("test"))
                .singleElement()
                .satisfies(test -> {
                    assertThat(test.reason()).contains("Test 1 of v2", "before the first look");
                    assertThat(test.evidence()).contains("0.013");
                });
    }

    @Test
    void anotherRecipeThatBreaksTheLimitsOnItsTestPeriodIsNotRegistered() throws IOException {
        RunPipeline.run(PriceProject.in(folder, PriceProject.model(MODEL, "random_forest")), now::get, line -> {});
        open("", POLICY);

        JsonNode asked = retrain(new TreeMap<>(Map.of("accuracy", 0.99)), false);
        work(Duration.ofMinutes(1));

        JsonNode ended = told(asked);
        assertThat(ended.at("/summary/rejected").asInt()).isOne();
        assertThat(ended.at("/summary/models/0/sentence").asText()).contains("not registered", "`accuracy >= 0.99`: accuracy is 0.");
        assertThat(backend.runs(MODEL, 10)).extracting(Run::id).contains(ended.at("/summary/models/0/run_id").asText());
        assertThat(trail()).endsWith("retrain_compare", "retrain_rejected");
        assertThat(alerts()).contains("rejection");
    }

    @Test
    void withoutDriftNothingIsTrainedWhereThatWasAsked() throws IOException {
        open("", POLICY);
        ObjectNode none = new ObjectMapper().createObjectNode().put("verdict", "none").put("sentence", "none: nothing moved.");
        RetrainRequest request = new RetrainRequest(MODEL, Trigger.MANUAL, RetrainRequest.Kind.FULL, new TreeMap<>(), true, none);

        var job = backend.schedules().retrainings().ask(request, null, "", "ann", "To see.").job();
        work(Duration.ofMinutes(1));

        JsonNode result = backend.schedules().job(Objects.requireNonNull(job).id(), 0).path("result");
        assertThat(result.path("status").asText()).isEqualTo("undrifted");
        assertThat(result.at("/drift/drift").isBoolean()).isTrue();
        assertThat(backend.versions(MODEL)).hasSize(1);
    }

    @Test
    void tooLittleDataIsNeverToldAsNoDrift() throws IOException {
        open("", "monitors:\n  drift: { model: %s, policy: recommended }\n".formatted(MODEL) + POLICY);

        JsonNode onlyDrifted = retrain(new TreeMap<>(), true);
        work(Duration.ofMinutes(1));

        JsonNode summary = told(onlyDrifted).path("summary");
        assertThat(summary.at("/models/0/drift").asText()).isIn("insufficient", "unchecked");
        assertThat(summary.at("/models/0/drifted").isNull()).isTrue();
        assertThat(summary.at("/models/0/status").asText()).isEqualTo("unknown");
        assertThat(summary.at("/models/0/sentence").asText()).startsWith("Not trained, as it is not known whether anything has drifted");
        assertThat(summary.path("drift_unknown").asInt()).isOne();
        assertThat(summary.path("sentence").asText()).contains("0 drifted, 1 of unknown drift, 0 retrained");
    }

    @Test
    void secondRetrainingOfAModelIsRefusedWhileOneIsUnderWay() throws IOException {
        open("", POLICY);
        JsonNode first = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));

        JsonNode second = retrain(new TreeMap<>(Map.of("margin", 0.1)), false);
        work(Duration.ofMinutes(1));

        assertThat(told(second).at("/summary/models/0/state").asText()).isEqualTo("refused");
        assertThat(told(second).at("/summary/models/0/sentence").asText()).contains("is under way: In the shadow");
        assertThat(told(first).at("/summary/waiting").asInt()).isOne();
        assertThat(trail()).contains("retrain_refused").filteredOn("register"::equals).hasSize(2);
    }

    @Test
    void oneModelThatCannotBeTrainedStopsNoOther() throws IOException {
        String bad = PriceProject.model("bad", "logistic") + "rows: volume > 5000".indent(6);
        var project = PriceProject.in(folder, PriceProject.model(MODEL, "logistic") + bad + POLICY);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> RunPipeline.run(project, now::get, line -> {}))).isNotNull();
        backend = LiveBackend.open(project, now::get);
        newRows();

        JsonNode asked = backend.loop().retrain(
                new RetrainCampaign.Asked(List.of("bad", MODEL), Trigger.MANUAL, RetrainRequest.Kind.FULL, new TreeMap<>(), false),
                new By("ann", "All.", null));
        work(Duration.ofMinutes(1));

        JsonNode summary = told(asked).path("summary");
        assertThat(summary.path("sentence").asText())
                .isEqualTo("2 of 2 models processed: 0 drifted, 2 of unknown drift, 1 retrained, 0 promoted, 1 waiting for evidence or a person, 1 error.");
        assertThat(summary.at("/models/0/error").asText()).contains("bad");
        assertThat(alerts()).contains("failure", "retraining");
    }

    @Test
    void stormOfAlarmsTrainsNoMoreThanCoolDownAndBudgetAllow() throws IOException {
        open("retrain: { cool_down: 1d, budget: 2 per 30d }", "");
        int asked = 0;

        for (int hour = 0; hour < 24 * 10; hour++) {
            if (hour % 24 == 0) {
                newRows();
            }
            RetrainBook.Asked answer = backend.schedules()
                    .retrainings()
                    .ask(RetrainRequest.full(MODEL, Trigger.DRIFT), null, "drift", "keelson", "5 of 8 columns moved.");
            asked += answer.asked() ? 1 : 0;
            work(Duration.ofHours(1));
        }

        assertThat(asked).isEqualTo(2);
        assertThat(trail().stream().filter("register"::equals)).hasSize(3);
        List<AuditEntry> refused = backend.audit(MODEL, 1_000).stream().filter(each -> each.action().equals("retrain_refused")).toList();
        assertThat(refused).hasSize(24 * 10 - 2);
        assertThat(refused.getLast().reason()).contains("less than 1 days ago (cool-down)");
        assertThat(refused.getFirst().reason()).contains("The budget of 2 trainings in 30 days is spent");
    }

    @Test
    void trainingThatComesToTheSameModelIsNotCountedAsOneAndBeginsNoCoolDown() throws IOException {
        open("retrain: { cool_down: 28d }", "");
        retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        now.set(now.get().plus(Duration.ofDays(30)));

        JsonNode again = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        RetrainBook.Asked alarm = backend.schedules()
                .retrainings()
                .ask(RetrainRequest.full(MODEL, Trigger.DRIFT), null, "drift", "keelson", "5 of 8 columns moved.");

        JsonNode summary = told(again).path("summary");
        assertThat(summary.at("/models/0/sentence").asText()).contains("v2 is the challenger");
        assertThat(summary.at("/models/0/retrained").asBoolean()).isFalse();
        assertThat(summary.path("retrained").asInt()).isZero();
        assertThat(summary.path("unchanged").asInt()).isOne();
        assertThat(summary.path("sentence").asText()).contains("0 retrained, 0 promoted, 1 unchanged");
        assertThat(alarm.asked()).as(alarm.sentence()).isTrue();
    }

    @Test
    void driftThatMattersLittleTrainsWhereAPersonOrALimitOfTheCallSaysSo() throws IOException {
        open("retrain: { cool_down: 0s }", "");
        ObjectNode small = new ObjectMapper().createObjectNode()
                .put("verdict", "alarm").put("sentence", "alarm: close moved.").put("ratio", 0.5).put("not_worth", "It carries 10 %.");
        RetrainBook book = backend.schedules().retrainings();
        var limit = new TreeMap<>(Map.of("drift", 0.4));

        var schedule = book.ask(new RetrainRequest(MODEL, Trigger.DRIFT, RetrainRequest.Kind.FULL, new TreeMap<>(), false, small), null, "drift", "keelson", "Alarm.");
        var program = book.ask(new RetrainRequest(MODEL, Trigger.DRIFT, RetrainRequest.Kind.FULL, limit, true, small), null, "", "ann", "Alarm.");
        work(Duration.ofMinutes(1));
        var person = book.ask(new RetrainRequest(MODEL, Trigger.MANUAL, RetrainRequest.Kind.FULL, new TreeMap<>(), true, small), null, "", "ann", "Alarm.");

        assertThat(schedule.asked()).isFalse();
        assertThat(schedule.sentence()).isEqualTo("Not trained again: It carries 10 %.");
        assertThat(program.asked()).as(program.sentence()).isTrue();
        assertThat(person.asked()).as(person.sentence()).isTrue();
        assertThat(trail()).filteredOn("retrain_refused"::equals).hasSize(1);
    }

    private static final String WATCHED = """
            monitors:
              drift: { model: %s, policy: acis, current: "last 7d, at least 100 rows" }
            """.formatted(MODEL);

    /** Predictions of inputs that are nothing like those of the training. */
    private void drift() {
        for (int i = 0; i < 200; i++, asked++) {
            Map<String, @Nullable Object> row = Map.of(
                    "symbol", "BTC", "time", now.get().plus(Duration.ofMinutes(i)).toString(), "close", 900.0 + asked % 18, "volume", 7000.0 + asked % 7);
            backend.predict(MODEL, List.of(row), PredictOptions.DEFAULT);
        }
        now.set(now.get().plus(Duration.ofDays(1)));
    }

    private JsonNode auto() {
        JsonNode asked = backend.loop().retrain(TrainingButton.AUTO.asked(List.of(MODEL)), new By("ann", "To see.", null));
        work(Duration.ofMinutes(1));
        return told(asked).path("summary");
    }

    @Test
    void autoRetrainTrainsWhatHasDriftedAndTheCoolDownRefusesIt() throws IOException {
        open("retrain: { cool_down: 28d }", WATCHED);
        JsonNode quiet = auto();
        drift();
        JsonNode alarmed = auto();
        newRows();
        JsonNode refused = auto();
        JsonNode person = retrain(new TreeMap<>(), true);
        work(Duration.ofMinutes(1));

        assertThat(quiet.at("/models/0/status").asText()).isEqualTo("unknown");
        assertThat(alarmed.at("/models/0/drifted").asBoolean()).as(alarmed.toPrettyString()).isTrue();
        assertThat(alarmed.path("retrained").asInt()).isOne();
        assertThat(refused.path("refused").asInt()).isOne();
        assertThat(refused.path("rejected").asInt()).isZero();
        assertThat(refused.at("/models/0/sentence").asText()).contains("less than 28 days ago (cool-down)");
        assertThat(told(person).at("/summary/refused").asInt()).isZero();
        assertThat(backend.audit(MODEL, 100)).anyMatch(each -> each.action().equals("retrain_refused") && each.actor().equals("ann"));
    }

    @Test
    void autoRetrainKeepsASuggestionOnceTheCheckAlarmsWhereTheModeIsToSuggest() throws IOException {
        open("modes: { retrain: suggest }", WATCHED);
        JsonNode quiet = auto();
        boolean early = backend.loop().suggestions(MODEL, null).path("suggestions").isEmpty();
        drift();
        JsonNode alarmed = auto();
        JsonNode kept = backend.loop().suggestions(MODEL, "open").path("suggestions");

        assertThat(quiet.at("/models/0/status").asText()).isEqualTo("unknown");
        assertThat(early).isTrue();
        assertThat(alarmed.at("/models/0/status").asText()).isEqualTo("suggested");
        assertThat(alarmed.path("retrained").asInt()).isZero();
        assertThat(kept).hasSize(1);
        assertThat(kept.path(0).path("text").asText()).startsWith(MODEL + " would have been trained again (drift): alarm: ");
        assertThat(kept.path(0).at("/request/drift/verdict").asText()).as(kept.toPrettyString()).isEqualTo("alarm");
        assertThat(alerts()).contains("suggestion");
        assertThat(backend.versions(MODEL)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"false, false, 1, 1", "false, true, 1, 1", "true, false, 5, 5", "true, true, 2, 1"})
    void stormOfAlarmsTrainsOnceForWhatIsNewAndWithinTheBudget(boolean newData, boolean budget, int trainings, int told) throws IOException {
        open("retrain: { cool_down: 0s%s }".formatted(budget ? ", budget: 2 per 30d" : ""), "");
        for (int alarm = 0; alarm < 50; alarm++) {
            if (newData && alarm > 0 && alarm % 10 == 0) {
                newRows();
            }

            backend.schedules().retrainings()
                    .ask(RetrainRequest.full(MODEL, alarm % 2 == 0 ? Trigger.DRIFT : Trigger.DECAY), null, "drift", "keelson", "Alarm %d.".formatted(alarm));
            work(Duration.ofHours(1));
        }

        List<JsonNode> jobs = backend.schedules().jobs(new JobQuery(Set.of(), "retrain", null, null, null, 100)).path("jobs").valueStream().toList();
        assertThat(jobs).filteredOn(each -> each.at("/result/trained").asBoolean()).hasSize(trainings);
        assertThat(backend.trainings().list()).hasSize(trainings);
        assertThat(backend.versions(MODEL)).hasSize(trainings + 1);
        assertThat(jobs).filteredOn(each -> each.at("/result/unchanged").asBoolean())
                .hasSize(told) // once for each state of the data, while the budget lets it be looked at
                .allSatisfy(each -> assertThat(each.at("/result/sentence").asText())
                        .startsWith("Nothing is new since v").endsWith(": rows, labels and definition are the same."));
        assertThat(trail()).filteredOn("retrain_unchanged"::equals).hasSize(told);
    }

    @Test
    void resultThatBecameKnownIsNewOnceItIsLoaded() throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), """
                keelson: 1
                project: games
                timezone: UTC
                sources:
                  games:
                    file: games.csv
                    key: id
                    event_time: time
                    outcomes: { columns: [result], known_after: 1d }
                    columns: { id: string, time: timestamp, strength: double, result: { type: enum, values: [home, away] } }
                models:
                  %s:
                    label: games.result
                    features: [strength]
                    learner: logistic
                    validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
                    retrain: { cool_down: 0s }
                """.formatted(MODEL));
        StringBuilder games = new StringBuilder("id,time,strength,result\n");
        for (int day = 0; day < 200; day++) {
            games.append("g%d,%s,%d,%s\n".formatted(day, START.plus(Duration.ofDays(day)), day * 7 % 10, day * 5 % 3 == 0 ? "away" : "home"));
        }
        Files.writeString(folder.resolve("games.csv"), games.toString());
        now.set(START.plus(Duration.ofDays(199)).plus(Duration.ofHours(6))); // the newest result is known 18 hours later
        var project = Projects.validate(folder, Map.of());
        RunPipeline.run(project, now::get, line -> {});
        backend = LiveBackend.open(project, now::get);

        List<Boolean> asked = new ArrayList<>();
        for (String hour : List.of("06:10", "23:50", "24:10", "load", "24:20")) {
            if (hour.equals("load")) {
                backend.data().load(null);
            } else {
                now.set(START.plus(Duration.ofDays(199)).plus(Duration.ofMinutes(60L * Integer.parseInt(hour.substring(0, 2)) + Integer.parseInt(hour.substring(3)))));
            }
            asked.add(backend.schedules().retrainings()
                    .ask(RetrainRequest.full(MODEL, Trigger.DRIFT), null, "drift", "keelson", "1 of 1 column moved.")
                    .asked());
            work(Duration.ofMinutes(1));
        }

        assertThat(asked).as("told, silent, silent, trained, told").containsExactly(true, false, false, true, true);
        assertThat(trail()).filteredOn("retrain_unchanged"::equals).hasSize(2);
        List<Run> runs = backend.runs(MODEL, 10);
        assertThat(runs).hasSize(2);
        assertThat(runs.getFirst().params().get(BundleTrainer.AS_OF)).isGreaterThan(String.valueOf(runs.getLast().params().get(BundleTrainer.AS_OF)));
        assertThat(TrainedOn.of(runs.getFirst()).orElseThrow().data()).isNotEqualTo(TrainedOn.of(runs.getLast()).orElseThrow().data());
    }

    @Test
    void retrainingsThatOneNightAsksForAreToldInOneSummary() throws IOException {
        List<String> models = List.of("calm", "first", "second", "unwatched");
        StringBuilder sections = new StringBuilder();
        models.forEach(model -> sections.append(PriceProject.model(model, "logistic")));
        sections.append("""
                monitors:
                  drift: { models: [calm, first, second], policy: recommended, current: "last 7d, at least 100 rows" }
                schedules:
                  nightly: { cron: "0 2 * * *", run: drift, on_drift: retrain }
                """);
        RunPipeline.run(PriceProject.in(folder, sections.toString()), now::get, line -> {});
        backend = LiveBackend.open(Projects.validate(folder, Map.of()), now::get);
        newRows();
        Random random = new Random(5);
        for (int i = 0; i < 400; i++) {
            for (String model : List.of("calm", "first", "second")) {
                double close = 100 + random.nextInt(20) + (model.equals("calm") ? 0 : 40);
                backend.predict(model, List.of(Map.of(
                        "symbol", "BTC", "time", now.get().plusSeconds(i).toString(), "close", close, "volume", 1.0 + random.nextInt(1000))),
                        PredictOptions.DEFAULT);
            }
        }
        now.set(now.get().plus(Duration.ofHours(1)));

        backend.schedules().run("nightly", "ann", "As each night.");
        work(Duration.ofMinutes(15));

        JsonNode told = backend.loop().retrainings(10).path("retrainings");
        assertThat(told).hasSize(1);
        JsonNode summary = told.path(0).path("summary");
        assertThat(summary.path("sentence").asText())
                .isEqualTo("4 of 4 models processed: 2 drifted, 2 retrained, 0 promoted, 1 error.");
        assertThat(summary.path("models").valueStream().map(each -> each.path("model").asText() + " " + each.path("status").asText()))
                .containsExactly("calm undrifted", "first registered", "second registered", "unwatched failed");
        assertThat(summary.at("/models/0/features_analysed").asInt()).isPositive();
        assertThat(summary.at("/models/0/drifted").asBoolean(true)).isFalse();
        assertThat(summary.at("/models/1/drift_ratio").asDouble()).isPositive();
        assertThat(summary.at("/models/3/error").asText()).contains("No drift monitor watches the model (unwatched)");
        assertThat(alerts()).filteredOn("retraining"::equals).hasSize(1);
        assertThat(backend.loop().retraining(told.path(0).path("id").asText()).path("state").asText()).isEqualTo("done");
        assertThat(summary.path("models").valueStream().map(each -> each.path("job").asText())).noneMatch(each -> each.contains("/"));
    }

    @Test
    void suggestionsWaitForAPersonAndTellHowTheyTurnedOut() throws IOException {
        open("modes: { retrain: suggest, promote: suggest }", POLICY);
        var book = backend.schedules().retrainings();
        for (int alarm = 0; alarm < 3; alarm++) {
            assertThat(book.ask(RetrainRequest.full(MODEL, Trigger.DRIFT), null, "drift", "keelson", "5 of 8 columns moved.").asked()).isFalse();
        }
        JsonNode open = backend.loop().suggestions(MODEL, "open").path("suggestions");
        assertThat(open).hasSize(1);
        assertThat(open.path(0).path("count").asInt()).isEqualTo(3);
        assertThat(backend.versions(MODEL)).hasSize(1);

        backend.loop().decide(open.path(0).path("id").asText(), true, "ann", "Yes.");
        work(Duration.ofMinutes(1));
        settle(25);
        work(Duration.ofMinutes(15));

        JsonNode promote = backend.loop().suggestions(MODEL, "open").path("suggestions").path(0);
        assertThat(promote.path("action").asText()).isEqualTo("promote");
        assertThat(champion()).isOne();
        assertThat(alerts()).contains("suggestion");
        settle(30);
        JsonNode since = backend.loop().suggestion(promote.path("id").asText()).path("since");
        assertThat(since.path("events").asInt()).isEqualTo(30);
        assertThat(since.path("sentence").asText()).startsWith("Since then v2 ").contains("log loss an event beside v1", "on 30 events of 1 match days");
        backend.loop().decide(promote.path("id").asText(), true, "ann", "Good.");
        work(Duration.ofMinutes(15));
        assertThat(champion()).isEqualTo(2);
        assertThat(trail()).endsWith("promote", "retrain_promoted");
        var twice = catchThrowableOfType(
                KeelsonException.class, () -> backend.loop().decide(promote.path("id").asText(), false, "ann", "No."));
        assertThat(twice.code()).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void personIsWaitedForWherePolicyAsksForOne() throws IOException {
        open("", POLICY.replace("promote: {", "promote: { approve: person,"));
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        settle(25);
        work(Duration.ofMinutes(15));
        assertThat(champion()).isOne();
        assertThat(alerts()).contains("approval");

        backend.governance().approve(MODEL, 2, "bob", "It looks right.");
        work(Duration.ofSeconds(1)); // long before it would have looked by itself

        assertThat(told(asked).at("/summary/models/0/status").asText()).isEqualTo("promoted");
        assertThat(champion()).isEqualTo(2);
    }

    @Test
    void refusalByAPersonEndsTheRetrainingAtOnceWithoutAServer() throws IOException {
        open("", POLICY.replace("promote: {", "promote: { approve: person,"));
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        settle(25);
        work(Duration.ofMinutes(15));

        backend.governance().reject(MODEL, 2, "bob", "It looks wrong.");
        backend.schedules().goOn(MODEL);

        assertThat(told(asked).at("/summary/models/0/status").asText()).isEqualTo("rejected");
        assertThat(told(asked).at("/summary/ended").asBoolean()).isTrue();
        assertThat(trail()).endsWith("reject", "retrain_rejected");
    }

    @Test
    void whoeverPromotesInItsPlaceWakesIt() throws IOException {
        open("", POLICY.replace("predictions >= 20", "predictions >= 9000"));
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        assertThat(told(asked).at("/summary/models/0/state").asText()).isEqualTo("waiting");

        backend.governance().promote(new Governance.Request(MODEL, 2, "bob", "It is urgent.", true));
        work(Duration.ofSeconds(1));

        assertThat(told(asked).at("/summary/models/0/status").asText()).isEqualTo("promoted");
    }

    @Test
    void refusedChallengerTellsWhereItWasWorseThanTheChampion() throws IOException {
        open("", POLICY.replace("promote: {", "promote: { approve: person,"));
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        for (int day = 0; day < 10; day++) {
            settle(20);
        }
        work(Duration.ofMinutes(15));

        backend.governance().reject(MODEL, 2, "bob", "It looks wrong.");
        work(Duration.ofMinutes(25));

        JsonNode ended = told(asked).at("/summary/models/0");
        assertThat(ended.path("status").asText()).isEqualTo("rejected");
        JsonNode worse = ended.path("where_worse");
        assertThat(worse.path("version").asInt()).isEqualTo(2);
        assertThat(worse.path("champion").asInt()).isOne();
        assertThat(worse.path("rows").asInt()).isEqualTo(200);
        assertThat(worse.path("searched").asInt()).isPositive();
        assertThat(worse.path("effect").asDouble()).isCloseTo(lost(2, "challenger") - lost(1, "champion"), within(1e-12));
        String verdict = worse.path("verdict").asText();
        assertThat(backend.alerts().list(new AlertQuery(Set.of(), null, null, null, 100)).path("alerts"))
                .anySatisfy(each -> assertThat(each.path("kind").asText() + ": " + each.path("text").asText())
                        .startsWith("rejection: ").contains("The champion stays. " + verdict));
        assertThat(backend.catalog().read(tx -> tx.report(RetrainChain.worseReport(MODEL, 2))).orElseThrow().document())
                .isEqualTo(worse.toString());
    }

    /** The mean log loss of what a version said. */
    private double lost(int version, String role) {
        return backend.predictions(new PredictionQuery(MODEL, version, role, null, null, true, null, true, 1_000)).stream()
                .mapToDouble(each -> {
                    int happened = Projects.model(backend.project(), MODEL).classes().indexOf(each.outcome());
                    return -Math.log(Math.clamp(each.event().probabilities()[happened], 0.02, 0.98));
                })
                .average()
                .orElseThrow();
    }

    @Test
    void versionThatFailsItsPolicyTellsWhereItIsWorseBeforeAndAfterItIsRejected() throws IOException {
        open("", "policies:\n  promote: { models: \"*\", when: [better_than_champion >= 90%] }\n");
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        for (int day = 0; day < 10; day++) {
            settle(20);
        }

        JsonNode checked = backend.governance().checked(MODEL, 2);
        var refused = catchThrowableOfType(
                KeelsonException.class,
                () -> backend.governance().promote(new Governance.Request(MODEL, 2, "ann", "It looks right.", false)));
        work(Duration.ofMinutes(25));

        assertThat(checked.path("verdict").asText()).isEqualTo("failed");
        assertThat(checked.path("where_worse").path("rows").asInt()).isEqualTo(200);
        assertThat(refused.getMessage()).contains(checked.path("where_worse").path("verdict").asText());
        JsonNode ended = told(asked).at("/summary/models/0");
        assertThat(ended.path("status").asText()).isEqualTo("rejected");
        assertThat(ended.path("where_worse")).isEqualTo(checked.path("where_worse"));
    }

    @Test
    void canaryAnswersItsShareBeforeItServesAlone() throws IOException {
        open("retrain: { canary: 50%, hold: 2h }", POLICY);
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        settle(25);

        work(Duration.ofMinutes(15));
        assertThat(told(asked).at("/summary/models/0/step").asText()).isEqualTo("v2 answers 50 % of the requests.");
        assertThat(champion()).isOne();
        work(Duration.ofHours(3));
        assertThat(told(asked).at("/summary/models/0/step").asText())
                .isEqualTo("v2 has its share since 2 hours and was not asked yet, so that nothing is known of it.");
        assertThat(champion()).isOne();
        settle(25);
        work(Duration.ofMinutes(15));

        assertThat(champion()).isEqualTo(2);
        assertThat(backend.rollouts().status(MODEL).at("/rollout/state").asText()).isEqualTo("promoted");
    }

    @Test
    void manyNewRowsAskForATraining() throws IOException {
        open("retrain: { cool_down: 0s, on_new_data: 200 rows }", "");
        now.set(now.get().plus(Duration.ofHours(1)));
        newRows();

        backend.loop().ask("materialize", backend.loop().retrainings(1), new By("ann", "Load.", null));
        work(Duration.ofMinutes(1));

        assertThat(backend.versions(MODEL)).hasSize(2);
        assertThat(backend.audit(MODEL, 100).stream().filter(each -> each.action().equals("retrain_asked")).findFirst().orElseThrow().reason())
                .contains("rows of prices came since the training");
    }

    @Test
    void brokenGuardrailIsASuggestionWhereTheModeSaysSo() throws IOException {
        open("modes: { roll_back: suggest }", POLICY);
        retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        RolloutPlan plan = RolloutPlan.of(
                MODEL, 2, Rollout.Kind.AB, null, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, Guardrail.parse(List.of("latency_p50<=0.0001ms")));
        backend.rollouts().start(plan, "ann", "To see.");
        settle(400);

        while (backend.loop().suggestions(MODEL, "open").path("suggestions").isEmpty()) { // it is looked at ten times a second
            LockSupport.parkNanos(1_000_000);
        }

        JsonNode open = backend.loop().suggestions(MODEL, "open").path("suggestions").path(0);
        assertThat(open.path("action").asText()).isEqualTo("roll_back");
        assertThat(open.path("text").asText()).contains("v2 of direction would have been taken back: latency_p50<=0.0001ms is broken");
        assertThat(backend.rollouts().status(MODEL).at("/rollout/state").asText()).isEqualTo("running");
        JsonNode done = backend.loop().decide(open.path("id").asText(), true, "ann", "It is slow.");
        assertThat(done.path("came").asText()).isEqualTo("v2 was taken back.");
        assertThat(backend.rollouts().status(MODEL).at("/rollout/state").asText()).isEqualTo("aborted");
    }

    @Test
    void retrainingsAreAskedForOverHttp() throws Exception {
        open("", POLICY);
        try (KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0); HttpClient client = HttpClient.newHttpClient()) {
            String at = "http://127.0.0.1:%d/api/v1/".formatted(server.port());

            HttpResponse<String> asked = post(client, at + "retraining", "{'all': true, 'reason': 'New rows.', 'actor': 'n8n'}");
            work(Duration.ofMinutes(1));

            assertThat(asked.statusCode()).isEqualTo(200);
            JsonNode told = new ObjectMapper().readTree(asked.body());
            HttpResponse<String> now = client.send(
                    HttpRequest.newBuilder(URI.create(at + "retraining/" + told.path("id").asText())).build(), BodyHandlers.ofString());
            assertThat(new ObjectMapper().readTree(now.body()).at("/summary/retrained").asInt()).isOne();
            assertThat(backend.audit(MODEL, 100)).anyMatch(each -> each.action().equals("retrain_asked") && each.actor().equals("n8n"));
            HttpResponse<String> job = post(client, at + "jobs", "{'run': 'validate', 'reason': 'Look.'}");
            work(Duration.ofMinutes(1));
            String id = new ObjectMapper().readTree(job.body()).path("id").asText();
            assertThat(backend.schedules().job(id, 0).path("state").asText()).isEqualTo("done");
            for (String wrong : List.of(
                    "{'reason': 'x'}",
                    "{'all': true}",
                    "{'all': true, 'models': ['direction'], 'reason': 'x'}",
                    "{'all': true, 'reason': 'x', 'kind': 'quick'}",
                    "{'all': true, 'reason': 'x', 'trigger': 'decay'}",
                    "{'all': true, 'reason': 'x', 'thresholds': {'acuracy': 0.7}}",
                    "{'all': true, 'reason': 'x', 'thresholds': 3}",
                    "{'all': true, 'reason': 'x', 'callback': 'http://127.0.0.1/x'}",
                    "{'all': true, 'reason': 'x', 'treshold': 1}")) {
                assertThat(post(client, at + "retraining", wrong).statusCode()).as(wrong).isEqualTo(400);
            }
            HttpResponse<String> never =
                    post(client, at + "retraining", "{'all': true, 'reason': 'x', 'thresholds': {'rmse': 0.00001, 'r2': 0.5, 'days': 1, 'f1': 0.5}}");
            assertThat(never.statusCode()).isEqualTo(400);
            assertThat(never.body())
                    .contains("The threshold rmse does not suit the model direction", "The threshold r2 does not", "accuracy", "log_loss")
                    .doesNotContain("threshold f1", "threshold days");
            assertThat(post(client, at + "retraining", "{'models': ['directin'], 'reason': 'x'}").body()).contains("Maybe `direction` was meant.");
            assertThat(post(client, at + "jobs", "{'run': 'retrain', 'reason': 'x'}").body()).contains("Maybe POST /api/v1/retraining was meant.");
            assertThat(post(client, at + "suggestions/none/accept", "{'reason': 'x'}").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void jobsAndSuggestionsOfARetrainingAreReachedByTheirAddresses() throws Exception {
        open("modes: { promote: suggest }", POLICY);
        JsonNode asked = retrain(new TreeMap<>(), false);
        work(Duration.ofMinutes(1));
        settle(25);
        work(Duration.ofMinutes(15));
        String job = told(asked).at("/summary/models/0/job").asText();
        String suggestion = backend.loop().suggestions(MODEL, "open").at("/suggestions/0/id").asText();
        try (KeelsonServer server = KeelsonServer.start(backend, "127.0.0.1", 0); HttpClient client = HttpClient.newHttpClient()) {
            String at = "http://127.0.0.1:%d/api/v1/".formatted(server.port());

            HttpResponse<String> shown = get(client, at + "jobs/" + job);
            HttpResponse<String> waits = get(client, at + "suggestions/" + suggestion);
            HttpResponse<String> accepted = post(client, at + "suggestions/" + suggestion + "/accept", "{'reason': 'Go.'}");

            assertThat(new ObjectMapper().readTree(shown.body()).path("id").asText()).isEqualTo(job);
            assertThat(new ObjectMapper().readTree(waits.body()).path("state").asText()).isEqualTo("open");
            assertThat(new ObjectMapper().readTree(accepted.body()).path("came").asText()).isEqualTo("v2 serves.");
            assertThat(champion()).isEqualTo(2);
            work(Duration.ofSeconds(5)); // long before it would have looked by itself
            assertThat(backend.schedules().job(job, 0).at("/result/status").asText()).isEqualTo("promoted");
        }
    }

    private static HttpResponse<String> get(HttpClient client, String address) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(HttpClient client, String address, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }
}
