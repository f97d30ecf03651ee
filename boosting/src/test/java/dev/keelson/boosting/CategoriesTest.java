package dev.keelson.boosting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.RandomForestProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.frame.CategoryKey;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.encode.EncodedCodec;
import dev.keelson.learn.encode.EncodedLearner;
import dev.keelson.learn.encode.EncodedModel;
import dev.keelson.learn.encode.EncodingKind;
import dev.keelson.learn.spi.LearnerProvider;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Boosted trees and forests split on sets of categories. */
final class CategoriesTest {

    static Stream<LearnerProvider> libraries() {
        return Stream.of(new LightGbmProvider(), new XGBoostProvider(), new RandomForestProvider());
    }

    /** The sign of the mean changes from level to level, in no order. */
    private static TrainingSet rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[2][n];
        double[] values = new double[n];
        Map<Double, String> texts = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            int level = random.nextInt(24);
            String text = "level" + level;
            columns[0][i] = random.nextGaussian();
            columns[1][i] = random.nextInt(30) == 0 ? Double.NaN : CategoryKey.of(text);
            texts.put(CategoryKey.of(text), text);
            values[i] = ((level * 7) % 3 == 0 ? 2 : -1) + 0.3 * random.nextGaussian();
        }
        return new TrainingSet(
                new FeatureMatrix(List.of("noise", "kind"), columns, n, Map.of("kind", texts)),
                new Target.Numbers(values, new Task.Regression()),
                null);
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aCategoryWithoutOrderIsLearnedAndStored(LearnerProvider library) {
        TrainingSet set = rows(4_000, 1);
        TrainingSet later = rows(1_000, 2);
        Map<String, Object> settings = library.name().equals("random_forest") ? Map.of("colsample", 1.0) : Map.of();

        Model model = new EncodedLearner(library.create(settings), Map.of(), 0, 0)
                .fit(set, FitControl.on(later), 1)
                .model();

        assertThat(model).isInstanceOfSatisfying(EncodedModel.class, encoded -> {
            assertThat(encoded.encoding().kind(1)).isEqualTo(EncodingKind.NATIVE);
            assertThat(encoded.model().features()).containsExactly("noise", "kind");
        });
        assertThat(ValidationLoss.of(later, model.predictAll(later.features()))).isLessThan(0.35);
        assertThat(model.importance()[1]).isGreaterThan(0.8);
        Model loaded =
                new EncodedCodec(List.of(library.codec())).load(model.features(), model.task(), model.save());
        assertThat(loaded.predictAll(later.features())).containsExactly(model.predictAll(later.features()));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void anUnseenCategoryIsPredictedAsAMissingOne(LearnerProvider library) {
        Model model = new EncodedLearner(library.create(Map.of()), Map.of(), 0, 0).fit(rows(2_000, 1), 1);
        double[] unseen = new double[1];
        double[] missing = new double[1];

        model.predict(new double[] {0.2, CategoryKey.of("never met")}, unseen);
        model.predict(new double[] {0.2, Double.NaN}, missing);

        assertThat(unseen).containsExactly(missing);
    }
}
