package dev.keelson.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
    private long firstAt;
    private long drawn;
    private String part = "";
    private long partStart;
    private long last;

    /** @param nanos a clock as {@link System#nanoTime} */
    ProgressLine(Console console, PrintStream err, boolean rewrite, String what, LongSupplier nanos) {
        this.console = console;
        this.err = err;
        this.rewrite = rewrite;
        this.what = what;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.drawn = rewrite ? start - REDRAW_NANOS : start;
        this.partStart = start;
        this.last = start;
    }

    /**
     * {@code done} of {@code of} is finished, at least 1. A first call with more says where the work was taken up; the rate is
     * that of what was done since.
     */
    void at(int done, int of, String note) {
        long now = nanos.getAsLong();
        if (first < 0) {
            first = done == 1 ? 0 : done;
            firstAt = done == 1 ? start : now;
        }
        double seconds = (now - firstAt) / 1e9;
        int since = done - first;
        String rate = since == 0 ? "" : String.format(Locale.ROOT, "%.1f/s, ", since / Math.max(1e-3, seconds));
        String time = since == 0 && done < of
                ? "begun"
                : time(done == of, (now - start) / 1e9, seconds / Math.max(1, since) * (of - done));
        show(String.format(Locale.ROOT, "%s %d/%d  %s  %s%s", what, done, of, note, rate, time), done == of, now);
    }

    /**
     * {@code done} of {@code of} of one part of the work are finished, told in percent; a part begins when another one is named.
     *
     * @param unit what is counted, for a rate; null for none
     */
    void part(long done, long of, String name, @Nullable String unit) {
        long now = nanos.getAsLong();
        if (!name.equals(part)) {
            part = name;
            partStart = last;
        }
        last = now;
        double seconds = (now - partStart) / 1e9;
        boolean all = done >= of;
        String rate = unit == null || done == 0
                ? ""
                : String.format(Locale.ROOT, "%,.0f %s/s, ", done / Math.max(1e-3, seconds), unit);
        String text = String.format(
                Locale.ROOT,
                "%s %d %%  %s  %s%s",
                what,
                all ? 100 : 100 * done / of,
                name,
                rate,
                time(all, seconds, seconds / Math.max(1, done) * (of - done)));
        show(text, all, now);
    }

    private static String time(boolean all, double seconds, double left) {
        return all
                ? String.format(Locale.ROOT, "in %.1f s", seconds)
                : String.format(Locale.ROOT, "about %.0f s left", left);
    }

    private void show(String text, boolean end, long now) {
        if (console.quiet() || (!end && now - drawn < (rewrite ? REDRAW_NANOS : REPEAT_NANOS))) {
            return;
        }
        drawn = now;
        if (rewrite) {
            err.print("\r" + text + "\u001B[K" + (end ? System.lineSeparator() : ""));
            err.flush();
        } else {
            console.note(text);
        }
    }
}
