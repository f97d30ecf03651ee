package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.calibration.CalibrationRows;
import dev.keelson.learn.calibration.Calibrator;
import dev.keelson.learn.logistic.LogisticCodec;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelBundleTest {
    private static final TrainingSet ROWS = LearnerContract.rows(200, 1);

    private static EnsembleModel ensemble(double temperature) {
        Model strong = new LogisticLearner(LogisticConfig.defaults().withL2(1000)).fit(ROWS, 1);
        Model weak = new LogisticLearner(LogisticConfig.defaults().withL2(0.1)).fit(ROWS, 1);
        return new EnsembleModel(
                List.of(new EnsembleModel.Member("logistic", strong), new EnsembleModel.Member("logistic", weak)),
                new double[] {0.25, 0.75},
                temperature);
    }

    @Test
    void loadedBundlePredictsTheSameBits() {
        EnsembleModel model = ensemble(1.1);

        ModelBundle bundle = ModelBundle.of(model);
        EnsembleModel loaded = ModelBundle.load(new TreeMap<>(bundle.files()), List.of(new LogisticCodec()));

        assertThat(bundle.files().keySet())
                .containsExactly("members/0-logistic/logistic.json", "members/1-logistic/logistic.json", "model.json");
        assertThat(loaded.predictAll(ROWS.features())).containsExactly(model.predictAll(ROWS.features()));
        assertThat(ModelBundle.of(loaded).sha256()).isEqualTo(bundle.sha256());
        assertThat(loaded.importance()).containsExactly(model.importance());
    }

    @Test
    void identityDependsOnEveryByte() {
        ModelBundle bundle = ModelBundle.of(ensemble(1));
        Map<String, byte[]> changed = new TreeMap<>(bundle.files());
        changed.put("members/0-logistic/logistic.json", new byte[] {1});

        assertThat(ModelBundle.of(ensemble(1)).sha256())
                .isEqualTo(bundle.sha256())
                .hasSize(64);
        assertThat(ModelBundle.of(ensemble(1.5)).sha256()).isNotEqualTo(bundle.sha256());
        assertThat(ModelBundle.of(changed).sha256()).isNotEqualTo(bundle.sha256());
        assertThat(bundle.listing().lines()).hasSize(3).allMatch(line -> line.matches("[0-9a-f]{64}  [a-z0-9/.-]+"));
    }

    @Test
    void singleMemberAtTemperatureOnePredictsAsAlone() {
        Model alone = new LogisticLearner(LogisticConfig.defaults()).fit(ROWS, 1);

        EnsembleModel model =
                new EnsembleModel(List.of(new EnsembleModel.Member("logistic", alone)), new double[] {1}, 1);

        assertThat(model.predictAll(ROWS.features())).containsExactly(alone.predictAll(ROWS.features()));
    }

    @Test
    void damageIsToldAsSuch() {
        ModelBundle bundle = ModelBundle.of(ensemble(1));
        Map<String, byte[]> without = new TreeMap<>(bundle.files());
        without.remove("members/1-logistic/logistic.json");

        assertThatThrownBy(() -> ModelBundle.load(without, List.of(new LogisticCodec())))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.STORE_DAMAGED));
        assertThatThrownBy(() -> bundle.load(List.of())).hasMessageContaining("keelson-logistic");
        assertThatThrownBy(() -> ModelBundle.of(Map.of())).hasMessageContaining("model.json");
    }

    @Test
    void modelOfTheFirstFormatPredictsTheSameBits() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : List.of(
                "model.json", "members/0-logistic/logistic.json", "members/1-logistic/logistic.json")) {
            files.put(name, stored(name));
        }

        EnsembleModel model = ModelBundle.load(files, List.of(new LogisticCodec()));

        String table = new String(stored("predictions.csv"), StandardCharsets.UTF_8);
        List<String> lines = table.lines().filter(line -> !line.startsWith("#")).skip(1).toList();
        assertThat(lines).hasSize(40);
        double[] predicted = new double[3];
        for (String line : lines) {
            double[] values = Arrays.stream(line.split(",", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            model.predict(Arrays.copyOf(values, 3), predicted);
            assertThat(predicted).containsExactly(Arrays.copyOfRange(values, 3, 6));
        }
        assertThat(ModelBundle.of(model).files().get("model.json")).isEqualTo(files.get("model.json"));
        assertThat(model.temperature()).isEqualTo(1.1);
    }

    private static byte[] stored(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ModelBundleTest.class.getResourceAsStream("/golden/model-v1/" + name), name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource(CalibrationMethod.class)
    void everyCalibrationIsStoredWithTheModel(CalibrationMethod method) {
        TrainingSet rows = LearnerContract.rows(3000, 2);
        EnsembleModel plain = ensemble(1);
        CalibrationRows fitted = new CalibrationRows(plain.predictAll(rows.features()), 3, rows.labels(), null);
        CalibrationMap map = Calibrator.of(method).fit(fitted);

        EnsembleModel model = new EnsembleModel(plain.members(), plain.weights(), map);
        EnsembleModel alone = new EnsembleModel(List.of(plain.members().getFirst()), new double[] {1}, map);

        ModelBundle bundle = ModelBundle.of(model);
        EnsembleModel loaded = bundle.load(List.of(new LogisticCodec()));
        assertThat(loaded.predictAll(ROWS.features())).containsExactly(model.predictAll(ROWS.features()));
        assertThat(ModelBundle.of(loaded).sha256()).isEqualTo(bundle.sha256());
        assertThat(loaded.calibration()).isNotNull().returns(method, CalibrationMap::method);
        assertThat(model.predictAll(ROWS.features()))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(map.applied(plain.predictAll(ROWS.features())));
        assertThat(alone.predictAll(ROWS.features()))
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(
                        map.applied(plain.members().getFirst().model().predictAll(ROWS.features())));
    }

    @Test
    void calibrationOfOtherClassesIsRefused() {
        EnsembleModel model = ensemble(1);

        assertThatThrownBy(() -> new EnsembleModel(model.members(), model.weights(), CalibrationMap.none(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 classes");
    }

    @Test
    void weightsOffTheSimplexAreRefused() {
        EnsembleModel model = ensemble(1);

        assertThatThrownBy(() -> new EnsembleModel(model.members(), new double[] {0.5, 0.6}, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EnsembleModel(model.members(), new double[] {0.5, 0.5}, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
