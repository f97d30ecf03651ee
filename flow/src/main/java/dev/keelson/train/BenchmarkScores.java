package dev.keelson.train;

import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.metrics.ConfusionMatrix;
import dev.keelson.metrics.ScoreCurve;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How good the predictions of one model are, for a benchmark.
 *
 * @param values metric to value, with {@code _lower} and {@code _upper} ends of a 95 % interval clustered by day where there
 *     is one; of classes {@code log_loss}, {@code brier}, {@code rps}, {@code accuracy}, {@code ece}, {@code macro_f1} and,
 *     one for each class, {@code f1(CLASS)}, {@code precision(CLASS)}, {@code recall(CLASS)}, {@code roc_auc(CLASS)}; of
 *     numbers {@code rmse}, {@code mae}, {@code bias}, {@code r2}; what is not finite is left out
 * @param confusion rows by class that came true and class that was predicted; null of numbers
 * @param decision by what a row is taken to be predicted as the class of a threshold, in words; null where the most probable
 *     class decides
 */
public record BenchmarkScores(
        SortedMap<String, Double> values, @Nullable ConfusionMatrix confusion, @Nullable String decision) {

    /**
     * Of classes.
     *
     * @param threshold of the model: precision, recall and F1 of its class are those of acting on it, unless it asks for
     *     odds; null for the most probable class
     */
    public static BenchmarkScores ofClasses(
            List<String> classes, double[] p, int[] labels, int[] day, @Nullable ThresholdParameters threshold) {
        SortedMap<String, Double> values = new TreeMap<>();
        int count = classes.size();
        Scores.put(values, "", p, count, labels, day);
        ConfusionMatrix confusion = ConfusionMatrix.of(p, count, labels);
        Scores.putFinite(values, "macro_f1", confusion.macroF1());
        String decision = null;
        for (int k = 0; k < count; k++) {
            double[] scores = new double[labels.length];
            boolean[] positive = new boolean[labels.length];
            for (int i = 0; i < labels.length; i++) {
                scores[i] = p[i * count + k];
                positive[i] = labels[i] == k;
            }
            String name = "(" + classes.get(k) + ")";
            if (threshold != null
                    && threshold.odds() == null
                    && threshold.target() == k
                    && threshold.decision() instanceof ThresholdDecision.Act(double from)) {
                ConfusionMatrix acted = ConfusionMatrix.at(scores, positive, from);
                decision = "%s from %s on".formatted(classes.get(k), from);
                put(values, name, acted, 1);
            } else {
                put(values, name, confusion, k);
            }
            ScoreCurve.of(scores, positive).rocArea().ifPresent(area -> Scores.putFinite(values, "roc_auc" + name, area));
        }
        return new BenchmarkScores(values, confusion, decision);
    }

    private static void put(SortedMap<String, Double> values, String name, ConfusionMatrix matrix, int label) {
        Scores.putFinite(values, "f1" + name, matrix.f1(label));
        Scores.putFinite(values, "precision" + name, matrix.precision(label));
        Scores.putFinite(values, "recall" + name, matrix.recall(label));
    }

    /** Of numbers. */
    public static BenchmarkScores ofValues(double[] predictions, double[] targets, int[] day) {
        SortedMap<String, Double> values = new TreeMap<>();
        ValueScores.put(values, "", predictions, targets, day);
        return new BenchmarkScores(values, null, null);
    }
}
