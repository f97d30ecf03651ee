package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The quality of the data: one entry for each source.
 *
 * @param shell what every page shares
 * @param sources in the order of the project file
 */
public record QualityView(Shell shell, List<Source> sources) {

    /**
     * A source.
     *
     * @param name its name
     * @param verdict of the newest report
     * @param looked what the newest report looked at and when, in words; empty when there is none
     * @param version short id of the latest version, or null
     * @param rows of the latest version
     * @param setAside rows that the newest report set aside
     * @param marked rows that the newest report marked
     * @param open rows that wait for a person
     * @param failing address of the rows that failed, or null when there are none
     * @param checks of the newest report, in declared order
     * @param problems why nothing could be looked at
     */
    public record Source(
            String name,
            Badge verdict,
            String looked,
            @Nullable String version,
            String rows,
            String setAside,
            String marked,
            String open,
            @Nullable String failing,
            List<Check> checks,
            List<String> problems) {}

    /**
     * A check.
     *
     * @param verdict pass, warn or block
     * @param severity what happens when it does not hold
     * @param condition as declared
     * @param observed what was measured
     * @param limit what it is compared with
     * @param trend what was measured in the stored reports, drawn
     * @param detail what it rests on, or empty
     */
    public record Check(
            Badge verdict,
            String severity,
            String condition,
            String observed,
            String limit,
            Markup trend,
            String detail) {}
}
