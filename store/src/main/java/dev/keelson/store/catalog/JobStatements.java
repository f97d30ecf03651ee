package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import dev.keelson.registry.spi.JobTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Jobs: each is a document, beside what is asked of it. */
final class JobStatements implements JobTransaction {
    private static final String JOB = "select j.document from jobs j";
    /** None of its subject runs, but for itself. */
    private static final String FREE =
            " and (j.subject = '' or not exists (select 1 from jobs r where r.subject = j.subject and r.state = 'running'"
                    + " and r.id <> j.id))";

    private final CatalogStatements open;

    JobStatements(CatalogStatements open) {
        this.open = open;
    }

    @Override
    public boolean add(Job job) {
        if (job(job.id()).isPresent()) {
            return false;
        }
        requireFree(job);
        open.session().update(
                        "insert into jobs (id, kind, subject, schedule, state, due_at, not_before, lease_until, ended_at, revision,"
                                + " document) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        job.id(),
                        job.kind(),
                        job.subject(),
                        job.schedule(),
                        job.state().word(),
                        Micros.of(job.dueAt()),
                        Micros.of(job.notBefore()),
                        Rows.micros(job.leaseUntil()),
                        Rows.micros(job.endedAt()),
                        job.revision(),
                        job.toJson().toString());
        return true;
    }

    @Override
    public void replace(Job next) {
        requireFree(next);
        int changed = open.session().update(
                        "update jobs set state = ?, not_before = ?, lease_until = ?, ended_at = ?, revision = ?, document = ?"
                                + " where id = ? and revision = ?",
                        next.state().word(),
                        Micros.of(next.notBefore()),
                        Rows.micros(next.leaseUntil()),
                        Rows.micros(next.endedAt()),
                        next.revision(),
                        next.toJson().toString(),
                        next.id(),
                        next.revision() - 1);
        if (changed == 0) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The job (%s) was changed at the same time; nothing was changed.".formatted(next.id()),
                    "Maybe look at `keelson schedule log %s` and ask again.".formatted(next.id()));
        }
    }

    private void requireFree(Job job) {
        if (job.state() != Job.State.RUNNING || job.subject().isEmpty()) {
            return;
        }
        open.session()
                .first(
                        JOB + " where j.subject = ? and j.state = 'running' and j.id <> ?",
                        JobStatements::job,
                        job.subject(),
                        job.id())
                .ifPresent(other -> {
                    throw new KeelsonException(
                            ErrorCode.CONFLICT,
                            "The job (%s) of (%s) runs since %s.".formatted(other.id(), other.subject(), other.startedAt()),
                            "Maybe wait for its end, or cancel it.");
                });
    }

    @Override
    public Optional<Job> job(String id) {
        return open.session().first(JOB + " where j.id = ?", JobStatements::job, id);
    }

    @Override
    public List<Job> jobs(JobQuery query) {
        Sql sql = new Sql(JOB + " where 1 = 1");
        if (!query.states().isEmpty()) {
            sql.add(
                    " and j.state in " + CatalogSession.marks(query.states().size()),
                    query.states().stream().sorted().map(Job.State::word).toArray());
        }
        equal(sql, "kind", query.kind());
        equal(sql, "subject", query.subject());
        equal(sql, "schedule", query.schedule());
        Instant before = query.before();
        if (before != null) {
            sql.add(" and j.due_at < ?", Micros.of(before));
        }
        return open.session().list(sql.add(" order by j.due_at desc, j.id limit ?", query.limit()), JobStatements::job);
    }

    private static void equal(Sql sql, String column, @Nullable String value) {
        if (value != null) {
            sql.add(" and j." + column + " = ?", value);
        }
    }

    @Override
    public Optional<Job> next(Instant now) {
        long at = Micros.of(now);
        Optional<Job> left =
                open.session().first(JOB + " where j.state = 'running' and j.lease_until <= ? order by j.lease_until, j.id limit 1",
                        JobStatements::job, at);
        return left.isPresent()
                ? left
                : open.session().first(
                                JOB + " where j.state = 'waiting' and j.not_before <= ?" + FREE
                                        + " order by j.not_before, j.due_at, j.id limit 1",
                                JobStatements::job,
                                at);
    }

    @Override
    public Optional<Instant> nextAt() {
        return open.session().first(
                        "select min(at) from (select min(j.not_before) as at from jobs j where j.state = 'waiting'" + FREE
                                + " union all select min(lease_until) as at from jobs where state = 'running') times having min(at) is not null",
                        row -> Micros.toInstant(row.getLong(1)));
    }

    @Override
    public void addLine(String job, Instant at, int attempt, String text) {
        long number = Objects.requireNonNullElse(
                open.session().number("select max(number) from job_lines where job = ?", job), 0L);
        open.session().update(
                        "insert into job_lines (job, number, at, attempt, line) values (?, ?, ?, ?, ?)",
                        job,
                        number + 1,
                        Micros.of(at),
                        attempt,
                        text);
    }

    @Override
    public List<JobLine> lines(String job, long after, int limit) {
        CatalogStatements.requireLimit(limit);
        return open.session().list(
                        "select number, at, attempt, line from job_lines where job = ? and number > ? order by number limit ?",
                        row -> new JobLine(
                                row.getLong(1), Micros.toInstant(row.getLong(2)), row.getInt(3), row.getString(4)),
                        job,
                        after,
                        limit);
    }

    @Override
    public SortedMap<String, ScheduleState> schedules() {
        SortedMap<String, ScheduleState> states = new TreeMap<>();
        open.session().each("select name, planned_up_to, paused_at, actor, reason from schedules", row -> {
            Long paused = Rows.nullableLong(row, 3);
            String name = row.getString(1);
            states.put(
                    name,
                    new ScheduleState(
                            name,
                            Micros.toInstant(row.getLong(2)),
                            paused == null ? null : Micros.toInstant(paused),
                            row.getString(4),
                            row.getString(5)));
        });
        return states;
    }

    @Override
    public void putSchedule(ScheduleState state) {
        int changed = open.session().update(
                        "update schedules set planned_up_to = ?, paused_at = ?, actor = ?, reason = ? where name = ?",
                        Micros.of(state.plannedUpTo()),
                        Rows.micros(state.pausedAt()),
                        state.actor(),
                        state.reason(),
                        state.name());
        if (changed == 0) {
            open.session().update(
                            "insert into schedules (name, planned_up_to, paused_at, actor, reason) values (?, ?, ?, ?, ?)",
                            state.name(),
                            Micros.of(state.plannedUpTo()),
                            Rows.micros(state.pausedAt()),
                            state.actor(),
                            state.reason());
        }
    }

    @Override
    public int remove(Instant endedBefore, int limit) {
        CatalogStatements.requireLimit(limit);
        return open.session().update(
                        "delete from jobs where id in (select id from jobs where ended_at is not null and ended_at < ?"
                                + " order by ended_at, id limit ?)",
                        Micros.of(endedBefore),
                        limit);
    }

    private static Job job(ResultSet row) throws SQLException {
        return Job.of(row.getString(1));
    }
}
