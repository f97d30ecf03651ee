package dev.keelson.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServiceHistoryTest {
    private final List<AuditEntry> audit = new ArrayList<>();
    private int champion;

    @Test
    void eachRollbackGoesFurtherBack() {
        promote(1);
        promote(2);
        promote(3);

        assertThat(rollback()).isEqualTo(2);
        assertThat(rollback()).isEqualTo(1);
        assertThat(history().before()).isEmpty();
    }

    @Test
    void theOnlyVersionHasNoneBefore() {
        promote(1);

        assertThat(history().before()).isEmpty();
    }

    @Test
    void versionThatWasLeftIsNoTargetAfterTheNextPromotion() {
        promote(1);
        promote(2);
        rollback();
        promote(3);

        assertThat(rollback()).isEqualTo(1);
    }

    @Test
    void versionThatWasLeftIsATargetOnceItServedAgain() {
        promote(1);
        promote(2);
        rollback();
        promote(2);
        promote(3);

        assertThat(rollback()).isEqualTo(2);
        assertThat(rollback()).isEqualTo(1);
    }

    @Test
    void versionThatServedTwiceCountsOnce() {
        promote(1);
        promote(2);
        promote(3);
        promote(1);

        assertThat(rollback()).isEqualTo(3);
        assertThat(rollback()).isEqualTo(2);
        assertThat(history().before()).isEmpty();
    }

    @Test
    void otherDecisionsDoNotCount() {
        promote(1);
        add("register", 2);
        add("hold", 2);
        add("reject", 2);
        promote(3);

        assertThat(history().before()).contains(1);
    }

    @Test
    void trailThatToggledIsReadToo() {
        promote(1);
        promote(2);
        add("rollback", 1);
        add("rollback", 2);
        champion = 2;

        assertThat(history().before()).isEmpty();
    }

    private ServiceHistory history() {
        return ServiceHistory.of(audit, champion);
    }

    private void promote(int version) {
        add("promote", version);
        champion = version;
    }

    private int rollback() {
        champion = history().before().orElseThrow();
        add("rollback", champion);
        return champion;
    }

    private void add(String action, int version) {
        audit.addFirst(new AuditEntry(
                audit.size() + 1L, Instant.EPOCH, "ann", action, "m", version, "because", "{}"));
    }
}
