package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Bets;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson bets}. */
@Command(
        name = "bets",
        description = "What bets are worth, and how settled ones did.",
        subcommands = {BetsCommand.Score.class, BetsCommand.Performance.class})
final class BetsCommand extends CommandGroup {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static JsonNode ask(Session session, Function<Bets, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.bets());
        }
    }

    static void document(Session session, JsonNode answer) {
        ObjectNode document = Catalogued.object();
        answer.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        session.console().document(document);
    }

    static String percent(JsonNode share) {
        return share.isNumber() ? String.format(Locale.ROOT, "%.1f %%", 100 * share.asDouble()) : "";
    }

    /** How the project scores bets. */
    static ServeDefinition.Bets definition(Project project) {
        ServeDefinition.Bets bets = project.serve().bets();
        if (bets == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The project scores no bets.",
                    "Maybe add `serve: { bets: { model: MODEL } }` to the project file.");
        }
        return bets;
    }

    /** Checks that bets are told apart by each name, also without its ending {@code _name}. */
    static void checkNames(Map<String, String> where, List<String> names) {
        for (String asked : where.keySet()) {
            if (names.stream().noneMatch(name -> name.equals(asked) || name.equals(asked + "_name"))) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "--where names (%s); expected one of %s.".formatted(asked, String.join(", ", names)),
                        "Maybe add it to `serve.bets.by` of the project file.");
            }
        }
    }

    /** {@code keelson bets score}. */
    @Command(name = "score", description = "Tell the chance, the edge, a stake and the reasons of bets; each is logged.")
    static final class Score extends KeelsonCommand {
        @Mixin
        final RowOptions given = new RowOptions();

        @Option(names = "--bankroll", paramLabel = "MONEY", description = "Tell stakes in money, too.")
        @Nullable Double bankroll;

        @Override
        int run(Session session) {
            Project project = session.project();
            ServeDefinition.Bets bets = definition(project);
            String source = project.models().stream()
                    .filter(model -> model.name().equals(bets.model()))
                    .map(ModelDefinition::label)
                    .findFirst()
                    .orElseThrow()
                    .source();
            List<Map<String, @Nullable Object>> rows =
                    given.rows(session, new PredictRows(Projects.source(project, source)));
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            ArrayNode list = body.putArray("bets");
            rows.forEach(row -> list.add(MAPPER.<JsonNode>valueToTree(row)));
            body.put("bankroll", bankroll);
            JsonNode answer = ask(session, each -> each.score(body));
            for (JsonNode score : answer.path("scores")) {
                session.console()
                        .line("%s: chance %s, edge %s, stake %s"
                                .formatted(
                                        score.path("entity").asText(),
                                        percent(score.path("probability")),
                                        percent(score.path("edge")),
                                        score.at("/stake/amount").isNumber()
                                                ? score.at("/stake/amount").asText()
                                                : percent(score.at("/stake/fraction"))));
                score.path("reasons").forEach(reason -> session.console().line("  " + reason.asText()));
                score.path("warnings").forEach(warning -> session.console().line("  ! " + warning.asText()));
            }
            document(session, answer);
            return YES;
        }
    }

    /** {@code keelson bets performance}. */
    @Command(name = "performance", description = "Tell how settled bets did, with intervals.")
    static final class Performance extends KeelsonCommand {
        @Option(
                names = "--by",
                paramLabel = "NAMES",
                split = ",",
                description = "Up to three of all, odds_band, month, week, day and the columns of serve.bets.by (default: all).")
        List<String> by = new ArrayList<>();

        @Option(
                names = "--where",
                paramLabel = "NAME=VALUE",
                description = "Only bets of this group, such as sport=Tennis or odds_band=\"2 to 3\"; may be repeated.")
        Map<String, String> where = new LinkedHashMap<>();

        @Option(names = "--from", paramLabel = "TIME", description = "Placed at or after.")
        @Nullable String from;

        @Option(names = "--to", paramLabel = "TIME", description = "Placed before.")
        @Nullable String to;

        @Option(names = "--model", paramLabel = "MODEL", description = "Only bets that this model predicted, with the edge by its chance.")
        @Nullable String model;

        @Override
        int run(Session session) {
            Project project = session.project();
            List<String> names = new ArrayList<>(definition(project).by());
            names.addAll(List.of("odds_band", "month", "week", "day"));
            checkNames(where, names);
            Bets.Question question = new Bets.Question(
                    by.isEmpty() ? List.of("all") : by,
                    where,
                    Moments.orNull("--from", from, project.zone()),
                    Moments.orNull("--to", to, project.zone()),
                    model);
            Moments.checkOrder(question.from(), question.to());
            JsonNode answer = ask(session, bets -> bets.performance(question));
            List<String> header = new ArrayList<>();
            answer.path("by").forEach(name -> header.add(name.asText().toUpperCase(Locale.ROOT)));
            header.addAll(List.of("BETS", "WON", "EXPECTED", "STAKED", "PROFIT", "ROI", "FROM", "TO", "EDGE", "CLV", ""));
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode group : answer.path("groups")) {
                List<String> row = new ArrayList<>();
                group.path("group").forEach(value -> row.add(value.asText()));
                row.add(group.path("bets").asText());
                row.add(percent(group.path("win_rate")));
                row.add(percent(group.path("expected_win_rate")));
                row.add(String.format(Locale.ROOT, "%.2f", group.path("staked").asDouble()));
                row.add(String.format(Locale.ROOT, "%.2f", group.path("profit").asDouble()));
                for (String share : List.of("roi", "roi_lower", "roi_upper", "mean_edge", "clv")) {
                    row.add(percent(group.path(share)));
                }
                row.add(group.path("few").asBoolean() ? "few" : "");
                rows.add(row);
            }
            session.console().table(header, rows);
            session.console().note(answer.path("note").asText());
            document(session, answer);
            return YES;
        }
    }
}
