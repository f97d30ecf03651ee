package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

final class SharesTest {
    private final Shares shares = new Shares(3);

    @Test
    void everyRowIsDoneOnce() {
        AtomicIntegerArray times = new AtomicIntegerArray(1_001);

        shares.each(times.length(), times::incrementAndGet);

        for (int i = 0; i < times.length(); i++) {
            assertThat(times.get(i)).isOne();
        }
    }

    @Test
    void fewRowsAreDoneByTheCaller() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();

        shares.each(Shares.LEAST - 1, i -> threads.add(Thread.currentThread()));

        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void theFirstRowThatFailsIsToldOf() {
        assertThatThrownBy(() -> shares.each(2_000, i -> {
                    if (i % 100 == 99) {
                        throw new IllegalArgumentException("row " + i);
                    }
                }))
                .hasMessage("row 99");
    }
}
