package dev.keelson.features;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.FrameRow;
import dev.keelson.expression.Row;
import dev.keelson.features.FeatureService.Group;
import dev.keelson.features.FeatureService.SlotRow;
import dev.keelson.features.internal.KeyIndex;
import dev.keelson.features.internal.KeyState;
import dev.keelson.features.internal.Keys;
import dev.keelson.features.internal.Order;
import dev.keelson.features.internal.SourceRows;
import dev.keelson.features.internal.ViewPlan;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compiled feature views of a project, and their values over history.
 *
 * <p>A row of a source counts for a question if and only if its known time lies strictly before the question's
 * {@code as_of}. Rows are applied in the order (known time, event time, key). Windows see the newest events by event
 * time; a period of length {@code w} holds the events from {@code as_of - w} on. Streaks and ratings follow the order
 * in which events became known. Rows should be unique by the key of their source: each row is an event of its own.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class FeatureEngine {
    private final Map<String, ViewPlan> views;
    private final Map<String, SourceSchema> sources;
    private final Map<String, String> entityKeys;

    private FeatureEngine(
            Map<String, ViewPlan> views, Map<String, SourceSchema> sources, Map<String, String> entityKeys) {
        this.views = Collections.unmodifiableMap(views);
        this.sources = Collections.unmodifiableMap(sources);
        this.entityKeys = Collections.unmodifiableMap(entityKeys);
    }

    /**
     * Compiles views.
     *
     * @param views in order, with distinct names
     * @param entityKeys entity to the name of its key, as the project declares them
     * @param sources the sources of the views and of the models, with distinct names
     * @throws KeelsonException with every problem found in the views
     */
    public static FeatureEngine of(
            List<FeatureViewDefinition> views, Map<String, String> entityKeys, List<SourceSchema> sources) {
        Map<String, SourceSchema> sourceByName = new LinkedHashMap<>();
        for (SourceSchema source : sources) {
            sourceByName.put(source.name(), source);
        }
        List<Problem> problems = new ArrayList<>();
        Map<String, ViewPlan> plans = new LinkedHashMap<>();
        for (FeatureViewDefinition view : views) {
            SourceSchema source = sourceByName.get(view.source());
            if (source == null) {
                problems.add(Problem.at(
                        ErrorCode.UNKNOWN_REFERENCE,
                        view.location(),
                        "The feature view (%s) reads the source (%s); there are %s."
                                .formatted(view.name(), view.source(), sourceByName.keySet()),
                        Suggestion.sentence(view.source(), sourceByName.keySet())
                                .orElse(null)));
                continue;
            }
            if (!entityKeys.containsKey(view.entity())) {
                problems.add(Problem.at(
                        ErrorCode.UNKNOWN_REFERENCE,
                        view.location(),
                        "The feature view (%s) names the entity (%s); there are %s."
                                .formatted(view.name(), view.entity(), entityKeys.keySet()),
                        Suggestion.sentence(view.entity(), entityKeys.keySet()).orElse(null)));
            }
            ViewPlan plan = ViewPlan.compile(view, source, problems);
            if (plan != null && plans.put(view.name(), plan) != null) {
                problems.add(Problem.at(
                        ErrorCode.DUPLICATE_KEY,
                        view.location(),
                        "There are two feature views (%s).".formatted(view.name()),
                        null));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new FeatureEngine(plans, sourceByName, new LinkedHashMap<>(entityKeys));
    }

    /**
     * Compiles the features of a model.
     *
     * @throws KeelsonException with every problem found: unknown names, wrong types, names that occur twice, and
     *     expressions that read an outcome of the request's own row
     */
    public FeatureService service(FeatureServiceDefinition definition) {
        SourceSchema source = sources.get(definition.source());
        if (source == null) {
            throw new KeelsonException(
                    ErrorCode.UNKNOWN_REFERENCE,
                    "The model (%s) reads the source (%s); there are %s."
                            .formatted(definition.name(), definition.source(), sources.keySet()),
                    Suggestion.sentence(definition.source(), sources.keySet()).orElse(null));
        }
        return new ServiceCompiler(definition, source, views, entityKeys).compile();
    }

    /** The names of the views, in order. */
    public List<String> viewNames() {
        return List.copyOf(views.keySet());
    }

    /**
     * The types of a view's features by their names, in order: what the definitions give, before they are read as numbers.
     *
     * @throws IllegalArgumentException if there is no such view
     */
    public Map<String, ColumnType> featureTypes(String view) {
        ViewPlan plan = views.get(view);
        if (plan == null) {
            throw new IllegalArgumentException("There is no view (%s); there are %s.".formatted(view, views.keySet()));
        }
        Map<String, ColumnType> types = new LinkedHashMap<>();
        for (int i = 0; i < plan.names().size(); i++) {
            types.put(plan.names().get(i), plan.types().get(i));
        }
        return types;
    }

    /** The names of the sources that views read, in order. */
    public List<String> sourceNames() {
        return views.values().stream()
                .map(view -> view.source().name())
                .distinct()
                .toList();
    }

    Map<String, ViewPlan> views() {
        return views;
    }

    /** The schema of a source that views read or models are asked about. */
    SourceSchema source(String name) {
        SourceSchema source = sources.get(name);
        if (source == null) {
            throw new IllegalArgumentException(
                    "There is no source (%s); there are %s.".formatted(name, sources.keySet()));
        }
        return source;
    }

    /**
     * The features of rows as they would have been served when each happened, where the service reads views over one
     * source.
     *
     * @param sourceRows every row of that source, in any order, with the system columns
     * @param rows the rows asked about; each one's {@code as_of} is its own event time. Columns that the service does
     *     not read may be missing
     * @param service what is asked
     * @return exactly one row for each of {@code rows}, in their order
     * @throws IllegalArgumentException if a column is missing or has another type
     */
    public FeatureTable history(Frame sourceRows, Frame rows, FeatureService service) {
        Map<String, Frame> bySource = new LinkedHashMap<>();
        for (String source : service.eventSources()) {
            bySource.put(source, sourceRows);
        }
        if (bySource.size() > 1) {
            throw new IllegalArgumentException("The views read %d sources (%s), but the rows of one were given."
                    .formatted(bySource.size(), bySource.keySet()));
        }
        return history(bySource, rows, List.of(service)).getFirst();
    }

    /**
     * The features of rows for several services, in one pass over the sources. What services share is computed once and
     * shared by their tables.
     *
     * @param sourceRows source to its rows, in any order, with the system columns; those of every view that is read
     * @param rows the rows asked about; each one's {@code as_of} is its own event time
     * @param services what is asked, of one source
     * @return a table for each service, in order; each has exactly one row for each of {@code rows}, in their order
     */
    public List<FeatureTable> history(Map<String, Frame> sourceRows, Frame rows, List<FeatureService> services) {
        long[] asOf = SourceRows.eventTimes(rows);
        Map<GroupKey, Wanted> wanted = new LinkedHashMap<>();
        for (FeatureService service : services) {
            for (int g = 0; g < service.groups.size(); g++) {
                if (service.groupSlots[g].length > 0) {
                    Wanted group =
                            wanted.computeIfAbsent(GroupKey.of(service.groups.get(g)), key -> new Wanted(key, rows));
                    for (int feature : service.groupFeatures[g]) {
                        group.add(feature);
                    }
                }
            }
        }
        int[] asked = orderOf(asOf);
        Map<String, SourceRows> ordered = new HashMap<>();
        for (ViewPlan view : views.values()) {
            List<Wanted> ofView = wanted.values().stream()
                    .filter(group -> group.key.view() == view)
                    .toList();
            if (!ofView.isEmpty()) {
                String source = view.source().name();
                SourceRows events =
                        ordered.computeIfAbsent(source, name -> sorted(view.source(), sourceRows.get(name)));
                pass(view, events, ofView, asked, asOf);
            }
        }
        List<FeatureTable> tables = new ArrayList<>();
        for (FeatureService service : services) {
            tables.add(table(service, rows, wanted));
        }
        return tables;
    }

    private static SourceRows sorted(SourceSchema source, @Nullable Frame frame) {
        if (frame == null) {
            throw new IllegalArgumentException("The rows of the source (%s) are missing.".formatted(source.name()));
        }
        return SourceRows.of(source, frame).inApplicationOrder();
    }

    /** Rows asked about, by time; those of equal time see the same events. */
    private static int[] orderOf(long[] asOf) {
        return Order.of(asOf.length, (a, b) -> Long.compare(asOf[a], asOf[b]));
    }

    /** Applies a view's events in order, and reads its features for each row asked about on the way. */
    private static void pass(ViewPlan view, SourceRows rows, List<Wanted> groups, int[] asked, long[] asOf) {
        ViewPlan.Events events = view.events(rows);
        KeyIndex index = rows.keys();
        long[] knownAts = rows.knownAts();
        @Nullable KeyState[] states = new @Nullable KeyState[index.size()];
        ViewPlan.States creating = key -> {
            KeyState state = states[key];
            if (state == null) {
                state = view.newState();
                states[key] = state;
            }
            return state;
        };
        ViewPlan.Others others = key -> {
            int id = index.find(key);
            return id < 0 ? null : states[id];
        };
        Reader[] readers = groups.stream().map(group -> group.reader(index)).toArray(Reader[]::new);
        int next = 0;
        for (int row : asked) {
            while (next < knownAts.length && knownAts[next] < asOf[row]) {
                events.apply(next++, creating);
            }
            for (Reader reader : readers) {
                int key = reader.keys[row];
                KeyState state = key < 0 ? null : states[key];
                reader.read(view, row, key == KeyIndex.NULL, state, asOf[row], others);
            }
        }
    }

    private static FeatureTable table(FeatureService service, Frame rows, Map<GroupKey, Wanted> wanted) {
        double[][] values = new double[service.slots][];
        byte[][] statuses = new byte[service.slots][];
        for (int g = 0; g < service.groups.size(); g++) {
            Wanted group = wanted.get(GroupKey.of(service.groups.get(g)));
            for (int i = 0; group != null && i < service.groupSlots[g].length; i++) {
                int position = group.features.indexOf(service.groupFeatures[g][i]);
                values[service.groupSlots[g][i]] = group.values.get(position);
                statuses[service.groupSlots[g][i]] = group.statuses.get(position);
            }
        }
        int n = rows.rows();
        List<Integer> computed = new ArrayList<>();
        for (int slot = 0; slot < service.slots; slot++) {
            if (values[slot] == null) {
                values[slot] = new double[n];
                statuses[slot] = new byte[n];
                computed.add(slot);
            }
        }
        ColumnRow row = new ColumnRow(service, new FrameRow(rows, service.requestSchema()), values);
        double[] scratch = new double[service.scratchLength()];
        for (int i = 0; i < n; i++) {
            service.compute(row.at(i), scratch);
        }
        for (int slot : computed) {
            setStatuses(values[slot], statuses[slot]);
        }
        double[][] outputs = new double[service.outputs.length][];
        byte[][] outputStatuses = new byte[service.outputs.length][];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = values[service.outputs[i]];
            outputStatuses[i] = statuses[service.outputs[i]];
        }
        return new FeatureTable(service.names(), outputs, outputStatuses, n);
    }

    private static void setStatuses(double[] values, byte[] statuses) {
        for (int i = 0; i < values.length; i++) {
            statuses[i] = statusOf(values[i]);
        }
    }

    /** The status of a value that was read, or computed from the request. */
    static byte statusOf(double value) {
        return (Double.isNaN(value) ? FeatureStatus.NULL : FeatureStatus.PRESENT).code();
    }

    /** What services may share: the same view asked with the same column. */
    private record GroupKey(ViewPlan view, String keyColumn) {
        static GroupKey of(Group group) {
            return new GroupKey(group.view(), group.keyColumn());
        }
    }

    /** The features of a view that are asked with one key column, and their values. */
    private static final class Wanted {
        private final GroupKey key;
        private final int rows;
        private final @Nullable String[] keys;
        private final List<Integer> features = new ArrayList<>();
        private final List<double[]> values = new ArrayList<>();
        private final List<byte[]> statuses = new ArrayList<>();

        Wanted(GroupKey key, Frame rows) {
            for (String column : Keys.columns(key.keyColumn())) {
                ColumnType type = rows.schema().column(column).type();
                if (!Keys.canBe(type)) {
                    throw new IllegalArgumentException(
                            "The column (%s) of the rows is %s and cannot hold keys.".formatted(column, type));
                }
            }
            this.key = key;
            this.rows = rows.rows();
            this.keys = Keys.of(rows, key.keyColumn());
        }

        Reader reader(KeyIndex index) {
            return new Reader(
                    index.find(keys),
                    features.stream().mapToInt(Integer::intValue).toArray(),
                    values.toArray(double[][]::new),
                    statuses.toArray(byte[][]::new));
        }

        void add(int feature) {
            if (!features.contains(feature)) {
                features.add(feature);
                values.add(new double[rows]);
                statuses.add(new byte[rows]);
            }
        }
    }

    /** The features of a group while its view's events pass: keys by their numbers, and where the values go. */
    private static final class Reader {
        private final int[] keys;
        private final int[] features;
        private final double[][] values;
        private final byte[][] statuses;

        Reader(int[] keys, int[] features, double[][] values, byte[][] statuses) {
            this.keys = keys;
            this.features = features;
            this.values = values;
            this.statuses = statuses;
        }

        void read(
                ViewPlan view, int row, boolean nullKey, @Nullable KeyState state, long asOf, ViewPlan.Others others) {
            FeatureStatus shared = nullKey ? FeatureStatus.NULL_KEY : view.status(state, asOf);
            for (int i = 0; i < features.length; i++) {
                if (state == null || shared != FeatureStatus.PRESENT) {
                    values[i][row] = Double.NaN;
                    statuses[i][row] = shared.code();
                } else {
                    double value = view.read(features[i], state, asOf, others);
                    values[i][row] = value;
                    statuses[i][row] = statusOf(value);
                }
            }
        }
    }

    /** Slots in columns, for many rows. */
    private static final class ColumnRow extends SlotRow {
        private final FrameRow request;
        private final double[][] values;
        private int row;

        ColumnRow(FeatureService service, FrameRow request, double[][] values) {
            service.super();
            this.request = request;
            this.values = values;
        }

        ColumnRow at(int newRow) {
            request.at(newRow);
            row = newRow;
            return this;
        }

        @Override
        Row request() {
            return request;
        }

        @Override
        double slot(int slot) {
            return values[slot][row];
        }

        @Override
        void set(int slot, double value) {
            values[slot][row] = value;
        }
    }

    @Override
    public String toString() {
        return "FeatureEngine" + views.keySet();
    }
}
