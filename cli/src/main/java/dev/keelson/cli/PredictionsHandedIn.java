package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.wiring.ProjectJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files of outcomes and of predictions made elsewhere. */
final class PredictionsHandedIn {
    private static final int ROWS_AT_ONCE = 1_000;
    private static final int MOST_TOLD = 20;

    private PredictionsHandedIn() {}

    /** {@code keelson predictions outcomes}. */
    @Command(
            name = "outcomes",
            description = {
                "Take what really happened: one outcome by --entity or --prediction, or many from a file: CSV, a JSON list, or a JSON object a line.",
                "Columns: model, entity or prediction_id, outcome, known_at (default: now). The same again changes nothing; another"
                        + " outcome of an entity corrects the one before."
            })
    static final class Outcomes extends KeelsonCommand {
        @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file.")
        @Nullable String file;

        @Option(names = "--model", paramLabel = "NAME", description = "The model of --entity.")
        @Nullable String model;

        @Option(names = "--entity", paramLabel = "KEY", description = "Whose outcome it is: the values of its key columns joined by |.")
        @Nullable String entity;

        @Option(names = "--prediction", paramLabel = "ID", description = "The prediction whose outcome it is.")
        @Nullable String prediction;

        @Option(names = "--outcome", paramLabel = "CLASS", description = "What happened: a class, or a number.")
        @Nullable String outcome;

        @Option(names = "--known-at", paramLabel = "INSTANT", description = "Since when it is known (default: now).")
        @Nullable String knownAt;

        /** The rows of the file, or the one that the options tell. */
        private RowFile asked(Session session) {
            boolean one = outcome != null || entity != null || prediction != null;
            String from = file;
            if (one == (from != null) || (one && outcome == null)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "Either a file of outcomes or one outcome was expected.",
                        "Maybe `keelson predictions outcomes --model NAME --entity KEY --outcome CLASS`.");
            }
            if (from != null) {
                return RowFile.read(session, from);
            }
            ObjectNode row = JsonNodeFactory.instance.objectNode().put("outcome", outcome);
            putIfSaid(row, "model", model);
            putIfSaid(row, "entity", entity);
            putIfSaid(row, "prediction_id", prediction);
            putIfSaid(row, "known_at", knownAt);
            return new RowFile("outcome", JsonNodeFactory.instance.arrayNode().add(row), List.of());
        }

        private static void putIfSaid(ObjectNode row, String name, @Nullable String value) {
            if (value != null) {
                row.put(name, value);
            }
        }

        @Override
        int run(Session session) {
            RowFile asked = asked(session);
            try (ProjectJournal journal = ProjectJournal.open(session.project(), session.clock())) {
                Console console = session.console();
                List<String> unmatched = new ArrayList<>();
                ObjectNode told = inParts(asked, part -> {
                    JsonNode answer = journal.outcomes(part);
                    answer.path("outcomes").forEach(each -> {
                        if (!each.path("matched").asBoolean() && unmatched.size() < MOST_TOLD) {
                            unmatched.add(each.path("reason").asText());
                        }
                    });
                    return answer;
                });
                unmatched.forEach(console::note);
                unmatched.forEach(told.putArray("reasons")::add);
                console.line("%d outcomes: %d matched a prediction, %d did not; %d corrected another, %d were known."
                        .formatted(
                                told.path("accepted").asInt(),
                                told.path("matched").asInt(),
                                told.path("unmatched").asInt(),
                                told.path("corrected").asInt(),
                                told.path("repeated").asInt()));
                console.document(told);
            }
            return YES;
        }
    }

    /** {@code keelson predictions submit}. */
    @Command(
            name = "submit",
            description = {
                "Take predictions of a model that others serve, one under `elsewhere` of the project file, from a file: CSV, a JSON list, or a"
                        + " JSON object a line.",
                "Columns: entity, probabilities.CLASS or value; if known id, at, event_time, as_of, version, segment, served, client, metadata,"
                        + " features.NAME, outcome, outcome_known_at. The same again changes nothing."
            })
    static final class Submit extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
        String model = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "The file.")
        String file = "";

        @Override
        int run(Session session) {
            try (ProjectJournal journal = ProjectJournal.open(session.project(), session.clock())) {
                ObjectNode told = inParts(RowFile.read(session, file), part -> journal.submit(model, part));
                told.remove("predictions");
                Console console = session.console();
                console.line("%d predictions of %s, %d of them known already."
                        .formatted(told.path("accepted").asInt(), model, told.path("repeated").asInt()));
                console.document(told);
            }
            return YES;
        }
    }

    /** Sends rows part by part and adds up the counts of the answers. */
    private static ObjectNode inParts(RowFile file, Function<JsonNode, JsonNode> send) {
        ArrayNode rows = file.rows();
        ObjectNode sum = JsonNodeFactory.instance.objectNode();
        for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
            ArrayNode part = JsonNodeFactory.instance.arrayNode();
            for (int i = from; i < Math.min(rows.size(), from + ROWS_AT_ONCE); i++) {
                part.add(rows.get(i));
            }
            JsonNode answer;
            try {
                answer = send.apply(part);
            } catch (KeelsonException e) {
                throw refused(file, from, e);
            }
            answer.properties().forEach(each -> {
                if (each.getValue().isIntegralNumber()) {
                    sum.put(each.getKey(), sum.path(each.getKey()).asLong() + each.getValue().asLong());
                }
            });
        }
        return sum;
    }

    private static KeelsonException refused(RowFile file, int from, KeelsonException e) {
        List<Problem> problems = new ArrayList<>(file.placed(e.problems(), from));
        if (from > 0) {
            problems.addFirst(Problem.of(
                    e.code(),
                    "The first %d rows of the file were taken, and those after them were not.".formatted(from),
                    "Maybe mend them and give the whole file again: what is known changes nothing."));
        }
        return new KeelsonException(problems, e);
    }
}
