package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceRows;
import dev.keelson.data.Sources;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import dev.keelson.frame.Frame;
import dev.keelson.store.files.StoreErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetDatasetStoreTest {
    private static final Instant NOW = Instant.parse("2021-07-01T00:00:00Z");
    private static DuckDb engine;

    private final SourceDefinition source = Sources.dated().build();

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        engine = new DuckDb(DuckDbSettings.defaults());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private SourceRows daily(int days) {
        StringBuilder csv = new StringBuilder("id,date,odds\n");
        for (int day = 0; day < days; day++) {
            csv.append("%d,%s,%s\n".formatted(day, LocalDate.of(2021, 5, 1).plusDays(day), 1.5 + day));
        }
        return Sources.read(source, csv.toString());
    }

    private static DatasetVersion version(LoadReport report) {
        return Objects.requireNonNull(report.version());
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** Thrown in the place of a kill. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void aWriteKilledAtAnyStepIsNotVisibleAndLeavesNothingAfterASweep() throws IOException {
        List<String> steps = new ArrayList<>();
        new DataLoad(new ParquetDatasetStore(folder.resolve("count"), folder.resolve("count"), engine, steps::add))
                .load(daily(70), null, NOW);
        assertThat(steps).containsExactly("partition 0", "partition 1", "partition 2", "manifest", "head");

        for (String fatal : steps) {
            Path here = folder.resolve(fatal.replace(' ', '-'));
            DatasetVersion before =
                    version(new DataLoad(new ParquetDatasetStore(here, engine)).load(daily(20), null, NOW));
            List<String> filesBefore = files(here);
            DataLoad killed = new DataLoad(new ParquetDatasetStore(here, here, engine, step -> {
                if (step.equals(fatal)) {
                    throw new Killed();
                }
            }));

            assertThatThrownBy(() -> killed.load(daily(70), null, NOW)).isInstanceOf(Killed.class);

            ParquetDatasetStore restarted = new ParquetDatasetStore(here, engine);
            assertThat(restarted.latest("matches")).as(fatal).hasValue(before);
            restarted.verify(before);
            restarted.sweep();
            if (!fatal.equals("head")) { // then the new version is whole, only not the latest
                assertThat(files(here)).as(fatal).isEqualTo(filesBefore);
            }
            LoadReport again = new DataLoad(restarted).load(daily(70), null, NOW);
            assertThat(again.loaded()).isEqualTo(50);
            restarted.verify(version(again));
            assertThat(restarted.sweep()).isZero();
        }
    }

    @Test
    void alteredAndMissingFilesAreAllNamed() throws IOException {
        ParquetDatasetStore store = new ParquetDatasetStore(folder, engine);
        DatasetVersion version = version(new DataLoad(store).load(daily(70), null, NOW));
        Path first =
                folder.resolve("matches").resolve(version.partitions().get(0).file());
        byte[] bytes = Files.readAllBytes(first);
        bytes[bytes.length / 2] ^= 1;
        Files.write(first, bytes);
        Files.delete(
                folder.resolve("matches").resolve(version.partitions().get(2).file()));

        KeelsonException failure = catchThrowableOfType(KeelsonException.class, () -> store.verify(version));

        assertThat(failure.problems()).hasSize(2).allMatch(problem -> problem.code() == ErrorCode.DATASET_TAMPERED);
        assertThat(failure.problems().get(0).message()).contains("2021-05-").contains("was altered");
        assertThat(failure.problems().get(1).message()).contains("2021-07-").contains("is missing");
        KeelsonException reading = catchThrowableOfType(KeelsonException.class, () -> store.read(version));
        assertThat(reading.code()).isEqualTo(ErrorCode.DATASET_TAMPERED);
    }

    @Test
    void noReaderTakesRowsOfAFileThatWasAltered() throws IOException {
        ParquetDatasetStore store = new ParquetDatasetStore(folder, engine);
        DatasetVersion version = version(new DataLoad(store).load(daily(70), null, NOW));
        Partition altered = version.partitions().get(1);
        store.read(version);
        Path file = folder.resolve("matches").resolve(altered.file());
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.from(NOW));

        KeelsonException reading = catchThrowableOfType(KeelsonException.class, () -> store.read(version));

        assertThat(reading.code()).isEqualTo(ErrorCode.DATASET_TAMPERED);
        assertThat(reading).hasMessageContainingAll(
                altered.file(), version.shortId(), "(matches)", altered.fileSha256(), Sha256.ofBytes(bytes), "data verify");
        assertThatThrownBy(() -> store.files(version)).hasMessageContaining("was altered");
        assertThat(store.read(version, List.of(version.partitions().getFirst()), List.of("odds")).rows())
                .isEqualTo(31);
        assertThatThrownBy(() -> new DataLoad(new ParquetDatasetStore(folder, engine)).load(daily(75), null, NOW))
                .hasMessageContaining("was altered");
        assertThat(store.latest("matches")).hasValue(version);
    }

    @Test
    void aFileThatWasAlteredIsNotUsedByAnotherStoreOverTheSameFolder() throws IOException {
        Path shared = folder.resolve("shared");
        SourceRows rows = daily(20);
        DatasetVersion version = version(new DataLoad(
                        new ParquetDatasetStore(shared, folder.resolve("one"), engine))
                .load(rows, null, NOW));
        Path file = shared.resolve("matches").resolve(version.partitions().getFirst().file());
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PAR1", 4) / 2;
        Files.setLastModifiedTime(file, FileTime.from(NOW)); // another process would not know the file either
        new DataLoad(new ParquetDatasetStore(shared, folder.resolve("two"), engine)).load(rows, null, NOW);
        bytes[at] ^= 1;
        Files.write(file, bytes);
        DataLoad other = new DataLoad(new ParquetDatasetStore(shared, folder.resolve("three"), engine));

        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> other.load(rows, null, NOW));

        assertThat(failure.code()).isEqualTo(ErrorCode.DATASET_TAMPERED);
        assertThat(failure).hasMessageContaining(String.valueOf(file.getFileName()));
        assertThat(folder.resolve("three")).doesNotExist();
    }

    @Test
    void aFileIsReadAgainOnlyWhenItLooksChanged() throws IOException {
        Path file = Files.writeString(folder.resolve("one"), "a");
        FileTime time = FileTime.from(NOW);
        Files.setLastModifiedTime(file, time);
        String first = FileDigests.of(file);
        Files.writeString(file, "b");
        Files.setLastModifiedTime(file, time);

        assertThat(FileDigests.of(file)).isEqualTo(first);
        assertThat(FileDigests.reading(file)).isNotEqualTo(first);
        Files.writeString(file, "ab");
        Files.setLastModifiedTime(file, time);
        assertThat(FileDigests.of(file)).isEqualTo(Sha256.ofBytes(new byte[] {'a', 'b'}));
    }

    @Test
    void oneFlippedBitIsFoundWhereverItIs() throws IOException {
        ParquetDatasetStore store = new ParquetDatasetStore(folder, engine);
        DatasetVersion version = version(new DataLoad(store).load(daily(3), null, NOW));
        Path file = folder.resolve("matches")
                .resolve(version.partitions().getFirst().file());
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 40; i++) {
            byte[] altered = bytes.clone();
            altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, altered);

            assertThatThrownBy(() -> store.verify(version))
                    .isInstanceOf(KeelsonException.class)
                    .hasMessageContaining("was altered");
        }
        Files.write(file, bytes);
        store.verify(version);
    }

    @Test
    void anAlteredManifestIsRefused() throws IOException {
        DatasetVersion version =
                version(new DataLoad(new ParquetDatasetStore(folder, engine)).load(daily(20), null, NOW));
        Path manifest = folder.resolve("matches").resolve("versions").resolve(version.id() + ".json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"rows\":20", "\"rows\":21"));

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> new ParquetDatasetStore(folder, engine).latest("matches"));

        assertThat(failure.code()).isEqualTo(ErrorCode.DATASET_TAMPERED);
    }

    @Test
    void storesWithTheirOwnHeadsShareFiles() throws IOException {
        Path shared = folder.resolve("shared");
        ParquetDatasetStore one = new ParquetDatasetStore(shared, folder.resolve("one"), engine);
        ParquetDatasetStore two = new ParquetDatasetStore(shared, folder.resolve("two"), engine);
        DatasetVersion version = version(new DataLoad(one).load(daily(20), null, NOW));

        assertThat(two.latest("matches")).isEmpty();
        LoadReport report = new DataLoad(two).load(daily(20), null, NOW.plusSeconds(5));

        assertThat(report.version()).isEqualTo(version);
        assertThat(files(shared)).hasSize(2);
        assertThat(files(folder.resolve("two"))).containsExactly("matches/HEAD");
        assertThat(one.sweep()).isZero();
    }

    @Test
    void onlyTheMonthThatChangedIsWritten() throws IOException {
        ParquetDatasetStore store = new ParquetDatasetStore(folder, engine);
        DataLoad load = new DataLoad(store);
        load.load(daily(40), null, NOW);
        List<String> before = files(folder);

        load.load(daily(41), null, NOW);

        List<String> added = new ArrayList<>(files(folder));
        added.removeAll(before);
        assertThat(added)
                .hasSize(2)
                .anyMatch(name -> name.startsWith("matches/2021-06-"))
                .anyMatch(name -> name.startsWith("matches/versions/"));
    }

    @Test
    void oddlyNamedSourcesStayInTheFolder() throws IOException {
        ParquetDatasetStore store = new ParquetDatasetStore(folder.resolve("in"), engine);

        store.putQuarantine(
                "../../out",
                Sources.read(source, "id,date\n1,2021-05-01\n2,x\n").quarantined());

        assertThat(files(folder)).hasSize(1).allMatch(name -> name.startsWith("in/%2E.%2F..%2Fout/"));
    }

    @Test
    void aFolderThatCannotBeWrittenIsReportedAndNothingChanges() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        ParquetDatasetStore store = new ParquetDatasetStore(file.resolve("datasets"), engine);

        KeelsonException failure =
                catchThrowableOfType(KeelsonException.class, () -> new DataLoad(store).load(daily(5), null, NOW));

        assertThat(failure.code()).isEqualTo(ErrorCode.NOT_WRITABLE);
        assertThat(failure).hasMessageContaining(file.toString()).hasMessageContaining("Maybe");
        assertThat(store.latest("matches")).isEqualTo(Optional.empty());
    }

    @Test
    void aFullDiskIsReportedAndTheEngineGoesOn() throws SQLException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "needs /dev/full");
        ParquetFiles parquet = new ParquetFiles(engine);
        Frame frame = daily(5).frame();
        Path file = folder.resolve("file.parquet");

        SQLException refused =
                catchThrowableOfType(SQLException.class, () -> parquet.write(List.of(frame), List.of(full)));
        parquet.write(List.of(frame), List.of(file));

        assertThat(StoreErrors.writing(full, refused).code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(parquet.read(List.of(file), frame.schema().columns(), 5).rows())
                .isEqualTo(5);
    }
}
