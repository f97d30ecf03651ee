package dev.keelson.project;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Shows problems to people and to programs. Lines that hold a secret are cut before it.
 *
 * <pre>{@code
 * error[K101]: unknown key `crom` in `schedules.drift`
 *   --> keelson.yaml:83:15
 *    |
 * 83 |   drift:    { crom: "0 2 * * *",  run: drift, on_drift: retrain }
 *    |               ^^^^ did you mean `cron`?
 * }</pre>
 */
public final class ProjectErrors {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern MEANT = Pattern.compile("Maybe `([^`]+)` was meant\\.");
    private static final Pattern NAMED = Pattern.compile("`([^`]+)`");
    private static final Pattern WORD = Pattern.compile("\\$\\{[^}]*\\}?|[\\p{L}\\p{N}_.*-]+");
    private static final Pattern QUOTED = Pattern.compile("'(?:[^']|'')*'|\"(?:[^\"\\\\]|\\\\.)*\"");

    private ProjectErrors() {}

    /**
     * All problems as text, a blank line between two, with a line feed at the end. A problem in a file shows its line
     * with a caret under the place.
     *
     * @param contents the text of a file by the name that locations give, or empty when it cannot be read (any more);
     *     then only the place is named
     */
    public static String text(List<Problem> problems, Function<String, Optional<String>> contents) {
        Map<String, List<String>> linesByFile = new HashMap<>();
        Function<String, List<String>> lines = file -> linesByFile.computeIfAbsent(
                file,
                name -> contents.apply(name).map(text -> text.lines().toList()).orElse(List.of()));
        Map<Location, Integer> secrets = secrets(problems);
        StringBuilder out = new StringBuilder();
        for (Problem problem : problems) {
            out.append(out.isEmpty() ? "" : "\n");
            append(out, problem, lines, secrets);
        }
        return out.toString();
    }

    /** Start of a line to the first column in it that must not be shown. */
    private static Map<Location, Integer> secrets(List<Problem> problems) {
        Map<Location, Integer> secrets = new HashMap<>();
        for (Problem problem : problems) {
            Location at = problem.location();
            if (problem.code() == ErrorCode.SECRET_IN_FILE && at != null) {
                secrets.merge(new Location(at.file(), at.line(), 0), Math.max(1, at.column()), Math::min);
            }
        }
        return secrets;
    }

    private static void append(
            StringBuilder out, Problem problem, Function<String, List<String>> lines, Map<Location, Integer> secrets) {
        out.append("error[")
                .append(problem.code().code())
                .append("]: ")
                .append(problem.message())
                .append('\n');
        Location at = problem.location();
        if (at == null) {
            if (problem.hint() != null) {
                out.append("  ").append(problem.hint()).append('\n');
            }
            return;
        }
        List<String> all = at.line() == 0 ? List.of() : lines.apply(at.file());
        String margin =
                " ".repeat(at.line() == 0 ? 1 : Integer.toString(at.line()).length());
        out.append(margin).append("--> ").append(at).append('\n');
        Matcher meant = problem.hint() == null ? null : MEANT.matcher(problem.hint());
        String question = meant != null && meant.matches() ? "did you mean `" + meant.group(1) + "`?" : null;
        if (at.line() < 1 || at.line() > all.size()) {
            appendRemedy(out, margin, problem.hint());
            return;
        }
        String line = all.get(at.line() - 1);
        Integer cut = secrets.get(new Location(at.file(), at.line(), 0));
        String shown = cut == null || cut - 1 >= line.length() ? line : line.substring(0, cut - 1) + "****";
        out.append(margin).append(" |\n");
        out.append(at.line()).append(" | ").append(shown).append('\n');
        if (at.column() > 0) {
            int start = Math.min(at.column() - 1, shown.length());
            out.append(margin).append(" | ");
            for (int i = 0; i < start; i++) {
                out.append(shown.charAt(i) == '\t' ? '\t' : ' ');
            }
            out.append("^".repeat(width(problem.message(), shown, start)));
            out.append(question == null ? "" : " " + question).append('\n');
        }
        if (question == null || at.column() == 0) {
            appendRemedy(out, margin, problem.hint());
        }
    }

    private static void appendRemedy(StringBuilder out, String margin, @Nullable String hint) {
        if (hint != null) {
            out.append(margin)
                    .append(" = ")
                    .append(hint.replace("\n", "\n" + margin + "   "))
                    .append('\n');
        }
    }

    /** How many characters are underlined: what the message quotes, else the text or word there; at least 1. */
    private static int width(String message, String line, int start) {
        Matcher named = NAMED.matcher(message);
        while (named.find()) {
            if (line.startsWith(named.group(1), start)) {
                return named.group(1).length();
            }
        }
        for (Pattern pattern : List.of(QUOTED, WORD)) {
            Matcher matcher = pattern.matcher(line).region(start, line.length());
            if (matcher.lookingAt()) {
                return matcher.end() - start;
            }
        }
        return 1;
    }

    /**
     * All problems as one document: {@code error} is the first, {@code problems} are all, each with {@code code},
     * {@code message}, {@code file}, {@code line}, {@code column} and {@code hint}; what is not known is null.
     */
    public static ObjectNode json(KeelsonException failure) {
        ObjectNode document = JSON.objectNode();
        document.set("error", json(failure.problems().getFirst()));
        ArrayNode all = document.putArray("problems");
        failure.problems().forEach(problem -> all.add(json(problem)));
        return document;
    }

    private static ObjectNode json(Problem problem) {
        Location at = problem.location();
        ObjectNode node = JSON.objectNode();
        node.put("code", problem.code().code());
        node.put("message", problem.message());
        node.put("file", at == null ? null : at.file());
        node.put("line", at == null || at.line() == 0 ? null : (Integer) at.line());
        node.put("column", at == null || at.column() == 0 ? null : (Integer) at.column());
        node.put("hint", problem.hint());
        return node;
    }
}
