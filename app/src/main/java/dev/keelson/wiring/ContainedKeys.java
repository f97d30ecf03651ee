package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.RowDigests;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Tells which rows have the key of one that the dataset holds and that stored features contain: to count them as well would
 * count their event twice. Where the time of the event is no part of the key, eight bytes for each row of the dataset are
 * held. Not safe for use by several threads.
 */
final class ContainedKeys {
    private final DatasetStore datasets;
    private final Map<String, Held> held = new HashMap<>();

    /**
     * The keys of a version.
     *
     * @param until those known strictly before
     * @param sorted half of each key's digest
     */
    @SuppressWarnings("ArrayRecordComponent") // held, never compared
    private record Held(String version, long until, long[] sorted) {}

    ContainedKeys(DatasetStore datasets) {
        this.datasets = datasets;
    }

    /**
     * Which rows' keys a version holds.
     *
     * @param rows with the system columns
     * @param until the version's rows known strictly before it are looked at
     */
    int[] among(DatasetVersion version, SourceDefinition source, Frame rows, long until) {
        long[] keys;
        if (source.key().contains(source.eventTime())) {
            Set<YearMonth> months = new HashSet<>();
            for (long event : rows.longs(SystemColumns.EVENT_TIME).values()) {
                months.add(YearMonth.from(Micros.toInstant(event).atOffset(ZoneOffset.UTC)));
            }
            keys = keys(
                    version,
                    version.partitions().stream()
                            .filter(partition -> months.contains(partition.month()))
                            .toList(),
                    until);
        } else {
            Held mine = held.get(source.name());
            if (mine == null || !mine.version().equals(version.id()) || mine.until() != until) {
                mine = new Held(version.id(), until, keys(version, version.partitions(), until));
                held.put(source.name(), mine);
            }
            keys = mine.sorted();
        }
        long[] asked = new RowDigests().ofRows(rows, source.key());
        return IntStream.range(0, rows.rows())
                .filter(row -> Arrays.binarySearch(keys, asked[2 * row]) >= 0)
                .toArray();
    }

    private long[] keys(DatasetVersion version, List<Partition> partitions, long until) {
        List<String> columns = new ArrayList<>(version.key());
        columns.add(SystemColumns.KNOWN_AT);
        long[] keys = new long[Math.toIntExact(partitions.stream().mapToLong(Partition::rows).sum())];
        int count = 0;
        for (Partition partition : partitions) {
            Frame frame = datasets.read(version, List.of(partition), columns);
            long[] known = frame.longs(SystemColumns.KNOWN_AT).values();
            long[] digests = new RowDigests().ofRows(frame, version.key());
            for (int row = 0; row < known.length; row++) {
                if (known[row] < until) {
                    keys[count++] = digests[2 * row];
                }
            }
        }
        long[] sorted = Arrays.copyOf(keys, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
