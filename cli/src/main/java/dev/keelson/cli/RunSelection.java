package dev.keelson.cli;

import dev.keelson.project.Project;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which runs are meant, in which order, and what of them. */
final class RunSelection {
    @Option(
            names = {"--experiment", "-E"},
            paramLabel = "NAME",
            description = "Of this experiment (name or id; the runs of a model are in the one of its name); may be repeated.")
    List<String> experiments = new ArrayList<>();

    @Option(names = "--model", paramLabel = "NAME", description = "Of this model of the project only.")
    @Nullable String model;

    @Option(
            names = "--filter",
            paramLabel = "TEXT",
            description = "Conditions as MLflow's clients write them: metrics.test_log_loss < 0.98 AND params.mode = 'full'.")
    @Nullable String filter;

    @Option(
            names = "--order",
            paramLabel = "KEYS",
            description = "By what, such as: metrics.test_log_loss, start_time DESC (default: the latest start first).")
    @Nullable String order;

    @Option(
            names = "--columns",
            paramLabel = "KEYS",
            description = "What is shown: metrics.KEY (with :min, :max, :best or :@STEP), params.KEY, tags.KEY, note; * for all.")
    @Nullable String columns;

    @Option(names = "--nested", description = "Also runs that belong to another one, as trials belong to a search.")
    boolean nested;

    @Option(names = "--parent", paramLabel = "RUN", description = "The runs that belong to this one.")
    @Nullable String parent;

    @Option(names = "--deleted", description = "Deleted ones.")
    boolean deleted;

    /**
     * The question.
     *
     * @param otherwise what is read when no columns are named
     */
    RunQuery query(Project project, RunColumns otherwise, int limit, int page) {
        if (model != null) {
            Projects.model(project, model);
        }
        return new RunQuery(
                experiments,
                model,
                filter,
                order,
                columns == null ? otherwise : RunColumns.parse(columns),
                nested,
                parent,
                deleted ? Lifecycle.View.DELETED_ONLY : Lifecycle.View.ACTIVE_ONLY,
                limit,
                page,
                false);
    }

    /** Whether only runs of models of the project can be found. */
    boolean ofProject(Project project) {
        return experiments.stream()
                .allMatch(name -> project.models().stream().anyMatch(each -> each.name().equals(name)));
    }
}
