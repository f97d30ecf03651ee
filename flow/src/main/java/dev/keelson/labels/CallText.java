package dev.keelson.labels;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call as it stands in a text: a name, then arguments in brackets, some of them named.
 *
 * @param name the name
 * @param arguments those without a name, in order
 * @param named by name
 * @param names the names, with their places
 * @param start position of its first character in the text
 * @param end position after its closing bracket
 * @param location where it starts
 */
record CallText(
        String name,
        List<Located> arguments,
        Map<String, Located> named,
        List<Located> names,
        int start,
        int end,
        @Nullable Location location) {

    /** The calls of some names in a text, from left to right; a call within another one is not looked for. */
    static List<CallText> all(Located text, List<String> wanted) {
        List<CallText> calls = new ArrayList<>();
        String source = text.text();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c == '\'' || c == '"') {
                at = afterQuote(text, at);
            } else if (Character.isLetter(c) || c == '_') {
                int end = at;
                while (end < source.length() && isNamePart(source.charAt(end))) {
                    end++;
                }
                int bracket = end;
                while (bracket < source.length() && Character.isWhitespace(source.charAt(bracket))) {
                    bracket++;
                }
                if (bracket < source.length()
                        && source.charAt(bracket) == '('
                        && wanted.contains(source.substring(at, end))) {
                    CallText call = one(text, source.substring(at, end), at, bracket);
                    calls.add(call);
                    at = call.end();
                } else {
                    at = end;
                }
            } else {
                at++;
            }
        }
        return calls;
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }

    private static int afterQuote(Located text, int from) {
        int end = text.text().indexOf(text.text().charAt(from), from + 1);
        if (end < 0) {
            throw new KeelsonException(Problem.at(ErrorCode.EXPRESSION_SYNTAX, text.at(from), "The quote (%s) is not closed.".formatted(text.text().charAt(from)), "Maybe it is missing at the end."));
        }
        return end + 1;
    }

    private static CallText one(Located text, String name, int start, int bracket) {
        String source = text.text();
        List<Located> arguments = new ArrayList<>();
        Map<String, Located> named = new LinkedHashMap<>();
        List<Located> names = new ArrayList<>();
        int depth = 0;
        int from = bracket + 1;
        int at = bracket;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c == '\'' || c == '"') {
                at = afterQuote(text, at);
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0 || (c == ',' && depth == 1)) {
                argument(text, from, at, arguments, named, names);
                from = at + 1;
            }
            at++;
            if (depth == 0) {
                return new CallText(
                        name, List.copyOf(arguments), named, List.copyOf(names), start, at, text.at(start));
            }
        }
        throw new KeelsonException(Problem.at(ErrorCode.EXPRESSION_SYNTAX, text.at(bracket), "The bracket of %s is not closed.".formatted(name), "Maybe a `)` is missing."));
    }

    private static void argument(
            Located text, int from, int to, List<Located> arguments, Map<String, Located> named, List<Located> names) {
        Located whole = trimmed(text, from, to);
        java.util.regex.Matcher setting =
                java.util.regex.Pattern.compile("([a-z_]+)\\s*=(?!=)\\s*").matcher(whole.text());
        if (setting.lookingAt()) {
            Located name = new Located(setting.group(1), whole.location());
            names.add(name);
            named.put(
                    name.text(),
                    new Located(whole.text().substring(setting.end()), whole.at(setting.end())));
        } else {
            arguments.add(whole);
        }
    }

    private static Located trimmed(Located text, int from, int to) {
        String part = text.text().substring(from, to);
        int lead = part.length() - part.stripLeading().length();
        return new Located(part.strip(), text.at(from + lead));
    }

    /** An error at the call. */
    KeelsonException wrong(String expected, @Nullable String hint) {
        return new KeelsonException(Problem.at(ErrorCode.EXPRESSION_SYNTAX, location, "The call of %s is not understood: %s.".formatted(name, expected), hint));
    }
}
