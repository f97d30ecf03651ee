package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import dev.keelson.registry.spi.JobTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Jobs that live as long as their catalogue. */
final class InMemoryJobs implements JobTransaction {
    private final Map<String, Job> jobs = new TreeMap<>();
    private final Map<String, List<JobLine>> lines = new TreeMap<>();
    private final TreeMap<String, ScheduleState> schedules = new TreeMap<>();

    InMemoryJobs() {}

    InMemoryJobs(InMemoryJobs other) {
        jobs.putAll(other.jobs);
        other.lines.forEach((job, each) -> lines.put(job, new ArrayList<>(each)));
        schedules.putAll(other.schedules);
    }

    @Override
    public boolean add(Job job) {
        if (jobs.containsKey(job.id())) {
            return false;
        }
        requireFree(job);
        jobs.put(job.id(), job);
        return true;
    }

    @Override
    public void replace(Job next) {
        requireFree(next);
        Job stored = jobs.get(next.id());
        if (stored == null || stored.revision() != next.revision() - 1) {
            throw new KeelsonException(ErrorCode.CONFLICT, "The job was changed at the same time.", null);
        }
        jobs.put(next.id(), next);
    }

    private void requireFree(Job job) {
        if (job.state() == Job.State.RUNNING && !free(job)) {
            throw new KeelsonException(ErrorCode.CONFLICT, "Another job of the subject runs.", null);
        }
    }

    private boolean free(Job job) {
        return job.subject().isEmpty()
                || jobs.values().stream()
                        .noneMatch(other -> other.state() == Job.State.RUNNING
                                && other.subject().equals(job.subject())
                                && !other.id().equals(job.id()));
    }

    @Override
    public Optional<Job> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    @Override
    public List<Job> jobs(JobQuery query) {
        return jobs.values().stream()
                .filter(each -> query.states().isEmpty() || query.states().contains(each.state()))
                .filter(each -> query.kind() == null || each.kind().equals(query.kind()))
                .filter(each -> query.subject() == null || each.subject().equals(query.subject()))
                .filter(each -> query.schedule() == null || each.schedule().equals(query.schedule()))
                .filter(each -> query.before() == null || each.dueAt().isBefore(query.before()))
                .sorted(Comparator.comparing(Job::dueAt).reversed().thenComparing(Job::id))
                .limit(query.limit())
                .toList();
    }

    private Stream<Job> waiting() {
        return jobs.values().stream().filter(each -> each.state() == Job.State.WAITING && free(each));
    }

    private Stream<Job> running() {
        return jobs.values().stream().filter(each -> each.state() == Job.State.RUNNING);
    }

    private static Instant lease(Job job) {
        return Objects.requireNonNull(job.leaseUntil());
    }

    @Override
    public Optional<Job> next(Instant now) {
        Optional<Job> left = running()
                .filter(each -> each.abandoned(now))
                .min(Comparator.comparing(InMemoryJobs::lease).thenComparing(Job::id));
        return left.isPresent()
                ? left
                : waiting()
                        .filter(each -> !each.notBefore().isAfter(now))
                        .min(Comparator.comparing(Job::notBefore)
                                .thenComparing(Job::dueAt)
                                .thenComparing(Job::id));
    }

    @Override
    public Optional<Instant> nextAt() {
        return Stream.concat(waiting().map(Job::notBefore), running().map(InMemoryJobs::lease)).min(Comparator.naturalOrder());
    }

    @Override
    public void addLine(String job, Instant at, int attempt, String text) {
        List<JobLine> known = lines.computeIfAbsent(job, id -> new ArrayList<>());
        known.add(new JobLine(known.size() + 1L, at, attempt, text));
    }

    @Override
    public List<JobLine> lines(String job, long after, int limit) {
        return lines.getOrDefault(job, List.of()).stream()
                .filter(each -> each.number() > after)
                .limit(limit)
                .toList();
    }

    @Override
    public SortedMap<String, ScheduleState> schedules() {
        return new TreeMap<>(schedules);
    }

    @Override
    public void putSchedule(ScheduleState state) {
        schedules.put(state.name(), state);
    }

    @Override
    public int remove(Instant endedBefore, int limit) {
        List<Job> old = jobs.values().stream()
                .filter(each -> each.endedAt() != null && each.endedAt().isBefore(endedBefore))
                .sorted(Comparator.comparing((Job each) -> Objects.requireNonNull(each.endedAt())).thenComparing(Job::id))
                .limit(limit)
                .toList();
        old.forEach(each -> {
            jobs.remove(each.id());
            lines.remove(each.id());
        });
        return old.size();
    }
}
