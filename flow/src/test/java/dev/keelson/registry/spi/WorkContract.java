package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.alert.Delivery;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every catalogue does with jobs and alerts. */
public abstract class WorkContract {
    private static final Instant T0 = Instant.parse("2026-03-01T02:00:00.123456789Z");

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

    private static Instant at(int minutes) {
        return T0.plus(Duration.ofMinutes(minutes));
    }

    private static Job job(String id, String subject, int due) {
        return Job.planned(
                id, "drift", subject, "nightly", JsonNodeFactory.instance.objectNode().put("rows", 7), at(due), at(due), 3,
                "schedule", "");
    }

    private boolean add(Job job) {
        return catalog.<Boolean>write(tx -> tx.jobs().add(job));
    }

    private Job put(Job job) {
        catalog.update(tx -> tx.jobs().replace(job));
        return job;
    }

    private Optional<Job> job(String id) {
        return catalog.read(tx -> tx.jobs().job(id));
    }

    private Optional<Job> next(Instant now) {
        return catalog.read(tx -> tx.jobs().next(now));
    }

    private Optional<Instant> nextAt() {
        return catalog.read(tx -> tx.jobs().nextAt());
    }

    private List<Job> list(JobQuery query) {
        return catalog.read(tx -> tx.jobs().jobs(query));
    }

    private List<JobLine> lines(String job, long after) {
        return catalog.read(tx -> tx.jobs().lines(job, after, 10));
    }

    private static ErrorCode refused(Runnable change) {
        KeelsonException e = catchThrowableOfType(KeelsonException.class, change::run);
        assertThat(e).isNotNull();
        return e.code();
    }

    @Test
    void jobIsReadAsItWasWrittenThroughAllItsLife() {
        Job planned = job("nightly@1", "m", 0);
        assertThat(add(planned)).isTrue();
        assertThat(job("nightly@1")).hasValue(planned);

        Job begun = put(planned.begun("worker-1", at(1), at(2)));
        Job alive = put(begun.alive(at(3), 0.25, "Reads rows.", JsonNodeFactory.instance.objectNode().put("row", 12)));
        assertThat(job("nightly@1")).hasValue(alive);
        Job again = put(alive.again(at(9), "The disk is full."));
        Job second = put(again.begun("worker-2", at(9), at(10)));
        Job done = put(second.ended(State.DONE, at(10), JsonNodeFactory.instance.objectNode().put("alarm", true), "Drift."));

        assertThat(job("nightly@1")).hasValue(done);
        assertThat(done.attempt()).isEqualTo(2);
        assertThat(done.startedAt()).isEqualTo(at(1));
        assertThat(second.checkpoint()).isEqualTo(alive.checkpoint());
    }

    @Test
    void whatIsPlannedTwiceIsThereOnce() {
        assertThat(add(job("nightly@1", "m", 0))).isTrue();
        put(job("nightly@1", "m", 0).begun("w", at(0), at(1)));

        assertThat(add(job("nightly@1", "m", 0))).isFalse();
        assertThat(job("nightly@1").orElseThrow().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void whatWasChangedMeanwhileIsRefused() {
        Job planned = job("a", "", 0);
        add(planned);
        put(planned.begun("w", at(0), at(1)));

        assertThat(refused(() -> put(planned.begun("v", at(0), at(1))))).isEqualTo(ErrorCode.CONFLICT);
        assertThat(job("a").orElseThrow().worker()).isEqualTo("w");
    }

    @Test
    void twoJobsOfOneSubjectNeverRunTogether() {
        Job first = job("a", "m", 0);
        Job second = job("b", "m", 1);
        Job other = job("c", "n", 2);
        List.of(first, second, other).forEach(this::add);
        Job running = put(first.begun("w", at(3), at(5)));

        assertThat(next(at(4))).hasValue(other);
        assertThat(refused(() -> put(second.begun("v", at(4), at(5))))).isEqualTo(ErrorCode.CONFLICT);

        put(running.ended(State.DONE, at(4), null, ""));
        assertThat(next(at(4))).hasValue(second);
    }

    @Test
    void whatIsLeftByItsWorkerComesFirst() {
        Job left = job("a", "m", 5);
        add(job("b", "", 0));
        add(left);
        Job running = put(left.begun("w", at(6), at(7)));

        assertThat(next(at(6)).orElseThrow().id()).isEqualTo("b");
        assertThat(next(at(7))).hasValue(running);
        assertThat(running.abandoned(at(7))).isTrue();
        put(running.begun("v", at(7), at(8)));
        assertThat(refused(() -> put(running.alive(at(9), 0.5, "", null)))).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void nextTimeIsTold() {
        assertThat(nextAt()).isEmpty();
        Job first = job("a", "m", 4);
        add(first);
        add(job("b", "m", 9));
        assertThat(nextAt().orElseThrow()).isBetween(at(4).minusMillis(1), at(4));
        assertThat(next(at(3))).isEmpty();

        Job running = put(first.begun("w", at(5), at(20)));
        assertThat(nextAt().orElseThrow()).isBetween(at(20).minusMillis(1), at(20));
        put(running.ended(State.FAILED, at(6), null, "No rows."));
        assertThat(nextAt().orElseThrow()).isBetween(at(9).minusMillis(1), at(9));
    }

    @Test
    void jobsAreFoundByWhatTheyAre() {
        add(job("a", "m", 0));
        add(job("b", "n", 1));
        add(Job.missed("c", "materialize", "", "hourly", at(2), at(60), "The server was down."));

        assertThat(list(JobQuery.newest(2))).extracting(Job::id).containsExactly("c", "b");
        assertThat(list(JobQuery.ofSchedule("nightly", 9))).extracting(Job::id).containsExactly("b", "a");
        assertThat(list(JobQuery.newest(9).in(State.MISSED))).extracting(Job::message).containsExactly("The server was down.");
        assertThat(list(new JobQuery(Set.of(), "drift", "m", null, null, 9))).extracting(Job::id).containsExactly("a");
        assertThat(list(new JobQuery(Set.of(), null, null, null, at(1), 9))).extracting(Job::id).containsExactly("a");
    }

    @Test
    void linesOfAJobAreKeptInTheirOrder() {
        add(job("a", "", 0));
        add(job("b", "", 0));
        catalog.update(tx -> {
            tx.jobs().addLine("a", at(0), 1, "Begins.");
            tx.jobs().addLine("b", at(1), 1, "Another.");
            tx.jobs().addLine("a", at(2), 2, "Ends.");
        });

        assertThat(lines("a", 0)).extracting(JobLine::number, JobLine::attempt, JobLine::text)
                .containsExactly(
                        tuple(1L, 1, "Begins."),
                        tuple(2L, 2, "Ends."));
        assertThat(lines("a", 1)).hasSize(1);
    }

    @Test
    void oldJobsAreRemovedWithTheirLines() {
        for (int i = 0; i < 3; i++) {
            Job each = job("j" + i, "", i);
            add(each);
            Job begun = put(each.begun("w", at(i), at(i + 1)));
            put(begun.ended(State.DONE, at(i + 1), null, ""));
            int number = i;
            catalog.update(tx -> tx.jobs().addLine("j" + number, at(number), 1, "Begins."));
        }
        add(job("waits", "", 0));

        assertThat(catalog.<Integer>write(tx -> tx.jobs().remove(at(3), 1))).isOne();
        assertThat(catalog.<Integer>write(tx -> tx.jobs().remove(at(3), 9))).isOne();
        assertThat(list(JobQuery.newest(9))).extracting(Job::id).containsExactly("j2", "waits");
        assertThat(lines("j0", 0)).isEmpty();
    }

    @Test
    void schedulesAreRemembered() {
        ScheduleState planned = new ScheduleState("nightly", at(0).truncatedTo(ChronoUnit.MICROS), null, "", "");
        catalog.update(tx -> tx.jobs().putSchedule(planned));
        ScheduleState paused = planned.paused(Instant.parse("2026-03-02T00:00:00Z"), "ann", "The feed is down.");
        catalog.update(tx -> tx.jobs().putSchedule(paused));

        SortedMap<String, ScheduleState> known = catalog.read(tx -> tx.jobs().schedules());
        assertThat(known).containsOnlyKeys("nightly").containsValue(paused);
    }

    @Test
    void manyWorkersTakeEachJobOnce() throws Exception {
        for (int i = 0; i < 40; i++) {
            add(job("j%02d".formatted(i), i % 2 == 0 ? "m" : "", 0));
        }
        List<String> taken = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                String worker = "w" + w;
                all.add(workers.submit(() -> {
                    while (true) {
                        Optional<Job> mine = catalog.<Optional<Job>>write(tx -> {
                            Optional<Job> next = tx.jobs().next(at(1)).map(each -> each.begun(worker, at(1), at(60)));
                            next.ifPresent(tx.jobs()::replace);
                            return next;
                        });
                        if (mine.isEmpty()) {
                            return;
                        }
                        taken.add(mine.get().id());
                        put(mine.get().ended(State.DONE, at(2), null, ""));
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }

        assertThat(taken).doesNotHaveDuplicates().hasSize(40); // who finds the subject taken leaves; who has it goes on
        assertThat(list(JobQuery.newest(99).in(State.RUNNING))).isEmpty();
    }

    // ---- alerts

    private static Alert alert(String id, String cause, int when) {
        return Alert.raised(
                id, cause, "drift", Alert.Severity.WARNING, "m", "Odds drifted", "3 of 45 features changed since Monday.",
                "keelson drift check m", "/models/m/drift", at(when));
    }

    private void alerts(Consumer<AlertTransaction> change) {
        catalog.update(tx -> change.accept(tx.alerts()));
    }

    @Test
    void alertIsReadAsItWasWrittenThroughAllItsLife() {
        Alert raised = alert("1", "drift/m", 0);
        alerts(tx -> tx.add(raised));
        Alert again = raised.again(alert("x", "drift/m", 5));
        alerts(tx -> tx.replace(again));
        Alert snoozed = again.snoozed(at(60), "ann", "Known.");
        alerts(tx -> tx.replace(snoozed));

        assertThat(catalog.<Optional<Alert>>read(tx -> tx.alerts().alert("1"))).hasValue(snoozed);
        assertThat(snoozed.count()).isEqualTo(2);
        assertThat(snoozed.firstAt()).isEqualTo(at(0));
        assertThat(snoozed.again(alert("x", "drift/m", 30)).state()).isEqualTo(Alert.State.SNOOZED);
        assertThat(snoozed.again(alert("x", "drift/m", 61)).state()).isEqualTo(Alert.State.OPEN);
    }

    @Test
    void oneCauseHasOneOpenAlert() {
        Alert raised = alert("1", "drift/m", 0);
        alerts(tx -> tx.add(raised));
        assertThat(refused(() -> alerts(tx -> tx.add(alert("2", "drift/m", 1))))).isEqualTo(ErrorCode.CONFLICT);
        Alert resolved = raised.resolved(at(2), "keelson", "It is quiet again.");
        alerts(tx -> tx.replace(resolved));
        assertThat(refused(() -> alerts(tx -> tx.replace(raised.acknowledged("ann", ""))))).isEqualTo(ErrorCode.CONFLICT);

        alerts(tx -> tx.add(alert("2", "drift/m", 3)));

        assertThat(catalog.<Optional<Alert>>read(tx -> tx.alerts().unresolved("drift/m")).orElseThrow().id()).isEqualTo("2");
        assertThat(found(new AlertQuery(Set.of(), null, null, null, 9))).containsExactly("2", "1");
        assertThat(found(new AlertQuery(Set.of(Alert.State.OPEN), "drift", "m", null, 9))).containsExactly("2");
        assertThat(found(new AlertQuery(Set.of(), null, null, at(3), 9))).containsExactly("1");
        assertThat(found(new AlertQuery(Set.of(), null, "n", null, 9))).isEmpty();
    }

    private List<String> found(AlertQuery query) {
        return catalog.<List<Alert>>read(tx -> tx.alerts().alerts(query)).stream().map(Alert::id).toList();
    }

    @Test
    void messagesWaitUntilTheyAreHandedOver() {
        alerts(tx -> tx.add(alert("1", "drift/m", 0)));
        Delivery first = Delivery.waiting("d1", "1", "phone", Delivery.Event.RAISED, "Drift", "3 of 45.", at(0));
        Delivery second = Delivery.waiting("d2", "1", "mail", Delivery.Event.RAISED, "Drift", "3 of 45.", at(1));
        alerts(tx -> {
            tx.putDelivery(first);
            tx.putDelivery(second);
        });
        assertThat(due("phone", 0)).hasValue(first);
        alerts(tx -> tx.putDelivery(first.again(at(10), "503 Service Unavailable")));
        assertThat(due("phone", 9)).isEmpty();
        assertThat(due("mail", 9)).hasValue(second);
        alerts(tx -> tx.putDelivery(second.sent(at(9))));
        assertThat(due("mail", 10)).isEmpty();
        assertThat(due("phone", 10)).map(Delivery::error).hasValue("503 Service Unavailable");
        alerts(tx -> tx.putDelivery(first.again(at(10), "").failed(at(11), "It is gone.")));

        assertThat(due("phone", 99)).isEmpty();
        assertThat(catalog.<List<Delivery>>read(tx -> tx.alerts().deliveries("1", 9)))
                .extracting(Delivery::id, Delivery::state, Delivery::attempts)
                .containsExactly(
                        tuple("d2", Delivery.State.SENT, 1),
                        tuple("d1", Delivery.State.FAILED, 2));
        assertThat(catalog.<Optional<Delivery>>read(tx -> tx.alerts().delivery("d2"))).hasValue(second.sent(at(9)));
    }

    private Optional<Delivery> due(String channel, int minutes) {
        return catalog.read(tx -> tx.alerts().due(channel, at(minutes)));
    }
}
