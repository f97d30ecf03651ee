package dev.keelson.http;

import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
public interface DataBackend extends DataChanges {

    /** Reports of validations (kind {@code validation}), newest first; of one source when it is not null. */
    List<StoredReport> checks(@Nullable String source, int limit);

    /** The rows that the latest load set aside or marked, those that are decided included; with null those of every source. */
    List<Review.Item> review(@Nullable String source);

    /** All decisions, oldest first; with null those about every source. */
    List<ReviewDecision> decisions(@Nullable String source);

    /** All versions of a source, or of a view of a query ({@code view.NAME}), oldest first. */
    List<DatasetVersion> versions(@Nullable String source);

    /** The version that is read now; empty when nothing was loaded. */
    Optional<DatasetVersion> latest(@Nullable String source);

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
}
