package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.job.JobWorkers;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.ModelTraining;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.TrainingWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trainings of one model.
 *
 * @param worker does the fits
 * @param trained told what came out, before it is kept
 */
record TrainingWork(
        Workspace workspace,
        InstantSource clock,
        Supplier<TrainingPlace.Worker> worker,
        BiConsumer<ModelTraining, ObjectNode> trained)
        implements ProjectJobs.Work<ModelTraining> {
    @Override
    public JobKind kind() {
        return JobKind.TRAINING;
    }

    @Override
    public int parts(Project project, ModelTraining request) {
        Projects.model(project, request.model());
        return 0;
    }

    /** As many as a server has workers for jobs. */
    @Override
    public int together() {
        return JobWorkers.Settings.STANDARD.threads();
    }

    @Override
    public String beingDone(ModelTraining request) {
        return "The model (%s) is trained".formatted(request.model());
    }

    @Override
    public ProjectJobs.Done run(Project project, ModelTraining request, ProjectJobs.Watch watch) {
        Instant started = clock.instant();
        Log log = new Log(clock, watch);
        log.stage("reading", "Reads the data and computes the features.");
        ObjectNode document = TrainJob.run(workspace, project, request, clock, worker.get(), log);
        trained.accept(request, document);
        log.line(document.path("sentence").asText());
        request.write(document.putObject("asked"));
        document.put("fits", log.of);
        document.put("seconds", Duration.between(started, clock.instant()).toMillis() / 1000.0);
        ArrayNode lines = document.putArray("log");
        log.lines.forEach(lines::add);
        return new ProjectJobs.Done(document.path(TrainJob.STATUS).asText(), document);
    }

    @Override
    public ModelTraining request(StoredReport report, JsonNode document) {
        return ModelTraining.read(report.subject(), document.path("asked"));
    }

    @Override
    public Progress progress(JsonNode document) {
        int fits = document.path("fits").asInt();
        return new Progress(fits, fits, null, "ended");
    }

    @Override
    public List<JsonNode> told(JsonNode document) {
        List<JsonNode> lines = new ArrayList<>();
        document.path("log").forEach(lines::add);
        return lines;
    }

    /** What a training tells, line by line. Its fits end one after another, in whatever threads. */
    private static final class Log implements TrainingWatch {
        private final InstantSource clock;
        private final ProjectJobs.Watch watch;
        private final List<JsonNode> lines = new ArrayList<>();
        private int done;
        private int of;
        private @Nullable Instant fitting;

        Log(InstantSource clock, ProjectJobs.Watch watch) {
            this.clock = clock;
            this.watch = watch;
        }

        synchronized void stage(String stage, String text) {
            line(text);
            watch.at(new Progress(done, of, null, stage));
        }

        synchronized void line(String text) {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            line.put("at", clock.instant().toString()).put("text", text);
            lines.add(line);
            watch.tell(line);
        }

        @Override
        public synchronized void fits(int ended, int all) {
            if (fitting == null) {
                fitting = clock.instant();
                line("Fits: %d, on all rows, on those before the test period and on the folds.".formatted(all));
            }
            of = all;
            if (ended > done) {
                done = ended;
                line(String.format(
                        Locale.ROOT,
                        "Fit %d of %d ended, %.1f s after the first began.",
                        ended,
                        all,
                        Duration.between(fitting, clock.instant()).toMillis() / 1000.0));
            }
            watch.at(new Progress(done, all, null, done < all ? "fitting" : "scoring"));
        }
    }
}
