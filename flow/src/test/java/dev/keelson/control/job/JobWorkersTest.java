package dev.keelson.control.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers on a clock that only the test moves; leases end when it says so. */
final class JobWorkersTest {
    private static final Instant T0 = Instant.parse("2026-03-01T02:00:00Z");
    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();
    private static final JobWorkers.Settings SETTINGS = new JobWorkers.Settings(
            2, Duration.ofSeconds(30), Duration.ofMillis(5), Duration.ofSeconds(10), Duration.ofSeconds(25));

    private final Catalog catalog = new InMemoryCatalog();
    private final AtomicInteger given = new AtomicInteger();
    private volatile Instant now = T0;
    private final JobBook book = new JobBook(catalog, () -> now, () -> "job-" + given.incrementAndGet());

    private JobWorkers workers(String name, JobBody body) {
        return new JobWorkers(catalog, () -> now, name, SETTINGS, Map.of("drift", body));
    }

    private Job ask(String subject) {
        return book.ask("drift", subject, "", NOTHING, "ann", "Looking.");
    }

    private List<String> lines(Job job) {
        return catalog.<List<JobLine>>read(tx -> tx.jobs().lines(job.id(), 0, 100)).stream().map(JobLine::text).toList();
    }

    @Test
    void whoAsksForWhatWaitsAlreadyIsNotForgotten() {
        Job first = ask("model/m");
        Job again = book.ask("drift", "model/m", "", NOTHING, "bob", "Looking as well.");

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(lines(first)).containsExactly("bob asks for it as well, while it waits: Looking as well.");
    }

    @Test
    void jobIsDoneAndTellsWhatCameOfIt() {
        Job asked = ask("model/m");
        try (JobWorkers workers = workers("w", run -> {
            run.progress(0.5, "Reads rows.");
            run.log("45 features.");
            return JsonNodeFactory.instance.objectNode().put("message", "3 of 45 features drifted.");
        })) {
            assertThat(workers.workOnce()).isTrue();
            assertThat(workers.workOnce()).isFalse();
        }

        Job done = book.job(asked.id());
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.share()).isOne();
        assertThat(done.message()).isEqualTo("3 of 45 features drifted.");
        assertThat(lines(asked)).containsExactly("45 features.");
    }

    @Test
    void bodyThatRestsHoldsNeitherWorkerNorSubjectAndGoesOnFromItsCheckpoint() {
        Job asked = ask("model/m");
        try (JobWorkers workers = workers("w", run -> {
            if (run.checkpoint() == null) {
                run.checkpoint(JsonNodeFactory.instance.objectNode().put("step", 1));
                return run.rest(now.plusSeconds(600), "Waits for evidence.");
            }
            return JsonNodeFactory.instance.objectNode().put("message", "Went on from step %d.".formatted(run.checkpoint().path("step").asInt()));
        })) {
            assertThat(workers.workOnce()).isTrue();
            Job rests = book.job(asked.id());
            assertThat(rests.state()).isEqualTo(State.WAITING);
            assertThat(rests.notBefore()).isEqualTo(T0.plusSeconds(600));
            assertThat(rests.step()).isEqualTo("Waits for evidence.");
            assertThat(rests.attempt()).isZero();
            assertThat(workers.workOnce()).isFalse();

            now = T0.plusSeconds(600);
            assertThat(workers.workOnce()).isTrue();
        }

        assertThat(book.job(asked.id()).message()).isEqualTo("Went on from step 1.");
    }

    @Test
    void jobThatRestsCanBeCancelled() {
        Job asked = ask("model/m");
        try (JobWorkers workers = workers("w", run -> run.rest(now.plusSeconds(600), "Waits."))) {
            assertThat(workers.workOnce()).isTrue();

            book.cancel(asked.id(), "ann", "No more.");

            now = T0.plusSeconds(600);
            assertThat(workers.workOnce()).isFalse();
        }
        assertThat(book.job(asked.id()).state()).isEqualTo(State.CANCELLED);
    }

    @Test
    void whatFailsIsTriedAgainLaterAndLater() {
        Job asked = ask("model/m");
        try (JobWorkers workers = workers("w", run -> {
            throw new KeelsonException(ErrorCode.STORE_UNREACHABLE, "The store does not answer.", null);
        })) {
            assertThat(workers.workOnce()).isTrue();
            assertThat(book.job(asked.id()).notBefore()).isEqualTo(T0.plusSeconds(10));
            assertThat(workers.workOnce()).isFalse();
            now = T0.plusSeconds(10);
            assertThat(workers.workOnce()).isTrue();
            assertThat(book.job(asked.id()).notBefore()).isEqualTo(T0.plusSeconds(30));
            now = T0.plusSeconds(30);
            assertThat(workers.workOnce()).isTrue();
        }

        Job failed = book.job(asked.id());
        assertThat(failed.state()).isEqualTo(State.FAILED);
        assertThat(failed.attempt()).isEqualTo(3);
        assertThat(failed.message()).isEqualTo("The store does not answer.");
        assertThat(lines(asked)).hasSize(3);
    }

    @Test
    void whatOnlyAPersonCanChangeIsNotTriedAgain() {
        Job asked = ask("model/m");
        try (JobWorkers workers = workers("w", run -> {
            throw new KeelsonException(ErrorCode.NOT_ENOUGH_ROWS, "There are 12 rows; 100 are needed.", null);
        })) {
            assertThat(workers.workOnce()).isTrue();
        }

        assertThat(book.job(asked.id()).state()).isEqualTo(State.FAILED);
        assertThat(book.job(asked.id()).attempt()).isOne();
    }

    @Test
    void jobOfAWorkerThatFellSilentGoesOnFromItsCheckpoint() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        JobWorkers silent = workers("silent", run -> {
            run.checkpoint(JsonNodeFactory.instance.objectNode().put("step", 2));
            reached.countDown();
            taken.await(); // deaf to signs of life: nobody calls them
            return NOTHING;
        });
        Thread thread = Thread.ofPlatform().start(silent::workOnce);
        reached.await();
        now = T0.plusSeconds(30);

        List<Integer> from = new ArrayList<>();
        JobWorkers other = workers("other", run -> {
            from.add(run.checkpoint() == null ? 0 : run.checkpoint().path("step").asInt());
            return JsonNodeFactory.instance.objectNode().put("message", "By the other.");
        });
        assertThat(other.workOnce()).isTrue();
        taken.countDown();
        thread.join();

        assertThat(from).containsExactly(2);
        assertThat(book.job(asked.id()).message()).isEqualTo("By the other.");
        assertThat(lines(asked)).containsExactly("Nothing was heard of silent; the job is taken over.");
    }

    @Test
    void whoLostTheLeaseIsInterruptedAndStoresNothing() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        JobWorkers slow = workers("slow", run -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
                return NOTHING;
            } finally {
                stopped.countDown();
            }
        });
        Thread thread = Thread.ofPlatform().start(slow::workOnce);
        began.await();
        now = T0.plusSeconds(31);
        assertThat(workers("other", run -> NOTHING).workOnce()).isTrue();

        slow.signs();
        stopped.await();
        thread.join();

        assertThat(book.job(asked.id()).worker()).isEqualTo("other");
        assertThat(book.job(asked.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void clockThatGoesBackAnHourTakesNothingFromWhoLives() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        JobWorkers workers = workers("w", run -> {
            began.countDown();
            end.await();
            return NOTHING;
        });
        Thread thread = Thread.ofPlatform().start(workers::workOnce);
        began.await();

        now = T0.minusSeconds(3_600);
        boolean takenBefore = workers("other", run -> NOTHING).workOnce();
        workers.signs();
        now = now.plusSeconds(20);
        boolean takenAfter = workers("other", run -> NOTHING).workOnce();
        now = now.plusSeconds(11); // the lease is counted by the clock that went back
        AtomicInteger others = new AtomicInteger();
        JobWorkers later = workers("later", run -> {
            others.incrementAndGet();
            return NOTHING;
        });
        boolean takenOver = later.workOnce();
        workers.signs();
        end.countDown();
        thread.join();

        assertThat(takenBefore).isFalse();
        assertThat(takenAfter).isFalse();
        assertThat(takenOver).isTrue();
        assertThat(others).hasValue(1);
        assertThat(book.job(asked.id()).worker()).isEqualTo("later");
    }

    @Test
    void clockThatJumpsAheadTakesNothingFromAThreadOfTheSameServer() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        JobWorkers workers = workers("w", run -> {
            times.incrementAndGet();
            began.countDown();
            end.await();
            return NOTHING;
        });
        Thread thread = Thread.ofPlatform().start(workers::workOnce);
        began.await();

        now = T0.plusSeconds(3_600);
        boolean taken = workers.workOnce();
        boolean takenByAnother = workers("other", run -> NOTHING).workOnce();
        end.countDown();
        thread.join();

        assertThat(taken).isFalse();
        assertThat(takenByAnother).as("its thread was heard of at the new time").isFalse();
        assertThat(times).hasValue(1);
        assertThat(book.job(asked.id()).state()).isEqualTo(State.DONE);
        assertThat(book.job(asked.id()).attempt()).isOne();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void lineOfALogAndASignOfLifeAtTheSameTimeDoNotWaitForEachOther() throws Exception {
        Job asked = ask("model/m");
        AtomicReference<Runnable> inTheTransaction = new AtomicReference<>(() -> {});
        Catalog watched = new Catalog() {
            @Override
            public <R> R write(Function<CatalogTransaction, R> work) {
                return catalog.write(tx -> {
                    inTheTransaction.getAndSet(() -> {}).run();
                    return work.apply(tx);
                });
            }

            @Override
            public <R> R read(Function<CatalogTransaction, R> work) {
                return catalog.read(work);
            }

            @Override
            public void close() {}
        };
        AtomicReference<JobWorkers> self = new AtomicReference<>();
        self.set(new JobWorkers(watched, () -> now, "w", SETTINGS, Map.of("drift", run -> {
            inTheTransaction.set(() -> {
                Thread sign = Thread.ofPlatform().daemon().start(() -> self.get().signs());
                while (sign.getState() == Thread.State.NEW || sign.getState() == Thread.State.RUNNABLE) {
                    Thread.onSpinWait(); // until it waits for the end of this transaction
                }
            });
            run.log("A line.");
            return NOTHING;
        })));

        assertThat(self.get().workOnce()).isTrue();

        assertThat(lines(asked)).containsExactly("A line.");
        assertThat(book.job(asked.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void ownerThatIsAloneGoesOnAtOnceWithWhatWasLeft() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        Thread killed = Thread.ofPlatform().daemon().start(() -> workers("killed", run -> {
                    began.countDown();
                    new CountDownLatch(1).await();
                    return NOTHING;
                })
                .workOnce());
        began.await();
        JobWorkers next = workers("next", run -> NOTHING);

        boolean before = next.workOnce();
        int left = next.inherit();
        boolean after = next.workOnce();

        assertThat(before).isFalse();
        assertThat(left).isOne();
        assertThat(after).isTrue();
        assertThat(book.job(asked.id()).worker()).isEqualTo("next");
        assertThat(book.job(asked.id()).attempt()).isEqualTo(2);
        assertThat(killed.isAlive()).isTrue();
    }

    @Test
    void whatFollowsAnEndIsWrittenWithIt() throws Exception {
        List<String> ended = new ArrayList<>();
        JobWorkers workers = new JobWorkers(
                catalog,
                () -> now,
                "w",
                SETTINGS,
                Map.of("drift", run -> {
                    throw new IllegalStateException("The disk is full.");
                }),
                (tx, job) -> ended.add(job.state() + ": " + tx.jobs().job(job.id()).orElseThrow().message()));
        ask("model/m");

        for (int i = 0; i < 3; i++) {
            workers.workOnce();
            now = now.plusSeconds(60);
        }

        assertThat(ended).containsExactly("FAILED: The disk is full.");
    }

    @Test
    void signsOfLifeKeepTheLeaseAndTellHowFarItGot() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        JobWorkers workers = workers("w", run -> {
            run.progress(0.25, "Fold 1 of 4.");
            began.countDown();
            end.await();
            return NOTHING;
        });
        Thread thread = Thread.ofPlatform().start(workers::workOnce);
        began.await();
        now = T0.plusSeconds(20);
        workers.signs();
        now = T0.plusSeconds(40);

        assertThat(workers("other", run -> NOTHING).workOnce()).isFalse();
        assertThat(book.job(asked.id()).step()).isEqualTo("Fold 1 of 4.");
        assertThat(book.job(asked.id()).share()).isEqualTo(0.25);
        end.countDown();
        thread.join();
        assertThat(book.job(asked.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void jobIsCancelledWhileItWaitsAndWhileItRuns() throws Exception {
        Job waits = ask("model/m");
        assertThat(book.cancel(waits.id(), "ann", "Not now.").state()).isEqualTo(State.CANCELLED);
        assertThat(catchThrowableOfType(KeelsonException.class, () -> book.cancel(waits.id(), "ann", "Again.")).code())
                .isEqualTo(ErrorCode.CONFLICT);
        Job runs = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        JobWorkers workers = workers("w", run -> {
            began.countDown();
            new CountDownLatch(1).await();
            return NOTHING;
        });
        Thread thread = Thread.ofPlatform().start(workers::workOnce);
        began.await();

        book.cancel(runs.id(), "ann", "Enough.");
        workers.signs();
        thread.join();

        Job cancelled = book.job(runs.id());
        assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
        assertThat(lines(runs)).containsExactly("ann asks for its end: Enough.");
        assertThat(catalog.<Integer>read(tx -> tx.audit(null, 10).size())).isEqualTo(4);
    }

    @Test
    void whatIsGivenBackAtAnEndDoesNotCountAsATry() throws Exception {
        Job asked = ask("model/m");
        CountDownLatch began = new CountDownLatch(1);
        JobWorkers ending = workers("ending", run -> {
            began.countDown();
            new CountDownLatch(1).await();
            return NOTHING;
        });
        ending.start();
        began.await();
        ending.close();

        assertThat(book.job(asked.id()).state()).isEqualTo(State.WAITING);
        assertThat(book.job(asked.id()).attempt()).isZero();
        assertThat(workers("next", run -> NOTHING).workOnce()).isTrue();
        assertThat(book.job(asked.id()).state()).isEqualTo(State.DONE);
    }

    @Test
    void threadsDoWhatIsAskedForAndOneSubjectAtATime() throws Exception {
        AtomicInteger together = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(10);
        try (JobWorkers workers = workers("w", run -> {
            most.accumulateAndGet(together.incrementAndGet(), Math::max);
            together.decrementAndGet();
            all.countDown();
            return NOTHING;
        })) {
            workers.start();
            for (int i = 0; i < 10; i++) {
                book.ask("drift", "model/m", "", JsonNodeFactory.instance.objectNode().put("i", i), "ann", "");
                workers.wake();
            }
            all.await();
        }

        assertThat(most).hasValue(1);
        assertThat(book.jobs(JobQuery.newest(99).in(State.DONE))).hasSize(10);
    }

    @Test
    void askingTwiceForWhatWaitsIsAskingOnce() {
        assertThat(ask("model/m").id()).isEqualTo(ask("model/m").id());
        assertThat(ask("model/n").id()).isNotEqualTo(ask("model/m").id());
    }

    @Test
    void kindThatNothingDoesFails() {
        Job asked = book.ask("paint", "", "", NOTHING, "ann", "");
        assertThat(workers("w", run -> NOTHING).workOnce()).isTrue();
        assertThat(book.job(asked.id()).message()).contains("kind (paint)");
    }
}
