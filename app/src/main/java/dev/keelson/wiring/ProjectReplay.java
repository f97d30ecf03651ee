package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.http.JobKind;
import dev.keelson.http.ReplayRequest;
import dev.keelson.project.Project;
import dev.keelson.store.files.ProjectOwner;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A replay of a project by the process that owns it meanwhile: this one, or the server that is then asked for it. */
public final class ProjectReplay {
    private ProjectReplay() {}

    /** Told after each step. */
    @FunctionalInterface
    public interface Progress {
        /** Step {@code done} of {@code of} is finished; it ended at that day. */
        void step(int done, int of, String day);
    }

    /**
     * Replays as {@link ReplayJob#run} does.
     *
     * @return {@link ReplayJob.Summary#toJson}
     * @throws dev.keelson.error.KeelsonException PROJECT_IN_USE when another process owns the project without serving it, and
     *     what {@link ReplayJob#run} throws
     */
    public static ObjectNode run(Project project, ReplayJob.Request request, Progress progress) {
        Optional<OwnerClient> server = OwnerClient.of(project);
        if (server.isPresent()) {
            try (OwnerClient owner = server.get()) {
                return served(project, owner, request, progress);
            }
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            UnfinishedWork work = UnfinishedWork.replay(request);
            work.begin(workspace.catalog());
            ReplayJob.Summary summary = ReplayJob.run(
                    workspace, request, (done, of, day) -> progress.step(done, of, day.toString()));
            work.end(workspace.catalog());
            return summary.toJson();
        } finally {
            owner.close();
        }
    }

    private static ObjectNode served(
            Project project, OwnerClient owner, ReplayJob.Request request, Progress progress) {
        String named = request.model();
        String model = named == null ? project.models().getFirst().name() : Projects.model(project, named).name();
        Set<LoopPolicy> policies = request.policies();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        new ReplayRequest(
                        model,
                        named == null,
                        request.from(),
                        request.to(),
                        request.step(),
                        policies.size() == LoopPolicy.values().length
                                ? List.of()
                                : policies.stream().map(LoopPolicy::word).toList())
                .write(body);
        String begin = OwnerClient.address("/api/v1/models/%s/", model) + JobKind.REPLAY.path();
        String id = owner.post(begin, body).path("id").asText();
        String address = OwnerClient.address(JobKind.REPLAY.address() + "/%s", id);
        String[] stage = {""};
        JsonNode result = JobWait.until(
                () -> {
                    JsonNode job = owner.get(address);
                    stage[0] = job.path("stage").asText("");
                    return job;
                },
                (done, of) -> progress.step(done, of, stage[0]));
        return ((ObjectNode) result).without("asked");
    }
}
