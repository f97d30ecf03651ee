package dev.keelson.train;

import dev.keelson.error.Located;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What expressions over judged rows may read: what was predicted, what came true, the features and the columns of the
 * source. Names of an earlier kind hide those of a later one.
 *
 * <p>Of classes {@code predicted} and {@code actual} are texts, {@code confidence} is the greatest probability and
 * {@code p('CLASS')} the probability of a class, which reads the column {@code p(CLASS)}; of a number {@code predicted} and
 * {@code actual} are numbers. {@code label} is another name of {@code actual}, {@code loss} is the log loss or the squared
 * error of the row, {@code weight} what the model's column of weights says (1 without one).
 */
public final class JudgedSchema {
    static final String PREDICTED = "predicted";
    static final String CONFIDENCE = "confidence";
    static final String ACTUAL = "actual";
    static final String LABEL = "label";
    static final String LOSS = "loss";
    static final String WEIGHT = "weight";
    private static final Pattern PROBABILITY = Pattern.compile("\\bp\\('([^'\"]*)'\\)");

    private JudgedSchema() {}

    /**
     * The columns of metrics.
     *
     * @param classes of the label, in order; none of a number
     * @param features the model's features
     * @param columns of the source, outcomes included
     */
    public static Schema ofMetrics(List<String> classes, Collection<String> features, List<Column> columns) {
        ColumnType type = classes.isEmpty() ? ColumnType.DOUBLE : ColumnType.STRING;
        List<Column> first = new ArrayList<>();
        first.add(new Column(ACTUAL, type));
        first.add(new Column(LABEL, type));
        first.add(new Column(LOSS, ColumnType.DOUBLE));
        first.add(new Column(WEIGHT, ColumnType.DOUBLE));
        first.addAll(ofSegments(classes, features, columns).columns());
        return distinct(first);
    }

    /**
     * The columns of segments: what is known when the prediction is made.
     *
     * @param classes of the label, in order; none of a number
     * @param features the model's features
     * @param columns of the source, without outcomes
     */
    public static Schema ofSegments(List<String> classes, Collection<String> features, List<Column> columns) {
        List<Column> all = new ArrayList<>();
        all.add(new Column(PREDICTED, classes.isEmpty() ? ColumnType.DOUBLE : ColumnType.STRING));
        if (!classes.isEmpty()) {
            all.add(new Column(CONFIDENCE, ColumnType.DOUBLE));
            classes.forEach(label -> all.add(new Column(probability(label), ColumnType.DOUBLE)));
        }
        features.forEach(feature -> all.add(new Column(feature, ColumnType.DOUBLE)));
        all.addAll(columns);
        return distinct(all);
    }

    private static Schema distinct(List<Column> columns) {
        Map<String, Column> byName = new LinkedHashMap<>();
        columns.forEach(column -> byName.putIfAbsent(column.name(), column));
        return new Schema(List.copyOf(byName.values()));
    }

    /** The column of a class's probability. */
    static String probability(String label) {
        return "p(" + label + ")";
    }

    /** The expression with each {@code p('CLASS')} as a name of the same length, so that places stay what they are. */
    public static Located readable(Located text) {
        return new Located(PROBABILITY.matcher(text.text()).replaceAll("\"p($1)\""), text.location());
    }
}
