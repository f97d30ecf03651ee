package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.project.ServeDefinition.Limits;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicBoolean crowded = new AtomicBoolean();
    private final Admission admission =
            new Admission(Limits.DEFAULT, new Connections(Limits.DEFAULT, System::nanoTime), crowded::get);

    /** A look in milliseconds; the share that is turned away from then on. */
    private double look(long at, long late, int queued) {
        admission.looked(at * MS, late * MS, queued);
        return admission.share();
    }

    /** Looks that each find the same wait, one after the other for so long; when they end. */
    private long looks(long from, long length, long late, int queued) {
        long at = from;
        while (at < from + length) {
            at += late + 5;
            look(at, late, queued);
        }
        return at;
    }

    @Test
    void looksInTimeAreNoQueue() {
        assertThat(look(1, 1, 500)).isZero();
        assertThat(admission.sheds(600)).isFalse();
    }

    @Test
    void aPauseOfAMomentIsNoQueueThatStands() {
        assertThat(look(60, 60, 500)).isZero();
    }

    @Test
    void aQueueThatEveryLookFoundStands() {
        look(40, 40, 500);
        assertThat(look(85, 40, 500)).isZero();

        assertThat(look(130, 40, 500)).isPositive();
    }

    @Test
    void aWaitThatOtherProgramsCauseIsNoQueue() {
        looks(0, 500, 40, 3);

        assertThat(admission.share()).isZero();
    }

    @Test
    void moreAreTurnedAwayTheLongerItStandsButNeverAll() {
        looks(0, 200, 40, 500);
        double early = admission.share();
        looks(200, 5_000, 40, 500);

        assertThat(admission.share()).isGreaterThan(early).isEqualTo(Admission.MOST);
    }

    @Test
    void aWaitOfTheLimitLeavesTheShareAsItIs() {
        long at = looks(0, 300, 40, 500);
        double share = admission.share();

        assertThat(look(at + 30, 25, 500)).isEqualTo(share);
        assertThat(look(at + 50, 15, 500)).isLessThan(share).isPositive();
    }

    @Test
    void nothingIsTurnedAwaySoonAfterTheQueueIsGone() {
        long at = looks(0, 5_000, 40, 500);

        looks(at, 60, 0, 0);

        assertThat(admission.share()).isZero();
    }

    @Test
    void whatWouldWaitForTheDiskIsTurnedAway() {
        crowded.set(true);
        assertThat(admission.sheds(600)).isTrue();
        assertThat(admission.shed()).isOne();
        assertThat(admission.sheds(600_000)).as("many rows wait").isFalse();

        crowded.set(false);
        assertThat(admission.sheds(600)).isFalse();
    }
}
