package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.QueuedChange.Kind;
import dev.keelson.registry.outbox.RegistryConflict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every queue of changes for another registry does. */
public abstract class OutboxContract {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456Z");

    @SuppressWarnings("NullAway.Init") // set before each test
    private Catalog catalog;

    /** A new, empty catalogue. */
    protected abstract Catalog open();

    @BeforeEach
    void openCatalog() {
        catalog = open();
    }

    @AfterEach
    void closeCatalog() {
        catalog.close();
    }

    @Test
    void changesComeOutInTheOrderInWhichTheyWentIn() {
        catalog.update(tx -> {
            tx.outbox().add(new QueuedChange(Kind.RUN, "b", "{}", NOW));
            tx.outbox().add(new QueuedChange(Kind.ALIAS, "a", "{\"alias\":\"champion\"}", NOW));
        });
        catalog.update(tx -> tx.outbox().add(new QueuedChange(Kind.STAGE, "c", "{}", NOW)));

        List<QueuedChange> waiting = waiting();

        assertThat(waiting).extracting(QueuedChange::subject).containsExactly("b", "a", "c");
        assertThat(waiting).extracting(QueuedChange::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(waiting.get(1))
                .isEqualTo(new QueuedChange(
                        waiting.get(1).sequence(), Kind.ALIAS, "a", "{\"alias\":\"champion\"}", NOW, 0, null));
        assertThat(catalog.<Long>read(tx -> tx.outbox().count())).isEqualTo(3);
    }

    @Test
    void whatIsRolledBackIsNotQueued() {
        assertThatThrownBy(() -> catalog.update(tx -> {
                    tx.outbox().add(new QueuedChange(Kind.RUN, "a", "{}", NOW));
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(waiting()).isEmpty();
    }

    @Test
    void aSequenceIsNotGivenAgainAfterItsChangeWasSent() {
        catalog.update(tx -> tx.outbox().add(new QueuedChange(Kind.RUN, "a", "{}", NOW)));
        long first = waiting().getFirst().sequence();
        catalog.update(tx -> tx.outbox().remove(first));
        catalog.update(tx -> tx.outbox().add(new QueuedChange(Kind.RUN, "b", "{}", NOW)));

        assertThat(waiting()).singleElement().satisfies(change -> assertThat(change.sequence()).isGreaterThan(first));
    }

    @Test
    void failuresAreCountedWithTheirReason() {
        catalog.update(tx -> tx.outbox().add(new QueuedChange(Kind.RUN, "a", "{}", NOW)));
        long sequence = waiting().getFirst().sequence();

        catalog.update(tx -> tx.outbox().failed(sequence, "It is down.", NOW));
        catalog.update(tx -> tx.outbox().failed(sequence, "It is still down.", NOW));

        assertThat(waiting().getFirst().attempts()).isEqualTo(2);
        assertThat(waiting().getFirst().problem()).isEqualTo("It is still down.");
    }

    @Test
    void aConflictThatIsFoundAgainReplacesItself() {
        catalog.update(tx -> tx.outbox().putConflict(conflict("a", NOW, "version 1")));
        catalog.update(tx -> tx.outbox().putConflict(conflict("b", NOW.plusSeconds(1), "version 1")));
        catalog.update(tx -> tx.outbox().putConflict(conflict("a", NOW.plusSeconds(2), "version 2")));

        assertThat(conflicts(false)).extracting(RegistryConflict::id).containsExactly("a", "b");
        assertThat(conflicts(false).getFirst()).isEqualTo(conflict("a", NOW.plusSeconds(2), "version 2"));
    }

    @Test
    void whatAPersonDecidedIsKeptAndNoLongerOpen() {
        RegistryConflict settled = conflict("a", NOW, "version 1").settledAs("local", "ann", NOW.plusSeconds(5));

        catalog.update(tx -> tx.outbox().putConflict(settled));

        assertThat(conflicts(false)).isEmpty();
        assertThat(conflicts(true)).containsExactly(settled);
        @Nullable RegistryConflict found = catalog.read(tx -> tx.outbox().conflict("a")).orElse(null);
        assertThat(found).isEqualTo(settled);
        assertThat(catalog.read(tx -> tx.outbox().conflict("b")).isEmpty()).isTrue();
    }

    private static RegistryConflict conflict(String id, Instant at, String remote) {
        return new RegistryConflict(
                id, Kind.ALIAS, "winner", "{}", "winner alias champion", "version 3", remote, at, null, null, null);
    }

    private List<QueuedChange> waiting() {
        return catalog.read(tx -> tx.outbox().waiting(10));
    }

    private List<RegistryConflict> conflicts(boolean settled) {
        return catalog.read(tx -> tx.outbox().conflicts(settled, 10));
    }
}
