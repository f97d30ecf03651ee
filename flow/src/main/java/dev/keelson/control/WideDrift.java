package dev.keelson.control;

import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a drift check looks at beside single columns, and when its alarm is worth a training: one rule for a server and for a replay.
 * Stateless.
 */
public final class WideDrift {
    /** Share of the model's importance that alarming columns must carry to be worth a training. */
    public static final double IMPORTANCE = 0.2;

    /** Field of what a drift check found: why it is not worth a training. */
    public static final String NOT_WORTH = "not_worth";

    private WideDrift() {}

    /**
     * Adds the model's answers, and segments and all columns together where the monitor asks for them.
     *
     * @param report of the columns; with too little data nothing is added
     * @param earlier earlier reports of this model, newest first
     * @param outputs names of what the model answers
     * @param before what the same version answered before the window, oldest first
     * @param now what was answered in the window
     * @param tables the same rows compared as tables; asked for where the monitor wants them
     */
    public static DriftReport of(
            DriftReport report,
            List<DriftReport> earlier,
            DriftMonitorDefinition monitor,
            List<String> outputs,
            List<double[]> before,
            List<double[]> now,
            Supplier<Optional<DriftReport>> tables) {
        if (report.verdict() == DriftReport.Verdict.INSUFFICIENT) {
            return report;
        }
        Optional<DriftReport> compared = asksForTables(monitor) ? tables.get() : Optional.empty();
        DriftReport wide = compared.map(each -> DriftCheck.withTables(report, each, earlier)).orElse(report);
        return DriftCheck.withOutputs(
                wide,
                outputs,
                DriftCheck.columns(before, outputs.size()),
                DriftCheck.columns(now, outputs.size()),
                monitor.minRows());
    }

    /** The same where nobody reads more than the verdict: answers that did not move are left out of the report. */
    public static DriftReport quickly(
            DriftReport report,
            List<DriftReport> earlier,
            DriftMonitorDefinition monitor,
            List<String> outputs,
            List<double[]> before,
            List<double[]> now,
            Supplier<Optional<DriftReport>> tables) {
        boolean moved = before.size() >= Math.max(monitor.minRows(), ReferenceProfile.WINDOWS) // as the whole check asks for
                && now.size() >= monitor.minRows()
                && DriftCheck.outputsMoved(
                        DriftCheck.columns(before, outputs.size()), DriftCheck.columns(now, outputs.size()));
        return of(report, earlier, monitor, outputs, moved ? before : List.of(), moved ? now : List.of(), tables);
    }

    /** Whether a monitor asks for segments, or for all columns together. */
    public static boolean asksForTables(DriftMonitorDefinition monitor) {
        return !monitor.segments().isEmpty() || monitor.multivariate();
    }

    /**
     * Whether an alarm is worth a training. Of our own rule it is when the columns that moved carry a fifth of the model's
     * importance, where that is known; rules of other systems are followed to the letter.
     *
     * @param report a report; one without an alarm is worth none, and needs no reason
     * @return in a sentence why an alarm is not, and what to do where it should be; empty where it is
     */
    public static Optional<String> notWorth(DriftReport report) {
        boolean known = report.features().stream().anyMatch(feature -> feature.importance() > 0);
        if (report.verdict() != DriftReport.Verdict.ALARM
                || report.policy() != Policy.RECOMMENDED || !known || report.importanceShare() >= IMPORTANCE) {
            return Optional.empty();
        }
        return Optional.of(("What moved carries %.0f %% of the importance of the model; drift alone trains it from %.0f %% on. "
                        + "`keelson retrain %s` trains it all the same, and a drift monitor of another `policy` on every alarm.")
                .formatted(100 * report.importanceShare(), 100 * IMPORTANCE, report.model()));
    }
}
