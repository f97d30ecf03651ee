package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.StudyRequest;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.RunPipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson tune}. */
@Command(
        name = "tune",
        description = "Search for better settings of a model, as its `tune` says; print them as YAML to paste.",
        footer = "Trials are judged by the model's own validation, before the test period. Stopped halfway, it goes on where it was.")
final class TuneCommand extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--trials", paramLabel = "N", description = "Settings to try at most (default: as the project file says).")
    @Nullable Integer trials;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description = "tpe, random, quasi_random or cma_es (default: as the project file says).")
    @Nullable String sampler;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the search (default: the model's).")
    @Nullable Long seed;

    @Option(names = "--fresh", description = "Run trials again that are kept from an earlier search.")
    boolean fresh;

    @Option(
            names = "--train",
            description = "Train and register the model with the best settings; the usual gates judge it.")
    boolean train;

    @Override
    int run(Session session) {
        Project project = session.project();
        ProgressLine progress = session.progress("tune");
        JsonNode result;
        try (LiveProject live = LiveProject.open(project, session.clock());
                Interruption _ = Interruption.saying(session, interrupted(live.served()))) {
            if (train && live.served()) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "With --train the project must not be served at the same time.",
                        "Maybe leave --train out, write the values into the project file, and train when the server has ended.");
            }
            result = live.tune(
                    new StudyRequest(model, trials, sampler, seed, fresh), (done, of) -> progress.at(done, of, model));
        }
        Console console = session.console();
        console.note(result.path("sentence").asText());
        JsonNode counts = result.path("counts");
        console.note("%d complete, %d pruned, %d failed; %d taken over from an earlier search."
                .formatted(
                        counts.path("complete").asInt(),
                        counts.path("pruned").asInt(),
                        counts.path("failed").asInt(),
                        counts.path("taken_over").asInt()));
        List<List<String>> rows = new ArrayList<>();
        result.path("importance")
                .forEach(each -> rows.add(List.of(
                        each.path("setting").asText(),
                        result.at("/best/settings").path(each.path("setting").asText()).asText("-"),
                        String.format(Locale.ROOT, "%.2f", each.path("share").asDouble()))));
        if (console.terminal()) {
            console.table(List.of("SETTING", "BEST", "IMPORTANCE"), rows);
        }
        console.line(result.path("yaml").asText().stripTrailing());
        ObjectNode document = Catalogued.object();
        result.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        if (train) {
            RunPipeline.Step step = RunPipeline.trainTuned(project, model, result.at("/best/settings"), session.clock());
            console.note("train: " + step.summary());
            document.put("trained", step.summary());
            console.note("The project file still has its own settings: write these into it, or the next `keelson run` trains those"
                    + " again.");
        } else {
            boolean better = result.at("/gain/lower").asDouble() > 0;
            console.note("%s Trials: `keelson runs list --parent %s`."
                    .formatted(
                            better
                                    ? "Next: write this into the project file, then `keelson run`; the gates judge it."
                                    : "These are the best settings found, should you want them all the same.",
                            result.path("run").asText().substring(0, 12)));
        }
        console.document(document);
        return YES;
    }

    private String interrupted(boolean served) {
        String again = "`keelson tune %s`".formatted(Texts.quoted(model));
        return served
                ? "Interrupted. The server goes on with the search: the same " + again
                        + " follows it again, DELETE /api/v1/studies/ID stops it."
                : "Interrupted. Trials that have ended are kept; the same " + again + " goes on from there.";
    }
}
