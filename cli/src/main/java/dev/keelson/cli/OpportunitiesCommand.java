package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Bets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson opportunities}. */
@Command(
        name = "opportunities",
        description = "Bets that were captured with where they were seen.",
        subcommands = {OpportunitiesCommand.Listing.class, OpportunitiesCommand.Settle.class})
final class OpportunitiesCommand extends CommandGroup {

    /** {@code keelson opportunities list}. */
    @Command(name = "list", description = "List captured opportunities, the newest first.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--state", paramLabel = "STATE", description = "One of: ${COMPLETION-CANDIDATES}.")
        @Nullable State state;

        @Option(names = "--where", paramLabel = "COL=VALUE", description = "Of bets with this value; may be repeated.")
        Map<String, String> columns = new LinkedHashMap<>();

        @Option(names = "--text", paramLabel = "TEXT", description = "Part of the id, of the bet or of where it was seen.")
        @Nullable String text;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many (default: 50).")
        int limit = 50;

        /** As it is typed. */
        enum State {
            open,
            settled
        }

        @Override
        int run(Session session) {
            Limits.check(limit);
            BetsCommand.checkNames(columns, BetsCommand.definition(session.project()).by());
            Bets.Filter filter = new Bets.Filter(state == null ? null : state.name(), columns, text, null, null, null, limit);
            JsonNode answer = BetsCommand.ask(session, bets -> bets.opportunities(filter));
            List<String> by = BetsCommand.definition(session.project()).by();
            List<String> header = new ArrayList<>(List.of("AT"));
            by.forEach(column -> header.add(column.toUpperCase(Locale.ROOT)));
            header.addAll(List.of("CHANCE", "EDGE", "STATE", "ID"));
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode each : answer.path("opportunities")) {
                List<String> row = new ArrayList<>(List.of(each.path("at").asText()));
                by.forEach(column -> row.add(each.path("bet").path(column).asText("")));
                row.add(BetsCommand.percent(each.at("/score/probability")));
                row.add(BetsCommand.percent(each.at("/score/edge")));
                row.add(each.path("state").asText().equals("open") ? "open" : each.at("/settlement/result").asText());
                row.add(each.path("id").asText());
                rows.add(row);
            }
            session.console().table(header, rows);
            if (rows.isEmpty()) {
                session.console().note("No opportunity matches.");
            }
            BetsCommand.document(session, answer);
            return YES;
        }
    }

    /** {@code keelson opportunities settle}. */
    @Command(name = "settle", description = "Say what became of an opportunity.")
    static final class Settle extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "Its id.")
        String id = "";

        @Parameters(index = "1", paramLabel = "RESULT", description = "won, half_won, push, half_lost or lost.")
        String result = "";

        @Option(names = "--stake", paramLabel = "MONEY", description = "What was bet.")
        @Nullable Double stake;

        @Option(names = "--correct", description = "Take the place of another result, which stays in the log.")
        boolean correct;

        @Override
        int run(Session session) {
            JsonNode answer = BetsCommand.ask(session, bets -> bets.settle(id, new Bets.Settlement(result, stake, correct)));
            session.console()
                    .line(String.format(
                            Locale.ROOT, "%s: %s, %+.2f for a stake of 1.", id, result, answer.at("/settlement/gain").asDouble()));
            BetsCommand.document(session, answer);
            return YES;
        }
    }
}
