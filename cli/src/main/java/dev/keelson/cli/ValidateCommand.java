package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import picocli.CommandLine.Command;

/** {@code keelson validate}. */
@Command(name = "validate", description = "Check the project file, touching nothing.")
final class ValidateCommand extends KeelsonCommand {
    @Override
    int run(Session session) {
        Project project = session.validated();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("project", project.name());
        document.put("file", project.file().toString());
        document.put("valid", true);
        var sources = document.putArray("sources");
        project.sources().forEach(source -> sources.add(source.name()));
        var views = document.putArray("feature_views");
        project.views().forEach(view -> views.add(view.name()));
        project.sqlViews().forEach(view -> views.add(view.name()));
        var models = document.putArray("models");
        project.models().forEach(model -> models.add(model.name()));
        session.console().document(document);
        session.console()
                .line("%s is valid: project %s, %s, %s, %s."
                        .formatted(
                                session.shown(project.file()),
                                project.name(),
                                Texts.count(project.sources().size(), "source"),
                                Texts.count(project.views().size() + project.sqlViews().size(), "feature view"),
                                Texts.count(project.models().size(), "model")));
        return YES;
    }
}
