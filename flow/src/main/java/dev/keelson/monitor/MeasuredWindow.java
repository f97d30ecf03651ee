package dev.keelson.monitor;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one window says against one reference, column by column, for every rule that is asked about it: rules that take the same for
 * the number of rows share it. Holds no rows. Not safe for use by several threads.
 */
public final class MeasuredWindow {
    private final Map<ColumnFigures.Size, List<MeasuredColumn>> known = new EnumMap<>(ColumnFigures.Size.class);

    /** The columns under a rule, measured unless they were. */
    List<MeasuredColumn> columns(ReferenceProfile reference, DriftCheck.Window window, DriftMonitorDefinition rule) {
        if (rule.policy() == Policy.METHODS) {
            return measured(reference, window, rule);
        }
        return known.computeIfAbsent(MeasuredColumn.size(rule.policy()), size -> measured(reference, window, rule));
    }

    private static List<MeasuredColumn> measured(
            ReferenceProfile reference, DriftCheck.Window window, DriftMonitorDefinition rule) {
        List<MeasuredColumn> measured = new ArrayList<>(window.values().length);
        for (int c = 0; c < window.values().length; c++) {
            measured.add(MeasuredColumn.of(
                    reference.names().get(c),
                    reference.importance(c),
                    reference.column(c),
                    window.values()[c],
                    window.slack(),
                    rule.policy(),
                    rule.methods()));
        }
        return measured;
    }
}
