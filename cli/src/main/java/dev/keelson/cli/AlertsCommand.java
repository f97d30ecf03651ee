package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.http.AlertService;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.wiring.LiveProject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson alerts}. */
@Command(
        name = "alerts",
        description = "What you should know: look, acknowledge, snooze, resolve.",
        subcommands = {
            AlertsCommand.Listing.class,
            AlertsCommand.Show.class,
            AlertsCommand.Acknowledge.class,
            AlertsCommand.Snooze.class,
            AlertsCommand.Resolve.class,
            AlertsCommand.Test.class
        })
final class AlertsCommand extends CommandGroup {
    private static JsonNode ask(Session session, Function<AlertService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.alerts());
        }
    }

    /** {@code keelson alerts list}. */
    @Command(name = "list", description = "Alerts that are not resolved, those that came last first; exit code 1 when one is open.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--all", description = "Those that are resolved, too.")
        boolean all;

        @Option(names = "--model", paramLabel = "NAME", description = "About this model only.")
        @Nullable String model;

        @Option(names = "--kind", paramLabel = "KIND", description = "Of this kind only, such as drift or failure.")
        @Nullable String kind;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 50).")
        int limit = 50;

        @Override
        int run(Session session) {
            AlertQuery query = new AlertQuery(
                    all ? EnumSet.noneOf(Alert.State.class) : EnumSet.complementOf(EnumSet.of(Alert.State.RESOLVED)),
                    kind,
                    model,
                    null,
                    Math.max(1, limit));
            JsonNode answer = ask(session, service -> service.list(query));
            List<List<String>> rows = new ArrayList<>();
            answer.path("alerts").forEach(each -> rows.add(List.of(
                    each.path("id").asText(),
                    each.path("severity").asText(),
                    each.path("state").asText(),
                    each.path("model").asText(),
                    each.path("title").asText(),
                    each.path("last_at").asText(),
                    each.path("count").asText())));
            if (rows.isEmpty()) {
                session.console().note("Nothing is open.");
            }
            session.console().table(List.of("ID", "SEVERITY", "STATE", "MODEL", "WHAT", "LAST", "TIMES"), rows);
            session.console().document(answer);
            return answer.path("alerts").valueStream().anyMatch(each -> each.path("state").asText().equals("open")) ? NO : YES;
        }
    }

    private static int tell(Session session, JsonNode alert) {
        Console console = session.console();
        console.line("%s, %s: %s".formatted(alert.path("kind").asText(), alert.path("severity").asText(), alert.path("title").asText()));
        console.line(alert.path("text").asText());
        if (!alert.path("command").asText().isEmpty()) {
            console.line("Do: " + alert.path("command").asText());
        }
        console.line("%s; first %s, last %s, %s times%s"
                .formatted(
                        alert.path("state").asText(),
                        alert.path("first_at").asText(),
                        alert.path("last_at").asText(),
                        alert.path("count").asText(),
                        alert.path("reason").asText().isEmpty()
                                ? ""
                                : "; %s: %s".formatted(alert.path("actor").asText(), alert.path("reason").asText())));
        List<List<String>> rows = new ArrayList<>();
        alert.path("deliveries").forEach(each -> rows.add(List.of(
                each.path("channel").asText(),
                each.path("event").asText(),
                each.path("state").asText(),
                each.path("attempts").asText(),
                each.path("at").asText(),
                each.path("error").asText())));
        if (!rows.isEmpty()) {
            console.table(List.of("CHANNEL", "EVENT", "STATE", "TRIES", "AT", "PROBLEM"), rows);
        }
        session.console().document(alert);
        return YES;
    }

    /** {@code keelson alerts show}. */
    @Command(name = "show", description = "One alert, and where it was told.")
    static final class Show extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As `keelson alerts list` names it.")
        String id = "";

        @Override
        int run(Session session) {
            return tell(session, ask(session, service -> service.one(id)));
        }
    }

    /** What is done to one. */
    abstract static class OfOne extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As `keelson alerts list` names it.")
        String id = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
        String reason = "by hand";
    }

    /** {@code keelson alerts ack}. */
    @Command(name = "ack", description = "You know of it: it is silent until it is resolved.")
    static final class Acknowledge extends OfOne {
        @Override
        int run(Session session) {
            return tell(session, ask(session, service -> service.acknowledge(id, ModelsChange.actor(session), reason)));
        }
    }

    /** {@code keelson alerts snooze}. */
    @Command(name = "snooze", description = "It is silent for a time.")
    static final class Snooze extends OfOne {
        @Parameters(index = "1", paramLabel = "TIME", description = "How long: 12h or 7d.")
        String time = "";

        @Override
        int run(Session session) {
            return tell(
                    session,
                    ask(session, service -> service.snooze(id, length(), ModelsChange.actor(session), reason)));
        }

        private Duration length() {
            try {
                return Durations.parse(time);
            } catch (KeelsonException e) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "The time (%s) is no duration such as 12h or 7d.".formatted(time), "Maybe say 7d.", e);
            }
        }
    }

    /** {@code keelson alerts resolve}. */
    @Command(name = "resolve", description = "Its cause is gone.")
    static final class Resolve extends OfOne {
        @Override
        int run(Session session) {
            return tell(session, ask(session, service -> service.resolve(id, ModelsChange.actor(session), reason)));
        }
    }

    /** {@code keelson alerts test}. */
    @Command(name = "test", description = "Send a message that says it is a test; exit code 1 when it was not taken.")
    static final class Test extends KeelsonCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "CHANNEL", description = "By its name in the project file (default: each).")
        @Nullable String channel;

        @Override
        int run(Session session) {
            List<JsonNode> messages = new ArrayList<>();
            try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
                List<String> asked = channel == null
                        ? live.alerts().channels().path("channels").valueStream().map(each -> each.path("name").asText()).toList()
                        : List.of(channel);
                if (asked.isEmpty()) {
                    session.console().note("The project file declares no channel under `alerts`.");
                }
                asked.forEach(each -> messages.add(live.alerts().test(each, ModelsChange.actor(session))));
            }
            ObjectNode document = Catalogued.object();
            var list = document.putArray("deliveries").addAll(messages);
            List<List<String>> rows = new ArrayList<>();
            list.forEach(each -> rows.add(List.of(
                    each.path("channel").asText(), each.path("state").asText(), each.path("error").asText())));
            session.console().table(List.of("CHANNEL", "STATE", "PROBLEM"), rows);
            session.console().document(document);
            return messages.stream().allMatch(each -> each.path("state").asText().equals("sent")) ? YES : NO;
        }
    }
}
