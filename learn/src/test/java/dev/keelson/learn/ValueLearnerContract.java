package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.spi.ModelCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every learner of values owes its callers. A learner's test extends it. */
public abstract class ValueLearnerContract {
    private static final long SEED = 17;

    /** The learner under test, with settings that fit a few hundred rows in little time. */
    protected abstract Learner learner();

    /** The codec of its models. */
    protected abstract ModelCodec codec();

    /** Rows with a signal in the first feature, noise in the second, a tenth of both missing. */
    protected static TrainingSet rows(int n, long seed, Task task) {
        Random random = new Random(seed);
        double[][] columns = new double[2][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double signal = random.nextGaussian();
            values[i] = 20 + 3 * signal + random.nextGaussian();
            columns[0][i] = random.nextInt(10) == 0 ? Double.NaN : signal;
            columns[1][i] = random.nextInt(10) == 0 ? Double.NaN : random.nextGaussian() * 100 + 1000;
        }
        return new TrainingSet(
                new FeatureMatrix(List.of("signal", "noise"), columns, n), new Target.Numbers(values, task), null);
    }

    private static TrainingSet rows(int n, long seed) {
        return rows(n, seed, new Task.Regression());
    }

    private static double squaredError(double[] predictions, double[] values) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (predictions[i] - values[i]) * (predictions[i] - values[i]);
        }
        return sum / values.length;
    }

    @Test
    void signalIsLearned() {
        TrainingSet later = rows(600, 4);

        Model model = learner().fit(rows(600, 3), SEED);

        assertThat(model.task()).isEqualTo(new Task.Regression());
        assertThat(squaredError(model.predictAll(later.features()), later.values())).isLessThan(3.5); // of 10
        assertThat(model.importance()[0]).isGreaterThan(0.5);
        assertThat(Arrays.stream(model.importance()).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void sameSeedGivesTheSameFilesAndTheyLoad() {
        TrainingSet set = rows(300, 1);

        Model model = learner().fit(set, SEED);
        Map<String, byte[]> again = new TreeMap<>(learner().fit(set, SEED).save());

        model.save().forEach((name, content) -> assertThat(again.get(name)).as(name).isEqualTo(content));
        Model loaded = codec().load(model.features(), model.task(), model.save());
        assertThat(loaded.predictAll(set.features())).containsExactly(model.predictAll(set.features()));
        assertThatThrownBy(() -> codec()
                        .load(model.features(), new Task.Classification(List.of("a", "b")), model.save()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void constantTargetIsPredicted() {
        TrainingSet set = rows(100, 5);
        double[] same = new double[100];
        Arrays.fill(same, -7.5);

        double[] predictions = learner()
                .fit(new TrainingSet(set.features(), new Target.Numbers(same, set.task()), null), SEED)
                .predictAll(set.features());

        assertThat(predictions).containsOnly(new double[] {-7.5}, within(1e-3));
    }

    @Test
    void oneRowIsEnough() {
        TrainingSet set = rows(50, 6).take(new int[] {3});

        assertThat(learner().fit(set, SEED).predictAll(set.features())[0]).isCloseTo(set.values()[0], within(1.0));
    }

    @Test
    void weightsCount() {
        TrainingSet set = rows(300, 7);
        double[] weights = new double[300];
        for (int i = 0; i < 300; i++) {
            weights[i] = set.values()[i] > 20 ? 10 : 1;
        }

        double[] plain = learner().fit(set, SEED).predictAll(set.features());
        double[] weighted = learner()
                .fit(new TrainingSet(set.features(), set.target(), weights), SEED)
                .predictAll(set.features());

        assertThat(Arrays.stream(weighted).average().orElseThrow())
                .isGreaterThan(Arrays.stream(plain).average().orElseThrow() + 0.2);
    }

    @Test
    void missingValuesAndHugeOnesArePredicted() {
        Model model = learner().fit(rows(300, 8), SEED);
        double[] out = new double[1];

        model.predict(new double[] {Double.NaN, Double.NaN}, out);
        assertThat(out[0]).isFinite();
        model.predict(new double[] {1e300, -1e300}, out);
        assertThat(out[0]).isNotNaN();
    }

    @Test
    void unsupportedTasksAreRefused() {
        Learner learner = learner();
        Task task = new Task.Quantiles(List.of(0.5));

        if (learner.supports(task)) {
            assertThat(learner.fit(rows(100, 9, task), SEED).task()).isEqualTo(task);
        } else {
            assertThatThrownBy(() -> learner.fit(rows(100, 9, task), SEED))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("q0.5");
        }
    }
}
