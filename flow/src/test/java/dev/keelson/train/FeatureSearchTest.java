package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.train.FeatureSearch.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FeatureSearchTest {
    private static final int ROWS = 900;
    private static final int SERIES = 3;
    private static final List<Integer> WINDOWS = List.of(2, 5, 15, 40);
    private static final long DAY = 86_400_000_000L;
    private static final ModelDefinition DEFINITION = ModelDefinition.builder("m", LabelDefinition.ofColumn("s", "y", List.of("no", "yes"), Duration.ZERO))
            .learners(List.of())
            .test(Duration.ofDays(200))
            .calibration(ModelDefinition.Calibration.NONE)
            .seed(1)
            .folding(ModelDefinition.Folding.walkForward(3))
            .build();

    private record Problem(TrainingTable table, List<Candidate> candidates) {}

    /** Means of three series over four windows; the chance of a yes depends on one of them, or on none. */
    private static Problem problem(long seed, double strength) {
        Random random = new Random(seed);
        List<String> names = new ArrayList<>(List.of("base"));
        List<double[]> columns = new ArrayList<>();
        columns.add(random.doubles(ROWS, -1, 1).toArray());
        List<Candidate> candidates = new ArrayList<>();
        double[] truth = new double[ROWS];
        for (int s = 0; s < SERIES; s++) {
            double[] events = IntStream.range(0, ROWS + 40)
                    .mapToDouble(i -> random.nextGaussian())
                    .toArray();
            for (int window : WINDOWS) {
                String name = "x" + s + "_mean_last" + window;
                double[] means = new double[ROWS];
                for (int i = 0; i < ROWS; i++) {
                    for (int k = 0; k < window; k++) {
                        means[i] += events[i + 39 - k] / Math.sqrt(window);
                    }
                }
                names.add(name);
                columns.add(means);
                candidates.add(new Candidate(name, "mean(x%d) over last %d events".formatted(s, window), List.of(name)));
                if (s == 1 && window == 15) {
                    truth = means;
                }
            }
        }
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            double logit = strength * truth[i] + 0.5 * columns.getFirst()[i];
            labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
        }
        long[] times = IntStream.range(0, ROWS).mapToLong(i -> i * DAY).toArray();
        return new Problem(
                new TrainingTable(
                        new FeatureMatrix(names, columns.toArray(new double[0][]), ROWS),
                        labels,
                        times,
                        IntStream.range(0, ROWS).mapToLong(i -> i * DAY + DAY / 2).toArray(),
                        IntStream.range(0, ROWS).toArray(),
                        null,
                        Map.of(),
                        IntStream.range(0, ROWS).mapToObj(i -> "row" + i).toList()),
                candidates);
    }

    private static FeatureSearch.Result search(Problem problem) {
        return search(problem, FeatureSearch.Watch.NONE);
    }

    /** Keeps gains; stops after some trials. */
    private static final class Keeping implements FeatureSearch.Watch {
        private final Map<String, ClusteredMean> gains = new HashMap<>();
        private int left;
        private int computed;

        Keeping(int left) {
            this.left = left;
        }

        @Override
        public Optional<ClusteredMean> kept(String key) {
            Optional<ClusteredMean> kept = Optional.ofNullable(gains.get(key));
            computed += kept.isEmpty() ? 1 : 0;
            return kept;
        }

        @Override
        public void ended(String key, ClusteredMean gain, int done, int of) {
            assertThat(done).isLessThanOrEqualTo(of);
            gains.put(key, gain);
            if (--left == 0) {
                throw new CancellationException();
            }
        }
    }

    private static FeatureSearch.Result search(Problem problem, FeatureSearch.Watch watch) {
        return FeatureSearch.run(
                new LogisticLearner(LogisticConfig.defaults()),
                problem.table(),
                List.of("base"),
                problem.candidates(),
                DEFINITION,
                7,
                watch);
    }

    @Test
    void aStoppedSearchGoesOnWhereItWas() {
        Problem problem = problem(1, 1.2);
        Keeping keeping = new Keeping(9);
        assertThatThrownBy(() -> search(problem, keeping)).isInstanceOf(CancellationException.class);

        FeatureSearch.Result result = search(problem, keeping);
        int computed = keeping.computed;
        int kept = keeping.gains.size();
        FeatureSearch.Result again = search(problem, keeping);
        int more = keeping.computed - computed;
        FeatureSearch.Result other = search(problem(2, 1.2), keeping);

        assertThat(result).isEqualTo(search(problem));
        assertThat(again).isEqualTo(result);
        assertThat(computed).isEqualTo(kept);
        assertThat(more).isZero();
        assertThat(other).isEqualTo(search(problem(2, 1.2)));
    }

    @Test
    void windowThatMattersIsFound() {
        FeatureSearch.Result result = search(problem(1, 1.2));

        assertThat(result.choices().getFirst().candidate().definition()).isEqualTo("mean(x1) over last 15 events");
        assertThat(result.choices().getFirst().lower()).isPositive();
        assertThat(Objects.requireNonNull(result.outerGain()).lower()).isPositive();
        assertThat(result.sentence()).contains("help");
    }

    @Test
    void nothingIsChosenFromNoise() {
        int empty = 0;
        for (int seed = 0; seed < 10; seed++) {
            empty += search(problem(100 + seed, 0)).choices().isEmpty() ? 1 : 0;
        }

        assertThat(empty).isGreaterThanOrEqualTo(9);
    }

    @Test
    void sameSeedGivesTheSameAnswer() {
        Problem problem = problem(2, 0.8);

        assertThat(search(problem).toJson()).isEqualTo(search(problem).toJson());
    }

    @Test
    void rowsPutAsideDecideNothing() {
        Problem problem = problem(3, 0.8);
        int[] labels = problem.table().labels().clone();
        for (int i = ROWS - 150; i < ROWS; i++) {
            labels[i] = 1 - labels[i];
        }
        TrainingTable table = problem.table();
        TrainingTable flipped = new TrainingTable(
                table.features(),
                labels,
                table.eventTime(),
                table.knownAt(),
                table.day(),
                null,
                Map.of(),
                table.rowIds());

        FeatureSearch.Result as = search(problem);
        FeatureSearch.Result other = search(new Problem(flipped, problem.candidates()));

        assertThat(other.choices()).isEqualTo(as.choices());
        assertThat(other.outerGain()).isNotEqualTo(as.outerGain());
    }

    @Test
    void emptyListOfCandidatesIsAnswered() {
        assertThat(search(new Problem(problem(4, 0).table(), List.of())).choices()).isEmpty();
    }
}
