package dev.keelson.console.view;

import java.util.List;

/**
 * The schedules.
 *
 * @param shell what every page shares
 * @param rows in the order of the project file
 * @param zone the project's, in which the times are told
 * @param running jobs that run or wait now
 * @param live whether something runs or waits, so that the page fetches itself again
 * @param reader why nothing can be changed here, or empty when it can
 */
public record SchedulesView(
        Shell shell, List<Row> rows, String zone, List<JobRow> running, boolean live, String reader) {

    /** Copies the lists. */
    public SchedulesView {
        rows = List.copyOf(rows);
        running = List.copyOf(running);
    }

    /**
     * A schedule.
     *
     * @param name in the project file
     * @param runs what it runs
     * @param sentence when, in words
     * @param cron as it is written
     * @param missed what becomes of times that passed while nothing ran
     * @param state paused or not
     * @param paused who paused it when and why; empty unless it is
     * @param last its last jobs, one for each model
     * @param next when it runs next, the soonest first; none while it is paused
     * @param history page of all its jobs
     * @param actions what can be done
     */
    public record Row(
            String name,
            String runs,
            String sentence,
            String cron,
            String missed,
            Badge state,
            String paused,
            List<JobRow> last,
            List<Moment> next,
            String history,
            List<Action> actions) {

        /** Copies the lists. */
        public Row {
            last = List.copyOf(last);
            next = List.copyOf(next);
            actions = List.copyOf(actions);
        }
    }
}
