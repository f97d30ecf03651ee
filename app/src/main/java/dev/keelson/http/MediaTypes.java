package dev.keelson.http;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request says of its body, and of the answers it takes. */
public final class MediaTypes {
    /** What programs send that say nothing, as {@code curl -d} does. */
    private static final String FORM = "application/x-www-form-urlencoded";

    private MediaTypes() {}

    /**
     * Whether a body may be JSON by its type: none, JSON, a kind of JSON ({@code application/problem+json}), or that of a program
     * that did not say.
     *
     * @param type the header {@code Content-Type}; null for none
     */
    public static boolean isJson(@Nullable String type) {
        if (type == null || type.equals("application/json")) {
            return true;
        }
        String media = media(type);
        return media.isEmpty()
                || media.equals("application/json")
                || media.equals("text/json")
                || media.endsWith("+json")
                || media.equals(FORM);
    }

    /**
     * Whether JSON is among what is accepted.
     *
     * @param accepted the header {@code Accept}; null for none
     */
    public static boolean takesJson(@Nullable String accepted) {
        return accepts(accepted, List.of("application/json", "application/problem+json", "text/json"));
    }

    /** Whether one of some types is among what is accepted. */
    public static boolean accepts(@Nullable String accepted, Collection<String> types) {
        if (accepted == null || accepted.isBlank() || accepted.equals("*/*")) {
            return true;
        }
        for (String each : accepted.split(",", -1)) {
            String media = media(each);
            boolean refused = each.replace(" ", "").matches(".*;q=0(\\.0*)?");
            boolean any = media.equals("*/*") || media.equals("application/*") || types.contains(media);
            if (any && !refused) {
                return true;
            }
        }
        return false;
    }

    private static String media(String type) {
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
