package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.CategoryKey;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.encode.EncodedModel;
import dev.keelson.learn.encode.EncodingKind;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Features that are texts, from the table to the stored model. */
final class TrainingCategoriesTest {
    private static final ModelDefinition PLAIN = TrainingFixture.definition(
            List.of(TrainingFixture.learner(1), TrainingFixture.learner(500)));

    /** The fixture's rows with a category that tells the class, of which the last 40 rows have one of their own. */
    static TrainingTable table(int n, boolean telling) {
        TrainingTable base = TrainingFixture.table(n, 3);
        Random random = new Random(8);
        double[] keys = new double[n];
        Map<Double, String> texts = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            int level = telling && random.nextInt(4) > 0 ? base.labels()[i] : random.nextInt(3);
            String text = i >= n - 40 ? "new" : telling ? List.of("x", "y", "z").get(level) : "noise" + random.nextInt(n / 3);
            keys[i] = CategoryKey.of(text);
            texts.put(keys[i], text);
        }
        double[][] columns = {base.features().columns()[0], keys};
        return new TrainingTable(
                new FeatureMatrix(List.of("strength", "kind"), columns, n, Map.of("kind", texts)),
                base.labels(),
                base.eventTime(),
                base.knownAt(),
                base.day(),
                base.segment(),
                base.odds(),
                base.rowIds());
    }

    private static TrainingOutcome train(ModelDefinition definition, TrainingTable table, int threads) {
        return TrainingFixture.training(threads)
                .run(TrainingFixture.request(definition, table, new TrainingMode.Full()));
    }

    private static double loss(TrainingOutcome outcome) {
        return outcome.metrics().getOrDefault("test_log_loss", Double.NaN);
    }

    @Test
    void aCategoryThatTellsTheClassHelpsAndIsStoredWithTheModel() {
        TrainingTable table = table(800, true);

        TrainingOutcome outcome = train(PLAIN, table, 1);

        assertThat(loss(outcome)).isLessThan(loss(train(PLAIN, TrainingFixture.table(800, 3), 1)) - 0.05);
        assertThat(outcome.importance()).extracting(FeatureImportance::feature).contains("kind", "strength");
        EnsembleModel model = outcome.bundle().load(TrainingFixture.training(1).codecs());
        Model member = model.members().getFirst().model();
        assertThat(member).isInstanceOfSatisfying(EncodedModel.class, encoded -> {
            assertThat(encoded.encoding().levels(1)).containsExactlyInAnyOrder("x", "y", "z", "new");
            assertThat(encoded.encoding().kind(1)).isEqualTo(EncodingKind.ONEHOT);
        });
        assertThat(outcome.bundle().sha256()).isEqualTo(train(PLAIN, table, 3).bundle().sha256());
    }

    @Test
    void howItIsEncodedIsPartOfTheDefinition() {
        ModelDefinition target =
                PLAIN.withForm(new FormDefinition(Map.of("kind", EncodingKind.TARGET), List.of()));

        assertThat(DefinitionJson.canonical(target)).contains("\"encode\":{\"kind\":\"target\"}");
        assertThat(DefinitionJson.canonical(PLAIN)).doesNotContain("encode").doesNotContain("quantiles");
    }

    @Test
    void aNoiseColumnOfManyLevelsDoesNotHelpWhenToldByItsMeans() {
        ModelDefinition target =
                PLAIN.withForm(new FormDefinition(Map.of("kind", EncodingKind.TARGET), List.of()));

        double with = loss(train(target, table(1_200, false), 1));

        TrainingTable table = table(1_200, false);
        TrainingTable without = new TrainingTable(
                table.features().select(List.of("strength")),
                table.labels(),
                table.eventTime(),
                table.knownAt(),
                table.day(),
                table.segment(),
                table.odds(),
                table.rowIds());
        assertThat(with).isGreaterThan(loss(train(target, without, 1)) - 0.01);
    }
}
