package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.PolicyRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code keelson advise}. */
@Command(name = "advise", description = "What to do, and what it is expected to be worth.", subcommands = AdviseCommand.Schedule.class)
final class AdviseCommand extends CommandGroup {

    /** {@code keelson advise schedule}. */
    @Command(
            name = "schedule",
            description = "How often to retrain, and on how much history: what models of each age and history lost.",
            footer = "Uses the same trainings as `keelson policy compare`.")
    static final class Schedule extends KeelsonCommand {
        @Mixin
        PolicyOptions options = new PolicyOptions();

        @Override
        int run(Session session) {
            ObjectNode document = Catalogued.object();
            ArrayNode models = document.putArray("models");
            for (PolicyRequest request : options.requests(session.project(), List.of(), null)) {
                JsonNode result = PolicyCommand.ask(session, request, true);
                models.add(result);
                show(session.console(), result);
            }
            session.console().document(document);
            return YES;
        }

        private static void show(Console console, JsonNode result) {
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : result.path("schedules")) {
                JsonNode worth = each.path("worth_a_year");
                rows.add(List.of(
                        result.path("model").asText(),
                        each.path("every_periods").asText(),
                        each.path("cron").asText(),
                        each.path("cadence").asText(),
                        Texts.number(each.path("loss").asDouble()),
                        String.format(Locale.ROOT, "%.1f", each.path("retrains_a_year").asDouble()),
                        "%s [%s, %s]".formatted(number(worth.get(1)), number(worth.get(0)), number(worth.get(2))),
                        String.format(Locale.ROOT, "%.3f", each.path("p").asDouble())));
            }
            console.table(List.of("MODEL", "EVERY", "NEAREST CRON", "THAT IS", "LOSS", "A YEAR", "WORTH A YEAR", "P"), rows);
            List<List<String>> windows = new ArrayList<>();
            for (JsonNode each : result.path("by_window")) {
                List<String> row = new ArrayList<>();
                row.add(String.format(Locale.ROOT, "%.0f", each.path("days").asDouble()));
                each.path("excess_by_age").forEach(excess -> row.add(number(excess)));
                windows.add(row);
            }
            console.table(List.of("DAYS OF HISTORY", "EXCESS, FRESH", "2ND QUARTER", "3RD QUARTER", "OLD"), windows);
            console.note(result.path("sentence").asText());
        }

        private static String number(JsonNode value) {
            return value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : "";
        }
    }
}
