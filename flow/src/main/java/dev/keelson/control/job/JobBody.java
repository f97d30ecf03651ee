package dev.keelson.control.job;

import com.fasterxml.jackson.databind.JsonNode;

/** What a kind of job does. Used by several threads at once, each with a run of its own. */
@FunctionalInterface
public interface JobBody {
    /**
     * Does it, from the checkpoint on when there is one. It may be begun again after any of its steps: what it does twice must
     * come to the same as once.
     *
     * @param run what it is asked, and whom it tells how far it got
     * @return what came of it; a text field {@code message}, if there is one, is the job's sentence. Or what {@link JobRun#rest}
     *     gave, when it is to be run again later
     * @throws InterruptedException when the run was cancelled or is to go on elsewhere; everything it began must be undone or
     *     be as if it had not been begun
     */
    JsonNode run(JobRun run) throws Exception;
}
