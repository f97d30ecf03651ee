package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of variables, one {@code NAME=value} a line. A line may start with {@code export}; a value may stand in single
 * or double quotes; {@code #} starts a comment, at the start of a line or behind a blank. Values are taken as they are.
 */
final class EnvironmentFile {
    /** Its name beside the project file. */
    static final String NAME = ".env";

    private static final Pattern LINE = Pattern.compile(
            "\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\"|((?:(?!\\s#)[^'\"])*?))\\s*(?:\\s#.*)?");

    private EnvironmentFile() {}

    /**
     * The variables of an environment and, for those that are not set or empty there, of a file.
     *
     * @param shown the file's name for people
     * @throws KeelsonException BAD_VALUE with each line that is no variable; never with a value in it
     */
    static Map<String, String> over(Path file, Path shown, Map<String, String> environment) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The file of variables (%s) cannot be read: %s.".formatted(shown, e.getMessage()),
                    "Maybe its name is misspelt; it must be UTF-8 text.",
                    e);
        }
        Map<String, String> all = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String single = matcher.group(2);
                String doubled = matcher.group(3);
                all.put(matcher.group(1), single != null ? single : doubled != null ? doubled : matcher.group(4));
            } else {
                problems.add(Problem.at(
                        ErrorCode.BAD_VALUE,
                        new Location(shown.toString(), 0, 0),
                        "line %d is no variable; NAME=value was expected".formatted(i + 1),
                        "Maybe a quote is not closed, or a comment has no `#`."));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        environment.forEach((name, value) -> {
            if (!value.isEmpty()) {
                all.put(name, value);
            }
        });
        return all;
    }
}
