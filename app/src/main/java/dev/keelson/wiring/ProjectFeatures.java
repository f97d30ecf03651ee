package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.FoldExpression;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.http.FeatureHistory;
import dev.keelson.project.Project;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The feature views of a project, and their values as of any time. */
public final class ProjectFeatures {
    private static final Pattern PART = Pattern.compile("\\{([^{}]+)\\}");

    private ProjectFeatures() {}

    /** How a view comes by its values. */
    public enum Kind {
        /** Folds over events. */
        FOLDS,
        /** Columns of its source as they are. */
        COLUMNS,
        /** The rows of a query. */
        SQL
    }

    /**
     * A view.
     *
     * @param key names of the columns that hold the entity's key in rows asked about
     * @param sources what it reads
     * @param features feature to its definition, in order; empty for a query that never ran: its columns are known then
     */
    public record View(
            String name,
            Kind kind,
            String entity,
            List<String> key,
            List<String> sources,
            Map<String, String> features,
            @Nullable Duration ttl) {
        public View {
            key = List.copyOf(key);
            sources = List.copyOf(sources);
            features = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(features));
        }
    }

    /** All views, those of folds and columns first, each group in the order of the project file. */
    public static List<View> list(Project project) {
        List<View> views = new ArrayList<>();
        for (FeatureViewDefinition view : project.views()) {
            Map<String, String> features = new LinkedHashMap<>();
            view.features().forEach(feature -> FoldExpression.names(feature.name(), feature.text())
                    .forEach(name -> features.put(name, feature.text().text())));
            views.add(new View(
                    view.name(),
                    hasPlainColumnsOnly(view) ? Kind.COLUMNS : Kind.FOLDS,
                    view.entity(),
                    isPattern(view.key()) ? parts(view.key()) : key(project, view.entity()),
                    List.of(view.source()),
                    features,
                    view.ttl()));
        }
        if (project.sqlViews().isEmpty()) {
            return views;
        }
        try (Workspace workspace = Workspace.reading(project)) {
            Map<String, DatasetVersion> stored = SqlViewRows.stored(workspace);
            for (SqlViewDefinition view : project.sqlViews()) {
                DatasetVersion version = stored.get(view.dataset());
                Map<String, String> features = new LinkedHashMap<>();
                if (version != null) {
                    view.features(version.schema(), SqlViewRows.key(project, view))
                            .forEach(column -> features.put(column.name(), "a column of its query"));
                }
                views.add(new View(
                        view.name(),
                        Kind.SQL,
                        view.entity(),
                        key(project, view.entity()),
                        view.sources(),
                        features,
                        view.ttl()));
            }
        }
        return views;
    }

    /** Each of its features is a name, which can only be that of a column, and stands for the column's value. */
    private static boolean hasPlainColumnsOnly(FeatureViewDefinition view) {
        return view.unpivot() == null
                && !isPattern(view.key())
                && view.features().stream().allMatch(feature -> columnOf(feature) != null);
    }

    static @Nullable String columnOf(FeatureDefinition feature) {
        String text = feature.text().text().strip();
        if (text.matches("[\\p{L}_][\\p{L}\\p{N}_]*")) {
            return text;
        }
        return text.matches("\"[^\"]+\"") ? text.substring(1, text.length() - 1) : null;
    }

    private static List<String> key(Project project, String entity) {
        return List.of(project.entities().getOrDefault(entity, entity));
    }

    /** Whether a key is made of several columns, such as {@code {sport}_{market}}. */
    static boolean isPattern(@Nullable String key) {
        return key != null && key.contains("{");
    }

    /** The columns of such a key. */
    static List<String> parts(@Nullable String key) {
        return key == null
                ? List.of()
                : PART.matcher(key).results().map(part -> part.group(1)).toList();
    }

    /**
     * Writes the values that features had, one row for each row asked about, in their order.
     *
     * <p>The rows of a query that are out of date are computed again: kept, or for this answer alone while another process owns
     * the project.
     *
     * @param out a .parquet or .csv file
     * @throws KeelsonException as {@link FeatureHistory} says
     */
    public static FeatureHistory.Read history(
            Project project, FeatureHistory.Question question, Path out, InstantSource clock) {
        return new ProjectHistory(() -> project, clock, true).write(question, out);
    }
}
