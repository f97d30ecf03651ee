package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.performance.PerformanceReport;
import dev.keelson.monitor.performance.PerformanceRows;
import dev.keelson.monitor.performance.WindowEstimates;
import dev.keelson.monitor.performance.WindowLength;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How good the answers of a model were window by window, whoever serves it. Predictions of events before the end of what their
 * version was trained on do not count: it may have seen what happened. Immutable.
 *
 * @param find predictions of the log
 * @param versions of a model, newest first
 * @param run of an id
 * @param learners what estimates without outcomes need
 */
public record ModelPerformance(
        Function<PredictionQuery, List<LoggedPrediction>> find,
        Function<String, List<ModelVersion>> versions,
        Function<String, Optional<Run>> run,
        WindowEstimates.Learners learners) {
    /** So many predictions are looked at at most, those of the newest events. */
    public static final int MOST = 100_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long SEED = 42;

    /**
     * Which predictions. Null means any.
     *
     * @param window how time is cut
     * @param version by this version
     * @param from of events at or after
     * @param to of events before
     */
    public record Asked(WindowLength window, @Nullable Integer version, @Nullable Instant from, @Nullable Instant to) {}

    /**
     * Predictions of a model that count, with what became of them.
     *
     * @param rows in the order of their events
     * @param features names of their features, or none where they are not known
     * @param seen how many were left out because their version may have been trained on what happened
     * @param cut whether older ones were left out
     */
    public record Counted(PerformanceRows rows, List<String> features, int seen, boolean cut) {
        public Counted {
            features = List.copyOf(features);
        }
    }

    /** That of a project that is served. */
    public static ModelPerformance of(Backend backend) {
        return new ModelPerformance(backend::predictions, backend::versions, backend::run, backend.estimators());
    }

    /**
     * The report, as {@link PerformanceReport#of} makes it, with {@code model} and {@code elsewhere}.
     *
     * @param now the present
     */
    public ObjectNode of(Project project, LoggedModel model, Asked asked, Instant now) {
        Counted counted = rows(project, model, asked);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model.name());
        json.put("elsewhere", model.elsewhere());
        json.put("version", asked.version());
        json.setAll(PerformanceReport.of(
                counted.rows(),
                new PerformanceReport.Asked(
                        asked.window(), project.zone(), now, model.classes(), counted.features(), learners, SEED)));
        if (counted.seen() > 0) {
            json.withArray("notes")
                    .add("%,d predictions do not count: their events lie before the end of what their version was trained on."
                            .formatted(counted.seen()));
        }
        if (counted.cut()) {
            json.withArray("notes").add("Only the %,d newest predictions are looked at; ask for a shorter time.".formatted(MOST));
        }
        return json;
    }

    /** The predictions that count. */
    public Counted rows(Project project, LoggedModel model, Asked asked) {
        List<LoggedPrediction> found = find.apply(new PredictionQuery(
                model.name(), asked.version(), null, true, asked.from(), asked.to(), null, null, null, null, null, null, true, MOST));
        List<ModelVersion> known = model.elsewhere() ? List.of() : versions.apply(model.name());
        Map<Integer, Instant> trainedTo = new HashMap<>();
        known.forEach(each -> trainedTo.put(each.version(), each.trainedTo()));
        Predicate<PredictionEvent> unseen = event -> {
            Instant to = trainedTo.get(event.version());
            return to == null || !event.eventTime().isBefore(to);
        };
        int seen = (int) found.stream().filter(each -> !unseen.test(each.event())).count();
        List<String> names = model.elsewhere()
                ? model.features()
                : known.stream().findFirst().flatMap(each -> run.apply(each.runId())).map(ModelPerformance::features).orElse(List.of());
        return new Counted(
                PerformanceRows.of(found, model.classes(), project.zone(), unseen), names, seen, found.size() == MOST);
    }

    /** In the order in which the model takes them; none where the run does not say. */
    private static List<String> features(Run run) {
        List<String> names = new ArrayList<>();
        try {
            for (JsonNode each : MAPPER.readTree(run.provenance()).path("features")) {
                names.add(each.asText());
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of the run (%s) is not JSON.".formatted(run.id()), e);
        }
        return names;
    }
}
