package dev.keelson.features.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.features.spi.OnlineStore.Entry;
import dev.keelson.features.spi.OnlineStore.Put;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every online store must do. */
public abstract class OnlineStoreContract {
    private static final Instant KNOWN = Instant.parse("2020-01-02T03:04:05.678901Z");
    private static final Instant HAPPENED = Instant.parse("1969-12-31T23:59:59.999999Z");
    private OnlineStore store;

    /** A new, empty store. */
    protected abstract OnlineStore newStore();

    /**
     * The store after a restart of the process: the given one is closed and opened again.
     *
     * @return empty when the store does not outlive the process
     */
    protected abstract Optional<OnlineStore> reopen(OnlineStore open);

    @BeforeEach
    void open() {
        store = newStore();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void unknownViewAndKeyAreEmpty() {
        store.putAll(List.of(put("v", "a", 1)), Map.of());

        assertThat(store.get("v", "b")).isEmpty();
        assertThat(store.get("w", "a")).isEmpty();
        assertThat(store.watermark("w")).isEmpty();
    }

    @Test
    void valueComesBackWithItsTimesInMicroseconds() {
        store.putAll(List.of(new Put("v", "a", new Entry(new byte[] {0, -1, 127, -128}, KNOWN, HAPPENED))), Map.of());

        Entry entry = store.get("v", "a").orElseThrow();
        assertThat(entry.bytes()).containsExactly(0, -1, 127, -128);
        assertThat(entry.knownAt()).isEqualTo(KNOWN);
        assertThat(entry.eventTime()).isEqualTo(HAPPENED);
    }

    @Test
    void finerTimesThanMicrosecondsAreCut() {
        Instant fine = Instant.parse("2020-01-01T00:00:00.123456789Z");

        store.putAll(List.of(new Put("v", "a", new Entry(new byte[0], fine, fine))), Map.of("v", fine));

        Instant cut = Instant.parse("2020-01-01T00:00:00.123456Z");
        assertThat(store.get("v", "a").orElseThrow().knownAt()).isEqualTo(cut);
        assertThat(store.watermark("v")).contains(cut);
    }

    @Test
    void laterValueReplacesTheOneBefore() {
        store.putAll(List.of(put("v", "a", 1), put("v", "b", 2)), Map.of());

        store.putAll(List.of(put("v", "a", 3), put("v", "a", 4)), Map.of());

        assertThat(value("v", "a")).isEqualTo(4);
        assertThat(value("v", "b")).isEqualTo(2);
    }

    @Test
    void sameKeyOfTwoViewsAreTwoValues() {
        store.putAll(List.of(put("v", "a", 1), put("w", "a", 2)), Map.of());

        assertThat(value("v", "a")).isEqualTo(1);
        assertThat(value("w", "a")).isEqualTo(2);
    }

    @Test
    void keysAreExactTexts() {
        List<String> keys = List.of("", " ", "a", "A", "á", "a\u0301", "a'b\"c", "\uD83D\uDE00", "0", "00");
        List<Put> puts = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            puts.add(put("v", keys.get(i), i));
        }

        store.putAll(puts, Map.of());

        for (int i = 0; i < keys.size(); i++) {
            assertThat(value("v", keys.get(i))).isEqualTo(i);
        }
    }

    @Test
    void keysOfAViewAreListedInOrder() {
        store.putAll(List.of(put("v", "b", 1), put("v", "a", 2), put("w", "c", 3)), Map.of());

        assertThat(store.keys("v")).containsExactly("a", "b");
        assertThat(store.keys("never")).isEmpty();
    }

    @Test
    void watermarksMoveWithTheBatch() {
        store.putAll(List.of(put("v", "a", 1)), Map.of("v", HAPPENED, "w", KNOWN));
        store.putAll(List.of(), Map.of("v", KNOWN));

        assertThat(store.watermark("v")).contains(KNOWN);
        assertThat(store.watermark("w")).contains(KNOWN);
        assertThat(store.views()).containsExactly("v", "w");
    }

    @Test
    void removedViewIsForgottenAndOthersStay() {
        store.putAll(List.of(put("v", "a", 1), put("w", "a", 2)), Map.of("v", KNOWN, "w", KNOWN));

        store.remove("v");
        store.remove("never");

        assertThat(store.get("v", "a")).isEmpty();
        assertThat(store.watermark("v")).isEmpty();
        assertThat(store.views()).containsExactly("w");
        assertThat(value("w", "a")).isEqualTo(2);
    }

    @Test
    void largeBatchIsStoredWhole() {
        List<Put> puts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            puts.add(put("v", "key" + i, i));
        }

        store.putAll(puts, Map.of("v", KNOWN));

        for (int i = 0; i < 2_000; i++) {
            assertThat(value("v", "key" + i)).isEqualTo(i);
        }
    }

    @Test
    void manyKeysComeBackAtOnce() {
        List<Put> puts = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            puts.add(put("v", "key" + i, i));
            keys.add("key" + i);
        }
        keys.add("unknown");
        store.putAll(puts, Map.of());

        Map<String, Entry> found = store.getAll("v", keys);

        assertThat(found).hasSize(250);
        assertThat(java.nio.ByteBuffer.wrap(java.util.Objects.requireNonNull(found.get("key137")).bytes()).getInt())
                .isEqualTo(137);
        assertThat(store.getAll("w", keys)).isEmpty();
        assertThat(store.getAll("v", List.of())).isEmpty();
    }

    @Test
    void noteStaysUntilTheNextOne() {
        store.putAll(List.of(), Map.of("v", KNOWN), Map.of("v", "first"));
        store.putAll(List.of(put("v", "a", 1)), Map.of("v", KNOWN));

        assertThat(store.note("v")).contains("first");
        store.putAll(List.of(), Map.of(), Map.of("v", "second"));
        assertThat(store.note("v")).contains("second");
        assertThat(store.note("w")).isEmpty();
    }

    @Test
    void newestEventAndSizeAreThoseOfTheValues() {
        store.putAll(List.of(put("v", "a", 1)), Map.of("v", KNOWN));
        Instant later = HAPPENED.plusSeconds(5);
        store.putAll(List.of(new Put("v", "b", new Entry(new byte[10], KNOWN, later))), Map.of("v", KNOWN));
        store.putAll(List.of(put("v", "a", 2)), Map.of("v", KNOWN), Map.of("v", "n"));

        assertThat(store.newestEvent("v")).contains(later);
        assertThat(store.size("v")).isEqualTo(new OnlineStore.Size(2, 14));
        assertThat(store.newestEvent("w")).isEmpty();
        assertThat(store.size("w")).isEqualTo(new OnlineStore.Size(0, 0));
    }

    @Test
    void renamedViewTakesThePlaceOfTheOther() {
        store.putAll(List.of(put("old", "a", 1), put("old", "b", 2)), Map.of("old", KNOWN));
        store.putAll(List.of(put("new", "a", 3)), Map.of("new", KNOWN.plusSeconds(1)), Map.of("new", "n"));
        assertThat(value("old", "b")).isEqualTo(2);

        store.rename("new", "old");
        store.rename("nobody", "old");

        assertThat(store.views()).containsExactly("old");
        assertThat(value("old", "a")).isEqualTo(3);
        assertThat(store.get("old", "b")).isEmpty();
        assertThat(store.get("new", "a")).isEmpty();
        assertThat(store.watermark("old")).contains(KNOWN.plusSeconds(1));
        assertThat(store.note("old")).contains("n");
    }

    @Test
    void contentOutlivesTheProcess() {
        store.putAll(List.of(put("v", "a", 7)), Map.of("v", KNOWN));

        Optional<OnlineStore> reopened = reopen(store);

        if (reopened.isPresent()) {
            store = reopened.get();
            assertThat(value("v", "a")).isEqualTo(7);
            assertThat(store.watermark("v")).contains(KNOWN);
        }
    }

    @Test
    void readersBesideAWriterSeeWholeValues() throws InterruptedException {
        store.putAll(List.of(put("v", "a", 0)), Map.of());
        AtomicBoolean torn = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            int last = 0;
            while (!done.get()) {
                int seen = value("v", "a");
                if (seen < last) {
                    torn.set(true);
                }
                last = seen;
            }
        });

        for (int i = 1; i <= 200; i++) {
            store.putAll(List.of(put("v", "a", i)), Map.of());
        }
        done.set(true);
        reader.join();

        assertThat(torn).isFalse();
        assertThat(value("v", "a")).isEqualTo(200);
    }

    @Test
    void closedStoreRefusesAndClosesTwice() {
        store.close();
        store.close();

        assertThatThrownBy(() -> store.get("v", "a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.putAll(List.of(), Map.of())).isInstanceOf(IllegalStateException.class);
    }

    private int value(String view, String key) {
        byte[] bytes = store.get(view, key).orElseThrow().bytes();
        return java.nio.ByteBuffer.wrap(bytes).getInt();
    }

    private static Put put(String view, String key, int value) {
        byte[] bytes = java.nio.ByteBuffer.allocate(4).putInt(value).array();
        return new Put(view, key, new Entry(bytes, KNOWN, HAPPENED));
    }
}
