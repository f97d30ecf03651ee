package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.train.LearnerPresets;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole trainings, each learner and the presets among them: the same bytes each time, wherever they run. */
final class SameBytesIT {
    private static final int ROWS = 240;
    private static final long HOUR = 3_600_000_000L;

    /** Prints what a training of the named learner or preset gives: run by a process of its own. */
    public static void main(String[] words) {
        System.out.println(trained(words[0], Integer.parseInt(words[1])));
    }

    @Test
    void presetBestGivesTheSameBytesInTenRuns() {
        Set<String> seen = new LinkedHashSet<>();

        for (int run = 0; run < 10; run++) {
            seen.add(trained(LearnerPresets.BEST, 1 + run % 2));
        }

        assertThat(seen).hasSize(1);
    }

    @Test
    void anotherProcessGivesTheSameBytes() throws Exception {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SameBytesIT.class.getName(),
                        LearnerPresets.BEST,
                        "2")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String told = new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(worker.waitFor()).isZero();
        assertThat(told.strip()).endsWith(trained(LearnerPresets.BEST, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xgboost", "lightgbm", "random_forest", "logistic", "baseline", "fast", "n1v1"})
    void threadsDoNotChangeTheBytes(String learner) {
        assertThat(trained(learner, 1)).isEqualTo(trained(learner, 2)).isEqualTo(trained(learner, 2));
    }

    /** Hashes of the model's files, and every metric to the last digit. */
    private static String trained(String learner, int threads) {
        Set<String> withoutPlugins = Set.of("xgboost", "lightgbm", "random_forest", "logistic", "baseline");
        List<LearnerDefinition> learners = LearnerPresets.NAMES.contains(learner)
                ? LearnerPresets.of(learner, false, withoutPlugins)
                : List.of(new LearnerDefinition(learner, Map.of()));
        ModelDefinition definition = ModelDefinition.builder("same", LabelDefinition.ofColumn("rows", "label", List.of("no", "yes"), Duration.ZERO))
                .learners(learners)
                .folding(ModelDefinition.Folding.walkForward(2))
                .test(Duration.ofHours(ROWS / 5))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .baselines(List.of(new ModelDefinition.Baseline.Frequencies()))
                .seed(42)
                .build();
        TrainingOutcome outcome = new Training(Projects.learners(), threads)
                .run(new TrainingRequest(
                        definition,
                        table(),
                        Instant.EPOCH.plus(Duration.ofHours(ROWS)),
                        TrainingRequest.Inputs.of("rows", "features", "code", Map.of()),
                        new TrainingMode.Full()));
        return outcome.bundle().sha256() + " " + outcome.metrics();
    }

    private static TrainingTable table() {
        Random random = new Random(3);
        double[][] columns = new double[4][ROWS];
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(20) == 0 ? Double.NaN : random.nextGaussian();
            }
            double score = 1.5 * random.nextGaussian() + (Double.isNaN(columns[0][i]) ? 0 : columns[0][i]);
            labels[i] = score > 0 ? 1 : 0;
        }
        long[] times = IntStream.range(0, ROWS).mapToLong(i -> i * HOUR).toArray();
        return new TrainingTable(
                new FeatureMatrix(List.of("a", "b", "c", "d"), columns, ROWS),
                labels,
                times,
                times,
                IntStream.range(0, ROWS).map(i -> i / 24).toArray(),
                null,
                Map.of(),
                IntStream.range(0, ROWS).mapToObj(i -> "r" + i).toList());
    }
}
