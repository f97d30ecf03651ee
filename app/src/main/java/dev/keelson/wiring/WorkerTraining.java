package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.ModelBundle;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingModeJson;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTableFile;
import dev.keelson.train.TrainingWatch;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trainings in a process of their own: a crash of native code or a lack of memory ends the training, and not the server that
 * asked for it. The process gets the rows, and the model that an update goes on from, and gives files back; whoever asked keeps
 * them, so that nothing is half kept. Safe for use by several threads.
 */
final class WorkerTraining implements TrainingPlace.Worker {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int TOLD = 2_000;

    private final Path project;
    private final Map<String, String> variables;
    private final Path scratch;
    private final int threads;
    private final long heapBytes;

    /**
     * @param project the project's file or folder
     * @param variables what the project file was read with
     * @param scratch folder for what passes between the processes
     * @param threads fits side by side in the other one
     * @param heapBytes most memory of its heap
     */
    WorkerTraining(
            Path project,
            Map<String, String> variables,
            Path scratch,
            int threads,
            long heapBytes) {
        this.project = project;
        this.variables = Map.copyOf(variables);
        this.scratch = scratch;
        this.threads = threads;
        this.heapBytes = heapBytes;
    }

    /**
     * Trains.
     *
     * @throws KeelsonException as {@link Training#run(TrainingRequest)}; WORKER_FAILED if the process ended otherwise
     * @throws CancellationException if the calling thread is interrupted, or what follows the training ends it; the process
     *     is ended
     */
    @Override
    public TrainingOutcome run(Training training, TrainingRequest request) {
        try {
            Files.createDirectories(scratch);
            Path folder = Files.createTempDirectory(scratch, "training-");
            try {
                write(request, training.shuffles(), folder);
                return read(request, folder, end(start(folder), folder, training.watch()), folder.resolve("said.txt"));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(TrainingRequest request, boolean shuffles, Path folder) throws IOException {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("project", project.toAbsolutePath().toString());
        json.put("model", request.definition().name());
        json.put("definition", DefinitionJson.canonical(request.definition()));
        json.put("as_of", request.asOf().toString());
        json.put("dataset_version", request.inputs().datasetVersion());
        json.put("feature_hash", request.inputs().featureHash());
        json.put("code_version", request.inputs().codeVersion());
        ObjectNode environment = json.putObject("environment");
        request.inputs().environment().forEach(environment::put);
        json.set("mode", TrainingModeJson.write(request.mode()));
        if (request.mode() instanceof TrainingMode.Update update) {
            TrainingWorker.write(ModelBundle.of(update.base()), folder.resolve(TrainingWorker.BASE));
        }
        json.put("threads", threads);
        json.put("shuffles", shuffles);
        Files.write(folder.resolve(TrainingWorker.REQUEST), MAPPER.writeValueAsBytes(json));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(TrainingWorker.ROWS)))) {
            TrainingTableFile.write(request.table(), out);
        }
    }

    private Process start(Path folder) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Xmx" + Math.max(heapBytes >> 20, 64) + "m");
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")); // native libraries are unpacked there
        command.add("-XX:ErrorFile=" + folder.resolve("crash.log"));
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(TrainingWorker.class.getName());
        command.add(folder.toString());
        ProcessBuilder process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said.txt").toFile());
        process.environment().putAll(variables);
        return process.start();
    }

    private static int end(Process process, Path folder, TrainingWatch watch) throws IOException {
        try {
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                tell(folder.resolve(TrainingWorker.FITS), watch);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("The training in %s was interrupted.".formatted(folder.getFileName()));
        } finally {
            if (process.isAlive()) {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    private static void tell(Path fits, TrainingWatch watch) throws IOException {
        if (Files.exists(fits)) {
            String[] counts = Files.readString(fits).split(" ", 2);
            watch.fits(Integer.parseInt(counts[0]), Integer.parseInt(counts[1]));
        }
    }

    private TrainingOutcome read(TrainingRequest request, Path folder, int code, Path said) throws IOException {
        Path outcome = folder.resolve(TrainingWorker.OUTCOME);
        if (code == 0 && Files.exists(outcome)) {
            return TrainingOutcome.fromJson(
                    MAPPER.readTree(Files.readAllBytes(outcome)), TrainingWorker.read(folder.resolve(TrainingWorker.BUNDLE)));
        }
        Path problems = folder.resolve(TrainingWorker.PROBLEMS);
        if (code == TrainingWorker.REFUSED && Files.exists(problems)) {
            List<Problem> all = new ArrayList<>();
            for (JsonNode entry : MAPPER.readTree(Files.readAllBytes(problems))) {
                all.add(Problem.of(
                        ErrorCode.valueOf(entry.path("code").asText()),
                        entry.path("message").asText(),
                        hint(entry)));
            }
            throw new KeelsonException(all, null);
        }
        throw failure(request, code, said);
    }

    private static @Nullable String hint(JsonNode entry) {
        return entry.path("hint").isNull() ? null : entry.path("hint").asText();
    }

    private KeelsonException failure(TrainingRequest request, int code, Path said) throws IOException {
        String model = request.definition().name();
        int rows = request.table().rows();
        int features = request.table().features().width();
        if (code == TrainingWorker.OUT_OF_MEMORY) {
            return new KeelsonException(
                    ErrorCode.WORKER_FAILED,
                    "The training of the model (%s) on %,d rows of %,d features needs more memory than its process has (%,d MB); nothing was registered."
                            .formatted(model, rows, features, heapBytes >> 20),
                    "Maybe start the server with more, such as `KEELSON_JAVA_OPTS=-Xmx%dg`.".formatted(Math.max(2, (heapBytes >> 30) * 2)));
        }
        String last = Files.exists(said) ? tail(Files.readString(said)) : "";
        String how = code > 128 ? "was ended by signal %d".formatted(code - 128) : "ended with code %d".formatted(code);
        return new KeelsonException(
                ErrorCode.WORKER_FAILED,
                "The process that trained the model (%s) %s; nothing was registered.%s"
                        .formatted(model, how, last.isEmpty() ? "" : " It said: " + last),
                code == 128 + 9
                        ? "Maybe the machine ran out of memory and ended it."
                        : "Maybe a native library crashed: `keelson doctor` looks at them.");
    }

    private static String tail(String text) {
        String flat = text.strip().replaceAll("\\s+", " ");
        return flat.length() <= TOLD ? flat : "... " + flat.substring(flat.length() - TOLD);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
