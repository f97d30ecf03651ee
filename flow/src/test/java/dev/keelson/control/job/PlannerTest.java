package dev.keelson.control.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ScheduleDefinition.Missed;
import dev.keelson.control.ScheduleDefinition.OnFinding;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlannerTest {
    private static final Instant MONDAY = Instant.parse("2026-03-02T12:00:00Z");

    private final Catalog catalog = new InMemoryCatalog();
    private Instant now = MONDAY;
    private final Planner planner = new Planner(catalog, () -> now);
    private final JobBook book = new JobBook(catalog, () -> now, () -> "asked");

    private static ScheduleDefinition nightly(Missed missed, Duration jitter) {
        return new ScheduleDefinition(
                "nightly", "0 2 * * *", ZoneOffset.UTC, ScheduleDefinition.Job.DRIFT, OnFinding.RETRAIN, missed, jitter, null);
    }

    private int plan(ScheduleDefinition schedule) {
        return planner.plan(List.of(schedule), each -> List.of("m"));
    }

    private List<Job> jobs(State... states) {
        return book.jobs(JobQuery.newest(999).in(states));
    }

    private void finish(Job job) {
        catalog.update(tx -> {
            Job begun = job.begun("w", now, now.plusSeconds(9));
            tx.jobs().replace(begun);
            tx.jobs().replace(begun.ended(State.DONE, now, null, ""));
        });
    }

    @Test
    void newScheduleDoesNothingForTimesBeforeIt() {
        assertThat(plan(nightly(Missed.ALL, Duration.ZERO))).isZero();
        assertThat(jobs()).isEmpty();
    }

    @Test
    void oneJobForEachModelWhenItIsDueAndNoneTwice() {
        ScheduleDefinition schedule = nightly(Missed.ONCE, Duration.ZERO);
        planner.plan(List.of(schedule), each -> List.of("m", "n"));
        now = Instant.parse("2026-03-03T02:00:00Z");

        assertThat(planner.plan(List.of(schedule), each -> List.of("m", "n"))).isEqualTo(2);
        assertThat(new Planner(catalog, () -> now).plan(List.of(schedule), each -> List.of("m", "n"))).isZero();

        assertThat(jobs()).extracting(Job::id)
                .containsExactly("nightly.m@2026-03-03T02:00:00Z", "nightly.n@2026-03-03T02:00:00Z");
        assertThat(jobs()).allSatisfy(each -> {
            assertThat(each.dueAt()).isEqualTo(now);
            assertThat(each.arguments().path("on_drift").asText()).isEqualTo("retrain");
        });
    }

    @Test
    void lastOfWhatWasMissedRunsOnceAndTheRestIsWrittenDown() {
        ScheduleDefinition schedule = nightly(Missed.ONCE, Duration.ZERO);
        plan(schedule);
        now = Instant.parse("2026-03-06T09:00:00Z");

        assertThat(plan(schedule)).isOne();

        assertThat(jobs(State.WAITING)).extracting(Job::dueAt).containsExactly(Instant.parse("2026-03-06T02:00:00Z"));
        assertThat(jobs(State.MISSED)).hasSize(3).allSatisfy(each -> assertThat(each.message())
                .isEqualTo("Nothing ran when it was due; the run of 2026-03-06T02:00:00Z makes up for it."));
    }

    @Test
    void missedTimesAreSkippedOrAllMadeUpForAsDeclared() {
        plan(nightly(Missed.SKIP, Duration.ZERO));
        now = Instant.parse("2026-03-06T09:00:00Z");
        assertThat(plan(nightly(Missed.SKIP, Duration.ZERO))).isZero();
        assertThat(jobs(State.MISSED)).hasSize(4);

        now = Instant.parse("2026-03-09T09:00:00Z");
        assertThat(plan(nightly(Missed.ALL, Duration.ZERO))).isEqualTo(3);
    }

    @Test
    void nothingPilesUpBehindARunThatHasNotBegun() {
        ScheduleDefinition schedule = nightly(Missed.ONCE, Duration.ZERO);
        plan(schedule);
        now = Instant.parse("2026-03-03T02:00:01Z");
        plan(schedule);
        now = Instant.parse("2026-03-04T02:00:01Z");
        assertThat(plan(schedule)).isZero();

        assertThat(jobs(State.WAITING)).hasSize(1);
        assertThat(jobs(State.MISSED)).extracting(Job::message)
                .containsExactly("The run of 2026-03-03T02:00:00Z has not begun yet.");
        finish(jobs(State.WAITING).getFirst());
        now = Instant.parse("2026-03-05T02:00:01Z");
        assertThat(plan(schedule)).isOne();
    }

    @Test
    void pausedScheduleIsNotMadeUpFor() {
        ScheduleDefinition schedule = nightly(Missed.ALL, Duration.ZERO);
        plan(schedule);
        book.pause("nightly", true, "ann", "The feed is down.");
        now = Instant.parse("2026-03-05T09:00:00Z");
        assertThat(plan(schedule)).isZero();
        book.pause("nightly", false, "ann", "It is back.");
        assertThat(plan(schedule)).isZero();
        now = Instant.parse("2026-03-06T02:00:00Z");

        assertThat(plan(schedule)).isOne();
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void changedScheduleCountsFromNowOn() {
        plan(nightly(Missed.ALL, Duration.ZERO));
        now = MONDAY.plus(Duration.ofHours(5));
        plan(nightly(Missed.ALL, Duration.ZERO));
        ScheduleDefinition earlier = new ScheduleDefinition(
                "nightly", "0 13 * * *", ZoneOffset.UTC, ScheduleDefinition.Job.DRIFT, OnFinding.ALERT, null);

        assertThat(plan(earlier)).isZero();
        assertThat(jobs()).isEmpty();
    }

    @Test
    void clockThatGoesBackPlansNothingTwice() {
        ScheduleDefinition schedule = nightly(Missed.ALL, Duration.ZERO);
        plan(schedule);
        now = Instant.parse("2026-03-03T02:10:00Z");
        plan(schedule);
        now = Instant.parse("2026-03-03T01:00:00Z");
        assertThat(plan(schedule)).isZero();
        now = Instant.parse("2026-03-03T02:05:00Z");

        assertThat(plan(schedule)).isZero();
        assertThat(jobs()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        // clocks go forward on 29 March: half past two is left out, and comes an hour later
        "2026-03-27T12:00:00Z, 2026-03-30T09:00:00Z, 2026-03-28T01:30:00Z|2026-03-29T01:30:00Z|2026-03-30T00:30:00Z",
        // and back on 25 October: half past two happens twice, and comes once
        "2026-10-23T12:00:00Z, 2026-10-26T09:00:00Z, 2026-10-24T00:30:00Z|2026-10-25T00:30:00Z|2026-10-26T01:30:00Z"
    })
    void nightsInWhichClocksChangeAreMissedAndMadeUpForOnce(Instant from, Instant to, String times) {
        for (Missed missed : Missed.values()) {
            Catalog fresh = new InMemoryCatalog();
            Planner berlin = new Planner(fresh, () -> now);
            ScheduleDefinition schedule = new ScheduleDefinition(
                    "nightly", "30 2 * * *", ZoneId.of("Europe/Berlin"), ScheduleDefinition.Job.DRIFT, OnFinding.RETRAIN, missed,
                    Duration.ZERO, null);
            now = from;
            berlin.plan(List.of(schedule), each -> List.of("m"));
            now = to;

            int planned = berlin.plan(List.of(schedule), each -> List.of("m"));
            int again = berlin.plan(List.of(schedule), each -> List.of("m"));

            assertThat(planned).as("%s", missed).isEqualTo(missed == Missed.ALL ? 3 : missed == Missed.ONCE ? 1 : 0);
            assertThat(again).isZero();
            List<Job> all = fresh.read(tx -> tx.jobs().jobs(JobQuery.newest(99)));
            assertThat(all).extracting(job -> job.dueAt().toString()).containsExactlyInAnyOrder(times.split("[|]"));
        }
    }

    @Test
    void jitterIsTheSameForEverybody() {
        ScheduleDefinition schedule = nightly(Missed.ONCE, Duration.ofMinutes(10));
        plan(schedule);
        now = Instant.parse("2026-03-03T02:00:00Z");
        plan(schedule);
        Job job = jobs().getFirst();

        Catalog other = new InMemoryCatalog();
        Planner another = new Planner(other, () -> now);
        now = MONDAY;
        another.plan(List.of(schedule), each -> List.of("m"));
        now = Instant.parse("2026-03-03T02:00:00Z");
        another.plan(List.of(schedule), each -> List.of("m"));

        assertThat(job.notBefore()).isBetween(job.dueAt(), job.dueAt().plus(Duration.ofMinutes(10)));
        assertThat(other.<List<Job>>read(tx -> tx.jobs().jobs(JobQuery.newest(1))).getFirst().notBefore())
                .isEqualTo(job.notBefore());
    }
}
