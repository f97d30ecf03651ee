package dev.keelson.remote;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which names, ids and paths of others are taken. */
final class Forms {
    /** Longer texts of tags and params are not taken: nothing that a client could have logged is. */
    static final int LONGEST_TEXT = 1 << 20;

    private static final Pattern RUN = Pattern.compile("[a-zA-Z0-9][\\w\\-]{0,255}");
    private static final Pattern EXPERIMENT = Pattern.compile("[a-zA-Z0-9][\\w\\-]{0,63}");
    private static final Pattern MODEL = Pattern.compile("m-[a-zA-Z0-9\\-]{1,62}");
    private static final Pattern ALIAS = Pattern.compile("[\\w\\-]{1,255}");
    private static final int LONGEST_KEY = 250;

    private Forms() {}

    static boolean isRun(String id) {
        return RUN.matcher(id).matches();
    }

    static boolean isExperiment(String id) {
        return EXPERIMENT.matcher(id).matches();
    }

    /** Whether it is the id of a logged model. */
    static boolean isModel(String id) {
        return MODEL.matcher(id).matches();
    }

    static boolean isAlias(String alias) {
        return ALIAS.matcher(alias).matches();
    }

    /** Why a name of a metric, param or tag is not taken; null when it is. */
    static @Nullable String wrongKey(String key) {
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            return "its name has %,d characters; 1 to %d were expected".formatted(key.length(), LONGEST_KEY);
        }
        return isNormal(key) ? null : "its name is no normal path";
    }

    /** Whether a path is relative, goes nowhere up, and has no part that is empty, a dot or a control character. */
    static boolean isNormal(String path) {
        if (path.isEmpty() || path.length() > 4096) {
            return false;
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return path.indexOf('\\') < 0 && path.chars().noneMatch(c -> c < 0x20 || c == 0x7F) && !path.matches("[A-Za-z]:.*");
    }

    /** A value as the store keeps it: what is infinite becomes the largest finite number of its sign. */
    static double value(double value) {
        return Double.isInfinite(value) ? Math.copySign(Double.MAX_VALUE, value) : value;
    }
}
