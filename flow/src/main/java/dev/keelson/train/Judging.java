package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Located;
import dev.keelson.expression.AggregateExpression;
import dev.keelson.expression.ArrayRow;
import dev.keelson.expression.Expression;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.stats.BcaBootstrap;
import dev.keelson.stats.Clusters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Judges a full training on its test period: every metric with its interval, the metrics of segments, the metrics of the
 * project's own, and a search for slices whose loss is worse than that of the rest.
 *
 * <p>Intervals are bootstrapped over days (bias-corrected and accelerated, 2,000 resamples; more than 1,000 days are put
 * together with their neighbours). Rows whose test predictions come from members fitted before the test period are all it
 * reads. The same training gives the same bytes. Immutable and safe for use by several threads.
 */
public final class Judging {
    private static final int MOST_CATEGORIES = 12;

    private final ModelDefinition model;
    private final JudgingDefinition definition;
    private final List<Segment> segments = new ArrayList<>();
    private final List<AggregateExpression> metrics = new ArrayList<>();
    private final List<String> cells;
    private final List<String> categories;
    private final Schema schema;

    private record Segment(String name, Expression of) {}

    /**
     * @param model whose training is judged
     * @param definition segments and metrics
     * @param columns of the model's source
     * @param outcomes those of them that are known only afterwards
     * @param features the model's features
     * @throws dev.keelson.error.KeelsonException when an expression cannot be read
     */
    public Judging(
            ModelDefinition model,
            JudgingDefinition definition,
            List<Column> columns,
            Set<String> outcomes,
            List<String> features) {
        this.model = model;
        this.definition = definition;
        this.schema = JudgedSchema.ofMetrics(model.classes(), features, columns);
        Schema known = JudgedSchema.ofSegments(
                model.classes(),
                features,
                columns.stream().filter(column -> !outcomes.contains(column.name())).toList());
        Set<String> read = new LinkedHashSet<>();
        for (Located text : definition.segments()) {
            Expression parsed = Expression.parse(JudgedSchema.readable(text), known);
            segments.add(new Segment(text.text(), Expression.parse(JudgedSchema.readable(text), schema)));
            read.addAll(parsed.columns());
        }
        for (JudgingDefinition.CustomMetric metric : definition.metrics()) {
            AggregateExpression parsed =
                    AggregateExpression.parse(JudgedSchema.readable(metric.expression()), schema);
            metrics.add(parsed);
            read.addAll(parsed.columns());
        }
        Schema judged = JudgedSchema.ofMetrics(model.classes(), features, List.of());
        List<Column> shown = columns.stream()
                .filter(column -> !judged.contains(column.name())) // hidden by what has the same name
                .toList();
        this.categories = shown.stream()
                .filter(column -> column.type() == ColumnType.STRING && !outcomes.contains(column.name()))
                .map(Column::name)
                .limit(MOST_CATEGORIES)
                .toList();
        Set<String> all = new LinkedHashSet<>(categories);
        shown.stream().map(Column::name).filter(read::contains).forEach(all::add);
        this.cells = List.copyOf(all);
    }

    /** The columns of the source whose cells it needs of each row. */
    public List<String> cells() {
        return cells;
    }

    /**
     * Judges.
     *
     * @param outcome of a training of the model
     * @param table the rows that it was made of
     * @param source row id to its cells, in the order of {@link #cells}, as {@link dev.keelson.frame.Vector#get} gives them;
     *     null where they are not known
     * @return empty when it had no test period
     */
    public Optional<Judgement> judge(
            TrainingOutcome outcome, TrainingTable table, Function<String, @Nullable Object @Nullable []> source) {
        HoldoutForecast test = outcome.test();
        HoldoutValues values = outcome.values();
        if (test == null && values == null) {
            return Optional.empty();
        }
        JudgedRows rows = test == null
                ? JudgedRows.of(Objects.requireNonNull(values))
                : JudgedRows.of(test);
        if (rows.count() == 0) {
            return Optional.empty();
        }
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < table.rows(); i++) {
            positions.put(table.rowIds().get(i), i);
        }
        int[] at = rows.rowIds().stream()
                .mapToInt(row -> Objects.requireNonNull(positions.get(row)))
                .toArray();
        @Nullable Object[][] known = new @Nullable Object[rows.count()][];
        for (int i = 0; i < known.length; i++) {
            @Nullable Object[] found = source.apply(rows.rowIds().get(i));
            known[i] = found == null ? new @Nullable Object[cells.size()] : found;
        }

        SortedMap<String, Double> put = new TreeMap<>();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("loss", rows.lossName());
        document.put("rows", rows.count());
        document.put("days", Clusters.count(Clusters.index(rows.days())));
        document.put("confidence", RowFigures.CONFIDENCE);
        document.put("resamples", BcaBootstrap.DEFAULT_RESAMPLES);
        ObjectNode shown = document.putObject("metrics");
        new RowFigures(rows, model.classes(), model.seed()).measure().forEach((name, measured) -> {
            measured.put(shown.putObject(name));
            put(put, testName(name), measured, !outcome.metrics().containsKey(testName(name)));
        });
        confusion(document, rows);
        custom(document.putArray("custom"), rows, at, table, known, put);
        segments(document.putArray("segments"), rows, at, table, known);
        SliceSearch search = new SliceSearch(rows, model.seed());
        SliceConditions conditions = conditions(rows, at, table, known);
        search.putLoss(document.putObject("search"), conditions);
        if (rows.classes() > 0) {
            search.putSurprise(document.putObject("surprise"), conditions);
        }
        return Optional.of(new Judgement(put, document));
    }

    private static String testName(String name) {
        int slash = name.lastIndexOf('/');
        return name.substring(0, slash + 1) + "test_" + name.substring(slash + 1);
    }

    private static void put(SortedMap<String, Double> to, String name, RowFigures.Measured measured, boolean value) {
        if (value) {
            Scores.putFinite(to, name, measured.value());
        }
        if (measured.method() != null) {
            Scores.putFinite(to, name + "_lower", measured.lower());
            Scores.putFinite(to, name + "_upper", measured.upper());
        }
    }

    private void confusion(ObjectNode document, JudgedRows rows) {
        if (rows.classes() == 0) {
            return;
        }
        ObjectNode confusion = document.putObject("confusion");
        model.classes().forEach(confusion.putArray("classes")::add);
        ArrayNode counts = confusion.putArray("counts");
        rows.confusion().counts().forEach(line -> {
            ArrayNode row = counts.addArray();
            line.forEach(row::add);
        });
    }

    // ---- custom metrics

    private void custom(
            ArrayNode to,
            JudgedRows rows,
            int[] at,
            TrainingTable table,
            @Nullable Object[][] known,
            SortedMap<String, Double> put) {
        for (int m = 0; m < metrics.size(); m++) {
            AggregateExpression expression = metrics.get(m);
            int[] cluster = Clusters.blocks(rows.days(), RowFigures.MOST_BLOCKS);
            double[] sums = new double[Clusters.count(cluster) * expression.width()];
            ArrayRow row = new ArrayRow(schema);
            for (int i = 0; i < rows.count(); i++) {
                fill(row, rows, i, at[i], table, known[i]);
                expression.add(row, sums, cluster[i] * expression.width());
            }
            RowFigures.Measured measured = RowFigures.of(expression, sums, Clusters.count(cluster), model.seed());
            JudgingDefinition.CustomMetric metric = definition.metrics().get(m);
            ObjectNode node = to.addObject();
            node.put("name", metric.name());
            node.put("expression", metric.expression().text());
            node.put("better", metric.higher() ? "higher" : "lower");
            measured.put(node);
            put(put, "test_" + metric.name(), measured, true);
        }
    }

    private void fill(
            ArrayRow row, JudgedRows rows, int i, int at, TrainingTable table, @Nullable Object[] cellsOfRow) {
        row.clear();
        for (int c = 0; c < cells.size(); c++) {
            int column = schema.indexOf(cells.get(c));
            row.set(column, cellsOfRow[c]);
        }
        List<String> features = table.features().names();
        for (int f = 0; f < features.size(); f++) {
            int column = schema.contains(features.get(f)) ? schema.indexOf(features.get(f)) : -1;
            double value = table.features().value(at, f);
            if (column >= 0 && !Double.isNaN(value)) {
                row.setDouble(column, value);
            }
        }
        rows.fill(row, schema, i, model.classes());
        double @Nullable [] weights = table.weights();
        row.setDouble(schema.indexOf(JudgedSchema.WEIGHT), weights == null ? 1 : weights[at]);
    }

    // ---- segments and slices

    /** Declared segment to its value of each row; empty where it has none. */
    private Map<String, List<String>> splits(
            JudgedRows rows, int[] at, TrainingTable table, @Nullable Object[][] known) {
        Map<String, List<String>> splits = new LinkedHashMap<>();
        if (segments.isEmpty()) {
            return splits;
        }
        List<List<@Nullable Object>> values = new ArrayList<>();
        segments.forEach(segment -> values.add(new ArrayList<>()));
        ArrayRow row = new ArrayRow(schema);
        for (int i = 0; i < rows.count(); i++) {
            fill(row, rows, i, at[i], table, known[i]);
            for (int s = 0; s < segments.size(); s++) {
                values.get(s).add(segments.get(s).of().value(row));
            }
        }
        for (int s = 0; s < segments.size(); s++) {
            splits.put(segments.get(s).name(), SliceConditions.values(values.get(s)));
        }
        return splits;
    }

    private void segments(
            ArrayNode to, JudgedRows rows, int[] at, TrainingTable table, @Nullable Object[][] known) {
        splits(rows, at, table, known).forEach((name, values) -> {
            Map<String, int[]> groups = SliceConditions.groups(values);
            groups.forEach((value, members) -> {
                JudgedRows part = rows.part(members);
                ObjectNode node = to.addObject();
                node.put("segment", name);
                node.put("value", value);
                node.put("rows", part.count());
                node.put("days", Clusters.count(Clusters.index(part.days())));
                ObjectNode shown = node.putObject("metrics");
                new RowFigures(part, model.classes(), model.seed())
                        .measure()
                        .forEach((metric, measured) -> measured.put(shown.putObject(metric)));
            });
        });
    }

    private SliceConditions conditions(
            JudgedRows rows, int[] at, TrainingTable table, @Nullable Object[][] known) {
        SliceConditions conditions = new SliceConditions(rows);
        splits(rows, at, table, known).forEach(conditions::addValues);
        for (String category : categories) {
            List<@Nullable Object> values = new ArrayList<>();
            for (@Nullable Object[] row : known) {
                values.add(row[cells.indexOf(category)]);
            }
            conditions.addCategory(category, values);
        }
        List<String> features = table.features().names();
        for (int f = 0; f < features.size(); f++) {
            double[] values = new double[rows.count()];
            for (int i = 0; i < values.length; i++) {
                values[i] = table.features().value(at[i], f);
            }
            conditions.addNumber(features.get(f), values);
        }
        return conditions;
    }
}
