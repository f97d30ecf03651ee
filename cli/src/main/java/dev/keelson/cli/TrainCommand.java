package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.ModelTraining.Kind;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson train}. */
@Command(
        name = "train",
        description = "Train one model on the data as loaded, or let its champion go on learning; exit code 1 when that is refused.",
        footer = {
            "What is trained becomes the challenger, or the champion where there is none.",
            "An update that is worse on old rows than `update: { margin: ... }` allows is refused.",
            "Before it the data gates and drift are looked at, as `before_training` of the model says."
        })
final class TrainCommand extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--update", description = "Go on from the champion with recent rows.")
    boolean update;

    @Option(names = "--reinforce", description = "Go on from the champion; its recent confident mistakes weigh more.")
    boolean reinforce;

    @Option(names = "--mode", paramLabel = "MODE", description = "With --update: continue, or refit for leaves alone.")
    @Nullable String mode;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "With --update or --reinforce: further trees, epochs or steps.")
    @Nullable Integer rounds;

    @Option(names = "--learning-rate", paramLabel = "RATE", description = "With --update or --reinforce: of these.")
    @Nullable Double learningRate;

    @Option(
            names = "--learner",
            paramLabel = "NAME",
            description = "A learner, with its defaults, in place of the model's.")
    @Nullable String learner;

    @Option(
            names = "--rows",
            paramLabel = "EXPR",
            description = "Train on the rows that meet a condition over columns known beforehand and the model's features.")
    @Nullable String rows;

    @Option(names = "--min-rows", paramLabel = "N", description = "Rows with known labels that there must be (default: 1).")
    int minRows = 1;

    @Option(names = "--promote", description = "Let it serve at once when its policy is met; exit code 1 when it is not.")
    boolean promote;

    @Override
    int run(Session session) {
        Project project = session.project();
        Projects.model(project, model);
        ModelTraining request = request(session);
        long start = System.nanoTime();
        JsonNode result;
        try (LiveProject live = LiveProject.open(project, session.clock());
                Interruption _ = Interruption.saying(session, "Interrupted. Nothing was registered.")) {
            result = live.train(request);
        }
        Console console = session.console();
        console.line(result.path("sentence").asText());
        if (result.path("gates").asText().equals("failed")) {
            console.note("The data failed their gates; `keelson data check` tells which.");
        }
        if (result.path("drift").asText().equals("alarm")) {
            console.note("The rows that the champion had not seen drifted; the run's before-training.json tells which columns.");
        }
        if (result.path("leaks").asText().equals("signs")) {
            console.note("The rows may tell what nobody could know beforehand. " + result.path("leak_signs").asText());
        }
        if (result.path("promoted").asBoolean()) {
            console.note("It serves.");
        } else if (promote) {
            console.note("It does not serve; `keelson models check %s %d` tells why."
                    .formatted(model, result.path("version").asInt()));
        }
        ObjectNode document = Catalogued.object();
        result.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        document.put("seconds", Texts.seconds(start));
        console.document(document);
        boolean refused = promote && !result.path("promoted").asBoolean();
        return refused || result.path("status").asText().equals("forgets") ? NO : YES;
    }

    private ModelTraining request(Session session) {
        if (update && reinforce) {
            throw usage("--update and --reinforce exclude each other.");
        }
        ContinuationMode wanted = null;
        if (mode != null) {
            try {
                wanted = ContinuationMode.valueOf(mode.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "The mode (%s) must be continue or refit.".formatted(mode), null, e);
            }
        }
        try {
            return new ModelTraining(
                    model,
                    update ? Kind.UPDATE : reinforce ? Kind.REINFORCE : Kind.FULL,
                    learner,
                    rows,
                    wanted,
                    rounds,
                    learningRate,
                    minRows,
                    promote,
                    ModelsChange.actor(session));
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.USAGE, String.valueOf(e.getMessage()), null, e);
        }
    }

    private static KeelsonException usage(String message) {
        return new KeelsonException(ErrorCode.USAGE, message, null);
    }
}
