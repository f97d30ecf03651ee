package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.CsvObjects;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A file of rows: CSV, a JSON list, or a JSON object a line; each also compressed (.gz).
 *
 * @param name as the person named it
 * @param rows at least one
 * @param lines where each begins, from 1; empty for a JSON list
 */
record RowFile(String name, ArrayNode rows, List<Integer> lines) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Where a problem stands in a body: {@code predictions[3].features.elo}. */
    private static final Pattern PLACE = Pattern.compile("[a-z_]+\\[(\\d+)]\\.?(.*)");

    RowFile {
        lines = List.copyOf(lines);
    }

    /**
     * Reads it.
     *
     * @throws KeelsonException USAGE when it is not there, cannot be read or has no rows
     */
    static RowFile read(Session session, String file) {
        Path path = session.path(file);
        String text = text(path, file);
        String end = path.toString().toLowerCase(Locale.ROOT);
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        List<Integer> lines = new ArrayList<>();
        try {
            if (end.endsWith(".csv") || end.endsWith(".csv.gz")) {
                rows = CsvObjects.read(text, lines::add);
            } else if (text.stripLeading().startsWith("[")) {
                rows = (ArrayNode) MAPPER.readTree(text);
            } else {
                int number = 0;
                for (String line : text.lines().toList()) {
                    number++;
                    if (!line.isBlank()) {
                        rows.add(MAPPER.readTree(line));
                        lines.add(number);
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The file (%s) is no JSON: %s".formatted(file, e.getOriginalMessage()),
                    "Maybe it is CSV: then its name must end with .csv or .csv.gz.",
                    e);
        }
        if (rows.isEmpty()) {
            throw new KeelsonException(ErrorCode.USAGE, "The file (%s) has no rows.".formatted(file), null);
        }
        return new RowFile(file, rows, lines);
    }

    private static String text(Path path, String file) {
        try (InputStream in = Files.newInputStream(path);
                InputStream plain = path.toString().toLowerCase(Locale.ROOT).endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "There is no file (%s).".formatted(file), "Maybe the path is relative to another folder.", e);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The file (%s) cannot be read: %s.".formatted(file, e.getMessage()), null, e);
        }
    }

    /**
     * Problems of a part by file and line; what is wrong with several rows alike is told once, where it comes first.
     *
     * @param from the first row of the part, from 0
     */
    List<Problem> placed(List<Problem> problems, int from) {
        record Same(String field, String message) {}
        Map<Same, List<Problem>> alike = new LinkedHashMap<>();
        for (Problem each : problems) {
            Matcher place = place(each);
            alike.computeIfAbsent(new Same(place.matches() ? place.group(2) : "", each.message()), same -> new ArrayList<>()).add(each);
        }
        return alike.entrySet().stream()
                .map(each -> placed(each.getValue().getFirst(), from, each.getKey().field(), each.getValue().size() > 1))
                .toList();
    }

    private static Matcher place(Problem problem) {
        Location location = problem.location();
        return PLACE.matcher(location == null ? "" : location.file());
    }

    private Problem placed(Problem problem, int from, String field, boolean several) {
        Matcher place = place(problem);
        if (!place.matches()) {
            return problem;
        }
        int row = from + Integer.parseInt(place.group(1));
        String said = field.isEmpty() || problem.message().contains(field.substring(field.lastIndexOf('.') + 1))
                ? problem.message()
                : field + ": " + problem.message();
        return Problem.at(
                problem.code(),
                row < lines.size() ? new Location(name, lines.get(row), 0) : new Location("%s[%d]".formatted(name, row), 0, 0),
                several ? said + " It is so in other rows, too." : said,
                problem.hint());
    }
}
