package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Frame;
import dev.keelson.labels.Label;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.project.Project;
import java.nio.file.Files;
import java.util.Optional;

/** What the data of a project makes of its labels. */
public final class ProjectLabels {
    private ProjectLabels() {}

    /**
     * What the latest version of a label's data makes of it.
     *
     * @throws KeelsonException DATASET_NOT_FOUND when nothing was ever loaded
     */
    public static LabelStatistics statistics(Project project, LabelDefinition label) {
        if (!Files.isDirectory(Workspace.stateFolder(project).root())) {
            throw nothingLoaded(label.source());
        }
        try (Workspace workspace = Workspace.reading(project)) {
            return statistics(workspace, label);
        }
    }

    static LabelStatistics statistics(Workspace workspace, LabelDefinition label) {
        Optional<DatasetVersion> version = workspace.datasets().latest(label.source());
        Frame frame = workspace.datasets().read(version.orElseThrow(() -> nothingLoaded(label.source())));
        SourceDefinition source = Projects.source(workspace.project(), label.source());
        return LabelStatistics.of(
                label,
                Label.compile(label, source, frame.schema()).compute(frame),
                frame.longs(SystemColumns.EVENT_TIME).values(),
                source.zone());
    }

    private static KeelsonException nothingLoaded(String source) {
        return new KeelsonException(
                ErrorCode.DATASET_NOT_FOUND,
                "No data of the source (%s) has been loaded yet.".formatted(source),
                "Maybe run `keelson data load`.");
    }
}
