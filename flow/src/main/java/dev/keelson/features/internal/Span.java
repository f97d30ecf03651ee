package dev.keelson.features.internal;

import dev.keelson.expression.Window;
import dev.keelson.frame.Micros;

/**
 * Which of a key's events a window holds.
 *
 * @param lastEvents the newest so many events; 0 when it is a period
 * @param micros the events from {@code asOf - micros} on; 0 when it is a number of events
 */
record Span(int lastEvents, long micros) {
    static Span of(Window window) {
        return switch (window) {
            case Window.LastEvents events -> new Span(events.n(), 0);
            case Window.Last time -> new Span(0, Math.max(1, Micros.of(time.duration())));
        };
    }

    /** The first event of the window; it ends with the newest. */
    int from(KeyState state, long asOf) {
        return lastEvents > 0 ? Math.max(0, state.size() - lastEvents) : firstSince(state, asOf - micros);
    }

    private static int firstSince(KeyState state, long time) {
        int low = 0;
        int high = state.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (state.eventTime(middle) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
