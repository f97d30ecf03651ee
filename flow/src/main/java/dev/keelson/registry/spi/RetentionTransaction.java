package dev.keelson.registry.spi;

import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.RunInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be removed for good, and what might speak of it. */
public interface RetentionTransaction {

    /** Who speaks of something. */
    enum Referrer {
        /** A registered model or a version of it, with source, tags and aliases. */
        VERSION("a registered version"),
        /** A logged model, by its source, or because a run measured it. */
        LOGGED_MODEL("a logged model"),
        /** Predictions of a version that was deleted. */
        PREDICTION("predictions"),
        /** An entry of the audit trail; what one says of a version that was deleted counts while predictions name that version. */
        AUDIT("the audit trail"),
        /** A stored report. */
        REPORT("a report"),
        /** What a step or a training remembers of what it made. */
        STEP("a stored step"),
        /** A definition of the project file. */
        DEFINITION("a definition"),
        /** A change that waits for another registry, or a conflict with it. */
        OUTBOX("the other registry"),
        /** An experiment that stays. */
        EXPERIMENT("an experiment"),
        /** A run that stays: its provenance, params, tags and datasets. */
        RUN("a run that stays");

        private final String words;

        Referrer(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /** Reads texts one by one. */
    @FunctionalInterface
    interface TextReader {
        /**
         * Reads one.
         *
         * @param what which one of its kind
         */
        void read(Referrer referrer, String what, String text);
    }

    /** Runs that were deleted before a time and still are. */
    List<RunInfo> deletedRuns(Instant before);

    /** Experiments that were deleted, and changed last, before a time. The first of all, {@code 0}, is never among them. */
    List<Experiment> deletedExperiments(Instant before);

    /** What versions and logged models say: few rows, whose word decides. */
    void models(TextReader reader);

    /**
     * Everything else that is said in the catalogue.
     *
     * @param without runs whose own words do not count
     */
    void others(Set<String> without, TextReader reader);

    /** The words of some runs. */
    void runs(Collection<String> ids, TextReader reader);

    /** Removes a run that was deleted before a time, with its metrics, params, tags, inputs and the names of its files. */
    boolean removeRun(String id, Instant before);

    /**
     * What an experiment still holds, in a few words; null when it holds nothing.
     *
     * @param without runs that do not count, nor do their files
     */
    @Nullable String holds(String experimentId, Set<String> without);

    /** Removes an experiment that was deleted before a time, when it holds nothing. */
    boolean removeExperiment(String id, Instant before);
}
