package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.id.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every artifact store must do. */
public abstract class ArtifactStoreContract {
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
}
