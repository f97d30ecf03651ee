package dev.keelson.monitor.health;

import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a model version when its health is judged. Null means that it was not measured.
 *
 * @param model the model
 * @param version the version that serves; 0 where others serve the model
 * @param at when it is judged
 * @param trainedTo outcomes known before this instant were learnt from; null where others serve the model: it is not known here what
 *     was learnt from
 * @param classes whether it tells probabilities of classes
 * @param performance its losses on outcomes
 * @param calibration whether its probabilities came true
 * @param drift the newest check of its columns
 * @param views how old its features are
 * @param predictionsIn30Days answers in the last 30 days
 * @param streams changes of its streams that nobody has ended, in a few words each, such as {@code log_loss rose}
 */
public record HealthInputs(
        String model,
        int version,
        Instant at,
        @Nullable Instant trainedTo,
        boolean classes,
        @Nullable Performance performance,
        @Nullable Calibration calibration,
        @Nullable Drift drift,
        List<ViewAge> views,
        long predictionsIn30Days,
        List<String> streams) {

    public HealthInputs {
        views = List.copyOf(views);
        streams = List.copyOf(streams);
    }

    /** Whether others serve the model: no version of it is here, nor what it was trained on. */
    public boolean elsewhere() {
        return trainedTo == null;
    }

    /**
     * Losses on settled answers. Numbers that are not known are NaN.
     *
     * @param metric what is lost: {@code log_loss} or {@code mse}
     * @param loss mean over the settled answers
     * @param lower lower end of its 95 % interval, clustered by day
     * @param upper upper end
     * @param rows settled answers
     * @param days days on which they happened
     * @param tested loss to compare with: on the test period of its run, or of a model that others serve on its first settled days
     * @param naive loss there of telling how frequent classes are, or the mean
     * @param advantage how much less was lost on the settled answers than by telling how frequent classes are among them, or their mean
     * @param decay whether it is worse than when it was tested
     */
    public record Performance(
            String metric,
            double loss,
            double lower,
            double upper,
            int rows,
            int days,
            double tested,
            double naive,
            Interval advantage,
            DecayCheck.Report decay) {}

    /**
     * Whether probabilities came true.
     *
     * @param brier half the sum over classes of {@code (p - [y])^2}, 0 to 1; of two classes the usual Brier score
     * @param ece calibration error of the predicted class, 0 to 1
     * @param floor what it comes to by chance alone
     * @param pValue chance of an error at least as large by chance alone
     * @param rows settled answers
     */
    public record Calibration(double brier, double ece, double floor, double pValue, int rows) {}

    /**
     * A drift check.
     *
     * @param version the version it judged
     * @param at when
     * @param verdict what it says
     * @param reason in a sentence
     * @param columns how many were looked at
     * @param alarming names of those that alarm
     * @param alarmed share of the model's importance, or of the columns where it has none, that alarms
     * @param warned share that warns
     * @param weighted whether these are shares of its importance, and not of the columns
     */
    public record Drift(
            int version,
            Instant at,
            DriftReport.Verdict verdict,
            String reason,
            int columns,
            List<String> alarming,
            double alarmed,
            double warned,
            boolean weighted) {
        public Drift {
            alarming = List.copyOf(alarming);
        }

        /** What alarms, such as {@code 75 % of its importance}, or {@code 3 of 4 columns} where no importance is known. */
        String share() {
            return weighted
                    ? String.format(Locale.ROOT, "%.0f %% of its importance", 100 * alarmed)
                    : "%d of %d columns".formatted(alarming.size(), columns);
        }
    }

    /**
     * How old the newest event of a feature view is.
     *
     * @param seconds NaN where there is none
     * @param ttlSeconds how old it may be; NaN without a limit
     */
    public record ViewAge(String view, double seconds, double ttlSeconds) {}
}
