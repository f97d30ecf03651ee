package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.StreamFeed;
import dev.keelson.control.alert.Alerts;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.StreamService;
import dev.keelson.http.SubmittedPredictions;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.StreamChange;
import dev.keelson.monitor.StreamDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLog.Placed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The streams that monitors of a project name, fed from its prediction log. What each detector knows is kept in the catalogue, with the
 * places in the log up to which it counts, in one write with the changes found: after a restart, or a kill, each value counts once.
 */
final class ProjectStreams implements StreamService {
    private static final String STATE = "stream_state";
    private static final String KIND = "stream";
    private static final int READ = 5_000;
    private static final int SHOWN = 100;

    private final Supplier<Project> project;
    private final Catalog catalog;
    private final PredictionLog log;
    private final InstantSource clock;
    private final Function<String, List<String>> inputs;
    private final Supplier<Alerts> alerts;

    /**
     * @param project as it is set now: a changed setting counts from the next value on
     * @param inputs names of the inputs of a model, features first, then watched values; empty while they are not known
     */
    ProjectStreams(
            Supplier<Project> project,
            Catalog catalog,
            PredictionLog log,
            InstantSource clock,
            Function<String, List<String>> inputs,
            Supplier<Alerts> alerts) {
        this.project = project;
        this.catalog = catalog;
        this.log = log;
        this.clock = clock;
        this.inputs = inputs;
        this.alerts = alerts;
    }

    /** Whether a monitor of the model names a stream. */
    boolean watches(String model) {
        return !definition(model).of().isEmpty();
    }

    private StreamDefinition definition(String model) {
        return Projects.drift(project.get(), model).map(DriftMonitorDefinition::streams).orElse(StreamDefinition.NONE);
    }

    @Override
    public synchronized JsonNode check(String name) {
        LoggedModel model = LoggedModel.of(project.get(), name);
        StreamDefinition definition = definition(name);
        if (definition.of().isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "No monitor of the model (%s) names a stream.".formatted(name),
                    "Maybe add `streams: [log_loss]` to its drift monitor.");
        }
        JsonNode before = state(name);
        StreamFeed streams = new StreamFeed(
                name,
                model.classes(),
                definition,
                model.elsewhere() ? model.features() : inputs.apply(name),
                before.path("streams"));
        Feeding feeding = new Feeding(model, streams, before);
        feeding.run();
        List<StreamChange> changed = streams.takeFound();
        ObjectNode state = JsonNodeFactory.instance
                .objectNode()
                .put("model", name)
                .put("predictions", feeding.predictions)
                .put("settled_at", feeding.settledAt)
                .put("settled_place", feeding.settledPlace);
        state.set("streams", streams.toJson());
        Map<String, Instant> known = known(name);
        Instant now = clock.instant();
        catalog.update(tx -> {
            tx.putReport(new StoredReport("streams-" + name, STATE, name, now, "ready", state.toString()));
            for (StreamChange change : changed) {
                tx.putReport(new StoredReport(
                        id(change),
                        KIND,
                        name,
                        change.found(),
                        "change",
                        change.toJson().put("at", now.toString()).toString()));
            }
        });
        tell(name, changed, known);
        ObjectNode answer = changes(name);
        answer.put("values", streams.values());
        ArrayNode found = answer.putArray("found");
        changed.forEach(change -> found.add(change.toJson()));
        return answer;
    }

    /**
     * Raises what got worse, or moved, as one alert for each stream, and tells what got better by the way. A change that began after
     * all known ones were found is new to whoever acknowledged the alert; any other is one of them, found by another detector.
     */
    private void tell(String model, List<StreamChange> found, Map<String, Instant> known) {
        for (StreamChange change : found) {
            Instant last = known.getOrDefault(change.of(), Instant.MIN);
            if (change.better()) {
                alerts.get().inform(id(change), news(model, change, "/fell", Alert.Severity.INFO));
            } else if (change.began().isAfter(last)) {
                alerts.get().raiseAnew(news(model, change, "", Alert.Severity.WARNING));
            } else {
                alerts.get().raise(news(model, change, "", Alert.Severity.WARNING));
            }
            known.merge(change.of(), change.found(), (a, b) -> a.isAfter(b) ? a : b);
        }
    }

    private static Alerts.News news(String model, StreamChange change, String direction, Alert.Severity severity) {
        return new Alerts.News(
                "stream/%s/%s%s".formatted(model, change.of(), direction),
                "drift",
                severity,
                model,
                "%s %s".formatted(change.of(), change.after() > change.before() ? "rose" : "fell"),
                change.sentence(),
                "keelson drift streams --model " + model,
                "");
    }

    private static String id(StreamChange change) {
        return "stream-%s-%s-%s-%s".formatted(change.model(), change.of(), change.detector().word(), change.found());
    }

    /** When the newest kept change of each stream was found. */
    private Map<String, Instant> known(String model) {
        Map<String, Instant> known = new HashMap<>();
        for (StoredReport each : catalog.read(tx -> tx.reports(KIND, model, SHOWN))) {
            JsonNode change = RunPipeline.parsed(each.document());
            Instant found = Instant.parse(change.path("found").asText());
            known.merge(change.path("of").asText(), found, (a, b) -> a.isAfter(b) ? a : b);
        }
        return known;
    }

    private JsonNode state(String model) {
        Optional<StoredReport> kept = catalog.read(tx -> tx.report("streams-" + model));
        return kept.map(report -> RunPipeline.parsed(report.document()))
                .orElseGet(JsonNodeFactory.instance::objectNode);
    }

    /** What the log has beyond the places where the last check ended. */
    private final class Feeding {
        private final LoggedModel model;
        private final StreamFeed streams;
        private long predictions;
        private long settledAt;
        private long settledPlace;

        Feeding(LoggedModel model, StreamFeed streams, JsonNode before) {
            this.model = model;
            this.streams = streams;
            this.predictions = before.path("predictions").asLong();
            this.settledAt = before.path("settled_at").asLong();
            this.settledPlace = before.path("settled_place").asLong();
        }

        void run() {
            List<Placed> read = log.predictions(predictions, READ);
            while (!read.isEmpty()) {
                read.stream().map(each -> each.prediction().event()).filter(this::answer).forEach(streams::inputs);
                predictions = read.getLast().place();
                read = log.predictions(predictions, READ);
            }
            read = log.settled(settledAt, settledPlace, READ);
            while (!read.isEmpty()) {
                read.forEach(each -> errors(each.prediction()));
                settledAt = read.getLast().at();
                settledPlace = read.getLast().place();
                read = log.settled(settledAt, settledPlace, READ);
            }
        }

        /** Whether it is what callers got: of the champion, or of one that others serve. */
        private boolean answer(PredictionEvent event) {
            return event.model().equals(model.name())
                    && (model.elsewhere()
                            ? event.role().equals(SubmittedPredictions.ROLE) && event.served()
                            : event.role().equals(ModelVersion.CHAMPION));
        }

        private void errors(LoggedPrediction prediction) {
            String outcome = prediction.outcome();
            if (outcome != null && answer(prediction.event())) {
                streams.errors(prediction.event(), outcome);
            }
        }
    }

    @Override
    public ObjectNode changes(String name) {
        LoggedModel.of(project.get(), name);
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("model", name);
        ArrayNode streams = answer.putArray("streams");
        JsonNode state = state(name);
        StreamDefinition definition = definition(name);
        for (String of : definition.of()) {
            for (StreamDefinition.Detector detector : definition.by()) {
                JsonNode each = StreamFeed.known(state.path("streams"), of, detector);
                long seen = each.path("seen").asLong();
                streams.addObject()
                        .put("of", of)
                        .put("detector", detector.word())
                        .put("values", seen)
                        .put("mean", seen == 0 ? null : (Double) (each.path("total").asDouble() / seen));
            }
        }
        ArrayNode changes = answer.putArray("changes");
        catalog.read(tx -> tx.reports(KIND, name, SHOWN)).forEach(each -> changes.add(RunPipeline.parsed(each.document())));
        return answer;
    }
}
