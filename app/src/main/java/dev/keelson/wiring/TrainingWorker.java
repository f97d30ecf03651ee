package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.ModelBundle;
import dev.keelson.project.Project;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingModeJson;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.train.TrainingTableFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The process that {@link WorkerTraining} starts: it trains what lies in a folder and puts there what comes of it. It writes
 * nowhere else, and ends when the process that started it does.
 */
public final class TrainingWorker {
    static final String REQUEST = "request.json";
    static final String ROWS = "rows.bin";
    static final String OUTCOME = "outcome.json";
    static final String BUNDLE = "bundle";
    /** The model that an update goes on from. */
    static final String BASE = "base";
    static final String PROBLEMS = "problems.json";
    /** Fits that have ended, and all. */
    static final String FITS = "fits.txt";
    /** The training was refused, and {@link #PROBLEMS} says why. */
    static final int REFUSED = 1;
    /** What is left to do after an {@link OutOfMemoryError}, as the JVM does by itself with its option for that. */
    static final int OUT_OF_MEMORY = 3;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TrainingWorker() {}

    /**
     * Trains once.
     *
     * @param words the folder
     */
    public static void main(String[] words) throws IOException {
        Path folder = Path.of(words[0]);
        Thread.ofPlatform().daemon().name("keelson-parent").start(TrainingWorker::endWithTheParent);
        int code = 0;
        try {
            train(folder);
        } catch (KeelsonException e) {
            put(folder, PROBLEMS, MAPPER.writeValueAsBytes(problems(e)));
            code = REFUSED;
        } catch (OutOfMemoryError e) {
            code = OUT_OF_MEMORY;
        }
        System.exit(code);
    }

    /** The parent's end of the pipe closes when it ends, however it ends. */
    private static void endWithTheParent() {
        try {
            while (System.in.read() >= 0) {
                // nothing is said on it
            }
        } catch (IOException e) {
            // closed is closed
        }
        Runtime.getRuntime().halt(REFUSED);
    }

    private static void train(Path folder) throws IOException {
        JsonNode json = MAPPER.readTree(Files.readAllBytes(folder.resolve(REQUEST)));
        Project project = Projects.read(Path.of(json.path("project").asText()), System.getenv());
        JsonNode asked = MAPPER.readTree(json.path("definition").asText());
        ModelDefinition definition = Projects.model(project, json.path("model").asText())
                .withLearners(DefinitionJson.learners(asked))
                .ofRows(DefinitionJson.rows(asked));
        if (!DefinitionJson.canonical(definition).equals(json.path("definition").asText())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The project file defines the model (%s) otherwise than when its training began.".formatted(definition.name()),
                    "Maybe train again.");
        }
        TrainingTable table;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(folder.resolve(ROWS)))) {
            table = TrainingTableFile.read(in);
        }
        Map<String, String> environment = new TreeMap<>();
        json.path("environment").properties().forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
        TrainingRequest.Inputs inputs = TrainingRequest.Inputs.of(
                json.path("dataset_version").asText(),
                json.path("feature_hash").asText(),
                json.path("code_version").asText(),
                environment);
        Training training = new Training(
                Projects.learners(),
                json.path("threads").asInt(),
                json.path("shuffles").asBoolean(),
                (done, of) -> told(folder, done, of));
        TrainingMode mode = TrainingModeJson.read(
                json.path("mode"), definition.classes().size(), () -> base(folder).load(training.codecs()));
        TrainingRequest request =
                new TrainingRequest(definition, table, Instant.parse(json.path("as_of").asText()), inputs, mode);
        TrainingOutcome outcome = training.run(request);
        write(outcome.bundle(), folder.resolve(BUNDLE));
        put(folder, OUTCOME, MAPPER.writeValueAsBytes(outcome.toJson()));
    }

    private static ModelBundle base(Path folder) {
        try {
            return read(folder.resolve(BASE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of a model, in a folder that is made for them. */
    static void write(ModelBundle bundle, Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
            Path to = folder.resolve(file.getKey());
            Files.createDirectories(to.getParent());
            Files.write(to, file.getValue());
        }
    }

    /** What {@link #write} wrote. */
    static ModelBundle read(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return ModelBundle.of(files);
    }

    /** How far it is, for the parent to read. */
    private static synchronized void told(Path folder, int done, int of) {
        try {
            put(folder, FITS, (done + " " + of).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file that is there as a whole or not at all. */
    private static void put(Path folder, String name, byte[] bytes) throws IOException {
        Path half = folder.resolve(name + ".half");
        Files.write(half, bytes);
        Files.move(half, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static ArrayNode problems(KeelsonException failure) {
        ArrayNode problems = JsonNodeFactory.instance.arrayNode();
        for (Problem problem : failure.problems()) {
            ObjectNode entry = problems.addObject();
            entry.put("code", problem.code().name());
            entry.put("message", problem.toString().lines().findFirst().orElse(""));
            entry.put("hint", problem.hint());
        }
        return problems;
    }
}
