package dev.keelson.lineage;

import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which columns say who a row is about. */
final class Keys {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]+)}");

    private Keys() {}

    /** What gives the keys of a view's events: columns, or columns between fixed texts, of its source. */
    static List<String> ofView(Project project, FeatureViewDefinition view) {
        FeatureViewDefinition.Unpivot unpivot = view.unpivot();
        if (unpivot != null) {
            return List.copyOf(new LinkedHashSet<>(unpivot.keyByRole().values()));
        }
        String key = view.key();
        if (key != null) {
            return List.of(key);
        }
        // its features name the keys themselves, as elo does: the columns that models of this source know the entity by
        Set<String> columns = new LinkedHashSet<>();
        for (ModelDefinition model : project.models()) {
            if (model.source().equals(view.source())) {
                columns.addAll(ofModel(project, model, view));
            }
        }
        return List.copyOf(columns);
    }

    /** What gives the keys for which a model asks a view, each once. */
    static List<String> ofModel(Project project, ModelDefinition model, FeatureViewDefinition view) {
        return ofModel(project, model, view.entity());
    }

    /** What gives the keys of an entity for which a model asks, each once. */
    static List<String> ofModel(Project project, ModelDefinition model, String entity) {
        String entityKey = project.entities().get(entity);
        List<String> columns = new ArrayList<>();
        for (Map<String, String> role : model.entities().values()) {
            String column = entityKey == null ? null : role.get(entityKey);
            if (column != null && !columns.contains(column)) {
                columns.add(column);
            }
        }
        return columns;
    }

    /** The columns that a text names. */
    static List<String> columns(String text) {
        Matcher place = PLACE.matcher(text);
        List<String> columns = new ArrayList<>();
        while (place.find()) {
            columns.add(place.group(1));
        }
        return columns.isEmpty() ? List.of(text) : columns;
    }

    /** The key that was asked for, as it was journaled, else the one that some cells give; null when neither says. */
    static @Nullable String value(String text, Map<String, String> asked, Map<String, String> cells) {
        String key = asked.get(text);
        return key != null ? key : value(text, cells);
    }

    /** The key that some cells give; null when a cell is missing. */
    static @Nullable String value(String text, Map<String, String> cells) {
        Matcher place = PLACE.matcher(text);
        StringBuilder value = new StringBuilder();
        int end = 0;
        boolean template = false;
        while (place.find()) {
            String cell = cells.get(place.group(1));
            if (cell == null) {
                return null;
            }
            value.append(text, end, place.start()).append(cell);
            end = place.end();
            template = true;
        }
        return template ? value.append(text.substring(end)).toString() : cells.get(text);
    }
}
