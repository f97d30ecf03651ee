package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.GenerationRequest;
import dev.keelson.wiring.LiveProject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson features generate}. */
@Command(
        name = "generate",
        description = "Try windows, aggregates and products for a model; print those that surely help as YAML to paste.",
        footer = "Nested folds before the test period choose; the test period is looked at once, and decides nothing. Stopped halfway,"
                + " it goes on where it was.")
final class FeaturesGenerate extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--budget", paramLabel = "N", description = "Candidates to try (default: ${DEFAULT-VALUE}).")
    int budget = GenerationRequest.BUDGET;

    @Option(names = "--seed", paramLabel = "N", description = "Reaches everything random (default: ${DEFAULT-VALUE}).")
    long seed = GenerationRequest.SEED;

    @Override
    int run(Session session) {
        ProgressLine progress = session.progress("generate");
        JsonNode result;
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            result = live.generateFeatures(
                    new GenerationRequest(model, budget, seed), (done, of) -> progress.at(done, of, model));
        }
        Console console = session.console();
        console.note(result.path("sentence").asText());
        List<List<String>> rows = new ArrayList<>();
        result.path("chosen").forEach(choice -> rows.add(row(choice)));
        if (console.terminal() && !rows.isEmpty()) {
            console.table(List.of("CANDIDATE", "SAVES", "FROM", "TO", "NOISE SAVES"), rows);
        }
        JsonNode refused = result.path("best_refused");
        if (refused.isObject()) {
            console.note("The best that was refused: %s, saves %s; its bound is %s, noise saves %s."
                    .formatted(
                            refused.path("name").asText(),
                            number(refused.path("inner_gain").path("estimate")),
                            number(refused.path("lower_bound")),
                            number(refused.path("noise_gain"))));
        }
        String yaml = result.path("yaml").asText();
        if (!yaml.isEmpty()) {
            console.line(yaml.stripTrailing());
        }
        ObjectNode document = Catalogued.object();
        result.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        console.document(document);
        return YES;
    }

    private static List<String> row(JsonNode choice) {
        JsonNode gain = choice.path("inner_gain");
        return List.of(
                choice.path("name").asText(),
                number(gain.path("estimate")),
                number(gain.path("lower")),
                number(gain.path("upper")),
                number(choice.path("noise_gain")));
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.5f", value.doubleValue()) : "-";
    }
}
