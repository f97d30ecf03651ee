package dev.keelson.features;

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
import dev.keelson.features.FeatureColumn.Origin;
import dev.keelson.features.FeatureService.DeriveStep;
import dev.keelson.features.FeatureService.Group;
import dev.keelson.features.FeatureService.RequestStep;
import dev.keelson.features.FeatureService.StateSlot;
import dev.keelson.features.internal.Keys;
import dev.keelson.features.internal.ViewPlan;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.id.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a service definition; collects all that is wrong with it.
 *
 * <p>Slots are numbered in the order in which they are met; those of state, request and derived values share one
 * numbering. State slots that only derived values need are filled but not put out.
 */
final class ServiceCompiler {
    private static final Pattern SELECTOR =
            Pattern.compile("(%1$s)\\.(?:(%1$s)\\.)?(%1$s|\\*)".formatted("[\\p{L}_][\\p{L}\\p{N}_]*"));

    final FeatureServiceDefinition definition;
    final SourceSchema source;
    final List<FeatureColumn> columns = new ArrayList<>();
    final List<Group> groups = new ArrayList<>();
    final List<StateSlot> stateSlots = new ArrayList<>();
    final List<RequestStep> requestSteps = new ArrayList<>();
    final List<DeriveStep> deriveSteps = new ArrayList<>();

    private final Map<String, ViewPlan> views;
    private final Map<String, String> entityKeys;
    private final List<Problem> problems = new ArrayList<>();
    /** Name to its state, selected or not: {@code role.view.feature}, and {@code view.feature} where it is clear. */
    private final Map<String, StateSlot> available = new LinkedHashMap<>();

    private final Map<String, FeatureColumn> describedAs = new LinkedHashMap<>();
    private final List<Output> selected = new ArrayList<>();
    private final List<FoldExpression> requestFolds = new ArrayList<>();
    private final Map<String, Expression> derived = new LinkedHashMap<>();
    private Schema deriveSchema = new Schema(List.of());

    /** An output before slots are numbered. */
    private sealed interface Output {
        record OfState(StateSlot slot) implements Output {}

        record OfRequest(int fold, int value) implements Output {}

        record OfDerived(String name) implements Output {}
    }

    ServiceCompiler(
            FeatureServiceDefinition definition,
            SourceSchema source,
            Map<String, ViewPlan> views,
            Map<String, String> entityKeys) {
        this.definition = definition;
        this.source = source;
        this.views = views;
        this.entityKeys = entityKeys;
    }

    FeatureService compile() {
        findAvailable();
        for (Located text : definition.features()) {
            select(text);
        }
        derive();
        if (columns.isEmpty() && problems.isEmpty()) {
            problem(
                    ErrorCode.MISSING_KEY,
                    null,
                    "The model (%s) has no features.".formatted(definition.name()),
                    "Maybe `features:` is missing.");
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        numberSlots();
        return new FeatureService(this);
    }

    private void findAvailable() {
        Map<String, Integer> rolesOfView = new LinkedHashMap<>();
        definition
                .entities()
                .forEach((role, keys) -> keys.forEach((key, column) -> {
                    if (!isKey(role, column)) {
                        return;
                    }
                    problems.addAll(OwnOutcomeCheck.problems(
                            "the role (%s) of the model (%s)".formatted(role, definition.name()),
                            Located.of(column),
                            Keys.columns(column),
                            source));
                    boolean found = entityKeys.containsKey(key) || entityKeys.containsValue(key);
                    for (ViewPlan view : views.values()) {
                        String entity = view.definition().entity();
                        if (!key.equals(entity) && !key.equals(entityKeys.get(entity))) {
                            continue;
                        }
                        int group = groups.size();
                        groups.add(Group.of(view, role, column, source.schema()));
                        rolesOfView.merge(view.name(), 1, Integer::sum);
                        for (int feature = 0; feature < view.names().size(); feature++) {
                            String plain = view.name() + "." + view.names().get(feature);
                            addAvailable(role + "." + plain, role, view, feature, new StateSlot(group, feature));
                        }
                    }
                    if (!found) {
                        problem(
                                ErrorCode.UNKNOWN_REFERENCE,
                                null,
                                "The role (%s) of the model (%s) names the entity key (%s); the keys are %s."
                                        .formatted(role, definition.name(), key, entityKeys.values()),
                                Suggestion.sentence(key, entityKeys.values()).orElse(null));
                    }
                }));
        for (Group group : List.copyOf(groups)) {
            if (rolesOfView.getOrDefault(group.view().name(), 0) == 1) {
                for (int feature = 0; feature < group.view().names().size(); feature++) {
                    String plain =
                            group.view().name() + "." + group.view().names().get(feature);
                    addAvailable(
                            plain, group.role(), group.view(), feature, new StateSlot(groups.indexOf(group), feature));
                }
            }
        }
    }

    /** Whether the columns that make up a key are there and can hold keys. */
    private boolean isKey(String role, String key) {
        boolean all = true;
        for (String column : Keys.columns(key)) {
            if (!source.schema().contains(column)) {
                problem(
                        ErrorCode.UNKNOWN_REFERENCE,
                        null,
                        "The role (%s) of the model (%s) names the column (%s), which the source (%s) lacks."
                                .formatted(role, definition.name(), column, source.name()),
                        Suggestion.sentence(column, source.schema().names()).orElse(null));
                all = false;
                continue;
            }
            ColumnType type = source.schema().column(column).type();
            if (!Keys.canBe(type)) {
                problem(
                        ErrorCode.BAD_VALUE,
                        null,
                        "The key (%s) of the role (%s) is %s; a text, a whole number or a date was expected."
                                .formatted(column, role, type),
                        null);
                all = false;
            }
        }
        return all;
    }

    private void addAvailable(String name, String role, ViewPlan view, int feature, StateSlot slot) {
        if (available.putIfAbsent(name, slot) == null) {
            describedAs.put(
                    name,
                    new FeatureColumn(
                            name, Origin.STATE, role, view.name(), view.names().get(feature)));
        }
    }

    private void select(Located text) {
        Matcher selector = SELECTOR.matcher(text.text().strip());
        if (!source.schema().contains(text.text().strip()) && selector.matches()) {
            selectState(text, selector);
        } else {
            selectRequest(text);
        }
    }

    private void selectState(Located text, Matcher selector) {
        String name = selector.group();
        if (!name.endsWith("*")) {
            StateSlot slot = available.get(name);
            FeatureColumn column = describedAs.get(name);
            if (slot == null || column == null) {
                unknownSelector(text, selector);
            } else {
                output(column, new Output.OfState(slot), text);
            }
            return;
        }
        String prefix = name.substring(0, name.length() - 1);
        int segments = prefix.split("\\.").length + 1;
        boolean any = false;
        for (Map.Entry<String, FeatureColumn> entry : List.copyOf(describedAs.entrySet())) {
            StateSlot slot = available.get(entry.getKey());
            if (slot != null
                    && entry.getKey().startsWith(prefix)
                    && entry.getKey().split("\\.").length == segments) {
                any = true;
                output(entry.getValue(), new Output.OfState(slot), text);
            }
        }
        if (!any) {
            unknownSelector(text, selector);
        }
    }

    private void unknownSelector(Located text, Matcher selector) {
        boolean withRole = selector.group(2) != null;
        String view = withRole ? selector.group(2) : selector.group(1);
        String message;
        String hint;
        if (withRole && !definition.entities().containsKey(selector.group(1))) {
            message = "The model (%s) has no role (%s); its roles are %s."
                    .formatted(
                            definition.name(),
                            selector.group(1),
                            definition.entities().keySet());
            hint = Suggestion.sentence(selector.group(1), definition.entities().keySet())
                    .orElse(null);
        } else if (!views.containsKey(view)) {
            message = "There is no feature view (%s); there are %s.".formatted(view, views.keySet());
            hint = Suggestion.sentence(view, views.keySet()).orElse(null);
        } else if (!withRole
                && groups.stream().noneMatch(group -> group.view().name().equals(view))) {
            message = "No role of the model (%s) has the entity of the view (%s).".formatted(definition.name(), view);
            hint = "Maybe a role is missing among its entities.";
        } else if (!withRole
                && groups.stream()
                                .filter(group -> group.view().name().equals(view))
                                .count()
                        > 1) {
            message = "The view (%s) is read for several roles of the model (%s); one must be named."
                    .formatted(view, definition.name());
            hint = "Maybe `%s.%s` was meant."
                    .formatted(definition.entities().keySet().iterator().next(), selector.group());
        } else {
            message = "There is no feature (%s) in the model (%s).".formatted(selector.group(), definition.name());
            hint = Suggestion.sentence(selector.group(), available.keySet()).orElse(null);
        }
        problem(ErrorCode.UNKNOWN_REFERENCE, text.location(), message, hint);
    }

    private void selectRequest(Located text) {
        FoldExpression fold;
        try {
            fold = FoldExpression.parse(text, source.schema());
        } catch (KeelsonException e) {
            problems.addAll(e.problems());
            return;
        }
        if (!fold.atRequest()) {
            problem(
                    ErrorCode.EXPRESSION_TYPE,
                    text.location(),
                    ("The feature (%s) of the model (%s) is computed from past events;"
                                    + " such features belong to a feature view.")
                            .formatted(text.text(), definition.name()),
                    "Maybe it should be moved to `feature_views`, and be selected by its name.");
            return;
        }
        checkOwnOutcome(text.text(), text, fold.columns());
        int index = requestFolds.size();
        requestFolds.add(fold);
        switch (fold) {
            case FoldExpression.RequestTransform transform -> {
                for (int value = 0; value < transform.outputs().size(); value++) {
                    String name = transform.outputs().get(value);
                    output(
                            new FeatureColumn(name, Origin.REQUEST, null, null, null),
                            new Output.OfRequest(index, value),
                            text);
                }
            }
            case FoldExpression.RequestExpression expression -> {
                if (isFeature(expression.type(), text)) {
                    String name = expression.expression().isColumn()
                            ? expression.columns().getFirst()
                            : expression.text();
                    boolean category = expression.type() == ColumnType.STRING;
                    output(
                            new FeatureColumn(name, Origin.REQUEST, null, null, null, category),
                            new Output.OfRequest(index, 0),
                            text);
                }
            }
            case FoldExpression.Aggregate fromEvents -> throw notAtRequest(fromEvents);
            case PairedAggregate fromEvents -> throw notAtRequest(fromEvents);
            case Grouped fromEvents -> throw notAtRequest(fromEvents);
            case Ewm fromEvents -> throw notAtRequest(fromEvents);
            case Lag fromEvents -> throw notAtRequest(fromEvents);
            case Indicator fromEvents -> throw notAtRequest(fromEvents);
            case Transitions fromEvents -> throw notAtRequest(fromEvents);
            case FoldExpression.Streak fromEvents -> throw notAtRequest(fromEvents);
            case FoldExpression.DaysSinceLastEvent fromEvents -> throw notAtRequest(fromEvents);
            case DaysSinceCondition fromEvents -> throw notAtRequest(fromEvents);
            case FoldExpression.Elo fromEvents -> throw notAtRequest(fromEvents);
            case PiRating fromEvents -> throw notAtRequest(fromEvents);
            case Strength fromEvents -> throw notAtRequest(fromEvents);
        }
    }

    private static IllegalStateException notAtRequest(FoldExpression fold) {
        return new IllegalStateException("The fold (%s) must not be computed at request time.".formatted(fold.text()));
    }

    private boolean isFeature(ColumnType type, Located text) {
        boolean feature = switch (type) {
            case DOUBLE, LONG, BOOLEAN, STRING -> true;
            case DATE, TIMESTAMP -> false;
        };
        if (!feature) {
            problem(
                    ErrorCode.EXPRESSION_TYPE,
                    text.location(),
                    "The feature (%s) of the model (%s) is %s; a number, a condition or a text was expected."
                            .formatted(text.text(), definition.name(), type),
                    "Maybe a comparison or a `case` was meant.");
        }
        return feature;
    }

    private void checkOwnOutcome(String feature, Located text, Collection<String> columnsRead) {
        problems.addAll(OwnOutcomeCheck.problems(
                "the feature (%s) of the model (%s)".formatted(feature, definition.name()), text, columnsRead, source));
    }

    private void derive() {
        List<Column> known = new ArrayList<>(source.schema().columns());
        for (String name : available.keySet()) {
            addDouble(known, name);
        }
        for (FeatureColumn column : columns) {
            if (!column.category()) { // its number is none to reckon with
                addDouble(known, column.name());
            }
        }
        for (Map.Entry<String, Located> entry : definition.derive().entrySet()) {
            String name = entry.getKey();
            Located text = entry.getValue();
            if (known.stream().anyMatch(column -> column.name().equals(name))) {
                problem(
                        ErrorCode.DUPLICATE_KEY,
                        text.location(),
                        "The derived feature (%s) of the model (%s) has the name of another feature or column."
                                .formatted(name, definition.name()),
                        "Maybe another name will do.");
                continue;
            }
            try {
                Expression expression = Expression.parse(text, new Schema(known));
                checkOwnOutcome(name, text, expression.columns());
                if (isFeature(expression.type(), text)) {
                    derived.put(name, expression);
                    boolean category = expression.type() == ColumnType.STRING;
                    output(
                            new FeatureColumn(name, Origin.DERIVED, null, null, null, category),
                            new Output.OfDerived(name),
                            text);
                    if (!category) {
                        addDouble(known, name);
                    }
                }
            } catch (KeelsonException e) {
                problems.addAll(e.problems());
            }
        }
        deriveSchema = new Schema(known);
    }

    private static void addDouble(List<Column> columns, String name) {
        if (columns.stream().noneMatch(column -> column.name().equals(name))) {
            columns.add(new Column(name, ColumnType.DOUBLE));
        }
    }

    private void output(FeatureColumn column, Output output, Located text) {
        if (columns.stream().anyMatch(known -> known.name().equals(column.name()))) {
            problem(
                    ErrorCode.DUPLICATE_KEY,
                    text.location(),
                    "The model (%s) has the feature (%s) twice.".formatted(definition.name(), column.name()),
                    "Maybe one of the selectors can be left out.");
            return;
        }
        columns.add(column);
        selected.add(output);
    }

    /** State first, then the request's values, then derived ones. */
    private void numberSlots() {
        for (Output output : selected) {
            if (output instanceof Output.OfState(StateSlot slot)) {
                addStateSlot(slot);
            }
        }
        for (Expression expression : derived.values()) {
            for (String column : expression.columns()) {
                StateSlot slot = source.schema().contains(column) ? null : available.get(column);
                if (slot != null) {
                    addStateSlot(slot);
                }
            }
        }
        int next = stateSlots.size();
        for (FoldExpression fold : requestFolds) {
            if (fold instanceof FoldExpression.RequestTransform transform) {
                requestSteps.add(new RequestStep(
                        null, transform, next, transform.outputs().size()));
                next += transform.outputs().size();
            } else if (fold instanceof FoldExpression.RequestExpression expression) {
                requestSteps.add(new RequestStep(expression.expression(), null, next, 1));
                next++;
            }
        }
        for (Expression expression : derived.values()) {
            deriveSteps.add(new DeriveStep(expression, next++));
        }
    }

    private void addStateSlot(StateSlot slot) {
        if (!stateSlots.contains(slot)) {
            stateSlots.add(slot);
        }
    }

    /** The groups of which at least one feature is read. */
    private List<Group> usedGroups() {
        List<Group> used = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            int group = i;
            if (stateSlots.stream().anyMatch(slot -> slot.group() == group)) {
                used.add(groups.get(i));
            }
        }
        return used;
    }

    int slots() {
        int transformed = requestSteps.stream().mapToInt(RequestStep::count).sum();
        return stateSlots.size() + transformed + deriveSteps.size();
    }

    int[] outputs() {
        int[] slots = new int[selected.size()];
        List<String> derivedNames = List.copyOf(derived.keySet());
        for (int i = 0; i < slots.length; i++) {
            slots[i] = switch (selected.get(i)) {
                case Output.OfState state -> stateSlots.indexOf(state.slot());
                case Output.OfRequest request ->
                    requestSteps.get(request.fold()).firstSlot() + request.value();
                case Output.OfDerived value ->
                    deriveSteps.get(derivedNames.indexOf(value.name())).slot();
            };
        }
        return slots;
    }

    int[] slotOfColumn() {
        List<Column> all = deriveSchema.columns();
        int[] outputs = outputs();
        int[] slots = new int[all.size() - source.schema().columns().size()];
        Arrays.fill(slots, -1);
        for (int i = 0; i < slots.length; i++) {
            String name = all.get(source.schema().columns().size() + i).name();
            StateSlot state = available.get(name);
            if (state != null) {
                slots[i] = stateSlots.indexOf(state);
                continue;
            }
            for (int output = 0; output < columns.size(); output++) {
                if (columns.get(output).name().equals(name)) {
                    slots[i] = outputs[output];
                }
            }
        }
        return slots;
    }

    List<String> requestColumns() {
        Set<String> read = new LinkedHashSet<>();
        usedGroups().forEach(group -> read.addAll(group.template().columns()));
        requestFolds.forEach(fold -> read.addAll(fold.columns()));
        derived.values().forEach(expression -> read.addAll(expression.columns()));
        return source.schema().names().stream().filter(read::contains).toList();
    }

    String sha256() {
        Sha256 hash = new Sha256();
        hash.add(source.name());
        hash.add((long) usedGroups().size());
        for (Group group : usedGroups()) {
            hash.add(group.view().sha256()).add(group.role()).add(group.keyColumn());
        }
        hash.add((long) requestFolds.size());
        requestFolds.forEach(fold -> hash.add(fold.text()));
        hash.add((long) derived.size());
        derived.forEach((name, expression) -> hash.add(name).add(expression.text()));
        hash.add((long) columns.size());
        columns.forEach(column -> hash.add(column.name()));
        return hash.hex();
    }

    private void problem(ErrorCode code, @Nullable Location location, String message, @Nullable String hint) {
        problems.add(Problem.at(code, location, message, hint));
    }
}
