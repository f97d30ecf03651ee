package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The drift page of a model.
 *
 * @param shell what every page shares
 * @param report the report shown, or null when there is none
 * @param id of that report, or empty
 * @param empty why there is none
 * @param command what makes one
 * @param canCheck whether a check can be asked for here
 * @param checks the last checks, newest first
 * @param simulate the form that makes rows wrong on purpose
 */
public record DriftView(
        Shell shell,
        @Nullable ReportView report,
        String id,
        String empty,
        String command,
        boolean canCheck,
        List<Check> checks,
        Action simulate) {

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
