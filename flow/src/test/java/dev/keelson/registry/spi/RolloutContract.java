package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.Rollout.Kind;
import dev.keelson.registry.rollout.Rollout.State;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutStep;
import dev.keelson.registry.rollout.Rollouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every catalogue does with rollouts. */
public abstract class RolloutContract {
    private static final String MODEL = "m";
    private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

    @SuppressWarnings("NullAway.Init") // set before each test
    private Catalog catalog;

    private final List<String> changed = new ArrayList<>();
    private Instant now = T0;
    private int given;

    /** A new, empty catalogue. */
    protected abstract Catalog open();

    @BeforeEach
    void openCatalog() {
        catalog = open();
        for (int v = 1; v <= 3; v++) {
            int number = v;
            catalog.update(tx -> {
                tx.putRun(run(number));
                tx.addVersion(new ModelVersion(
                        MODEL, number, "%032d".formatted(number), "f".repeat(63) + number, ModelVersion.Kind.CHANGE, T0, T0));
                if (number < 3) {
                    Roles.champion(tx, MODEL, number, T0);
                    tx.addAudit(new AuditEntry(0, T0, "system", "promote", MODEL, number, "It is next.", "{}"));
                }
            });
        }
    }

    @AfterEach
    void closeCatalog() {
        catalog.close();
    }

    private static Run run(int version) {
        return new Run(
                "%032d".formatted(version), MODEL, Run.Status.FINISHED, T0, T0, Map.of(), Map.of(), Map.of(), List.of(), "{}");
    }

    private Rollouts rollouts() {
        return new Rollouts(catalog, () -> now, () -> "rollout-" + ++given, changed::add);
    }

    private Governance governance() {
        return new Governance(catalog, () -> now, changed::add);
    }

    private static RolloutPlan steps() {
        return RolloutPlan.of(
                MODEL,
                3,
                Kind.STEPS,
                null,
                List.of(),
                null,
                List.of(
                        new RolloutStep(1, List.of("beta-*"), Duration.ofHours(1)),
                        new RolloutStep(0.25, Duration.ofMinutes(30)),
                        new RolloutStep(0.5, null)),
                Rollout.Sticky.CLIENT,
                true,
                Guardrail.parse(List.of("error_rate<=0.5%", "latency_p99.5<=1.5x", "harm<=0.01")));
    }

    private Optional<Integer> alias(String alias) {
        return catalog.read(tx -> tx.alias(MODEL, alias).map(ModelVersion::version));
    }

    private AuditEntry lastLine() {
        return catalog.<List<AuditEntry>>read(tx -> tx.audit(MODEL, 1)).getFirst();
    }

    @Test
    void aRolloutComesBackAsItWasBegun() {
        Rollout begun = rollouts().start(steps(), "ann", "It is better offline.");

        assertThat(rollouts().open(MODEL)).hasValue(begun);
        assertThat(catalog.<Optional<Rollout>>read(tx -> tx.rollouts().rollout(begun.id()))).hasValue(begun);
        assertThat(begun.baseline()).isEqualTo(2);
        assertThat(alias(ModelVersion.CHALLENGER)).hasValue(3);
        assertThat(lastLine().action()).isEqualTo("rollout_start");
        assertThat(lastLine().evidence()).contains("latency_p99.5<=1.5x");
        assertThat(changed).containsExactly(MODEL);
    }

    @Test
    void aModelHasOneOpenRollout() {
        rollouts().start(steps(), "ann", "First.");

        KeelsonException second = catchThrowableOfType(
                KeelsonException.class, () -> rollouts().start(steps(), "eve", "Second."));

        assertThat(second.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(rollouts().history(MODEL, 10)).hasSize(1);
    }

    @Test
    void whatItIsBegunWithMustBeThere() {
        Rollouts rollouts = rollouts();
        RolloutPlan champion = RolloutPlan.of(
                MODEL, 2, Kind.CANARY, null, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, null);
        RolloutPlan none = RolloutPlan.of(
                MODEL, 9, Kind.CANARY, null, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, null);

        assertThat(catchThrowableOfType(KeelsonException.class, () -> rollouts.start(champion, "ann", "x")).code())
                .isEqualTo(ErrorCode.TRANSITION_REFUSED);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> rollouts.start(none, "ann", "x")).code())
                .isEqualTo(ErrorCode.VERSION_NOT_FOUND);
        assertThat(rollouts.open(MODEL)).isEmpty();
    }

    @Test
    void stepsBeginOneAfterTheOther() {
        Rollouts rollouts = rollouts();
        Rollout begun = rollouts.start(steps(), "ann", "Go.");
        now = T0.plusSeconds(10);

        Rollout second = rollouts.held(begun).orElseThrow();
        Rollout third = rollouts.advance(MODEL, "ann", "It looks well.");

        assertThat(second.step()).isEqualTo(1);
        assertThat(second.nextAt()).isEqualTo(now.plus(Duration.ofMinutes(30)));
        assertThat(third.step()).isEqualTo(2);
        assertThat(third.nextAt()).isNull();
        assertThat(rollouts.open(MODEL)).hasValue(third);
        assertThatThrownBy(() -> rollouts.advance(MODEL, "ann", "On.")).hasMessageContaining("last step");
    }

    @Test
    void ofTwoServersOneAdvances() throws Exception {
        Rollout begun = rollouts().start(steps(), "ann", "Go.");
        List<Future<Optional<Rollout>>> both = new ArrayList<>();
        try (ExecutorService servers = Executors.newFixedThreadPool(2)) {
            Rollouts one = rollouts();
            Rollouts other = rollouts();
            both.add(servers.submit(() -> one.held(begun)));
            both.add(servers.submit(() -> other.held(begun)));
        }

        assertThat(List.of(both.get(0).get().isPresent(), both.get(1).get().isPresent()))
                .containsExactlyInAnyOrder(true, false);
        assertThat(rollouts().open(MODEL).orElseThrow().step()).isEqualTo(1);
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit(MODEL, 10)).stream()
                        .filter(line -> line.action().equals("rollout_advance")))
                .hasSize(1);
    }

    @Test
    void aPauseStopsTheClockOfItsStep() {
        Rollouts rollouts = rollouts();
        rollouts.start(steps(), "ann", "Go.");

        now = T0.plusSeconds(600);
        Rollout paused = rollouts.pause(MODEL, "ann", "Lunch.");
        now = T0.plusSeconds(1_600);
        Rollout resumed = rollouts.resume(MODEL, "ann", "Back.");

        assertThat(paused.nextAt()).isNull();
        assertThat(paused.open()).isTrue();
        assertThat(resumed.nextAt()).isEqualTo(T0.plus(Duration.ofHours(1)).plusSeconds(1_000));
        assertThatThrownBy(() -> rollouts.resume(MODEL, "ann", "Again.")).hasMessageContaining("not paused");
    }

    @Test
    void aGuardrailTakesTheCandidateBackWithItsNumbers() {
        Rollouts rollouts = rollouts();
        Rollout begun = rollouts.start(steps(), "ann", "Go.");

        Rollout back = rollouts
                .rollBack(begun, "Too many failed.", JsonNodeFactory.instance.objectNode().put("failures", 17))
                .orElseThrow();

        assertThat(back.state()).isEqualTo(State.ROLLED_BACK);
        assertThat(back.verdict()).isEqualTo("Too many failed.");
        assertThat(rollouts.open(MODEL)).isEmpty();
        assertThat(alias(ModelVersion.CHAMPION)).hasValue(2);
        assertThat(alias(ModelVersion.CHALLENGER)).isEmpty();
        assertThat(lastLine().action()).isEqualTo("rollout_rollback");
        assertThat(lastLine().evidence()).contains("\"failures\":17");
        assertThat(rollouts.rollBack(begun, "Again.", JsonNodeFactory.instance.objectNode())).isEmpty();
    }

    @Test
    void aPersonEndsIt() {
        Rollouts rollouts = rollouts();
        rollouts.start(steps(), "ann", "Go.");

        Rollout ended = rollouts.abort(MODEL, "eve", "Not today.");

        assertThat(ended.state()).isEqualTo(State.ABORTED);
        assertThat(rollouts.open(MODEL)).isEmpty();
        assertThat(alias(ModelVersion.CHALLENGER)).isEmpty();
        assertThat(rollouts.history(MODEL, 5)).containsExactly(ended);
        assertThat(rollouts.history("other", 5)).isEmpty();
        assertThatThrownBy(() -> rollouts.abort(MODEL, "eve", "Again.")).hasMessageContaining("No rollout");
    }

    @Test
    void aPromotionOfTheCandidateEndsItInTheSameTransaction() {
        Rollouts rollouts = rollouts();
        rollouts.start(steps(), "ann", "Go.");

        governance().promote(new Governance.Request(MODEL, 3, "ann", "It is better.", false));

        Rollout ended = rollouts.history(MODEL, 1).getFirst();
        assertThat(ended.state()).isEqualTo(State.PROMOTED);
        assertThat(alias(ModelVersion.CHAMPION)).hasValue(3);
        assertThat(alias(ModelVersion.CHALLENGER)).isEmpty();
    }

    @Test
    void anotherVersionThatComesToServeEndsIt() {
        Rollouts rollouts = rollouts();
        rollouts.start(steps(), "ann", "Go.");

        governance().promote(new Governance.Request(MODEL, 1, "eve", "The old one.", false));

        assertThat(rollouts.history(MODEL, 1).getFirst().state()).isEqualTo(State.ABORTED);
        assertThat(rollouts.history(MODEL, 1).getFirst().verdict()).contains("v1");
        assertThat(alias(ModelVersion.CHAMPION)).hasValue(1);
    }

    @Test
    void aRollbackTakesTheCandidateBackAndLeavesTheChampion() {
        Rollouts rollouts = rollouts();
        rollouts.start(steps(), "ann", "Go.");

        ModelVersion serves = governance().rollback(MODEL, null, "eve", "It smells.", false);

        assertThat(serves.version()).isEqualTo(2);
        assertThat(alias(ModelVersion.CHAMPION)).hasValue(2);
        assertThat(alias(ModelVersion.CHALLENGER)).isEmpty();
        assertThat(rollouts.history(MODEL, 1).getFirst().state()).isEqualTo(State.ROLLED_BACK);
        assertThat(lastLine().action()).isEqualTo("rollout_rollback");
        assertThat(governance().rollback(MODEL, null, "eve", "Further.", false).version()).isEqualTo(1);
    }

    @Test
    void whatServersCountedIsKeptByServer() {
        Rollout begun = rollouts().start(steps(), "ann", "Go.");

        catalog.update(tx -> {
            tx.rollouts().putTally(begun.id(), "b", "{\"n\":1}", T0);
            tx.rollouts().putTally(begun.id(), "a", "{\"n\":2}", T0);
        });
        catalog.update(tx -> tx.rollouts().putTally(begun.id(), "b", "{\"n\":3}", T0));

        assertThat(catalog.<Map<String, String>>read(tx -> tx.rollouts().tallies(begun.id())))
                .containsExactly(Map.entry("a", "{\"n\":2}"), Map.entry("b", "{\"n\":3}"));
        assertThat(catalog.<List<Rollout>>read(tx -> tx.rollouts().open())).containsExactly(begun);
    }
}
