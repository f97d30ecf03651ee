package dev.keelson.features.internal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.DaysSinceCondition;
import dev.keelson.expression.Ewm;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FoldExpression;
import dev.keelson.expression.Grouped;
import dev.keelson.expression.Indicator;
import dev.keelson.expression.Lag;
import dev.keelson.expression.PairedAggregate;
import dev.keelson.expression.PiRating;
import dev.keelson.expression.Strength;
import dev.keelson.expression.Transitions;
import dev.keelson.expression.Window;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition.Unpivot;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.id.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled feature view: how its events come about, what is kept of them, how its features are read. Immutable. */
public final class ViewPlan {
    /** Changes when the same definition gives another state or another value. */
    private static final int CODE_VERSION = 1;

    /** Begins the keys of groups: a character that no data has in its keys. */
    static final String GROUP = "\u0001";

    private static final String MEANS = GROUP + "mean:";

    private final FeatureViewDefinition definition;
    private final SourceSchema source;
    private final List<Role> roles;
    private final List<Lane> lanes;
    private final int keptLanes;
    private final List<String> names;
    private final List<ColumnType> types;
    private final Fold[] folds;
    private final ConditionFold[] conditions;
    private final int firstConditionLane;
    private final PairEvents[] pairs;
    private final Part[] parts;
    private final int cells;
    private final boolean keepsEvents;
    private final int keepEvents;
    private final long keepMicros;
    private final long ttlMicros;
    private final String sha256;

    /** Where the events of a role take their key and columns from. */
    private record Role(String name, String key, Map<String, String> columns, Map<String, Expression> derived) {}

    /**
     * A fold over two sides and what it reads of a row.
     *
     * @param first the column of the first value: a result, or a count
     * @param second likewise; null when the fold reads none
     * @param group the column of the group, empty for one group of all, null when the fold has no groups
     */
    private record PairEvents(
            PairFold fold, String home, String away, String first, @Nullable String second, @Nullable String group) {}

    /**
     * A part of the key that groups windows.
     *
     * @param cell where a key keeps the name of its group
     */
    private record Part(String column, int cell) {}

    private ViewPlan(Compiler compiler) {
        this.definition = compiler.definition;
        this.source = compiler.source;
        this.roles = List.copyOf(compiler.roles);
        this.keptLanes = compiler.kept.size();
        this.firstConditionLane = keptLanes;
        List<Lane> all = new ArrayList<>(compiler.kept);
        all.addAll(compiler.conditionLanes);
        this.lanes = List.copyOf(all);
        this.names = List.copyOf(compiler.names);
        this.types = List.copyOf(compiler.types);
        this.folds = compiler.folds.toArray(Fold[]::new);
        this.conditions = compiler.conditions.toArray(ConditionFold[]::new);
        this.pairs = compiler.pairs.toArray(PairEvents[]::new);
        this.parts = compiler.parts.toArray(Part[]::new);
        this.cells = compiler.cells;
        this.keepsEvents = compiler.keepEvents > 0 || compiler.keepMicros > 0;
        this.keepEvents = compiler.keepEvents;
        this.keepMicros = compiler.keepMicros;
        this.ttlMicros = definition.ttl() == null ? Long.MAX_VALUE : Micros.of(definition.ttl());
        this.sha256 = compiler.sha256();
    }

    /**
     * Compiles a view.
     *
     * @param problems takes what is wrong
     * @return null when something is wrong
     */
    public static @Nullable ViewPlan compile(
            FeatureViewDefinition definition, SourceSchema source, List<Problem> problems) {
        Compiler compiler = new Compiler(definition, source);
        compiler.compile();
        problems.addAll(compiler.problems);
        return compiler.problems.isEmpty() ? new ViewPlan(compiler) : null;
    }

    public FeatureViewDefinition definition() {
        return definition;
    }

    public String name() {
        return definition.name();
    }

    public SourceSchema source() {
        return source;
    }

    /** The features' names, in order. */
    public List<String> names() {
        return names;
    }

    /** The features' types, in the same order: what the definition gives, before it is read as a number. */
    public List<ColumnType> types() {
        return types;
    }

    /** Hash of everything that its states and values depend on. */
    public String sha256() {
        return sha256;
    }

    /** The name under which its states are stored; another definition has another one. */
    public String storeName() {
        return name() + "@" + sha256.substring(0, 16);
    }

    private long fingerprint() {
        return Long.parseUnsignedLong(sha256.substring(0, 16), 16);
    }

    /** The state of a key without events. */
    public KeyState newState() {
        long[] initial = new long[cells];
        for (ConditionFold condition : conditions) {
            condition.initialise(initial);
        }
        for (PairEvents pair : pairs) {
            pair.fold().initialise(initial);
        }
        return new KeyState(keptLanes, initial);
    }

    /** The binary form of a state. */
    public byte[] encode(KeyState state) {
        return state.encode(fingerprint());
    }

    /**
     * Reads the binary form of a state.
     *
     * @throws KeelsonException if the bytes are not one of this view
     */
    public KeyState decode(byte[] bytes, String key) {
        return KeyState.decode(
                bytes, fingerprint(), keptLanes, cells, "the view (%s), key (%s)".formatted(name(), key));
    }

    /** Computes what this view needs of rows. */
    public Events events(SourceRows rows) {
        return new Events(rows);
    }

    /** Gives states that may be changed. */
    @FunctionalInterface
    public interface States {
        /** The state of the key with this number in {@link SourceRows#keys}; a new one when there is none yet. */
        KeyState of(int key);
    }

    /** Gives states that are only read. */
    @FunctionalInterface
    public interface Others {
        /** The state of a key, or null when there is none. */
        @Nullable KeyState of(String key);
    }

    /** Rows as this view sees them, to be applied one by one. Immutable. */
    public final class Events {
        private final EventBatch batch;

        private Events(SourceRows rows) {
            int n = rows.rows();
            int[][] keys = new int[roles.size()][];
            double[][] values = new double[roles.size()][n * lanes.size()];
            for (int r = 0; r < roles.size(); r++) {
                Role role = roles.get(r);
                keys[r] = keys(rows, role.key());
                Frame events = eventFrame(rows.frame(), role);
                for (int lane = 0; lane < lanes.size(); lane++) {
                    lanes.get(lane).write(events, values[r], lanes.size(), lane);
                }
            }
            EventBatch.Pairs[] read = new EventBatch.Pairs[pairs.length];
            for (int i = 0; i < pairs.length; i++) {
                read[i] = pairs(pairs[i], rows);
            }
            EventBatch.Parts[] groups = new EventBatch.Parts[parts.length];
            for (int i = 0; i < parts.length; i++) {
                groups[i] = parts(parts[i].column(), rows);
            }
            this.batch = new EventBatch(rows.eventTimes(), rows.knownAts(), keys, values, read, groups);
        }

        /** Applies a row to the states of the keys that it touches. */
        public void apply(int row, States states) {
            long eventTime = batch.eventTimes()[row];
            long knownAt = batch.knownAts()[row];
            for (int r = 0; r < batch.keys().length; r++) {
                int key = batch.keys()[r][row];
                if (key >= 0) {
                    KeyState state = states.of(key);
                    applyEvent(state, eventTime, knownAt, batch.values()[r], row * lanes.size());
                    for (int i = 0; i < parts.length; i++) { // then there is one role
                        EventBatch.Parts groups = batch.parts()[i];
                        state.cell(parts[i].cell(), groups.names()[row]);
                        KeyState group = states.of(groups.keys()[row]);
                        applyEvent(group, eventTime, knownAt, batch.values()[r], row * lanes.size());
                    }
                }
            }
            for (int i = 0; i < pairs.length; i++) {
                applyPair(pairs[i].fold(), batch.pairs()[i], row, states, eventTime, knownAt);
            }
        }
    }

    private static void applyPair(
            PairFold fold, EventBatch.Pairs pairs, int row, States states, long eventTime, long knownAt) {
        int home = pairs.home()[row];
        int away = pairs.away()[row];
        double first = pairs.first()[row];
        double second = pairs.second()[row];
        boolean grouped = pairs.groups().length > 0;
        // a row without result says nothing yet; a side cannot meet itself
        if (home < 0 || away < 0 || home == away || !fold.counts(first, second) || (grouped && pairs.groups()[row] < 0)) {
            return;
        }
        KeyState homeState = states.of(home);
        KeyState awayState = states.of(away);
        KeyState group = grouped ? states.of(pairs.groups()[row]) : null;
        fold.apply(homeState, awayState, group, eventTime, first, second);
        homeState.touch(eventTime, knownAt);
        awayState.touch(eventTime, knownAt);
        if (group != null) {
            group.touch(eventTime, knownAt);
        }
    }

    private void applyEvent(KeyState state, long eventTime, long knownAt, double[] values, int offset) {
        if (keepsEvents) {
            long horizon = keepMicros == 0 ? Long.MAX_VALUE : knownAt - keepMicros;
            state.push(eventTime, values, offset, keepEvents, horizon);
        }
        for (int i = 0; i < conditions.length; i++) {
            conditions[i].apply(state, eventTime, values[offset + firstConditionLane + i]);
        }
        state.touch(eventTime, knownAt);
    }

    /** The status that all features of a key share; PRESENT when each is to be read. */
    public FeatureStatus status(@Nullable KeyState state, long asOf) {
        if (state == null) {
            return FeatureStatus.NOT_FOUND;
        }
        return asOf - state.newestEvent() > ttlMicros ? FeatureStatus.STALE : FeatureStatus.PRESENT;
    }

    /**
     * The value of a feature, or the one NaN that Java writes: those of arithmetic differ in their bits.
     *
     * @param others the other keys' states at the same moment
     */
    public double read(int feature, KeyState state, long asOf, Others others) {
        double value = folds[feature].read(state, asOf, others);
        return Double.isNaN(value) ? Double.NaN : value;
    }

    private static Frame eventFrame(Frame rows, Role role) {
        Frame events = rows;
        for (Map.Entry<String, String> column : role.columns().entrySet()) {
            events = events.with(column.getKey(), rows.vector(column.getValue()));
        }
        for (Map.Entry<String, Expression> column : role.derived().entrySet()) {
            events = events.with(column.getKey(), column.getValue().evaluate(events));
        }
        return events;
    }

    private static int[] keys(SourceRows rows, String key) {
        return rows.keys().column(key, () -> Keys.of(rows.frame(), key));
    }

    private static EventBatch.Pairs pairs(PairEvents pair, SourceRows rows) {
        Frame frame = rows.frame();
        double[] first;
        double[] second;
        if (pair.fold() instanceof EloFold elo) {
            first = scores(frame.strings(pair.first()));
            double[] home = numbers(frame, elo.elo().homeGoals());
            double[] away = numbers(frame, elo.elo().awayGoals());
            second = new double[first.length];
            for (int row = 0; row < second.length; row++) {
                second[row] = Math.abs(home[row] - away[row]);
            }
        } else {
            first = numbers(frame, pair.first());
            second = numbers(frame, pair.second());
        }
        int[] groups = pair.group() == null ? new int[0] : groups(rows, pair.group());
        return new EventBatch.Pairs(keys(rows, pair.home()), keys(rows, pair.away()), groups, first, second);
    }

    /** Whether a key is that of a group, not of an entity. */
    public static boolean isGroup(String key) {
        return key.startsWith(GROUP);
    }

    /** The keys under which the means of groups are kept: no entity's key begins like them. */
    private static int[] groups(SourceRows rows, String column) {
        return rows.keys().column(MEANS + column, () -> {
            @Nullable String[] values =
                    column.isEmpty() ? new @Nullable String[rows.rows()] : Keys.of(rows.frame(), column);
            @Nullable String[] groups = new @Nullable String[values.length];
            for (int row = 0; row < groups.length; row++) {
                groups[row] = column.isEmpty() ? MEANS : values[row] == null ? null : MEANS + values[row];
            }
            return groups;
        });
    }

    /** Where the key is there, its parts are, too. */
    private static EventBatch.Parts parts(String column, SourceRows rows) {
        @Nullable String[] values = Keys.of(rows.frame(), column);
        Map<String, Long> nameByValue = new HashMap<>();
        long[] names = new long[values.length];
        @Nullable String[] keys = new @Nullable String[values.length];
        for (int row = 0; row < keys.length; row++) {
            String value = values[row];
            if (value != null) {
                names[row] = nameByValue.computeIfAbsent(value, part -> GroupedFold.name(column, part));
                keys[row] = GroupedFold.key(names[row]);
            }
        }
        return new EventBatch.Parts(rows.keys().column(GROUP + "by:" + column, () -> keys), names);
    }

    private static double[] scores(Vector.Strings results) {
        double[] scores = new double[results.size()];
        for (int row = 0; row < scores.length; row++) {
            String result = results.values()[row];
            scores[row] = result == null
                    ? Double.NaN
                    : switch (result) {
                        case "H" -> 1;
                        case "D" -> 0.5;
                        case "A" -> 0;
                        default -> Double.NaN;
                    };
        }
        return scores;
    }

    /** A column as numbers; NaN where it is missing, and everywhere without a column. */
    private static double[] numbers(Frame rows, @Nullable String column) {
        double[] numbers = new double[rows.rows()];
        Vector vector = column == null ? null : rows.vector(column);
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = switch (vector) {
                case Vector.Doubles doubles -> doubles.orNaN(row);
                case Vector.Longs longs -> longs.isNull(row) ? Double.NaN : longs.values()[row];
                case Vector.Booleans _, Vector.Strings _ -> Double.NaN;
                case null -> Double.NaN;
            };
        }
        return numbers;
    }

    /** Reads a definition and collects what is wrong with it. */
    private static final class Compiler {
        private final FeatureViewDefinition definition;
        private final SourceSchema source;
        private final List<Problem> problems = new ArrayList<>();
        private final List<Role> roles = new ArrayList<>();
        private final List<Lane> kept = new ArrayList<>();
        private final List<Lane> conditionLanes = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<ColumnType> types = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();
        private final List<Fold> folds = new ArrayList<>();
        private final List<ConditionFold> conditions = new ArrayList<>();
        private final List<PairEvents> pairs = new ArrayList<>();
        private final List<Part> parts = new ArrayList<>();
        private int cells;
        private int keepEvents;
        private long keepMicros;

        Compiler(FeatureViewDefinition definition, SourceSchema source) {
            this.definition = definition;
            this.source = source;
        }

        void compile() {
            Schema events = events();
            if (events == null) {
                return;
            }
            if (definition.features().isEmpty()) {
                problem(
                        ErrorCode.MISSING_KEY,
                        definition.location(),
                        "The feature view (%s) has no features.".formatted(definition.name()),
                        "Maybe `features:` is missing.");
            }
            for (FeatureDefinition feature : definition.features()) {
                try {
                    FoldExpression fold = latest(FoldExpression.parse(feature.text(), events));
                    for (String name : fold.names(feature.name())) {
                        if (names.contains(name)) {
                            problem(
                                    ErrorCode.DUPLICATE_KEY,
                                    feature.text().location(),
                                    "The feature (%s) of the view (%s) is defined twice."
                                            .formatted(name, definition.name()),
                                    null);
                        }
                        names.add(name);
                        types.add(fold.type());
                        texts.add(fold.text());
                    }
                    add(feature, fold);
                } catch (KeelsonException e) {
                    problems.addAll(e.problems());
                }
            }
        }

        /** The columns of an event; also finds the roles. */
        private @Nullable Schema events() {
            Unpivot unpivot = definition.unpivot();
            String key = definition.key();
            if (unpivot == null) {
                if (key != null && isKey(key, definition.location())) {
                    roles.add(new Role("", key, Map.of(), Map.of()));
                }
                return problems.isEmpty() ? source.schema() : null;
            }
            if (key != null) {
                problem(
                        ErrorCode.BAD_VALUE,
                        definition.location(),
                        "The feature view (%s) has a key (%s) and is unpivoted; one of the two was expected."
                                .formatted(definition.name(), key),
                        "Maybe `key` can be left out.");
            }
            if (unpivot.keyByRole().isEmpty()) {
                problem(
                        ErrorCode.MISSING_KEY,
                        definition.location(),
                        "The unpivoted feature view (%s) has no roles.".formatted(definition.name()),
                        "Maybe `%s: { home: ..., away: ... }` is missing.".formatted(unpivot.entityColumn()));
                return null;
            }
            return unpivoted(unpivot);
        }

        private @Nullable Schema unpivoted(Unpivot unpivot) {
            List<Column> columns = new ArrayList<>(source.schema().columns());
            List<String> roleNames = List.copyOf(unpivot.keyByRole().keySet());
            Map<String, Map<String, String>> byRole = new LinkedHashMap<>();
            for (String role : roleNames) {
                String key = unpivot.keyByRole().get(role);
                if (key != null) {
                    isKey(key, definition.location());
                    byRole.put(role, new LinkedHashMap<>(Map.of(unpivot.entityColumn(), key)));
                }
            }
            addColumn(columns, unpivot.entityColumn(), byRole, definition.location());
            for (Map.Entry<String, Map<String, String>> column :
                    unpivot.columns().entrySet()) {
                if (!List.copyOf(column.getValue().keySet()).containsAll(roleNames)
                        || column.getValue().size() != roleNames.size()) {
                    problem(
                            ErrorCode.BAD_VALUE,
                            definition.location(),
                            "The event column (%s) of the view (%s) has the roles %s; %s were expected."
                                    .formatted(
                                            column.getKey(),
                                            definition.name(),
                                            column.getValue().keySet(),
                                            roleNames),
                            null);
                    continue;
                }
                column.getValue()
                        .forEach((role, from) ->
                                byRole.getOrDefault(role, new LinkedHashMap<>()).put(column.getKey(), from));
                addColumn(columns, column.getKey(), byRole, definition.location());
            }
            if (!problems.isEmpty()) {
                return null;
            }
            Map<String, Expression> derived = new LinkedHashMap<>();
            for (Map.Entry<String, Located> column : unpivot.derive().entrySet()) {
                try {
                    Expression expression = Expression.parse(column.getValue(), new Schema(columns));
                    derived.put(column.getKey(), expression);
                    columns.add(new Column(column.getKey(), expression.type()));
                    if (columns.stream().map(Column::name).distinct().count() != columns.size()) {
                        columns.removeLast();
                        nameTaken(column.getKey(), column.getValue().location());
                    }
                } catch (KeelsonException e) {
                    problems.addAll(e.problems());
                }
            }
            for (String role : roleNames) {
                String key = unpivot.keyByRole().get(role);
                if (key != null) {
                    roles.add(new Role(role, key, byRole.getOrDefault(role, new LinkedHashMap<>()), derived));
                }
            }
            return problems.isEmpty() ? new Schema(columns) : null;
        }

        /** Adds an event column whose type all roles agree upon. */
        private void addColumn(
                List<Column> columns,
                String name,
                Map<String, Map<String, String>> byRole,
                @Nullable Location location) {
            if (columns.stream().anyMatch(column -> column.name().equals(name))) {
                nameTaken(name, location);
                return;
            }
            ColumnType type = null;
            for (Map<String, String> ofRole : byRole.values()) {
                String from = ofRole.get(name);
                if (from == null || !isColumn(from, location)) {
                    return;
                }
                ColumnType found = source.schema().column(from).type();
                if (type != null && found != type) {
                    problem(
                            ErrorCode.BAD_VALUE,
                            location,
                            "The event column (%s) of the view (%s) is %s for one role and %s for another."
                                    .formatted(name, definition.name(), type, found),
                            "Maybe the type of a source column should be declared.");
                    return;
                }
                type = found;
            }
            if (type != null) {
                columns.add(new Column(name, type));
            }
        }

        private void nameTaken(String name, @Nullable Location location) {
            problem(
                    ErrorCode.DUPLICATE_KEY,
                    location,
                    "The event column (%s) of the view (%s) has the name of another column of its events."
                            .formatted(name, definition.name()),
                    "Maybe another name will do: the columns of the source can be read by their own names.");
        }

        /** Whether a key is made of columns that can hold keys. */
        private boolean isKey(String key, @Nullable Location location) {
            boolean all = true;
            for (String column : Keys.columns(key)) {
                all &= isKeyColumn(column, location);
            }
            return all;
        }

        private boolean isKeyColumn(String column, @Nullable Location location) {
            if (!isColumn(column, location)) {
                return false;
            }
            if (!Keys.canBe(source.schema().column(column).type())) {
                problem(
                        ErrorCode.BAD_VALUE,
                        location,
                        "The key (%s) of the view (%s) is %s; a text, a whole number or a date was expected."
                                .formatted(
                                        column,
                                        definition.name(),
                                        source.schema().column(column).type()),
                        "Maybe its type should be declared in the source.");
                return false;
            }
            return true;
        }

        private boolean isColumn(String column, @Nullable Location location) {
            if (!source.schema().contains(column)) {
                problem(
                        ErrorCode.UNKNOWN_REFERENCE,
                        location,
                        "The source (%s) has no column (%s), which the view (%s) names."
                                .formatted(source.name(), column, definition.name()),
                        Suggestion.sentence(column, source.schema().names()).orElse(null));
                return false;
            }
            return true;
        }

        /** A column alone is its value in the newest event. */
        private static FoldExpression latest(FoldExpression fold) {
            return fold instanceof FoldExpression.RequestExpression plain
                            && plain.expression().isColumn()
                            && Lane.isNumeric(plain.type())
                    ? new FoldExpression.Aggregate(
                            FoldExpression.Aggregate.Function.LAST, plain.expression(), new Window.LastEvents(1))
                    : fold;
        }

        private void add(FeatureDefinition feature, FoldExpression fold) {
            Location location = feature.text().location();
            boolean needsKey = switch (fold) {
                case FoldExpression.Aggregate aggregate -> addAggregate(aggregate, location);
                case PairedAggregate paired -> {
                    Lane first = new Lane(paired.first(), Lane.Kind.NUMBER);
                    Lane second = new Lane(paired.second(), Lane.Kind.NUMBER);
                    int firstLane = keep(first, paired.window());
                    int secondLane = keep(second, paired.window());
                    yield folds.add(new PairedFold(
                            paired.function(), firstLane, paired.otherKey(), secondLane, Span.of(paired.window())));
                }
                case Grouped grouped -> {
                    int from = folds.size();
                    add(feature, grouped.fold());
                    int cell = part(grouped.column(), location);
                    folds.subList(from, folds.size()).replaceAll(ofGroup -> new GroupedFold(ofGroup, cell));
                    yield false; // the fold within has said so
                }
                case Ewm ewm -> {
                    int lane = keep(new Lane(ewm.argument(), Lane.Kind.NUMBER), ewm.window());
                    yield folds.add(EwmFold.of(lane, ewm.halfLife(), Span.of(ewm.window())));
                }
                case Lag lag -> {
                    int lane = keep(new Lane(lag.argument(), Lane.Kind.NUMBER), new Window.LastEvents(lag.n()));
                    yield folds.add(new LagFold(lane, lag.n()));
                }
                case Indicator indicator -> {
                    int events = indicator.events();
                    int lane =
                            keep(new Lane(indicator.argument(), Lane.Kind.NUMBER), new Window.LastEvents(events));
                    for (int output = 0; output < indicator.names("").size(); output++) {
                        folds.add(new IndicatorFold(indicator, output, lane, events));
                    }
                    yield true;
                }
                case Transitions transitions -> {
                    int lane = keep(new Lane(transitions.position(), Lane.Kind.NUMBER), transitions.window());
                    int states = transitions.states().size();
                    int from = transitions.from() == null ? -1 : transitions.states().indexOf(transitions.from());
                    Span span = Span.of(transitions.window());
                    for (int target = 0; target < states; target++) {
                        folds.add(new TransitionsFold(lane, states, target, from, transitions.smoothing(), span));
                    }
                    yield true;
                }
                case FoldExpression.Streak streak -> addCondition(new StreakFold(cells++), streak.condition());
                case DaysSinceCondition since -> addCondition(new DaysSinceConditionFold(cells++), since.condition());
                case FoldExpression.DaysSinceLastEvent days -> folds.add(new DaysSinceLastEventFold());
                case FoldExpression.Elo elo -> {
                    if (readable("elo", elo.columns())) {
                        EloFold rating = new EloFold(elo, cells);
                        cells += EloFold.CELLS;
                        pairs.add(new PairEvents(rating, elo.home(), elo.away(), elo.result(), null, null));
                        folds.add(rating);
                    }
                    yield keys(elo.home(), elo.away());
                }
                case PiRating pi -> {
                    if (readable("pi_rating", pi.columns())) {
                        PiRatingFold rating = new PiRatingFold(pi, cells);
                        folds.add(new PiRatingFold.Reading(cells));
                        folds.add(new PiRatingFold.Reading(cells + 1));
                        cells += PiRatingFold.CELLS;
                        pairs.add(new PairEvents(rating, pi.home(), pi.away(), pi.homeGoals(), pi.awayGoals(), null));
                    }
                    yield keys(pi.home(), pi.away());
                }
                case Strength strength -> {
                    if (readable("strength", strength.columns())) {
                        StrengthFold rating = new StrengthFold(strength, cells);
                        cells += StrengthFold.CELLS;
                        folds.add(new StrengthFold.Reading(rating, true));
                        folds.add(new StrengthFold.Reading(rating, false));
                        String group = strength.group() == null ? "" : strength.group();
                        pairs.add(new PairEvents(
                                rating,
                                strength.home(),
                                strength.away(),
                                strength.homeCount(),
                                strength.awayCount(),
                                group));
                    }
                    yield keys(strength.home(), strength.away());
                }
                case FoldExpression.RequestTransform transform -> atRequest(feature);
                case FoldExpression.RequestExpression expression -> atRequest(feature);
            };
            if (needsKey && roles.isEmpty()) {
                problem(
                        ErrorCode.MISSING_KEY,
                        definition.location(),
                        "The feature (%s) of the view (%s) needs a key.".formatted(feature.name(), definition.name()),
                        "Maybe `key: <column>` is missing, or `unpivot`.");
            }
        }

        /** The cell that holds the group of a key by one of its parts. */
        private int part(String column, @Nullable Location location) {
            for (Part part : parts) {
                if (part.column().equals(column)) {
                    return part.cell();
                }
            }
            List<String> columns = definition.key() == null ? List.of() : Keys.columns(definition.key());
            if (!columns.contains(column) || columns.size() < 2) {
                problem(
                        ErrorCode.BAD_VALUE,
                        location,
                        "The column (%s) groups a window of the view (%s), but is not one of several that make up its key%s."
                                .formatted(column, definition.name(), columns.isEmpty() ? "" : " " + columns),
                        "Maybe a view with the key (%s) was meant.".formatted(column));
            }
            parts.add(new Part(column, cells++));
            return parts.getLast().cell();
        }

        private boolean atRequest(FeatureDefinition feature) {
            problem(
                    ErrorCode.EXPRESSION_TYPE,
                    feature.text().location(),
                    ("The feature (%s) of the view (%s) is computed from one row;"
                                    + " an aggregate over past events was expected.")
                            .formatted(feature.name(), definition.name()),
                    "Maybe `last(...) over last event` was meant; expressions over the request stand in the model's"
                            + " features.");
            return false;
        }

        private boolean addAggregate(FoldExpression.Aggregate aggregate, @Nullable Location location) {
            Lane.Kind kind = switch (aggregate.function()) {
                case COUNT -> Lane.Kind.PRESENCE;
                case DISTINCT -> Lane.Kind.IDENTITY;
                case SUM,
                        MEAN,
                        STD,
                        MIN,
                        MAX,
                        LAST,
                        FIRST,
                        RATE,
                        MEDIAN,
                        MOMENTUM,
                        PCT_CHANGE,
                        ZSCORE,
                        VOLATILITY -> Lane.Kind.NUMBER;
            };
            if (kind == Lane.Kind.NUMBER && !Lane.isNumeric(aggregate.argument().type())) {
                problem(
                        ErrorCode.EXPRESSION_TYPE,
                        location,
                        "The argument of %s is %s; a number or a condition was expected."
                                .formatted(
                                        aggregate.function().text(),
                                        aggregate.argument().type()),
                        "Maybe `distinct(...)` was meant.");
                return true;
            }
            int lane = keep(new Lane(aggregate.argument(), kind), aggregate.window());
            return folds.add(new AggregateFold(aggregate.function(), lane, Span.of(aggregate.window())));
        }

        /** Keeps a value of the events of a window. */
        private int keep(Lane lane, Window window) {
            Span span = Span.of(window);
            keepEvents = Math.max(keepEvents, span.lastEvents());
            keepMicros = Math.max(keepMicros, span.micros());
            return index(kept, lane);
        }

        private boolean addCondition(ConditionFold fold, Expression condition) {
            conditionLanes.add(new Lane(condition, Lane.Kind.NUMBER));
            conditions.add(fold);
            return folds.add(fold);
        }

        /** Whether a fold over the two sides of a row reads columns of the source alone. */
        private boolean readable(String fold, List<String> columns) {
            List<String> unreadable = columns.stream()
                    .filter(column -> !source.schema().contains(column))
                    .toList();
            if (!unreadable.isEmpty()) {
                problem(
                        ErrorCode.UNKNOWN_REFERENCE,
                        definition.location(),
                        "%s of the view (%s) reads %s, which are not columns of the source (%s)."
                                .formatted(fold, definition.name(), unreadable, source.name()),
                        "Maybe the columns before `unpivot` were meant.");
            }
            return unreadable.isEmpty();
        }

        /** Checks the keys of the two sides. Such a fold needs no key of the view. */
        private boolean keys(String home, String away) {
            if (source.schema().contains(home) && source.schema().contains(away)) {
                isKey(home, definition.location());
                isKey(away, definition.location());
            }
            return false;
        }

        private static int index(List<Lane> lanes, Lane lane) {
            int index = lanes.indexOf(lane);
            if (index < 0) {
                lanes.add(lane);
                return lanes.size() - 1;
            }
            return index;
        }

        private void problem(ErrorCode code, @Nullable Location location, String message, @Nullable String hint) {
            problems.add(Problem.at(code, location, message, hint));
        }

        String sha256() {
            Sha256 hash = new Sha256();
            hash.add((long) CODE_VERSION)
                    .add(definition.name())
                    .add(definition.entity())
                    .add(source.name());
            hash.add((long) roles.size());
            for (Role role : roles) {
                hash.add(role.name()).add(role.key());
                hash.add((long) role.columns().size());
                role.columns().forEach((column, from) -> hash.add(column).add(from));
                hash.add((long) role.derived().size());
                role.derived().forEach((column, expression) -> hash.add(column).add(expression.text()));
            }
            hash.add((long) names.size());
            for (int i = 0; i < names.size(); i++) {
                hash.add(names.get(i)).add(texts.get(i));
            }
            hash.add(definition.ttl() == null ? -1L : Micros.of(definition.ttl()));
            return hash.hex();
        }
    }

    @Override
    public String toString() {
        return name() + Arrays.toString(folds);
    }
}
