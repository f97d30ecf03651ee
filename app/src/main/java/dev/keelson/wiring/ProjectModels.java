package dev.keelson.wiring;

import dev.keelson.control.LoopDefinition;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SourceSchema;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.Schema;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The models and views of a project compiled against the schemas of their data.
 *
 * @param sources the sources that models and views read, by name, in the order of the project file
 * @param views the feature views, then those over the rows of SQL views
 * @param engine the views, compiled
 * @param plans the models, in the order of the project file; none when the project only makes features
 * @param loops what the project says about their lives, in the same order
 * @param waiting models that cannot be made yet, each with the source of which no row is known
 */
record ProjectModels(
        Map<String, SourceDefinition> sources,
        List<FeatureViewDefinition> views,
        FeatureEngine engine,
        List<ModelPlan> plans,
        List<LoopDefinition> loops,
        Map<String, String> waiting) {
    ProjectModels {
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
        views = List.copyOf(views);
        plans = List.copyOf(plans);
        loops = List.copyOf(loops);
        waiting = Collections.unmodifiableMap(new LinkedHashMap<>(waiting));
    }

    /**
     * Compiles.
     *
     * @param schemas columns of the data of each source that is read, by source, and of the rows of each SQL view, by its
     *     dataset; others are not looked at
     * @throws KeelsonException NOT_READY if one is missing
     */
    static ProjectModels of(Project project, Map<String, Schema> schemas) {
        Map<String, SourceDefinition> sources = new LinkedHashMap<>();
        List<SourceSchema> compiled = new ArrayList<>();
        for (SourceDefinition source : read(project)) {
            Schema schema = schemas.get(source.name());
            if (schema == null) {
                throw new KeelsonException(
                        ErrorCode.NOT_READY,
                        "No data of the source (%s) has been loaded yet.".formatted(source.name()),
                        "Maybe run `keelson data load`.");
            }
            sources.put(source.name(), source);
            compiled.add(SourceSchema.of(source, schema));
        }
        List<FeatureViewDefinition> views = new ArrayList<>(project.views());
        for (SqlViewDefinition view : project.sqlViews()) {
            Schema schema = schemas.get(view.dataset());
            if (schema == null) {
                throw SqlViewRows.missing(view);
            }
            String key = SqlViewRows.key(project, view);
            view.over(schema, key).ifPresent(over -> {
                views.add(over);
                compiled.add(view.source(schema, key));
            });
        }
        FeatureEngine engine = FeatureEngine.of(views, project.entities(), compiled);
        List<ModelPlan> plans = project.models().stream()
                .map(model -> ModelPlan.of(
                        model,
                        Objects.requireNonNull(sources.get(model.source())),
                        engine,
                        Projects.drift(project, model.name()).orElse(null),
                        project.zone(),
                        project.judging(model.name())))
                .toList();
        List<LoopDefinition> loops = project.models().stream()
                .map(model -> Projects.loop(project, model))
                .toList();
        return new ProjectModels(sources, views, engine, plans, loops, Map.of());
    }

    /**
     * Compiles against versions of the sources. Views of a source without a version are left out, and models that read it
     * wait.
     *
     * @throws KeelsonException NOT_READY if there is no version at all
     */
    static ProjectModels ofVersions(Project project, Map<String, DatasetVersion> versions) {
        Map<String, Schema> schemas = new LinkedHashMap<>();
        versions.forEach((source, version) -> schemas.put(source, version.schema()));
        Map<String, String> waiting = new LinkedHashMap<>();
        if (!versions.isEmpty()) {
            project.models().forEach(model -> ProjectDefinitions.sources(project, model).stream()
                    .filter(source -> !versions.containsKey(source))
                    .findFirst()
                    .ifPresent(source -> waiting.put(model.name(), source)));
        }
        Project ready = versions.isEmpty() ? project : project.of(versions.keySet(), waiting.keySet());
        ProjectModels models = of(ready, schemas);
        return new ProjectModels(
                models.sources(), models.views(), models.engine(), models.plans(), models.loops(), waiting);
    }

    /** The sources that models and views read, in the order of the project file. */
    static List<SourceDefinition> read(Project project) {
        Set<String> names = new TreeSet<>();
        project.models().stream().map(ModelDefinition::source).forEach(names::add);
        project.views().forEach(view -> names.add(view.source()));
        project.sqlViews().forEach(view -> names.addAll(view.sources()));
        return project.sources().stream()
                .filter(source -> names.contains(source.name()))
                .toList();
    }

    /**
     * The source that is meant where none is named: that of the first model, else of the first view, else the first one.
     *
     * @throws KeelsonException if the project has no source
     */
    static SourceDefinition main(Project project) {
        if (!project.models().isEmpty()) {
            return Projects.source(project, project.models().getFirst().source());
        }
        if (!project.views().isEmpty()) {
            return Projects.source(project, project.views().getFirst().source());
        }
        if (!project.sqlViews().isEmpty()) {
            return Projects.source(project, project.sqlViews().getFirst().sources().getFirst());
        }
        return project.sources().stream()
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.BAD_VALUE, "The project has no source.", "Maybe declare one under `sources`."));
    }

    /** The models whose rows are those of a source. */
    List<ModelPlan> plansOf(String source) {
        return plans.stream()
                .filter(plan -> plan.source().name().equals(source))
                .toList();
    }

    /** Empty rows for each model. */
    Map<String, ModelRows> rows() {
        Map<String, ModelRows> rows = new LinkedHashMap<>();
        plans.forEach(plan -> rows.put(plan.name(), new ModelRows(plan)));
        return rows;
    }
}
