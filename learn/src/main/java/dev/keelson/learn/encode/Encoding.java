package dev.keelson.learn.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Target;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.spi.ModelJson;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.Splitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the categories among some features become numbers, fitted on training rows alone. Features without categories pass
 * through as they are. A category that no training row had counts as the {@code other} ones do; where there were no others
 * it is missing (of columns of 0 and 1: all 0 but that of others). Immutable plain data; safe for use by several threads.
 */
public final class Encoding {
    /** Most levels that have a number of their own. */
    public static final int MOST_CODES = 254;
    /** Most levels that have a column of their own. */
    public static final int MOST_COLUMNS = 32;

    private static final int MOST_LEVELS = 100_000;
    /** Levels with fewer rows count as others where these have a place. */
    private static final int LEAST_ROWS = 2;
    /** Rows of the mean of all that a level's own mean is mixed with. */
    private static final double PRIOR_ROWS = 10;

    private final List<String> features;
    private final List<@Nullable Rule> rules;
    private final List<String> columns;
    /** The feature from which each column is made. */
    private final int[] origin;
    private final Map<String, Map<Double, String>> categories;

    /** A category: the number under which it comes in, and its text. */
    record Level(double key, String text) {}

    /**
     * What becomes of one feature.
     *
     * @param levels those that stand for themselves, in order
     * @param other whether others have a place: a code, or a column of which some training row had 1
     * @param missing whether missing ones have a column
     * @param means of TARGET: those of all rows, then those of each level, one array each; otherwise empty
     */
    record Rule(EncodingKind kind, List<Level> levels, boolean other, boolean missing, double[][] means) {
        Rule {
            levels = List.copyOf(levels);
            if (kind == EncodingKind.TARGET ? means.length != levels.size() + 1 : means.length != 0) {
                throw new IllegalArgumentException("There are %d means for %d levels encoded as %s."
                        .formatted(means.length, levels.size(), kind.key()));
            }
        }

        int width() {
            return switch (kind) {
                case NATIVE, ORDINAL -> 1;
                case ONEHOT -> levels.size() + 1 + (missing ? 1 : 0);
                case TARGET -> means[0].length;
            };
        }
    }

    /** Position of each level by its number. */
    private final List<Map<Double, Integer>> positions = new ArrayList<>();

    private Encoding(List<String> features, List<@Nullable Rule> rules, List<String> targets) {
        this.features = List.copyOf(features);
        this.rules = new ArrayList<>(rules);
        this.columns = new ArrayList<>();
        this.categories = new TreeMap<>();
        List<Integer> origins = new ArrayList<>();
        Set<String> taken = new HashSet<>(features);
        for (int j = 0; j < features.size(); j++) {
            Rule rule = rules.get(j);
            Map<Double, Integer> at = new HashMap<>();
            List<String> names = rule == null ? List.of(features.get(j)) : names(features.get(j), rule, targets, taken);
            for (String name : names) {
                columns.add(name);
                origins.add(j);
            }
            if (rule != null) {
                for (int k = 0; k < rule.levels().size(); k++) {
                    at.put(rule.levels().get(k).key(), k);
                }
                if (rule.kind() == EncodingKind.NATIVE) {
                    categories.put(features.get(j), codes(rule));
                }
            }
            positions.add(at);
        }
        this.origin = origins.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<String> names(String feature, Rule rule, List<String> targets, Set<String> taken) {
        if (rule.width() == 1 && rule.kind() != EncodingKind.ONEHOT) {
            return List.of(feature);
        }
        List<String> wanted = new ArrayList<>();
        if (rule.kind() == EncodingKind.TARGET) {
            targets.subList(0, rule.width()).forEach(target -> wanted.add(feature + "~" + target));
        } else {
            rule.levels().forEach(level -> wanted.add(feature + "=" + level.text()));
            wanted.add(feature + "~other");
            if (rule.missing()) {
                wanted.add(feature + "~missing");
            }
        }
        List<String> names = new ArrayList<>();
        for (String name : wanted) {
            String free = name;
            while (!taken.add(free)) {
                free += "'";
            }
            names.add(free);
        }
        return names;
    }

    private static SortedMap<Double, String> codes(Rule rule) {
        SortedMap<Double, String> codes = new TreeMap<>();
        for (int k = 0; k < rule.levels().size(); k++) {
            codes.put((double) k, rule.levels().get(k).text());
        }
        if (rule.other()) {
            codes.put((double) rule.levels().size(), "~other");
        }
        return codes;
    }

    // ---- fitting

    /** An encoding and the training rows as they are learned from: with means of other folds where means are used. */
    record Fitted(Encoding encoding, FeatureMatrix features) {}

    /**
     * Fits to training rows.
     *
     * @param kinds of each feature with categories
     * @param splitter parts the rows where levels are told by means of the target
     */
    static Fitted fit(TrainingSet rows, Map<String, EncodingKind> kinds, Splitter splitter) {
        FeatureMatrix matrix = rows.features();
        List<@Nullable Rule> rules = new ArrayList<>();
        List<Fold> folds = kinds.containsValue(EncodingKind.TARGET) ? folds(rows, splitter) : List.of();
        double[][][] outOfFold = new double[matrix.width()][][];
        int[] all = new int[rows.rows()];
        Arrays.setAll(all, i -> i);
        for (int j = 0; j < matrix.width(); j++) {
            String name = matrix.names().get(j);
            Map<Double, String> texts = matrix.categories().get(name);
            EncodingKind kind = kinds.get(name);
            if (texts == null || kind == null) {
                rules.add(null);
                continue;
            }
            double[] values = matrix.columns()[j];
            rules.add(rule(rows, values, texts, kind, all));
            if (kind == EncodingKind.TARGET) {
                outOfFold[j] = outOfFold(rows, values, texts, folds);
            }
        }
        Encoding encoding = new Encoding(matrix.names(), rules, targets(rows));
        FeatureMatrix encoded = encoding.apply(matrix);
        for (int c = 0; c < encoded.width(); c++) {
            int j = encoding.origin[c];
            if (outOfFold[j] != null) {
                int first = c;
                while (first > 0 && encoding.origin[first - 1] == j) {
                    first--;
                }
                System.arraycopy(outOfFold[j][c - first], 0, encoded.columns()[c], 0, rows.rows());
            }
        }
        return new Fitted(encoding, encoded);
    }

    /** Names of the target's columns. */
    private static List<String> targets(TrainingSet rows) {
        return rows.target() instanceof Target.Classes classes ? classes.names() : List.of("value");
    }

    private static List<Fold> folds(TrainingSet rows, Splitter splitter) {
        try {
            return rows.folds(splitter);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                throw e;
            }
            return List.of(); // too few to be parted: every row gets the mean of all
        }
    }

    private static Rule rule(
            TrainingSet rows, double[] values, Map<Double, String> texts, EncodingKind kind, int[] train) {
        SortedMap<Double, Integer> counts = new TreeMap<>();
        boolean missing = false;
        for (int row : train) {
            if (Double.isNaN(values[row])) {
                missing = true;
            } else {
                counts.merge(values[row], 1, Integer::sum);
            }
        }
        int least = kind == EncodingKind.ORDINAL ? 1 : LEAST_ROWS;
        int most = switch (kind) {
            case NATIVE -> MOST_CODES;
            case ONEHOT -> MOST_COLUMNS;
            case ORDINAL, TARGET -> MOST_LEVELS;
        };
        List<Level> levels = counts.keySet().stream()
                .filter(key -> counts.getOrDefault(key, 0) >= least)
                .map(key -> new Level(key, text(key, texts)))
                .sorted(Comparator.comparingInt((Level level) -> -counts.getOrDefault(level.key(), 0))
                        .thenComparing(Level::text)
                        .thenComparingDouble(Level::key))
                .limit(most)
                .toList();
        boolean other = levels.size() < counts.size();
        return switch (kind) {
            case NATIVE -> new Rule(kind, levels, other, false, new double[0][]);
            case ONEHOT -> new Rule(kind, levels, other, missing, new double[0][]);
            case ORDINAL ->
                new Rule(
                        kind,
                        levels.stream()
                                .sorted(Comparator.comparing(Level::text).thenComparingDouble(Level::key))
                                .toList(),
                        false,
                        false,
                        new double[0][]);
            case TARGET -> new Rule(kind, levels, other, false, means(rows, values, levels, train));
        };
    }

    private static String text(double key, Map<Double, String> texts) {
        String text = texts.get(key);
        return text == null ? "#" + (long) key : text;
    }

    /** Means of all rows, then of each level. */
    private static double[][] means(TrainingSet rows, double[] values, List<Level> levels, int[] train) {
        int width = targets(rows).size() > 1 ? targets(rows).size() - 1 : 1;
        Map<Double, Integer> at = new HashMap<>();
        for (int k = 0; k < levels.size(); k++) {
            at.put(levels.get(k).key(), k + 1);
        }
        double[][] sums = new double[levels.size() + 1][width];
        double[] totals = new double[levels.size() + 1];
        for (int row : train) {
            Integer level = at.get(values[row]);
            for (int t = 0; t < width; t++) {
                double value = rows.weight(row) * target(rows, row, t);
                sums[0][t] += value;
                if (level != null) {
                    sums[level][t] += value;
                }
            }
            totals[0] += rows.weight(row);
            if (level != null) {
                totals[level] += rows.weight(row);
            }
        }
        for (int t = 0; t < width; t++) {
            sums[0][t] = totals[0] > 0 ? sums[0][t] / totals[0] : 0;
            for (int k = 1; k < sums.length; k++) {
                sums[k][t] = (sums[k][t] + PRIOR_ROWS * sums[0][t]) / (totals[k] + PRIOR_ROWS);
            }
        }
        return sums;
    }

    /** Of two classes the second counts; of more each but the last. */
    private static double target(TrainingSet rows, int row, int t) {
        return switch (rows.target()) {
            case Target.Classes classes -> classes.labels()[row] == (classes.names().size() == 2 ? 1 : t) ? 1 : 0;
            case Target.Numbers numbers -> numbers.values()[row];
        };
    }

    /** Columns of a feature where each row is told by rows of other folds. */
    private static double[][] outOfFold(
            TrainingSet rows, double[] values, Map<Double, String> texts, List<Fold> folds) {
        int[] all = new int[rows.rows()];
        Arrays.setAll(all, i -> i);
        double[] prior = means(rows, values, List.of(), all)[0];
        double[][] columns = new double[prior.length][rows.rows()];
        for (int t = 0; t < prior.length; t++) {
            Arrays.fill(columns[t], prior[t]);
        }
        for (Fold fold : folds) {
            Rule rule = rule(rows, values, texts, EncodingKind.TARGET, fold.train());
            Map<Double, Integer> at = new HashMap<>();
            for (int k = 0; k < rule.levels().size(); k++) {
                at.put(rule.levels().get(k).key(), k + 1);
            }
            for (int row : fold.validation()) {
                double[] mean = rule.means()[at.getOrDefault(values[row], 0)];
                for (int t = 0; t < prior.length; t++) {
                    columns[t][row] = mean[t];
                }
            }
        }
        return columns;
    }

    // ---- applying

    /** The features it reads, in order. */
    public List<String> features() {
        return features;
    }

    /** The columns it makes, in order: {@code league=E0} of a level, {@code league~other} of others. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /** Position of the feature from which a column is made. */
    public int feature(int column) {
        return origin[column];
    }

    /** How a feature is encoded; null when it passes through. */
    public @Nullable EncodingKind kind(int feature) {
        Rule rule = rules.get(feature);
        return rule == null ? null : rule.kind();
    }

    /** The texts of the levels of a feature that stand for themselves, in order; none when it passes through. */
    public List<String> levels(int feature) {
        Rule rule = rules.get(feature);
        return rule == null ? List.of() : rule.levels().stream().map(Level::text).toList();
    }

    /**
     * The columns of a row.
     *
     * @param row values in the order of the features
     * @return a new array in the order of the columns
     */
    public double[] apply(double[] row) {
        FeatureMatrix.requireRow(row, features);
        double[] out = new double[origin.length];
        int at = 0;
        for (int j = 0; j < row.length; j++) {
            at = put(j, row[j], out, at);
        }
        return out;
    }

    private int put(int feature, double value, double[] out, int at) {
        Rule rule = rules.get(feature);
        if (rule == null) {
            out[at] = value;
            return at + 1;
        }
        boolean missing = Double.isNaN(value);
        Integer known = positions.get(feature).get(value);
        int levels = rule.levels().size();
        switch (rule.kind()) {
            case NATIVE, ORDINAL ->
                out[at] = known != null ? known : rule.other() && !missing ? levels : Double.NaN;
            case ONEHOT -> {
                Arrays.fill(out, at, at + rule.width(), 0);
                int one = known != null ? known : missing ? levels + 1 : levels;
                if (one < rule.width()) {
                    out[at + one] = 1;
                }
            }
            case TARGET -> {
                double[] means = rule.means()[known == null ? 0 : known + 1];
                System.arraycopy(means, 0, out, at, means.length);
            }
        }
        return at + rule.width();
    }

    /** The columns of rows that hold its features in its order. */
    public FeatureMatrix apply(FeatureMatrix rows) {
        double[][] made = new double[origin.length][];
        int at = 0;
        for (int j = 0; j < rows.width(); j++) {
            double[] values = rows.columns()[j];
            Rule rule = rules.get(j);
            if (rule == null) {
                made[at++] = values;
                continue;
            }
            int width = rule.width();
            double[] out = new double[width];
            for (int c = 0; c < width; c++) {
                made[at + c] = new double[rows.rows()];
            }
            for (int i = 0; i < rows.rows(); i++) {
                int end = put(j, values[i], out, 0);
                for (int c = 0; c < end; c++) {
                    made[at + c][i] = out[c];
                }
            }
            at += width;
        }
        return new FeatureMatrix(columns, made, rows.rows(), categories);
    }

    // ---- as data

    /** As JSON: {@code encoded}, one entry for each feature with categories. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("encoded");
        for (int j = 0; j < features.size(); j++) {
            Rule rule = rules.get(j);
            if (rule == null) {
                continue;
            }
            ObjectNode entry = list.addObject();
            entry.put("feature", features.get(j));
            entry.put("kind", rule.kind().key());
            entry.put("other", rule.other());
            entry.put("missing", rule.missing());
            if (rule.kind() == EncodingKind.TARGET) {
                numbers(entry.putArray("all"), rule.means()[0]);
            }
            ArrayNode levels = entry.putArray("levels");
            for (int k = 0; k < rule.levels().size(); k++) {
                Level level = rule.levels().get(k);
                ObjectNode each = levels.addObject();
                each.put("key", (long) level.key());
                each.put("text", level.text());
                if (rule.kind() == EncodingKind.TARGET) {
                    numbers(each.putArray("means"), rule.means()[k + 1]);
                }
            }
        }
        return json;
    }

    private static void numbers(ArrayNode array, double[] values) {
        for (double value : values) {
            array.add(value);
        }
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @param targets names of the classes, or of the value
     * @throws IllegalArgumentException if it is damaged
     */
    static Encoding fromJson(List<String> features, List<String> targets, JsonNode json) {
        List<@Nullable Rule> rules = new ArrayList<>();
        features.forEach(feature -> rules.add(null));
        for (JsonNode entry : json.path("encoded")) {
            int at = features.indexOf(entry.path("feature").asText());
            if (at < 0) {
                throw new IllegalArgumentException("The encoding of %s belongs to none of the features %s."
                        .formatted(entry.path("feature"), features));
            }
            EncodingKind kind = EncodingKind.of(entry.path("kind").asText());
            List<Level> levels = new ArrayList<>();
            List<double[]> means = new ArrayList<>();
            if (kind == EncodingKind.TARGET) {
                means.add(ModelJson.numbers(entry.path("all")));
            }
            for (JsonNode level : entry.path("levels")) {
                levels.add(new Level(level.path("key").asDouble(), level.path("text").asText()));
                if (kind == EncodingKind.TARGET) {
                    means.add(ModelJson.numbers(level.path("means")));
                }
            }
            rules.set(
                    at,
                    new Rule(
                            kind,
                            levels,
                            entry.path("other").asBoolean(),
                            entry.path("missing").asBoolean(),
                            means.toArray(new double[0][])));
        }
        return new Encoding(features, rules, targets);
    }
}
