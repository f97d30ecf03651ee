package dev.keelson.learn.tune;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a search, sorted by name. Conditions form a forest: a parameter's parent may itself have one.
 *
 * @param parameters at least one; names are unique, parents exist, and values of conditions are values of the parent
 */
public record SearchSpace(List<Parameter> parameters) {

    /**
     * Parameters that are active under the same condition.
     *
     * @param condition theirs; null: always
     * @param parameters sorted by name
     */
    record Group(@Nullable Condition condition, List<Parameter> parameters) {
        /** Whether it is active beside values that hold those of every group before. */
        boolean active(Map<String, Object> values) {
            if (condition == null) {
                return true;
            }
            Object parent = values.get(condition.parent());
            return parent != null && condition.values().contains(parent);
        }
    }

    /** Sorts the parameters and checks everything; a {@link KeelsonException} names all that is wrong. */
    public SearchSpace {
        Problems problems = new Problems();
        problems.require(!parameters.isEmpty(), "A search space must have at least one parameter.");
        SortedMap<String, Parameter> byName = new TreeMap<>();
        for (Parameter parameter : parameters) {
            problems.require(!parameter.name().isBlank(), "A parameter (%s) must have a name.".formatted(parameter.text()));
            problems.require(
                    byName.put(parameter.name(), parameter) == null,
                    "The parameter %s is there twice.".formatted(parameter.name()));
        }
        parameters = byName.values().stream()
                .map(parameter -> resolved(parameter, byName, problems))
                .toList();
        problems.finish();
        for (Parameter parameter : parameters) {
            problems.require(
                    endsAtTheTop(parameter, byName),
                    "The condition of %s (%s) leads back to itself."
                            .formatted(parameter.name(), parameter.condition() == null ? "" : parameter.condition().text()));
        }
        problems.finish();
    }

    /** The space of some parameters. */
    public static SearchSpace of(Parameter... parameters) {
        return new SearchSpace(List.of(parameters));
    }

    /** With the condition's values as the parent's domain spells and orders them. */
    private static Parameter resolved(Parameter parameter, SortedMap<String, Parameter> byName, Problems problems) {
        Condition condition = parameter.condition();
        if (condition == null) {
            return parameter;
        }
        Parameter parent = byName.get(condition.parent());
        if (parent == null) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    "The condition of %s (%s) names no parameter; there are %s."
                            .formatted(parameter.name(), condition.text(), byName.keySet()),
                    Suggestion.sentence(condition.parent(), byName.keySet()).orElse(null));
            return parameter;
        }
        problems.require(
                !condition.values().isEmpty(),
                "The condition of %s lists no value of %s.".formatted(parameter.name(), parent.name()));
        List<Object> values = new ArrayList<>();
        for (Object value : condition.values()) {
            try {
                values.add(parent.domain().read(value));
            } catch (IllegalArgumentException e) {
                problems.badValue("The condition of %s (%s) can never hold for %s: %s is %s."
                        .formatted(parameter.name(), condition.text(), value, parent.name(), parent.domain().text()));
            }
        }
        List<Object> ordered = values.stream()
                .distinct()
                .sorted(Comparator.comparingDouble(value -> parent.domain().encode(value)))
                .toList();
        return new Parameter(parameter.name(), parameter.domain(), new Condition(parent.name(), ordered));
    }

    private static boolean endsAtTheTop(Parameter parameter, SortedMap<String, Parameter> byName) {
        Parameter at = parameter;
        for (int depth = 0; depth <= byName.size(); depth++) {
            Condition condition = at.condition();
            Parameter parent = condition == null ? null : byName.get(condition.parent());
            if (parent == null) {
                return true;
            }
            at = parent;
        }
        return false;
    }

    /**
     * The parameters by condition, those without one first and each group after the one its parent is in. The number of
     * groups is that of different conditions, and one for no condition if any parameter has none.
     */
    List<Group> groups() {
        Map<Optional<Condition>, List<Parameter>> members = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            members.computeIfAbsent(Optional.ofNullable(parameter.condition()), key -> new ArrayList<>()).add(parameter);
        }
        List<Group> waiting = new ArrayList<>();
        members.forEach((condition, each) -> waiting.add(new Group(condition.orElse(null), List.copyOf(each))));
        List<Group> ordered = new ArrayList<>();
        List<String> known = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Group next = waiting.stream()
                    .filter(group -> group.condition() == null || known.contains(group.condition().parent()))
                    .findFirst()
                    .orElseThrow();
            waiting.remove(next);
            ordered.add(next);
            next.parameters().forEach(parameter -> known.add(parameter.name()));
        }
        return ordered;
    }

    /**
     * Values read back from a store, each as its domain has it; parameters that are not active are absent.
     *
     * @throws KeelsonException naming each value that is missing, superfluous or outside its domain
     */
    public SortedMap<String, Object> read(Map<String, ?> stored) {
        Problems problems = new Problems();
        SortedMap<String, Object> values = new TreeMap<>();
        Set<String> active = new TreeSet<>();
        for (Group group : groups()) {
            if (!group.active(values)) {
                continue;
            }
            for (Parameter parameter : group.parameters()) {
                active.add(parameter.name());
                Object value = stored.get(parameter.name());
                if (value == null) {
                    problems.badValue("The parameter %s (%s) has no value.".formatted(parameter.name(), parameter.text()));
                    continue;
                }
                try {
                    values.put(parameter.name(), parameter.domain().read(value));
                } catch (IllegalArgumentException e) {
                    problems.badValue("The parameter %s (%s) must be one of %s."
                            .formatted(parameter.name(), value, parameter.domain().text()));
                }
            }
        }
        for (String name : new TreeMap<>(stored).keySet()) {
            problems.require(
                    active.contains(name),
                    "The parameter %s (%s) is not active beside the other values.".formatted(name, stored.get(name)));
        }
        problems.finish();
        return Collections.unmodifiableSortedMap(values);
    }

    /** Names of all parameters, sorted. */
    public List<String> names() {
        return parameters.stream().map(Parameter::name).toList();
    }
}
