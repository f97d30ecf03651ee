package dev.keelson.wiring;

import dev.keelson.error.Located;
import dev.keelson.http.PredictionCopies;
import dev.keelson.project.PredictionLogDefinition;
import dev.keelson.project.Project;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.RemoteLogStatus;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.journal.PredictionOutbox;
import dev.keelson.store.postgres.PostgresEvaluationLog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The index of a project's journal, and the remote table where its file names one. To be closed before the log. */
final class JournalCopies implements PredictionCopies, AutoCloseable {
    private final JournaledPredictionLog log;
    private final @Nullable PredictionOutbox outbox;

    JournalCopies(Project project, JournaledPredictionLog log, InstantSource clock) {
        this.log = log;
        PredictionLogDefinition definition = project.predictionLog();
        Located remote = definition.remote();
        this.outbox = remote == null
                ? null
                : log.outbox(new PostgresEvaluationLog(remote, definition.table(), project.name()), clock);
    }

    /** Starts copying in the background, where there is a remote table. */
    void start() {
        if (outbox != null) {
            outbox.start();
        }
    }

    @Override
    public Compared reconcile(boolean repair) {
        JournaledPredictionLog.Reconciled own = log.reconcile(repair);
        List<ReconciliationReport> reports = new ArrayList<>(List.of(own.index()));
        if (outbox != null) {
            reports.add(log.reconcile(outbox, repair));
        }
        return new Compared(own.journal(), reports);
    }

    @Override
    public @Nullable RemoteLogStatus remote() {
        return outbox == null ? null : outbox.status();
    }

    /** As {@link #remote}, after asking the table. */
    void copy() {
        if (outbox != null) {
            outbox.copyAll();
        }
    }

    @Override
    public void close() {
        if (outbox != null) {
            outbox.close();
        }
    }
}
