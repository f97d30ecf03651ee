package dev.keelson.learn.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.frame.CategoryKey;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.split.PurgedKFold;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EncodedLearnerTest {
    private static final LearnerProvider LOGISTIC = new LogisticProvider();

    /** A category and a number; null is missing. */
    private static FeatureMatrix matrix(@Nullable String... texts) {
        double[] keys = new double[texts.length];
        double[] numbers = new double[texts.length];
        Map<Double, String> names = new TreeMap<>();
        for (int i = 0; i < texts.length; i++) {
            String text = texts[i];
            numbers[i] = i;
            keys[i] = text == null ? Double.NaN : CategoryKey.of(text);
            if (text != null) {
                names.put(keys[i], text);
            }
        }
        return new FeatureMatrix(
                List.of("n", "kind"), new double[][] {numbers, keys}, texts.length, Map.of("kind", names));
    }

    private static Encoding.Fitted fit(EncodingKind kind, FeatureMatrix matrix, int... labels) {
        TrainingSet rows = new TrainingSet(matrix, labels, List.of("no", "yes"), null);
        return Encoding.fit(rows, Map.of("kind", kind), new PurgedKFold(2, 0, 0));
    }

    private static double[] encoded(Encoding encoding, @Nullable String text) {
        return Arrays.copyOfRange(
                encoding.apply(new double[] {1, text == null ? Double.NaN : CategoryKey.of(text)}),
                1,
                encoding.columns().size());
    }

    @Test
    void aTextAlwaysHasTheSameNumber() {
        assertThat(CategoryKey.of("E0")).isEqualTo(CategoryKey.of("E" + 0)).isNotEqualTo(CategoryKey.of("E1"));
        assertThat(CategoryKey.of("")).isBetween(1.0, 0x1p52);
        assertThat(CategoryKey.of("E0")).isEqualTo(Math.rint(CategoryKey.of("E0")));
    }

    @Test
    void eachFrequentLevelHasAColumnAndTheRestShareOne() {
        Encoding encoding = fit(EncodingKind.ONEHOT, matrix("b", "a", "a", "b", "a", "rare", null), 0, 1, 0, 1, 0, 1, 0)
                .encoding();

        assertThat(encoding.columns()).containsExactly("n", "kind=a", "kind=b", "kind~other", "kind~missing");
        assertThat(encoded(encoding, "a")).containsExactly(1, 0, 0, 0);
        assertThat(encoded(encoding, "rare")).containsExactly(0, 0, 1, 0);
        assertThat(encoded(encoding, "unseen")).containsExactly(0, 0, 1, 0);
        assertThat(encoded(encoding, null)).containsExactly(0, 0, 0, 1);
    }

    @Test
    void aMissingCategoryThatTrainingNeverHadIsInNoColumn() {
        Encoding encoding = fit(EncodingKind.ONEHOT, matrix("a", "a", "b", "b"), 0, 1, 0, 1).encoding();

        assertThat(encoded(encoding, null)).containsExactly(0, 0, 0);
    }

    @Test
    void ofManyLevelsOnlyTheMostFrequentHaveColumns() {
        String[] texts = new String[300];
        int[] labels = new int[texts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "level" + i % 100;
            labels[i] = i % 2;
        }

        Encoding encoding = fit(EncodingKind.ONEHOT, matrix(texts), labels).encoding();

        assertThat(encoding.columns()).hasSize(1 + Encoding.MOST_COLUMNS + 1);
    }

    @Test
    void codesOfUnseenCategoriesAreThoseOfOthersOrMissing() {
        Encoding closed = fit(EncodingKind.NATIVE, matrix("a", "a", "b", "b"), 0, 1, 0, 1).encoding();
        Encoding open = fit(EncodingKind.NATIVE, matrix("a", "a", "b", "b", "rare"), 0, 1, 0, 1, 0).encoding();

        assertThat(encoded(closed, "b")).containsExactly(1);
        assertThat(encoded(closed, "unseen")).containsExactly(Double.NaN);
        assertThat(encoded(open, "unseen")).containsExactly(2);
        assertThat(encoded(open, null)).containsExactly(Double.NaN);
    }

    @Test
    void ordinalCodesFollowTheAlphabet() {
        Encoding encoding = fit(EncodingKind.ORDINAL, matrix("c", "a", "c", "b"), 0, 1, 0, 1).encoding();

        assertThat(encoded(encoding, "a")).containsExactly(0);
        assertThat(encoded(encoding, "c")).containsExactly(2);
        assertThat(encoded(encoding, "unseen")).containsExactly(Double.NaN);
    }

    @Test
    void meansAreDrawnToThatOfAllRowsAndTrainingRowsAreToldByOthers() {
        Encoding.Fitted fitted = fit(EncodingKind.TARGET, matrix("a", "a", "b", "b", "a", "a", "b", "b"), 1, 1, 0, 0, 1, 1, 0, 0);

        assertThat(encoded(fitted.encoding(), "a")[0]).isCloseTo((4 + 10 * 0.5) / 14, within(1e-12));
        assertThat(encoded(fitted.encoding(), "unseen")).containsExactly(0.5);
        assertThat(fitted.features().columns()[1][0]).isLessThan(encoded(fitted.encoding(), "a")[0]);
    }

    @ParameterizedTest
    @EnumSource(EncodingKind.class)
    void savedAndLoadedItPredictsTheSameBits(EncodingKind kind) {
        Random random = new Random(5);
        @Nullable String[] texts = new @Nullable String[200];
        int[] labels = new int[texts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = random.nextInt(20) == 0 ? null : "level" + random.nextInt(8);
            labels[i] = random.nextInt(3);
        }
        FeatureMatrix matrix = matrix(texts);
        TrainingSet rows = new TrainingSet(matrix, labels, List.of("H", "D", "A"), null);

        Model model = new EncodedLearner(LOGISTIC.create(Map.of()), Map.of("kind", kind), 0, 0).fit(rows, 1);

        Model loaded = new EncodedCodec(List.of(LOGISTIC.codec())).load(model.features(), model.task(), model.save());
        assertThat(loaded.predictAll(matrix)).containsExactly(model.predictAll(matrix));
        double[] alone = new double[3];
        loaded.predict(new double[] {0, matrix.value(0, 1)}, alone);
        assertThat(alone).containsExactly(Arrays.copyOf(model.predictAll(matrix), 3));
        assertThat(model.features()).containsExactly("n", "kind");
        assertThat(Arrays.stream(model.importance()).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void aCategoryThatDecidesIsLearned() {
        String[] texts = new String[200];
        double[] values = new double[texts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = List.of("x", "y", "z").get(i % 3);
            values[i] = i % 3 == 1 ? 5 : 1;
        }
        TrainingSet rows = new TrainingSet(matrix(texts), new Target.Numbers(values, new Task.Regression()), null);

        Model model = new EncodedLearner(new LinearProvider().create(Map.of()), Map.of(), 0, 0).fit(rows, 1);

        assertThat(ValidationLoss.of(rows, model.predictAll(rows.features()))).isLessThan(1e-2);
        assertThat(model.importance()[1]).isGreaterThan(0.9);
    }

    /** Almost every row has a level of its own: means that contain the row's own label would tell it. */
    @Test
    void aNoiseColumnOfManyLevelsDoesNotHelpWhenToldByItsMeans() {
        Random random = new Random(11);
        int n = 2_000;
        String[] texts = new String[2 * n];
        int[] labels = new int[2 * n];
        for (int i = 0; i < 2 * n; i++) {
            texts[i] = "noise" + random.nextInt(600);
            labels[i] = random.nextInt(2);
        }
        FeatureMatrix all = matrix(texts);
        int[] train = new int[n];
        int[] test = new int[n];
        Arrays.setAll(train, i -> i);
        Arrays.setAll(test, i -> n + i);
        TrainingSet rows = new TrainingSet(all.select(List.of("kind")), labels, List.of("no", "yes"), null);

        Model model = new EncodedLearner(LOGISTIC.create(Map.of("l2", 1e-3)), Map.of("kind", EncodingKind.TARGET), 0, 0)
                .fit(rows.take(train), 1);

        TrainingSet later = rows.take(test);
        assertThat(ValidationLoss.of(later, model.predictAll(later.features()))).isCloseTo(Math.log(2), within(0.004));
        Encoding encoding = ((EncodedModel) model).encoding();
        TrainingSet naive = new TrainingSet(
                encoding.apply(rows.take(train).features()), rows.take(train).target(), null);
        Model fooled = LOGISTIC.create(Map.of("l2", 1e-3)).fit(naive, 1);
        assertThat(ValidationLoss.of(later, fooled.predictAll(encoding.apply(later.features())))).isGreaterThan(0.75);
    }

    @Test
    void rowsWithoutCategoriesReachTheLearnerAsTheyAre() {
        TrainingSet rows = new TrainingSet(
                matrix("a", "b", "a", "b").select(List.of("n")), new int[] {0, 1, 1, 0}, List.of("no", "yes"), null);

        Model model = new EncodedLearner(LOGISTIC.create(Map.of()), Map.of(), 0, 0).fit(rows, 1);

        assertThat(model.format()).isEqualTo(LOGISTIC.codec().format());
    }

    @Test
    void aDamagedEncodingIsRefused() {
        TrainingSet rows = new TrainingSet(matrix("a", "b", "a", "b"), new int[] {0, 1, 1, 0}, List.of("no", "yes"), null);
        Model model = new EncodedLearner(LOGISTIC.create(Map.of()), Map.of(), 0, 0).fit(rows, 1);
        Map<String, byte[]> files = new TreeMap<>(model.save());
        String text = new String(files.get("encoding.json"), StandardCharsets.UTF_8);
        files.put("encoding.json", text.replace("onehot", "hash").getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> new EncodedCodec(List.of(LOGISTIC.codec())).load(model.features(), model.task(), files))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hash");
    }

    /** 200 rows of which level 1 tells the class, in the direction given; every ninth is missing. */
    private static TrainingSet told(int one, String more) {
        @Nullable String[] texts = new @Nullable String[200];
        int[] labels = new int[texts.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = i % 9 == 0 ? null : i % 10 == 0 ? more : "level" + i % 4;
            labels[i] = i % 4 == 1 ? one : i % 2;
        }
        return new TrainingSet(matrix(texts), labels, List.of("no", "yes"), null);
    }

    @ParameterizedTest
    @EnumSource(EncodingKind.class)
    void aModelGoesOnBehindTheEncodingThatItHas(EncodingKind kind) {
        Continuing learner = (Continuing) LOGISTIC.create(Map.of("l2", 1e-3));
        Model base = new EncodedLearner(learner, Map.of("kind", kind), 0, 0).fit(told(1, "rare"), 1);
        TrainingSet turned = told(0, "never seen");
        Continuation how = new Continuation(ContinuationMode.CONTINUE, 50, 0.5);

        Model model = EncodedLearner.goOn(learner, base, turned, how, 1);

        assertThat(ValidationLoss.of(turned, model.predictAll(turned.features())))
                .isLessThan(ValidationLoss.of(turned, base.predictAll(turned.features())));
        assertThat(model).isInstanceOfSatisfying(EncodedModel.class, encoded -> assertThat(encoded.encoding())
                .isSameAs(((EncodedModel) base).encoding()));
        assertThat(model.features()).isEqualTo(base.features());
    }

    @Test
    void aModelOfNumbersDoesNotGoOnFromCategories() {
        Continuing learner = (Continuing) LOGISTIC.create(Map.of());
        TrainingSet rows = told(1, "rare");
        double[][] columns = {rows.features().columns()[0], rows.features().columns()[0]};
        TrainingSet numbers = new TrainingSet(
                new FeatureMatrix(List.of("n", "kind"), columns, rows.rows(), Map.of()), rows.target(), null);
        Model base = new EncodedLearner(learner, Map.of(), 0, 0).fit(numbers, 1);

        assertThatThrownBy(() -> EncodedLearner.goOn(
                        learner, base, rows, new Continuation(ContinuationMode.CONTINUE, 5, 0.1), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("[kind]");
    }
}
