package dev.keelson.monitor;

import dev.keelson.expression.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a baseline is made of.
 *
 * @param kind the champion's training data, a period, or a version of a dataset
 * @param length of the period; null for the others
 * @param version of the dataset: its id, a tag or the beginning of the id; null for the others
 */
public record BaselineSource(Kind kind, @Nullable Duration length, @Nullable String version) {
    /** The data that the champion was trained on. */
    public static final BaselineSource TRAINING = new BaselineSource(Kind.TRAINING, null, null);

    private static final Pattern PERIOD = Pattern.compile("last\\s+([0-9]+[mhdw])");
    private static final Pattern DATASET = Pattern.compile("dataset\\s+(\\S+)");

    /** Checks that what belongs to the kind is there. */
    public BaselineSource {
        if ((kind == Kind.PERIOD) != (length != null) || (kind == Kind.DATASET) != (version != null)) {
            throw new IllegalArgumentException("A baseline of the kind %s has length %s and version %s.".formatted(kind, length, version));
        }
        if (length != null && (length.isZero() || length.isNegative())) {
            throw new IllegalArgumentException("The length of a baseline (%s) must be above 0.".formatted(length));
        }
    }

    /** Where the rows come from. */
    public enum Kind {
        /** The champion's training data: frozen until another champion serves. */
        TRAINING,
        /** The time before the window that is judged: rolls on with each refresh. */
        PERIOD,
        /** A version of a dataset: frozen. */
        DATASET
    }

    /** Whether it stays the same while time passes. */
    public boolean frozen() {
        return kind != Kind.PERIOD;
    }

    /**
     * Reads {@code training}, {@code last 30d} or {@code dataset VERSION}.
     *
     * @return empty when the text is none of these
     */
    public static Optional<BaselineSource> parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("training")) {
            return Optional.of(TRAINING);
        }
        Matcher period = PERIOD.matcher(stripped);
        if (period.matches()) {
            Duration length = Durations.parse(period.group(1));
            return length.isZero() ? Optional.empty() : Optional.of(new BaselineSource(Kind.PERIOD, length, null));
        }
        Matcher dataset = DATASET.matcher(stripped);
        return dataset.matches()
                ? Optional.of(new BaselineSource(Kind.DATASET, null, dataset.group(1)))
                : Optional.empty();
    }

    /** As it is written in the project file. */
    public String text() {
        return switch (kind) {
            case TRAINING -> "training";
            case PERIOD -> "last " + written(length);
            case DATASET -> "dataset " + version;
        };
    }

    private static String written(@Nullable Duration length) {
        long seconds = length == null ? 0 : length.toSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

    /** The same in letters, digits and dashes, for ids. */
    public String slug() {
        return text().replaceAll("[^A-Za-z0-9]+", "-");
    }
}
