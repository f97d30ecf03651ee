package dev.keelson.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Task;
import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.learn.imported.ImportHeader;
import dev.keelson.learn.imported.ImportedCodec;
import dev.keelson.learn.imported.ImportedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OnnxEngineTest {
    private static final List<String> XY = List.of("x", "y");
    private static final List<String> YX = List.of("y", "x");
    private static final Task LOST_WON = new Task.Classification(List.of("lost", "won"));
    private static final Task WON_LOST = new Task.Classification(List.of("won", "lost"));

    private static FileEvaluator open(byte[] file) {
        return new OnnxEngine().open(file, null);
    }

    private static ImportHeader header(List<String> inputs, List<String> classes, FileLink link) {
        return new ImportHeader(FileFormat.ONNX, inputs, classes, null, link);
    }

    private static double[] predict(ImportedModel model, double... row) {
        double[] out = new double[model.outputs().size()];
        model.predict(row, out);
        return out;
    }

    @Test
    void engineIsFoundAsService() {
        assertThat(FileEngine.found(FileFormat.ONNX)).containsInstanceOf(OnnxEngine.class);
    }

    @Test
    void softmaxOfDenseLayerIsEvaluated() {
        FileEvaluator file = open(OnnxFiles.dense(true));

        double[] told = file.evaluate(new double[] {1, 2});

        double sum = Math.exp(1) + Math.exp(2) + 1;
        assertThat(told).containsExactly(new double[] {Math.exp(1) / sum, Math.exp(2) / sum, 1 / sum}, within(1e-6));
        assertThat(file.width()).isEqualTo(2);
        assertThat(file.inputs()).isEmpty();
        assertThat(file.labels()).isEmpty();
    }

    @Test
    void namedInputsAreOneFeatureEach() {
        FileEvaluator file = open(OnnxFiles.valueOfNamedInputs());

        assertThat(file.inputs()).isEqualTo(XY);
        assertThat(file.evaluate(new double[] {3, 1})).containsExactly(5.5);
    }

    @Test
    void inputsAreTakenInTheOrderOfTheHeader() {
        ImportedModel model = new ImportedModel(
                YX, new Task.Regression(), header(XY, List.of(), FileLink.NONE), OnnxFiles.valueOfNamedInputs());

        assertThat(predict(model, 1, 3)).containsExactly(5.5); // y = 1, x = 3
    }

    @Test
    void mapsOfProbabilitiesAreReadByLabel() {
        for (boolean zipMap : new boolean[] {true, false}) {
            FileEvaluator file = open(OnnxFiles.tree(zipMap));

            assertThat(file.labels()).containsExactly("lost", "won");
            assertThat(file.evaluate(new double[] {0.4, 0})).containsExactly(0.75f, 0.25f);
            assertThat(file.evaluate(new double[] {0.6, 0})).containsExactly(0.1f, 0.9f);
        }
    }

    @Test
    void classesAreToldInTheOrderOfTheModel() {
        ImportedModel model = new ImportedModel(
                XY, WON_LOST, header(XY, List.of("lost", "won"), FileLink.NONE), OnnxFiles.tree(true));

        assertThat(predict(model, 0.6, 0)).containsExactly(0.9f, 0.1f);
    }

    @Test
    void oneProbabilityIsThatOfTheSecondClass() {
        ImportHeader plain = header(XY, List.of("lost", "won"), FileLink.NONE);
        ImportHeader logistic = header(XY, List.of("lost", "won"), FileLink.LOGISTIC);

        double[] told = predict(new ImportedModel(XY, LOST_WON, plain, OnnxFiles.binary(true)), 2, 1);
        double[] linked = predict(new ImportedModel(XY, LOST_WON, logistic, OnnxFiles.binary(false)), 2, 1);

        double won = 1 / (1 + Math.exp(-1));
        assertThat(told).containsExactly(new double[] {1 - won, won}, within(1e-6));
        assertThat(linked).containsExactly(new double[] {1 - won, won}, within(1e-12));
    }

    @Test
    void scoresAreRefusedUntilTheirLinkIsSaid() {
        List<String> classes = List.of("a", "b", "c");
        Task task = new Task.Classification(classes);
        ImportedModel plain = new ImportedModel(XY, task, header(XY, classes, FileLink.NONE), OnnxFiles.dense(false));
        ImportedModel linked =
                new ImportedModel(XY, task, header(XY, classes, FileLink.SOFTMAX), OnnxFiles.dense(false));

        assertThatThrownBy(() -> predict(plain, 1, 2))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("no probabilities")
                .hasMessageContaining("--link softmax");
        double sum = Math.exp(1) + Math.exp(2) + 1;
        assertThat(predict(linked, 1, 2))
                .containsExactly(new double[] {Math.exp(1) / sum, Math.exp(2) / sum, 1 / sum}, within(1e-6));
    }

    @Test
    void missingValueThatTheFileCannotTreatIsNamed() {
        ImportedModel model = new ImportedModel(
                XY, new Task.Regression(), header(XY, List.of(), FileLink.NONE), OnnxFiles.valueOfNamedInputs());

        assertThatThrownBy(() -> predict(model, 1, Double.NaN))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("missing are [y]");
    }

    @Test
    void savedModelPredictsTheSameBits() {
        ImportedModel model = new ImportedModel(
                YX, WON_LOST, header(XY, List.of("lost", "won"), FileLink.LOGISTIC), OnnxFiles.binary(false));

        var loaded = new ImportedCodec().load(YX, WON_LOST, model.save());

        double[] out = new double[2];
        loaded.predict(new double[] {0.3, 0.7}, out);
        assertThat(out).containsExactly(predict(model, 0.3, 0.7));
        assertThat(loaded.save()).containsOnlyKeys("import.json", "model.onnx");
    }

    @Test
    void threadsGetTheSameBitsAtOnce() throws ExecutionException, InterruptedException {
        List<String> classes = List.of("a", "b", "c");
        ImportedModel model = new ImportedModel(
                XY, new Task.Classification(classes), header(XY, classes, FileLink.NONE), OnnxFiles.dense(true));
        Random random = new Random(1);
        double[] x = random.doubles(200, -3, 3).toArray();
        double[] y = random.doubles(200, -3, 3).toArray();
        FeatureMatrix rows = new FeatureMatrix(XY, new double[][] {x, y}, x.length);
        double[] alone = model.predictAll(rows);

        List<Future<double[]>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(() -> model.predictAll(rows)));
            }
        }

        for (Future<double[]> each : all) {
            assertThat(each.get()).isEqualTo(alone);
        }
    }

    @Test
    void outputsAreNamedWhenThereAreSeveral() {
        byte[] file = OnnxBytes.model(new OnnxBytes()
                .text(2, "two")
                .node("Sigmoid", "", List.of("X"), List.of("a"))
                .node("Neg", "", List.of("X"), List.of("b"))
                .input("X", OnnxBytes.FLOAT, 1)
                .output("a", OnnxBytes.FLOAT, 1)
                .output("b", OnnxBytes.FLOAT, 1));

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 outputs of numbers")
                .hasMessageContaining("name=a")
                .hasMessageContaining("name=b");
        assertThatThrownBy(() -> new OnnxEngine().open(file, "c")).hasMessageContaining("no output of numbers with that name (c)");
        assertThat(new OnnxEngine().open(file, "b").evaluate(new double[] {2})).containsExactly(-2);
    }

    @Test
    void tensorsInOtherFilesAreRefused() {
        OnnxBytes location = new OnnxBytes().text(1, "location").text(2, "../../etc/passwd");
        OnnxBytes tensor = new OnnxBytes()
                .number(1, 1)
                .number(2, OnnxBytes.FLOAT)
                .text(8, "W")
                .message(13, location)
                .number(14, 1);
        byte[] file = OnnxBytes.model(new OnnxBytes()
                .text(2, "external")
                .node("Mul", "", List.of("X", "W"), List.of("y"))
                .message(5, tensor)
                .input("X", OnnxBytes.FLOAT, 1)
                .output("y", OnnxBytes.FLOAT, 1));

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensors that lie in other files");
    }

    @Test
    void operatorsOutsideTheStandardAreRefused() {
        byte[] file = OnnxBytes.model(
                new OnnxBytes()
                        .text(2, "custom")
                        .node("Run", "evil", List.of("X"), List.of("y"))
                        .node("RandomNormalLike", "", List.of("X"), List.of("z"))
                        .input("X", OnnxBytes.FLOAT, 1)
                        .output("y", OnnxBytes.FLOAT, 1),
                "evil");

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the operator Run of the domain (evil)")
                .hasMessageContaining("the random operator RandomNormalLike")
                .hasMessageContaining("the set of operators of the domain (evil)");
    }

    @Test
    void operatorsInNestedGraphsAreSeen() {
        OnnxBytes inner = new OnnxBytes()
                .node("Run", "evil", List.of(), List.of("y"))
                .output("y", OnnxBytes.FLOAT, 1);
        OnnxBytes branch = new OnnxBytes().text(1, "then_branch").message(6, inner).number(20, 5);
        byte[] file = OnnxBytes.model(new OnnxBytes()
                .text(2, "nested")
                .node("If", "", List.of("X"), List.of("y"), branch)
                .input("X", OnnxBytes.FLOAT, 1)
                .output("y", OnnxBytes.FLOAT, 1));

        assertThatThrownBy(() -> open(file)).hasMessageContaining("the operator Run of the domain (evil)");
    }

    @Test
    void damagedFilesAreRefusedWithoutACrash() {
        byte[] whole = OnnxFiles.tree(true);

        assertThatThrownBy(() -> open(new byte[0])).hasMessageContaining("no operator");
        assertThatThrownBy(() -> open("not a model".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
        for (int length = 1; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> open(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void flippedBytesNeverCrash() {
        byte[] whole = OnnxFiles.dense(true);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x55;
            try {
                open(changed).evaluate(new double[] {1, 2});
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void headerThatDoesNotFitIsRefused() {
        byte[] file = OnnxFiles.dense(true);
        Task three = new Task.Classification(List.of("a", "b", "c"));

        assertThatThrownBy(() -> new ImportedModel(
                        List.of("x", "y", "z"),
                        three,
                        header(List.of("x", "y", "z"), List.of("a", "b", "c"), FileLink.NONE),
                        file))
                .hasMessageContaining("The file reads 2 numbers; the header names 3.");
        assertThatThrownBy(() -> new ImportedModel(XY, three, header(XY, List.of("a", "b", "d"), FileLink.NONE), file))
                .hasMessageContaining("each of [a, b, c] once is expected");
        assertThatThrownBy(() -> predict(
                        new ImportedModel(XY, LOST_WON, header(XY, List.of("lost", "won"), FileLink.NONE), file), 1, 2))
                .hasMessageContaining("it tells 3 numbers");
    }
}
