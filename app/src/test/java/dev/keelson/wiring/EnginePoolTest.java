package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.ServeDefinition.Engines;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EnginePoolTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Executor CALLERS = task -> Thread.ofVirtual().start(task);

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);

    private void hold(int row) {
        begun.countDown();
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static KeelsonException refused(EnginePool pool, IntConsumer work) {
        return catchThrowableOfType(KeelsonException.class, () -> pool.each(1, work));
    }

    @Test
    void everyRowIsDoneOnceByThreadsOfThePool() {
        AtomicIntegerArray times = new AtomicIntegerArray(1_001);
        AtomicInteger elsewhere = new AtomicInteger();
        try (EnginePool pool = new EnginePool(new Engines(3, 4, LONG))) {
            pool.each(times.length(), i -> {
                times.incrementAndGet(i);
                if (!Thread.currentThread().getName().equals("keelson-engines")) {
                    elsewhere.incrementAndGet();
                }
            });
            pool.each(0, i -> elsewhere.incrementAndGet());
        }

        for (int i = 0; i < times.length(); i++) {
            assertThat(times.get(i)).isOne();
        }
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void theFirstRowThatFailsIsToldOf() {
        try (EnginePool pool = new EnginePool(new Engines(2, 4, LONG))) {
            assertThatThrownBy(() -> pool.each(2_000, i -> {
                        if (i % 100 == 99) {
                            throw new IllegalArgumentException("row " + i);
                        }
                    }))
                    .hasMessage("row 99");
        }
    }

    @Test
    void whatDoesNotFitTheQueueIsTurnedAwayAtOnce() throws InterruptedException {
        try (EnginePool pool = new EnginePool(new Engines(1, 1, LONG))) {
            CompletableFuture<Void> running = CompletableFuture.runAsync(() -> pool.each(1, this::hold), CALLERS);
            begun.await();
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> pool.each(1, this::hold), CALLERS);
            while (pool.waiting() == 0) {
                Thread.onSpinWait();
            }

            KeelsonException refused = refused(pool, i -> {});

            assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refused).hasMessageContaining("1 requests wait for the 1 threads");
            assertThat(pool.shed()).isOne();
            assertThat(pool.busy()).isOne();
            held.countDown();
            running.join();
            waiting.join();
        }
    }

    @Test
    void whatIsNotDoneByTheDeadlineIsTurnedAwayAndLeavesTheQueue() {
        try (EnginePool pool = new EnginePool(new Engines(1, 4, Duration.ofMillis(1)))) {
            int given = 0;
            while (begun.getCount() > 0) { // a thread may be slower to begin than the deadline
                assertThat(refused(pool, this::hold).code()).isEqualTo(ErrorCode.OVERLOADED);
                given++;
            }
            AtomicInteger done = new AtomicInteger();

            KeelsonException waited = refused(pool, i -> done.incrementAndGet());

            assertThat(waited.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(waited).hasMessageContaining("within 1 ms");
            assertThat(pool.waiting()).isZero();
            assertThat(pool.late()).isEqualTo(given + 1);
            assertThat(done).hasValue(0);
            held.countDown();
        }
    }

    @Test
    void whatWasTakenEndsAndNothingMoreIsTaken() throws InterruptedException {
        EnginePool pool = new EnginePool(new Engines(1, 1, LONG));
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> pool.each(1, this::hold), CALLERS);
        begun.await();
        CompletableFuture<Void> ending = CompletableFuture.runAsync(pool::close, CALLERS);
        KeelsonException refused = null;
        while (refused == null) { // until the end has begun
            refused = pool.waiting() == 0 && pool.ends() ? refused(pool, i -> {}) : null;
        }

        held.countDown();

        running.join();
        ending.join();
        assertThat(refused).hasMessageContaining("The server ends");
    }
}
