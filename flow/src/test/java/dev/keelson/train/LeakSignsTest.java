package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.FeatureMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeakSignsTest {
    private static final TrainingTable HONEST = TrainingFixture.table(400, 1);

    private static TrainingTable with(FeatureMatrix features) {
        return new TrainingTable(
                features,
                HONEST.labels(),
                HONEST.eventTime(),
                HONEST.knownAt(),
                HONEST.day(),
                HONEST.segment(),
                HONEST.odds(),
                HONEST.rowIds());
    }

    private static FeatureMatrix replaced(double[] first) {
        double[][] columns = HONEST.features().columns().clone();
        columns[0] = first;
        return new FeatureMatrix(HONEST.features().names(), columns, HONEST.rows());
    }

    @Test
    void honestRowsShowNone() {
        assertThat(LeakSigns.of(TrainingFixture.definition(), HONEST)).isEmpty();
    }

    @Test
    void plantedOutcomeIsNamed() {
        Random random = new Random(1);
        double[] planted = Arrays.stream(HONEST.labels())
                .mapToDouble(label -> label + 0.1 * random.nextGaussian())
                .toArray();

        List<String> signs = LeakSigns.of(TrainingFixture.definition(), with(replaced(planted)));

        assertThat(signs)
                .singleElement()
                .asString()
                .startsWith("The feature " + HONEST.features().names().getFirst() + " alone tells the label");
    }

    @Test
    void outcomeInDisguiseOfATargetEncodingIsNamed() {
        double[] shares = new double[HONEST.rows()];
        for (int i = 0; i < shares.length; i++) { // a category of its own for each row: its mean is the row's own label
            shares[i] = HONEST.labels()[i] == 2 ? 1 : 0;
        }

        assertThat(LeakSigns.of(TrainingFixture.definition(), with(replaced(shares))))
                .first()
                .asString()
                .contains("alone tells the label (area under the ROC curve of A: 1.0000)");
    }

    @Test
    void copiesAmongTheRowsAreCounted() {
        int[] twice = IntStream.range(0, HONEST.rows()).map(i -> i % 10 == 9 ? i - 1 : i).toArray();

        List<String> signs = LeakSigns.of(
                TrainingFixture.definition(), with(HONEST.features().take(twice)));

        assertThat(signs)
                .singleElement()
                .asString()
                .startsWith("40 of 400 rows repeat the features of an earlier row (10 %)");
    }

    @Test
    void rowsOfFewValuesRepeatByChance() {
        double[][] columns = new double[HONEST.features().width()][];
        Random random = new Random(2);
        for (int j = 0; j < columns.length; j++) {
            columns[j] = random.ints(HONEST.rows(), 0, 3).asDoubleStream().toArray();
        }

        assertThat(LeakSigns.of(
                        TrainingFixture.definition(),
                        with(new FeatureMatrix(HONEST.features().names(), columns, HONEST.rows()))))
                .isEmpty();
    }
}
