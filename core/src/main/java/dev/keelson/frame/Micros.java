package dev.keelson.frame;

import java.time.Duration;
import java.time.Instant;

/** Instants as microseconds since 1970-01-01T00:00:00Z, the form in which frames hold them. */
public final class Micros {
    /** Microseconds of one day of 24 hours. */
    public static final long PER_DAY = 86_400_000_000L;

    private Micros() {}

    /** Microseconds of an instant; finer parts are cut (towards the past). */
    public static long of(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000L);
    }

    /** Microseconds of a duration. */
    public static long of(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1_000L);
    }

    /** The instant. */
    public static Instant toInstant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
}
