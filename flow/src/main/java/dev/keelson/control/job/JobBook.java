package dev.keelson.control.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What people ask of jobs and schedules; each change is audited. Safe for use by several threads. */
public final class JobBook {
    private static final int ATTEMPTS = 3;

    private final Catalog catalog;
    private final InstantSource clock;
    private final Supplier<String> ids;

    /**
     * A book over a catalogue.
     *
     * @param ids gives unique ids
     */
    public JobBook(Catalog catalog, InstantSource clock, Supplier<String> ids) {
        this.catalog = catalog;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Asks for a job now.
     *
     * @param kind what runs
     * @param subject what no two jobs may work at together; empty when they may
     * @param schedule which schedule it is a run of; empty when of none
     * @param arguments what it is asked to do
     * @return the job; the one that waits already when there is one of that kind and subject with the same arguments: who asks
     *     again stands in its log and in the audit log
     */
    public Job ask(String kind, String subject, String schedule, JsonNode arguments, String actor, String reason) {
        return ask(kind, subject, schedule, arguments, actor, reason, clock.instant());
    }

    /** As {@link #ask(String, String, String, JsonNode, String, String)}, due at the same time as others that are asked for with it. */
    public Job ask(String kind, String subject, String schedule, JsonNode arguments, String actor, String reason, Instant now) {
        return catalog.write(tx -> tx.jobs()
                .jobs(new JobQuery(Set.of(State.WAITING), kind, subject, null, null, 100))
                .stream()
                .filter(each -> each.arguments().equals(arguments) && !each.notBefore().isAfter(now))
                .findFirst()
                .map(waits -> {
                    tx.jobs().addLine(waits.id(), now, waits.attempt(), "%s asks for it as well, while it waits: %s".formatted(actor, reason));
                    audit(tx, now, actor, "job asked again", waits.kind() + " " + waits.id(), reason);
                    return waits;
                })
                .orElseGet(() -> {
                    Job job = Job.planned(ids.get(), kind, subject, schedule, arguments, now, now, ATTEMPTS, actor, reason);
                    tx.jobs().add(job);
                    audit(tx, now, actor, "job asked", job.kind() + " " + job.id(), reason);
                    return job;
                }));
    }

    /**
     * Asks for the end of a job: one that waits is cancelled at once, one that runs as soon as it listens.
     *
     * @throws KeelsonException NOT_FOUND, or CONFLICT when it has ended
     */
    public Job cancel(String id, String actor, String reason) {
        Instant now = clock.instant();
        return catalog.write(tx -> {
            Job job = required(tx, id);
            if (job.state().ended()) {
                throw new KeelsonException(
                        ErrorCode.CONFLICT, "The job (%s) has ended: %s.".formatted(id, job.state().word()), null);
            }
            Job stored = job.cancelled(now);
            tx.jobs().replace(stored);
            tx.jobs().addLine(id, now, job.attempt(), "%s asks for its end: %s".formatted(actor, reason));
            audit(tx, now, actor, "job cancelled", id, reason);
            return stored;
        });
    }

    /** Pauses a schedule, or lets it go on; what was due meanwhile is not made up for. */
    public ScheduleState pause(String schedule, boolean paused, String actor, String reason) {
        Instant now = clock.instant();
        return catalog.write(tx -> {
            @Nullable ScheduleState known = tx.jobs().schedules().get(schedule);
            ScheduleState state = Objects.requireNonNullElseGet(known, () -> new ScheduleState(schedule, now, null, "", ""));
            if (state.isPaused() == paused) {
                return state;
            }
            Instant upTo = state.plannedUpTo().isAfter(now) ? state.plannedUpTo() : now;
            ScheduleState next = (paused ? state : state.planned(upTo)).paused(paused ? now : null, actor, reason);
            tx.jobs().putSchedule(next);
            audit(tx, now, actor, paused ? "schedule paused" : "schedule resumed", schedule, reason);
            return next;
        });
    }

    /** The job of that id. */
    public Job job(String id) {
        return catalog.read(tx -> required(tx, id));
    }

    /** Jobs that are asked for. */
    public List<Job> jobs(JobQuery query) {
        return catalog.read(tx -> tx.jobs().jobs(query));
    }

    private static Job required(CatalogTransaction tx, String id) {
        return tx.jobs().job(id).orElseThrow(() -> new KeelsonException(
                ErrorCode.NOT_FOUND, "There is no job (%s).".formatted(id), "Maybe list them: `keelson schedule log`."));
    }

    private static void audit(CatalogTransaction tx, Instant now, String actor, String action, String subject, String reason) {
        tx.addAudit(new AuditEntry(0, now, actor, action, "", null, "%s: %s".formatted(subject, reason), "{}"));
    }
}
