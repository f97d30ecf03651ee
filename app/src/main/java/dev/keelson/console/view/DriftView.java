package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The drift page of a model.
 *
 * @param shell what every page shares
 * @param model its name
 * @param links to its other pages, where it has no tabs
 * @param report the report shown, or null when there is none
 * @param id of that report, or empty
 * @param empty why there is none
 * @param command what makes one
 * @param canCheck whether a check can be asked for here
 * @param beside what each of several baselines says, or null
 * @param checks the last checks, newest first
 * @param blocks its baselines and streams
 * @param simulate the form that makes rows wrong on purpose, or null
 */
public record DriftView(
        Shell shell,
        String model,
        List<Section.Link> links,
        @Nullable ReportView report,
        String id,
        String empty,
        String command,
        boolean canCheck,
        @Nullable Section beside,
        List<Check> checks,
        List<Block> blocks,
        @Nullable Action simulate) {

    /** Copies the lists. */
    public DriftView {
        links = List.copyOf(links);
        checks = List.copyOf(checks);
        blocks = List.copyOf(blocks);
    }

    /**
     * An earlier check.
     *
     * @param id of its report
     * @param when its day
     * @param badge its verdict
     * @param current whether it is the one shown
     */
    public record Check(String id, String when, Badge badge, boolean current) {}
}
