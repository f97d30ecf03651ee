package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.boosting.internal.OpenMp;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticProvider;
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

class XGBoostLearnerTest {

    private static TrainingSet rows(int n, int width, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[width][n];
        int[] labels = new int[n];
        List<String> names = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            columns[j] = random.doubles(n).toArray();
            names.add("f" + j);
        }
        for (int i = 0; i < n; i++) {
            labels[i] = (int) (columns[0][i] * 2 + random.nextDouble());
        }
        return new TrainingSet(new FeatureMatrix(names, columns, n), labels, List.of("a", "b", "c"), null);
    }

    private static byte[] fit(TrainingSet set, long seed, Map<String, Object> settings) {
        return new XGBoostLearner(XGBoostConfig.of(settings))
                .fit(set, seed)
                .save()
                .values()
                .iterator()
                .next();
    }

    @Test
    void fitsSideBySideGiveTheBytesOfFitsAlone() throws Exception {
        TrainingSet set = rows(1_000, 8, 1);
        List<byte[]> alone = new ArrayList<>();
        List<Callable<byte[]>> tasks = new ArrayList<>();
        for (long seed = 0; seed < 4; seed++) {
            long own = seed;
            alone.add(fit(set, own, Map.of("rounds", 10L)));
            tasks.add(() -> fit(set, own, Map.of("rounds", 10L)));
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
    void settingsAreReadAndTold() {
        XGBoostConfig config = XGBoostConfig.of(Map.of("rounds", 7L, "eta", 0.5, "lambda", 2L));

        assertThat(config.rounds()).isEqualTo(7);
        assertThat(config.lambda()).isEqualTo(2);
        assertThat(config.settings()).containsOnlyKeys(XGBoostConfig.NAMES.toArray(String[]::new));
        assertThat(XGBoostConfig.of(config.settings())).isEqualTo(config);
        assertThatThrownBy(() -> XGBoostConfig.of(Map.of("eta", 2.0, "max_dept", 3L)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("Maybe `max_depth` was meant.");
    }

    @Test
    void providerIsRegistered() {
        assertThat(ServiceLoader.load(LearnerProvider.class).stream()
                        .map(p -> p.get().name()))
                .contains("xgboost", new LogisticProvider().name());
    }

    @Test
    void missingOpenMpNamesThePackage() {
        assertThatThrownBy(() -> OpenMp.require("XGBoost", "libgomp-that-is-not-there.so.1"))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NATIVE_LIBRARY_MISSING))
                .hasMessageContaining("apt-get install libgomp1");
    }

    @Test
    void unpackedLibraryLeavesNoFile() throws Exception {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.isReadable(maps), "only where /proc tells what is mapped");

        XGBoostProvider.requireNatives();

        assertThat(Files.readString(maps).lines().filter(line -> line.contains("libxgboost4j")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("(deleted)"));
    }
}
