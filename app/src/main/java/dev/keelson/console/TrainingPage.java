package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Shell;
import dev.keelson.console.view.TrainingView;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.ModelTraining;
import dev.keelson.registry.ModelVersion;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The trainings of a model: begin one, follow it, stop it. */
final class TrainingPage {
    private static final int SHOWN = 50;
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final Backend backend;
    private final ModelDefinition model;
    private final ZoneId zone;

    TrainingPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    TrainingView view(Shell shell, @Nullable String id) {
        List<Job<ModelTraining>> all = backend.trainings().list();
        List<Job<ModelTraining>> mine = all.stream()
                .filter(job -> job.request().model().equals(model.name()))
                .toList();
        Job<ModelTraining> shown =
                id == null ? mine.stream().findFirst().orElse(null) : backend.trainings().get(id);
        String blocked = all.stream()
                .filter(JobText::running)
                .findFirst()
                .map(job -> "%s is trained now, and one training runs at a time.".formatted(job.request().model()))
                .orElse("");
        String champion = backend.alias(model.name(), ModelVersion.CHAMPION)
                .map(version -> "v" + version.version())
                .orElse(null);
        return new TrainingView(
                shell,
                shown == null ? null : current(shown),
                blocked,
                champion == null
                        ? "The model is fitted on the data as loaded. It has no version that serves: the new one will answer requests."
                        : "The model is fitted on the data as loaded. The new version becomes the challenger and is judged in shadow beside "
                                + champion + ", which goes on serving.",
                mine.stream().limit(SHOWN).map(this::row).toList());
    }

    private TrainingView.Current current(Job<ModelTraining> job) {
        return new TrainingView.Current(
                job.id(),
                JobText.badge(job.state()),
                JobText.running(job),
                JobText.stopping(job),
                sentence(job),
                job.progress().done(),
                job.progress().of(),
                backend.trainings().told(job.id()).stream().map(this::line).toList(),
                run(job));
    }

    private String sentence(Job<ModelTraining> job) {
        int done = job.progress().done();
        int of = job.progress().of();
        String fits = of == 0 ? "" : "%d of %d fits have ended".formatted(done, of);
        return switch (job.state()) {
            case RUNNING -> JobText.stopping(job)
                    ? "Stopping: the fit that is being made comes to its end first."
                    : stage(job) + (of == 0 ? "" : ": " + fits) + "; "
                            + JobText.time(job, backend.clock().instant()) + ".";
            case DONE -> outcome(job);
            case CANCELLED -> "Stopped" + (of == 0 ? "" : " when " + fits) + "; nothing was registered.";
            case FAILED -> "Failed: " + JobText.failure(job);
        };
    }

    private static String stage(Job<ModelTraining> job) {
        String stage = job.progress().stage();
        return switch (stage == null ? "" : stage) {
            case "fitting" -> "Fitting";
            case "scoring" -> "Scoring and registering";
            default -> "Reading the data";
        };
    }

    private static String outcome(Job<ModelTraining> job) {
        JsonNode result = job.result();
        return result == null ? "" : result.path("sentence").asText();
    }

    private static @Nullable String run(Job<ModelTraining> job) {
        JsonNode result = job.result();
        return result == null || !result.path("run").isTextual() ? null : result.path("run").asText();
    }

    private TrainingView.Line line(JsonNode line) {
        return new TrainingView.Line(
                SECOND.format(Instant.parse(line.path("at").asText()).atZone(zone)),
                line.path("text").asText());
    }

    private TrainingView.Row row(Job<ModelTraining> job) {
        JsonNode result = job.result();
        return new TrainingView.Row(
                job.id(),
                Text.minute(job.startedAt(), zone),
                JobText.badge(job.state()),
                job.request().actor(),
                job.progress().of() == 0 ? Text.NONE : "%d of %d".formatted(job.progress().done(), job.progress().of()),
                result == null
                        ? Text.NONE
                        : Text.duration(Duration.ofMillis(Math.round(1000 * result.path("seconds").asDouble()))),
                sentence(job),
                run(job));
    }
}
