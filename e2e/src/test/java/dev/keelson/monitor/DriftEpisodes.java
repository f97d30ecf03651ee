package dev.keelson.monitor;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Windows in a row against one reference, measured a column at a time as {@link DriftCheck} measures them and judged by it: no
 * more than one column of the reference and one of a window are held at once.
 */
public final class DriftEpisodes {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final int MIN_ROWS = 100;

    private DriftEpisodes() {}

    /** A column of a reference. */
    public static final class Reference {
        private final String name;
        private final ColumnProfile profile;

        /**
         * Makes the profile.
         *
         * @param values rows in time order, handed over
         * @param category whether numbers stand for categories
         */
        public Reference(String name, double[] values, boolean category) {
            DoubleFunction<@Nullable String> unknown = key -> null;
            this.name = name;
            this.profile = new ColumnProfile(values, category ? unknown : null);
        }

        /** Compares the column of a window. */
        public Measured measure(double[] window, Policy policy) {
            return new Measured(MeasuredColumn.of(name, 0, profile, window, 0, policy, DriftMethods.defaults()));
        }
    }

    /** A column of a window that was compared; holds no rows. */
    public static final class Measured {
        private final MeasuredColumn column;

        private Measured(MeasuredColumn column) {
            this.column = column;
        }
    }

    /**
     * Judges windows one after the other, each by what the ones before said.
     *
     * @param windows of each its columns
     * @return newest first
     */
    public static List<DriftReport> judge(int referenceRows, int rows, List<List<Measured>> windows, Policy policy) {
        DriftMonitorDefinition monitor = new DriftMonitorDefinition(
                "drift", List.of("model"), Duration.ofDays(7), MIN_ROWS, policy, 0.3, Map.of(), null);
        List<DriftReport> newestFirst = new ArrayList<>();
        for (int i = 0; i < windows.size(); i++) {
            Instant from = START.plus(Duration.ofDays(7L * i));
            Instant to = from.plus(Duration.ofDays(7));
            newestFirst.addFirst(DriftCheck.judged(
                    new DriftCheck.Seen("model", 1, to, referenceRows, rows, from, to),
                    windows.get(i).stream().map(each -> each.column).toList(),
                    monitor,
                    newestFirst,
                    Double.NaN,
                    Double.NaN));
        }
        return newestFirst;
    }
}
