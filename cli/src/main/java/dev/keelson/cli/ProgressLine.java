package dev.keelson.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress of long work on standard error: one line rewritten in place on a terminal; otherwise one line when it ends, and
 * before that one every ten seconds. Says rate and remaining time. Not safe for use by several threads.
 */
final class ProgressLine {
    private static final long REDRAW_NANOS = 100_000_000;

    private static final long REPEAT_NANOS = 10_000_000_000L;

    private final Console console;
    private final PrintStream err;
    private final boolean rewrite;
    private final String what;
    private final LongSupplier nanos;
    private final long start;
    private int first = -1;
    private long drawn;

    /** @param nanos a clock as {@link System#nanoTime} */
    ProgressLine(Console console, PrintStream err, boolean rewrite, String what, LongSupplier nanos) {
        this.console = console;
        this.err = err;
        this.rewrite = rewrite;
        this.what = what;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.drawn = rewrite ? start - REDRAW_NANOS : start;
    }

    /** {@code done} of {@code of} is finished, at least 1; the first call says where the work was taken up. */
    void at(int done, int of, String note) {
        if (first < 0) {
            first = done - 1;
        }
        long now = nanos.getAsLong();
        double seconds = (now - start) / 1e9;
        double left = seconds / (done - first) * (of - done);
        String time = done == of
                ? String.format(Locale.ROOT, "in %.1f s", seconds)
                : String.format(Locale.ROOT, "about %.0f s left", left);
        String text = String.format(
                Locale.ROOT,
                "%s %d/%d  %s  %.1f/s, %s",
                what,
                done,
                of,
                note,
                (done - first) / Math.max(1e-3, seconds),
                time);
        if (console.quiet() || (done < of && now - drawn < (rewrite ? REDRAW_NANOS : REPEAT_NANOS))) {
            return;
        }
        drawn = now;
        if (rewrite) {
            err.print("\r" + text + "\u001B[K" + (done == of ? System.lineSeparator() : ""));
            err.flush();
        } else {
            console.note(text);
        }
    }
}
