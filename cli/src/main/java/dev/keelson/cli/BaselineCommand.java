package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson baseline}. */
@Command(
        name = "baseline",
        description = "What drift is measured against: make, list, show, delete.",
        subcommands = {
            BaselineCommand.Create.class,
            BaselineCommand.Listing.class,
            BaselineCommand.Show.class,
            BaselineCommand.Delete.class
        })
final class BaselineCommand extends CommandGroup {
    private static JsonNode ask(Session session, Function<BaselineService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.baselines());
        }
    }

    private static void tell(Session session, JsonNode baseline) {
        session.console()
                .line("%s: %,d rows, events from %s to %s (%s); made %s by %s: %s"
                        .formatted(
                                baseline.path("id").asText(),
                                baseline.path("rows").asLong(),
                                baseline.path("from").asText(),
                                baseline.path("to").asText(),
                                baseline.path("origin").asText(),
                                baseline.path("at").asText(),
                                baseline.path("actor").asText(),
                                baseline.path("reason").asText()));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode column : baseline.path("columns")) {
            long all = column.path("rows").asLong();
            rows.add(List.of(
                    column.path("name").asText(),
                    Long.toString(all),
                    all == 0 ? "" : String.format(Locale.ROOT, "%.1f %%", 100.0 * column.path("missing").asLong() / all),
                    number(column.path("mean")),
                    number(column.path("sd")),
                    number(column.path("min")),
                    number(column.path("quantiles").path("0.05")),
                    number(column.path("quantiles").path("0.50")),
                    number(column.path("quantiles").path("0.95")),
                    number(column.path("max")),
                    categories(column, all - column.path("missing").asLong())));
        }
        session.console()
                .table(List.of("COLUMN", "ROWS", "MISSING", "MEAN", "SD", "MIN", "5 %", "MEDIAN", "95 %", "MAX", "CATEGORIES"), rows);
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? Texts.number(value.asDouble()) : "";
    }

    private static String categories(JsonNode column, long all) {
        List<String> told = new ArrayList<>();
        for (JsonNode each : column.path("categories")) {
            if (told.size() == 3) {
                told.add("…");
                break;
            }
            told.add(String.format(
                    Locale.ROOT, "%s %.0f %%", each.path("value").asText(), 100.0 * each.path("rows").asLong() / Math.max(1, all)));
        }
        return String.join(", ", told);
    }

    /** {@code keelson baseline create}. */
    @Command(name = "create", description = "Make the next baseline, and print what is known of each column.")
    static final class Create extends KeelsonCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "SOURCE",
                description =
                        "`training`, a period such as `last 30d`, or `dataset VERSION` (default: what the drift monitor of each model names).")
        @Nullable String source;

        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only, also one under `elsewhere` (default: of all that are watched).")
        @Nullable String model;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, kept with it.")
        String reason = "by hand";

        @Override
        int run(Session session) {
            Project project = session.project();
            List<String> models = model != null
                    ? List.of(LoggedModel.of(project, model).name())
                    : LoggedModel.all(project).stream()
                            .map(LoggedModel::name)
                            .filter(name -> Projects.drift(project, name).isPresent())
                            .toList();
            var document = Catalogued.object();
            var made = document.putArray("baselines");
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                for (String name : models) {
                    JsonNode answer = live.baselines()
                            .create(new BaselineService.Request(name, source, ModelsChange.actor(session), reason));
                    answer.path("baselines").forEach(each -> {
                        made.add(each);
                        tell(session, each);
                    });
                }
            }
            if (made.isEmpty()) {
                session.console().note("No drift monitor watches a model. Maybe name one: --model NAME.");
            }
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson baseline list}. */
    @Command(name = "list", description = "Baselines, newest first.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.list(model));
            List<List<String>> rows = new ArrayList<>();
            answer.path("baselines").forEach(each -> rows.add(List.of(
                    each.path("id").asText(),
                    each.path("model").asText(),
                    each.path("source").asText(),
                    each.path("rows").asText(),
                    each.path("from").asText(),
                    each.path("to").asText(),
                    each.path("at").asText(),
                    each.path("reason").asText())));
            if (rows.isEmpty()) {
                session.console().note("There is no baseline yet: the first drift check makes those that its monitor names.");
            }
            session.console().table(List.of("ID", "MODEL", "SOURCE", "ROWS", "FROM", "TO", "MADE", "WHY"), rows);
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson baseline show}. */
    @Command(name = "show", description = "A baseline, column by column.")
    static final class Show extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As `keelson baseline list` names it.")
        String id = "";

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.one(id));
            tell(session, answer);
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson baseline delete}. */
    @Command(name = "delete", description = "Delete the rows of a baseline; who did it, when and why stays.")
    static final class Delete extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "ID", description = "As `keelson baseline list` names it.")
        String id = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
        String reason = "by hand";

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.delete(id, ModelsChange.actor(session), reason));
            session.console().note("Deleted %s; the next check that needs one makes it anew.".formatted(id));
            session.console().document(answer);
            return YES;
        }
    }
}
