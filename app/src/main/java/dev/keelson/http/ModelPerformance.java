package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.monitor.performance.CalibrationCheck;
import dev.keelson.monitor.performance.DecayReport;
import dev.keelson.monitor.performance.LimitReport;
import dev.keelson.monitor.performance.PerformanceMetric;
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
import dev.keelson.stats.Interval;
import dev.keelson.train.WorstSegments;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How good the answers of a model were window by window, whoever serves it. Predictions of events before the end of what their
 * version was trained on do not count: it may have seen what happened. Immutable.
 *
 * @param find predictions of the log
 * @param versions of a model, newest first
 * @param run of an id
 * @param learners what estimates without outcomes need
 * @param bets that a model of the project scores, by their key
 */
public record ModelPerformance(
        Function<PredictionQuery, List<LoggedPrediction>> find,
        Function<String, List<ModelVersion>> versions,
        Function<String, Optional<Run>> run,
        WindowEstimates.Learners learners,
        Function<String, Map<String, Bet>> bets) {
    /** So many predictions are looked at at most, those of the newest events. */
    public static final int MOST = 100_000;

    private static final double CONFIDENCE = 0.95;
    private static final int MOST_SEARCHED = 10_000;
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
        return new ModelPerformance(backend::predictions, backend::versions, backend::run, backend.estimators(), model -> backend.bets().placed(model));
    }

    /**
     * The report, as {@link PerformanceReport#of} makes it, with {@code model}, {@code elsewhere}, {@code version} and {@code worst}.
     *
     * @param now the present
     */
    public ObjectNode of(Project project, LoggedModel model, Asked asked, Instant now) {
        Counted counted = rows(project, model, asked, bets(model));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model.name());
        json.put("elsewhere", model.elsewhere());
        json.put("version", asked.version());
        json.setAll(PerformanceReport.of(
                counted.rows(),
                new PerformanceReport.Asked(
                        asked.window(), project.zone(), now, model.classes(), learners, SEED)));
        json.set("worst", worst(counted));
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

    /**
     * Which models performance monitors watch.
     *
     * @param judged those with a metric that suits them
     * @param left those that a monitor names, or finds by a pattern, without one
     */
    public record Watched(List<String> judged, List<String> left) {
        public Watched {
            judged = List.copyOf(judged);
            left = List.copyOf(left);
        }

        /** Those of a project, in the order of its monitors. */
        public static Watched of(Project project) {
            Map<Boolean, List<String>> parts = project.decay().stream()
                    .flatMap(monitor -> monitor.models().stream())
                    .distinct()
                    .collect(Collectors.partitioningBy(name -> judges(project, LoggedModel.of(project, name))));
            return new Watched(parts.getOrDefault(true, List.of()), parts.getOrDefault(false, List.of()));
        }

        private static boolean judges(Project project, LoggedModel model) {
            return project.decay().stream()
                    .anyMatch(monitor -> monitor.models().contains(model.name()) && monitor.judges(model.isNumber()));
        }
    }

    /**
     * Has a model become worse since it was tested, or since its first settled days? Of a model that is served here its champion
     * is judged, of one that others serve all of its answers.
     *
     * @return {@link DecayReport#toJson} with {@code model}, {@code version}, {@code at}, where monitors have limits {@code
     *     limits} ({@link LimitReport#toJson}), of classes {@code calibration} ({@link CalibrationCheck#of}) and, when it has, {@code worst}
     * @throws KeelsonException BAD_REQUEST when no performance monitor watches it; NOT_READY when it has no champion
     */
    public ObjectNode decay(Project project, LoggedModel model, @Nullable ModelVersion champion, Instant now) {
        Map<PerformanceMetric, Double> worseBy = new EnumMap<>(PerformanceMetric.class);
        project.decay().stream().filter(monitor -> monitor.models().contains(model.name())).forEach(monitor -> monitor.metrics().stream()
                .filter(metric -> metric.ofNumbers() == model.isNumber())
                .forEach(metric -> worseBy.merge(metric, monitor.worseBy(), Math::min)));
        if (worseBy.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "No performance monitor watches the model (%s) with a metric that suits it; it predicts %s."
                            .formatted(model.name(), model.isNumber() ? "numbers" : "classes"),
                    "Maybe add `{ model: %s, metric: %s }` to `monitors` of the project file."
                            .formatted(model.name(), model.isNumber() ? "mae" : "log_loss"));
        }
        if (!model.elsewhere() && champion == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY, "The model (%s) has no champion yet.".formatted(model.name()), "Maybe run `keelson run`.");
        }
        Integer version = champion == null ? null : (Integer) champion.version();
        Counted counted = rows(project, model, new Asked(WindowLength.WEEK, version, null, null));
        Map<PerformanceMetric, Double> limits = limits(project, model);
        DecayReport report = DecayReport.of(counted.rows(), worseBy, champion == null ? Map.of() : tested(champion), now);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model.name()).put("version", version).put("elsewhere", model.elsewhere()).put("at", now.toString());
        json.setAll(report.toJson());
        if (!limits.isEmpty()) {
            json.set("limits", LimitReport.of(counted.rows(), limits, now).toJson());
        }
        if (!model.isNumber()) {
            json.set("calibration", CalibrationCheck.of(counted.rows(), model.classes(), now, SEED));
        }
        if (report.verdict() == DecayCheck.Verdict.DECAYED) {
            json.set("worst", worst(since(counted, report)));
        }
        return json;
    }

    /** The limits of a model's metrics; of several on one the strictest. */
    private static Map<PerformanceMetric, Double> limits(Project project, LoggedModel model) {
        Map<PerformanceMetric, Double> limits = new EnumMap<>(PerformanceMetric.class);
        project.decay().stream().filter(monitor -> monitor.models().contains(model.name())).forEach(monitor -> monitor.limits().forEach((metric, limit) -> {
            if (metric.ofNumbers() == model.isNumber()) {
                limits.merge(metric, limit, metric.higherIsBetter() ? Math::max : Math::min);
            }
        }));
        return limits;
    }

    /** What was predicted since the earliest day that a decayed metric was judged from. */
    private static Counted since(Counted counted, DecayReport report) {
        long day = report.judgements().stream()
                .filter(each -> each.verdict() == DecayCheck.Verdict.DECAYED)
                .flatMap(each -> Optional.ofNullable(each.since()).stream())
                .mapToLong(LocalDate::toEpochDay)
                .min()
                .orElse(Long.MIN_VALUE);
        return new Counted(counted.rows().from(day), counted.features(), counted.seen(), counted.cut());
    }

    /** What the metrics were on the test period of the version's run, as far as it had one. */
    private Map<PerformanceMetric, DecayReport.Expected> tested(ModelVersion version) {
        Map<String, Double> metrics = run.apply(version.runId()).map(Run::metrics).orElse(Map.of());
        Map<PerformanceMetric, DecayReport.Expected> tested = new EnumMap<>(PerformanceMetric.class);
        for (PerformanceMetric metric : PerformanceMetric.values()) {
            for (String name : List.of("test_" + metric.key(), "test_macro_" + metric.key())) {
                Double value = metrics.get(name);
                Double lower = metrics.get(name + "_lower");
                Double upper = metrics.get(name + "_upper");
                if (value != null && lower != null && upper != null) {
                    tested.putIfAbsent(
                            metric, new DecayReport.Expected(value, (upper - lower) / 2 / Interval.normalQuantile(CONFIDENCE)));
                }
            }
            Double before = metrics.get("expected_" + metric.key()); // of a refresh: what was tested before it
            Double error = metrics.get("expected_" + metric.key() + "_error");
            if (before != null && error != null) {
                tested.putIfAbsent(metric, new DecayReport.Expected(before, error));
            }
        }
        return tested;
    }

    /** Where the newest settled ones are judged worst, as {@link WorstSegments#of} tells it. */
    public static ObjectNode worst(Counted counted) {
        PerformanceRows rows = counted.rows().labelled().newest(MOST_SEARCHED);
        int width = rows.count() == 0 ? 0 : rows.features().getFirst().length;
        return WorstSegments.of(
                rows.told(),
                rows.happened(),
                rows.classes(),
                rows.day(),
                Map.of("segment", rows.segments()),
                counted.features().size() == width ? counted.features() : List.of(),
                rows.features(),
                SEED);
    }

    /** What was bet on a prediction; of several answers about a bet of the data, on the first. */
    private Function<PredictionEvent, Bet> bets(LoggedModel model) {
        if (model.elsewhere()) {
            return event -> LoggedBet.of(event, model.classes());
        }
        Map<String, Bet> placed = bets.apply(model.name());
        Set<String> taken = new HashSet<>();
        return event -> {
            Bet bet = placed.getOrDefault(event.entity(), Bet.NONE);
            return bet.taken() && taken.add(event.entity()) ? bet : Bet.NONE;
        };
    }

    /** The predictions that count, without bets. */
    public Counted rows(Project project, LoggedModel model, Asked asked) {
        return rows(project, model, asked, event -> Bet.NONE);
    }

    private Counted rows(Project project, LoggedModel model, Asked asked, Function<PredictionEvent, Bet> bet) {
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
                PerformanceRows.of(found, model.classes(), project.zone(), unseen, bet), names, seen, found.size() == MOST);
    }

    /** Names of the features of a run, in the order in which its model takes them; none where the run does not say. */
    public static List<String> features(Run run) {
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
