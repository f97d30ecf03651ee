package dev.keelson.data;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.id.Sha256;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable state of a source's rows: a list of month partitions with their digests. Two versions with the same rows
 * have the same id, however the rows came in.
 *
 * @param id SHA-256 over the schema and the partitions' months, counts and digests, 64 hexadecimal digits
 * @param source name of the source
 * @param schema columns of the source, then those of {@link SystemColumns}
 * @param key columns that identify a row
 * @param partitions by month, ascending; at least one
 * @param nulls missing cells by column; a column without any is left out
 * @param cursorMark greatest cursor of all rows, where the next load continues
 * @param parent id of the version that it was made from, or null
 * @param createdAt when it was made; not part of the id
 */
public record DatasetVersion(
        String id,
        String source,
        Schema schema,
        List<String> key,
        List<Partition> partitions,
        Map<String, Long> nulls,
        Instant cursorMark,
        @Nullable String parent,
        Instant createdAt) {
    public DatasetVersion {
        key = List.copyOf(key);
        partitions = List.copyOf(partitions);
        nulls = Collections.unmodifiableMap(new TreeMap<>(nulls));
        if (partitions.isEmpty()) {
            throw new IllegalArgumentException("A version must have at least one partition.");
        }
        for (int i = 1; i < partitions.size(); i++) {
            if (!partitions.get(i - 1).month().isBefore(partitions.get(i).month())) {
                throw new IllegalArgumentException("partitions must be in ascending order of distinct months.");
            }
        }
        String expected = idOf(schema, partitions);
        if (!id.equals(expected)) {
            throw new IllegalArgumentException(
                    "id (%s) must be the hash of the partitions (%s).".formatted(id, expected));
        }
    }

    /**
     * The rows whose event time lies in one month (UTC), in one immutable file, in order of (key, event time).
     *
     * @param month the month
     * @param rows how many
     * @param digest SHA-256 over the schema and the typed rows in their order, 64 hexadecimal digits
     * @param file name of the file
     * @param fileSha256 SHA-256 of the file, to detect tampering
     * @param firstEvent earliest event time
     * @param lastEvent latest event time
     * @param lastKnown latest known at
     * @param uniqueByKeyAndEvent whether no two rows have the same key and event time
     * @param sortedByKeyAndKnown whether the rows are in order of (key, known at) as well
     * @param eventOrderIsKnownOrder whether rows in order of event time are in order of known at
     */
    public record Partition(
            YearMonth month,
            long rows,
            String digest,
            String file,
            String fileSha256,
            Instant firstEvent,
            Instant lastEvent,
            Instant lastKnown,
            boolean uniqueByKeyAndEvent,
            boolean sortedByKeyAndKnown,
            boolean eventOrderIsKnownOrder) {}

    /** The canonical id of a schema and partitions in ascending order of months. */
    public static String idOf(Schema schema, List<Partition> partitions) {
        Sha256 sha = new Sha256();
        sha.add("keelson dataset 1").add(RowDigests.schema(schema));
        for (Partition partition : partitions) {
            sha.add(partition.month().toString()).add(partition.rows()).add(partition.digest());
        }
        return sha.hex();
    }

    /** How many rows there are. */
    public long rows() {
        return partitions.stream().mapToLong(Partition::rows).sum();
    }

    /** Event time of the earliest row. */
    public Instant firstEvent() {
        return partitions.stream()
                .map(Partition::firstEvent)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Event time of the latest row. */
    public Instant lastEvent() {
        return partitions.stream()
                .map(Partition::lastEvent)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** When the last of the rows became known. */
    public Instant watermark() {
        return partitions.stream()
                .map(Partition::lastKnown)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Columns with those by which rows are put in order added where they are missing. */
    public List<String> withOrder(List<String> columns) {
        Set<String> names = new LinkedHashSet<>(columns);
        names.addAll(key);
        names.addAll(SystemColumns.NAMES);
        return List.copyOf(names);
    }

    /**
     * Rows in order of (known at, event time, key).
     *
     * @param rows with the columns of {@link #withOrder}
     * @param columns those to keep
     */
    public Frame inKnownOrder(Frame rows, List<String> columns) {
        int[] order = Frames.order(rows.rows(), Frames.inKnownOrder(rows, key));
        return rows.select(columns).take(order);
    }

    /** Whether a column has no value in any row. */
    public boolean isEmpty(String column) {
        return nulls.getOrDefault(column, 0L) == rows();
    }

    /** Whether a text may name a version: a word that cannot be taken for an id or for {@code latest}. */
    public static boolean isTag(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9._-]{0,62}") && !text.matches("[0-9a-f]+") && !text.equals("latest");
    }

    /** The first 12 digits of the id, for people. */
    public String shortId() {
        return id.substring(0, 12);
    }
}
