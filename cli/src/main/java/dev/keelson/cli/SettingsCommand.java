package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.SettingsService;
import dev.keelson.wiring.LiveProject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson settings}. */
@Command(
        name = "settings",
        description = "Thresholds, windows and times of the project file: look, and change them there.",
        subcommands = {SettingsCommand.Listing.class, SettingsCommand.Change.class})
final class SettingsCommand extends CommandGroup {
    private static JsonNode ask(Session session, Function<SettingsService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(
                session.project(), () -> session.variables(session.projectPath()), session.clock())) {
            return question.apply(live.settings());
        }
    }

    /** {@code keelson settings list}. */
    @Command(name = "list", description = "Every setting with its value and where it is written.")
    static final class Listing extends KeelsonCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "PREFIX", description = "Only those that begin so, such as monitors.")
        String prefix = "";

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, SettingsService::list);
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : answer.path("settings")) {
                if (each.path("path").asText().startsWith(prefix)) {
                    rows.add(List.of(
                            each.path("path").asText(),
                            each.path("value").asText(),
                            each.path("written").asBoolean()
                                    ? "%s:%d".formatted(answer.path("file").asText(), each.path("line").asInt())
                                    : "standard",
                            each.path("description").asText()));
                }
            }
            session.console().table(List.of("SETTING", "VALUE", "FROM", "WHAT"), rows);
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson settings set}. */
    @Command(name = "set", description = "Write settings to the project file, all or none; comments and order stay.")
    static final class Change extends KeelsonCommand {
        @Parameters(arity = "1..*", paramLabel = "SETTING=VALUE", description = "Such as monitors.drift.share=25%%.")
        List<String> settings = List.of();

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
        String reason = "by hand";

        @Option(names = "--revision", paramLabel = "HASH", description = "Refuse when the file is not that of `keelson settings list --json` any more.")
        @Nullable String revision;

        @Override
        int run(Session session) {
            Map<String, String> values = new LinkedHashMap<>();
            for (String each : settings) {
                int equals = each.indexOf('=');
                if (equals < 1) {
                    throw new KeelsonException(
                            ErrorCode.USAGE, "The setting (%s) is wrong; expected SETTING=VALUE.".formatted(each), null);
                }
                values.put(each.substring(0, equals).strip(), each.substring(equals + 1));
            }
            JsonNode answer = ask(session, service -> service.set(values, revision, ModelsChange.actor(session), reason));
            for (JsonNode each : answer.path("changed")) {
                session.console().line("%s: %s → %s (%s:%d)".formatted(
                        each.path("path").asText(),
                        each.path("before").asText(),
                        each.path("after").asText(),
                        answer.path("file").asText(),
                        each.path("line").asInt()));
            }
            if (answer.path("changed").isEmpty()) {
                session.console().note("Nothing changed: it was so already.");
            }
            session.console().document(answer);
            return YES;
        }
    }
}
