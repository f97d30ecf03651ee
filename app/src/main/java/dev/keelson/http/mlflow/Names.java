package dev.keelson.http.mlflow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What names, ids and texts of clients may look like, and how long they may be. Lengths are in characters. */
final class Names {
    static final int MAX_KEY = 250;
    static final int MAX_PARAM = 6_000;
    /** Longer values of tags of runs are cut. */
    static final int MAX_RUN_TAG = 8_000;
    static final int MAX_EXPERIMENT_TAG = 5_000;
    static final int MAX_EXPERIMENT_NAME = 500;
    static final int MAX_RUN_NAME = 8_000;
    static final int MAX_LOCATION = 500;

    private static final int MAX_RUN_ID = 256;
    private static final int MAX_EXPERIMENT_ID = 64;

    private Names() {}

    /**
     * The key of a metric, param or tag: letters, digits, {@code _ . - / } and spaces, and the normal form of a path.
     *
     * @param what {@code metric}, {@code parameter} or {@code tag}
     */
    static String key(String what, String key) {
        if (!hasKeyCharacters(key)) {
            throw MlflowFailure.invalid(
                    "Invalid %s name: '%s'. Names may only contain letters, digits, underscores (_), dashes (-), periods (.), spaces ( ) and slashes (/)."
                            .formatted(what, Texts.shown(key)));
        }
        if (!isNormalPath(key)) {
            throw MlflowFailure.invalid(
                    "Invalid %s name: '%s'. Names are also paths: they must not start or end with a slash, nor hold '..', '.' or nothing between two of them."
                            .formatted(what, Texts.shown(key)));
        }
        return limited(what + " name", key, MAX_KEY);
    }

    /** Whether every character may be in a key. */
    private static boolean hasKeyCharacters(String key) {
        for (int i = 0; i < key.length(); ) {
            int c = key.codePointAt(i);
            if (!isAsciiLetterOrDigit(c) && "_./- ".indexOf(c) < 0 && (c < 0x80 || !Character.isLetterOrDigit(c))) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    /** Whether a path has no part that is empty, {@code .} or {@code ..}, and does not begin with {@code ..}. */
    static boolean isNormalPath(String path) {
        if (path.isEmpty() || path.startsWith("..")) {
            return false;
        }
        int start = 0;
        while (start <= path.length()) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            int length = end - start;
            if (length == 0
                    || (length == 1 && path.charAt(start) == '.')
                    || (length == 2 && path.charAt(start) == '.' && path.charAt(start + 1) == '.')) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    /** A text of a limited length. */
    static String limited(String what, String text, int most) {
        if (text.length() > most) {
            throw MlflowFailure.invalid("The %s ('%s') is too long: it has %d characters, and %d are the most."
                    .formatted(what, Texts.shown(text), text.length(), most));
        }
        return text;
    }

    /** A value of a tag of a run, cut where it is too long. */
    static String runTag(String value) {
        if (value.length() <= MAX_RUN_TAG) {
            return value;
        }
        boolean splits = Character.isHighSurrogate(value.charAt(MAX_RUN_TAG - 1));
        return value.substring(0, splits ? MAX_RUN_TAG - 1 : MAX_RUN_TAG);
    }

    /** The run that a request is about: {@code run_id}, or {@code run_uuid} of old clients. */
    static String runId(Fields fields) {
        String id = fields.text("run_id");
        String old = id == null || id.isEmpty() ? fields.text("run_uuid") : id;
        if (old == null || old.isEmpty()) {
            throw MlflowFailure.missing("run_id");
        }
        return runId(old);
    }

    /** An id of a run. */
    static String runId(String id) {
        if (!isId(id, MAX_RUN_ID)) {
            throw MlflowFailure.invalid("Invalid run ID: '%s'.".formatted(Texts.shown(id)));
        }
        return id;
    }

    /** The experiment that a request is about. */
    static String experimentId(Fields fields) {
        return experimentId(fields.required("experiment_id"));
    }

    /** An id of an experiment. */
    static String experimentId(String id) {
        if (!isId(id, MAX_EXPERIMENT_ID)) {
            throw MlflowFailure.invalid("Invalid experiment ID: '%s'.".formatted(Texts.shown(id)));
        }
        return id;
    }

    /** Ids of experiments. */
    static List<String> experimentIds(Fields fields) {
        List<String> ids = fields.texts("experiment_ids");
        ids.forEach(Names::experimentId);
        return ids.stream().distinct().toList();
    }

    /** An id of a logged model. */
    static String modelId(String id) {
        if (!isId(id, MAX_RUN_ID)) {
            throw MlflowFailure.invalid("Invalid model ID: '%s'.".formatted(Texts.shown(id)));
        }
        return id;
    }

    private static boolean isId(String id, int most) {
        if (id.isEmpty() || id.length() > most || !isAsciiLetterOrDigit(id.charAt(0))) {
            return false;
        }
        for (int i = 1; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!isAsciiLetterOrDigit(c) && c != '_' && c != '-' && (c < 0x80 || !Character.isLetterOrDigit(c))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAsciiLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** A place for files of runs; null when none is asked for. */
    static @Nullable String location(@Nullable String location) {
        if (location == null || location.isBlank()) {
            return null;
        }
        String place = limited("artifact location", location.strip(), MAX_LOCATION);
        String decoded = place;
        for (int i = 0; i < 10 && decoded.indexOf('%') >= 0; i++) {
            decoded = Texts.percentDecoded(decoded, false);
        }
        if (decoded.indexOf('#') >= 0) {
            throw MlflowFailure.invalid(
                    "The artifact location ('%s') cannot be used: it has a fragment (#), behind which no file can be."
                            .formatted(Texts.shown(place)));
        }
        if (place.startsWith("runs:") || decoded.indexOf('%') >= 0 || decoded.contains("..") || !Texts.storable(decoded)) {
            throw MlflowFailure.invalid(
                    "The artifact location ('%s') cannot be used: it must not lead through '..', and be no address of a run."
                            .formatted(Texts.shown(place)));
        }
        return place;
    }
}
