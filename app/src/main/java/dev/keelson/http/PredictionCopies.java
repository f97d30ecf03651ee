package dev.keelson.http;

import dev.keelson.serve.JournalReport;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.RemoteLogStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The journal and its copies: the index, and a remote table where the project names one. Safe for use by several threads. */
public interface PredictionCopies {

    /**
     * Checks the journal, and holds each copy against it.
     *
     * @param repair whether to mend the journal by its index, and the copies where they differ
     */
    Compared reconcile(boolean repair);

    /**
     * What was found.
     *
     * @param journal of the journal itself
     * @param copies of each copy, the index first
     */
    record Compared(JournalReport journal, List<ReconciliationReport> copies) {
        public Compared {
            copies = List.copyOf(copies);
        }
    }

    /** How far the remote table has followed; null when there is none. */
    @Nullable RemoteLogStatus remote();
}
