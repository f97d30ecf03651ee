package dev.keelson.catboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.catboost.CatBoostModel;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.CategoryKey;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Task;
import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.learn.imported.ImportHeader;
import dev.keelson.learn.imported.ImportedCodec;
import dev.keelson.learn.imported.ImportedModel;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CatBoostEngineTest {
    private static final List<String> XY = List.of("x", "y");
    private static final Task WON_LOST = new Task.Classification(List.of("won", "lost"));
    private static final double TENNIS = CategoryKey.of("tennis");
    private static final double GOLF = CategoryKey.of("golf");

    private static FileEvaluator open(byte[] file) {
        return new CatBoostEngine().open(file, null);
    }

    private static ImportHeader header(List<String> inputs, List<String> classes, FileLink link) {
        return new ImportHeader(FileFormat.CATBOOST, inputs, classes, null, link);
    }

    private static double[] predict(ImportedModel model, double... row) {
        double[] out = new double[model.outputs().size()];
        model.predict(row, out);
        return out;
    }

    @Test
    void engineIsFoundAsService() {
        assertThat(FileEngine.found(FileFormat.CATBOOST)).containsInstanceOf(CatBoostEngine.class);
        assertThat(FileFormat.of("their.cbm", CbmFiles.binary())).isEqualTo(FileFormat.CATBOOST);
    }

    @Test
    void scoreOfTwoClassesIsEvaluated() {
        FileEvaluator file = open(CbmFiles.binary());

        assertThat(file.inputs()).isEqualTo(XY);
        assertThat(file.labels()).containsExactly("lost", "won");
        assertThat(file.link()).isEqualTo(FileLink.LOGISTIC);
        assertThat(file.categories()).isEmpty();
        assertThat(file.evaluate(new double[] {0.2, 1})).containsExactly(new double[] {-1 + 0.1 + 0.5}, within(1e-12));
        assertThat(file.evaluate(new double[] {0.3, 1})).containsExactly(new double[] {-1 + 0.2 + 0.5}, within(1e-12));
        assertThat(file.evaluate(new double[] {0.6, 3})).containsExactly(new double[] {0.75 + 0.4 + 0.5}, within(1e-12));
    }

    @Test
    void scoreBecomesAProbabilityInTheOrderOfTheModel() {
        ImportedModel model = new ImportedModel(
                List.of("y", "x"),
                WON_LOST,
                header(XY, List.of("lost", "won"), FileLink.LOGISTIC),
                CbmFiles.binary());

        double won = 1 / (1 + Math.exp(-1.65));
        assertThat(predict(model, 3, 0.6)).containsExactly(new double[] {won, 1 - won}, within(1e-12));
    }

    @Test
    void categoriesAreReadByTheirTexts() {
        List<String> names = List.of("sport", "x");
        List<String> classes = List.of("a", "b", "c");
        FileEvaluator file = open(CbmFiles.classes());
        ImportedModel model = new ImportedModel(
                names, new Task.Classification(classes), header(names, classes, FileLink.SOFTMAX), CbmFiles.classes());

        assertThat(file.categories()).containsExactly(0);
        assertThat(file.link()).isEqualTo(FileLink.SOFTMAX);
        assertThat(file.evaluate(new double[] {TENNIS, 2})).containsExactly(1, 2, 5);
        assertThat(file.evaluate(new double[] {GOLF, 0})).containsExactly(-1, -2, -3);
        double sum = Math.exp(1) + Math.exp(2) + Math.exp(5);
        assertThat(predict(model, TENNIS, 2))
                .containsExactly(new double[] {Math.exp(1) / sum, Math.exp(2) / sum, Math.exp(5) / sum}, within(1e-12));
    }

    @Test
    void countsOfCategoriesAreRead() {
        FileEvaluator file = open(CbmFiles.value());

        assertThat(file.labels()).isEmpty();
        assertThat(file.link()).isEqualTo(FileLink.NONE);
        assertThat(file.evaluate(new double[] {TENNIS, 0})).containsExactly(10);
        assertThat(file.evaluate(new double[] {GOLF, 0})).containsExactly(20);
        assertThat(file.evaluate(new double[] {CategoryKey.of("chess"), 0})).containsExactly(20);
    }

    @Test
    void textsHaveTheHashThatTheLibraryGivesThem() throws ReflectiveOperationException {
        Method theirs = CatBoostModel.class.getDeclaredMethod("hashCategoricalFeature", String.class);
        theirs.setAccessible(true);
        Random random = new Random(4);
        StringBuilder text = new StringBuilder();

        for (int length = 0; length < 400; length++) {
            String each = text.toString();
            assertThat(CategoryKey.hash32(CategoryKey.of(each))).as(each).isEqualTo(theirs.invoke(null, each));
            text.append((char) (random.nextInt(4) == 0 ? 'à' + random.nextInt(900) : ' ' + random.nextInt(90)));
        }
        assertThat(CategoryKey.hash32(-42)).isEqualTo(theirs.invoke(null, "-42"));
    }

    @Test
    void missingCategoryAndBrokenNumberAreNamed() {
        List<String> names = List.of("sport", "x");
        ImportedModel model = new ImportedModel(
                names, new Task.Regression(), header(names, List.of(), FileLink.NONE), CbmFiles.value());

        assertThatThrownBy(() -> predict(model, Double.NaN, 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("the category sport is missing")
                .hasMessageContaining("missing are [sport]");
        assertThatThrownBy(() -> predict(model, 0.5, 1)).hasMessageContaining("The number (0.5) stands for no category");
    }

    @Test
    void savedModelPredictsTheSameBits() {
        ImportedModel model = new ImportedModel(
                XY, WON_LOST, header(XY, List.of("lost", "won"), FileLink.LOGISTIC), CbmFiles.binary());

        var loaded = new ImportedCodec().load(XY, WON_LOST, model.save());

        double[] out = new double[2];
        loaded.predict(new double[] {0.3, 0.7}, out);
        assertThat(out).containsExactly(predict(model, 0.3, 0.7));
        assertThat(loaded.save()).containsOnlyKeys("import.json", "model.cbm");
    }

    @Test
    void threadsGetTheSameBitsAtOnce() throws ExecutionException, InterruptedException {
        ImportedModel model = new ImportedModel(
                XY, WON_LOST, header(XY, List.of("lost", "won"), FileLink.LOGISTIC), CbmFiles.binary());
        Random random = new Random(1);
        double[] x = random.doubles(200, 0, 1).toArray();
        double[] y = random.doubles(200, 0, 4).toArray();
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
    void columnsWithoutNamesHaveNone() {
        byte[] file = CbmFiles.file(
                CbmFiles.trees(1, new int[] {0}, new int[] {1}, 1, 2)
                        .with(5, List.of(CbmFiles.number(0, 0, "", 0.5f), CbmFiles.number(1, 1, "1"))),
                "RMSE",
                "");

        assertThat(open(file).inputs()).isEmpty();
        assertThat(open(file).width()).isEqualTo(2);
        assertThat(open(file).evaluate(new double[] {1, 0})).containsExactly(2);
    }

    @Test
    void otherScalesAndOtherFeaturesAreRefused() {
        assertThatThrownBy(() -> open(CbmFiles.file(CbmFiles.binaryTrees(), "Poisson", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the loss Poisson, whose scores are not evaluated");
        CbmBytes texts = CbmFiles.binaryTrees().with(12, List.of(CbmFiles.category(0, 2, "review")));
        assertThatThrownBy(() -> open(CbmFiles.file(texts, "Logloss", "")))
                .hasMessageContaining("reads texts by their words");
    }

    @Test
    void treesThatLeadAstrayAreRefused() {
        List<CbmBytes> columns = List.of(CbmFiles.number(0, 0, "x", 0.5f));
        List<CbmBytes> wrong = List.of(
                CbmFiles.trees(1, new int[] {1}, new int[] {1}, 1, 2).with(5, columns),
                CbmFiles.trees(1, new int[] {-1}, new int[] {1}, 1, 2).with(5, columns),
                CbmFiles.trees(1, new int[] {0}, new int[] {1}, 1).with(5, columns),
                CbmFiles.trees(1, new int[] {0}, new int[] {2}, 1, 2, 3, 4).with(5, columns),
                CbmFiles.trees(0, new int[] {0}, new int[] {1}, 1, 2).with(5, columns),
                CbmFiles.trees(1, new int[] {0}, new int[] {1}, 1, 2)
                        .with(5, List.of(CbmFiles.number(-1, 0, "x", 0.5f))),
                CbmFiles.trees(1, new int[] {0}, new int[] {1}, 1, 2).with(5, columns).with(17, new int[] {7}));

        for (CbmBytes each : wrong) {
            assertThatThrownBy(() -> open(CbmFiles.file(each, "RMSE", "")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("The file is damaged");
        }
    }

    @Test
    void countsThatLeadAstrayAreRefused() {
        assertThatThrownBy(() -> open(CbmFiles.file(CbmFiles.countingTrees(), "RMSE", "")))
                .hasMessageContaining("lacks counts of categories");
        assertThatThrownBy(() -> open(CbmFiles.file(
                        CbmFiles.countingTrees(), "RMSE", "", CbmBytes.counts(CbmFiles.table(0, 2, 8)))))
                .hasMessageContaining("a category has no count");
        assertThatThrownBy(() -> open(CbmFiles.file(
                        CbmFiles.countingTrees(), "RMSE", "", CbmBytes.counts(CbmFiles.table(0, 1, 2)))))
                .hasMessageContaining("the table of a count is full");
        assertThatThrownBy(() -> open(CbmFiles.file(
                        CbmFiles.countingTrees(), "RMSE", "", CbmBytes.counts(CbmFiles.table(0, 1, 7)))))
                .hasMessageContaining("no size that it may have");
    }

    @Test
    void cutAndForeignFilesAreRefused() {
        byte[] whole = CbmFiles.value();

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> open(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> open(Arrays.copyOf(whole, whole.length + 1))).hasMessageContaining("follows its end");
    }

    @Test
    void flippedBytesNeverCrash() {
        for (byte[] whole : List.of(CbmFiles.binary(), CbmFiles.classes(), CbmFiles.value())) {
            String text = new String(whole, StandardCharsets.ISO_8859_1);
            int quiet = text.indexOf("{\"flat_params"); // of which the library says on standard error that it is wrong
            for (int i = 0; i < whole.length; i++) {
                if (i >= quiet && i < text.indexOf("}}}", quiet) + 3) {
                    continue;
                }
                for (int flip : new int[] {0x01, 0x55, 0x80}) {
                    byte[] changed = whole.clone();
                    changed[i] ^= (byte) flip;
                    try {
                        FileEvaluator file = open(changed);
                        double[] row = new double[file.width()];
                        Arrays.fill(row, 1);
                        file.evaluate(row);
                    } catch (IllegalArgumentException e) {
                        assertThat(e.getMessage()).isNotBlank();
                    }
                }
            }
        }
    }

    @Test
    void headerThatDoesNotFitIsRefused() {
        byte[] file = CbmFiles.binary();
        List<String> three = List.of("x", "y", "z");

        assertThatThrownBy(() -> new ImportedModel(
                        three, WON_LOST, header(three, List.of("lost", "won"), FileLink.LOGISTIC), file))
                .hasMessageContaining("The file reads 2 numbers; the header names 3.");
        assertThatThrownBy(() ->
                        new ImportedModel(XY, WON_LOST, header(XY, List.of("lost", "drawn"), FileLink.LOGISTIC), file))
                .hasMessageContaining("each of [won, lost] once is expected");
        assertThatThrownBy(() -> predict(
                        new ImportedModel(XY, WON_LOST, header(XY, List.of("lost", "won"), FileLink.NONE), file), 0.6, 3))
                .hasMessageContaining("which are no probabilities");
    }
}
