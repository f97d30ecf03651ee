package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.project.ServeDefinition.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Admission admission =
            new Admission(Limits.DEFAULT, new Connections(Limits.DEFAULT, System::nanoTime));

    /** A look in milliseconds. */
    private void look(long at, long late, int queued) {
        admission.looked(at * MS, late * MS, queued);
    }

    private boolean overloaded(long at) {
        return admission.overloaded(at * MS);
    }

    @Test
    void looksInTimeAreNoQueue() {
        look(1, 1, 500);

        assertThat(overloaded(2)).isFalse();
    }

    @Test
    void aPauseOfAMomentIsNoQueueThatStands() {
        look(60, 60, 500);

        assertThat(overloaded(61)).isFalse();
    }

    @Test
    void aQueueThatEveryLookFoundStands() {
        look(40, 40, 500);
        look(85, 40, 500);
        look(130, 40, 500);

        assertThat(overloaded(131)).isTrue();
    }

    @Test
    void aWaitThatOtherProgramsCauseIsNoQueue() {
        look(40, 40, 3);
        look(85, 40, 3);
        look(130, 40, 3);

        assertThat(overloaded(131)).isFalse();
    }

    @Test
    void oneLookInTimeEndsIt() {
        look(40, 40, 500);
        look(140, 90, 500);
        assertThat(overloaded(141)).isTrue();

        look(146, 1, 500);
        assertThat(overloaded(147)).isFalse();
    }
}
