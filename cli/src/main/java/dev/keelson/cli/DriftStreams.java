package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson drift streams}. */
@Command(
        name = "streams",
        description = "Take what was logged since the last time into the streams that monitors name: exit code 1 when an error rose or an input moved.")
final class DriftStreams extends KeelsonCommand {
    @Option(names = "--model", paramLabel = "NAME", description = "This model only, also one under `elsewhere` (default: all with streams).")
    @Nullable String model;

    @Override
    int run(Session session) {
        Project project = session.project();
        List<String> models = model != null
                ? List.of(LoggedModel.of(project, model).name())
                : LoggedModel.all(project).stream()
                        .map(LoggedModel::name)
                        .filter(name -> Projects.drift(project, name)
                                .filter(monitor -> !monitor.streams().of().isEmpty())
                                .isPresent())
                        .toList();
        var document = Catalogued.object();
        var list = document.putArray("models");
        boolean found = false;
        List<List<String>> streams = new ArrayList<>();
        List<List<String>> changes = new ArrayList<>();
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            for (String name : models) {
                JsonNode answer = live.streams().check(name);
                list.add(answer);
                found |= answer.path("found").valueStream().anyMatch(each -> !each.path("better").asBoolean());
                answer.path("streams").forEach(each -> streams.add(List.of(
                        name,
                        each.path("of").asText(),
                        each.path("detector").asText(),
                        each.path("values").asText(),
                        each.path("mean").isNumber() ? Texts.number(each.path("mean").asDouble()) : "")));
                answer.path("changes").forEach(each -> changes.add(
                        List.of(name, each.path("found").asText(), each.path("sentence").asText())));
            }
        }
        if (models.isEmpty()) {
            session.console().note("No monitor names a stream. Maybe add `streams: [log_loss]` to a drift monitor.");
        }
        session.console().table(List.of("MODEL", "STREAM", "DETECTOR", "VALUES", "MEAN"), streams);
        if (!changes.isEmpty()) {
            session.console().table(List.of("MODEL", "FOUND", "CHANGE"), changes);
        }
        session.console().document(document);
        return found ? NO : YES;
    }
}
