package dev.keelson.data;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A version that is about to be stored: the partitions it takes over and the rows of those that changed.
 *
 * @param source name of the source
 * @param schema columns of all partitions
 * @param key columns that identify a row
 * @param kept partitions whose files exist already
 * @param changed partitions to write; their months are not among the kept ones
 * @param nulls missing cells by column over all rows
 * @param cursorMark greatest cursor of all rows
 * @param parent id of the version before, or null
 * @param createdAt when it is made
 */
public record DatasetDraft(
        String source,
        Schema schema,
        List<String> key,
        List<DatasetVersion.Partition> kept,
        List<PartitionRows> changed,
        Map<String, Long> nulls,
        Instant cursorMark,
        @Nullable String parent,
        Instant createdAt) {
    public DatasetDraft {
        key = List.copyOf(key);
        kept = List.copyOf(kept);
        changed = List.copyOf(changed);
        nulls = Map.copyOf(nulls);
    }

    /**
     * The rows of one month, in canonical order.
     *
     * @param month the month (UTC) of their event times
     * @param rows in order of (key, event time), at least one
     * @param digest SHA-256 over the schema and the typed rows
     */
    public record PartitionRows(YearMonth month, Frame rows, String digest) {

        /** Puts rows in canonical order and hashes them. */
        public static PartitionRows of(YearMonth month, Frame rows, List<String> key) {
            return ofSorted(month, rows.take(Frames.keyOrder(rows, key)));
        }

        /** Hashes rows that are in canonical order. */
        static PartitionRows ofSorted(YearMonth month, Frame sorted) {
            return new PartitionRows(month, sorted, digestOf(sorted));
        }

        /** SHA-256 over the schema and the typed rows of a partition in their order, 64 hexadecimal digits. */
        public static String digestOf(Frame rows) {
            return new RowDigests().ofPartition(rows);
        }

        /** Name for the file: the month and the digest, so that the same rows have the same name. */
        public String fileName(String extension) {
            return month + "-" + digest + "." + extension;
        }

        /**
         * The partition, once its file is written.
         *
         * @param key columns that identify a row
         * @param file name of the file
         * @param fileSha256 SHA-256 of the file
         */
        public DatasetVersion.Partition stored(List<String> key, String file, String fileSha256) {
            long[] events = rows.longs(SystemColumns.EVENT_TIME).values();
            long[] known = rows.longs(SystemColumns.KNOWN_AT).values();
            long first = Long.MAX_VALUE;
            long last = Long.MIN_VALUE;
            long lastKnown = Long.MIN_VALUE;
            for (int i = 0; i < events.length; i++) {
                first = Math.min(first, events[i]);
                last = Math.max(last, events[i]);
                lastKnown = Math.max(lastKnown, known[i]);
            }
            RowOrder byKeyAndEvent = Frames.inKeyOrder(rows, key);
            RowOrder byKeyAndKnown = Frames.inKeyAndKnownOrder(rows, key);
            boolean unique = true;
            boolean sorted = true;
            for (int i = 1; i < events.length; i++) {
                unique &= byKeyAndEvent.compare(i - 1, i) != 0;
                sorted &= byKeyAndKnown.compare(i - 1, i) <= 0;
            }
            return new DatasetVersion.Partition(
                    month,
                    events.length,
                    digest,
                    file,
                    fileSha256,
                    Micros.toInstant(first),
                    Micros.toInstant(last),
                    Micros.toInstant(lastKnown),
                    unique,
                    sorted,
                    inEventOrder(events, known));
        }

        /** Whether rows in order of their event times are in order of their known times, too. */
        private static boolean inEventOrder(long[] events, long[] known) {
            if (IntStream.range(1, events.length).allMatch(i -> known[i] - events[i] == known[0] - events[0])) {
                return true;
            }
            int[] byEvent = Frames.order(events.length, (a, b) -> {
                int order = Long.compare(events[a], events[b]);
                return order != 0 ? order : Long.compare(known[a], known[b]);
            });
            return IntStream.range(1, byEvent.length).allMatch(i -> known[byEvent[i - 1]] <= known[byEvent[i]]);
        }
    }

    /**
     * The version, once the changed partitions' files are written.
     *
     * @param written one for each of {@link #changed}, in any order
     */
    public DatasetVersion complete(List<DatasetVersion.Partition> written) {
        List<DatasetVersion.Partition> all = new ArrayList<>(kept);
        all.addAll(written);
        all.sort(Comparator.comparing(DatasetVersion.Partition::month));
        return new DatasetVersion(
                DatasetVersion.idOf(schema, all), source, schema, key, all, nulls, cursorMark, parent, createdAt);
    }
}
