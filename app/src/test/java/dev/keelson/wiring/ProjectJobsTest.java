package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.StoredReport;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ProjectJobsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2020-01-01T00:00:00Z"));
    private static final ModelTraining ASKED = ModelTraining.full("m", "ann");
    private static final Project PROJECT = new Project(
            Path.of("p"),
            Path.of("p", "keelson.yaml"),
            "p",
            ZoneOffset.UTC,
            List.of(),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null);

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final Steps work = new Steps();

    /** Two parts, each of which waits until it is let through. */
    private static final class Steps implements ProjectJobs.Work<ModelTraining> {
        final Semaphore let = new Semaphore(0);
        final CountDownLatch began = new CountDownLatch(1);

        @Override
        public JobKind kind() {
            return JobKind.TRAINING;
        }

        @Override
        public int parts(Project project, ModelTraining request) {
            return 2;
        }

        @Override
        public String beingDone(ModelTraining request) {
            return "%s is made".formatted(request.model());
        }

        @Override
        public ProjectJobs.Done run(Project project, ModelTraining request, ProjectJobs.Watch watch) {
            began.countDown();
            for (int part = 1; part <= 2; part++) {
                let.acquireUninterruptibly();
                watch.tell(JsonNodeFactory.instance.objectNode().put("part", part));
                watch.at(Progress.of(part, 2));
            }
            if (request.actor().equals("nobody")) {
                throw new KeelsonException(ErrorCode.NOT_ENOUGH_ROWS, "There are no rows.", null);
            }
            return new ProjectJobs.Done("good", JsonNodeFactory.instance.objectNode().put("actor", request.actor()));
        }

        @Override
        public ModelTraining request(StoredReport report, JsonNode document) {
            return ModelTraining.full(report.subject(), document.path("actor").asText());
        }

        @Override
        public Progress progress(JsonNode document) {
            return Progress.of(2, 2);
        }

        @Override
        public List<JsonNode> told(JsonNode document) {
            return List.of(document);
        }
    }

    private ProjectJobs<ModelTraining> jobs() {
        return new ProjectJobs<>(work, () -> PROJECT, CLOCK, catalog);
    }

    @Test
    void whatHasEndedIsKnownToTheNextProcess() {
        work.let.release(2);
        String id;
        try (ProjectJobs<ModelTraining> jobs = jobs()) {
            id = jobs.start(ASKED).id();
            ended(jobs, id);

            assertThat(jobs.told(id)).extracting(each -> each.path("part").asInt()).containsExactly(1, 2);
        }

        try (ProjectJobs<ModelTraining> next = jobs()) {
            Job<ModelTraining> job = next.get(id);

            assertThat(job.state()).isEqualTo(State.DONE);
            assertThat(job.request()).isEqualTo(ASKED);
            assertThat(next.list()).extracting(Job::id).containsExactly(id);
            assertThat(next.told(id)).hasSize(1);
        }
    }

    @Test
    void oneRunsAtATimeAndTheSameIsNotBegunTwice() {
        try (ProjectJobs<ModelTraining> jobs = jobs()) {
            Job<ModelTraining> first = jobs.start(ASKED);

            assertThat(jobs.start(ASKED).id()).isEqualTo(first.id());
            assertThatThrownBy(() -> jobs.start(ModelTraining.full("other", "ann")))
                    .hasMessageContaining("m is made already, 0 of 2 fits so far; one training runs at a time.");
            work.let.release(2);
        }
    }

    @Test
    void whatIsStoppedSaysSoUntilItsPresentPartHasEnded() throws InterruptedException {
        ProjectJobs<ModelTraining> jobs = jobs();
        String id = jobs.start(ASKED).id();
        work.began.await();

        Job<ModelTraining> stopping = jobs.cancel(id);
        work.let.release();
        jobs.close();

        assertThat(stopping.state()).isEqualTo(State.RUNNING);
        assertThat(stopping.progress().stage()).isEqualTo(Jobs.STOPPING);
        assertThat(jobs.get(id).state()).isEqualTo(State.CANCELLED);
        assertThat(jobs.get(id).progress().done()).isEqualTo(1);
        assertThat(jobs.cancel(id).state()).isEqualTo(State.CANCELLED);
        assertThat(catalog.<List<StoredReport>>read(tx -> tx.reports("training", null, 9))).isEmpty();
    }

    @Test
    void whatFailsSaysWhyAndAnotherOneMayBegin() {
        work.let.release(4);
        try (ProjectJobs<ModelTraining> jobs = jobs()) {
            String id = jobs.start(ModelTraining.full("m", "nobody")).id();
            ended(jobs, id);
            Job<ModelTraining> failed = jobs.get(id);

            assertThat(failed.state()).isEqualTo(State.FAILED);
            assertThat(failed.toJson().path("failure").asText()).isEqualTo("There are no rows.");
            assertThat(jobs.start(ModelTraining.full("other", "ann")).state()).isIn(State.RUNNING, State.DONE); // it may be quick
        }
    }

    private static void ended(ProjectJobs<ModelTraining> jobs, String id) {
        while (jobs.get(id).state() == State.RUNNING) {
            Thread.onSpinWait();
        }
    }
}
