package dev.keelson.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.ArtifactStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileArtifactStoreTest {
    @TempDir
    private Path folder;

    private FileArtifactStore store;

    @BeforeEach
    void open() {
        store = new FileArtifactStore(folder.resolve("artifacts"));
    }

    @Test
    void changedBytesAreNoticed() throws Exception {
        String sha256 = store.put(bytes("a model"));
        Path file = folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
        Files.writeString(file, "A model", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> store.get(sha256))
                .hasMessageContaining(sha256)
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
    }

    @Test
    void changedBytesOfAStreamAreNeverGivenToTheirEnd() throws Exception {
        byte[] bytes = new byte[400_000];
        String sha256 = store.put(bytes);
        Path file = folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
        byte[] changed = bytes.clone();
        changed[10] = 1;

        for (byte[] damaged : List.of(changed, Arrays.copyOf(bytes, 399_999), new byte[0])) {
            Files.write(file, damaged);
            long[] given = {0};
            try (InputStream read = store.open(sha256, 0).orElseThrow().stream()) {
                assertThatThrownBy(() -> {
                            byte[] buffer = new byte[65_536];
                            for (int count = read.read(buffer); count >= 0; count = read.read(buffer)) {
                                given[0] += count;
                            }
                        })
                        .isInstanceOfSatisfying(
                                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
            }
            assertThat(given[0]).isLessThan(Math.max(1, damaged.length));
        }
    }

    @Test
    void streamThatIsStoredAgainMendsDamage() throws Exception {
        String sha256 = store.put(bytes("a model"));
        Path file = folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
        Files.writeString(file, "A model", StandardCharsets.UTF_8);

        store.put(new ByteArrayInputStream(bytes("a model")), ArtifactStore.Terms.ANY);

        assertThat(store.get(sha256)).hasValue(bytes("a model"));
    }

    @Test
    void nothingStaysOfAStreamThatIsRefused() {
        ArtifactStore.Terms terms = new ArtifactStore.Terms(100, null, "0".repeat(64));

        assertThatThrownBy(() -> store.put(new ByteArrayInputStream(bytes("other")), terms))
                .isInstanceOf(KeelsonException.class);

        assertThat(folder.resolve("artifacts/incoming")).isEmptyDirectory();
    }

    @Test
    void partsSurviveTheProcessAndHalfOnesDoNot() throws Exception {
        store.uploads().begin("u1", "0/r/artifacts/model", 3, Instant.EPOCH);
        store.uploads().put("u1", 1, new ByteArrayInputStream(bytes("whole")), ArtifactStore.Terms.ANY);
        Path half = folder.resolve("artifacts/uploads/u1/half.tmp");
        Files.writeString(half, "ha", StandardCharsets.UTF_8);
        Path nameless = Files.createDirectories(folder.resolve("artifacts/uploads/u2"));

        FileArtifactStore restarted = new FileArtifactStore(folder.resolve("artifacts"));

        assertThat(restarted.sweep()).containsExactlyInAnyOrder(half, nameless);
        assertThat(restarted.uploads().all())
                .singleElement()
                .satisfies(upload -> assertThat(Objects.requireNonNull(upload.parts().get(1)).bytes()).isEqualTo(5));
    }

    @Test
    void partThatWasChangedIsNotJoined() throws Exception {
        store.uploads().begin("u1", "0/r/artifacts/model", 3, Instant.EPOCH);
        String sha256 = store.uploads()
                .put("u1", 1, new ByteArrayInputStream(bytes("whole")), ArtifactStore.Terms.ANY)
                .sha256();
        Files.writeString(folder.resolve("artifacts/uploads/u1/part-00001." + sha256), "WHOLE", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> store.uploads().join("u1", List.of(1), ArtifactStore.Terms.ANY))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
    }

    @Test
    void folderOfARunIsReplacedAsAWhole() throws Exception {
        store.describeRun("0a1b", Map.of("a.txt", bytes("1"), "plots/b.svg", bytes("2")));
        store.describeRun("0a1b", Map.of("c.txt", bytes("3")));

        Path run = folder.resolve("artifacts/runs/0a1b");
        assertThat(run.resolve("c.txt")).hasContent("3");
        assertThat(run).isDirectoryNotContaining("glob:**a.txt");
        assertThat(run.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void fileOutsideTheRunIsRefused() {
        assertThatThrownBy(() -> store.describeRun("0a1b", Map.of("../x", bytes("1"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.describeRun("../x", Map.of("a", bytes("1"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(folder.resolve("artifacts/runs")).isEmptyDirectory();
    }

    @Test
    void sweepRemovesWhatAKilledProcessLeft() throws Exception {
        String sha256 = store.put(bytes("kept"));
        Path orphan = folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve("half.1.tmp");
        Files.writeString(orphan, "half", StandardCharsets.UTF_8);
        Path run = Files.createDirectories(folder.resolve("artifacts/runs/0a1b.7.tmp"));
        Files.writeString(run.resolve("x"), "half", StandardCharsets.UTF_8);

        assertThat(store.sweep()).containsExactlyInAnyOrder(orphan, run);
        assertThat(store.get(sha256)).isPresent();
        assertThat(store.sweep()).isEmpty();
    }

    @Test
    void sweepPutsBackARunWhoseReplacementWasKilled() throws Exception {
        store.describeRun("0a1b", Map.of("a.txt", bytes("1")));
        Path runs = folder.resolve("artifacts/runs");
        Files.move(runs.resolve("0a1b"), runs.resolve("0a1b.former.tmp"));

        store.sweep();

        assertThat(runs.resolve("0a1b/a.txt")).hasContent("1");
    }

    @Test
    void sweepNeverRemovesWhatWasStoredWhole() throws Exception {
        String client = store.put(new ByteArrayInputStream(bytes("of a client")), ArtifactStore.Terms.ANY).sha256();
        String own = store.put(bytes("of a training"));
        age(client);
        age(own);

        new FileArtifactStore(folder.resolve("artifacts")).sweep();

        assertThat(store.get(client)).isPresent();
        assertThat(store.get(own)).isPresent();
    }

    @Test
    void onlyWhatWasStoredBeforeATimeIsRemoved() throws Exception {
        String old = store.put(bytes("old"));
        String again = store.put(bytes("again"));
        String fresh = store.put(bytes("fresh"));
        age(old);
        age(again);
        Instant time = Instant.now().minusSeconds(3600);

        store.put(bytes("again"));

        assertThat(store.storedBefore(time)).containsOnlyKeys(old);
        assertThat(store.remove(old, time)).isTrue();
        assertThat(store.remove(old, time)).isFalse();
        assertThat(store.remove(again, time)).isFalse();
        assertThat(store.remove(fresh, time)).isFalse();
        assertThat(store.get(old)).isEmpty();
        assertThat(store.get(again)).isPresent();
        assertThat(store.get(fresh)).isPresent();
    }

    @Test
    void sweepPutsBackAnArtifactWhoseRemovalWasKilled() throws Exception {
        String sha256 = store.put(bytes("kept"));
        Path file = folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256);
        Files.move(file, file.resolveSibling(sha256 + ".former.tmp"));

        store.sweep();

        assertThat(store.get(sha256)).isPresent();
    }

    @Test
    void folderOfARunIsForgotten() {
        store.describeRun("0a1b", Map.of("a.txt", bytes("1")));

        store.forgetRun("0a1b");
        store.forgetRun("0a1b");

        assertThat(folder.resolve("artifacts/runs")).isEmptyDirectory();
    }

    private void age(String sha256) throws IOException {
        Files.setLastModifiedTime(
                folder.resolve("artifacts").resolve(sha256.substring(0, 2)).resolve(sha256),
                FileTime.from(Instant.now().minusSeconds(7200)));
    }

    @Test
    void folderThatCannotBeMadeIsNotWritable() throws Exception {
        Path blocker = Files.writeString(folder.resolve("blocker"), "a file", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> new FileArtifactStore(blocker.resolve("artifacts")).put(bytes("x")))
                .hasMessageContaining("blocker")
                .hasMessageContaining("Maybe")
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_WRITABLE));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
