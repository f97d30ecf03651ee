package dev.keelson.console.view;

import java.util.List;

/**
 * The list of runs.
 *
 * @param shell what every page shares
 * @param models every model, to choose from
 * @param model the chosen one, or empty
 * @param rows newest first
 * @param limited whether there are more than are listed
 */
public record RunsView(Shell shell, List<String> models, String model, List<Row> rows, boolean limited) {

    /**
     * A run.
     *
     * @param id its id
     * @param shortId the first digits of it
     * @param model what it trained
     * @param status where it stands
     * @param started the minute
     * @param took how long
     * @param logLoss on its test period
     * @param brier on its test period
     * @param accuracy on its test period
     * @param version the version made of it, or a dash
     */
    public record Row(
            String id,
            String shortId,
            String model,
            Badge status,
            String started,
            String took,
            String logLoss,
            String brier,
            String accuracy,
            String version) {}
}
