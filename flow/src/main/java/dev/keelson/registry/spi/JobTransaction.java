package dev.keelson.registry.spi;

import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Jobs, their logs and the state of schedules, within one transaction of a catalogue. */
public interface JobTransaction {

    /** Stores a new one; false, and nothing changed, when there is one of that id. */
    boolean add(Job job);

    /**
     * Stores one as it is after a change: its revision is one more than that of what is stored.
     *
     * @throws dev.keelson.error.KeelsonException CONFLICT when it was changed meanwhile, or when it is to run while another of
     *     its subject does
     */
    void replace(Job next);

    /** The one of that id. */
    Optional<Job> job(String id);

    /** Those asked for. */
    List<Job> jobs(JobQuery query);

    /**
     * The one to be done next: it waits and may begin, or its worker's lease is over; no other of its subject runs. The one that
     * may begin first comes first, then the one that was due first.
     */
    Optional<Job> next(Instant now);

    /** When the next one may begin or a lease is over, or nothing when nothing waits or runs. */
    Optional<Instant> nextAt();

    /** Adds a line to the log of a job. */
    void addLine(String job, Instant at, int attempt, String text);

    /** Lines of a job from behind a number on, oldest first. */
    List<JobLine> lines(String job, long after, int limit);

    /** What is remembered of schedules, by name. */
    SortedMap<String, ScheduleState> schedules();

    /** Stores what is remembered of a schedule. */
    void putSchedule(ScheduleState state);

    /** Removes jobs that ended before an instant, with their logs, the oldest first; how many. */
    int remove(Instant endedBefore, int limit);
}
