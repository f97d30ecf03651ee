package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.metrics.Auc;
import dev.keelson.metrics.LogLoss;
import dev.keelson.train.HoldoutForecast;
import dev.keelson.train.LearnerPresets;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.wiring.Projects;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A preset within a time limit on generated rows of two classes and 45 features, of which 20 matter: lines, steps, kinks
 * and products, of normal, skewed, heavy-tailed and whole numbers, a twentieth missing. The last fifth is the test, which
 * no choice sees. {@code --out FOLDER} writes the rows as {@code train.csv} and {@code test.csv} for a peer.
 */
public final class AutoMlBenchmark implements Task {
    private static final int FEATURES = 45;
    private static final double SPREAD = 1.24;
    private static final double MISSING = 0.05;
    private static final long MINUTE = 60_000_000L;
    private static final List<String> CLASSES = List.of("no", "yes");

    /** Rows, their labels and the probabilities they were drawn with. */
    private record Rows(double[][] columns, int[] labels, double[] truth) {}

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 50_000);
        int seconds = arguments.number("seconds", 300);
        int threads = arguments.number("threads", 2);
        String preset = arguments.text("preset", LearnerPresets.BEST);
        Rows drawn = rows(rows, arguments.number("seed", 11));
        int test = rows / 5;
        String folder = arguments.text("out", "");
        if (!folder.isEmpty()) {
            write(Path.of(folder).resolve("train.csv"), drawn, 0, rows - test);
            write(Path.of(folder).resolve("test.csv"), drawn, rows - test, rows);
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("preset", preset);
        node.put("rows", rows);
        node.put("features", FEATURES);
        node.put("threads", threads);
        node.put("limit_seconds", seconds);
        int[] last = Arrays.copyOfRange(drawn.labels(), rows - test, rows);
        score(node.putObject("ceiling"), both(Arrays.copyOfRange(drawn.truth(), rows - test, rows)), last);
        if (preset.equals("none")) { // the rows alone, for the peer
            return node;
        }
        long start = System.nanoTime();
        TrainingOutcome outcome = new Training(Projects.learners(), threads).run(request(drawn, test, preset, seconds));
        node.put("seconds", (System.nanoTime() - start) / 1e9);
        node.put("members_reached", outcome.parameters().members());
        HoldoutForecast told = Objects.requireNonNull(outcome.test());
        score(node.putObject("test"), told.probabilities(), told.labels());
        return node;
    }

    private static void score(ObjectNode node, double[] p, int[] labels) {
        double[] yes = IntStream.range(0, labels.length).mapToDouble(i -> p[2 * i + 1]).toArray();
        boolean[] positive = new boolean[labels.length];
        for (int i = 0; i < labels.length; i++) {
            positive[i] = labels[i] == 1;
        }
        node.put("auc", Auc.binary(yes, positive).orElseThrow());
        node.put("log_loss", LogLoss.of(p, 2, labels));
    }

    private static double[] both(double[] yes) {
        double[] p = new double[2 * yes.length];
        for (int i = 0; i < yes.length; i++) {
            p[2 * i] = 1 - yes[i];
            p[2 * i + 1] = yes[i];
        }
        return p;
    }

    private static TrainingRequest request(Rows drawn, int test, String preset, int seconds) {
        int rows = drawn.labels().length;
        Set<String> available = Projects.learners().stream().map(each -> each.name()).collect(Collectors.toSet());
        available.remove("mlp"); // an optional plugin: the same members on every machine
        List<ModelDefinition.LearnerDefinition> learners = LearnerPresets.of(preset, false, available);
        ModelDefinition definition = ModelDefinition.builder("automl", LabelDefinition.ofColumn("rows", "label", CLASSES, Duration.ZERO))
                .learners(learners)
                .folding(new ModelDefinition.Folding(ModelDefinition.Folding.Kind.KFOLD, 2, 1, null))
                .test(Duration.ofMinutes(test))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .baselines(List.of(new ModelDefinition.Baseline.Frequencies()))
                .seed(42)
                .build()
                .withTimeLimit(learners.getFirst().members().isEmpty() ? null : Duration.ofSeconds(seconds));
        long[] times = IntStream.range(0, rows).mapToLong(i -> i * MINUTE).toArray();
        TrainingTable table = new TrainingTable(
                new FeatureMatrix(names(), drawn.columns(), rows),
                drawn.labels(),
                times,
                times,
                IntStream.range(0, rows).map(i -> i / 1440).toArray(),
                null,
                Map.of(),
                IntStream.range(0, rows).mapToObj(i -> "r" + i).toList());
        return new TrainingRequest(
                definition,
                table,
                Instant.EPOCH.plus(Duration.ofMinutes(rows)),
                TrainingRequest.Inputs.of("benchmark", "benchmark", "benchmark", Map.of()),
                new TrainingMode.Full());
    }

    private static List<String> names() {
        return IntStream.range(0, FEATURES).mapToObj(j -> "f" + j).toList();
    }

    private static Rows rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[FEATURES][n];
        double[] scores = new double[n];
        double[] x = new double[FEATURES];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < FEATURES; j++) {
                double z = random.nextGaussian();
                x[j] = z;
                columns[j][i] = random.nextDouble() < MISSING ? Double.NaN : shaped(z, j % 5);
            }
            scores[i] = score(x);
        }
        double mean = Arrays.stream(scores).average().orElseThrow();
        double sd = Math.sqrt(Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).sum() / n);
        double[] truth = Arrays.stream(scores)
                .map(s -> 1 / (1 + Math.exp(-SPREAD * (s - mean) / sd)))
                .toArray();
        int[] labels = Arrays.stream(truth).mapToInt(p -> random.nextDouble() < p ? 1 : 0).toArray();
        return new Rows(columns, labels, truth);
    }

    private static double shaped(double z, int shape) {
        return switch (shape) {
            case 0 -> z;
            case 1 -> Math.exp(z);
            case 2 -> z * z * z;
            case 3 -> Math.floor(2 * z);
            default -> Math.tanh(z);
        };
    }

    private static double score(double[] x) {
        double score = 0;
        for (int j = 0; j < 8; j++) {
            score += (j % 2 == 0 ? 0.5 : -0.35) * x[j] / (1 + j / 4.0);
        }
        score += 0.6 * (x[8] > 0.5 ? 1 : 0) - 0.5 * (x[9] < -0.3 ? 1 : 0);
        score += 0.4 * Math.abs(x[10]) - 0.3 * Math.max(0, x[11] - x[12]);
        score += 0.5 * x[13] * x[14] + 0.4 * x[15] * (x[16] > 0 ? 1 : -1);
        score += 0.5 * Math.sin(2 * x[17]) + 0.3 * Math.tanh(x[18]) * x[19];
        return score;
    }

    private static void write(Path file, Rows drawn, int from, int to) throws IOException {
        @Nullable Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        List<String> header = new ArrayList<>(names());
        header.add("label");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(String.join(",", header) + "\n");
            for (int i = from; i < to; i++) {
                StringBuilder line = new StringBuilder();
                for (double[] column : drawn.columns()) {
                    line.append(Double.isNaN(column[i]) ? "" : String.format(Locale.ROOT, "%.9g", column[i])).append(',');
                }
                out.write(line.append(CLASSES.get(drawn.labels()[i])).append('\n').toString());
            }
        }
    }
}
