package dev.keelson.cli;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Progress of long work on standard error: one line rewritten in place on a terminal, and one line for each tenth
 * otherwise. Says rate and remaining time. Not safe for use by several threads.
 */
final class ProgressLine {
    private static final long REDRAW_NANOS = 100_000_000;

    private final Console console;
    private final PrintStream err;
    private final boolean rewrite;
    private final String what;
    private final long start = System.nanoTime();
    private int first = -1;
    private int lastTenth;
    private long drawn;

    ProgressLine(Console console, PrintStream err, boolean rewrite, String what) {
        this.console = console;
        this.err = err;
        this.rewrite = rewrite;
        this.what = what;
    }

    /** {@code done} of {@code of} is finished, at least 1; the first call says where the work was taken up. */
    void at(int done, int of, String note) {
        if (first < 0) {
            first = done - 1;
            lastTenth = first * 10 / Math.max(1, of);
        }
        long now = System.nanoTime();
        double seconds = (now - start) / 1e9;
        double left = seconds / (done - first) * (of - done);
        String text = String.format(
                Locale.ROOT,
                "%s %d/%d  %s  %.1f/s, about %.0f s left",
                what,
                done,
                of,
                note,
                (done - first) / Math.max(1e-3, seconds),
                left);
        if (console.quiet()) {
            return;
        }
        if (rewrite) {
            if (done < of && now - drawn < REDRAW_NANOS) {
                return;
            }
            drawn = now;
            err.print("\r" + text + "\u001B[K" + (done == of ? System.lineSeparator() : ""));
            err.flush();
        } else if (done * 10 / Math.max(1, of) > lastTenth) {
            lastTenth = done * 10 / Math.max(1, of);
            console.note(text);
        }
    }
}
