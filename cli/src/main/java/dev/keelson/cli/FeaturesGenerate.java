package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.train.FeatureSearch;
import dev.keelson.wiring.FeatureGeneration;
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
        footer = "Nested folds before the test period choose; the test period is looked at once, and decides nothing.")
final class FeaturesGenerate extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--budget", paramLabel = "N", description = "Candidates to try (default: ${DEFAULT-VALUE}).")
    int budget = 60;

    @Option(names = "--seed", paramLabel = "N", description = "Reaches everything random (default: ${DEFAULT-VALUE}).")
    long seed = 42;

    @Override
    int run(Session session) {
        Project project = session.project();
        FeatureGeneration.Generated generated =
                FeatureGeneration.run(project, model, budget, seed, session.clock());
        FeatureSearch.Result result = generated.result();
        Console console = session.console();
        console.note(result.sentence());
        List<List<String>> rows = new ArrayList<>();
        result.choices().forEach(choice -> rows.add(row(choice)));
        FeatureSearch.Choice refused = result.bestRefused();
        if (console.terminal() && !rows.isEmpty()) {
            console.table(List.of("CANDIDATE", "SAVES", "FROM", "TO", "NOISE SAVES"), rows);
        }
        if (refused != null) {
            console.note("The best that was refused: %s, saves %s; its bound is %s, noise saves %s."
                    .formatted(
                            refused.candidate().name(),
                            number(refused.gain().estimate()),
                            number(refused.lower()),
                            number(refused.noise())));
        }
        if (!generated.yaml().isEmpty()) {
            console.line(generated.yaml().stripTrailing());
        }
        ObjectNode document = result.toJson();
        document.put("budget", budget);
        document.put("seed", seed);
        document.put("yaml", generated.yaml());
        console.document(document);
        return YES;
    }

    private static List<String> row(FeatureSearch.Choice choice) {
        return List.of(
                choice.candidate().name(),
                number(choice.gain().estimate()),
                number(choice.gain().lower()),
                number(choice.gain().upper()),
                number(choice.noise()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.5f", value);
    }
}
