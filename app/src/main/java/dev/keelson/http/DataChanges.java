package dev.keelson.http;

import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.ValidationReport;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the data of a project, whoever owns it: this process, or another one that serves it. Sources and versions
 * are named as in {@link DataBackend}.
 *
 * <p>Every method throws a {@link dev.keelson.error.KeelsonException}: UNKNOWN_REFERENCE when there is no such source,
 * DATASET_NOT_FOUND when there is no such version.
 */
public interface DataChanges {

    /**
     * Loads one source, or every source in the order of the project file; rows that are there already are not loaded again.
     *
     * @param source null for all
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.data.DataLoad#load} does, which ends it: the sources
     *     before stay loaded
     */
    List<LoadReport> load(@Nullable String source);

    /**
     * Validates without loading, and keeps the report.
     *
     * @param version a stored version to look at; null for what the source holds now
     */
    ValidationReport check(@Nullable String source, @Nullable String version);

    /**
     * Validates every source as it is now, in the order of the project file, without loading, and keeps a report of each.
     *
     * @return at least one
     */
    List<ValidationReport> checkAll();

    /**
     * Decides about a row; the next load follows it.
     *
     * @param source where the row is looked for; with null in every source
     * @param row its id in {@link DataBackend#review}, or a unique beginning of it
     * @param cells column to new text, for CORRECT
     * @throws dev.keelson.error.KeelsonException REVIEW_NOT_FOUND; and as {@link dev.keelson.data.Review#decide}
     */
    ReviewDecision decide(
            @Nullable String source,
            String row,
            ReviewDecision.Action action,
            Map<String, String> cells,
            String actor,
            String reason);

    /** Undoes a decision, about any source with null; as {@link dev.keelson.data.Review#revert}. */
    ReviewDecision revert(@Nullable String source, String decision, String actor, String reason);

    /**
     * Names a version.
     *
     * @throws dev.keelson.error.KeelsonException BAD_REQUEST when the tag is no name
     */
    DatasetVersion tag(@Nullable String source, String version, String tag);

    /**
     * Takes a name away.
     *
     * @throws dev.keelson.error.KeelsonException TAG_NOT_FOUND
     */
    void untag(@Nullable String source, String tag);

    /**
     * Removes versions that nothing names: no run of the project or of a replay, no report, no replay's state, no tag, and
     * not the latest.
     *
     * @param source of which source; with null of every source and of the views of queries
     * @param dryRun whether to say only what would be removed
     */
    DatasetGarbage collect(@Nullable String source, boolean dryRun);
}
