package dev.keelson.monitor.health;

import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.health.HealthInputs.Calibration;
import dev.keelson.monitor.health.HealthInputs.Drift;
import dev.keelson.monitor.health.HealthInputs.Performance;
import dev.keelson.monitor.health.HealthInputs.ViewAge;
import dev.keelson.monitor.health.HealthReport.Score;
import dev.keelson.stats.Interval;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The scores of a health report, each from what was measured of one thing. */
final class HealthScores {
    static final String PERFORMANCE = "performance";
    static final String DRIFT = "drift";
    static final String CALIBRATION = "calibration";
    static final String FRESHNESS = "freshness";

    /** Fewer settled answers say nothing. */
    static final int FEWEST_ROWS = 100;
    /** Of fewer days an interval clustered by day says nothing. */
    static final int FEWEST_DAYS = 5;

    /** Probabilities that are off by so much beyond chance, on the mean, are useless. */
    private static final double USELESS_ECE = 0.1;
    /** What a column that warns counts against one that alarms. */
    private static final double WARNED = 0.5;

    private HealthScores() {}

    /** How much of the tested advantage over a naive forecast is left. */
    static Score performance(HealthInputs in) {
        Performance p = in.performance();
        if (p == null || p.rows() == 0) {
            return Score.unknown(
                    PERFORMANCE,
                    in.elsewhere()
                            ? "Unknown: no outcome is known beyond the first %d settled days, which later ones are held against.".formatted(DecayCheck.LEAST)
                            : "Unknown: no answer of this version has an outcome yet.");
        }
        if (p.rows() < FEWEST_ROWS || p.days() < FEWEST_DAYS) {
            return Score.unknown(
                    PERFORMANCE,
                    String.format(Locale.ROOT, "Unknown: %,d settled answers on %d days; at least %d on %d days are needed.", p.rows(), p.days(), FEWEST_ROWS, FEWEST_DAYS));
        }
        if (Double.isNaN(p.tested())) {
            return Score.unknown(PERFORMANCE, "Unknown: its run has no test period to compare with.");
        }
        String numbers = String.format(Locale.ROOT, "%s %.4f on %,d settled answers (95 %% interval %.4f to %.4f), %.4f %s", p.metric().replace('_', ' '), p.loss(), p.rows(), p.lower(), p.upper(), p.tested(), when(in));
        if (p.naive() > p.tested()) {
            double before = p.naive() - p.tested();
            Interval now = p.advantage();
            return new Score(
                    PERFORMANCE,
                    Math.clamp(now.estimate() / before, 0, 1),
                    Math.clamp(now.lower() / before, 0, 1),
                    Math.clamp(now.upper() / before, 0, 1),
                    String.format(
                            Locale.ROOT,
                            "%.0f %% of its %s advantage over a naive forecast is left (%.4f of %.4f): %s.",
                            100 * Math.clamp(now.estimate() / before, 0, 1),
                            in.elsewhere() ? "early" : "tested",
                            now.estimate(),
                            before,
                            numbers));
        }
        return new Score(
                PERFORMANCE, ratio(p, p.loss()), ratio(p, p.upper()), ratio(p, p.lower()), String.format(Locale.ROOT, "%s over present loss: %s.", in.elsewhere() ? "Early" : "Tested", numbers));
    }

    /** When it was as good as it is compared with. */
    static String when(HealthInputs in) {
        return in.elsewhere() ? "on its first settled days" : "when it was tested";
    }

    private static double ratio(Performance p, double loss) {
        return loss > 0 ? Math.clamp(p.tested() / loss, 0, 1) : 1;
    }

    /** How much of the model's importance has not moved. */
    static Score drift(@Nullable Drift d, int version) {
        if (d == null) {
            return Score.unknown(DRIFT, "Unknown: it was never checked for drift.");
        }
        if (d.version() != version) {
            return Score.unknown(DRIFT, String.format(Locale.ROOT, "Unknown: the last check of %s judged v%d.", day(d), d.version()));
        }
        if (d.verdict() == DriftReport.Verdict.INSUFFICIENT) {
            return Score.unknown(DRIFT, String.format(Locale.ROOT, "Unknown: too little data at the check of %s. %s", day(d), d.reason()));
        }
        return Score.of(DRIFT, 1 - d.alarmed() - WARNED * d.warned(), String.format(Locale.ROOT, "Checked on %s: %s", day(d), d.reason()));
    }

    private static String day(Drift d) {
        return d.at().toString().substring(0, 10);
    }

    /** How far probabilities are off beyond chance. */
    static Score calibration(@Nullable Calibration c, boolean classes) {
        if (!classes) {
            return Score.unknown(CALIBRATION, "Unknown: it predicts numbers, not probabilities.");
        }
        if (c == null || c.rows() < FEWEST_ROWS) {
            return Score.unknown(
                    CALIBRATION,
                    String.format(Locale.ROOT, "Unknown: %,d settled answers; at least %d are needed.", c == null ? 0 : c.rows(), FEWEST_ROWS));
        }
        double excess = Math.max(0, c.ece() - c.floor());
        return Score.of(
                CALIBRATION,
                1 - excess / USELESS_ECE,
                String.format(Locale.ROOT, "Probabilities are off by %.1f points on the mean, %.1f by chance alone (p %s); Brier score %.3f.", 100 * c.ece(), 100 * c.floor(), c.pValue() < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", c.pValue()), c.brier()));
    }

    /** How much of the time to live is left to the view that is closest to its end. */
    static Score freshness(List<ViewAge> views) {
        Optional<ViewAge> worst = views.stream()
                .filter(view -> view.ttlSeconds() > 0 && !Double.isNaN(view.seconds()))
                .max(Comparator.comparingDouble(view -> view.seconds() / view.ttlSeconds()));
        if (worst.isEmpty()) {
            return Score.unknown(
                    FRESHNESS,
                    views.isEmpty()
                            ? "Unknown: it uses no features that are kept online."
                            : "Unknown: no view that it uses has both events and a time to live.");
        }
        ViewAge view = worst.get();
        return Score.of(
                FRESHNESS,
                1 - view.seconds() / view.ttlSeconds(),
                String.format(Locale.ROOT, "The newest event of %s is %s old; values count for %s.", view.view(), age(view.seconds()), age(view.ttlSeconds())));
    }

    static String age(double seconds) {
        Duration age = Duration.ofSeconds(Math.round(seconds));
        return age.toDays() >= 2 ? age.toDays() + " days" : age.toHours() >= 2 ? age.toHours() + " hours" : age.toMinutes() + " minutes";
    }
}
