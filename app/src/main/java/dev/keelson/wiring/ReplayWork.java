package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.ReplayRequest;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;

/** Replays of the loop in the background of a process that owns the project. */
record ReplayWork(Workspace workspace) implements ProjectJobs.Work<ReplayRequest> {

    @Override
    public JobKind kind() {
        return JobKind.REPLAY;
    }

    @Override
    public int parts(Project project, ReplayRequest request) {
        Projects.model(project, request.model());
        asked(request);
        HistoryPeriod.check(workspace, project, request.model(), request.from(), request.to(), request.step());
        return 0;
    }

    @Override
    public String beingDone(ReplayRequest request) {
        return "The loop is replayed (%s)".formatted(request.allModels() ? "all models" : request.model());
    }

    /** As a replay of this process takes it. */
    private static ReplayJob.Request asked(ReplayRequest request) {
        return new ReplayJob.Request(
                request.from(),
                request.to(),
                request.step(),
                policies(request.policies()),
                request.allModels() ? null : request.model());
    }

    private static Set<LoopPolicy> policies(List<String> words) {
        Set<LoopPolicy> chosen = EnumSet.noneOf(LoopPolicy.class);
        List<String> known = Arrays.stream(LoopPolicy.values()).map(LoopPolicy::word).toList();
        for (String word : words) {
            chosen.add(LoopPolicy.of(word).orElseThrow(() -> new KeelsonException(
                    ErrorCode.USAGE,
                    "There is no policy (%s); the policies are %s.".formatted(word, String.join(", ", known)),
                    Suggestion.sentence(word, known).orElse(null))));
        }
        return chosen.isEmpty() ? EnumSet.allOf(LoopPolicy.class) : chosen;
    }

    @Override
    public ProjectJobs.Done run(Project project, ReplayRequest request, ProjectJobs.Watch watch) {
        ReplayJob.Request asked = asked(request);
        UnfinishedWork work = UnfinishedWork.replay(asked);
        work.begin(workspace.catalog());
        ObjectNode document;
        try {
            document = ReplayJob.run(
                            workspace,
                            asked,
                            (done, of, day) -> watch.at(new Progress(done, of, null, day.toString())))
                    .toJson();
        } catch (CancellationException e) {
            work.stopped().begin(workspace.catalog());
            throw e;
        } catch (KeelsonException e) {
            work.end(workspace.catalog());
            throw e;
        }
        work.end(workspace.catalog());
        request.write(document.putObject("asked"));
        return new ProjectJobs.Done("done", document);
    }

    @Override
    public ReplayRequest request(StoredReport report, JsonNode document) {
        return ReplayRequest.read(report.subject(), document.path("asked"));
    }

    @Override
    public Progress progress(JsonNode document) {
        int steps = document.path("models").valueStream().mapToInt(model -> model.path("timeline").size()).max().orElse(0);
        return new Progress(steps, steps, null, "ended");
    }

    @Override
    public List<JsonNode> told(JsonNode document) {
        return List.of();
    }
}
