package dev.keelson.wiring;

import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.CompositeKey;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of entities in requests: as they are, or made of their parts, wherever a view or a model says of which fields
 * such a key is made. Immutable.
 */
final class EntityKeys {
    private final Project project;
    /** Name of a key to how views and models make it. */
    private final Map<String, Set<CompositeKey>> made = new LinkedHashMap<>();

    EntityKeys(Project project) {
        this.project = project;
        for (FeatureViewDefinition view : project.views()) {
            CompositeKey.of(view.key()).ifPresent(key -> add(name(view), key));
        }
        for (ModelDefinition model : project.models()) {
            for (Map<String, String> role : model.entities().values()) {
                role.forEach((name, text) -> CompositeKey.of(text).ifPresent(key -> add(name, key)));
            }
        }
    }

    private void add(String name, CompositeKey key) {
        made.computeIfAbsent(name, none -> new LinkedHashSet<>()).add(key);
    }

    /** The name of the key of a view's entity. */
    private String name(FeatureViewDefinition view) {
        return project.entities().getOrDefault(view.entity(), view.entity());
    }

    /** How the key of a view's entity is made, the view's own way first. */
    List<CompositeKey> of(FeatureViewDefinition view) {
        Set<CompositeKey> all = new LinkedHashSet<>();
        CompositeKey.of(view.key()).ifPresent(all::add);
        all.addAll(made.getOrDefault(name(view), Set.of()));
        return List.copyOf(all);
    }

    /**
     * The keys of some rows.
     *
     * @param given the columns of the request from which they are taken, by name
     * @param keys as texts; null where one is missing
     */
    record Found(Map<String, List<? extends @Nullable Object>> given, List<@Nullable String> keys) {
        Found {
            given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
            keys = Collections.unmodifiableList(new ArrayList<>(keys));
        }
    }

    /**
     * Finds the keys for a view: by the key's name, by the entity's, or by its parts.
     *
     * @param columns of a request, all of one length
     * @throws KeelsonException BAD_REQUEST saying what is missing
     */
    Found find(FeatureViewDefinition view, Map<String, ? extends List<? extends @Nullable Object>> columns) {
        String name = name(view);
        List<? extends @Nullable Object> given = columns.get(name);
        if (given == null) {
            given = columns.get(view.entity());
        }
        if (given != null) {
            return new Found(Map.of(name, given), texts(given));
        }
        List<CompositeKey> ways = of(view);
        for (CompositeKey way : ways) {
            if (columns.keySet().containsAll(way.parts())) {
                Map<String, List<? extends @Nullable Object>> parts = new LinkedHashMap<>();
                Map<String, List<@Nullable String>> texts = new LinkedHashMap<>();
                int rows = 0;
                for (String part : way.parts()) {
                    List<? extends @Nullable Object> values = columns.get(part);
                    if (values != null) {
                        parts.put(part, values);
                        texts.put(part, texts(values));
                        rows = values.size();
                    }
                }
                List<@Nullable String> keys = new ArrayList<>(rows);
                for (int row = 0; row < rows; row++) {
                    int at = row;
                    keys.add(way.join(part -> texts.getOrDefault(part, List.of()).get(at)));
                }
                return new Found(parts, keys);
            }
        }
        String example = "\"%s\": [...]".formatted(name);
        String hint = "Maybe give it as `%s`; it was given %s.".formatted(example, columns.keySet());
        throw new KeelsonException(Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location("entities", 0, 0),
                ways.isEmpty()
                        ? "The view (%s) needs the entity key (%s), which is missing.".formatted(view.name(), name)
                        : "The view (%s) needs the entity key (%s), or its parts %s; %s."
                                .formatted(
                                        view.name(), name, ways.getFirst().parts(), missing(ways.getFirst(), columns.keySet())),
                hint));
    }

    private static String missing(CompositeKey way, Collection<String> given) {
        List<String> missing = new ArrayList<>(way.parts());
        missing.removeAll(given);
        return "%s %s missing".formatted(missing, missing.size() == 1 ? "is" : "are");
    }

    private static List<@Nullable String> texts(List<? extends @Nullable Object> values) {
        List<@Nullable String> texts = new ArrayList<>(values.size());
        for (Object value : values) {
            texts.add(text(value));
        }
        return texts;
    }

    private static @Nullable String text(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Double number when Double.isFinite(number) && number == Math.rint(number) ->
                new BigDecimal(number).toBigInteger().toString();
            default -> value.toString();
        };
    }

    // ---- rows of a source

    /** The key columns of a source that can be made of other fields. */
    Columns columns(SourceDefinition source) {
        Map<String, Set<CompositeKey>> columns = new LinkedHashMap<>();
        for (FeatureViewDefinition view : project.views()) {
            if (view.source().equals(source.name()) && view.unpivot() == null && view.key() != null) {
                addColumn(columns, view.key(), of(view));
            }
        }
        for (ModelDefinition model : project.models()) {
            if (model.source().equals(source.name())) {
                for (Map<String, String> role : model.entities().values()) {
                    role.forEach((name, text) -> addColumn(columns, text, made.getOrDefault(name, Set.of())));
                }
            }
        }
        Map<String, Set<CompositeKey>> finished = new LinkedHashMap<>(made);
        finished.keySet().removeAll(columns.keySet());
        return new Columns(columns, finished);
    }

    private static void addColumn(
            Map<String, Set<CompositeKey>> columns, String text, Collection<CompositeKey> ways) {
        if (CompositeKey.of(text).isEmpty() && !ways.isEmpty()) {
            columns.computeIfAbsent(text, none -> new LinkedHashSet<>()).addAll(ways);
        }
    }

    /**
     * Key columns of a source.
     *
     * @param ways column to how its values can be made
     * @param finished other keys, which the source has in parts
     */
    record Columns(Map<String, Set<CompositeKey>> ways, Map<String, Set<CompositeKey>> finished) {
        /**
         * A row with the key columns that it lacks and gives the parts of; parts that are no columns of the source are left
         * out.
         *
         * @param source names of the source's columns
         */
        Map<String, @Nullable Object> complete(Map<String, @Nullable Object> row, Collection<String> source) {
            if (ways.isEmpty()) {
                return row;
            }
            Map<String, @Nullable Object> whole = new LinkedHashMap<>(row);
            for (Map.Entry<String, Set<CompositeKey>> column : ways.entrySet()) {
                for (CompositeKey way : column.getValue()) {
                    if (!whole.containsKey(column.getKey()) && row.keySet().containsAll(way.parts())) {
                        whole.put(column.getKey(), way.join(part -> text(row.get(part))));
                        for (String part : way.parts()) {
                            if (!source.contains(part)) {
                                whole.remove(part);
                            }
                        }
                    }
                }
            }
            return whole;
        }

        /** What may be meant by a field that the source does not have; null when it is neither a key nor the part of one. */
        @Nullable String hint(String field, Collection<String> given) {
            Set<CompositeKey> parts = finished.get(field);
            if (parts != null) {
                return "Maybe send its parts instead: %s.".formatted(parts.iterator().next().parts());
            }
            for (Map.Entry<String, Set<CompositeKey>> column : ways.entrySet()) {
                for (CompositeKey way : column.getValue()) {
                    if (way.parts().contains(field)) {
                        return "The key (%s) is made of %s; %s."
                                .formatted(column.getKey(), way.parts(), missing(way, given));
                    }
                }
            }
            return null;
        }
    }
}
