package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ModelImport;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.learn.imported.ImportedCodec;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.wiring.ModelImporter.Verified;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelImporterTest {
    private static final List<String> FILE_ORDER = List.of("a", "b", "c");
    private static final List<String> FEATURES = List.of("c", "a", "b");
    private static final List<String> CLASSES = List.of("lost", "won");
    private static final Task LOST_WON = new Task.Classification(CLASSES);
    private static final int ROWS = 400;

    private final Random random = new Random(5);
    private final double[][] columns = new double[3][];

    private static LearnerProvider provider(String format) {
        return format.equals("xgboost") ? new XGBoostProvider() : new LightGbmProvider();
    }

    /** A model over a, b and c; the label depends on all of them. */
    private Model fit(String format, Task task) {
        for (int j = 0; j < columns.length; j++) {
            columns[j] = random.doubles(ROWS).toArray();
        }
        int[] labels = new int[ROWS];
        double[] values = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            values[i] = 3 * columns[0][i] - columns[1][i] + 0.5 * columns[2][i];
            labels[i] = values[i] > 1 ? 1 : 0;
        }
        Target target = task instanceof Task.Classification
                ? new Target.Classes(labels, CLASSES)
                : new Target.Numbers(values, task);
        TrainingSet set = new TrainingSet(new FeatureMatrix(FILE_ORDER, columns, ROWS), target, null, null);
        return provider(format).create(Map.of("rounds", 5L)).fit(set, 1);
    }

    private String samples(List<String> names) {
        StringBuilder csv = new StringBuilder(String.join(",", names)).append('\n');
        for (int i = 0; i < ROWS; i++) {
            csv.append(columns[0][i]).append(',').append(columns[1][i]).append(',').append(columns[2][i]).append('\n');
        }
        return csv.toString();
    }

    private String expected(Model model) {
        StringBuilder csv = new StringBuilder(String.join(",", model.outputs())).append('\n');
        double[] told = model.predictAll(new FeatureMatrix(FILE_ORDER, columns, ROWS));
        int width = model.outputs().size();
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < width; c++) {
                csv.append(c == 0 ? "" : ",").append(told[i * width + c]);
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    private static ModelImport request(
            String name, byte[] file, String samples, @Nullable String expected, List<String> inputs, List<String> classes) {
        return new ModelImport(
                name, file, samples, expected, inputs, classes, null, FileLink.NONE, ModelImport.TOLERANCE, "test", "test");
    }

    private static byte[] file(Model model) {
        return model.save().values().iterator().next();
    }

    private static String name(String format) {
        return format.equals("xgboost") ? "their.ubj" : "their.txt";
    }

    @ParameterizedTest
    @ValueSource(strings = {"xgboost", "lightgbm"})
    void classifierIsVerifiedAndPredictsByNameOfFeatures(String format) {
        Model model = fit(format, LOST_WON);

        Verified verified = ModelImporter.verify(
                FEATURES,
                LOST_WON,
                request(name(format), file(model), samples(FILE_ORDER), expected(model), FILE_ORDER, CLASSES));

        assertThat(verified.rows()).isEqualTo(ROWS);
        assertThat(verified.worst()).isZero();
        assertThat(verified.bundle().files()).containsKey("members/0-%s/import.json".formatted(format));
        Model loaded = verified.bundle().load(List.of(new ImportedCodec()));
        double[] theirs = model.predictAll(new FeatureMatrix(FILE_ORDER, columns, ROWS));
        assertThat(loaded.predictAll(new FeatureMatrix(FILE_ORDER, columns, ROWS))).containsExactly(theirs);
        assertThat(loaded.importance()[0]).isEqualTo(model.importance()[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xgboost", "lightgbm"})
    void valueIsVerified(String format) {
        Task task = new Task.Regression();
        Model model = fit(format, task);

        Verified verified = ModelImporter.verify(
                FEATURES,
                task,
                request(name(format), file(model), samples(FILE_ORDER), expected(model), FILE_ORDER, List.of()));

        assertThat(verified.worst()).isZero();
    }

    @Test
    void fileOfAnEarlierReleaseThatStoppedEarlyIsVerified() throws IOException {
        Verified verified = ModelImporter.verify(
                List.of("b", "a"),
                new Task.Classification(List.of("high", "low", "middle")),
                request(
                        "their.json",
                        golden("xgboost-1.7.json"),
                        new String(golden("samples.csv"), StandardCharsets.UTF_8),
                        new String(golden("expected.csv"), StandardCharsets.UTF_8),
                        List.of("a", "b"),
                        List.of("low", "middle", "high")));

        assertThat(verified.rows()).isEqualTo(20);
        assertThat(verified.worst()).isLessThan(1e-6);
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = ModelImporterTest.class.getResourceAsStream("/golden/imported/" + name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @Test
    void otherOrderOfInputsIsRefusedWithTheWorstRows() {
        Model model = fit("xgboost", LOST_WON);
        List<String> wrong = new ArrayList<>(FILE_ORDER);
        Collections.swap(wrong, 0, 1);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        LOST_WON,
                        request("their.ubj", file(model), samples(FILE_ORDER), expected(model), wrong, CLASSES)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("of 400 sample rows are predicted otherwise than expected (tolerance 1.0E-5)")
                .hasMessageContaining("  row ")
                .hasMessageContaining("Nothing was registered");
    }

    @Test
    void otherOrderOfClassesIsRefused() {
        Model model = fit("lightgbm", LOST_WON);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        LOST_WON,
                        request("their.txt", file(model), samples(FILE_ORDER), expected(model), FILE_ORDER, CLASSES.reversed())))
                .hasMessageContaining("400 of 400 sample rows are predicted otherwise");
    }

    @Test
    void inputsThatAreNoFeaturesAreNamed() {
        Model model = fit("lightgbm", LOST_WON);

        assertThatThrownBy(() -> ModelImporter.verify(
                        List.of("c", "a", "d"),
                        LOST_WON,
                        request("their.txt", file(model), samples(FILE_ORDER), null, FILE_ORDER, CLASSES)))
                .hasMessageContaining("No feature is named [b]")
                .hasMessageContaining("No input is the feature [d]");
        assertThatThrownBy(() -> ModelImporter.verify(
                        List.of("a", "b"),
                        LOST_WON,
                        request("their.txt", file(model), samples(FILE_ORDER), null, List.of("a", "b"), CLASSES)))
                .hasMessageContaining("The file reads 3 numbers");
    }

    @Test
    void classesAreAskedForWhereTheFileDoesNotNameThem() {
        Model model = fit("xgboost", LOST_WON);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        LOST_WON,
                        request("their.ubj", file(model), samples(FILE_ORDER), null, FILE_ORDER, List.of())))
                .hasMessageContaining("does not name its classes; the model's are [lost, won]")
                .hasMessageContaining("--classes lost,won");
    }

    @Test
    void columnsWithoutNamesNeedAnOrderOrExpectedPredictions() {
        Model model = fit("xgboost", LOST_WON);
        byte[] file = file(model);
        assertThat(new String(file, StandardCharsets.ISO_8859_1)).contains("feature_names");

        assertThatThrownBy(() -> ModelImporter.verify(
                        FILE_ORDER,
                        LOST_WON,
                        request("their.ubj", file, samples(FILE_ORDER), null, List.of(), CLASSES)))
                .hasMessageContaining("does not name its 3 columns");
        Verified verified = ModelImporter.verify(
                FILE_ORDER, LOST_WON, request("their.ubj", file, samples(FILE_ORDER), expected(model), List.of(), CLASSES));
        assertThat(verified.worst()).isZero();
    }

    @Test
    void samplesWithoutAFeatureAreRefused() {
        Model model = fit("xgboost", LOST_WON);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        LOST_WON,
                        request("their.ubj", file(model), samples(List.of("a", "x", "c")), null, FILE_ORDER, CLASSES)))
                .hasMessageContaining("no column for the features [b]; they have [a, x, c]");
        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        LOST_WON,
                        request("their.ubj", file(model), "a,b,c\n1,2\n1,2,many\n", null, FILE_ORDER, CLASSES)))
                .hasMessageContaining("The line has 2 cells; the header has 3.")
                .hasMessageContaining("The cell (many) of the column c is no number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.pkl", "model.joblib", "model.pt", "model.bin"})
    void pickleIsNeverOpened(String name) {
        byte[] pickle = {(byte) 0x80, 4, (byte) 0x95, 1};

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES, LOST_WON, request(name, pickle, "a\n1\n", null, List.of(), List.of())))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("is a pickle, or may hold one")
                .hasMessageContaining("docs/guide/import-models.md");
    }

    @Test
    void damagedFileIsRefused() {
        Model model = fit("xgboost", LOST_WON);
        byte[] cut = java.util.Arrays.copyOf(file(model), 100);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES, LOST_WON, request("their.ubj", cut, samples(FILE_ORDER), null, FILE_ORDER, CLASSES)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("The file (their.ubj) cannot be imported");
        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES, LOST_WON, request("their.csv", cut, samples(FILE_ORDER), null, FILE_ORDER, CLASSES)))
                .hasMessageContaining("is of no known kind");
    }

    @Test
    void whatToInstallIsSaidWhereAnEngineIsAbsent() {
        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES, LOST_WON, request("their.onnx", new byte[] {8}, "a\n1\n", null, List.of(), List.of())))
                .hasMessageContaining("ONNX Runtime, which is not installed here")
                .hasMessageContaining("-pl onnx");
        byte[] cbm = "CBM1 and more".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES, LOST_WON, request("their.cbm", cbm, "a\n1\n", null, List.of(), List.of())))
                .hasMessageContaining("its own library, which is not installed here")
                .hasMessageContaining("-pl catboost");
    }

    @Test
    void textIsNoNumberToTheFile() {
        Model model = fit("xgboost", LOST_WON);

        assertThatThrownBy(() -> ModelImporter.verify(
                        FEATURES,
                        Set.of("b"),
                        LOST_WON,
                        request("their.ubj", file(model), samples(FILE_ORDER), expected(model), FILE_ORDER, CLASSES)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("The features [b] are texts; the file reads a number for each.");
    }
}
