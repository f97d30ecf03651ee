package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.Accuracy;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.Ece;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.RegressionErrors;
import dev.keelson.metrics.Rps;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How good logged predictions were, by the outcomes that count: of models that are served here and of those that others serve
 * alike. Immutable.
 *
 * @param find predictions of the log
 * @param count how many match
 */
public record PredictionScores(
        Function<PredictionQuery, List<LoggedPrediction>> find, ToLongFunction<PredictionQuery> count) {
    /** So many settled predictions are judged at most, those of the newest events. */
    public static final int MOST = 100_000;

    private static final double CONFIDENCE = 0.95;

    /**
     * Which predictions. Null means any.
     *
     * @param version by this version
     * @param from of events at or after
     * @param to of events before
     */
    public record Asked(@Nullable Integer version, @Nullable Instant from, @Nullable Instant to) {}

    /** Predictions that are judged together. */
    private record Group(int version, String name, boolean served) {}

    /**
     * Judges a model.
     *
     * @param model one of {@link LoggedModel#all}
     * @return {@code model}, {@code elsewhere}, {@code predicted}, {@code settled}, {@code judged}, {@code versions} (each with {@code
     *     version}, {@code served}, {@code rows} and metrics) and {@code notes}
     */
    public ObjectNode of(LoggedModel model, Asked asked) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model.name());
        json.put("elsewhere", model.elsewhere());
        json.put("from", asked.from() == null ? null : asked.from().toString());
        json.put("to", asked.to() == null ? null : asked.to().toString());
        json.put("predicted", count.applyAsLong(query(model, asked, null, 1)));
        long settled = count.applyAsLong(query(model, asked, true, 1));
        json.put("settled", settled);
        Map<Group, List<LoggedPrediction>> groups = new TreeMap<>(
                Comparator.comparingInt(Group::version).thenComparing(Group::name).thenComparing(Group::served).reversed());
        int unknown = 0;
        int judged = 0;
        for (LoggedPrediction each : find.apply(query(model, asked, true, MOST))) {
            if (label(model, each) < 0) {
                unknown++;
                continue;
            }
            judged++;
            groups.computeIfAbsent(group(each.event()), none -> new ArrayList<>()).add(each);
        }
        json.put("judged", judged);
        ArrayNode versions = json.putArray("versions");
        groups.forEach((group, rows) -> {
            ObjectNode node = versions.addObject().put("version", group.version());
            if (!group.name().isEmpty()) {
                node.put("version_name", group.name());
            }
            node.put("served", group.served()).put("rows", rows.size());
            ObjectNode metrics = node.putObject("metrics");
            (model.isNumber() ? numbers(rows) : classes(model, rows)).forEach((name, value) -> {
                if (Double.isFinite(value)) {
                    metrics.put(name, value);
                }
            });
        });
        ArrayNode notes = json.putArray("notes");
        if (unknown > 0) {
            notes.add("%,d outcomes are none that %s can have; they are not judged.".formatted(unknown, model.name()));
        }
        if (settled > MOST) {
            notes.add("Only the %,d newest of %,d settled predictions are judged; ask for a shorter time.".formatted(MOST, settled));
        }
        if (model.elsewhere()) {
            notes.add("Others serve %s: there is no version of it here that could be explained, nor training data to compare its features with."
                    .formatted(model.name()));
        }
        return json;
    }

    private static PredictionQuery query(LoggedModel model, Asked asked, @Nullable Boolean settled, int limit) {
        return new PredictionQuery(model.name(), asked.version(), null, asked.from(), asked.to(), settled, null, true, limit);
    }

    private static Group group(PredictionEvent event) {
        String name = "";
        if (event.version() == 0 && !event.metadata().isEmpty()) {
            ObjectNode holder = JsonNodeFactory.instance.objectNode();
            JsonTexts.put(holder, "metadata", event.metadata());
            name = holder.path("metadata").path("version").asText("");
        }
        return new Group(event.version(), name, event.served());
    }

    /** Position of the class that happened, 0 for a number; less than 0 where the outcome is none. */
    private static int label(LoggedModel model, LoggedPrediction prediction) {
        String outcome = Objects.requireNonNull(prediction.outcome(), "settled");
        if (prediction.event().probabilities().length != Math.max(1, model.classes().size())) {
            return -1;
        }
        if (!model.isNumber()) {
            return model.classes().indexOf(outcome);
        }
        try {
            return Double.isFinite(Double.parseDouble(outcome)) ? 0 : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Map<String, Double> classes(LoggedModel model, List<LoggedPrediction> rows) {
        int k = model.classes().size();
        double[] p = new double[rows.size() * k];
        int[] labels = new int[rows.size()];
        for (int i = 0; i < labels.length; i++) {
            double[] own = rows.get(i).event().probabilities();
            double sum = 0;
            for (double each : own) {
                sum += each;
            }
            for (int c = 0; c < k; c++) {
                p[i * k + c] = own[c] / sum; // others may have rounded
            }
            labels[i] = label(model, rows.get(i));
        }
        double accuracy = Accuracy.of(p, k, labels);
        Interval interval = Proportion.wilson(Math.round(accuracy * labels.length), labels.length, CONFIDENCE);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", accuracy);
        metrics.put("accuracy_lower", interval.lower());
        metrics.put("accuracy_upper", interval.upper());
        metrics.put("log_loss", LogLoss.of(p, k, labels));
        metrics.put("brier", Brier.of(p, k, labels));
        metrics.put("rps", Rps.of(p, k, labels));
        metrics.put("ece", Ece.equalWidth(p, k, labels));
        return metrics;
    }

    private static Map<String, Double> numbers(List<LoggedPrediction> rows) {
        double[] told = rows.stream().mapToDouble(row -> row.event().probabilities()[0]).toArray();
        double[] happened = rows.stream()
                .mapToDouble(row -> Double.parseDouble(Objects.requireNonNull(row.outcome(), "settled")))
                .toArray();
        RegressionErrors errors = RegressionErrors.of(told, happened);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("rmse", errors.rmse());
        metrics.put("mae", errors.mae());
        metrics.put("bias", errors.bias());
        metrics.put("r2", errors.r2());
        return metrics;
    }
}
