package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.PredictionJournal;
import dev.keelson.project.Project;
import dev.keelson.serve.OutcomeIntake;
import dev.keelson.store.files.ProjectOwner;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of a project for commands that change or compare it: through the process that serves it, where one does, else by this
 * one, which owns it meanwhile. Not safe for use by several threads.
 */
public final class ProjectJournal implements AutoCloseable {
    private final @Nullable OwnerClient served;
    private final @Nullable Own own;

    private ProjectJournal(@Nullable OwnerClient served, @Nullable Own own) {
        this.served = served;
        this.own = own;
    }

    /** What this process opened. */
    private record Own(ProjectOwner owner, JournaledPredictionLog log, JournalCopies copies, PredictionJournal journal) {}

    /**
     * Opens it; the caller closes.
     *
     * @throws KeelsonException PROJECT_IN_USE
     */
    public static ProjectJournal open(Project project, InstantSource clock) {
        Optional<OwnerClient> server = OwnerClient.of(project);
        if (server.isPresent()) {
            return new ProjectJournal(server.get(), null);
        }
        StateFolder state = Workspace.stateFolder(project);
        ProjectOwner owner = Workspace.own(project);
        try {
            JournaledPredictionLog log = JournaledPredictionLog.open(state);
            OutcomeIntake intake = new OutcomeIntake(log);
            EntityTimes times = new EntityTimes(project);
            JournalCopies copies = new JournalCopies(project, log, clock);
            PredictionJournal journal = new PredictionJournal(
                    project, new LogEntries(log, () -> {}), outcomes -> intake.take(outcomes, times, clock.instant()), copies, clock);
            return new ProjectJournal(null, new Own(owner, log, copies, journal));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** As {@link PredictionJournal#outcomes}. */
    public JsonNode outcomes(JsonNode rows) {
        return own != null ? own.journal().outcomes(rows) : server().post("/api/v1/outcomes", rows);
    }

    /** As {@link PredictionJournal#tell(JsonNode)}. */
    public JsonNode tell(JsonNode rows) {
        return own != null ? own.journal().tell(rows) : server().post("/api/v1/events", rows);
    }

    /** As {@link PredictionJournal#submit}. */
    public JsonNode submit(String model, JsonNode rows) {
        return own != null
                ? own.journal().submit(model, rows)
                : server().post(OwnerClient.address("/api/v1/models/%s/predictions", model), rows);
    }

    /** As {@link PredictionJournal#reconcile}. */
    public JsonNode reconcile(boolean repair) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("repair", repair);
        return own != null ? own.journal().reconcile(repair) : server().post("/api/v1/predictions/reconcile", body);
    }

    /** As {@link PredictionJournal#remote}; where nobody serves, it is caught up first. */
    public JsonNode remote() {
        if (own == null) {
            return server().get("/api/v1/predictions/remote");
        }
        try {
            own.copies().copy();
        } catch (KeelsonException e) {
            // the answer says it
        }
        return own.journal().remote();
    }

    private OwnerClient server() {
        if (served == null) {
            throw new IllegalStateException("Nobody serves the project.");
        }
        return served;
    }

    @Override
    public void close() {
        if (served != null) {
            served.close();
        }
        if (own != null) {
            try {
                own.copies().close();
                try (JournaledPredictionLog log = own.log()) {
                    log.catchUp(); // whoever reads next sees what was written
                }
            } finally {
                own.owner().close();
            }
        }
    }
}
