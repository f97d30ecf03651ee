package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoopService.By;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.serve.OutcomeEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
        String model = PriceProject.model(MODEL, "logistic") + retrain.indent(4);
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
        return backend.audit(MODEL, 100).reversed().stream()
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
        assertThat(ended.at("/summary/sentence").asText()).isEqualTo("1 of 1 model processed: 0 drifted, 1 retrained, 1 promoted, 0 errors.");
        assertThat(champion()).isEqualTo(2);
        assertThat(trail()).endsWith(
                "retrain_asked", "retrain_check", "register", "retrain_train", "retrain_evaluate", "retrain_compare", "retrain_register",
                "retrain_shadow", "promote", "retrain_promoted");
        assertThat(alerts()).contains("promotion", "retraining");
        assertThat(backend.governance().verify(null).sound()).isTrue();
    }
}
