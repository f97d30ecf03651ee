package dev.keelson.data;

import java.util.List;

/** Columns that every dataset has besides those of its source. Both are of type TIMESTAMP and never missing. */
public final class SystemColumns {
    /** When the event of the row happened. */
    public static final String EVENT_TIME = "_event_time";

    /** When the row became known; it may be used for a question asked strictly later. */
    public static final String KNOWN_AT = "_known_at";

    /** Both, in their order at the end of a schema. */
    public static final List<String> NAMES = List.of(EVENT_TIME, KNOWN_AT);

    private SystemColumns() {}
}
