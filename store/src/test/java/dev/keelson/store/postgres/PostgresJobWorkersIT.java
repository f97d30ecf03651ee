package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobBook;
import dev.keelson.control.job.JobWorkers;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Jobs of several servers on one PostgreSQL. */
final class PostgresJobWorkersIT {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();
    private static final JobWorkers.Settings SETTINGS = new JobWorkers.Settings(
            4, Duration.ofMinutes(10), Duration.ofMillis(5), Duration.ofSeconds(10), Duration.ofSeconds(25));
    private static final int JOBS = 60;
    private static final int SUBJECTS = 7;

    @Test
    void twoServersNeverRunOneJobTwiceNorTwoOfOneModelAtOnce() throws Exception {
        Map<String, Integer> ran = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> busy = new ConcurrentHashMap<>();
        List<String> together = new ArrayList<>();
        CountDownLatch over = new CountDownLatch(JOBS);
        JobBody body = run -> {
            String subject = run.job().subject();
            if (busy.computeIfAbsent(subject, each -> new AtomicInteger()).incrementAndGet() > 1) {
                synchronized (together) {
                    together.add(subject);
                }
            }
            run.progress(0.5, "Half of it.");
            ran.merge(run.job().id(), 1, Integer::sum);
            busy.get(subject).decrementAndGet();
            over.countDown();
            return JsonNodeFactory.instance.objectNode();
        };
        try (PostgresCatalog one = CATALOGS.next();
                PostgresCatalog two = CATALOGS.again()) {
            AtomicInteger ids = new AtomicInteger();
            JobBook book = new JobBook(one, InstantSource.system(), () -> "job-" + ids.incrementAndGet());
            try (JobWorkers first = new JobWorkers(one, InstantSource.system(), "one", SETTINGS, Map.of("drift", body));
                    JobWorkers second = new JobWorkers(two, InstantSource.system(), "two", SETTINGS, Map.of("drift", body));
                    ExecutorService asking = Executors.newFixedThreadPool(4)) {
                first.start();
                second.start();
                List<Future<Job>> asked = new ArrayList<>();
                for (int i = 0; i < JOBS; i++) {
                    String subject = "model/m" + i % SUBJECTS;
                    int number = i;
                    asked.add(asking.submit(() -> book.ask(
                            "drift", subject, "", JsonNodeFactory.instance.objectNode().put("n", number), "ann", "Looking.")));
                }
                for (Future<Job> each : asked) {
                    each.get();
                }
                over.await();
            }

            assertThat(ran).hasSize(JOBS).allSatisfy((id, times) -> assertThat(times).as(id).isOne());
            assertThat(together).isEmpty();
            List<Job> jobs = one.read(tx -> tx.jobs().jobs(JobQuery.newest(100)));
            assertThat(jobs).hasSize(JOBS).allMatch(job -> job.state() == Job.State.DONE && job.attempt() == 1);
            assertThat(jobs).extracting(Job::worker).isSubsetOf("one", "two");
        }
    }
}
