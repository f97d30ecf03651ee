package dev.keelson.monitor;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.estimate.DomainClassifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * All columns together: can a classifier tell the rows of both sides apart? It sees what no column shows by itself. So many
 * rows of each side at most are taken, evenly spread.
 */
final class ColumnsTogether {
    private static final int MOST_ROWS = 4_000;
    private static final int LEAST_ROWS = 50;
    private static final int FOLDS = 5;
    private static final long SEED = 42;
    /** So many standard errors above the limit. */
    private static final double SURELY = 2.33;

    private static final int NAMED = 5;
    private static final int KEPT = 20;

    private final int[] reference;
    private final int[] current;
    private final List<String> names = new ArrayList<>();
    private final List<double[]> left = new ArrayList<>();
    private final List<double[]> right = new ArrayList<>();
    private final Map<String, Map<Double, String>> categories = new LinkedHashMap<>();

    ColumnsTogether(int referenceRows, int currentRows) {
        this.reference = positions(referenceRows);
        this.current = positions(currentRows);
    }

    private static int[] positions(int rows) {
        int count = Math.min(rows, MOST_ROWS);
        return IntStream.range(0, count).map(i -> (int) ((long) i * rows / count)).toArray();
    }

    void add(String name, ColumnPair pair) {
        names.add(name);
        left.add(take(pair.reference(), reference));
        right.add(take(pair.current(), current));
        if (pair.texts() != null) {
            categories.put(name, Map.of());
        }
    }

    private static double[] take(double[] values, int[] positions) {
        double[] taken = new double[positions.length];
        for (int i = 0; i < taken.length; i++) {
            double value = values[positions[i]];
            taken[i] = Double.isFinite(value) ? value : Double.NaN;
        }
        return taken;
    }

    /** Whether there are columns and rows enough. */
    boolean judges() {
        return !names.isEmpty() && reference.length >= LEAST_ROWS && current.length >= LEAST_ROWS;
    }

    DriftDetails.Multivariate judge(Learner learner) {
        DomainClassifier told = DomainClassifier.of(
                learner,
                new FeatureMatrix(names, left.toArray(double[][]::new), reference.length, categories),
                new FeatureMatrix(names, right.toArray(double[][]::new), current.length, categories),
                FOLDS,
                SEED);
        Map<String, Double> importance = new LinkedHashMap<>();
        IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -told.importance().get(c)))
                .filter(c -> told.importance().get(c) > 0)
                .limit(KEPT)
                .forEach(c -> importance.put(names.get(c), told.importance().get(c)));
        boolean drifted = told.auc() - SURELY * told.standardError() >= DomainClassifier.DRIFTED;
        return new DriftDetails.Multivariate(told.auc(), told.standardError(), drifted, importance);
    }

    static List<DriftFinding> findings(DriftDetails.Multivariate together) {
        if (!together.drifted()) {
            return List.of();
        }
        String most = together.importance().entrySet().stream()
                .limit(NAMED)
                .map(each -> String.format(Locale.ROOT, "%s %.0f %%", each.getKey(), 100 * each.getValue()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
        return List.of(new DriftFinding(
                DriftFinding.Kind.MULTIVARIATE,
                "",
                true,
                String.format(
                        Locale.ROOT,
                        "All columns together: a classifier tells current rows from the reference's with AUC %.2f (drift surely from %.2f); most by %s.",
                        together.auc(),
                        DomainClassifier.DRIFTED,
                        most)));
    }
}
