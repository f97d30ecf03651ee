package dev.keelson.http;

import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.ValidationReport;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The data of a project, for the HTTP interface and the command line. A source is named, or null for the only one (else
 * the one that the models read). A version is named by its id, a unique beginning of it, a tag or {@code latest}. Safe for
 * use by several threads.
 *
 * <p>Every method throws a {@link dev.keelson.error.KeelsonException}: UNKNOWN_REFERENCE when there is no such source,
 * DATASET_NOT_FOUND when there is no such version.
 */
public interface DataBackend {

    /**
     * Validates without loading, and keeps the report.
     *
     * @param version a stored version to look at; null for what the source holds now
     */
    ValidationReport check(@Nullable String source, @Nullable String version);

    /** Reports of validations (kind {@code validation}), newest first; of one source when it is not null. */
    List<StoredReport> checks(@Nullable String source, int limit);

    /** The rows that the latest load set aside or marked, those that are decided included. */
    List<Review.Item> review(@Nullable String source);

    /** All decisions, oldest first. */
    List<ReviewDecision> decisions(@Nullable String source);

    /**
     * Decides about a row; the next load follows it.
     *
     * @param row its id in {@link #review}, or a unique beginning of it
     * @param cells column to new text, for CORRECT
     * @throws dev.keelson.error.KeelsonException REVIEW_NOT_FOUND; and as {@link Review#decide}
     */
    ReviewDecision decide(
            @Nullable String source,
            String row,
            ReviewDecision.Action action,
            Map<String, String> cells,
            String actor,
            String reason);

    /** Undoes a decision; as {@link Review#revert}. */
    ReviewDecision revert(@Nullable String source, String decision, String actor, String reason);

    /** All versions of a source, oldest first. */
    List<DatasetVersion> versions(@Nullable String source);

    /** Tags of the versions of a source: name to id. */
    SortedMap<String, String> tags(@Nullable String source);

    /** A version by its name. */
    DatasetVersion version(@Nullable String source, String name);

    /** The version that was the latest at an instant. */
    DatasetVersion versionAt(@Nullable String source, Instant at);

    /** A version with its statistics and where it came from. */
    DatasetDetails details(DatasetVersion version);

    /** How a version differs from another one of the same source. */
    DatasetDifference difference(@Nullable String source, String before, String after);

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
}
