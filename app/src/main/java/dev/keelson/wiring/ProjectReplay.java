package dev.keelson.wiring;

import dev.keelson.control.Replay;
import dev.keelson.project.Project;
import dev.keelson.store.files.ProjectOwner;

/** A replay of a project by a process that owns it meanwhile. */
public final class ProjectReplay {
    private ProjectReplay() {}

    /**
     * Replays as {@link ReplayJob#run} does.
     *
     * @throws dev.keelson.error.KeelsonException PROJECT_IN_USE when another process owns the project, and what
     *     {@link ReplayJob#run} throws
     */
    public static ReplayJob.Summary run(Project project, ReplayJob.Request request, Replay.Progress progress) {
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project)) {
            UnfinishedWork work = UnfinishedWork.replay(request);
            work.begin(workspace.catalog());
            ReplayJob.Summary summary = ReplayJob.run(workspace, request, progress);
            work.end(workspace.catalog());
            return summary;
        } finally {
            owner.close();
        }
    }
}
