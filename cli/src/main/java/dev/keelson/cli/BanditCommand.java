package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Bandits;
import dev.keelson.project.Project;
import dev.keelson.train.BanditDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson bandit}. */
@Command(
        name = "bandit",
        description = "Policies that size stakes: learn, judge, promote, roll back, decide.",
        subcommands = {
            BanditCommand.Listing.class,
            BanditCommand.Show.class,
            BanditCommand.Train.class,
            BanditCommand.Evaluate.class,
            BanditCommand.Promote.class,
            BanditCommand.Rollback.class,
            BanditCommand.Decide.class,
            BanditCommand.Reward.class
        })
final class BanditCommand extends CommandGroup {

    private static JsonNode ask(Session session, Function<Bandits, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.bandits());
        }
    }

    private static String number(JsonNode node) {
        return node.isNumber() ? Texts.number(node.asDouble()) : "";
    }

    private static String small(JsonNode node) {
        if (!node.isNumber()) {
            return "none";
        }
        double value = node.asDouble();
        return value != 0 && Math.abs(value) < 0.001
                ? String.format(Locale.ROOT, "%.2e", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String listed(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return String.join(" ", texts);
    }

    /** {@code keelson bandit list}. */
    @Command(name = "list", description = "List the bandits and what decides.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            JsonNode answer = ask(session, Bandits::list);
            List<List<String>> rows = new ArrayList<>();
            answer.path("bandits")
                    .forEach(each -> rows.add(List.of(
                            each.path("name").asText(),
                            each.path("algorithm").asText(),
                            listed(each.path("actions")),
                            each.path("champion").isNumber() ? "v" + each.path("champion").asInt() : "",
                            each.path("versions").asText(),
                            each.path("decisions").asText(),
                            each.path("rewards").asText())));
            session.console()
                    .table(
                            List.of("BANDIT", "ALGORITHM", "ACTIONS", "CHAMPION", "VERSIONS", "DECISIONS", "REWARDS"), rows);
            session.console().document(answer);
            return YES;
        }
    }

    /** A command about one bandit. */
    abstract static class OfOne extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "BANDIT", description = "Its name.")
        String bandit = "";

        /** What was learnt, and how it was judged. */
        static void tell(Session session, JsonNode answer) {
            Console console = session.console();
            JsonNode evaluation = answer.path("evaluation");
            List<List<String>> rows = new ArrayList<>();
            evaluation.path("estimates").properties().forEach(field -> {
                JsonNode each = field.getValue();
                rows.add(List.of(
                        field.getKey() + (field.getKey().equals(evaluation.path("judge").asText()) ? " *" : ""),
                        small(each.at("/candidate/estimate")),
                        small(each.at("/current/estimate")),
                        small(each.at("/difference/estimate")),
                        small(each.at("/difference/lower")),
                        small(each.at("/difference/upper")),
                        small(each.path("lower_bound"))));
            });
            console.table(
                    List.of("ESTIMATE", "POLICY", "CURRENT", "DIFFERENCE", "LOWER", "UPPER", "LOWER BOUND"), rows);
            JsonNode overlap = evaluation.path("overlap");
            console.note(String.format(
                    Locale.ROOT,
                    "Judged by %d decisions of %d days from %s to %s against: %s; worth %.0f of its own; greatest weight %.3g, mean %.3f,"
                            + " %.1f %% clipped. * decides.",
                    overlap.path("rows").asInt(),
                    overlap.path("clusters").asInt(),
                    date(answer.path("judged_from")),
                    date(answer.path("judged_to")),
                    answer.path("current").asText(),
                    overlap.path("effective_rows").asDouble(),
                    overlap.path("max_weight").asDouble(),
                    overlap.path("mean_weight").asDouble(),
                    100 * overlap.path("clipped").asDouble()));
            if (answer.path("log").asText().equals("simulated")) {
                console.note("The log is simulated: actions drawn evenly for the bets of the past, which pay by the stake.");
            }
            console.line(answer.path("sentence").asText());
            session.console().document(answer);
        }

        private static String date(JsonNode instant) {
            String text = instant.asText();
            return text.length() > 10 ? text.substring(0, 10) : text;
        }
    }

    /** {@code keelson bandit show}. */
    @Command(name = "show", description = "Show a bandit: its versions, and what was decided about them.")
    static final class Show extends OfOne {
        @Override
        int run(Session session) {
            JsonNode answer = ask(session, bandits -> bandits.show(bandit));
            List<List<String>> versions = new ArrayList<>();
            answer.path("versions")
                    .forEach(each -> versions.add(List.of(
                            "v" + each.path("version").asInt(),
                            each.path("version").equals(answer.path("champion")) ? "champion" : "",
                            each.path("verdict").asText(""),
                            each.path("trained_to").asText(),
                            number(each.at("/metrics/doubly_robust_difference")),
                            number(each.at("/metrics/doubly_robust_lower_bound")),
                            each.path("run_id").asText().substring(0, 12))));
            session.console()
                    .table(
                            List.of("VERSION", "ROLE", "VERDICT", "TRAINED TO", "DIFFERENCE", "LOWER BOUND", "RUN"),
                            versions);
            List<List<String>> audit = new ArrayList<>();
            answer.path("audit")
                    .forEach(each -> audit.add(List.of(
                            each.path("at").asText(),
                            each.path("action").asText(),
                            each.path("version").isNumber() ? "v" + each.path("version").asInt() : "",
                            each.path("actor").asText(),
                            each.path("reason").asText())));
            if (session.console().terminal() && !audit.isEmpty()) {
                session.console().line("");
                session.console().table(List.of("WHEN", "WHAT", "VERSION", "WHO", "WHY"), audit);
            }
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson bandit train}. */
    @Command(
            name = "train",
            description = "Learn a policy, judge it and register it; exit code 1 when it does not beat the current one.")
    static final class Train extends OfOne {
        @Option(names = "--promote", description = "Let it decide at once if it beats the current policy.")
        boolean promote;

        @Override
        int run(Session session) {
            JsonNode answer = ask(
                    session,
                    bandits -> bandits.train(
                            bandit, new Bandits.Training(promote, ModelsChange.actor(session))));
            tell(session, answer);
            return answer.at("/evaluation/better").asBoolean() ? YES : NO;
        }
    }

    /** {@code keelson bandit evaluate}. */
    @Command(
            name = "evaluate",
            description = "Judge a version on the decisions as they are now; exit code 1 when it does not beat the current one.")
    static final class Evaluate extends OfOne {
        @Option(names = "--version", paramLabel = "N", description = "The version (default: the newest).")
        @Nullable Integer version;

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, bandits -> bandits.evaluate(bandit, version));
            tell(session, answer);
            return answer.at("/evaluation/better").asBoolean() ? YES : NO;
        }
    }

    /** {@code keelson bandit promote}. */
    @Command(name = "promote", description = "Let a version decide; exit code 1 when it does not beat the current one.")
    static final class Promote extends ModelsChange {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VERSION",
                description = "Its number (3 or v3), latest, a stage or an alias; none where MODEL is a reference: models:/bandit/NAME/3.")
        @Nullable String version;

        @Override
        int run(Session session) {
            NamedVersion named = NamedVersion.ofBandit(session.project(), model, version);
            int number = named.number();
            String why = reason(session);
            JsonNode answer = ask(session, bandits -> bandits.promote(named.model(), number, actor(session), why));
            session.console().line("%s v%d decides now.".formatted(named.model(), number));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson bandit rollback}. */
    @Command(name = "rollback", description = "Let the version decide again that decided before the champion.")
    static final class Rollback extends ModelsChange {
        @Override
        int run(Session session) {
            String why = reason(session);
            JsonNode answer = ask(session, bandits -> bandits.rollback(model, actor(session), why));
            session.console().line("%s v%d decides now.".formatted(model, answer.path("version").asInt()));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson bandit decide}. */
    @Command(name = "decide", description = "Decide about an event; the decision is logged with its propensity.")
    static final class Decide extends OfOne {
        @Option(names = "--event", paramLabel = "ID", description = "What is decided about (default: the key in the row).")
        @Nullable String event;

        @Option(
                names = "--row",
                paramLabel = "COL=VALUE",
                required = true,
                description = "A column of the row; may be repeated.")
        List<String> cells = new ArrayList<>();

        @Override
        int run(Session session) {
            Project project = session.project();
            BanditDefinition definition = project.bandit(bandit);
            Map<String, @Nullable Object> row =
                    new PredictRows(Projects.source(project, definition.source())).cells(cells);
            JsonNode answer = ask(session, bandits -> bandits.decide(bandit, event, row));
            session.console()
                    .line(String.format(
                            Locale.ROOT,
                            "%s: %s of the Kelly stake, %.4f of the bank; propensity %.4f; decision %s%s",
                            answer.path("event").asText(),
                            answer.path("action").asText(),
                            answer.path("stake").asDouble(),
                            answer.path("propensity").asDouble(),
                            answer.path("id").asText(),
                            answer.path("repeated").asBoolean() ? " (decided before)" : ""));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson bandit reward}. */
    @Command(name = "reward", description = "Say what came of a decision.")
    static final class Reward extends OfOne {
        @Parameters(index = "1", paramLabel = "DECISION", description = "Its id.")
        String decision = "";

        @Option(
                names = "--profit",
                paramLabel = "P",
                required = true,
                description = "What a stake of 1 brought: -1 when it was lost, odds - 1 when it was won.")
        double profit;

        @Option(names = "--correct", description = "Take the place of another profit that was told; both stay in the log.")
        boolean correct;

        @Override
        int run(Session session) {
            if (!Double.isFinite(profit)) {
                throw new KeelsonException(ErrorCode.USAGE, "The profit (%s) is no number.".formatted(profit), null);
            }
            JsonNode answer = ask(session, bandits -> bandits.reward(bandit, decision, profit, correct));
            session.console().line("Logged: reward %s.".formatted(small(answer.path("reward"))));
            session.console().document(answer);
            return YES;
        }
    }
}
