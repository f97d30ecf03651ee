package dev.keelson.monitor.performance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.estimate.DomainClassifier;
import dev.keelson.monitor.performance.PerformanceReport.Window;
import dev.keelson.stats.Interval;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Performance of windows from what was known before them: each is estimated from settled rows of earlier events alone, never
 * from its own. Windows whose outcomes came since are the test: how often the realised metric lay where it was expected.
 */
public final class WindowEstimates {
    /** Fewer settled rows before a window teach nothing. */
    static final int LEAST = 300;

    /** Of more the newest teach. */
    static final int MOST = 5_000;

    /** Newest windows that are estimated. */
    static final int WINDOWS = 16;

    private static final int JUDGED = 30;
    private static final int TESTED = 5;
    private static final double CONFIDENCE = 0.95;
    private static final double TOO_FEW = 0.05;
    private static final int FOLDS = 5;
    private static final int APART = 2_000;

    /**
     * What fits the estimators.
     *
     * @param losses of numbers, or null: numbers are not estimated
     * @param apart tells rows apart, or null: whether the newest rows are like those before is not looked at
     */
    public record Learners(@Nullable Learner losses, @Nullable Learner apart) {
        /** None. */
        public static final Learners NONE = new Learners(null, null);
    }

    /** Windows that the realised metric was within what was expected, of those tested. */
    private record Coverage(String words, int within, int of) {
        Coverage and(boolean hit) {
            return new Coverage(words, within + (hit ? 1 : 0), of + 1);
        }

        /** Chance of as few if the intervals were right. */
        double p() {
            return of == 0 ? 1 : BinomialDistribution.of(of, CONFIDENCE).cumulativeProbability(within);
        }
    }

    private final String method;
    private final Map<Window, Map<PerformanceMetric, Interval>> estimates = new LinkedHashMap<>();
    private final Map<Window, MoneyFigures.Expected> money = new LinkedHashMap<>();
    private final Map<String, Coverage> coverage = new LinkedHashMap<>();
    private final List<String> reasons = new ArrayList<>();
    private int reference;
    private @Nullable DomainClassifier apart;

    private WindowEstimates(String method) {
        this.method = method;
    }

    static WindowEstimates of(
            PerformanceRows rows, List<Window> windows, List<PerformanceMetric> metrics, PerformanceReport.Asked asked) {
        WindowEstimates told = new WindowEstimates(rows.isNumber() ? "dle" : "cbpe");
        if (rows.isNumber() && asked.learners().losses() == null) {
            return told;
        }
        Estimator newest = null;
        PerformanceRows before = null;
        for (Window window : windows.subList(Math.max(0, windows.size() - WINDOWS), windows.size())) {
            PerformanceRows earlier = earlier(rows, window, asked.zone());
            if (earlier.count() >= LEAST) {
                newest = estimator(earlier, asked);
                before = earlier;
                told.estimate(newest, window, rows, metrics);
            }
        }
        if (newest != null && before != null) {
            told.reference = newest.rows();
            told.doubt(newest.doubt());
            told.tellApart(before, windows.getLast().of(rows), asked);
            told.judgeCoverage();
        }
        return told;
    }

    private static Estimator estimator(PerformanceRows earlier, PerformanceReport.Asked asked) {
        Learner losses = asked.learners().losses();
        return earlier.isNumber() && losses != null
                ? new LossEstimator(losses, earlier, asked.seed())
                : new ClassEstimator(earlier, asked.seed());
    }

    /** The newest rows of events before a window whose outcomes were known when it ended. */
    private static PerformanceRows earlier(PerformanceRows rows, Window window, ZoneId zone) {
        long end = Micros.of(window.end().atStartOfDay(zone).toInstant());
        int[] found = IntStream.range(0, window.first())
                .filter(i -> rows.labelled(i) && rows.known()[i] <= end)
                .toArray();
        return rows.take(IntStream.of(found).skip(Math.max(0, found.length - MOST)).toArray());
    }

    private void estimate(Estimator by, Window window, PerformanceRows rows, List<PerformanceMetric> metrics) {
        PerformanceRows own = window.of(rows);
        Map<PerformanceMetric, Interval> whole = by.of(own, metrics);
        estimates.put(window, whole);
        MoneyFigures.Expected profit = by.money(own);
        if (profit != null) {
            money.put(window, profit);
        }
        PerformanceRows settled = own.labelled();
        if (settled.count() < JUDGED || settled.count() < DelayLaw.MATURE * own.count()) {
            return;
        }
        Map<PerformanceMetric, Interval> tested = settled.count() == own.count() ? whole : by.of(settled, metrics);
        tested.forEach((metric, expected) -> {
            double realised = metric.of(settled).value();
            if (Double.isFinite(realised)) {
                test(metric.key(), metric.words(), expected, realised);
            }
        });
        int taken = (int) settled.bets().stream().filter(Bet::taken).count();
        MoneyFigures earned = MoneyFigures.settled(settled);
        MoneyFigures.Expected promised = taken >= JUDGED && earned.count() == taken ? by.money(settled) : null;
        if (promised != null) {
            test("profit", "profit", promised.profit(), earned.profit().value());
        }
    }

    private void test(String key, String words, Interval expected, double realised) {
        boolean hit = realised >= expected.lower() && realised <= expected.upper();
        coverage.put(key, coverage.getOrDefault(key, new Coverage(words, 0, 0)).and(hit));
    }

    private void doubt(String reason) {
        if (!reason.isEmpty()) {
            reasons.add(reason);
        }
    }

    private void tellApart(PerformanceRows before, PerformanceRows window, PerformanceReport.Asked asked) {
        Learner learner = asked.learners().apart();
        boolean features = window.count() > 0 && window.features().getFirst().length > 0;
        if (learner == null || !features || window.count() < 10 * FOLDS) {
            return;
        }
        DomainClassifier classifier =
                DomainClassifier.of(learner, matrix(before), matrix(window), FOLDS, asked.seed());
        apart = classifier;
        if (!classifier.estimable()) {
            doubt(String.format(
                    Locale.ROOT,
                    "The newest rows have little in common with the %,d before them: a classifier tells them apart with an AUC of %.2f (0.90 at most).",
                    before.count(),
                    classifier.auc()));
        }
    }

    private static FeatureMatrix matrix(PerformanceRows rows) {
        return LossEstimator.matrix(rows.newest(APART));
    }

    private void judgeCoverage() {
        coverage.values().forEach(met -> {
            if (met.p() < TOO_FEW / coverage.size()) {
                doubt("The realised %s lay where it was expected in only %d of %d windows whose outcomes came since."
                        .formatted(met.words(), met.within(), met.of()));
            }
        });
    }

    /** The estimates of a window; nothing where there are none. */
    void put(ObjectNode node, Window window) {
        estimates
                .getOrDefault(window, Map.of())
                .forEach((metric, interval) -> PerformanceReport.put(node.putObject(metric.key()), interval));
    }

    /** What bets of a window are to be expected to bring; null where nothing is. */
    MoneyFigures.@Nullable Expected money(Window window) {
        return money.get(window);
    }

    private String believable() {
        int tested = coverage.values().stream().mapToInt(Coverage::of).min().orElse(0);
        return !reasons.isEmpty() ? "no" : tested < TESTED ? "untested" : "yes";
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", method);
        json.put("reference_rows", reference);
        DomainClassifier classifier = apart;
        json.put("told_apart_auc", classifier == null ? null : (Double) classifier.auc());
        ObjectNode met = json.putObject("coverage");
        coverage.forEach((key, each) -> met.putObject(key).put("within", each.within()).put("of", each.of()));
        json.put("believable", estimates.isEmpty() ? "none" : believable());
        json.put("sentence", sentence());
        ArrayNode list = json.putArray("reasons");
        reasons.forEach(list::add);
        return json;
    }

    /** The metric that lay where it was expected least often. */
    private String leastMet() {
        return coverage.values().stream()
                .min(Comparator.comparingDouble(each -> each.within() / (double) each.of()))
                .map(each -> "%s lay where it was expected in %d of %d, every other metric at least as often"
                        .formatted(each.words(), each.within(), each.of()))
                .orElse("");
    }

    private String sentence() {
        if (estimates.isEmpty()) {
            return "Nothing is estimated: of the predictions before a window, the outcomes of fewer than %d were known when it ended."
                    .formatted(LEAST);
        }
        int tested = coverage.values().stream().mapToInt(Coverage::of).min().orElse(0);
        return switch (believable()) {
            case "no" -> "The estimates must not be believed. " + String.join(" ", reasons);
            case "untested" -> "The estimates are not tested yet: of %d earlier windows the outcomes are there; %d are needed.".formatted(tested, TESTED);
            default -> "The estimates held on earlier windows: %s. They see nothing of a relation that changes.".formatted(leastMet());
        };
    }
}
