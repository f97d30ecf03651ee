package dev.keelson.console.view;

import java.util.List;

/**
 * The replay page of a model.
 *
 * @param shell what every page shares
 * @param id of the replay, or empty when there is none
 * @param period first and last day and number of steps
 * @param verdict whether retraining paid, in one sentence; empty when not compared
 * @param comparison chart on the first metric
 * @param metrics what they are compared by, in words
 * @param rows table of the comparison
 * @param strip chart of the timeline
 * @param steps the steps that are listed, newest first
 * @param all whether every step is listed, not only those where something happened
 * @param total number of steps
 * @param others the other replays that are kept, the one that ran last first
 * @param state of the replay that was asked for last, unless it is done
 * @param action begins one
 * @param live whether the page goes on changing and fetches itself again
 */
public record ReplayView(
        Shell shell,
        String id,
        String period,
        String verdict,
        Markup comparison,
        List<String> metrics,
        List<Compared> rows,
        Markup strip,
        List<Step> steps,
        boolean all,
        int total,
        List<String> others,
        List<Section> state,
        Action action,
        boolean live) {

    /**
     * A policy or baseline with its scores.
     *
     * @param name in words
     * @param own whether it is this project's policy
     * @param n settled events
     * @param scores value and interval of each metric
     * @param profit units won by flat stakes; none of a model of numbers
     * @param bets number of bets
     */
    public record Compared(
            String name, boolean own, String n, List<MetricRow.Cell> scores, String profit, String bets) {}

    /**
     * A step.
     *
     * @param date the day it ended
     * @param drift verdict
     * @param decay verdict
     * @param labels verdict
     * @param retrained such as {@code v4}, or empty
     * @param decision in a word, or empty
     * @param champion who serves from then on
     * @param reasons why, one sentence each
     */
    public record Step(
            String date,
            Badge drift,
            Badge decay,
            Badge labels,
            String retrained,
            String decision,
            String champion,
            List<String> reasons) {}
}
