package dev.keelson.boosting.lightgbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.spi.LearnerProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class LightGbmLearnerTest {

    private static TrainingSet rows(int n, Task task) {
        Random random = new Random(4);
        double[][] columns = new double[4][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            for (double[] column : columns) {
                column[i] = random.nextGaussian();
            }
            values[i] = columns[0][i] - Math.sin(3 * columns[1][i]) + random.nextGaussian();
        }
        return new TrainingSet(
                new FeatureMatrix(List.of("up", "wave", "c", "d"), columns, n), new Target.Numbers(values, task), null);
    }

    private static Model fit(TrainingSet set, long seed, Map<String, Object> settings) {
        return new LightGbmLearner(LightGbmConfig.of(settings)).fit(set, seed);
    }

    private static byte[] file(Model model) {
        return model.save().values().iterator().next();
    }

    @Test
    void fitsSideBySideGiveTheBytesOfFitsAlone() throws Exception {
        TrainingSet set = rows(1_000, new Task.Regression());
        List<byte[]> alone = new ArrayList<>();
        List<Callable<byte[]>> tasks = new ArrayList<>();
        for (long seed = 0; seed < 4; seed++) {
            long own = seed;
            alone.add(file(fit(set, own, Map.of("rounds", 10L))));
            tasks.add(() -> file(fit(set, own, Map.of("rounds", 10L))));
        }

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Future<byte[]>> together = pool.invokeAll(tasks);

            for (int i = 0; i < 4; i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i));
            }
        }
        assertThat(alone.get(0)).isNotEqualTo(alone.get(1)); // the seed reaches the row and column samples
    }

    @Test
    void predictionsDoNotDependOnTheThreadsOfAFit() {
        TrainingSet set = rows(1_000, new Task.Regression());

        double[] one = fit(set, 1, Map.of("nthread", 1L)).predictAll(set.features());
        double[] two = fit(set, 1, Map.of("nthread", 2L)).predictAll(set.features());

        assertThat(two).containsExactly(one);
    }

    @Test
    void constrainedFeatureIsMonotone() {
        TrainingSet set = rows(800, new Task.Regression());
        Map<String, Object> settings = Map.of("rounds", 60L, "eta", 0.3, "num_leaves", 31L, "monotone", "up:+1,wave:-1");

        Model free = fit(set, 1, Map.of("rounds", 60L, "eta", 0.3, "num_leaves", 31L));
        Model bound = fit(set, 1, settings);

        assertThat(rises(bound, 0, 1)).isTrue();
        assertThat(rises(bound, 1, -1)).isTrue();
        assertThat(rises(free, 1, -1)).isFalse();
    }

    private static boolean rises(Model model, int feature, int direction) {
        double[] out = new double[1];
        Random random = new Random(9);
        for (int trial = 0; trial < 50; trial++) {
            double[] row = random.doubles(4, -2, 2).toArray();
            double before = Double.NEGATIVE_INFINITY;
            for (double x = -3; x <= 3; x += 0.1) {
                row[feature] = x * direction;
                model.predict(row, out);
                if (out[0] < before) {
                    return false;
                }
                before = out[0];
            }
        }
        return true;
    }

    @Test
    void impossibleConstraintsAreRefused() {
        TrainingSet set = rows(100, new Task.Regression());

        assertThatThrownBy(() -> fit(set, 1, Map.of("monotone", "upp:+1")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("lightgbm.monotone names the feature upp")
                .hasMessageContaining("`up`");
        assertThatThrownBy(() -> fit(set, 1, Map.of("monotone", "up=1")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("lightgbm.monotone (up=1)");
        assertThatThrownBy(() -> fit(
                        rows(100, new Task.Quantiles(List.of(0.5))), 1, Map.of("monotone", "up:+1")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("q0.5");
    }

    @Test
    void settingsAreReadAndTold() {
        LightGbmConfig config = LightGbmConfig.of(Map.of("rounds", 7L, "monotone", "b:-1, a:1"));

        assertThat(config.rounds()).isEqualTo(7);
        assertThat(config.settings())
                .containsOnlyKeys(LightGbmConfig.NAMES.toArray(String[]::new))
                .containsEntry("monotone", "a:+1,b:-1");
        assertThat(LightGbmConfig.of(config.settings())).isEqualTo(config);
        assertThatThrownBy(() -> LightGbmConfig.of(Map.of("eta", 2.0, "num_leafs", 3L)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("Maybe `num_leaves` was meant.");
    }

    @Test
    void providerIsRegistered() {
        assertThat(ServiceLoader.load(LearnerProvider.class).stream()
                        .map(p -> p.get().name()))
                .contains("lightgbm");
    }

    @Test
    void machineWithoutALibraryIsToldSo() {
        assertThat(LightGbmNatives.resource("Mac OS X", "aarch64"))
                .isEqualTo("/lightgbm4j/osx/aarch64/lib_lightgbm.dylib");
        assertThatThrownBy(() -> LightGbmNatives.load(LightGbmNatives.resource("Linux", "riscv64")))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NATIVE_LIBRARY_MISSING))
                .hasMessageContaining("LightGBM cannot be loaded")
                .hasMessageContaining("riscv64");
    }

    @Test
    void unpackedLibraryLeavesNoFile() throws Exception {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.isReadable(maps), "only where /proc tells what is mapped");

        LightGbmProvider.requireNatives();

        assertThat(Files.readString(maps).lines().filter(line -> line.contains("lib_lightgbm")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("(deleted)"));
    }
}
