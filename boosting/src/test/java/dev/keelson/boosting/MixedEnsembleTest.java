package dev.keelson.boosting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.RandomForestProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ensemble.EnsembleCodec;
import dev.keelson.learn.ensemble.EnsembleConfig;
import dev.keelson.learn.ensemble.EnsembleKind;
import dev.keelson.learn.ensemble.EnsembleLearner;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ensembles of learners that run natively. */
final class MixedEnsembleTest {
    private static final List<LearnerProvider> PROVIDERS = List.of(
            new XGBoostProvider(), new LightGbmProvider(), new RandomForestProvider(), new LogisticProvider());

    private static final TrainingSet ROWS = rows(300, 1);

    private static TrainingSet rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[3][n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(20) == 0 ? Double.NaN : random.nextGaussian();
            }
            double score = columns[0][i] + 0.5 * random.nextGaussian();
            labels[i] = score > 0.4 ? 0 : score > -0.4 ? 1 : 2;
        }
        FeatureMatrix features = new FeatureMatrix(List.of("a", "b", "c"), columns, n);
        return new TrainingSet(features, labels, List.of("H", "D", "A"), null);
    }

    private static Learner ensemble(EnsembleKind kind) {
        List<Learner> members = PROVIDERS.stream()
                .map(provider -> provider.create(switch (provider.name()) {
                    case "random_forest" -> Map.of("trees", 5L);
                    case "logistic" -> Map.of();
                    default -> Map.of("rounds", 5L);
                }))
                .toList();
        boolean bags = kind.settingNames().contains("bagged");
        EnsembleConfig config =
                EnsembleConfig.of(kind, members.size(), bags ? Map.of("bagged", true) : Map.of());
        return new EnsembleLearner(config, members, 0, 0);
    }

    private static Map<String, List<Byte>> bytes(Model model) {
        Map<String, List<Byte>> files = new TreeMap<>();
        model.save().forEach((name, content) -> {
            List<Byte> all = new ArrayList<>();
            for (byte each : content) {
                all.add(each);
            }
            files.put(name, all);
        });
        return files;
    }

    @ParameterizedTest
    @EnumSource(EnsembleKind.class)
    void sameBytesInTwoThreads(EnsembleKind kind) throws Exception {
        Learner learner = ensemble(kind);
        Map<String, List<Byte>> alone = bytes(learner.fit(ROWS, 7));

        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            Callable<Map<String, List<Byte>>> fit = () -> bytes(learner.fit(ROWS, 7));
            for (Future<Map<String, List<Byte>>> each : pool.invokeAll(List.of(fit, fit, fit, fit))) {
                assertThat(each.get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void loadedWithoutItsLibrariesItPredictsTheSameBits() {
        Model stack = ensemble(EnsembleKind.STACKING).fit(ROWS, 7);
        EnsembleCodec codec =
                new EnsembleCodec(PROVIDERS.stream().map(LearnerProvider::codec).toList());

        Model loaded = codec.load(stack.features(), stack.task(), stack.save());

        assertThat(loaded.predictAll(ROWS.features())).containsExactly(stack.predictAll(ROWS.features()));
        double[] row = new double[3];
        double[] one = new double[3];
        ROWS.features().row(11, row);
        loaded.predict(row, one);
        double[] all = stack.predictAll(ROWS.features());
        assertThat(one).containsExactly(all[33], all[34], all[35]);
    }
}
