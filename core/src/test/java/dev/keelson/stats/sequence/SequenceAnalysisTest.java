package dev.keelson.stats.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.stats.sequence.SequenceAnalysis.Question;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SequenceAnalysisTest {
    private static final Question PLAIN = new Question(null, null, 42);

    private static ResultSequence letters(String letters) {
        return new ResultSequence(List.of("W", "L"), letters.chars().map(c -> c == 'W' ? 0 : 1).toArray());
    }

    /** A success is so much more likely after a success than after a failure; half of all are. */
    private static ResultSequence dependent(long seed, int n, double dependence) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] values = new int[n];
        for (int i = 0; i < n; i++) {
            double chance = i == 0 ? 0.5 : 0.5 + (values[i - 1] == 0 ? 1 : -1) * dependence / 2;
            values[i] = random.nextDouble() < chance ? 0 : 1;
        }
        return new ResultSequence(List.of("won", "lost"), values);
    }

    @Test
    void streaksAreTheLongestAndTheLast() {
        SequenceAnalysis analysis = SequenceAnalysis.of(letters("WWLWWWLLLW"), PLAIN);

        assertThat(analysis.longest().get(0).streak()).isEqualTo(new ResultSequence.Streak(0, 3, 3));
        assertThat(analysis.longest().get(1).streak()).isEqualTo(new ResultSequence.Streak(1, 6, 3));
        assertThat(Objects.requireNonNull(analysis.current()).streak()).isEqualTo(new ResultSequence.Streak(0, 9, 1));
        assertThat(analysis.current().byOrder()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void fewResultsAreDescribedNotTested() {
        SequenceAnalysis analysis = SequenceAnalysis.of(letters("W".repeat(9) + "L".repeat(10)), PLAIN);

        assertThat(analysis.order()).isEmpty();
        assertThat(analysis.uniform()).isNull();
        assertThat(analysis.serial()).isNull();
        assertThat(analysis.found()).isFalse();
        assertThat(analysis.longest()).hasSize(2);
    }

    @Test
    void nothingIsSaidOfNoResultOrOfEqualOnes() {
        assertThat(SequenceAnalysis.of(letters(""), PLAIN).current()).isNull();
        assertThat(SequenceAnalysis.of(letters("W".repeat(50)), PLAIN).order()).isEmpty();
        assertThat(SequenceAnalysis.of(letters("W".repeat(50)), PLAIN).found()).isFalse();
    }

    @Test
    void chanceIsSeldomTakenForOrder() {
        int found = 0;
        for (int seed = 0; seed < 50; seed++) {
            found += SequenceAnalysis.of(dependent(seed, 40, 0), PLAIN).found() ? 1 : 0;
        }

        assertThat(found).isLessThanOrEqualTo(7); // 2.5 expected at most, 3 standard errors are 4.6
    }

    @Test
    void dependenceThatItSaysItFindsIsFound() {
        int n = 200;
        double dependence = SequenceAnalysis.detectableDependence(n);
        int found = 0;
        for (int seed = 0; seed < 400; seed++) {
            found += RunsTest.test(dependent(seed, n, dependence), 1).pValue() <= 0.05 ? 1 : 0;
        }

        assertThat(found / 400.0).isCloseTo(0.8, within(0.06));
        assertThat(SequenceAnalysis.resultsFor(dependence)).isBetween((long) n, n + 1L);
    }

    @Test
    void rateThatItSaysItFindsIsFound() {
        int n = 300;
        double rate = 0.55;
        double[] stated = new double[n];
        Arrays.fill(stated, rate);
        double real = rate - SequenceAnalysis.detectableRate(n, rate);
        int found = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            int wins = (int) new SplittableRandom(seed).doubles(n).filter(u -> u < real).count();
            found += Shares.stated(stated, wins).pValue() <= 0.05 ? 1 : 0;
        }

        assertThat(found / 1_000.0).isCloseTo(0.8, within(0.05));
    }

    @Test
    void favouritesThatComeTogetherAreNoStreakWhenTheirChancesAreStated() {
        int n = 400;
        double[] stated = new double[n];
        int blind = 0;
        int seeing = 0;
        for (int seed = 0; seed < 15; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] values = new int[n];
            for (int i = 0; i < n; i++) {
                stated[i] = i / 20 % 2 == 0 ? 0.8 : 0.3; // twenty favourites, twenty outsiders
                values[i] = random.nextDouble() < stated[i] ? 0 : 1;
            }
            ResultSequence sequence = new ResultSequence(List.of("won", "lost"), values);
            blind += pOfSerial(SequenceAnalysis.of(sequence, PLAIN)) <= 0.05 ? 1 : 0;
            seeing += pOfSerial(SequenceAnalysis.of(sequence, new Question(stated, null, 1))) <= 0.05 ? 1 : 0;
        }

        assertThat(blind).isGreaterThan(12);
        assertThat(seeing).isLessThanOrEqualTo(4);
    }

    private static double pOfSerial(SequenceAnalysis analysis) {
        return Objects.requireNonNull(analysis.serial()).test().pValue();
    }

    @Test
    void twoCategoriesCorrelateAlikeWithAndWithoutValues() {
        ResultSequence sequence = dependent(5, 90, 0.4);
        double[] values = Arrays.stream(sequence.values()).mapToDouble(v -> v).toArray();

        SerialCorrelation numbers = SerialCorrelation.of(values, 4, 1);
        SerialCorrelation categories = SerialCorrelation.of(sequence, 4, 1);

        assertThat(categories.correlations()).containsExactly(numbers.correlations(), within(1e-12));
    }

    @Test
    void sameSeedGivesTheSameAndImpossibleQuestionsAreRefused() {
        ResultSequence three = new ResultSequence(List.of("H", "D", "A"), new SplittableRandom(3).ints(80, 0, 3).toArray());

        assertThat(SequenceAnalysis.of(three, PLAIN).order()).isEqualTo(SequenceAnalysis.of(three, PLAIN).order());
        assertThatThrownBy(() -> SequenceAnalysis.of(three, new Question(new double[] {0.5}, null, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("80 results and 1 chances");
        assertThatThrownBy(() -> new ResultSequence(List.of("W"), new int[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index 0");
        assertThatThrownBy(() -> LongStreak.probability(new double[] {1.5}, 1)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> Shares.test(new long[] {1, 2}, new double[] {0.5, 0.6})).hasMessageContaining("1.1");
    }
}
