package dev.keelson.wiring;

import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.postgres.PostgresSync;
import dev.keelson.store.supabase.SupabaseSync;
import dev.keelson.sync.SyncDefinition;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.SyncStatus;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.ModelDefinition;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The tables that a project writes back, over its real stores. */
public final class ProjectSync {
    private ProjectSync() {}

    static Synchronisation of(Workspace workspace, Supplier<? extends PredictionLog> log, InstantSource clock) {
        Project project = workspace.project();
        return new Synchronisation(
                workspace.catalog(),
                workspace.datasets(),
                log,
                project.sources(),
                name -> project.models().stream()
                        .filter(model -> model.name().equals(name))
                        .findFirst()
                        .map(ModelDefinition::classes)
                        .orElse(List.of()),
                List.of(new PostgresSync(), new SupabaseSync()),
                clock);
    }

    /**
     * Writes tables: by the process that serves the project, where one does, else by this one, which owns it meanwhile.
     *
     * @param names which ones; empty for all
     * @param listener told how far a table got; not where another process writes
     * @throws KeelsonException NOT_FOUND; as {@link Synchronisation#run} does; PROJECT_IN_USE
     */
    public static List<SyncOutcome> run(
            Project project,
            InstantSource clock,
            List<String> names,
            Synchronisation.Request request,
            Synchronisation.Listener listener) {
        List<SyncDefinition> tables = project.sync(names);
        Optional<OwnerClient> server = OwnerClient.of(project);
        if (server.isPresent()) {
            try (ServedProject served = new ServedProject(project, server.get())) {
                return served.sync(names, request);
            }
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            workspace.recover();
            try (PredictionLog log = JournaledPredictionLog.open(workspace.state())) {
                return of(workspace, () -> log, clock).run(tables, request, listener);
            }
        } finally {
            owner.close();
        }
    }

    /** How far tables got; with no names, all of them. Also while another process owns the project. */
    public static List<SyncStatus> status(Project project, InstantSource clock, List<String> names) {
        List<SyncDefinition> tables = project.sync(names);
        try (Workspace workspace = Workspace.reading(project)) {
            return !workspace.hasCatalog()
                    ? tables.stream().map(SyncStatus::none).toList()
                    : of(workspace, () -> JournaledPredictionLog.openReadOnly(workspace.state()), clock).status(tables);
        }
    }
}
