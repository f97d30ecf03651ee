package dev.keelson.wiring;

import dev.keelson.control.LoopDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Schema;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The models of a project compiled against the schema of their data.
 *
 * @param source the source of all of them
 * @param engine the feature views
 * @param plans the models, in the order of the project file
 * @param loops what the project says about their lives, in the same order
 */
record ProjectModels(
        SourceDefinition source, FeatureEngine engine, List<ModelPlan> plans, List<LoopDefinition> loops) {

    /**
     * Compiles.
     *
     * @param schema columns of the source's data
     * @throws KeelsonException if the models read different sources
     */
    static ProjectModels of(Project project, Schema schema) {
        SourceDefinition source = source(project);
        FeatureEngine engine =
                FeatureEngine.of(project.views(), project.entities(), List.of(SourceSchema.of(source, schema)));
        List<ModelPlan> plans = project.models().stream()
                .map(model -> ModelPlan.of(
                        model, source, engine, Projects.drift(project, model.name()).orElse(null), project.zone()))
                .toList();
        List<LoopDefinition> loops = project.models().stream()
                .map(model -> Projects.loop(project, model))
                .toList();
        return new ProjectModels(source, engine, plans, loops);
    }

    /** The one source that all models and views read. */
    static SourceDefinition source(Project project) {
        Set<String> names = new TreeSet<>();
        project.models().stream().map(ModelDefinition::source).forEach(names::add);
        project.views().forEach(view -> names.add(view.source()));
        if (names.size() != 1) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The models and views of the project read %d sources %s; one is expected.".formatted(names.size(), names),
                    "Maybe put each source's models into a project of their own.");
        }
        return Projects.source(project, names.iterator().next());
    }

    /** Empty rows for each model. */
    Map<String, ModelRows> rows() {
        Map<String, ModelRows> rows = new LinkedHashMap<>();
        plans.forEach(plan -> rows.put(plan.name(), new ModelRows(plan)));
        return rows;
    }
}
