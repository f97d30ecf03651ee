package dev.keelson.lineage;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds rows in dataset versions, one partition in memory at a time. For one question; not safe for use by several threads. */
final class RowFinder {
    /**
     * A row.
     *
     * @param source its source
     * @param key its key values joined by {@code |}
     * @param cells its key and what else was asked for, as text; missing cells are left out
     */
    record FoundRow(String source, String key, Instant eventTime, Instant knownAt, Map<String, String> cells) {}

    /** As many files are read at once at most. */
    private static final int MOST_FILES = 64;

    private final DatasetStore datasets;
    private final Map<String, Set<String>> keysOfPartition = new HashMap<>();

    RowFinder(DatasetStore datasets) {
        this.datasets = datasets;
    }

    /**
     * Rows of a version that were known strictly before an instant, the newest events first.
     *
     * <p>Files are read several at a time, the more the further back, and each row is looked at once, the newest events first.
     *
     * @param columns what {@code wanted} and the caller look at besides the key; those that the version lacks are left out
     * @param limit at most so many
     */
    List<FoundRow> newest(
            DatasetVersion version,
            Set<String> columns,
            @Nullable Instant knownBefore,
            @Nullable YearMonth month,
            Predicate<FoundRow> wanted,
            int limit) {
        Set<String> read = new LinkedHashSet<>(version.key());
        columns.stream().filter(version.schema()::contains).forEach(read::add);
        read.addAll(SystemColumns.NAMES);
        List<Partition> partitions = version.partitions().reversed().stream()
                .filter(partition -> month == null || partition.month().equals(month))
                .toList();
        List<FoundRow> found = new ArrayList<>();
        int next = 0;
        for (int many = 1; next < partitions.size() && found.size() < limit; many = Math.min(2 * many, MOST_FILES)) {
            List<Partition> some = partitions.subList(next, Math.min(next + many, partitions.size()));
            next += some.size();
            Frame frame = datasets.read(version, some, List.copyOf(read));
            List<FoundRow> here = new ArrayList<>();
            for (int i = 0; i < frame.rows(); i++) {
                FoundRow row = row(version, frame, i);
                if (knownBefore == null || row.knownAt().isBefore(knownBefore)) {
                    here.add(row);
                }
            }
            here.sort(Comparator.comparing(FoundRow::eventTime).reversed().thenComparing(FoundRow::key));
            here.stream().filter(wanted).forEachOrdered(found::add);
        }
        return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
    }

    private static FoundRow row(DatasetVersion version, Frame frame, int i) {
        Map<String, String> cells = new LinkedHashMap<>();
        for (int c = 0; c < frame.schema().columns().size(); c++) {
            Object cell = frame.vector(c).get(i);
            if (cell != null) {
                cells.put(frame.schema().columns().get(c).name(), cell.toString());
            }
        }
        return new FoundRow(
                version.source(),
                key(version, frame, i),
                Micros.toInstant(frame.longs(SystemColumns.EVENT_TIME).values()[i]),
                Micros.toInstant(frame.longs(SystemColumns.KNOWN_AT).values()[i]),
                cells);
    }

    /** As predictions name what they are about. */
    private static String key(DatasetVersion version, Frame frame, int row) {
        StringJoiner joined = new StringJoiner("|");
        for (String column : version.key()) {
            joined.add(String.valueOf(frame.vector(column).get(row)));
        }
        return joined.toString();
    }

    /** The oldest of some versions that has a row as it is, with its key, event time and known at; null when none has. */
    @Nullable DatasetVersion first(List<DatasetVersion> oldestFirst, FoundRow row) {
        YearMonth month = YearMonth.from(row.eventTime().atOffset(ZoneOffset.UTC));
        for (DatasetVersion version : oldestFirst) {
            for (Partition partition : version.partitions()) {
                if (partition.month().equals(month)
                        && !partition.lastKnown().isBefore(row.knownAt())
                        && !partition.lastEvent().isBefore(row.eventTime())
                        && keys(version, partition).contains(identity(row))) {
                    return version;
                }
            }
        }
        return null;
    }

    private Set<String> keys(DatasetVersion version, Partition partition) {
        return keysOfPartition.computeIfAbsent(version.source() + " " + partition.digest(), digest -> {
            List<String> columns = new ArrayList<>(version.key());
            SystemColumns.NAMES.stream().filter(name -> !columns.contains(name)).forEach(columns::add);
            Frame frame = datasets.read(version, List.of(partition), columns);
            Set<String> keys = new HashSet<>();
            for (int i = 0; i < frame.rows(); i++) {
                keys.add(identity(row(version, frame, i)));
            }
            return keys;
        });
    }

    private static String identity(FoundRow row) {
        return row.key() + "\n" + row.eventTime() + "\n" + row.knownAt();
    }
}
