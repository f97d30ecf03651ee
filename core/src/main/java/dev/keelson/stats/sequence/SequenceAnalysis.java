package dev.keelson.stats.sequence;

import dev.keelson.stats.BenjaminiHochberg;
import dev.keelson.stats.sequence.ResultSequence.Streak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is asked of a sequence of results: its streaks, what follows what, and whether their order or their shares
 * differ from chance.
 *
 * <p>The tests of the order are one family: their p-values are adjusted together (Benjamini and Hochberg), which holds for tests
 * that agree with each other, as these do. Whether categories are equally frequent, and whether successes are as frequent as was
 * stated for each, are questions of their own: their answers would only blur the first. Below {@value #FEWEST} results nothing is
 * tested: not even every second success being followed by another would show then.
 *
 * @param sequence what was looked at
 * @param longest of each category that occurs, in the order of the categories
 * @param current the last streak; null without results
 * @param transitions what follows what
 * @param serial correlation with earlier results; null when it was not asked
 * @param entropy in bits; null below two results
 * @param order tests of the order, with adjusted p-values; empty below {@value #FEWEST} results or where all are equal
 * @param uniform whether categories are equally frequent; null as above
 * @param stated whether successes are as frequent as stated; null where nothing was stated, or too few
 */
public record SequenceAnalysis(
        ResultSequence sequence,
        List<StreakFigure> longest,
        @Nullable StreakFigure current,
        TransitionMatrix transitions,
        @Nullable SerialCorrelation serial,
        @Nullable SequenceEntropy entropy,
        List<OrderTest> order,
        @Nullable ChanceTest uniform,
        @Nullable ChanceTest stated) {

    /** Fewer results are described, not tested. */
    public static final int FEWEST = 20;
    /** Adjusted p-values up to this are told as findings. */
    public static final double LEVEL = 0.05;

    private static final double POWER = 0.8;

    /** Copies the lists. */
    public SequenceAnalysis {
        longest = List.copyOf(longest);
        order = List.copyOf(order);
    }

    /**
     * A streak and how likely one at least as long is.
     *
     * @param streak the first of its length
     * @param byOrder when every order of these results is equally likely; NaN for more than {@value LongStreak#MOST_COUNTED} results
     * @param byChances given the stated chances, or without them the observed rate; of the longest somewhere in the sequence, of
     *     the current at its end; NaN for categories that no chance was stated for
     */
    public record StreakFigure(Streak streak, double byOrder, double byChances) {}

    /**
     * A test of the order.
     *
     * @param name {@code runs}, {@code transitions}, {@code serial_correlation}, {@code entropy} or {@code longest_<category>}
     * @param adjusted p-value over all tests of the order
     */
    public record OrderTest(String name, ChanceTest test, double adjusted) {
        /** Whether it shows something beyond chance. */
        public boolean found() {
            return adjusted <= LEVEL;
        }
    }

    /**
     * What is asked.
     *
     * @param chances stated chance of the first category, for each result; null where none were stated
     * @param scores value of each category, such as 1, 0.5 and 0; null where categories have none
     * @param seed of the shuffles
     */
    public record Question(double @Nullable [] chances, double @Nullable [] scores, long seed) {}

    /** Looks at a sequence. */
    public static SequenceAnalysis of(ResultSequence sequence, Question question) {
        double[] chances = question.chances();
        double[] scores = question.scores();
        int k = sequence.categories().size();
        if (chances != null && chances.length != sequence.size()) {
            throw new IllegalArgumentException("There are %d results and %d chances; expected as many.".formatted(sequence.size(), chances.length));
        }
        if (scores != null && scores.length != k) {
            throw new IllegalArgumentException("There are %d categories and %d scores; expected as many.".formatted(k, scores.length));
        }
        long[] counts = sequence.counts();
        boolean varied = Arrays.stream(counts).filter(count -> count > 0).count() > 1;
        boolean judged = varied && sequence.size() >= FEWEST;
        List<StreakFigure> longest = longest(sequence, counts, chances);
        TransitionMatrix transitions = TransitionMatrix.of(sequence, question.seed());
        SerialCorrelation serial = judged ? serial(sequence, question) : null;
        SequenceEntropy entropy = sequence.size() < 2 ? null : SequenceEntropy.of(sequence, question.seed());
        return new SequenceAnalysis(
                sequence,
                longest,
                current(sequence, counts, chances),
                transitions,
                serial,
                entropy,
                judged ? order(sequence, transitions, serial, entropy, longest, question.seed()) : List.of(),
                judged ? Shares.test(counts, uniform(k)) : null,
                chances != null && sequence.size() >= FEWEST ? Shares.stated(chances, (int) counts[0]) : null);
    }

    private static double[] uniform(int k) {
        double[] shares = new double[k];
        Arrays.fill(shares, 1.0 / k);
        return shares;
    }

    private static SerialCorrelation serial(ResultSequence sequence, Question question) {
        int lags = SerialCorrelation.lags(sequence.size());
        double[] scores = question.scores();
        double[] chances = question.chances();
        int k = sequence.categories().size();
        if (scores == null && k > 2) {
            return SerialCorrelation.of(sequence, lags, question.seed());
        }
        double[] values = new double[sequence.size()];
        for (int i = 0; i < values.length; i++) {
            double score = scores == null ? 1 - sequence.at(i) : scores[sequence.at(i)];
            // of what is left when the stated chance is taken off: favourites that come together are no streak
            values[i] = k == 2 && chances != null ? (sequence.at(i) == 0 ? 1 : 0) - chances[i] : score;
        }
        return SerialCorrelation.of(values, lags, question.seed());
    }

    private static List<StreakFigure> longest(ResultSequence sequence, long[] counts, double @Nullable [] chances) {
        List<StreakFigure> longest = new ArrayList<>();
        List<Streak> streaks = sequence.streaks();
        for (int c = 0; c < counts.length; c++) {
            Streak most = null;
            for (Streak streak : streaks) {
                if (streak.category() == c && (most == null || streak.length() > most.length())) {
                    most = streak;
                }
            }
            if (most != null) {
                int n = sequence.size();
                double[] own = chances(sequence, counts, chances, c);
                longest.add(new StreakFigure(
                        most,
                        n > LongStreak.MOST_COUNTED ? Double.NaN : LongStreak.probabilityOfOrder(n, (int) counts[c], most.length()),
                        own == null ? Double.NaN : LongStreak.probability(own, most.length())));
            }
        }
        return longest;
    }

    private static @Nullable StreakFigure current(ResultSequence sequence, long[] counts, double @Nullable [] chances) {
        List<Streak> streaks = sequence.streaks();
        if (streaks.isEmpty()) {
            return null;
        }
        Streak last = streaks.getLast();
        int c = last.category();
        double[] own = chances(sequence, counts, chances, c);
        double byChances = Double.NaN;
        if (own != null) {
            byChances = 1;
            for (int i = last.start(); i < sequence.size(); i++) {
                byChances *= own[i];
            }
        }
        return new StreakFigure(
                last, LongStreak.probabilityAtEnd(sequence.size(), (int) counts[c], last.length()), byChances);
    }

    /** Chance of a category for each result: stated, where two categories share it, else the observed rate. */
    private static double @Nullable [] chances(
            ResultSequence sequence, long[] counts, double @Nullable [] stated, int category) {
        double[] own = new double[sequence.size()];
        for (int i = 0; i < own.length; i++) {
            if (stated == null) {
                own[i] = (double) counts[category] / own.length;
            } else if (category == 0) {
                own[i] = stated[i];
            } else if (counts.length == 2) {
                own[i] = 1 - stated[i];
            } else {
                return null;
            }
        }
        return own;
    }

    private static List<OrderTest> order(
            ResultSequence sequence,
            TransitionMatrix transitions,
            @Nullable SerialCorrelation serial,
            @Nullable SequenceEntropy entropy,
            List<StreakFigure> longest,
            long seed) {
        List<String> names = new ArrayList<>();
        List<ChanceTest> tests = new ArrayList<>();
        names.add("runs");
        tests.add(RunsTest.test(sequence, seed));
        if (transitions.test() != null) {
            names.add("transitions");
            tests.add(transitions.test());
        }
        if (serial != null) {
            names.add("serial_correlation");
            tests.add(serial.test());
        }
        if (entropy != null && entropy.test() != null) {
            names.add("entropy");
            tests.add(entropy.test());
        }
        for (StreakFigure each : longest) {
            if (Double.isFinite(each.byOrder())) {
                names.add("longest_" + sequence.categories().get(each.streak().category()));
                tests.add(new ChanceTest(each.streak().length(), Double.NaN, each.byOrder(), ChanceTest.Method.EXACT, 0));
            }
        }
        double[] adjusted = BenjaminiHochberg.adjust(tests.stream().mapToDouble(ChanceTest::pValue).toArray());
        List<OrderTest> order = new ArrayList<>();
        for (int i = 0; i < adjusted.length; i++) {
            order.add(new OrderTest(names.get(i), tests.get(i), adjusted[i]));
        }
        return order;
    }

    /** Whether any test of the order shows something beyond chance. */
    public boolean found() {
        return order.stream().anyMatch(OrderTest::found);
    }

    /**
     * The smallest dependence on the last result that one test at {@value #LEVEL} finds in four of five sequences of a length: by so
     * much a success would have to be more likely after a success than after a failure. By the normal law of r(1), whose standard
     * error is {@code 1 / sqrt(n)}.
     *
     * @return at most 1, which no sequence exceeds
     */
    public static double detectableDependence(int results) {
        return results < 1 ? 1 : Math.min(1, reach() / Math.sqrt(results));
    }

    /** So many results would find a dependence in four of five cases. */
    public static long resultsFor(double dependence) {
        double ratio = reach() / dependence;
        return (long) Math.ceil(ratio * ratio);
    }

    /** So far from a stated rate the real one would have to be to show in four of five sequences of a length. */
    public static double detectableRate(int results, double rate) {
        return results < 1 ? 1 : Math.min(1, reach() * Math.sqrt(rate * (1 - rate) / results));
    }

    private static double reach() {
        NormalDistribution normal = NormalDistribution.of(0, 1);
        return normal.inverseCumulativeProbability(1 - LEVEL / 2) + normal.inverseCumulativeProbability(POWER);
    }
}
