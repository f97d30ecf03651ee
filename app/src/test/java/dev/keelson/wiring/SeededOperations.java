package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.ServedEvidence;
import dev.keelson.control.alert.AlertChannel;
import dev.keelson.control.alert.AlertCourier;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.http.AlertService;
import dev.keelson.http.Backend;
import dev.keelson.http.LoopService;
import dev.keelson.http.ScheduleService;
import dev.keelson.http.SettingsService;
import dev.keelson.http.TrainingButton;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The product's own schedules and inbox over the catalogue of a backend of tests, with jobs and alerts of one morning. */
public final class SeededOperations {
    private static final String MODEL = "football-1x2";
    private static final String MONITORS = """
            monitors:
              drift: { model: up, policy: acis, share: 30%, current: "last 7d, at least 100 rows" }  # what moved
              decay: { model: up, metric: log_loss, worse_by: 5% }
            policies:
              promote:
                models: up
                guards: [predictions >= 100, days >= 7]
            schedules:
              drift: { cron: "0 2 * * *", run: drift }
            """;
    private static final String OTHER = "football-1x2-odds";

    private final Catalog catalog;
    private final Instant now;
    private final ProjectSchedules schedules;
    private final ProjectAlerts alerts;
    private final ProjectSettings settings;
    private final ProjectLoop loop;

    /** Operations that nobody works at: what waits goes on waiting. */
    public SeededOperations(Backend backend) {
        this.catalog = backend.catalog();
        this.now = backend.clock().instant();
        List<AlertChannel> channels = List.of(new Channel("mail", Set.of("failure"), false), new Channel("telegram", Set.of(), true));
        this.alerts = new ProjectAlerts(
                channels, catalog, backend.clock());
        this.schedules = new ProjectSchedules(backend::project, catalog, backend.clock(), backend, alerts.alerts(), model -> Optional.empty());
        this.settings = new ProjectSettings(file(), Map::of, catalog, backend.clock(), changed -> {});
        this.loop = new ProjectLoop(
                backend, schedules, new Callbacks(null, catalog, backend.clock()), new ServedEvidence(new InMemoryPredictionLog()), alerts.alerts());
        catalog.write(tx -> {
            for (int i = 1; i <= 3; i++) {
                tx.jobs().add(done("drift", MODEL, i, 8 + i, i == 1, "alarm: 3 of 9 columns moved."));
                tx.jobs().add(done("drift", OTHER, i, 4 + i, false, "none: no column moved."));
                tx.jobs().add(done("retrain", MODEL, 7 * i, 60 * i, false, "football-1x2: registered. v8 is the challenger."));
            }
            Job begun = planned("retrain", OTHER, 0, "").begun("football-tips/4711/x", now.minusSeconds(42), now.plusSeconds(30));
            tx.jobs().add(begun);
            tx.jobs().addLine(begun.id(), now.minusSeconds(40), 1, "Training training-7 <b>begins</b>.");
            tx.jobs().replace(begun.alive(now.plusSeconds(30), 0.4, "fitting", null));
            tx.jobs().add(planned("retrain", MODEL, 0, ""));
            Job retraining = retraining().begun("football-tips/4711/x", now.minusSeconds(45), now.plusSeconds(30));
            tx.jobs().add(retraining);
            tx.jobs().replace(retraining.alive(now.plusSeconds(30), 0.2, "0 of 2 models processed.", jobs()));
            Job failed = planned("materialize", "", 1, "features").begun("w", now.minusSeconds(90), now);
            tx.jobs().add(failed);
            tx.jobs().replace(failed.ended(Job.State.FAILED, now.minusSeconds(80), null, "The file (matches.csv) is gone."));
            return failed.id();
        });
        raise("drift/" + MODEL, "drift", MODEL, Alert.Severity.WARNING, "3 columns moved: elo, form, odds", "/models/" + MODEL + "/drift");
        raise("drift/" + MODEL, "drift", MODEL, Alert.Severity.WARNING, "3 columns moved: elo, form, odds", "/models/" + MODEL + "/drift");
        raise("failure/materialize/data", "failure", "", Alert.Severity.CRITICAL, "materialize failed", "");
        Alert over = raise("failure/drift/model/" + OTHER, "failure", OTHER, Alert.Severity.WARNING, "drift failed", "");
        alerts.alerts().over(over.cause(), "The next one came to its end.");
        try (AlertCourier courier = new AlertCourier(catalog, backend.clock(), channels, Duration.ofSeconds(1))) {
            courier.deliverAll();
        }
        alerts.test("telegram", "ann");
        alerts.test("mail", "ann");
        suggest();
    }

    /** A promotion and a training wait for an answer, another training was not wanted. */
    private void suggest() {
        Suggestions suggestions = new Suggestions(catalog, () -> now.minus(Duration.ofHours(2)));
        suggestions.put("old", OTHER, Action.RETRAIN, null, Mode.SUGGEST, OTHER + " would have been trained again (drift): 1 column moved.");
        suggestions.decide("suggestion-retrain-%s-old".formatted(OTHER), ModelSuggestion.State.DISMISSED, "bob", "The season ends.");
        suggestions.put("new", OTHER, Action.RETRAIN, null, Mode.SUGGEST, OTHER + " would have been trained again (decay): <b>worse</b>.");
        suggestions.put("job/" + MODEL, MODEL, Action.PROMOTE, 8, Mode.SUGGEST, "v8 of %s would have been promoted: its policy is met.".formatted(MODEL));
    }

    /** A project file of its own; the system removes what is left of it. */
    private static Path file() {
        try {
            Path folder = Files.createTempDirectory("keelson-seeded-");
            Path file = PriceProject.in(folder, PriceProject.model("up", "logistic") + MONITORS).file();
            for (Path each : List.of(folder, file, folder.resolve("prices.csv"))) {
                each.toFile().deleteOnExit();
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Alert raise(String cause, String kind, String model, Alert.Severity severity, String title, String page) {
        return alerts.alerts()
                .raise(new Alerts.News(
                        cause, kind, severity, model, title, "It is so <b>since</b> this morning. 612 rows were looked at.",
                        "keelson schedule log", page));
    }

    private Job planned(String kind, String model, int daysAgo, String schedule) {
        Instant due = daysAgo == 0 ? now.minus(Duration.ofHours(1)) : now.minus(Duration.ofDays(daysAgo));
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        if (!model.isEmpty()) {
            arguments.put("model", model);
        }
        String id = schedule.isEmpty() ? "asked-%s-%s-%d".formatted(kind, model, daysAgo) : "%s.%s@%s".formatted(schedule, model, due);
        return Job.planned(id, kind, Planner.subject(model), schedule, arguments, due, due, 3, "ann", "Because.");
    }

    /** Both models were asked for; a job of each is there. */
    private Job retraining() {
        Instant due = now.minus(Duration.ofHours(1));
        return Job.planned(
                "asked-retraining", RetrainCampaign.KIND, "", "", TrainingButton.FULL.asked(List.of(MODEL, OTHER)).toJson(), due, due, 3, "ann", "Because.");
    }

    private static ObjectNode jobs() {
        ObjectNode jobs = JsonNodeFactory.instance.objectNode();
        for (String model : List.of(MODEL, OTHER)) {
            jobs.putObject(model).put("job", "asked-retrain-%s-0".formatted(model)).put("asked", true);
        }
        return JsonNodeFactory.instance.objectNode().set("jobs", jobs);
    }

    private Job done(String kind, String model, int daysAgo, int seconds, boolean finding, String message) {
        JsonNode result = JsonNodeFactory.instance.objectNode().put("finding", finding).put("message", message);
        Instant begun = now.minus(Duration.ofDays(daysAgo));
        Job job = planned(kind, model, daysAgo, kind.equals("drift") ? "drift" : "weekly").begun("w", begun, begun.plusSeconds(30));
        return job.ended(Job.State.DONE, begun.plusSeconds(seconds), result, message);
    }

    /** Retrainings. */
    public LoopService loop() {
        return loop;
    }

    /** The settings of a project file of its own. */
    public SettingsService settings() {
        return settings;
    }

    /** The schedules. */
    public ScheduleService schedules() {
        return schedules;
    }

    /** The inbox. */
    public AlertService alerts() {
        return alerts;
    }

    private record Channel(String name, Set<String> kinds, boolean works) implements AlertChannel {
        @Override
        public Answer send(Alert alert, Delivery delivery) {
            return works ? Answer.TAKEN : Answer.refused("The server does not know the mailbox (quant@example.org).");
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
