package dev.keelson.console.view;

import java.util.List;

/**
 * The backtest of a model.
 *
 * @param shell what every page shares
 * @param asked what the form holds
 * @param stakes whether other stakes can be asked for
 * @param refused why the stakes that were asked for cannot be, or empty
 * @param sections what came out
 */
public record BacktestView(Shell shell, Asked asked, boolean stakes, String refused, List<Section> sections) {

    /** Copies the list. */
    public BacktestView {
        sections = List.copyOf(sections);
    }

    /**
     * What is asked for, as it was typed; empty for what the model declares.
     *
     * @param run id of the run, or its beginning
     * @param stake such as {@code kelly(0.25)}
     * @param commission a share of the winnings
     * @param bankroll units at the start
     */
    public record Asked(String run, String stake, String commission, String bankroll) {}
}
