package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.project.ServeDefinition.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Admission admission = new Admission(
            new Limits(10, 0, Duration.ofMillis(25), Duration.ofSeconds(1), Duration.ofSeconds(1)));

    /** A look that was due at a time and came so much later. */
    private void look(long due, long late) {
        admission.due(due);
        admission.looked(due + late);
        admission.due(due + late + 5 * MS);
    }

    @Test
    void looksInTimeAreNoQueue() {
        look(0, MS);

        assertThat(admission.overloaded(2 * MS)).isFalse();
    }

    @Test
    void aPauseOfAMomentIsNoQueueThatStands() {
        look(0, 60 * MS);

        assertThat(admission.overloaded(61 * MS)).isFalse();
    }

    @Test
    void aQueueThatEveryLookFoundStands() {
        look(0, 40 * MS);
        look(45 * MS, 40 * MS);
        look(90 * MS, 40 * MS);

        assertThat(admission.overloaded(131 * MS)).isTrue();
    }

    @Test
    void aLookThatDoesNotComeForLongIsAQueueItself() {
        look(0, MS);

        assertThat(admission.overloaded(90 * MS)).isFalse();
        assertThat(admission.overloaded(150 * MS)).isTrue();
    }

    @Test
    void oneLookInTimeEndsIt() {
        look(0, 40 * MS);
        look(45 * MS, 90 * MS);
        assertThat(admission.overloaded(140 * MS)).isTrue();

        look(140 * MS, MS);
        assertThat(admission.overloaded(142 * MS)).isFalse();
    }
}
