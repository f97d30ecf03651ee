package dev.keelson.features.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.features.spi.OnlineStore.Entry;
import dev.keelson.features.spi.OnlineStore.Put;
import dev.keelson.features.spi.SharedOnlineStore.Reading;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every online store must do that several processes share. */
public abstract class SharedOnlineStoreContract extends OnlineStoreContract {
    private static final Instant TIME = Instant.parse("2024-05-06T07:08:09Z");

    /** A new, empty store. */
    @Override
    protected abstract SharedOnlineStore newStore();

    /** The same store, opened once more, as by another process. */
    protected abstract SharedOnlineStore again(SharedOnlineStore open);

    /** A store of another project beside it, on the same server. */
    protected abstract SharedOnlineStore otherProject(SharedOnlineStore open);

    @Test
    void whatOneStoresTheOtherReads() {
        try (SharedOnlineStore one = newStore();
                SharedOnlineStore other = again(one)) {
            one.putAll(List.of(put("v", "a", 1), put("w", "b", 2)), Map.of("v", TIME), Map.of("v", "n"));

            Reading reading = other.read(Map.of("v", List.of("a", "b"), "w", List.of("b"), "x", List.of("a")));

            assertThat(reading.values().get("v")).containsOnlyKeys("a");
            assertThat(reading.values().get("w")).containsOnlyKeys("b");
            assertThat(reading.view("v").watermark()).isEqualTo(TIME);
            assertThat(reading.view("v").newestEvent()).isEqualTo(TIME);
            assertThat(reading.view("v").note()).isEqualTo("n");
            assertThat(reading.view("w").watermark()).isNull();
            assertThat(reading.view("x")).isEqualTo(SharedOnlineStore.ViewState.NONE);
        }
    }

    @Test
    void everyChangeOfAViewGivesItANewVersion() {
        try (SharedOnlineStore store = newStore()) {
            store.putAll(List.of(put("v", "a", 1)), Map.of("v", TIME));
            long first = version(store, "v");
            store.putAll(List.of(put("v", "a", 1)), Map.of());
            long second = version(store, "v");
            store.remove("v");
            long gone = version(store, "v");
            store.putAll(List.of(), Map.of("v", TIME));
            long third = version(store, "v");
            store.rename("v", "w");

            assertThat(List.of(first, second, third, version(store, "w"))).doesNotHaveDuplicates();
            assertThat(gone).isEqualTo(SharedOnlineStore.NO_VERSION);
        }
    }

    @Test
    void changeOfOneViewLeavesTheVersionsOfOthers() {
        try (SharedOnlineStore store = newStore()) {
            store.putAll(List.of(put("v", "a", 1)), Map.of("w", TIME));
            long before = version(store, "w");

            store.putAll(List.of(put("v", "a", 2)), Map.of("v", TIME));

            assertThat(version(store, "w")).isEqualTo(before);
        }
    }

    @Test
    void batchIsRefusedWholeWhenAViewHasAnotherVersion() {
        try (SharedOnlineStore one = newStore();
                SharedOnlineStore other = again(one)) {
            long seen = one.putAll(List.of(put("v", "a", 1)), Map.of("v", TIME), Map.of(), Map.of("v", 0L))
                    .orElseThrow();
            long now = other.putAll(List.of(put("v", "a", 2)), Map.of("v", TIME), Map.of(), Map.of("v", seen))
                    .orElseThrow();

            OptionalLong late = one.putAll(
                    List.of(put("v", "a", 3), put("w", "a", 3)),
                    Map.of("v", TIME.plusSeconds(1), "w", TIME),
                    Map.of(),
                    Map.of("v", seen, "w", SharedOnlineStore.NO_VERSION));

            assertThat(late).isEmpty();
            assertThat(one.get("v", "a").orElseThrow().bytes()).containsExactly(2);
            assertThat(one.watermark("v")).contains(TIME);
            assertThat(one.views()).containsExactly("v");
            assertThat(version(one, "v")).isEqualTo(now);
        }
    }

    @Test
    void ofTwoWhoWriteAtOnceOnlyOneDoes() throws InterruptedException {
        try (SharedOnlineStore one = newStore();
                SharedOnlineStore other = again(one)) {
            for (int round = 0; round < 20; round++) {
                long seen = version(one, "v");
                CountDownLatch begin = new CountDownLatch(1);
                AtomicInteger done = new AtomicInteger();
                List<Thread> writers = List.of(one, other).stream()
                        .map(store -> Thread.ofPlatform().start(() -> {
                            try {
                                begin.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            if (store.putAll(List.of(put("v", "a", 1)), Map.of(), Map.of(), Map.of("v", seen))
                                    .isPresent()) {
                                done.incrementAndGet();
                            }
                        }))
                        .toList();

                begin.countDown();
                for (Thread writer : writers) {
                    writer.join();
                }

                assertThat(done).hasValue(1);
            }
        }
    }

    @Test
    void projectsOnOneServerAreApart() {
        try (SharedOnlineStore one = newStore();
                SharedOnlineStore other = otherProject(one)) {
            one.putAll(List.of(put("v", "a", 1)), Map.of("v", TIME));
            one.pushes().append("s", true, true, TIME, 0, "x");

            assertThat(other.get("v", "a")).isEmpty();
            assertThat(other.views()).isEmpty();
            assertThat(other.pushes().entries()).isEmpty();
            other.remove("v");
            assertThat(one.views()).containsExactly("v");
        }
    }

    @Test
    void pushesOfAllAreKeptInOrder() {
        try (SharedOnlineStore one = newStore();
                SharedOnlineStore other = again(one)) {
            PushLog.Push first = one.pushes().append("s", true, true, TIME, -7, "id,note\n1,\"ö\u0000\"\n");
            PushLog.Push second = other.pushes().append("t", true, false, TIME.plusSeconds(1), 8, "id\n2\n");

            assertThat(other.pushes().entries()).containsExactly(first, second);
            assertThat(one.pushes().entries(first.number())).containsExactly(second);
            assertThat(second.number()).isGreaterThan(first.number());
            assertThat(one.read(Map.of()).pushes()).isEqualTo(second.number());
        }
    }

    @Test
    void pushIsForgottenWhenNobodyNeedsIt() {
        try (SharedOnlineStore store = newStore()) {
            PushLog log = store.pushes();
            long both = log.append("s", true, true, TIME, 0, "a").number();
            long offline = log.append("s", false, true, TIME, 0, "b").number();
            long online = log.append("s", true, false, TIME, 0, "c").number();

            log.loaded(List.of(both, offline, 99L));
            assertThat(log.entries()).extracting(PushLog.Push::number).containsExactly(both, online);
            assertThat(log.entries().getFirst().offline()).isFalse();
            assertThat(log.entries().getFirst().online()).isTrue();
            log.done(List.of(both, 99L));
            log.loaded(List.of(both));

            assertThat(log.entries()).extracting(PushLog.Push::number).containsExactly(online);
            assertThat(log.append("s", true, true, TIME, 0, "d").number()).isGreaterThan(online);
        }
    }

    private static long version(SharedOnlineStore store, String view) {
        return store.read(Map.of(view, List.of())).view(view).version();
    }

    private static Put put(String view, String key, int value) {
        return new Put(view, key, new Entry(new byte[] {(byte) value}, TIME, TIME));
    }
}
