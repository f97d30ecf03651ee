package dev.keelson.console.view;

import java.util.List;

/**
 * The benchmarks.
 *
 * @param shell what every page shares
 * @param sets sets of models that can be judged
 * @param running what runs now, in a sentence, or empty
 * @param section the list
 */
public record BenchmarksView(Shell shell, List<String> sets, String running, Section section) {

    /** Copies the list. */
    public BenchmarksView {
        sets = List.copyOf(sets);
    }
}
