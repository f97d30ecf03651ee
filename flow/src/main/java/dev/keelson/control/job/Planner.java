package dev.keelson.control.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Cron;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ScheduleDefinition.Missed;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.JobTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes jobs of schedules when they are due. The id of a job tells its schedule, its subject and when it was due, so that several
 * servers that plan the same plan it once; what a schedule does when it was changed counts from then on, never for times before.
 * Safe for use by several threads.
 */
public final class Planner {
    /** What is due for less than this has not been missed: the last look was just before. */
    static final Duration PUNCTUAL = Duration.ofMinutes(5);
    /** At most so many missed times are written down, the newest ones. */
    static final int MISSED = 50;
    /** How often a job of a schedule is tried. */
    static final int ATTEMPTS = 3;
    /** How far planning gets ahead of what is remembered of it when nothing is due. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private final Catalog catalog;
    private final InstantSource clock;

    public Planner(Catalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * Plans what is due by now.
     *
     * @param schedules all of the project
     * @param models what a schedule of jobs about models is about, one job for each; asked only when it is due
     * @return how many jobs wait now that did not before
     */
    public int plan(List<ScheduleDefinition> schedules, Function<ScheduleDefinition, List<String>> models) {
        Instant now = clock.instant();
        Map<String, ScheduleState> known = catalog.read(tx -> tx.jobs().schedules());
        int planned = 0;
        for (ScheduleDefinition schedule : schedules) {
            ScheduleState state = known.get(schedule.name());
            if (state == null || due(schedule, state, now)) {
                List<String> about = models.apply(schedule);
                planned += catalog.<Integer>write(tx -> plan(tx.jobs(), schedule, about, now));
            }
        }
        return planned;
    }

    private static boolean due(ScheduleDefinition schedule, ScheduleState state, Instant now) {
        return now.isAfter(state.plannedUpTo().plus(REMEMBERED))
                || Cron.dueBetween(schedule.cron(), schedule.zone(), state.plannedUpTo(), now);
    }

    private static int plan(JobTransaction jobs, ScheduleDefinition schedule, List<String> models, Instant now) {
        ScheduleState state = jobs.schedules().get(schedule.name());
        if (state == null) {
            jobs.putSchedule(new ScheduleState(schedule.name(), now, null, "", ""));
            return 0;
        }
        if (!now.isAfter(state.plannedUpTo())) {
            return 0; // clocks went back: what was planned stays planned
        }
        int planned = 0;
        if (!state.isPaused()) {
            for (String subject : subjects(schedule, models)) {
                planned += plan(jobs, schedule, subject, state.plannedUpTo(), now);
            }
        }
        jobs.putSchedule(state.planned(now));
        return planned;
    }

    /** What its jobs are about: each model, or the data that all have in common. */
    private static List<String> subjects(ScheduleDefinition schedule, List<String> models) {
        return switch (schedule.job()) {
            case MATERIALIZE, VALIDATE -> List.of("");
            case DRIFT, DECAY, BASELINE, HEALTH, RETRAIN, UPDATE, REINFORCE -> models;
        };
    }

    private static int plan(JobTransaction jobs, ScheduleDefinition schedule, String model, Instant after, Instant now) {
        List<Instant> late = new ArrayList<>();
        List<Instant> run = new ArrayList<>();
        Cron.times(schedule.cron(), schedule.zone(), after)
                .takeWhile(due -> !due.isAfter(now))
                .forEach(due -> (due.plus(PUNCTUAL).isBefore(now) ? late : run).add(due));
        switch (schedule.missed()) {
            case ALL -> run.addAll(0, late);
            case ONCE -> {
                if (!late.isEmpty() && run.isEmpty()) {
                    run.add(late.removeLast());
                }
            }
            case SKIP -> {}
        }
        if (schedule.missed() != Missed.ALL) {
            String why = run.isEmpty()
                    ? "Nothing ran when it was due."
                    : "Nothing ran when it was due; the run of %s makes up for it.".formatted(run.getLast());
            for (Instant due : late.subList(Math.max(0, late.size() - MISSED), late.size())) {
                jobs.add(Job.missed(id(schedule, model, due), kind(schedule), subject(model), schedule.name(), due, now, why));
            }
        }
        int planned = 0;
        for (Instant due : run) {
            planned += plan(jobs, schedule, model, due, now, run.size() > 1) ? 1 : 0;
        }
        return planned;
    }

    private static boolean plan(
            JobTransaction jobs, ScheduleDefinition schedule, String model, Instant due, Instant now, boolean several) {
        String subject = subject(model);
        Optional<Job> waiting = several
                ? Optional.empty()
                : jobs.jobs(JobQuery.ofSchedule(schedule.name(), 100).in(Job.State.WAITING)).stream()
                        .filter(each -> each.subject().equals(subject))
                        .findFirst();
        if (waiting.isPresent()) {
            jobs.add(Job.missed(
                    id(schedule, model, due), kind(schedule), subject, schedule.name(), due, now,
                    "The run of %s %s.".formatted(waiting.get().dueAt(), waiting.get().startedAt() == null ? "has not begun yet" : "is still under way")));
            return false;
        }
        String id = id(schedule, model, due);
        return jobs.add(Job.planned(
                id, kind(schedule), subject, schedule.name(), arguments(schedule, model), due, due.plus(jitter(schedule, id)), ATTEMPTS, "schedule",
                ""));
    }

    /** The same for everybody who plans it. */
    private static Duration jitter(ScheduleDefinition schedule, String id) {
        long most = schedule.jitter().toMillis();
        return most == 0 ? Duration.ZERO : Duration.ofMillis(Math.floorMod(id.hashCode() * 0x9E3779B97F4A7C15L, most));
    }

    static String kind(ScheduleDefinition schedule) {
        return schedule.job().name().toLowerCase(Locale.ROOT);
    }

    /** What a job of a schedule is asked to do. */
    public static ObjectNode arguments(ScheduleDefinition schedule, String model) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        if (!model.isEmpty()) {
            arguments.put("model", model);
        }
        if (schedule.job() == ScheduleDefinition.Job.DRIFT || schedule.job() == ScheduleDefinition.Job.DECAY) {
            arguments.put("on_" + kind(schedule), schedule.onFinding().name().toLowerCase(Locale.ROOT));
        }
        return arguments;
    }

    /** What no two jobs about a model, or about the data where it is empty, work at together. */
    public static String subject(String model) {
        return model.isEmpty() ? "data" : "model/" + model;
    }

    /** No slash in it: ids are parts of addresses. */
    static String id(ScheduleDefinition schedule, String model, Instant due) {
        return schedule.name() + (model.isEmpty() ? "" : "." + model) + "@" + due;
    }
}
