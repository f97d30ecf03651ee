package dev.keelson.lineage;

import dev.keelson.expression.Durations;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far back some features of one view look from the moment they are asked for: a row is seen when it lies within the
 * longest window of time, or is among the newest so many, or when any feature looks at everything.
 *
 * @param time the longest window of time, zero for none
 * @param events the most last events that are looked at
 * @param everything whether a feature has no window: ratings, streaks, weights that fade
 * @param opponents whether a feature is a rating, which what is known of a key's opponents goes into
 */
record Reach(Duration time, int events, boolean everything, boolean opponents) {
    static final Reach NOTHING = new Reach(Duration.ZERO, 0, false, false);

    private static final Pattern TIME = Pattern.compile(".*\\)\\s+over\\s+(?:last\\s+)?([0-9][0-9.A-Za-z]*[A-Za-z])\\s*", Pattern.DOTALL);
    private static final Pattern EVENTS =
            Pattern.compile(".*\\)\\s+over\\s+last\\s+(?:([0-9]{1,9})\\s+events?|event)\\s*", Pattern.DOTALL);
    private static final Pattern AGGREGATE =
            Pattern.compile("\\s*(?:count|sum|mean|std|min|max|last|first|distinct|rate|ratio)\\s*\\(.*", Pattern.DOTALL);
    private static final Pattern RATING =
            Pattern.compile("\\s*(?:elo|pi_rating|strength)\\s*\\(.*", Pattern.DOTALL);
    private static final Pattern SINCE = Pattern.compile("\\s*\\w+\\s+since\\s+last\\s+event\\s*");

    /** Of the texts of features. */
    static Reach of(List<String> features) {
        Reach reach = NOTHING;
        for (String feature : features) {
            reach = reach.and(of(feature));
        }
        return reach;
    }

    private static Reach of(String feature) {
        if (SINCE.matcher(feature).matches()) {
            return new Reach(Duration.ZERO, 1, false, false);
        }
        if (AGGREGATE.matcher(feature).matches()) {
            Matcher events = EVENTS.matcher(feature);
            if (events.matches()) {
                String count = events.group(1);
                return new Reach(Duration.ZERO, count == null ? 1 : Integer.parseInt(count), false, false);
            }
            Matcher time = TIME.matcher(feature);
            if (time.matches()) {
                return new Reach(Durations.parse(time.group(1)), 0, false, false);
            }
        }
        return new Reach(Duration.ZERO, 0, true, RATING.matcher(feature).matches());
    }

    private Reach and(Reach other) {
        return new Reach(
                time.compareTo(other.time) >= 0 ? time : other.time,
                Math.max(events, other.events),
                everything || other.everything,
                opponents || other.opponents);
    }

    boolean isNothing() {
        return !everything && events == 0 && time.isZero();
    }
}
