package dev.keelson.monitor;

import dev.keelson.stats.LabelShiftDetector;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Asks the same question again and again as days are added: only days that it has not seen are fed, all of them anew where one that
 * it had seen has changed. Says what {@link LabelShiftReport#of} says of all days. Not safe for use by several threads.
 */
public final class LabelShiftWatch {
    private final List<String> classes;
    private final long[] reference;
    private final List<LocalDate> days = new ArrayList<>();
    private final List<long[]> seen = new ArrayList<>();
    private LabelShiftDetector detector;

    /**
     * @param classes the label's values
     * @param reference how often each occurred in the reference
     */
    public LabelShiftWatch(List<String> classes, long[] reference) {
        this.classes = List.copyOf(classes);
        this.reference = reference.clone();
        this.detector = LabelShiftReport.detector(reference);
    }

    /**
     * Checks.
     *
     * @param now all match days, ascending
     * @param counts outcomes of each of them by class
     */
    public LabelShiftReport report(List<LocalDate> now, List<long[]> counts) {
        if (!goesOn(now, counts)) {
            days.clear();
            seen.clear();
            detector = LabelShiftReport.detector(reference);
        }
        for (int d = days.size(); d < now.size(); d++) {
            long[] fresh = counts.get(d).clone();
            detector.add(fresh);
            days.add(now.get(d));
            seen.add(fresh);
        }
        return LabelShiftReport.of(classes, days, detector.result());
    }

    private boolean goesOn(List<LocalDate> now, List<long[]> counts) {
        if (now.size() < days.size()) {
            return false;
        }
        for (int d = 0; d < days.size(); d++) {
            if (!days.get(d).equals(now.get(d)) || !Arrays.equals(seen.get(d), counts.get(d))) {
                return false;
            }
        }
        return true;
    }
}
