package dev.keelson.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Definition.Kind;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the project file changes against what is registered, and what follows.
 *
 * @param changes in the order of building, removed ones last
 * @param load sources whose rows mean something else now: they are loaded again
 * @param materialize views whose values must be computed again
 * @param retrain models whose features, label or recipe are others
 * @param unaffected views and models that stay as they are, as {@link Definition#id}
 */
public record DefinitionPlan(
        List<Change> changes,
        List<String> load,
        List<String> materialize,
        List<String> retrain,
        List<String> unaffected) {
    public DefinitionPlan {
        changes = List.copyOf(changes);
        load = List.copyOf(load);
        materialize = List.copyOf(materialize);
        retrain = List.copyOf(retrain);
        unaffected = List.copyOf(unaffected);
    }

    /** What happens to a definition. */
    public enum Action {
        /** It is new. */
        ADD,
        /** It says something else. */
        CHANGE,
        /** It is in the file no more. */
        REMOVE;

        /** As documents spell it. */
        public String word() {
            return switch (this) {
                case ADD -> "added";
                case CHANGE -> "changed";
                case REMOVE -> "removed";
            };
        }
    }

    /**
     * One definition that is not as registered.
     *
     * @param action what happens to it
     * @param kind what it defines
     * @param name its name
     * @param from the registered version, or null when there is none
     * @param sha256 hash of the new text; of the old one when it is removed
     * @param difference its lines, each behind a blank, {@code -} or {@code +} and another blank
     */
    public record Change(
            Action action, Kind kind, String name, @Nullable Integer from, String sha256, List<String> difference) {
        public Change {
            difference = List.copyOf(difference);
        }
    }

    /**
     * Compares.
     *
     * @param file the definitions of the project file
     * @param registered the latest version of every definition, removed ones included
     */
    public static DefinitionPlan of(List<Definition> file, List<DefinitionVersion> registered) {
        Map<String, DefinitionVersion> before = new LinkedHashMap<>();
        registered.forEach(version -> before.put(version.id(), version));
        List<Change> changes = new ArrayList<>();
        Set<String> touched = new LinkedHashSet<>();
        Map<String, Definition> after = new LinkedHashMap<>();
        for (Definition definition : file) {
            after.put(definition.id(), definition);
            DefinitionVersion last = before.get(definition.id());
            DefinitionVersion old = last == null || last.removed() ? null : last;
            if (old != null && old.sha256().equals(definition.sha256())) {
                continue;
            }
            changes.add(new Change(
                    old == null ? Action.ADD : Action.CHANGE,
                    definition.kind(),
                    definition.name(),
                    last == null ? null : last.version(),
                    definition.sha256(),
                    LineDifference.of(old == null ? "" : old.text(), definition.text())));
            if (old == null || !old.essenceSha256().equals(definition.essenceSha256())) {
                touched.add(definition.id());
            }
        }
        Set<String> viewsThatLost = new LinkedHashSet<>();
        for (DefinitionVersion old : registered) {
            if (!old.removed() && !after.containsKey(old.id())) {
                changes.add(new Change(
                        Action.REMOVE,
                        old.kind(),
                        old.name(),
                        old.version(),
                        old.sha256(),
                        LineDifference.of(old.text(), "")));
                touched.add(old.id());
                if (old.kind() == Kind.FEATURE) {
                    viewsThatLost.add(Definition.id(Kind.VIEW, old.name().substring(0, old.name().indexOf(':'))));
                }
            }
        }
        return consequences(changes, after, reached(touched, file), viewsThatLost);
    }

    /** What was touched, and what is built on it. */
    private static Set<String> reached(Set<String> touched, List<Definition> file) {
        Set<String> reached = new LinkedHashSet<>(touched);
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Definition definition : file) {
                if (!reached.contains(definition.id()) && definition.uses().stream().anyMatch(reached::contains)) {
                    reached.add(definition.id());
                    grows = true;
                }
            }
        }
        return reached;
    }

    private static DefinitionPlan consequences(
            List<Change> changes, Map<String, Definition> after, Set<String> reached, Set<String> viewsThatLost) {
        Set<String> views = new LinkedHashSet<>();
        for (Definition definition : after.values()) {
            if (reached.contains(definition.id()) && definition.kind() == Kind.FEATURE) {
                views.add(definition.name().substring(0, definition.name().indexOf(':')));
            }
        }
        List<String> load = new ArrayList<>();
        List<String> materialize = new ArrayList<>();
        List<String> retrain = new ArrayList<>();
        List<String> unaffected = new ArrayList<>();
        for (Definition definition : after.values()) {
            boolean touched = reached.contains(definition.id());
            switch (definition.kind()) {
                case SOURCE -> {
                    if (touched) {
                        load.add(definition.name());
                    }
                }
                case VIEW -> {
                    if (touched || views.contains(definition.name()) || viewsThatLost.contains(definition.id())) {
                        materialize.add(definition.name());
                    } else {
                        unaffected.add(definition.id());
                    }
                }
                case MODEL -> {
                    if (touched) {
                        retrain.add(definition.name());
                    } else {
                        unaffected.add(definition.id());
                    }
                }
                case ENTITY, FEATURE, LABEL -> {}
            }
        }
        return new DefinitionPlan(changes, load, materialize, retrain, unaffected);
    }

    /**
     * The changes that a view follows: its own, those of its features, and of what it builds on.
     *
     * @param view a view's name
     * @param file the definitions that were compared
     */
    public List<Change> behind(String view, List<Definition> file) {
        String id = Definition.id(Kind.VIEW, view);
        Set<String> behind = new LinkedHashSet<>(List.of(id));
        file.stream().filter(each -> each.id().equals(id)).forEach(each -> behind.addAll(each.uses()));
        return changes.stream()
                .filter(change -> behind.contains(Definition.id(change.kind(), change.name()))
                        || (change.kind() == Kind.FEATURE && change.name().startsWith(view + ":")))
                .toList();
    }

    /** Whether the file is as registered. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /**
     * Registers what it changes, each as a new version.
     *
     * @param file the definitions that were compared
     * @param at since when they count
     */
    public void apply(List<Definition> file, CatalogTransaction tx, Instant at) {
        Map<String, Definition> after = new LinkedHashMap<>();
        file.forEach(definition -> after.put(definition.id(), definition));
        for (Change change : changes) {
            Definition definition = after.get(Definition.id(change.kind(), change.name()));
            Integer from = change.from();
            if (definition != null) {
                tx.addDefinition(new DefinitionVersion(
                        change.kind(),
                        change.name(),
                        from == null ? 1 : from + 1,
                        definition.sha256(),
                        definition.essenceSha256(),
                        definition.text(),
                        at,
                        false));
            } else if (from != null) {
                DefinitionVersion old = tx.definitions(change.kind(), change.name()).getFirst();
                tx.addDefinition(new DefinitionVersion(
                        change.kind(), change.name(), from + 1, old.sha256(), old.essenceSha256(), old.text(), at, true));
            }
        }
    }

    /** One line: {@code 3 added, 1 changed; materialise team_form; retrain football-1x2}. */
    public String summary() {
        if (isEmpty()) {
            return "everything is as registered";
        }
        List<String> counts = new ArrayList<>();
        for (Action action : Action.values()) {
            long count = changes.stream().filter(change -> change.action() == action).count();
            if (count > 0) {
                counts.add(count + " " + action.word());
            }
        }
        StringBuilder text = new StringBuilder(String.join(", ", counts));
        append(text, "load", load);
        append(text, "materialise", materialize);
        append(text, "retrain", retrain);
        return text.toString();
    }

    private static void append(StringBuilder text, String what, List<String> names) {
        if (!names.isEmpty()) {
            text.append("; ").append(what).append(' ').append(String.join(", ", names));
        }
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("changed", !isEmpty());
        ArrayNode list = node.putArray("changes");
        for (Change change : changes) {
            ObjectNode each = list.addObject();
            each.put("action", change.action().name().toLowerCase(Locale.ROOT));
            each.put("kind", change.kind().word());
            each.put("name", change.name());
            each.put("from_version", change.from());
            each.put("sha256", change.sha256());
            change.difference().forEach(each.putArray("difference")::add);
        }
        load.forEach(node.putArray("load")::add);
        materialize.forEach(node.putArray("materialize")::add);
        retrain.forEach(node.putArray("retrain")::add);
        unaffected.forEach(node.putArray("unaffected")::add);
        return node;
    }
}
