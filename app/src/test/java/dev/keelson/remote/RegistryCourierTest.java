package dev.keelson.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RegistryCourierTest {
    private final BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();

    private RegistryLink.Sent send() {
        attempts.add(1);
        return failures.getAndDecrement() > 0
                ? new RegistryLink.Sent(0, 1, 0, "It is down.")
                : new RegistryLink.Sent(1, 0, 0, null);
    }

    private @Nullable Integer next(long millis) throws InterruptedException {
        return attempts.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Test
    void whatAnEarlierProcessLeftIsSentAtOnceAndNewThingsWhenTheyCome() throws InterruptedException {
        try (RegistryCourier courier = courier()) {
            assertThat(next(5000)).isNotNull();
            assertThat(next(50)).isNull();

            courier.nudge();

            assertThat(next(5000)).isNotNull();
        }
    }

    @Test
    void afterFailuresItTriesAgainUntilItWorks() throws InterruptedException {
        failures.set(3);

        try (RegistryCourier courier = courier()) {
            for (int i = 0; i < 4; i++) {
                assertThat(next(5000)).isNotNull();
            }
            assertThat(next(50)).isNull();
            courier.nudge();
            assertThat(next(5000)).isNotNull();
        }
    }

    private RegistryCourier courier() {
        return new RegistryCourier(this::send, Duration.ofMillis(2), Duration.ofMillis(8), new SplittableRandom(1));
    }
}
