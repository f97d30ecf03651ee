package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.metrics.Auc;
import dev.keelson.stats.KolmogorovSmirnov;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a model's features before it is trained: values that are missing or always the same, features that say
 * the same, features that foretell the label too well, a label that is always the same, values that changed after their event, and drift between the older and
 * the newer half of the rows.
 *
 * @param model the model
 * @param at when it was looked at
 * @param datasetVersion the data
 * @param comparedWith the earlier version of the data that values were compared with; null when there is none
 * @param rows rows with a known label
 * @param recomputed how many of these were computed anew from what was known before them
 * @param features of every feature, in order
 * @param findings what is wrong, the worst first, then in the order of the features
 */
public record FeatureValidation(
        String model,
        Instant at,
        String datasetVersion,
        @Nullable String comparedWith,
        int rows,
        int recomputed,
        List<Feature> features,
        List<Finding> findings) {
    /** More rows say no more of a correlation; the newest count. */
    private static final int MOST_CORRELATED_ROWS = 20_000;

    private static final int LEAST_ROWS = 30;

    public FeatureValidation {
        features = List.copyOf(features);
        findings = List.copyOf(findings);
    }

    /** How bad it is. */
    public enum Level {
        /** The model should not be trained with it. */
        BLOCK,
        /** Somebody should look at it. */
        WARN;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is wrong. */
    public enum Kind {
        /** The label is the same in every row. */
        LABEL,
        /** Values are missing. */
        MISSING,
        /** All values are the same. */
        CONSTANT,
        /** Nearly all values are the same. */
        NEAR_CONSTANT,
        /** Two features rank the rows alike. */
        CORRELATED,
        /** It foretells the label too well on its own. */
        LEAKAGE,
        /** Its value for a past event is not what it was. */
        CHANGES_AFTER_EVENT,
        /** Its value is another one when only what was known before the event is there. */
        LOOKS_AHEAD,
        /** The newer half of the rows has another distribution than the older one. */
        DRIFT;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One feature.
     *
     * @param name its name
     * @param summary its values
     * @param auc of the label by this feature alone: the greatest over the classes, against the others, in whichever direction is
     *     better, 0.5 to 1; that of its being missing when that is greater. NaN when there is no answer
     */
    public record Feature(String name, FeatureSummary summary, double auc) {}

    /**
     * Something wrong.
     *
     * @param level how bad it is
     * @param kind what it is
     * @param features the features concerned, one or two; none of the label
     * @param value what was measured
     * @param limit what it may be at most
     * @param text a sentence
     */
    public record Finding(Level level, Kind kind, List<String> features, double value, double limit, String text) {
        public Finding {
            features = List.copyOf(features);
        }
    }

    /**
     * From where on something is wrong.
     *
     * @param missing share of missing values that warns; all of them block
     * @param nearConstant share of one value that warns
     * @param correlation absolute rank correlation that warns
     * @param leakage AUC of a feature alone that blocks
     * @param outlier how many times farther from 0.5 than that of the next feature an AUC may be, from 0.75 on
     * @param changed share of changed values that blocks; fewer warn
     * @param drift Kolmogorov-Smirnov distance of the halves that warns
     */
    public record Limits(
            double missing,
            double nearConstant,
            double correlation,
            double leakage,
            double outlier,
            double changed,
            double drift) {
        /** The usual ones. */
        public static final Limits DEFAULT = new Limits(0.5, 0.995, 0.98, 0.95, 2.5, 0.01, 0.3);
    }

    /**
     * Looks at features.
     *
     * @param definition the model
     * @param table rows whose labels are known
     * @param earlier the same rows, as far as they were there, with the features of an earlier version of the data; or null
     * @param recomputed values of some of the rows, by their ids, computed from what was known before them alone
     * @param datasetVersion the data
     * @param earlierVersion the earlier data, or null
     * @param at the moment, for the report
     */
    public static FeatureValidation of(
            ModelDefinition definition,
            TrainingTable table,
            @Nullable TrainingTable earlier,
            Map<String, double[]> recomputed,
            String datasetVersion,
            @Nullable String earlierVersion,
            Instant at,
            Limits limits) {
        FeatureMatrix matrix = table.features();
        List<Feature> features = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        LabelSigns.of(definition, table).ifPresent(text -> add(findings, Level.BLOCK, Kind.LABEL, List.of(), 1, 1, text));
        for (int f = 0; f < matrix.width(); f++) {
            double[] values = matrix.columns()[f];
            features.add(new Feature(
                    matrix.names().get(f),
                    FeatureSummary.of(values),
                    auc(values, table.labels(), definition.classes().size())));
        }
        int[] order = IntStream.range(0, table.rows())
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> table.eventTime()[i])
                        .thenComparing(i -> table.rowIds().get(i)))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int f = 0; f < matrix.width(); f++) {
            values(features.get(f), limits, findings);
            leakage(features, f, limits, findings);
            drift(features.get(f).name(), matrix.columns()[f], order, limits, findings);
        }
        correlations(matrix, Arrays.copyOfRange(order, Math.max(0, order.length - MOST_CORRELATED_ROWS), order.length), limits, findings);
        if (earlier != null) {
            changes(table, earlier, limits, findings);
        }
        int compared = lookAheads(table, recomputed, findings);
        findings.sort(Comparator.comparing(Finding::level)); // stable: the rest keeps its order
        return new FeatureValidation(
                definition.name(), at, datasetVersion, earlierVersion, table.rows(), compared, features, findings);
    }

    /** Whether anything should keep the model from being trained. */
    public boolean blocks() {
        return findings.stream().anyMatch(finding -> finding.level() == Level.BLOCK);
    }

    /** {@code block}, {@code warn} or {@code ok}. */
    public String verdict() {
        return findings.isEmpty() ? "ok" : findings.getFirst().level().word();
    }

    private static void values(Feature feature, Limits limits, List<Finding> findings) {
        FeatureSummary summary = feature.summary();
        String name = feature.name();
        if (summary.missing() == summary.rows()) {
            add(findings, Level.BLOCK, Kind.MISSING, List.of(name), 1, limits.missing(), "%s never has a value.".formatted(name));
            return;
        }
        if (summary.missingShare() > limits.missing()) {
            add(
                    findings,
                    Level.WARN,
                    Kind.MISSING,
                    List.of(name),
                    summary.missingShare(),
                    limits.missing(),
                    "%s has no value in %s of the rows.".formatted(name, percent(summary.missingShare())));
        }
        if (summary.distinct() == 1) {
            add(
                    findings,
                    Level.WARN,
                    Kind.CONSTANT,
                    List.of(name),
                    1,
                    limits.nearConstant(),
                    "%s is always %s.".formatted(name, summary.min()));
        } else if (summary.top() >= limits.nearConstant()) {
            add(
                    findings,
                    Level.WARN,
                    Kind.NEAR_CONSTANT,
                    List.of(name),
                    summary.top(),
                    limits.nearConstant(),
                    "%s has the same value in %s of the rows that have one.".formatted(name, percent(summary.top())));
        }
    }

    private static void leakage(List<Feature> features, int f, Limits limits, List<Finding> findings) {
        Feature feature = features.get(f);
        if (Double.isNaN(feature.auc())) {
            return;
        }
        if (feature.auc() > limits.leakage()) {
            add(
                    findings,
                    Level.BLOCK,
                    Kind.LEAKAGE,
                    List.of(feature.name()),
                    feature.auc(),
                    limits.leakage(),
                    String.format(
                            Locale.ROOT,
                            "%s alone foretells the label with an AUC of %.3f: is it known before the event?",
                            feature.name(),
                            feature.auc()));
            return;
        }
        double next = IntStream.range(0, features.size())
                .filter(other -> other != f)
                .mapToDouble(other -> features.get(other).auc())
                .filter(value -> !Double.isNaN(value) && value <= feature.auc())
                .max()
                .orElse(Double.NaN);
        if (feature.auc() > 0.75 && feature.auc() - 0.5 > limits.outlier() * (next - 0.5)) {
            add(
                    findings,
                    Level.WARN,
                    Kind.LEAKAGE,
                    List.of(feature.name()),
                    feature.auc(),
                    0.5 + limits.outlier() * (next - 0.5),
                    String.format(
                            Locale.ROOT,
                            "%s alone foretells the label with an AUC of %.3f, the next feature with %.3f.",
                            feature.name(),
                            feature.auc(),
                            next));
        }
    }

    private static double auc(double[] values, int[] labels, int classes) {
        int[] there = IntStream.range(0, values.length)
                .filter(i -> !Double.isNaN(values[i]))
                .toArray();
        double best = Double.NaN;
        if (there.length >= LEAST_ROWS) {
            double[] scores = Arrays.stream(there).mapToDouble(i -> values[i]).toArray();
            best = best(scores, Arrays.stream(there).map(i -> labels[i]).toArray(), classes, best);
        }
        if (there.length < values.length && there.length > 0) {
            double[] missing = Arrays.stream(values)
                    .map(value -> Double.isNaN(value) ? 1 : 0)
                    .toArray();
            best = best(missing, labels, classes, best);
        }
        return best;
    }

    private static double best(double[] scores, int[] labels, int classes, double known) {
        double best = known;
        for (int c = 0; c < classes; c++) {
            boolean[] positive = new boolean[scores.length];
            int count = 0;
            for (int i = 0; i < positive.length; i++) {
                positive[i] = labels[i] == c;
                count += positive[i] ? 1 : 0;
            }
            if (count < LEAST_ROWS || positive.length - count < LEAST_ROWS) {
                continue; // a handful of rows is separated by chance
            }
            double area = Auc.binary(scores, positive).orElse(0.5);
            double better = Math.max(area, 1 - area);
            best = Double.isNaN(best) ? better : Math.max(best, better);
        }
        return best;
    }

    private static void drift(String name, double[] values, int[] order, Limits limits, List<Finding> findings) {
        double[] older = part(values, order, 0, order.length / 2);
        double[] newer = part(values, order, order.length / 2, order.length);
        if (older.length < LEAST_ROWS || newer.length < LEAST_ROWS) {
            return;
        }
        double distance = KolmogorovSmirnov.test(older, newer).d();
        if (distance > limits.drift()) {
            add(
                    findings,
                    Level.WARN,
                    Kind.DRIFT,
                    List.of(name),
                    distance,
                    limits.drift(),
                    String.format(
                            Locale.ROOT,
                            "%s has another distribution in the newer half of the rows (distance %.2f).",
                            name,
                            distance));
        }
    }

    private static double[] part(double[] values, int[] order, int from, int to) {
        return IntStream.range(from, to)
                .mapToDouble(i -> values[order[i]])
                .filter(value -> !Double.isNaN(value))
                .toArray();
    }

    private static void correlations(FeatureMatrix matrix, int[] rows, Limits limits, List<Finding> findings) {
        int width = matrix.width();
        double[][] columns = new double[width][];
        double[][] ranks = new double[width][];
        for (int f = 0; f < width; f++) {
            double[] column = matrix.columns()[f];
            columns[f] = Arrays.stream(rows).mapToDouble(row -> column[row]).toArray();
            boolean whole = Arrays.stream(columns[f]).noneMatch(Double::isNaN);
            ranks[f] = whole ? ranks(columns[f]) : new double[0];
        }
        for (int a = 0; a < width; a++) {
            for (int b = a + 1; b < width; b++) {
                double correlation = ranks[a].length > 0 && ranks[b].length > 0
                        ? pearson(ranks[a], ranks[b])
                        : spearman(columns[a], columns[b]);
                if (Math.abs(correlation) >= limits.correlation()) {
                    String first = matrix.names().get(a);
                    String second = matrix.names().get(b);
                    add(
                            findings,
                            Level.WARN,
                            Kind.CORRELATED,
                            List.of(first, second),
                            correlation,
                            limits.correlation(),
                            String.format(
                                    Locale.ROOT,
                                    "%s and %s rank the rows alike (Spearman %.3f).",
                                    first,
                                    second,
                                    correlation));
                }
            }
        }
    }

    /** Spearman's correlation over the rows where both are there; NaN for too few of them. */
    private static double spearman(double[] a, double[] b) {
        int[] both = IntStream.range(0, a.length)
                .filter(i -> !Double.isNaN(a[i]) && !Double.isNaN(b[i]))
                .toArray();
        return both.length < LEAST_ROWS
                ? Double.NaN
                : pearson(
                        ranks(Arrays.stream(both).mapToDouble(i -> a[i]).toArray()),
                        ranks(Arrays.stream(both).mapToDouble(i -> b[i]).toArray()));
    }

    /** Mid-ranks. */
    private static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int k = from; k < to; k++) {
                ranks[order[k]] = (from + to + 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(Double.NaN);
        double meanB = Arrays.stream(b).average().orElse(Double.NaN);
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }
        return product / Math.sqrt(squaresA * squaresB); // NaN for a constant: no correlation
    }

    private static void changes(TrainingTable table, TrainingTable earlier, Limits limits, List<Finding> findings) {
        Map<String, Integer> then = new HashMap<>();
        for (int i = 0; i < earlier.rows(); i++) {
            then.put(earlier.rowIds().get(i), i);
        }
        for (int f = 0; f < table.features().width(); f++) {
            String name = table.features().names().get(f);
            int before = earlier.features().names().indexOf(name);
            int common = 0;
            int changed = 0;
            for (int i = 0; before >= 0 && i < table.rows(); i++) {
                Integer row = then.get(table.rowIds().get(i));
                if (row != null) {
                    common++;
                    double now = table.features().value(i, f);
                    changed += Double.compare(now, earlier.features().value(row, before)) == 0 ? 0 : 1;
                }
            }
            if (changed > 0) {
                double share = changed / (double) common;
                add(
                        findings,
                        share > limits.changed() ? Level.BLOCK : Level.WARN,
                        Kind.CHANGES_AFTER_EVENT,
                        List.of(name),
                        share,
                        limits.changed(),
                        "%s has another value for %d of %d past events than the earlier data gave: it changes after the event."
                                .formatted(name, changed, common));
            }
        }
    }

    /** Compares with the values that were computed from data cut at the event; returns how many rows there were. */
    private static int lookAheads(TrainingTable table, Map<String, double[]> recomputed, List<Finding> findings) {
        int[] rows = IntStream.range(0, table.rows())
                .filter(i -> recomputed.containsKey(table.rowIds().get(i)))
                .toArray();
        for (int f = 0; f < table.features().width(); f++) {
            int feature = f;
            long changed = Arrays.stream(rows)
                    .filter(i -> Double.compare(
                                    table.features().value(i, feature),
                                    recomputed.getOrDefault(table.rowIds().get(i), new double[0])[feature])
                            != 0)
                    .count();
            if (changed > 0) {
                String name = table.features().names().get(f);
                add(
                        findings,
                        Level.BLOCK,
                        Kind.LOOKS_AHEAD,
                        List.of(name),
                        changed / (double) rows.length,
                        0,
                        "%s has another value for %d of %d past events when only what was known before them is there: it looks ahead."
                                .formatted(name, changed, rows.length));
            }
        }
        return rows.length;
    }

    private static void add(
            List<Finding> findings,
            Level level,
            Kind kind,
            List<String> features,
            double value,
            double limit,
            String text) {
        findings.add(new Finding(level, kind, features, value, limit, text));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", model);
        node.put("at", at.toString());
        node.put("verdict", verdict());
        node.put("dataset_version", datasetVersion);
        node.put("compared_with", comparedWith);
        node.put("rows", rows);
        node.put("recomputed_rows", recomputed);
        ArrayNode list = node.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode each = list.addObject();
            each.put("level", finding.level().word());
            each.put("kind", finding.kind().word());
            finding.features().forEach(each.putArray("features")::add);
            FeatureSummary.number(each, "value", finding.value());
            FeatureSummary.number(each, "limit", finding.limit());
            each.put("text", finding.text());
        }
        ArrayNode all = node.putArray("features");
        for (Feature feature : features) {
            ObjectNode each = all.addObject().put("name", feature.name());
            FeatureSummary.number(each, "auc", feature.auc());
            each.setAll(feature.summary().toJson());
        }
        return node;
    }
}
