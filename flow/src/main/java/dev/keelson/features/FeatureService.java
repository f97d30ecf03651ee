package dev.keelson.features;

import dev.keelson.expression.Expression;
import dev.keelson.expression.FoldExpression.RequestTransform;
import dev.keelson.expression.Row;
import dev.keelson.features.internal.KeyTemplate;
import dev.keelson.features.internal.ViewPlan;
import dev.keelson.frame.CategoryKey;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The features of one model, compiled: an ordered list of named numbers for each request. Made by
 * {@link FeatureEngine#service}. The same object serves history and single requests.
 *
 * <p>Values are computed in three steps: keyed state, expressions over the request row, derived values in the order of
 * their definition. The outputs stand in the order of the selectors, then the derived ones.
 *
 * <p>A feature that is a text has the number of its {@link CategoryKey} for a value; the service remembers what the numbers
 * that it gave stand for.
 *
 * <p>Safe for use by several threads.
 */
public final class FeatureService {
    /** Texts that are remembered at most. */
    private static final int MOST_TEXTS = 1_000_000;

    private final String name;
    private final SourceSchema source;
    private final List<FeatureColumn> columns;
    private final List<String> names;
    private final List<String> requestColumns;
    private final String sha256;
    final List<Group> groups;
    /** For each group, which features of its view are read, and the slots they go to; a group may have none. */
    final int[][] groupFeatures;

    final int[][] groupSlots;
    /** Whether the outputs are the slots, in their order. */
    final boolean allOutputs;
    /** Whether every view that is read has a feature among the outputs, so that their statuses tell which entities are known. */
    final boolean showsStates;
    /** Whether two views take keys of one kind of entity from different columns. */
    final boolean mayRepeat;
    final List<RequestStep> requestSteps;
    final List<DeriveStep> deriveSteps;
    final int slots;
    private final int scratchLength;
    final int[] outputs;
    /** Beyond the columns of the request: where the columns of the schema of derived values are found, or -1. */
    private final int[] slotOfColumn;
    /** Texts met so far, and their numbers. */
    private final Map<String, Double> keys = new ConcurrentHashMap<>();

    private final Map<Double, String> texts = new ConcurrentHashMap<>();

    /**
     * The features of one view for one role.
     *
     * @param keyColumn the column of the key, or columns between fixed texts: {@code {sport}_{market}}
     */
    record Group(ViewPlan view, String role, String keyColumn, KeyTemplate template, Schema request) {
        static Group of(ViewPlan view, String role, String keyColumn, Schema request) {
            return new Group(view, role, keyColumn, KeyTemplate.of(keyColumn), request);
        }

        /** The key of a request, or null. */
        @Nullable String key(Row row) {
            return template.join(row, request);
        }
    }

    /** A feature of a group; its slot is its position in the list. */
    record StateSlot(int group, int feature) {}

    /** Computes slots from the request's row: one by an expression, or several by a transform. */
    record RequestStep(
            @Nullable Expression expression, @Nullable RequestTransform transform, int firstSlot, int count) {}

    /** Computes a slot from others and the request's row. */
    record DeriveStep(Expression expression, int slot) {}

    FeatureService(ServiceCompiler compiler) {
        this.name = compiler.definition.name();
        this.source = compiler.source;
        this.columns = List.copyOf(compiler.columns);
        this.names = columns.stream().map(FeatureColumn::name).toList();
        this.requestColumns = compiler.requestColumns();
        this.sha256 = compiler.sha256();
        this.groups = List.copyOf(compiler.groups);
        this.groupFeatures = new int[groups.size()][];
        this.groupSlots = new int[groups.size()][];
        for (int i = 0; i < groups.size(); i++) {
            int group = i;
            groupSlots[i] = IntStream.range(0, compiler.stateSlots.size())
                    .filter(slot -> compiler.stateSlots.get(slot).group() == group)
                    .toArray();
            groupFeatures[i] = Arrays.stream(groupSlots[i])
                    .map(slot -> compiler.stateSlots.get(slot).feature())
                    .toArray();
        }
        this.requestSteps = List.copyOf(compiler.requestSteps);
        this.deriveSteps = List.copyOf(compiler.deriveSteps);
        this.slots = compiler.slots();
        this.scratchLength =
                requestSteps.stream().mapToInt(RequestStep::count).max().orElse(0);
        this.outputs = compiler.outputs();
        this.allOutputs = Arrays.equals(outputs, IntStream.range(0, slots).toArray());
        this.showsStates = Arrays.stream(groupSlots)
                .filter(all -> all.length > 0)
                .allMatch(all -> Arrays.stream(outputs).anyMatch(output -> Arrays.stream(all).anyMatch(slot -> slot == output)));
        this.mayRepeat = IntStream.range(0, groups.size())
                .anyMatch(g -> IntStream.range(0, g).anyMatch(h -> mayRepeat(groups.get(g), groups.get(h))));
        this.slotOfColumn = compiler.slotOfColumn();
    }

    private static boolean mayRepeat(Group one, Group other) {
        return one.view().definition().entity().equals(other.view().definition().entity())
                && !one.keyColumn().equals(other.keyColumn());
    }

    /** The model's name. */
    public String name() {
        return name;
    }

    /** The names of the features, in the order of the values. */
    public List<String> names() {
        return names;
    }

    /** What each feature is, in the order of the values. */
    public List<FeatureColumn> columns() {
        return columns;
    }

    /** The columns of a request's row: those of the source, without system columns. */
    public Schema requestSchema() {
        return source.schema();
    }

    /** The columns of the request that are read, in the order of the schema; the others may be missing. */
    public List<String> requestColumns() {
        return requestColumns;
    }

    /** The source whose rows are asked about. */
    public SourceSchema source() {
        return source;
    }

    /** Hash of all that the values depend on besides the data: this definition and those of the views it reads. */
    public String sha256() {
        return sha256;
    }

    /** The sources of the events of the views that are read, in order; none when every feature is of the request. */
    public List<String> eventSources() {
        return IntStream.range(0, groups.size())
                .filter(group -> groupSlots[group].length > 0)
                .mapToObj(group -> groups.get(group).view().source().name())
                .distinct()
                .toList();
    }

    /**
     * What the numbers of the features that are texts stand for, of those met so far; sorted by number, one map for all of
     * them.
     */
    public Map<String, Map<Double, String>> categories() {
        Map<String, Map<Double, String>> categories = new LinkedHashMap<>();
        SortedMap<Double, String> texts = new TreeMap<>();
        if (columns.stream().anyMatch(FeatureColumn::category)) {
            keys.forEach((text, key) -> texts.merge(key, text, (a, b) -> a.compareTo(b) <= 0 ? a : b));
        }
        Map<Double, String> all = Collections.unmodifiableSortedMap(texts);
        columns.stream().filter(FeatureColumn::category).forEach(column -> categories.put(column.name(), all));
        return categories;
    }

    /** What a number of a feature that is a text stands for; null when it was not met, or is missing. */
    public @Nullable String text(double key) {
        return texts.get(key);
    }

    private double value(Expression expression, Row row) {
        if (expression.type() != ColumnType.STRING) {
            return expression.asDouble(row);
        }
        if (!(expression.value(row) instanceof String text)) {
            return Double.NaN;
        }
        Double known = keys.get(text);
        if (known != null) {
            return known;
        }
        double key = CategoryKey.of(text);
        if (keys.size() < MOST_TEXTS) {
            keys.put(text, key);
            texts.putIfAbsent(key, text);
        }
        return key;
    }

    /** Fills the slots that are not read from state. */
    void compute(SlotRow row, double[] scratch) {
        for (RequestStep step : requestSteps) {
            if (step.transform() != null) {
                double[] values = step.count() == scratch.length ? scratch : new double[step.count()];
                step.transform().evaluate(row.request(), values);
                for (int i = 0; i < values.length; i++) {
                    row.set(step.firstSlot() + i, Double.isNaN(values[i]) ? Double.NaN : values[i]);
                }
            } else if (step.expression() != null) {
                row.set(step.firstSlot(), value(step.expression(), row.request()));
            }
        }
        for (DeriveStep step : deriveSteps) {
            row.set(step.slot(), value(step.expression(), row));
        }
    }

    /** Length of the scratch array of {@link #compute} that spares it an allocation. */
    int scratchLength() {
        return scratchLength;
    }

    /** A request and the slots computed so far, as derived expressions read them. */
    abstract class SlotRow implements Row {
        private final int requestWidth = source.schema().columns().size();

        abstract Row request();

        abstract double slot(int slot);

        abstract void set(int slot, double value);

        private double ofColumn(int column) {
            return slot(slotOfColumn[column - requestWidth]);
        }

        @Override
        public boolean isNull(int column) {
            if (column < requestWidth) {
                return request().isNull(column);
            }
            double value = ofColumn(column);
            return Double.isNaN(value);
        }

        @Override
        public double doubleAt(int column) {
            return column < requestWidth ? request().doubleAt(column) : ofColumn(column);
        }

        @Override
        public long longAt(int column) {
            return request().longAt(column);
        }

        @Override
        public boolean booleanAt(int column) {
            return request().booleanAt(column);
        }

        @Override
        public @Nullable String textAt(int column) {
            return request().textAt(column);
        }
    }

    /** Slots in one array, for one request. */
    final class SingleRow extends SlotRow {
        private final Row request;
        private final double[] values;

        SingleRow(Row request, double[] values) {
            this.request = request;
            this.values = values;
        }

        @Override
        Row request() {
            return request;
        }

        @Override
        double slot(int slot) {
            return values[slot];
        }

        @Override
        void set(int slot, double value) {
            values[slot] = value;
        }
    }

    @Override
    public String toString() {
        return "FeatureService[" + name + ", " + names + "]";
    }
}
