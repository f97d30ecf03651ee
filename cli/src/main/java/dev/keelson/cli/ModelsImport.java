package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelImport;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models import}. */
@Command(
        name = "import",
        description = {
            "Register a model that was trained elsewhere, once it predicts the sample rows as expected.",
            "It serves when it is promoted."
        })
final class ModelsImport extends KeelsonCommand {
    private static final long MOST_BYTES = 256L << 20;

    @Parameters(paramLabel = "FILE", description = "Its file: .onnx, .ubj or .json of XGBoost, .txt of LightGBM, .cbm of CatBoost.")
    String file = "";

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model of the project that it is a version of.")
    String model = "";

    @Option(names = "--samples", required = true, paramLabel = "CSV", description = "Rows to verify it on: a column for each feature.")
    String samples = "";

    @Option(
            names = "--expected",
            paramLabel = "CSV",
            description = "What it told of these rows where it was trained: a column for each class, or value.")
    @Nullable String expected;

    @Option(
            names = "--inputs",
            split = ",",
            paramLabel = "FEATURE",
            description = "Features in the order of the file's columns, or NAME=FEATURE for those of another name.")
    List<String> inputs = new ArrayList<>();

    @Option(
            names = "--classes",
            split = ",",
            paramLabel = "CLASS",
            description = "The model's classes in the order in which the file tells them.")
    List<String> classes = new ArrayList<>();

    @Option(names = "--output", paramLabel = "NAME", description = "The file's output, when it has several of numbers.")
    @Nullable String output;

    @Option(
            names = "--link",
            paramLabel = "LINK",
            description = "From the file's numbers to probabilities: none (default), logistic or softmax.")
    String link = FileLink.NONE.id();

    @Option(
            names = "--tolerance",
            paramLabel = "NUMBER",
            description = "How far a prediction may be from the expected one; default: 1e-5.")
    double tolerance = ModelImport.TOLERANCE;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    @Nullable String reason;

    @Override
    int run(Session session) {
        Project project = session.project();
        Projects.model(project, model);
        ModelImport request = request(session);
        ModelImport.Outcome outcome;
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            outcome = live.importModel(model, request);
        }
        Double worst = outcome.worst();
        String verified = worst == null
                ? "it predicts %d sample rows; with nothing expected, they were compared with nothing".formatted(outcome.rows())
                : String.format(
                        Locale.ROOT,
                        "it predicts %d sample rows as expected, to %.1e",
                        outcome.rows(),
                        worst);
        Console console = session.console();
        console.line("%s is registered: %s.".formatted(outcome.version().label(), verified));
        console.note("It does not serve yet. `%s` lets it serve."
                .formatted(session.withOptions("keelson models promote %s %d".formatted(model, outcome.version().version()))));
        ObjectNode document = Catalogued.object();
        document.set("version", Catalogued.version(outcome.version()));
        document.put("format", outcome.format());
        document.put("holds", outcome.holds());
        document.put("verified_rows", outcome.rows());
        document.put("verified_difference", worst);
        console.document(document);
        return YES;
    }

    private ModelImport request(Session session) {
        Path path = session.path(file);
        String why = reason == null || reason.isBlank() ? "Imported from %s.".formatted(path.getFileName()) : reason.strip();
        try {
            return new ModelImport(
                    String.valueOf(path.getFileName()),
                    bytes(session, file),
                    text(session, samples),
                    expected == null ? null : text(session, expected),
                    inputs.stream().map(String::strip).toList(),
                    classes.stream().map(String::strip).toList(),
                    output,
                    FileLink.of(link),
                    tolerance,
                    ModelsChange.actor(session),
                    why);
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.USAGE, String.valueOf(e.getMessage()), null, e);
        }
    }

    private static String text(Session session, String name) {
        return new String(bytes(session, name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Session session, String name) {
        Path path = session.path(name);
        String shown = session.shown(path);
        try {
            if (Files.isRegularFile(path) && Files.size(path) > MOST_BYTES) {
                throw new KeelsonException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "The file (%s) has %d bytes; at most %d are expected.".formatted(shown, Files.size(path), MOST_BYTES),
                        null);
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND,
                    "There is no file (%s).".formatted(shown),
                    "Maybe the path is relative to another folder.",
                    e);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    e instanceof AccessDeniedException
                            ? "The file (%s) cannot be read: you may not read it.".formatted(shown)
                            : "The file (%s) cannot be read: %s.".formatted(shown, e.getMessage()),
                    null,
                    e);
        }
    }
}
