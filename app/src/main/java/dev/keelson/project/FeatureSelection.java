package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the features and derived features of one model, in order. Without a source only selectors are checked. Not
 * thread-safe.
 */
final class FeatureSelection {
    private static final String NAME = "[A-Za-z][A-Za-z0-9_]*";
    private static final Pattern SELECTOR = Pattern.compile("(" + NAME + ")\\.(" + NAME + ")\\.(" + NAME + "|\\*)");
    private static final Pattern SHORT_SELECTOR = Pattern.compile("(" + NAME + ")\\.(" + NAME + "|\\*)");

    private final Problems problems;
    private final Map<String, String> entities;
    private final Map<String, ViewColumns> views;
    private final @Nullable SourceColumns source;
    private final Set<String> label;
    private final Map<String, Map<String, String>> roles;
    /** Full names of what is selected so far. */
    private final Set<String> selected = new LinkedHashSet<>();

    /** Names of values computed from the request, and of derived ones so far. */
    private final Set<String> computed = new LinkedHashSet<>();

    /** Names of features that are texts. */
    private final Set<String> texts = new LinkedHashSet<>();
    /** Names of derived values, those that cannot be checked among them. */
    private final Set<String> derivedNames = new LinkedHashSet<>();

    private boolean allKnown = true;

    FeatureSelection(
            Problems problems,
            ViewSection views,
            @Nullable SourceColumns source,
            Set<String> label,
            Map<String, Map<String, String>> roles) {
        this.problems = problems;
        this.entities = views.entities();
        this.views = views.columns();
        this.source = source;
        this.label = label;
        this.roles = roles;
    }

    void read(Scalar feature) {
        Matcher selector = SELECTOR.matcher(feature.text());
        if (selector.matches()) {
            select(feature, selector);
            return;
        }
        Matcher shorter = SHORT_SELECTOR.matcher(feature.text());
        if (shorter.matches()) {
            selectWithoutRole(feature, shorter);
            return;
        }
        Optional<Expressions.Request> request =
                source == null ? Optional.empty() : Expressions.requestFeature(feature, source, problems);
        if (request.isEmpty()) {
            allKnown = false;
            return;
        }
        Expressions.Request value = request.get();
        checkValue(feature, value.columns(), value.type(), feature.raw(), "the feature `" + feature.raw() + "`");
        for (String output : value.outputs()) {
            add(output, feature.textLocation());
            compute(output, value.type());
        }
    }

    /** {@code view.feature}: allowed when only one role gives the view's key. */
    private void selectWithoutRole(Scalar feature, Matcher parts) {
        if (!views.containsKey(parts.group(1))) {
            if (roles.containsKey(parts.group(1))) {
                problems.add(
                        ErrorCode.UNKNOWN_REFERENCE,
                        feature.textLocation(),
                        "`%s` selects no feature, and `ROLE.VIEW.FEATURE` or `ROLE.VIEW.*` was expected"
                                .formatted(feature.raw()),
                        null);
            } else {
                ProjectText.unknown("feature view", parts.group(1), views.keySet(), feature.textLocation(), problems);
            }
            allKnown = false;
            return;
        }
        List<String> giving = roles.keySet().stream()
                .filter(role -> gives(role, parts.group(1)))
                .toList();
        if (giving.size() != 1) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    feature.textLocation(),
                    "`%s` does not say whose: %s %s the key of the view `%s`"
                            .formatted(
                                    feature.raw(),
                                    giving.isEmpty() ? "no role" : "the roles " + Shape.list(giving, "and"),
                                    giving.isEmpty() ? "gives" : "give",
                                    parts.group(1)),
                    giving.isEmpty()
                            ? "Maybe add a role under `entities`."
                            : "Maybe `%s.%s` was meant.".formatted(giving.getFirst(), feature.text()));
            allKnown = false;
            return;
        }
        select(feature, giving.getFirst(), parts.group(1), 0, parts.group(2), parts.start(2));
    }

    private boolean gives(String role, String viewName) {
        ViewColumns view = views.get(viewName);
        String key = view == null ? null : entities.get(view.entity());
        return key != null && roles.getOrDefault(role, Map.of()).containsKey(key);
    }

    private void select(Scalar feature, Matcher parts) {
        String role = parts.group(1);
        if (!roles.containsKey(role)) {
            ProjectText.unknown("role", role, roles.keySet(), feature.textLocation(), problems);
        }
        select(feature, role, parts.group(2), parts.start(2), parts.group(3), parts.start(3));
    }

    private void select(Scalar feature, String role, String viewName, int viewAt, String name, int nameAt) {
        boolean roleKnown = roles.containsKey(role);
        ViewColumns view = views.get(viewName);
        if (view == null) {
            ProjectText.unknown(
                    "feature view", viewName, views.keySet(), feature.located().at(viewAt), problems);
            allKnown = false;
            return;
        }
        String key = entities.get(view.entity());
        if (roleKnown && key != null && !gives(role, view.name())) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    feature.textLocation(),
                    "the role `%s` gives %s, but the view `%s` is about `%s` and needs the key `%s`"
                            .formatted(
                                    role,
                                    roles.getOrDefault(role, Map.of()).isEmpty()
                                            ? "no key"
                                            : Shape.list(
                                                    List.copyOf(roles.getOrDefault(role, Map.of())
                                                            .keySet()),
                                                    "and"),
                                    view.name(),
                                    view.entity(),
                                    key),
                    roles.keySet().stream()
                            .filter(other -> gives(other, view.name()))
                            .findFirst()
                            .map("Maybe the role `%s` was meant."::formatted)
                            .orElse("Maybe add `%s: COLUMN` to the role.".formatted(key)));
        }
        if (view.open()) {
            add(role + "." + view.name() + "." + name, feature.textLocation());
            return;
        }
        if (name.equals("*")) {
            view.features().forEach(one -> add(role + "." + view.name() + "." + one, feature.textLocation()));
            return;
        }
        if (!view.features().contains(name)) {
            ProjectText.unknown(
                    "feature of `%s`".formatted(view.name()),
                    name,
                    view.features(),
                    feature.located().at(nameAt),
                    problems);
            allKnown = false;
            return;
        }
        add(role + "." + view.name() + "." + name, feature.textLocation());
    }

    private void add(String name, Location at) {
        if (!selected.add(name)) {
            problems.add(
                    ErrorCode.DUPLICATE_KEY,
                    at,
                    "the feature `%s` is selected twice".formatted(name),
                    "Maybe a `*` or `...` selects it already.");
        }
    }

    void derive(Entry derived, Scalar text) {
        if (source == null) {
            return;
        }
        derivedNames.add(derived.name());
        if (selected.contains(derived.name()) || source.schema().contains(derived.name())) {
            problems.add(
                    ErrorCode.DUPLICATE_KEY,
                    derived.location(),
                    "`%s` is the name of a %s already"
                            .formatted(derived.name(), selected.contains(derived.name()) ? "feature" : "column"),
                    "Maybe choose another name.");
        }
        Schema schema = source.with(readable());
        boolean complete = source.complete() && allKnown && views.values().stream().noneMatch(ViewColumns::open);
        Expressions.scalar(text, schema, complete, problems)
                .ifPresentOrElse(
                        scalars -> {
                            checkValue(
                                    text,
                                    scalars.columns(),
                                    scalars.type(),
                                    derived.name(),
                                    "the derived feature `" + derived.name() + "`");
                            compute(derived.name(), scalars.type());
                        },
                        () -> allKnown = false);
    }

    private void compute(String name, ColumnType type) {
        if (type == ColumnType.STRING) {
            texts.add(name);
        } else {
            computed.add(name);
        }
    }

    /** Names of the features that are texts. */
    Set<String> texts() {
        return texts;
    }

    /** The names of the features that are known: those selected one by one, values of the request and derived ones. */
    List<String> known() {
        List<String> names = new ArrayList<>(
                selected.stream().filter(name -> !name.endsWith("*")).toList());
        names.addAll(computed);
        names.addAll(texts);
        return names;
    }

    /** Whether {@link #known} are all. */
    boolean allKnown() {
        return allKnown && selected.stream().noneMatch(name -> name.endsWith("*"));
    }

    /** A condition on the rows that the model takes, over columns known beforehand and what is selected and derived so far. */
    void rows(Scalar text) {
        if (source == null) {
            return;
        }
        Set<String> names = new LinkedHashSet<>(selected);
        names.addAll(computed);
        names.addAll(derivedNames);
        names.removeIf(source.schema()::contains);
        Schema schema = source.with(
                names.stream().map(name -> new Column(name, ColumnType.DOUBLE)).toList());
        boolean complete = source.complete() && allKnown && views.values().stream().noneMatch(ViewColumns::open);
        Expressions.scalar(text, schema, complete, problems).ifPresent(scalars -> {
            boolean outcomes =
                    Expressions.refuseOutcomes(text, scalars.columns(), source, label, "`rows`", problems);
            if (!outcomes && scalars.type() != ColumnType.BOOLEAN) {
                problems.add(
                        ErrorCode.EXPRESSION_TYPE,
                        text.textLocation(),
                        "`rows` is %s, and a condition was expected".formatted(ProjectText.of(scalars.type())),
                        "Maybe a comparison is missing, such as `= 1`.");
            }
        });
    }

    /** What derived features may read beside columns: features of all roles, request values, earlier derived ones. */
    private List<Column> readable() {
        Set<String> names = new LinkedHashSet<>();
        for (ViewColumns view : views.values()) {
            List<String> giving = roles.keySet().stream()
                    .filter(role -> gives(role, view.name()))
                    .toList();
            List<String> features = new ArrayList<>(view.features());
            if (view.open()) {
                giving.forEach(role -> selected.stream()
                        .filter(name -> name.startsWith(role + "." + view.name() + ".") && !name.endsWith("*"))
                        .forEach(name -> features.add(name.substring(name.lastIndexOf('.') + 1))));
            }
            for (String feature : features) {
                giving.forEach(role -> names.add(role + "." + view.name() + "." + feature));
                if (giving.size() == 1) {
                    names.add(view.name() + "." + feature);
                }
            }
        }
        names.addAll(computed);
        return names.stream().map(name -> new Column(name, ColumnType.DOUBLE)).toList();
    }

    private void checkValue(Scalar text, Set<String> columns, ColumnType type, String name, String reader) {
        if (source == null || !Expressions.refuseOutcomes(text, columns, source, label, reader, problems)) {
            Expressions.checkModelFeature(text, type, name, problems);
        }
    }
}
