package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The long form of every error code. In {@code explanations.txt} a line such as {@code == K101 Unknown key} starts one; the
 * lines up to the next are its text.
 */
final class Explanations {
    private static final String RESOURCE = "explanations.txt";
    private static final Pattern SECTION = Pattern.compile("(?ms)^== (K\\d{3}) (.+?)$\n(.*?)(?=^== |\\z)");

    private Explanations() {}

    /** What a code means. */
    record Explanation(String title, String text) {}

    static Explanation of(ErrorCode code) {
        Explanation found = all().get(code.code());
        if (found == null) {
            throw new IllegalStateException("The code %s has no explanation.".formatted(code.code()));
        }
        return found;
    }

    /** Code to explanation, in the order of the file. */
    static Map<String, Explanation> all() {
        Map<String, Explanation> all = new LinkedHashMap<>();
        Matcher matcher = SECTION.matcher(resource());
        while (matcher.find()) {
            all.put(matcher.group(1), new Explanation(matcher.group(2), matcher.group(3).strip()));
        }
        return all;
    }

    private static String resource() {
        try (InputStream in = Explanations.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("The resource (%s) is missing.".formatted(RESOURCE));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
