package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ResultRows.Row;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import dev.keelson.stats.sequence.ChanceTest;
import dev.keelson.stats.sequence.LongStreak;
import dev.keelson.stats.sequence.ResultSequence;
import dev.keelson.stats.sequence.ResultSequence.Streak;
import dev.keelson.stats.sequence.SequenceAnalysis;
import dev.keelson.stats.sequence.SequenceAnalysis.OrderTest;
import dev.keelson.stats.sequence.SequenceAnalysis.StreakFigure;
import dev.keelson.stats.sequence.SequenceEntropy;
import dev.keelson.stats.sequence.SerialCorrelation;
import dev.keelson.stats.sequence.TransitionMatrix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Streaks, transitions and randomness of results, in figures and sentences: one document for every way to ask, described in
 * docs/reference/streaks.md.
 */
public final class ResultAnalysis {
    /** More categories are no results of one kind. */
    public static final int MOST_CATEGORIES = 12;
    /** Values of {@code verdict}. */
    public static final String BEYOND_CHANCE = "beyond_chance";

    private static final String CHANCE = "chance";
    private static final String TOO_FEW = "too_few";
    private static final double CONFIDENCE = 0.95;
    private static final int SHOWN = 200;
    private static final long SEED = 42;
    private static final Set<String> SUCCESS = Set.of("won", "win", "w", "1", "true", "yes", "right", "hit");
    private static final Set<String> DRAW = Set.of("draw", "drawn", "d", "push", "void", "returned", "0.5");
    private static final Set<String> FAILURE = Set.of("lost", "loss", "lose", "l", "0", "false", "no", "wrong", "miss");

    private final ResultRows asked;
    private final List<Row> rows;
    private final List<String> categories;
    private final SequenceAnalysis analysis;
    private final double @Nullable [] chances;
    private final boolean wins;

    private ResultAnalysis(ResultRows asked) {
        this.asked = asked;
        this.rows = asked.rows();
        this.categories = categories(asked);
        this.wins = !rows.isEmpty() && categories.stream().allMatch(name -> score(name) >= 0);
        this.chances = chances(rows);
        int[] values = rows.stream().mapToInt(row -> categories.indexOf(row.result())).toArray();
        double[] scores = wins ? categories.stream().mapToDouble(ResultAnalysis::score).toArray() : null;
        this.analysis = SequenceAnalysis.of(
                new ResultSequence(categories, values), new SequenceAnalysis.Question(chances, scores, SEED));
    }

    /**
     * Looks at results.
     *
     * @return {@code subject}, {@code of}, {@code verdict} ({@code beyond_chance}, {@code chance} or {@code too_few}), {@code sentence},
     *     {@code results}, figures and sentences as the reference describes them
     * @throws KeelsonException BAD_REQUEST for more than {@value #MOST_CATEGORIES} different results
     */
    public static ObjectNode of(ResultRows rows) {
        return new ResultAnalysis(rows).document();
    }

    /** 1 for a success, 0.5 for neither, 0 for a failure; less for other words. */
    private static double score(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        return SUCCESS.contains(word) ? 1 : DRAW.contains(word) ? 0.5 : FAILURE.contains(word) ? 0 : -1;
    }

    private static List<String> categories(ResultRows asked) {
        Map<String, Integer> counts = new TreeMap<>();
        asked.rows().forEach(row -> counts.merge(row.result(), 1, Integer::sum));
        if (counts.size() > MOST_CATEGORIES) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "There are %,d different results (%s, ...); expected at most %d."
                            .formatted(counts.size(), String.join(", ", counts.keySet().stream().limit(3).toList()), MOST_CATEGORIES),
                    "Maybe another column tells what came of it, such as won and lost.");
        }
        List<String> names = new ArrayList<>(asked.categories());
        boolean words = names.isEmpty() && counts.keySet().stream().allMatch(name -> score(name) >= 0);
        counts.entrySet().stream()
                .filter(each -> !names.contains(each.getKey()))
                .sorted(words
                        ? Comparator.comparingDouble(each -> -score(each.getKey()))
                        : Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(each -> names.add(each.getKey()));
        return names.isEmpty() ? List.of("none") : names;
    }

    /** The stated chances; null unless there is one for each result. */
    private static double @Nullable [] chances(List<Row> rows) {
        double[] chances = rows.stream().mapToDouble(Row::chance).toArray();
        return chances.length > 0 && Arrays.stream(chances).noneMatch(Double::isNaN) ? chances : null;
    }

    private ObjectNode document() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("subject", asked.subject()).put("of", asked.of());
        boolean few = analysis.order().isEmpty();
        json.put("verdict", few ? TOO_FEW : analysis.found() ? BEYOND_CHANCE : CHANCE);
        json.put("sentence", sentence());
        json.put("results", rows.size());
        json.put("from", time(0)).put("to", time(rows.size() - 1));
        categories(json.putArray("categories"));
        ArrayNode last = json.putArray("last");
        rows.subList(Math.max(0, rows.size() - SHOWN), rows.size())
                .forEach(row -> last.addObject().put("result", row.result()).put("at", row.at() == null ? null : row.at().toString()));
        ArrayNode longest = json.putArray("longest_streaks");
        analysis.longest().forEach(figure -> streak(longest.addObject(), figure));
        StreakFigure current = analysis.current();
        if (current == null) {
            json.putNull("current_streak");
        } else {
            streak(json.putObject("current_streak"), current);
        }
        lengths(json.putArray("streak_lengths"));
        transitions(json.putArray("transitions"));
        tests(json.putArray("tests"));
        SerialCorrelation serial = analysis.serial();
        if (serial != null) {
            ObjectNode node = json.putObject("serial_correlation").put("of_residuals", chances != null && categories.size() == 2);
            node.put("band", 1.959963984540054 / Math.sqrt(rows.size()));
            Arrays.stream(serial.correlations()).forEach(node.putArray("lags")::add);
        }
        entropy(json);
        money(json);
        sentences(json.putArray("cannot_say"), cannotSay());
        sentences(json.putArray("notes"), notes());
        return json;
    }

    private @Nullable String time(int index) {
        Instant at = index < 0 || index >= rows.size() ? null : rows.get(index).at();
        return at == null ? null : at.toString();
    }

    private static void sentences(ArrayNode node, List<String> sentences) {
        sentences.forEach(node::add);
    }

    private void categories(ArrayNode node) {
        long[] counts = analysis.sequence().counts();
        for (int c = 0; c < counts.length && !rows.isEmpty(); c++) {
            Interval share = Proportion.wilson(counts[c], rows.size(), CONFIDENCE);
            interval(node.addObject().put("name", categories.get(c)).put("count", counts[c]), share);
        }
    }

    private static void interval(ObjectNode node, Interval share) {
        node.put("share", share.estimate()).put("lower", share.lower()).put("upper", share.upper());
    }

    private void streak(ObjectNode node, StreakFigure figure) {
        Streak streak = figure.streak();
        node.put("result", categories.get(streak.category())).put("length", streak.length());
        node.put("first", streak.start() + 1);
        node.put("from", time(streak.start())).put("to", time(streak.start() + streak.length() - 1));
        number(node, "chance_by_order", figure.byOrder());
        number(node, chances == null ? "chance_by_rate" : "chance_as_stated", figure.byChances());
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    private void lengths(ArrayNode node) {
        long[] counts = analysis.sequence().counts();
        List<Streak> streaks = analysis.sequence().streaks();
        for (StreakFigure figure : analysis.longest()) {
            int c = figure.streak().category();
            for (int length = 1; length <= figure.streak().length(); length++) {
                int exact = length;
                long seen = streaks.stream().filter(s -> s.category() == c && s.length() == exact).count();
                node.addObject()
                        .put("result", categories.get(c))
                        .put("length", length)
                        .put("seen", seen)
                        .put("expected", LongStreak.expected(rows.size(), (int) counts[c], length));
            }
        }
    }

    private void transitions(ArrayNode node) {
        TransitionMatrix matrix = analysis.transitions();
        long[][] counts = matrix.counts();
        for (int a = 0; a < counts.length; a++) {
            for (int b = 0; b < counts.length && matrix.from(a) > 0; b++) {
                ObjectNode cell = node.addObject()
                        .put("before", categories.get(a))
                        .put("after", categories.get(b))
                        .put("count", counts[a][b])
                        .put("expected", matrix.expected(a, b));
                interval(cell, matrix.share(a, b, CONFIDENCE));
            }
        }
    }

    private void tests(ArrayNode node) {
        for (OrderTest each : analysis.order()) {
            ObjectNode test = test(node, each.name(), "order", each.test());
            test.put("adjusted_p", each.adjusted()).put("found", each.found());
            test.put("sentence", sentence(each));
        }
        ChanceTest uniform = analysis.uniform();
        if (uniform != null) {
            test(node, "uniformity", "shares", uniform)
                    .putNull("adjusted_p")
                    .put("found", uniform.pValue() <= SequenceAnalysis.LEVEL)
                    .put("sentence", uniform.pValue() <= SequenceAnalysis.LEVEL
                            ? "The %d results are not equally frequent.".formatted(categories.size())
                            : "All %d results may be equally frequent.".formatted(categories.size()));
        }
        ChanceTest stated = analysis.stated();
        if (stated != null) {
            boolean found = stated.pValue() <= SequenceAnalysis.LEVEL;
            test(node, "stated_chances", "shares", stated).putNull("adjusted_p").put("found", found).put("sentence", stated(stated, found));
        }
    }

    private static ObjectNode test(ArrayNode node, String name, String question, ChanceTest test) {
        ObjectNode json = node.addObject().put("name", name).put("question", question).put("statistic", test.statistic());
        number(json, "expected", test.expected());
        json.put("p", test.pValue()).put("method", test.method().word());
        if (test.orders() > 0) {
            json.put("orders", test.orders());
        }
        return json;
    }

    private String stated(ChanceTest stated, boolean found) {
        return "%,d were %s, %.1f expected by the stated chances: %s."
                .formatted(
                        (long) stated.statistic(),
                        categories.getFirst(),
                        stated.expected(),
                        found
                                ? stated.statistic() < stated.expected() ? "fewer than stated, beyond chance" : "more than stated, beyond chance"
                                : "no more off than chance makes it");
    }

    private String sentence(OrderTest each) {
        ChanceTest test = each.test();
        String p = " (p %s, %s over all tests of the order)".formatted(p(test.pValue()), p(each.adjusted()));
        boolean found = each.found();
        return switch (each.name()) {
            case "runs" -> "%,d runs, %.1f expected: %s%s.".formatted(
                    (long) test.statistic(),
                    test.expected(),
                    !found ? "results change as often as chance has it" : test.statistic() < test.expected() ? "equal results come together" : "results alternate",
                    p);
            case "transitions" -> (found ? "What comes next depends on what came last" : "What came last tells nothing of the next that chance would not") + p + ".";
            case "serial_correlation" -> (found ? "Results are correlated with earlier ones" : "No correlation with earlier results beyond chance") + p + ".";
            case "entropy" -> "Knowing the last result tells %.3f bits of the next%s%s.".formatted(test.statistic(), found ? "" : ", no more than in a shuffled order", p);
            default -> "The longest streak of %s is %,d%s%s.".formatted(
                    each.name().substring("longest_".length()), (long) test.statistic(), found ? ", longer than chance has it" : "", p);
        };
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    private void entropy(ObjectNode json) {
        SequenceEntropy entropy = analysis.entropy();
        if (entropy == null) {
            json.putNull("entropy");
            return;
        }
        json.putObject("entropy")
                .put("bits", entropy.plain())
                .put("bits_corrected", entropy.corrected())
                .put("bits_at_most", entropy.most())
                .put("bits_given_last", entropy.conditional())
                .put("gain", entropy.gain());
    }

    /** What a unit on each would have made, where odds are known. */
    private void money(ObjectNode json) {
        List<Row> bets = rows.stream().filter(row -> !Double.isNaN(row.odds())).toList();
        if (!wins || bets.size() < 2) {
            json.putNull("money");
            return;
        }
        Map<Object, Integer> days = new LinkedHashMap<>();
        double[] profits = new double[bets.size()];
        int[] day = new int[profits.length];
        for (int i = 0; i < profits.length; i++) {
            Row bet = bets.get(i);
            double score = score(bet.result());
            profits[i] = score == 1 ? bet.odds() - 1 : score == 0 ? -1 : 0;
            Object cluster = bet.at() == null ? (Object) i : Long.valueOf(bet.at().getEpochSecond() / 86_400);
            day[i] = days.computeIfAbsent(cluster, none -> days.size());
        }
        ClusteredMean mean = ClusteredMean.of(profits, day);
        ObjectNode money = json.putObject("money").put("bets", profits.length).put("profit", Arrays.stream(profits).sum());
        money.put("roi", mean.mean());
        if (days.size() < 2) {
            money.putNull("roi_lower").putNull("roi_upper");
            return;
        }
        Interval interval = mean.interval(CONFIDENCE);
        money.put("roi_lower", interval.lower()).put("roi_upper", interval.upper());
        double spread = mean.standardError() * Math.sqrt(profits.length);
        boolean shown = interval.lower() > 0 || interval.upper() < 0;
        money.put("sentence", shown
                ? "A unit on each %s %.1f %% of the stakes: beyond chance (95 %% interval %.1f to %.1f %%)."
                        .formatted(mean.mean() > 0 ? "made" : "lost", 100 * Math.abs(mean.mean()), 100 * interval.lower(), 100 * interval.upper())
                : "A unit on each made %.1f %% of the stakes, between %.1f and %.1f %%: whether it earns cannot be said. A real return of that size would show in about %,d bets."
                        .formatted(100 * mean.mean(), 100 * interval.lower(), 100 * interval.upper(), needed(spread, mean.mean())));
    }

    private static long needed(double spread, double size) {
        return SequenceAnalysis.resultsFor(Math.max(1e-4, Math.abs(size) / Math.max(spread, 1e-9)));
    }

    private String sentence() {
        int n = rows.size();
        if (n == 0) {
            return "No results yet, so nothing can be said.";
        }
        long[] counts = analysis.sequence().counts();
        if (Arrays.stream(counts).filter(count -> count > 0).count() == 1) {
            return "All %,d results are %s: their order tells nothing.".formatted(n, categories.get(analysis.sequence().at(0)));
        }
        if (analysis.order().isEmpty()) {
            return "%d results are too few to test their order (%d are needed); streaks and shares are told, not judged."
                    .formatted(n, SequenceAnalysis.FEWEST);
        }
        List<OrderTest> found = analysis.order().stream().filter(OrderTest::found).toList();
        StreakFigure longest = analysis.longest().stream()
                .max(Comparator.comparingInt(figure -> figure.streak().length()))
                .orElseThrow();
        String streak = "The longest streak is %d %s%s"
                .formatted(
                        longest.streak().length(),
                        categories.get(longest.streak().category()),
                        Double.isFinite(longest.byOrder())
                                ? "; %s of all orders of these results have one as long".formatted(percent(longest.byOrder()))
                                : "");
        return found.isEmpty()
                ? "Nothing beyond chance in the order of %,d results. %s.".formatted(n, streak)
                : "The order of %,d results is not chance: %s %s.".formatted(
                        n, sentence(found.stream().min(Comparator.comparingDouble(OrderTest::adjusted)).orElseThrow()), streak);
    }

    private static String percent(double share) {
        return share < 0.001 ? "less than 0.1 %" : String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    /** What so many results cannot show. */
    private List<String> cannotSay() {
        List<String> cannot = new ArrayList<>();
        int n = rows.size();
        if (n == 0) {
            return cannot;
        }
        double rate = (double) analysis.sequence().counts()[0] / n;
        String name = categories.getFirst();
        if (n < SequenceAnalysis.FEWEST) {
            cannot.add("Whether the order is chance: %d results are tested at least.".formatted(SequenceAnalysis.FEWEST));
        } else if (!analysis.order().isEmpty()) {
            cannot.add("Dependence of a smaller size: only if %s were at least %.0f points more likely after %s than after others would one test find it in four of five such sequences; 10 points take %,d results."
                    .formatted(name, 100 * SequenceAnalysis.detectableDependence(n), name, SequenceAnalysis.resultsFor(0.1)));
        }
        if (rate > 0 && rate < 1) {
            cannot.add("The real share of %s closer than %.0f points: a rate other than stated by less would be missed in more than one of five cases."
                    .formatted(name, 100 * SequenceAnalysis.detectableRate(n, rate)));
        }
        return cannot;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(asked.notes());
        int ties = 0;
        for (int i = 1; i < rows.size(); i++) {
            Instant at = rows.get(i).at();
            ties += at != null && at.equals(rows.get(i - 1).at()) ? 1 : 0;
        }
        if (ties > 0) {
            notes.add("%,d results happened at the same time as the one before; their order among themselves means nothing, which weakens every test of the order."
                    .formatted(ties));
        }
        if (chances == null && rows.stream().anyMatch(row -> !Double.isNaN(row.chance()))) {
            notes.add("Stated chances are used only where every result has one.");
        }
        if (chances == null && wins && !analysis.order().isEmpty()) {
            notes.add("Without stated chances every order counts as equally likely: favourites that come together look like a streak.");
        }
        return notes;
    }
}
