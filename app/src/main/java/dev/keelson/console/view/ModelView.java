package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page of a model.
 *
 * @param shell what every page shares
 * @param champion such as {@code v3}, or null when nothing serves
 * @param facts about the champion
 * @param drift verdict of the last check
 * @param labels verdict on the outcomes' shares
 * @param health one sentence
 * @param columns headers of the metrics table: the champion, then the baselines
 * @param metrics on the untouched test period
 * @param metricsNote on which rows
 * @param losses chart of the live loss, empty without outcomes
 * @param lossesNote what it shows, or why it is empty
 * @param reliability a chart for each class
 * @param versions newest first
 * @param decisions newest first
 * @param rollbackTo such as {@code v2}, or null when there is none before
 */
public record ModelView(
        Shell shell,
        @Nullable String champion,
        List<Fact> facts,
        Badge drift,
        Badge labels,
        String health,
        List<String> columns,
        List<MetricRow> metrics,
        String metricsNote,
        Markup losses,
        String lossesNote,
        List<Markup> reliability,
        List<Version> versions,
        List<Decision> decisions,
        @Nullable String rollbackTo) {

    /**
     * A registered version.
     *
     * @param label such as {@code v3}
     * @param role {@code champion}, {@code challenger} or empty
     * @param kind why it was trained
     * @param trainedTo labels known before this day
     * @param logLoss on its test period
     * @param accuracy on its test period
     * @param run id of its run
     * @param runShort the first digits of it
     * @param sha the first digits of its hash
     */
    public record Version(
            String label,
            String role,
            String kind,
            String trainedTo,
            String logLoss,
            String accuracy,
            String run,
            String runShort,
            String sha) {}

    /**
     * A decision with its evidence.
     *
     * @param when the minute
     * @param actor who
     * @param badge what was decided
     * @param version about which
     * @param reason one sentence
     * @param evidence the numbers it rests on
     */
    public record Decision(String when, String actor, Badge badge, String version, String reason, List<Fact> evidence) {}
}
