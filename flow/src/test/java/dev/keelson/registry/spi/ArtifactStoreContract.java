package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every artifact store must do. */
public abstract class ArtifactStoreContract {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private ArtifactStore store;

    /** A new, empty store. */
    protected abstract ArtifactStore newStore();

    @BeforeEach
    void open() {
        store = newStore();
    }

    @Test
    void bytesComeBackUnderTheirHash() {
        byte[] bytes = "a model".getBytes(StandardCharsets.UTF_8);

        String sha256 = store.put(bytes);

        assertThat(sha256).isEqualTo(Sha256.ofBytes(bytes));
        assertThat(store.get(sha256)).hasValue(bytes);
    }

    @Test
    void nothingIsAlsoAnArtifact() {
        String sha256 = store.put(new byte[0]);

        assertThat(store.get(sha256)).hasValue(new byte[0]);
    }

    @Test
    void sameBytesAreStoredOnce() {
        String first = store.put(new byte[] {1, 2});

        assertThat(store.put(new byte[] {1, 2})).isEqualTo(first);
        assertThat(store.get(first)).hasValue(new byte[] {1, 2});
    }

    @Test
    void unknownHashIsEmpty() {
        assertThat(store.get("0".repeat(64))).isEmpty();
    }

    @Test
    void nameThatIsNoHashIsRefused() {
        assertThatThrownBy(() -> store.get("../../etc/passwd")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void callersKeepTheirArrays() {
        byte[] bytes = {1, 2, 3};
        String sha256 = store.put(bytes);

        bytes[0] = 9;
        store.get(sha256).orElseThrow()[1] = 9;

        assertThat(store.get(sha256)).hasValue(new byte[] {1, 2, 3});
    }

    @Test
    void runIsDescribedAgain() {
        store.describeRun("0123456789abcdef", Map.of("metrics.json", new byte[] {1}));
        store.describeRun("0123456789abcdef", Map.of("plots/roc.svg", new byte[] {2}));
    }

    @Test
    void severalThreadsStoreTheSameBytes() throws Exception {
        byte[] bytes = "shared".getBytes(StandardCharsets.UTF_8);
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            calls.add(() -> store.put(bytes));
        }

        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<String> done : threads.invokeAll(calls)) {
                assertThat(done.get()).isEqualTo(Sha256.ofBytes(bytes));
            }
        }
        assertThat(store.get(Sha256.ofBytes(bytes))).hasValue(bytes);
    }

    @Test
    void streamComesBackUnderItsHash() throws IOException {
        byte[] bytes = bytes(300_000, 1);

        ArtifactStore.Stored stored = store.put(new ByteArrayInputStream(bytes), ArtifactStore.Terms.ANY);

        assertThat(stored).isEqualTo(new ArtifactStore.Stored(Sha256.ofBytes(bytes), bytes.length));
        assertThat(store.get(stored.sha256())).hasValue(bytes);
        try (InputStream read = store.open(stored.sha256(), 0).orElseThrow().stream()) {
            assertThat(read.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void streamIsReadFromAnyOffset() throws IOException {
        byte[] bytes = bytes(100_000, 2);
        String sha256 = store.put(bytes);

        for (int offset : new int[] {0, 1, 65_536, 99_999, 100_000}) {
            ArtifactStore.Opened opened = store.open(sha256, offset).orElseThrow();
            try (InputStream read = opened.stream()) {
                assertThat(opened.bytes()).isEqualTo(100_000);
                assertThat(read.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, offset, bytes.length));
            }
        }
        assertThatThrownBy(() -> store.open(sha256, 100_001)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.open("0".repeat(64), 0)).isEmpty();
    }

    @Test
    void emptyStreamIsAnArtifact() throws IOException {
        String sha256 = store.put(InputStream.nullInputStream(), ArtifactStore.Terms.ANY).sha256();

        try (InputStream read = store.open(sha256, 0).orElseThrow().stream()) {
            assertThat(read.readAllBytes()).isEmpty();
        }
    }

    @Test
    void bytesOtherThanTheTermsSayAreRefused() {
        byte[] bytes = bytes(1_000, 3);
        String sha256 = Sha256.ofBytes(bytes);

        assertRefused(ErrorCode.TOO_LARGE, bytes, new ArtifactStore.Terms(999, null, null));
        assertRefused(ErrorCode.BAD_REQUEST, bytes, new ArtifactStore.Terms(10_000, 1_001L, null));
        assertRefused(ErrorCode.BAD_REQUEST, bytes, new ArtifactStore.Terms(10_000, null, "0".repeat(64)));
        assertThat(store.get(sha256)).isEmpty();
        assertThat(store.put(new ByteArrayInputStream(bytes), new ArtifactStore.Terms(1_000, 1_000L, sha256)))
                .isEqualTo(new ArtifactStore.Stored(sha256, 1_000));
    }

    @Test
    void streamThatBreaksOffLeavesNothing() {
        byte[] bytes = bytes(200_000, 4);
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(bytes), new BrokenStream());

        assertThatThrownBy(() -> store.put(broken, ArtifactStore.Terms.ANY))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));

        assertThat(store.get(Sha256.ofBytes(bytes))).isEmpty();
    }

    @Test
    void partsAreJoinedInTheOrderThatIsAsked() {
        Uploads uploads = store.uploads();
        uploads.begin("u1", "0/run/artifacts/model.bin", 3, AT);

        uploads.put("u1", 2, stream("lo"), ArtifactStore.Terms.ANY);
        uploads.put("u1", 1, stream("xx"), ArtifactStore.Terms.ANY);
        uploads.put("u1", 1, stream("hel"), ArtifactStore.Terms.ANY);
        ArtifactStore.Stored whole = uploads.join("u1", List.of(1, 2), ArtifactStore.Terms.ANY);

        assertThat(store.get(whole.sha256())).hasValue("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(uploads.find("u1")).hasValueSatisfying(upload -> {
            assertThat(upload.target()).isEqualTo("0/run/artifacts/model.bin");
            assertThat(upload.expected()).isEqualTo(3);
            assertThat(upload.begunAt()).isEqualTo(AT);
            assertThat(upload.parts().keySet()).containsExactly(1, 2);
            assertThat(upload.parts().values().iterator().next().bytes()).isEqualTo(3);
        });
    }

    @Test
    void removedUploadIsGone() {
        Uploads uploads = store.uploads();
        uploads.begin("u1", "a", 3, AT);
        uploads.begin("u2", "b", 3, AT);
        uploads.put("u1", 1, stream("x"), ArtifactStore.Terms.ANY);

        uploads.remove("u1");
        uploads.remove("u1");

        assertThat(uploads.find("u1")).isEmpty();
        assertThat(uploads.all()).extracting(Uploads.Upload::id).containsExactly("u2");
        assertThatThrownBy(() -> uploads.put("u1", 1, stream("x"), ArtifactStore.Terms.ANY))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(uploads.find("../../etc")).isEmpty();
    }

    @Test
    void missingPartIsTold() {
        Uploads uploads = store.uploads();
        uploads.begin("u1", "a", 3, AT);
        uploads.put("u1", 1, stream("x"), ArtifactStore.Terms.ANY);

        assertThatThrownBy(() -> uploads.join("u1", List.of(1, 2), ArtifactStore.Terms.ANY))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
        assertThatThrownBy(() -> uploads.put("u1", 0, stream("x"), ArtifactStore.Terms.ANY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertRefused(ErrorCode code, byte[] bytes, ArtifactStore.Terms terms) {
        assertThatThrownBy(() -> store.put(new ByteArrayInputStream(bytes), terms))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** As a connection that is cut. */
    private static final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("Connection reset");
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            throw new IOException("Connection reset");
        }
    }
}
