package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.LoopService;
import dev.keelson.wiring.LiveProject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson suggestions}. */
@Command(
        name = "suggestions",
        description = "What would have been done by itself where the mode is to suggest: look, accept, dismiss.",
        subcommands = {
            SuggestionsCommand.Listing.class,
            SuggestionsCommand.Show.class,
            SuggestionsCommand.Accept.class,
            SuggestionsCommand.Dismiss.class
        })
final class SuggestionsCommand extends CommandGroup {
    private static JsonNode ask(Session session, Function<LoopService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.loop());
        }
    }

    private static void told(Session session, JsonNode each) {
        session.console().line(each.path("text").asText());
        session.console().line(each.at("/since/sentence").asText());
        session.console().document(each);
    }

    /** {@code keelson suggestions list}. */
    @Command(name = "list", description = "Suggestions, newest first, with how they turned out; exit code 1 when one waits for an answer.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only those that are open, accepted, dismissed, overtaken or observed.")
        @Nullable String state;

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.suggestions(model, state));
            List<List<String>> rows = new ArrayList<>();
            boolean open = false;
            for (JsonNode each : answer.path("suggestions")) {
                open |= each.path("state").asText().equals("open");
                rows.add(List.of(
                        each.path("id").asText(),
                        each.path("model").asText(),
                        each.path("action").asText(),
                        each.path("version").isInt() ? "v" + each.path("version").asInt() : "",
                        each.path("state").asText(),
                        each.path("at").asText(),
                        each.path("text").asText(),
                        each.at("/since/sentence").asText()));
            }
            if (rows.isEmpty()) {
                session.console().note("There is no such suggestion: they come where the mode of a model is `suggest` or `observe`.");
            }
            session.console().table(List.of("ID", "MODEL", "ACTION", "VERSION", "STATE", "AT", "WHAT", "HOW IT TURNED OUT"), rows);
            session.console().document(answer);
            return open ? NO : YES;
        }
    }

    /** {@code keelson suggestions show}. */
    @Command(name = "show", description = "One suggestion, with how it turned out.")
    static final class Show extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As the list names it.")
        String id = "";

        @Override
        int run(Session session) {
            told(session, ask(session, service -> service.suggestion(id)));
            return YES;
        }
    }

    /** An answer. */
    abstract static class Answer extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As the list names it.")
        String id = "";

        @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why, for the audit trail.")
        String reason = "";

        final int answer(Session session, boolean accept) {
            try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
                JsonNode answer = live.loop().decide(id, accept, ModelsChange.actor(session), reason);
                live.goOn(answer.path("model").asText());
                session.console().line(accept ? answer.path("came").asText() : "It is dismissed.");
                session.console().document(answer);
                return YES;
            }
        }
    }

    /** {@code keelson suggestions accept}. */
    @Command(name = "accept", description = "Have it done.")
    static final class Accept extends Answer {
        @Override
        int run(Session session) {
            return answer(session, true);
        }
    }

    /** {@code keelson suggestions dismiss}. */
    @Command(name = "dismiss", description = "It is not wanted.")
    static final class Dismiss extends Answer {
        @Override
        int run(Session session) {
            return answer(session, false);
        }
    }
}
