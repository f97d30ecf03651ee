package dev.keelson.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.WorsenedSegments;
import dev.keelson.train.WorsenedSegments.Compared;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a challenger lost more than the champion on the events that both predicted, by the metric that promotions compare: log
 * loss (clipped as {@link PromotionGate} does), Brier score or RPS; of numbers the squared error.
 */
public final class WhereWorse {
    /** So many events are looked at, the newest. */
    public static final int MOST = 10_000;

    private static final long SEED = 42;

    private WhereWorse() {}

    private record Pair(LoggedPrediction champion, LoggedPrediction challenger) {
        PredictionEvent event() {
            return champion.event();
        }
    }

    /**
     * Searches.
     *
     * @param champion settled predictions of one version as champion, in any order; of an entity the one served last counts
     * @param challenger the same of another version as challenger
     * @param features names of the challenger's features, in its order; where an event has not as many, no feature is searched
     * @return as {@link WorsenedSegments#of}; an event whose outcome the model cannot have does not count
     */
    public static ObjectNode of(
            LoopDefinition definition, List<LoggedPrediction> champion, List<LoggedPrediction> challenger, List<String> features) {
        List<Pair> pairs = pairs(definition.model(), last(champion), last(challenger));
        int n = pairs.size();
        int outputs = outputs(definition.model());
        boolean known = pairs.stream().allMatch(each -> each.challenger.event().features().length == features.size());
        double[] apart = new double[n * outputs];
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            days[i] = (int) LocalDate.ofInstant(pairs.get(i).event().eventTime(), definition.zone()).toEpochDay();
            for (int c = 0; c < outputs; c++) {
                apart[i * outputs + c] = pairs.get(i).challenger.event().probabilities()[c] - pairs.get(i).event().probabilities()[c];
            }
        }
        return WorsenedSegments.of(
                new Compared(
                        outputs,
                        apart,
                        losses(definition, pairs.stream().map(Pair::champion).toList()),
                        losses(definition, pairs.stream().map(Pair::challenger).toList()),
                        days,
                        Map.of("segment", pairs.stream().map(each -> each.event().segment()).toList()),
                        known ? features : List.of(),
                        pairs.stream().map(each -> each.challenger.event().features()).toList()),
                definition.model().isNumber() ? "squared_error" : definition.gateMetric().word(),
                SEED);
    }

    private static int outputs(ModelDefinition model) {
        return model.isNumber() ? 1 : model.classes().size();
    }

    /** Of each entity the prediction that was served last. */
    private static Map<String, LoggedPrediction> last(List<LoggedPrediction> predictions) {
        Map<String, LoggedPrediction> last = new HashMap<>();
        for (LoggedPrediction each : predictions) {
            last.merge(each.event().entity(), each, (one, other) -> other.event().at().isBefore(one.event().at()) ? one : other);
        }
        return last;
    }

    /** The newest that both predicted, in the order of their events. */
    private static List<Pair> pairs(
            ModelDefinition model, Map<String, LoggedPrediction> champion, Map<String, LoggedPrediction> challenger) {
        List<Pair> pairs = new ArrayList<>();
        champion.forEach((entity, each) -> {
            LoggedPrediction other = challenger.get(entity);
            if (other != null && counts(model, each) && counts(model, other)) {
                pairs.add(new Pair(each, other));
            }
        });
        pairs.sort(Comparator.comparing((Pair each) -> each.event().eventTime()).thenComparing(each -> each.event().entity()));
        return pairs.subList(Math.max(0, pairs.size() - MOST), pairs.size());
    }

    private static boolean counts(ModelDefinition model, LoggedPrediction each) {
        double[] told = each.event().probabilities();
        return told.length == outputs(model) && Arrays.stream(told).allMatch(Double::isFinite) && Double.isFinite(happened(model, each));
    }

    /** The class or number that came true; NaN for neither. */
    private static double happened(ModelDefinition model, LoggedPrediction each) {
        String outcome = each.outcome();
        if (outcome == null) {
            return Double.NaN;
        }
        if (!model.isNumber()) {
            int label = model.classes().indexOf(outcome);
            return label < 0 ? Double.NaN : label;
        }
        try {
            return Double.parseDouble(outcome);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static double[] losses(LoopDefinition definition, List<LoggedPrediction> rows) {
        ModelDefinition model = definition.model();
        double[] told = rows.stream().flatMapToDouble(each -> Arrays.stream(each.event().probabilities())).toArray();
        double[] happened = rows.stream().mapToDouble(each -> happened(model, each)).toArray();
        if (model.isNumber()) {
            double[] losses = new double[happened.length];
            Arrays.setAll(losses, i -> (told[i] - happened[i]) * (told[i] - happened[i]));
            return losses;
        }
        int[] labels = Arrays.stream(happened).mapToInt(each -> (int) each).toArray();
        return labels.length == 0
                ? new double[0]
                : ServedEvidence.losses(told, outputs(model), labels, definition.gateMetric(), PromotionGate.CLIP);
    }
}
