package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.spi.ModelCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every learner owes its callers. A learner's test extends it. */
public abstract class LearnerContract {
    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final long SEED = 17;

    /** The learner under test, with settings that fit a few hundred rows in little time. */
    protected abstract Learner learner();

    /** The codec of its models. */
    protected abstract ModelCodec codec();

    /**
     * Rows with a signal in the first feature, noise in the second, a constant in the third, a tenth of the first two
     * missing.
     */
    protected static TrainingSet rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[3][n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double signal = random.nextGaussian();
            double score = signal + 0.7 * random.nextGaussian();
            labels[i] = score > 0.4 ? 0 : score > -0.4 ? 1 : 2;
            columns[0][i] = random.nextInt(10) == 0 ? Double.NaN : signal;
            columns[1][i] = random.nextInt(10) == 0 ? Double.NaN : random.nextGaussian() * 100 + 1000;
            columns[2][i] = 7.25;
        }
        return new TrainingSet(
                new FeatureMatrix(List.of("signal", "noise", "constant"), columns, n), labels, CLASSES, null);
    }

    private static TrainingSet withLabels(TrainingSet set, int[] labels, List<String> classes) {
        return new TrainingSet(set.features(), labels, classes, null);
    }

    private static double logLoss(double[] p, int[] labels, int classes) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= Math.log(p[i * classes + labels[i]]);
        }
        return sum / labels.length;
    }

    private static void assertProbabilities(double[] p, int classes) {
        for (int i = 0; i < p.length; i += classes) {
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                assertThat(p[i + k]).isBetween(0.0, 1.0);
                sum += p[i + k];
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
        }
    }

    private static void assertSameFiles(Map<String, byte[]> first, Map<String, byte[]> second) {
        assertThat(new TreeMap<>(second).keySet()).isEqualTo(new TreeMap<>(first).keySet());
        first.forEach((name, content) -> assertThat(second.get(name)).as(name).isEqualTo(content));
    }

    @Test
    void sameSeedGivesTheSameFiles() {
        TrainingSet set = rows(300, 1);

        Map<String, byte[]> first = learner().fit(set, SEED).save();
        Map<String, byte[]> second = learner().fit(set, SEED).save();

        assertSameFiles(first, second);
    }

    @Test
    void savedAndLoadedModelPredictsTheSameBits() {
        TrainingSet set = rows(300, 2);
        Model model = learner().fit(set, SEED);

        Model loaded = codec().load(model.features(), model.task(), model.save());

        assertThat(model.format()).isEqualTo(codec().format());
        assertThat(loaded.predictAll(set.features())).containsExactly(model.predictAll(set.features()));
        assertThat(loaded.importance()).containsExactly(model.importance());
        assertSameFiles(model.save(), loaded.save());
    }

    @Test
    void signalIsLearned() {
        TrainingSet set = rows(600, 3);
        TrainingSet later = rows(600, 4);

        Model model = learner().fit(set, SEED);

        double[] p = model.predictAll(later.features());
        assertProbabilities(p, 3);
        assertThat(logLoss(p, later.labels(), 3)).isLessThan(0.95);
        assertThat(model.importance()[0]).isGreaterThan(0.5);
        assertThat(Arrays.stream(model.importance()).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void namesAreKeptInOrder() {
        Model model = learner().fit(rows(100, 5), SEED);

        assertThat(model.features()).containsExactly("signal", "noise", "constant");
        assertThat(model.classes()).isEqualTo(CLASSES);
    }

    @Test
    void everyValueMayBeMissing() {
        Model model = learner().fit(rows(300, 6), SEED);
        double[] out = new double[3];

        model.predict(new double[] {Double.NaN, Double.NaN, Double.NaN}, out);

        assertProbabilities(out, 3);
    }

    @Test
    void featureWithoutAnyTrainingValueIsHarmless() {
        TrainingSet base = rows(200, 7);
        double[][] columns = base.features().columns().clone();
        columns[1] = new double[200];
        Arrays.fill(columns[1], Double.NaN);
        TrainingSet set =
                new TrainingSet(new FeatureMatrix(base.features().names(), columns, 200), base.labels(), CLASSES, null);
        double[] absent = new double[3];
        double[] present = new double[3];

        Model model = learner().fit(set, SEED);
        model.predict(new double[] {0.5, Double.NaN, 7.25}, absent);
        model.predict(new double[] {0.5, 123, 7.25}, present);

        assertProbabilities(absent, 3);
        assertThat(present).containsExactly(absent);
    }

    @Test
    void oneClassOnlyIsPredictedWithoutCertaintyOverflow() {
        TrainingSet set = withLabels(rows(200, 8), new int[200], CLASSES);

        double[] p = learner().fit(set, SEED).predictAll(set.features());

        assertProbabilities(p, 3);
        for (int i = 0; i < 200; i++) {
            assertThat(p[i * 3]).isGreaterThan(0.9);
            assertThat(p[i * 3 + 1]).isGreaterThan(0);
        }
    }

    @Test
    void twoClassesArePredicted() {
        TrainingSet base = rows(400, 9);
        int[] labels =
                Arrays.stream(base.labels()).map(label -> label == 0 ? 1 : 0).toArray();
        TrainingSet set = withLabels(base, labels, List.of("no", "yes"));

        Model model = learner().fit(set, SEED);

        double[] p = model.predictAll(set.features());
        assertProbabilities(p, 2);
        assertThat(logLoss(p, labels, 2)).isLessThan(0.6);
        assertThat(codec().load(model.features(), model.task(), model.save()).predictAll(set.features()))
                .containsExactly(p);
    }

    @Test
    void constantFeaturesAloneGiveTheClassFrequencies() {
        double[][] columns = {new double[100]};
        int[] labels = new int[100];
        Arrays.fill(labels, 0, 50, 1);
        TrainingSet set = new TrainingSet(new FeatureMatrix(List.of("zero"), columns, 100), labels, CLASSES, null);

        double[] p = learner().fit(set, SEED).predictAll(set.features().take(new int[] {0}));

        assertThat(p[0]).isCloseTo(0.5, within(0.02));
        assertThat(p[1]).isCloseTo(0.5, within(0.02));
        assertThat(p[2]).isLessThan(0.02);
    }

    @Test
    void oneRowIsEnough() {
        TrainingSet set = rows(50, 10).take(new int[] {3});

        assertProbabilities(learner().fit(set, SEED).predictAll(set.features()), 3);
    }

    @Test
    void predictionDependsOnTheRowAlone() {
        TrainingSet set = rows(200, 11);
        Model model = learner().fit(set, SEED);
        List<Integer> shuffled = new ArrayList<>(IntStream.range(0, 200).boxed().toList());
        Collections.shuffle(shuffled, new Random(1));
        int[] order = shuffled.stream().mapToInt(Integer::intValue).toArray();

        double[] straight = model.predictAll(set.features());
        double[] permuted = model.predictAll(set.features().take(order));

        for (int i = 0; i < 200; i++) {
            assertThat(Arrays.copyOfRange(permuted, i * 3, i * 3 + 3))
                    .containsExactly(Arrays.copyOfRange(straight, order[i] * 3, order[i] * 3 + 3));
        }
    }

    @Test
    void columnsAreFoundByName() {
        TrainingSet set = rows(200, 12);
        Model model = learner().fit(set, SEED);

        FeatureMatrix turned = set.features().select(List.of("constant", "signal", "noise"));

        assertThat(model.predictAll(turned)).containsExactly(model.predictAll(set.features()));
        assertThatThrownBy(() -> model.predictAll(set.features().select(List.of("noise", "constant"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(signal)");
    }

    @Test
    void weightsCount() {
        TrainingSet set = rows(300, 13);
        double[] weights = new double[300];
        for (int i = 0; i < 300; i++) {
            weights[i] = set.labels()[i] == 2 ? 10 : 1;
        }

        double[] plain = learner().fit(set, SEED).predictAll(set.features());
        double[] weighted = learner()
                .fit(new TrainingSet(set.features(), set.labels(), CLASSES, weights), SEED)
                .predictAll(set.features());

        double plainMean = IntStream.range(0, 300)
                .mapToDouble(i -> plain[i * 3 + 2])
                .average()
                .orElseThrow();
        double weightedMean = IntStream.range(0, 300)
                .mapToDouble(i -> weighted[i * 3 + 2])
                .average()
                .orElseThrow();
        assertThat(weightedMean).isGreaterThan(plainMean + 0.1);
    }

    @Test
    void hugeFiniteValuesGiveProbabilities() {
        TrainingSet base = rows(200, 14);
        double[][] columns = base.features().columns().clone();
        columns[1] = new double[200];
        for (int i = 0; i < 200; i++) {
            columns[1][i] = (i % 3 - 1) * 1e300;
        }
        TrainingSet set =
                new TrainingSet(new FeatureMatrix(base.features().names(), columns, 200), base.labels(), CLASSES, null);

        assertProbabilities(learner().fit(set, SEED).predictAll(set.features()), 3);
    }

    @Test
    void infiniteValuesAndWrongLengthsAreRefused() {
        Model model = learner().fit(rows(100, 15), SEED);
        double[] out = new double[3];

        assertThatThrownBy(() -> model.predict(new double[] {1, Double.POSITIVE_INFINITY, 7}, out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(noise)");
        assertThatThrownBy(() -> model.predict(new double[] {1}, out)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsAreTold() {
        assertThat(learner().name()).matches("[a-z0-9_-]+");
        assertThat(learner().settings()).isNotEmpty();
    }

    @Test
    void damagedFilesAreRefused() {
        Model model = learner().fit(rows(100, 16), SEED);
        Map<String, byte[]> damaged = new TreeMap<>();
        model.save().forEach((name, content) -> damaged.put(name, Arrays.copyOf(content, content.length / 2)));

        assertThatThrownBy(() -> codec().load(model.features(), model.task(), damaged))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> codec().load(model.features(), model.task(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
