package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.train.LeakSigns;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.train.TrainingWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A hundred thousand columns and few rows, as a whole training takes them. */
final class ManyColumnsTest {
    private static final long DAY = 86_400_000_000L;
    private static final int ROWS = 60;
    private static final int COLUMNS = 100_000;

    @Test
    void treesTrainOnAHundredThousandColumns() {
        Random random = new Random(1);
        double[][] columns = new double[COLUMNS][ROWS];
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(100);
            }
            labels[i] = columns[7][i] + random.nextInt(20) > 60 ? 1 : 0;
        }
        long[] times = IntStream.range(0, ROWS).mapToLong(i -> i * DAY).toArray();
        TrainingTable table = new TrainingTable(
                new FeatureMatrix(IntStream.range(0, COLUMNS).mapToObj(j -> "x" + j).toList(), columns, ROWS),
                labels,
                times,
                times,
                IntStream.range(0, ROWS).toArray(),
                null,
                Map.of(),
                IntStream.range(0, ROWS).mapToObj(i -> "r" + i).toList());
        ModelDefinition definition = ModelDefinition.builder("wide", LabelDefinition.ofColumn("rows", "y", List.of("no", "yes"), Duration.ofDays(1)))
                .learners(List.of(new ModelDefinition.LearnerDefinition("xgboost", Map.of("rounds", 3L, "max_depth", 2L))))
                .folding(ModelDefinition.Folding.walkForward(2))
                .test(Duration.ofDays(10))
                .embargo(Duration.ofDays(1))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .baselines(List.of(new ModelDefinition.Baseline.Frequencies()))
                .seed(7)
                .build();

        TrainingOutcome outcome = new Training(Projects.learners(), 1, true, TrainingWatch.NONE)
                .run(new TrainingRequest(
                        definition,
                        table,
                        Instant.EPOCH.plus(Duration.ofDays(ROWS + 1)),
                        TrainingRequest.Inputs.of("rows", "features", "code", Map.of()),
                        new TrainingMode.Full()));
        List<String> signs = LeakSigns.of(definition, table);

        assertThat(outcome.metrics().get("test_log_loss")).isPositive().isFinite();
        assertThat(outcome.importance()).hasSize(COLUMNS);
        assertThat(signs.size()).isLessThan(10);
    }
}
