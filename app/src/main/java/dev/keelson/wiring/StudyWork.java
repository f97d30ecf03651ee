package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.StudyRequest;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Searches for settings.
 *
 * @param threads trials that run side by side at most
 */
record StudyWork(Catalog catalog, InstantSource clock, int threads) implements ProjectJobs.Work<StudyRequest> {
    @Override
    public JobKind kind() {
        return JobKind.STUDY;
    }

    @Override
    public int parts(Project project, StudyRequest request) {
        return ModelTuning.search(project, request).trials();
    }

    @Override
    public String beingDone(StudyRequest request) {
        return "Settings of the model (%s) are searched".formatted(request.model());
    }

    @Override
    public ProjectJobs.Done run(Project project, StudyRequest request, ProjectJobs.Watch watch) {
        ObjectNode document = ModelTuning.run(project, request, catalog, clock, threads, (trial, done, of, best) -> {
            watch.tell(trial);
            watch.at(new Progress(done, of, best, null));
        });
        return new ProjectJobs.Done(document.at("/gain/lower").asDouble() > 0 ? "better" : "no_gain", document);
    }

    @Override
    public StudyRequest request(StoredReport report, JsonNode document) {
        return new StudyRequest(
                report.subject(),
                document.path("trials").size(),
                document.path("sampler").asText(),
                document.path("seed").asLong(),
                false);
    }

    @Override
    public Progress progress(JsonNode document) {
        int trials = document.path("trials").size();
        return new Progress(trials, trials, document.at("/best/loss").asDouble(), null);
    }

    @Override
    public List<JsonNode> told(JsonNode document) {
        List<JsonNode> trials = new ArrayList<>();
        document.path("trials").forEach(trials::add);
        return trials;
    }
}
