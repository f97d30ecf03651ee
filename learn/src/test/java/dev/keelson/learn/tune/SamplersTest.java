package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What holds for every sampler. */
class SamplersTest {
    static final List<String> NAMES = Sampler.NAMES;

    private static final List<Parameter> PARAMETERS = List.of(
            Parameter.of("booster", ChoiceDomain.of("tree", "dart", "linear")),
            Parameter.of("depth", IntegerDomain.of(3, 10)).when("booster", "tree", "dart"),
            Parameter.of("drop", new RealDomain(0, 0.5, 0.05, false)).when("booster", "dart"),
            Parameter.of("fixed", IntegerDomain.of(7, 7)),
            Parameter.of("leaves", new IntegerDomain(2, 512, 1, true)).when("depth", 9, 10),
            Parameter.of("rate", RealDomain.log(0.001, 1)),
            Parameter.of("rows", RealDomain.of(0.5, 1)),
            Parameter.of("trees", new IntegerDomain(50, 500, 50, false)));
    private static final SearchSpace SPACE = new SearchSpace(PARAMETERS);

    private static double loss(Map<String, Object> values) {
        double rate = Math.log10(Values.number(values, "rate")) + 2;
        double depth = values.containsKey("depth") ? (Values.number(values, "depth") - 6) / 5 : 1;
        double rows = Values.number(values, "rows") - 0.8;
        double trees = (Values.number(values, "trees") - 300) / 300;
        return rate * rate + depth * depth + rows * rows + trees * trees;
    }

    private static Study run(Sampler sampler, SearchSpace space, long seed, int trials, int batch) {
        Study study = Study.start(StudyDefinition.of("test", space, Direction.MINIMISE, seed, trials)
                .withSampler(sampler)
                .withBatch(batch));
        while (study.stopReason().isEmpty()) {
            study = study.ask();
            for (Trial trial : study.running()) {
                study = study.tell(
                        trial.number() % 13 == 5
                                ? trial.failed()
                                : trial.number() % 7 == 3
                                        ? trial.report(2, loss(trial.values())).pruned()
                                        : trial.complete(loss(trial.values())));
            }
        }
        return study;
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void proposalsLieInTheSpaceWithExactlyTheActiveParameters(String name) {
        Study study = run(Sampler.named(name), SPACE, 3, 60, 4);

        for (Trial trial : study.trials()) {
            assertThat(SPACE.read(trial.values())).isEqualTo(trial.values());
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void proposalsLieInAnySpace(String name) {
        for (long seed = 1; seed <= 15; seed++) {
            SearchSpace space = randomSpace(new Random(seed));
            List<Trial> history = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                SortedMap<String, Object> values =
                        Sampler.named(name).ask(space, Direction.MINIMISE, history, seed, i);
                assertThat(space.read(values)).as("seed %d", seed).isEqualTo(values);
                history.add(Trial.running(i, values).complete(i % 5));
            }
        }
    }

    private static SearchSpace randomSpace(Random random) {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(Parameter.of("root", IntegerDomain.of(0, 2)));
        for (int i = 0; i < 6; i++) {
            double low = random.nextGaussian() * Math.pow(10, random.nextInt(-12, 12));
            double width = Math.abs(low) * random.nextDouble() + Math.ulp(low);
            long whole = random.nextLong(-(1L << 52), 1L << 52);
            Domain domain = switch (random.nextInt(7)) {
                case 0 -> RealDomain.of(low, low + width);
                case 1 -> RealDomain.log(Math.abs(low), Math.abs(low) + width);
                case 2 -> new RealDomain(0.1, 0.1 + 0.3 * 7, 0.3, false);
                case 3 -> IntegerDomain.of(whole, whole + random.nextLong(1L << 52));
                case 4 -> new IntegerDomain(whole, whole + 7 * 13, 7, false);
                case 5 -> new IntegerDomain(1, random.nextLong(1, 1L << 53), 1, true);
                default -> ChoiceDomain.of("a", true, 3L, 0.5);
            };
            Parameter parameter = Parameter.of("p" + i, domain);
            parameters.add(random.nextBoolean() ? parameter : parameter.when("root", random.nextInt(3)));
        }
        return new SearchSpace(parameters);
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void sameSeedGivesTheSameTrialsAndAnotherSeedOthers(String name) {
        List<Trial> once = run(Sampler.named(name), SPACE, 5, 30, 1).trials();

        assertThat(run(Sampler.named(name), SPACE, 5, 30, 1).trials()).isEqualTo(once);
        assertThat(run(Sampler.named(name), SPACE, 6, 30, 1).trials()).isNotEqualTo(once);
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void orderInWhichParametersAreWrittenDoesNotMatter(String name) {
        List<Parameter> reversed = new ArrayList<>(PARAMETERS);
        Collections.reverse(reversed);

        assertThat(run(Sampler.named(name), new SearchSpace(reversed), 5, 30, 3).trials())
                .isEqualTo(run(Sampler.named(name), SPACE, 5, 30, 3).trials());
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void proposalsOfABatchDiffer(String name) {
        Study study = run(Sampler.named(name), SPACE, 8, 48, 16);

        for (int from = 0; from < 48; from += 16) {
            Set<SortedMap<String, Object>> values = new HashSet<>();
            study.trials().subList(from, from + 16).forEach(trial -> values.add(trial.values()));
            assertThat(values).hasSize(16);
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void maximisingIsMinimisingTheNegative(String name) {
        Sampler sampler = Sampler.named(name);
        List<Trial> history = new ArrayList<>();
        List<Trial> mirrored = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            SortedMap<String, Object> values = sampler.ask(SPACE, Direction.MINIMISE, history, 1, i);

            assertThat(sampler.ask(SPACE, Direction.MAXIMISE, mirrored, 1, i)).isEqualTo(values);
            history.add(Trial.running(i, values).complete(loss(values)));
            mirrored.add(Trial.running(i, values).complete(-loss(values)));
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void spaceOfOneValueIsProposedForever(String name) {
        SearchSpace single = SearchSpace.of(
                Parameter.of("a", IntegerDomain.of(2, 2)),
                Parameter.of("b", RealDomain.log(0.5, 0.5)),
                Parameter.of("c", ChoiceDomain.of("x")));
        List<Trial> history = new ArrayList<>();

        for (int i = 0; i < 14; i++) {
            SortedMap<String, Object> values = Sampler.named(name).ask(single, Direction.MINIMISE, history, 1, i);
            assertThat(values).containsEntry("a", 2L).containsEntry("b", 0.5).containsEntry("c", "x");
            history.add(Trial.running(i, values).complete(1));
        }
    }

    @Test
    void learningSamplersFindWhatRandomOnesMiss() {
        SearchSpace space = SearchSpace.of(
                Parameter.of("rate", RealDomain.log(0.001, 1)),
                Parameter.of("depth", IntegerDomain.of(3, 40)),
                Parameter.of("rows", RealDomain.of(0.5, 1)),
                Parameter.of("trees", new IntegerDomain(50, 5000, 50, false)));

        double random = bestOfFive(new RandomSampler(), space);

        assertThat(bestOfFive(TpeSampler.defaults(), space)).isLessThan(random / 3);
        assertThat(bestOfFive(new CmaEsSampler(), space)).isLessThan(random / 2);
    }

    /** Average of the best results of five studies. */
    private static double bestOfFive(Sampler sampler, SearchSpace space) {
        return LongStream.rangeClosed(1, 5)
                .mapToDouble(seed -> run(sampler, space, seed, 80, 1).best().orElseThrow().objective())
                .average()
                .orElseThrow();
    }

    @Test
    void unknownNameIsRefusedWithASuggestion() {
        assertThatThrownBy(() -> Sampler.named("tpee"))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("There is no sampler (tpee)")
                .hasMessageContaining("Maybe `tpe` was meant.");
        assertThat(NAMES).allSatisfy(name -> assertThat(Sampler.named(name).name()).isEqualTo(name));
    }

    @Test
    void quasiRandomPointsFillEveryElementaryInterval() {
        int n = 2 * 2 * 2 * 3 * 3;
        for (long seed = 1; seed <= 20; seed++) {
            Set<Integer> cells = new HashSet<>();
            for (int i = 0; i < n; i++) {
                double[] point = QuasiRandomSampler.point(seed, i, 2);
                int column = (int) (point[0] * 8);
                int row = (int) (point[1] * 9);
                cells.add(column * 9 + row);
            }
            assertThat(cells).as("seed %d", seed).hasSize(n);
        }
    }

    @Test
    void firstQuasiRandomPointIsUniformOverSeeds() {
        double[] sums = new double[6];
        int seeds = 2000;
        for (long seed = 0; seed < seeds; seed++) {
            double[] point = QuasiRandomSampler.point(seed, 0, sums.length);
            for (int d = 0; d < sums.length; d++) {
                sums[d] += point[d];
            }
        }

        for (double sum : sums) {
            assertThat(sum / seeds).isBetween(0.47, 0.53); // more than four standard errors either side
        }
    }
}
