package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills {@code ${NAME}} and {@code ${NAME:-default}} from an environment. The default counts when the variable is not
 * set or empty; a doubled dollar sign stands for one that starts no variable. A value that was
 * filled in is not searched again.
 */
final class Variables {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\$\\{|\\$\\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\\})?");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = new TreeMap<>(environment);
    }

    /** The text with its variables filled in; one that is not set is reported and becomes empty. */
    String fill(Located written, Problems problems) {
        String text = written.text();
        if (!text.contains("${")) {
            return text;
        }
        StringBuilder result = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        while (matcher.find()) {
            matcher.appendReplacement(result, Matcher.quoteReplacement(replacement(matcher, written, problems)));
        }
        return matcher.appendTail(result).toString();
    }

    private String replacement(Matcher matcher, Located written, Problems problems) {
        if (matcher.group().equals("$${")) {
            return "${";
        }
        String name = matcher.group(1);
        if (name == null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    written.at(matcher.start()),
                    "`${` starts a variable, and `${NAME}` or `${NAME:-default}` was expected",
                    "Maybe a `}` is missing; a literal `${` is written `$${`.");
            return "";
        }
        String value = environment.get(name);
        if (value != null && !value.isEmpty()) {
            return value;
        }
        String fallback = matcher.group(2);
        if (fallback != null) {
            return fallback;
        }
        problems.add(
                ErrorCode.VARIABLE_NOT_SET,
                written.at(matcher.start()),
                "the variable `%s` is %s".formatted(name, value == null ? "not set" : "empty"),
                Suggestion.sentence(name, environment.keySet())
                        .orElse(("Maybe set it in the environment or in `.env`, or give a default: " + "`${%s:-…}`.")
                                .formatted(name)));
        return "";
    }
}
