package dev.keelson.console.view;

import java.util.List;

/**
 * A metric beside its baselines.
 *
 * @param metric its name
 * @param direction {@code lower is better} or {@code higher is better}
 * @param cells one for each column of the table
 */
public record MetricRow(String metric, String direction, List<Cell> cells) {

    /**
     * One value.
     *
     * @param value formatted
     * @param detail its interval, or empty
     * @param full with all digits
     */
    public record Cell(String value, String detail, String full) {}
}
