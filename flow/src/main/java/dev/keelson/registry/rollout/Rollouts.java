package dev.keelson.registry.rollout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.rollout.Rollout.State;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done to rollouts, each with its audit line and the aliases it changes in one transaction. A promotion is not among
 * them: it is {@code Governance.promote} of the candidate, which ends the rollout with it. Safe for use by several threads and
 * by several servers on one catalogue: whoever is second is told CONFLICT, and nothing is done twice.
 */
public final class Rollouts {
    private final Catalog catalog;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final Consumer<String> changed;

    /**
     * Over a catalogue.
     *
     * @param ids gives each rollout an id that no other has
     * @param changed told the model's name after each change
     */
    public Rollouts(Catalog catalog, InstantSource clock, Supplier<String> ids, Consumer<String> changed) {
        this.catalog = catalog;
        this.clock = clock;
        this.ids = ids;
        this.changed = changed;
    }

    // ---- what there is

    /** The rollout of a model that is open. */
    public Optional<Rollout> open(String model) {
        return catalog.read(tx -> tx.rollouts().open(model));
    }

    /** Rollouts of a model, or of all when it is null, newest first. */
    public List<Rollout> history(@Nullable String model, int limit) {
        return catalog.read(tx -> tx.rollouts().history(model, limit));
    }

    // ---- what persons do

    /**
     * Begins a rollout against the champion; the candidate is the challenger from now on.
     *
     * @param reason why; not blank
     * @throws KeelsonException VERSION_NOT_FOUND; TRANSITION_REFUSED when there is no champion, or the candidate is it;
     *     CONFLICT when another one of the model is open
     */
    public Rollout start(RolloutPlan plan, String actor, String reason) {
        requireReason(reason);
        Instant at = clock.instant();
        String id = ids.get();
        Rollout begun = catalog.write(tx -> {
            ModelVersion champion = tx.alias(plan.model(), ModelVersion.CHAMPION)
                    .orElseThrow(() -> refused("The model (%s) has no champion to roll out against.".formatted(plan.model())));
            ModelVersion candidate = tx.version(plan.model(), plan.version())
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.VERSION_NOT_FOUND,
                            "The model (%s) has no version %d that could serve; there are %s."
                                    .formatted(
                                            plan.model(),
                                            plan.version(),
                                            tx.versions(plan.model()).stream().map(ModelVersion::version).toList()),
                            "Maybe list them with `keelson models show %s`.".formatted(plan.model())));
            if (candidate.equals(champion)) {
                throw refused("The version (%s) is the champion already.".formatted(candidate.label()));
            }
            Rollout rollout = new Rollout(
                    id, plan.model(), plan.kind(), champion.version(), candidate.version(), plan.steps(), 0, plan.sticky(),
                    plan.paired(), plan.guardrails(), State.RUNNING, 1, at, at, null, null, actor, reason, "");
            tx.rollouts().start(rollout);
            Roles.challenger(tx, plan.model(), candidate.version(), at);
            audit(tx, rollout, at, actor, "rollout_start", reason, rollout.toJson());
            return rollout;
        });
        changed.accept(plan.model());
        return begun;
    }

    /**
     * Goes to the next step.
     *
     * @throws KeelsonException NOT_FOUND when none is open; TRANSITION_REFUSED at the last step; CONFLICT
     */
    public Rollout advance(String model, String actor, String reason) {
        return change(model, actor, reason, "rollout_advance", (tx, open, at) -> {
            if (open.last()) {
                throw refused("The rollout of the model (%s) is at its last step; it is promoted or aborted now.".formatted(model));
            }
            return open.advanced(at);
        });
    }

    /**
     * Keeps shares as they are until it goes on.
     *
     * @throws KeelsonException NOT_FOUND when none is open; TRANSITION_REFUSED when it is paused already; CONFLICT
     */
    public Rollout pause(String model, String actor, String reason) {
        return change(model, actor, reason, "rollout_pause", (tx, open, at) -> {
            if (open.state() == State.PAUSED) {
                throw refused("The rollout of the model (%s) is paused already.".formatted(model));
            }
            return open.paused(at);
        });
    }

    /**
     * Goes on after a pause.
     *
     * @throws KeelsonException NOT_FOUND when none is open; TRANSITION_REFUSED when it is not paused; CONFLICT
     */
    public Rollout resume(String model, String actor, String reason) {
        return change(model, actor, reason, "rollout_resume", (tx, open, at) -> {
            if (open.state() != State.PAUSED) {
                throw refused("The rollout of the model (%s) is not paused.".formatted(model));
            }
            return open.resumed(at);
        });
    }

    /**
     * Ends it; the baseline answers everything again, the candidate is archived.
     *
     * @throws KeelsonException NOT_FOUND when none is open; CONFLICT
     */
    public Rollout abort(String model, String actor, String reason) {
        return change(model, actor, reason, "rollout_abort", (tx, open, at) -> {
            Rollout ended = open.ended(State.ABORTED, at, "%s ended it: %s".formatted(actor, reason));
            tx.rollouts().replace(ended);
            Roles.dismiss(tx, model, open.candidate(), at);
            return ended;
        });
    }

    // ---- what comes by itself

    /**
     * Goes to the next step because the time of the step is over.
     *
     * @param seen the rollout as it was when that was found
     * @return empty when it was changed meanwhile, such as by another server
     */
    public Optional<Rollout> held(Rollout seen) {
        return byItself(seen, "rollout_advance", "The time of the step was over and no guardrail objected.", null, at -> seen.advanced(at));
    }

    /**
     * Takes the candidate back because a guardrail was broken.
     *
     * @param seen the rollout as it was when that was found
     * @param verdict one sentence
     * @param numbers what it rests on
     * @return empty when it was changed meanwhile, such as by another server
     */
    public Optional<Rollout> rollBack(Rollout seen, String verdict, ObjectNode numbers) {
        return byItself(
                seen, "rollout_rollback", verdict, numbers, at -> seen.ended(State.ROLLED_BACK, at, verdict));
    }

    private interface Next {
        Rollout of(Instant at);
    }

    private Optional<Rollout> byItself(
            Rollout seen, String action, String reason, @Nullable ObjectNode numbers, Next next) {
        Instant at = clock.instant();
        Rollout then;
        try {
            then = catalog.write(tx -> {
                Rollout made = next.of(at);
                tx.rollouts().replace(made);
                if (!made.open()) {
                    Roles.dismiss(tx, seen.model(), seen.candidate(), at);
                }
                ObjectNode evidence = numbers == null ? JsonNodeFactory.instance.objectNode() : numbers.deepCopy();
                audit(tx, made, at, "system", action, reason, evidence);
                return made;
            });
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
        changed.accept(seen.model());
        return Optional.of(then);
    }

    // ---- what all of them need

    private interface Change {
        Rollout of(CatalogTransaction tx, Rollout open, Instant at);
    }

    private Rollout change(String model, String actor, String reason, String action, Change change) {
        requireReason(reason);
        Instant at = clock.instant();
        Rollout then = catalog.write(tx -> {
            Rollout open = tx.rollouts().open(model).orElseThrow(() -> none(model));
            Rollout next = change.of(tx, open, at);
            if (next.open()) {
                tx.rollouts().replace(next);
            }
            audit(tx, next, at, actor, action, reason, JsonNodeFactory.instance.objectNode());
            return next;
        });
        changed.accept(model);
        return then;
    }

    /** That a model has no open rollout. */
    public static KeelsonException none(String model) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "No rollout of the model (%s) is open.".formatted(model),
                "Maybe begin one: `keelson rollout start %s VERSION --reason ...`.".formatted(model));
    }

    private static void audit(
            CatalogTransaction tx, Rollout rollout, Instant at, String actor, String action, String reason, ObjectNode evidence) {
        evidence.put("rollout", rollout.id())
                .put("revision", rollout.revision())
                .put("state", rollout.state().word())
                .put("step", rollout.step());
        tx.addAudit(new AuditEntry(
                0, at, actor, action, rollout.model(), rollout.candidate(), reason, evidence.toString()));
    }

    private static KeelsonException refused(String what) {
        return new KeelsonException(ErrorCode.TRANSITION_REFUSED, what, null);
    }

    private static void requireReason(String reason) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "A reason is needed: it stays in the audit trail.", "Maybe add --reason \"...\".");
        }
    }
}
