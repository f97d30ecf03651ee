package dev.keelson.http;

import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.RemoteLogStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The copies of the journal: its index, and a remote table where the project names one. Safe for use by several threads. */
public interface PredictionCopies {

    /**
     * Holds each copy against the journal.
     *
     * @param repair whether to mend them where they differ
     */
    List<ReconciliationReport> reconcile(boolean repair);

    /** How far the remote table has followed; null when there is none. */
    @Nullable RemoteLogStatus remote();
}
