package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Moment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times of documents in the project's zone. */
final class Moments {
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final Moment NEVER = new Moment(Text.NONE, "");

    private Moments() {}

    /** The time of a field, or a dash. */
    static Moment of(JsonNode at, ZoneId zone) {
        return at.isTextual() ? of(Instant.parse(at.textValue()), zone) : NEVER;
    }

    /** To the second, as in a log. */
    static Moment exact(Instant at, ZoneId zone) {
        return new Moment(SECOND.format(at.atZone(zone)), at.toString());
    }

    static Moment of(Instant at, ZoneId zone) {
        return new Moment(Text.minute(at, zone), at.toString());
    }
}
