package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.RetrainRules.Answer;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.RetrainDefinition.Action;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where retrainings are asked for. Whether one is admitted, its job, a suggestion in its place and the line of the audit trail are one
 * transaction, so that a storm of alarms, also from several servers, comes to one job. Safe for use by several threads.
 */
public final class RetrainBook {
    /** A chain is long and killed now and then: so many tries it has. */
    private static final int ATTEMPTS = 5;

    /** More than wait at once: one retraining of a model is under way at a time. */
    private static final int RESTING = 100;

    /** Newest lines of the audit trail of a model that are looked at. */
    private static final int LOOKED = 1_000;

    private final Catalog catalog;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final Function<String, RetrainDefinition> definitions;
    private final Function<String, Optional<String>> nothingNew;

    /**
     * A book over a catalogue.
     *
     * @param ids gives unique ids
     * @param definitions what the project file says of a model
     * @param nothingNew as {@link RetrainWorld#nothingNew}
     */
    public RetrainBook(
            Catalog catalog,
            InstantSource clock,
            Supplier<String> ids,
            Function<String, RetrainDefinition> definitions,
            Function<String, Optional<String>> nothingNew) {
        this.catalog = catalog;
        this.clock = clock;
        this.ids = ids;
        this.definitions = definitions;
        this.nothingNew = nothingNew;
    }

    /**
     * What came of it.
     *
     * @param job the job that will train, or the one under way because of which none was asked for; null when there is neither
     * @param asked whether it is a new one
     * @param sentence what came of it
     * @param suggestion what was kept in its place, or null
     */
    public record Asked(@Nullable Job job, boolean asked, String sentence, @Nullable ModelSuggestion suggestion) {}

    /**
     * Asks for a retraining.
     *
     * @param id of its job, the same for the same thing asked twice; null for a new one
     * @param schedule of which it is a run; empty when of none
     */
    public Asked ask(RetrainRequest request, @Nullable String id, String schedule, String actor, String reason) {
        Instant now = clock.instant();
        Optional<String> same = request.onlyNew() ? nothingNew.apply(request.model()) : Optional.empty();
        return catalog.write(tx -> {
            if (id != null && tx.jobs().job(id).isPresent()) {
                return new Asked(tx.jobs().job(id).get(), true, "A training was asked for: %s.".formatted(id), null);
            }
            return switch (RetrainRules.of(tx, definitions.apply(request.model()), request, null, now)) {
                case Answer.Go() when same.isPresent() && said(tx, request.model(), same.get()) ->
                    new Asked(null, false, "Not trained again: " + same.get(), null);
                case Answer.Go() -> {
                    Job job = Job.planned(
                            id == null ? ids.get() : id, request.kind().job(), Planner.subject(request.model()), schedule,
                            request.toJson(), now, now, ATTEMPTS, actor, reason);
                    tx.jobs().add(job);
                    ObjectNode evidence = request.toJson().put("job", job.id());
                    evidence.remove("drift");
                    tx.addAudit(new AuditEntry(0, now, actor, "retrain_asked", request.model(), null, reason, evidence.toString()));
                    yield new Asked(job, true, "A training was asked for: %s.".formatted(job.id()), null);
                }
                case Answer.Refused(String why, @Nullable Job under) -> {
                    refused(tx, request, now, actor, why, reason);
                    yield new Asked(under, false, "Not trained again: " + why, null);
                }
                case Answer.Instead(var mode) -> {
                    ModelSuggestion kept = instead(tx, definitions.apply(request.model()), request, mode, reason, now);
                    yield new Asked(null, false, "Not trained: the mode is %s. %s".formatted(mode.word(), kept.text()), kept);
                }
            };
        });
    }

    /** Whether the newest retraining of a model ended by saying that nothing is new: it is said once. */
    private static boolean said(CatalogTransaction tx, String model, String same) {
        return tx.audit(model, LOOKED).stream()
                .filter(each -> each.action().startsWith("retrain_") && !each.action().equals("retrain_refused"))
                .findFirst()
                .filter(each -> each.action().equals("retrain_unchanged") && each.reason().equals(same))
                .isPresent();
    }

    /** Lets the retraining of a model that rests look at once, such as after what it waits for was answered; nothing when none rests. */
    public void wake(String model) {
        wake(catalog, clock.instant(), model);
    }

    /** As {@link #wake(String)}, for whoever changes what serves without a book: whatever process works next does it. */
    public static void wake(Catalog catalog, Instant now, String model) {
        if (!catalog.read(tx -> resting(tx, model)).isEmpty()) {
            catalog.update(tx -> resting(tx, model).forEach(each -> tx.jobs().replace(each.resting(now, each.step()))));
        }
    }

    /** The retrainings of a model that rest, by the ids of their jobs. */
    public List<String> resting(String model) {
        return catalog.read(tx -> resting(tx, model)).stream().map(Job::id).toList();
    }

    private static List<Job> resting(CatalogTransaction tx, String model) {
        return RetrainRequest.JOBS.stream()
                .flatMap(kind -> tx.jobs().jobs(new JobQuery(Set.of(Job.State.WAITING), kind, Planner.subject(model), null, null, RESTING)).stream())
                .filter(each -> each.startedAt() != null && each.attempt() == 0)
                .toList();
    }

    /** Writes down that a retraining was refused. */
    static void refused(CatalogTransaction tx, RetrainRequest request, Instant now, String actor, String why, String reason) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode().put("trigger", request.trigger().word()).put("asked_because", reason);
        tx.addAudit(new AuditEntry(0, now, actor, "retrain_refused", request.model(), null, why, evidence.toString()));
    }

    /** Keeps in its place what would have been done: one suggestion for each cool-down. */
    static ModelSuggestion instead(
            CatalogTransaction tx, RetrainDefinition definition, RetrainRequest request, RetrainDefinition.Mode mode, String reason, Instant now) {
        String key = Suggestions.list(tx, request.model()).stream()
                .filter(each -> each.action() == Action.RETRAIN)
                .filter(each -> each.state() == ModelSuggestion.State.OPEN || each.at().plus(definition.coolDown()).isAfter(now))
                .findFirst()
                .map(each -> each.id().substring(each.id().lastIndexOf('-') + 1))
                .orElse(Long.toString(now.toEpochMilli(), 36));
        return Suggestions.put(
                tx, key, request.model(), Action.RETRAIN, null, mode,
                "%s would have been trained again (%s): %s".formatted(request.model(), request.trigger().word(), reason), request.toJson(), now);
    }
}
