package dev.keelson.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a load did. Every row that was read is counted once:
 * {@code read = loaded + updated + deleted + superseded + unchanged + quarantined.size()}.
 *
 * @param source name of the source
 * @param read rows of the file that were visible to the load
 * @param loaded rows that are new
 * @param updated rows that replaced one of the same key
 * @param deleted rows of a change feed that took a row out
 * @param superseded rows of a change feed after which a later one of the same key came in the same load
 * @param unchanged rows that were there already, exact copies within the file included
 * @param copies how many of {@code unchanged} are exact copies within the file
 * @param quarantined rows set aside, in the order of the file for those that could not be read, then those that came
 * too
 *     late
 * @param quarantineId under which the quarantined rows are stored, or null when there are none
 * @param nulled cells that broke a rule and were made missing, over the whole file: column to count
 * @param sha256 of what was read (see {@link SourceRows#sha256})
 * @param checks what became of each check, in declared order
 * @param marked rows that stay but should be looked at: those that break a rule of onFail WARN, and unlikely values
 * @param markedId under which the marked rows are stored, or null when there are none
 * @param version the latest version now; null when nothing was ever loaded
 * @param previous the latest version before, or null; the same as {@code version} when nothing changed
 */
public record LoadReport(
        String source,
        long read,
        long loaded,
        long updated,
        long deleted,
        long superseded,
        long unchanged,
        long copies,
        List<QuarantinedRow> quarantined,
        @Nullable String quarantineId,
        Map<String, Long> nulled,
        String sha256,
        List<CheckResult> checks,
        List<QuarantinedRow> marked,
        @Nullable String markedId,
        @Nullable DatasetVersion version,
        @Nullable DatasetVersion previous) {
    public LoadReport {
        quarantined = List.copyOf(quarantined);
        nulled = Collections.unmodifiableMap(new LinkedHashMap<>(nulled));
        checks = List.copyOf(checks);
        marked = List.copyOf(marked);
        if (read != loaded + updated + deleted + superseded + unchanged + quarantined.size()) {
            throw new IllegalArgumentException(
                    ("read (%d) must be the sum of loaded (%d), updated (%d), deleted (%d), superseded (%d), unchanged"
                                    + " (%d) and quarantined (%d).")
                            .formatted(read, loaded, updated, deleted, superseded, unchanged, quarantined.size()));
        }
    }

    /** Whether the load made a new version the latest. */
    public boolean changed() {
        return version != null && (previous == null || !version.id().equals(previous.id()));
    }

    /** The checks that do not hold; after a load all of severity WARN. */
    public List<CheckResult> warnings() {
        return checks.stream().filter(check -> !check.passed()).toList();
    }
}
