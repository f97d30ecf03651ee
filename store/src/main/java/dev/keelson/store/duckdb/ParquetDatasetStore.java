package dev.keelson.store.duckdb;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetManifest;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.id.CanonicalJson;
import dev.keelson.id.Sha256;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Dataset versions as Parquet files, one for each month and content, and a manifest for each version:
 *
 * <pre>{@code
 * <folder>/<source>/2021-05-<digest>.parquet
 * <folder>/<source>/versions/<id>.json
 * <folder>/<source>/quarantine/<id>.jsonl
 * <folder>/<source>/statistics/<id>.json      what its columns look like; made when first asked for
 * <folder>/<source>/tags/<name>               the id of a version
 * <heads>/<source>/HEAD                        the id of the latest version
 * }</pre>
 *
 * <p>A version is written files first, then manifest, then HEAD, each forced to the disk and renamed into place; what
 * an
 * interruption leaves is not visible and removed by {@link #sweep}. Stores with different heads may share one folder,
 * as
 * replays do. One process at a time.
 */
public final class ParquetDatasetStore implements DatasetStore {
    private static final String HEAD = "HEAD";
    private static final String PARQUET = "parquet";
    private static final int REMEMBERED = 256;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Path heads;
    private final ParquetFiles parquet;
    private final Interruption interruption;
    private final Map<Path, DatasetVersion> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, DatasetVersion> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Called between the steps of a write. */
    interface Interruption {
        void before(String step);
    }

    /**
     * @param folder where everything is kept; made when first written to
     * @param engine reads and writes the files; not closed by this
     */
    public ParquetDatasetStore(Path folder, DuckDb engine) {
        this(folder, folder, engine);
    }

    /**
     * A store whose latest versions are its own but whose files are shared.
     *
     * @param folder where files and manifests are kept
     * @param heads where the ids of the latest versions are kept
     * @param engine reads and writes the files; not closed by this
     */
    public ParquetDatasetStore(Path folder, Path heads, DuckDb engine) {
        this(folder, heads, engine, step -> {});
    }

    ParquetDatasetStore(Path folder, Path heads, DuckDb engine, Interruption interruption) {
        this.folder = folder;
        this.heads = heads;
        this.parquet = new ParquetFiles(engine);
        this.interruption = interruption;
    }

    private Path sourceFolder(String source) {
        return folder.resolve(folderName(source));
    }

    /** A name that no file system takes amiss. */
    private static String folderName(String source) {
        String encoded = URLEncoder.encode(source, StandardCharsets.UTF_8);
        return encoded.startsWith(".") ? "%2E" + encoded.substring(1) : encoded;
    }

    private Path manifest(String source, String id) {
        return sourceFolder(source).resolve("versions").resolve(id + ".json");
    }

    private Path head(String source) {
        return heads.resolve(folderName(source)).resolve(HEAD);
    }

    @Override
    public synchronized DatasetVersion put(DatasetDraft draft) {
        Path target = sourceFolder(draft.source());
        DatasetFiles.createFolders(target);
        DatasetVersion version = draft.complete(writePartitions(target, draft.key(), draft.changed()));
        Path manifest = manifest(draft.source(), version.id());
        interruption.before("manifest");
        if (Files.exists(manifest)) {
            version = read(manifest);
        } else {
            DatasetFiles.write(manifest, DatasetManifest.write(version).getBytes(StandardCharsets.UTF_8));
            remembered.put(manifest, version);
        }
        interruption.before("head");
        DatasetFiles.write(head(draft.source()), version.id().getBytes(StandardCharsets.US_ASCII));
        return version;
    }

    @Override
    public Partition stage(String source, List<String> key, PartitionRows rows) {
        Path target = sourceFolder(source);
        DatasetFiles.createFolders(target);
        return writePartitions(target, key, List.of(rows)).getFirst();
    }

    private List<Partition> writePartitions(Path target, List<String> key, List<PartitionRows> changed) {
        List<PartitionRows> missing = changed.stream()
                .filter(rows -> !Files.exists(target.resolve(rows.fileName(PARQUET))))
                .toList();
        List<Path> files = missing.stream()
                .map(rows -> target.resolve(rows.fileName(PARQUET)))
                .toList();
        List<Path> temporary = files.stream().map(DatasetFiles::unfinished).toList();
        if (!missing.isEmpty()) {
            try {
                parquet.write(missing.stream().map(PartitionRows::rows).toList(), temporary);
            } catch (SQLException e) {
                KeelsonException noRoom = EngineErrors.noRoom(e);
                KeelsonException failure = noRoom == null ? StoreErrors.writing(files.getFirst(), e) : noRoom;
                temporary.forEach(file -> DatasetFiles.discarding(file, failure));
                throw failure;
            }
        }
        for (int i = 0; i < files.size(); i++) {
            interruption.before("partition " + i);
            DatasetFiles.publish(temporary.get(i), files.get(i));
        }
        List<Partition> written = new ArrayList<>();
        for (PartitionRows rows : changed) {
            String name = rows.fileName(PARQUET);
            Path file = target.resolve(name);
            try {
                if (!files.contains(file) && !FileDigests.trusts(file)) {
                    requireRows(file, rows);
                }
                written.add(rows.stored(key, name, FileDigests.of(file)));
                FileDigests.trust(file);
            } catch (IOException e) {
                throw tampered(file, "cannot be read: " + e.getMessage(), e);
            }
        }
        return written;
    }

    /** A file of another version, or of another project over the same folder, is used again if it holds these rows. */
    private void requireRows(Path file, PartitionRows expected) {
        Frame rows = expected.rows();
        try {
            Frame found = parquet.read(List.of(file), rows.schema().columns(), rows.rows());
            if (!PartitionRows.digestOf(found).equals(expected.digest())) {
                throw tampered(file, "has other rows than its name says", null);
            }
        } catch (SQLException e) {
            throw tampered(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static KeelsonException tampered(Path file, String what, @Nullable Throwable cause) {
        return new KeelsonException(List.of(tampering(file, what)), cause);
    }

    private static Problem tampering(Path file, String what) {
        return Problem.of(
                ErrorCode.DATASET_TAMPERED,
                "The stored file (%s) %s.".formatted(file, what),
                remedy(file, "load the source again into an empty folder."));
    }

    /** @param ofSource what helps for a file of a source; the rows of a view of a query are computed again */
    private static String remedy(Path file, String ofSource) {
        return "Maybe restore it from a backup, or "
                + Stream.iterate(file.getParent(), Objects::nonNull, Path::getParent)
                        .limit(2) // manifests lie a folder deeper
                        .filter(folder -> String.valueOf(folder.getFileName()).startsWith("view."))
                        .findFirst()
                        .map(view -> ("remove the folder (%s): `keelson features materialize` computes the rows of the view again;"
                                        + " older versions of them are lost.")
                                .formatted(view))
                        .orElse(ofSource);
    }

    private DatasetVersion read(Path manifest) {
        DatasetVersion known = remembered.get(manifest);
        if (known != null) {
            return known;
        }
        try {
            DatasetVersion version = DatasetManifest.read(Files.readString(manifest));
            remembered.put(manifest, version);
            return version;
        } catch (IOException e) {
            throw tampered(manifest, "cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw tampered(manifest, "is not the manifest that was written: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized Optional<DatasetVersion> latest(String source) {
        Path head = head(source);
        if (!Files.exists(head)) {
            return Optional.empty();
        }
        try {
            String id = Files.readString(head, StandardCharsets.UTF_8).strip();
            if (!id.matches("[0-9a-f]{64}")) {
                throw tampered(head, "does not hold the id of a version", null);
            }
            return Optional.of(read(manifest(source, id)));
        } catch (IOException e) {
            throw tampered(head, "cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized Optional<DatasetVersion> get(String id) {
        if (!id.matches("[0-9a-f]{1,64}")) {
            return Optional.empty();
        }
        List<Path> found = new ArrayList<>();
        for (Path source : list(folder)) {
            for (Path manifest : list(source.resolve("versions"))) {
                String name = String.valueOf(manifest.getFileName());
                if (name.startsWith(id) && name.endsWith(".json")) {
                    found.add(manifest);
                }
            }
        }
        return found.size() == 1 ? Optional.of(read(found.getFirst())) : Optional.empty();
    }

    @Override
    public synchronized List<DatasetVersion> versions(String source) {
        return manifests(sourceFolder(source)).stream()
                .map(this::read)
                .sorted(Comparator.comparing(DatasetVersion::createdAt).thenComparing(DatasetVersion::id))
                .toList();
    }

    private static List<Path> manifests(Path sourceFolder) {
        return list(sourceFolder.resolve("versions")).stream()
                .filter(file -> file.toString().endsWith(".json"))
                .toList();
    }

    /** What is in a folder, by name; nothing when there is no such folder. */
    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void moveTo(String source, @Nullable String id) {
        Path head = head(source);
        if (id == null) {
            try {
                Files.deleteIfExists(head);
            } catch (IOException e) {
                throw StoreErrors.writing(head, e);
            }
            return;
        }
        if (!Files.exists(manifest(source, id))) {
            throw new KeelsonException(
                    ErrorCode.DATASET_NOT_FOUND,
                    "The source (%s) has no version (%s).".formatted(source, id),
                    "Maybe it was loaded in another project.");
        }
        DatasetFiles.write(head, id.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Frame read(DatasetVersion version, List<Partition> partitions, List<String> columns) {
        List<Column> wanted = columns.stream().map(version.schema()::column).toList();
        List<Path> files = files(version, partitions);
        long rows = partitions.stream().mapToLong(Partition::rows).sum();
        try {
            return parquet.read(files, wanted, Math.toIntExact(rows));
        } catch (SQLException e) {
            KeelsonException noRoom = EngineErrors.noRoom(e);
            if (noRoom != null) {
                throw noRoom;
            }
            throw new KeelsonException(
                    List.of(
                            Problem.of(
                                    ErrorCode.DATASET_TAMPERED,
                                    "The rows of the version (%s) of the source (%s) cannot be read: %s"
                                            .formatted(version.shortId(), version.source(), e.getMessage()),
                                    "Maybe a file was altered or cut off: restore it or load the source anew.")),
                    e);
        }
    }

    /**
     * The Parquet files of a version, in the order of their months.
     *
     * @throws KeelsonException DATASET_TAMPERED naming every one that is missing or was altered
     */
    public List<Path> files(DatasetVersion version) {
        return files(version, version.partitions());
    }

    /** Every reading of a version passes here: each file is what the version was made with, as long as it looks unchanged. */
    private List<Path> files(DatasetVersion version, List<Partition> partitions) {
        Path target = sourceFolder(version.source());
        List<Path> files = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Partition partition : partitions) {
            Path file = target.resolve(partition.file());
            files.add(file);
            alteration(version, partition, file, FileDigests::of).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return files;
    }

    private interface Hash {
        String of(Path file) throws IOException;
    }

    /** What is wrong with the file of a partition, unless it is the one that was written. */
    private static Optional<Problem> alteration(DatasetVersion version, Partition partition, Path file, Hash hash) {
        String what;
        try {
            String found = Files.exists(file) ? hash.of(file) : null;
            if (partition.fileSha256().equals(found)) {
                FileDigests.trust(file);
                return Optional.empty();
            }
            what = found == null
                    ? "is missing"
                    : "was altered: its SHA-256 is %s; expected %s".formatted(found, partition.fileSha256());
        } catch (IOException e) {
            what = "cannot be read: " + e.getMessage();
        }
        return Optional.of(Problem.of(
                ErrorCode.DATASET_TAMPERED,
                "The stored file (%s) of the version (%s) of the source (%s) %s."
                        .formatted(file, version.shortId(), version.source(), what),
                remedy(
                        file,
                        "remove the folder (%s) and load again; `keelson data verify` reads every file of a version."
                                .formatted(file.getParent()))));
    }

    @Override
    public void verify(DatasetVersion version) {
        Path target = sourceFolder(version.source());
        List<Problem> problems = new ArrayList<>();
        for (Partition partition : version.partitions()) {
            Path file = target.resolve(partition.file());
            Optional<Problem> alteration = alteration(version, partition, file, FileDigests::reading);
            if (alteration.isPresent()) {
                problems.add(alteration.get());
                continue;
            }
            Frame rows = read(version, List.of(partition), version.schema().names());
            if (!PartitionRows.digestOf(rows).equals(partition.digest())) {
                problems.add(tampering(file, "has other rows than the version"));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    @Override
    public String putQuarantine(String source, List<QuarantinedRow> rows) {
        StringBuilder lines = new StringBuilder();
        rows.forEach(row -> lines.append(CanonicalJson.write(row.toJson())).append('\n'));
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        String id = Sha256.ofBytes(bytes).substring(0, 32);
        Path file = quarantineFile(source, id);
        if (!Files.exists(file)) {
            DatasetFiles.write(file, bytes);
        }
        return id;
    }

    private Path quarantineFile(String source, String id) {
        return sourceFolder(source).resolve("quarantine").resolve(id + ".jsonl");
    }

    @Override
    public List<QuarantinedRow> quarantine(String source, String id) {
        if (!id.matches("[0-9a-f]{32}")) {
            return List.of();
        }
        Path file = quarantineFile(source, id);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<QuarantinedRow> rows = new ArrayList<>();
        try (Stream<String> lines = Files.lines(file)) {
            for (String line : (Iterable<String>) lines::iterator) {
                rows.add(QuarantinedRow.fromJson(JSON.readTree(line)));
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw tampered(file, "is not what was written: " + e.getMessage(), e);
        }
        return rows;
    }

    @Override
    public List<ColumnStatistics> statistics(DatasetVersion version) {
        Path file = statisticsFile(version.source(), version.id());
        if (Files.exists(file)) {
            try {
                List<ColumnStatistics> stored = new ArrayList<>();
                JSON.readTree(Files.readString(file)).forEach(each -> stored.add(ColumnStatistics.fromJson(each)));
                return stored;
            } catch (IOException | IllegalArgumentException e) {
                throw tampered(file, "is not what was written: " + e.getMessage(), e);
            }
        }
        List<ColumnStatistics> made = DatasetStore.super.statistics(version);
        ArrayNode list = JSON.createArrayNode();
        made.forEach(each -> list.add(each.toJson()));
        DatasetFiles.write(file, list.toString().getBytes(StandardCharsets.UTF_8));
        return made;
    }

    private Path statisticsFile(String source, String id) {
        return sourceFolder(source).resolve("statistics").resolve(id + ".json");
    }

    private Path tagFile(String source, String tag) {
        return sourceFolder(source).resolve("tags").resolve(tag);
    }

    @Override
    public synchronized void tag(DatasetVersion version, String tag) {
        if (!DatasetVersion.isTag(tag)) {
            throw new IllegalArgumentException("tag (%s) must be a name that is not like an id.".formatted(tag));
        }
        DatasetFiles.write(tagFile(version.source(), tag), version.id().getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public synchronized boolean untag(String source, String tag) {
        try {
            return DatasetVersion.isTag(tag) && Files.deleteIfExists(tagFile(source, tag));
        } catch (IOException e) {
            throw StoreErrors.writing(tagFile(source, tag), e);
        }
    }

    @Override
    public synchronized SortedMap<String, String> tags(String source) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (Path file : list(sourceFolder(source).resolve("tags"))) {
            String name = String.valueOf(file.getFileName());
            if (DatasetVersion.isTag(name) && !name.endsWith(DatasetFiles.UNFINISHED)) {
                try {
                    tags.put(name, Files.readString(file, StandardCharsets.UTF_8).strip());
                } catch (IOException e) {
                    throw tampered(file, "cannot be read: " + e.getMessage(), e);
                }
            }
        }
        return tags;
    }

    @Override
    public synchronized DatasetGarbage collect(String source, Set<String> keep, boolean dryRun) {
        Set<String> kept = new HashSet<>(keep);
        kept.addAll(tags(source).values());
        latest(source).ifPresent(version -> kept.add(version.id()));
        List<String> versions = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        for (Path manifest : manifests(sourceFolder(source))) {
            DatasetVersion version = read(manifest);
            if (kept.contains(version.id())) {
                version.partitions().forEach(partition -> needed.add(partition.file()));
            } else {
                versions.add(version.id());
                files.add(manifest);
                files.add(statisticsFile(source, version.id()));
            }
        }
        for (Path file : list(sourceFolder(source))) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith("." + PARQUET) && !needed.contains(name)) {
                files.add(file);
            }
        }
        files.removeIf(file -> !Files.exists(file));
        long bytes = 0;
        for (Path file : files) { // manifests first: what an interruption leaves is an orphan, never a version without rows
            try {
                bytes += Files.size(file);
                if (!dryRun) {
                    remembered.remove(file);
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw StoreErrors.writing(file, e);
            }
        }
        return new DatasetGarbage(versions, files.size(), bytes);
    }

    @Override
    public synchronized int sweep() {
        int removed = 0;
        Map<Path, Set<String>> used = new HashMap<>();
        for (Path source : list(folder)) {
            Set<String> files = used.computeIfAbsent(source, key -> new HashSet<>());
            for (Path manifest : manifests(source)) {
                read(manifest).partitions().forEach(partition -> files.add(partition.file()));
            }
        }
        List<Path> everything = new ArrayList<>();
        for (Path root : folder.equals(heads) ? List.of(folder) : List.of(folder, heads)) {
            for (Path source : list(root)) {
                everything.addAll(list(source));
                everything.addAll(list(source.resolve("versions")));
                everything.addAll(list(source.resolve("quarantine")));
                everything.addAll(list(source.resolve("statistics")));
                everything.addAll(list(source.resolve("tags")));
            }
        }
        for (Path file : everything) {
            String name = String.valueOf(file.getFileName());
            Set<String> files = used.getOrDefault(file.getParent(), Set.of());
            boolean orphan = name.endsWith("." + PARQUET) && !files.contains(name);
            if (name.endsWith(DatasetFiles.UNFINISHED) || orphan) {
                try {
                    Files.deleteIfExists(file);
                    removed++;
                } catch (IOException e) {
                    throw StoreErrors.writing(file, e);
                }
            }
        }
        return removed;
    }
}
