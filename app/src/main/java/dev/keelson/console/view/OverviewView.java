package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first page.
 *
 * @param shell what every page shares
 * @param attention what needs a person: what waits for an answer and open alerts, newest first; then what checks say, worst first
 * @param more how many answers and alerts are waited for beside those
 * @param models one row for each model
 * @param elsewhere one row for each model that others serve
 */
public record OverviewView(Shell shell, List<Attention> attention, int more, List<Row> models, List<Elsewhere> elsewhere) {

    /** Copies the lists. */
    public OverviewView {
        attention = List.copyOf(attention);
        models = List.copyOf(models);
        elsewhere = List.copyOf(elsewhere);
    }

    /**
     * A model that others serve.
     *
     * @param name its name
     * @param predictions how many were handed in
     * @param drift verdict of the last check
     * @param driftWhen when that was, or empty
     * @param decay verdict of the last check
     * @param decayWhen when that was, or empty
     * @param health verdict of the last report that was kept
     * @param healthWhen when that was, or empty
     */
    public record Elsewhere(String name, String predictions, Badge drift, String driftWhen, Badge decay, String decayWhen, Badge health, String healthWhen) {}

    /**
     * A model at a glance.
     *
     * @param name its name
     * @param champion such as {@code v3}, or null when nothing serves
     * @param challenger such as {@code v4}, or null
     * @param health one sentence
     * @param live loss of the latest settled predictions, or a dash
     * @param liveDetail number of outcomes and interval
     * @param baselines loss of the baselines when the champion was tested
     * @param tested loss of the champion when it was tested
     * @param trend week by week
     * @param drift verdict of the last check
     * @param driftWhen when that was
     * @param labels verdict on the outcomes' shares
     * @param trained day of the last training
     */
    public record Row(
            String name,
            @Nullable String champion,
            @Nullable String challenger,
            String health,
            String live,
            String liveDetail,
            String baselines,
            String tested,
            Markup trend,
            Badge drift,
            String driftWhen,
            Badge labels,
            String trained) {}
}
