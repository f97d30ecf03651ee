package dev.keelson.data.spi;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A dataset store that forgets everything at the end of the test. It honours {@link DatasetStoreContract}. */
public final class InMemoryDatasetStore implements DatasetStore {
    private final Map<String, Frame> files = new LinkedHashMap<>();
    private final Map<String, DatasetVersion> versions = new LinkedHashMap<>();
    private final Map<String, String> heads = new LinkedHashMap<>();
    private final Map<String, List<QuarantinedRow>> quarantine = new LinkedHashMap<>();
    private final List<Integer> partitionsWritten = new ArrayList<>();
    private final Map<String, SortedMap<String, String>> tags = new LinkedHashMap<>();
    private int reads;

    /** How many partitions each put wrote. */
    public List<Integer> partitionsWritten() {
        return partitionsWritten;
    }

    /** How many partitions were read so far. */
    public int reads() {
        return reads;
    }

    @Override
    public DatasetVersion put(DatasetDraft draft) {
        List<Partition> written = new ArrayList<>();
        for (PartitionRows rows : draft.changed()) {
            String name = rows.fileName("memory");
            files.put(name, rows.rows());
            written.add(rows.stored(draft.key(), name, rows.digest()));
        }
        partitionsWritten.add(written.size());
        DatasetVersion version = draft.complete(written);
        DatasetVersion stored = versions.computeIfAbsent(version.id(), id -> version);
        heads.put(draft.source(), stored.id());
        return stored;
    }

    @Override
    public synchronized Partition stage(String source, List<String> key, PartitionRows rows) {
        String name = rows.fileName("memory");
        files.put(name, rows.rows());
        return rows.stored(key, name, rows.digest());
    }

    @Override
    public Optional<DatasetVersion> latest(String source) {
        return Optional.ofNullable(heads.get(source)).map(versions::get);
    }

    @Override
    public Optional<DatasetVersion> get(String id) {
        List<DatasetVersion> found = versions.values().stream()
                .filter(version -> version.id().startsWith(id))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    @Override
    public List<DatasetVersion> versions(String source) {
        return versions.values().stream()
                .filter(version -> version.source().equals(source))
                .sorted(Comparator.comparing(DatasetVersion::createdAt).thenComparing(DatasetVersion::id))
                .toList();
    }

    @Override
    public void moveTo(String source, @Nullable String id) {
        if (id == null) {
            heads.remove(source);
        } else if (versions.containsKey(id)) {
            heads.put(source, id);
        } else {
            throw new KeelsonException(ErrorCode.DATASET_NOT_FOUND, "There is no version (%s).".formatted(id), null);
        }
    }

    @Override
    public Frame read(DatasetVersion version, List<Partition> partitions, List<String> columns) {
        reads += partitions.size();
        if (partitions.isEmpty()) {
            Partition like = version.partitions().getFirst();
            return file(like).select(columns).take(new int[0]);
        }
        return concat(partitions.stream()
                .map(partition -> file(partition).select(columns))
                .toList());
    }

    private Frame file(Partition partition) {
        return Objects.requireNonNull(files.get(partition.file()));
    }

    private static Frame concat(List<Frame> frames) {
        int rows = frames.stream().mapToInt(Frame::rows).sum();
        Schema schema = frames.getFirst().schema();
        List<Vector> vectors = new ArrayList<>();
        for (int c = 0; c < schema.columns().size(); c++) {
            vectors.add(vector(schema.columns().get(c), frames, c, rows));
        }
        return new Frame(schema, vectors, rows);
    }

    private static Vector vector(Column column, List<Frame> frames, int c, int rows) {
        List<@Nullable Object> cells = new ArrayList<>(rows);
        boolean[] nulls = new boolean[rows];
        for (Frame frame : frames) {
            for (int i = 0; i < frame.rows(); i++) {
                nulls[cells.size()] = frame.vector(c).isNull(i);
                cells.add(cell(frame.vector(c), i));
            }
        }
        boolean @Nullable [] missing = IntStream.range(0, rows).anyMatch(i -> nulls[i]) ? nulls : null;
        return switch (column.type()) {
            case DOUBLE ->
                new Vector.Doubles(
                        cells.stream()
                                .mapToDouble(cell -> cell == null ? 0 : (Double) cell)
                                .toArray(),
                        missing);
            case LONG, DATE, TIMESTAMP ->
                new Vector.Longs(
                        column.type(),
                        cells.stream()
                                .mapToLong(cell -> cell == null ? 0 : (Long) cell)
                                .toArray(),
                        missing);
            case STRING -> new Vector.Strings(cells.toArray(String[]::new));
            case BOOLEAN -> {
                boolean[] values = new boolean[rows];
                for (int i = 0; i < rows; i++) {
                    values[i] = Boolean.TRUE.equals(cells.get(i));
                }
                yield new Vector.Booleans(values, missing);
            }
        };
    }

    private static @Nullable Object cell(Vector vector, int row) {
        return vector.isNull(row)
                ? null
                : vector instanceof Vector.Longs longs ? (Object) longs.values()[row] : vector.get(row);
    }

    @Override
    public void verify(DatasetVersion version) {
        for (Partition partition : version.partitions()) {
            Frame rows = files.get(partition.file());
            if (rows == null || !PartitionRows.digestOf(rows).equals(partition.digest())) {
                throw new KeelsonException(
                        ErrorCode.DATASET_TAMPERED, "(%s) was altered.".formatted(partition.file()), null);
            }
        }
    }

    @Override
    public String putQuarantine(String source, List<QuarantinedRow> rows) {
        String id = Integer.toHexString(Arrays.hashCode(rows.toArray()));
        quarantine.put(source + "/" + id, List.copyOf(rows));
        return id;
    }

    @Override
    public List<QuarantinedRow> quarantine(String source, String id) {
        return quarantine.getOrDefault(source + "/" + id, List.of());
    }

    @Override
    public void tag(DatasetVersion version, String tag) {
        if (!DatasetVersion.isTag(tag)) {
            throw new IllegalArgumentException("tag (%s) must be a name.".formatted(tag));
        }
        tags.computeIfAbsent(version.source(), source -> new TreeMap<>()).put(tag, version.id());
    }

    @Override
    public boolean untag(String source, String tag) {
        return tags.getOrDefault(source, new TreeMap<>()).remove(tag) != null;
    }

    @Override
    public SortedMap<String, String> tags(String source) {
        return new TreeMap<>(tags.getOrDefault(source, new TreeMap<>()));
    }

    @Override
    public DatasetGarbage collect(String source, Set<String> keep, boolean dryRun) {
        Set<String> kept = new HashSet<>(keep);
        kept.addAll(tags(source).values());
        kept.add(heads.getOrDefault(source, ""));
        List<String> gone = versions(source).stream()
                .map(DatasetVersion::id)
                .filter(id -> !kept.contains(id))
                .toList();
        Set<String> needed = new HashSet<>();
        versions.values().stream()
                .filter(version -> !gone.contains(version.id()))
                .forEach(version -> version.partitions().forEach(each -> needed.add(each.file())));
        List<String> orphans =
                files.keySet().stream().filter(file -> !needed.contains(file)).toList();
        if (!dryRun) {
            gone.forEach(versions::remove);
            orphans.forEach(files::remove);
        }
        return new DatasetGarbage(gone, gone.size() + orphans.size(), 0);
    }

    @Override
    public int sweep() {
        return 0;
    }
}
