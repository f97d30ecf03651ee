package dev.keelson.http.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as a client sends it, with what it must be answered. A file of them is a conversation, in order:
 *
 * <pre>
 * # a comment
 * = what it is
 * POST /api/2.0/mlflow/runs/create
 * Content-Type: application/json
 *
 * {"experiment_id": "@{experiment}"}
 * => 200
 * {"run": {"info": {"run_id": "@{run=}", "status": "RUNNING"}}}
 * </pre>
 *
 * <p>Headers before the first request are those of all. The document that is expected may have less than the answer: {@code
 * "@{name=}"} is any text and is remembered, {@code "@{name}"} is what was remembered, {@code "@{any}"} is anything that is there,
 * {@code "@{none}"} is nothing; a list that begins with {@code "@{some}"} may hold more and in another order. What is no JSON is
 * compared as text.
 *
 * @param title what it is
 * @param headers by name
 * @param body null for none
 * @param expected null when only the status counts
 */
record RecordedRequest(
        String title,
        String method,
        String address,
        Map<String, String> headers,
        @Nullable String body,
        int status,
        @Nullable String expected) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("@\\{(\\w+)}");
    private static final Pattern REMEMBERED = Pattern.compile("@\\{(\\w+)=}");

    /** Reads a conversation from a resource beside this class. */
    static List<RecordedRequest> read(String resource) {
        String text;
        try (var in = RecordedRequest.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("There is no " + resource);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> lines = text.lines().filter(line -> !line.startsWith("#")).toList();
        Map<String, String> common = new LinkedHashMap<>();
        List<RecordedRequest> requests = new ArrayList<>();
        int at = 0;
        while (at < lines.size() && !lines.get(at).startsWith("= ")) {
            header(lines.get(at++), common);
        }
        while (at < lines.size()) {
            int end = at + 1;
            while (end < lines.size() && !lines.get(end).startsWith("= ")) {
                end++;
            }
            requests.add(read(common, lines.subList(at, end)));
            at = end;
        }
        return requests;
    }

    private static RecordedRequest read(Map<String, String> common, List<String> lines) {
        String[] target = lines.get(1).split(" ", 2);
        Map<String, String> headers = new LinkedHashMap<>(common);
        int at = 2;
        while (!lines.get(at).isBlank() && !lines.get(at).startsWith("=> ")) {
            header(lines.get(at++), headers);
        }
        int answer = at;
        while (!lines.get(answer).startsWith("=> ")) {
            answer++;
        }
        String body = String.join("\n", lines.subList(at, answer)).strip();
        String expected = String.join("\n", lines.subList(answer + 1, lines.size())).strip();
        return new RecordedRequest(
                lines.getFirst().substring(2),
                target[0],
                target[1],
                headers,
                body.isEmpty() ? null : body,
                Integer.parseInt(lines.get(answer).substring(3).strip()),
                expected.isEmpty() ? null : expected);
    }

    private static void header(String line, Map<String, String> headers) {
        int colon = line.indexOf(':');
        if (colon > 0) {
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
    }

    /** A text with what was remembered in its places. */
    static String filled(String text, Map<String, String> memory) {
        return NAME.matcher(text).replaceAll(place -> {
            String value = memory.get(place.group(1));
            return Matcher.quoteReplacement(value == null ? place.group() : value);
        });
    }

    /** What of an answer is not as expected, each with its place; remembers what it is told to. */
    List<String> differences(String answer, Map<String, String> memory) {
        if (expected == null) {
            return List.of();
        }
        if (!expected.startsWith("{") && !expected.startsWith("[")) {
            String wanted = filled(expected, memory);
            return wanted.equals(answer.strip()) ? List.of() : List.of("expected %s, got %s".formatted(wanted, answer));
        }
        List<String> differences = new ArrayList<>();
        try {
            compare("", JSON.readTree(filled(expected, memory)), JSON.readTree(answer), memory, differences);
        } catch (IOException e) {
            throw new UncheckedIOException("%s: %s".formatted(title, answer), e);
        }
        return differences;
    }

    private static void compare(
            String place, JsonNode wanted, JsonNode got, Map<String, String> memory, List<String> differences) {
        String word = wanted.isTextual() ? wanted.textValue() : "";
        Matcher remembered = REMEMBERED.matcher(word);
        if (word.equals("@{none}")) {
            check(got.isMissingNode(), place, wanted, got, differences);
        } else if (word.equals("@{any}")) {
            check(!got.isMissingNode() && !got.isNull() && !got.asText("x").isEmpty(), place, wanted, got, differences);
        } else if (remembered.matches()) {
            check(!got.asText("").isEmpty(), place, wanted, got, differences);
            memory.put(remembered.group(1), got.asText());
        } else if (wanted.isObject()) {
            check(got.isObject(), place, wanted, got, differences);
            wanted.properties().forEach(field ->
                    compare(place + "/" + field.getKey(), field.getValue(), got.path(field.getKey()), memory, differences));
        } else if (wanted.isArray() && wanted.path(0).asText().equals("@{some}")) {
            for (int i = 1; i < wanted.size(); i++) {
                boolean found = false;
                for (JsonNode each : got) {
                    List<String> of = new ArrayList<>();
                    compare(place, wanted.get(i), each, memory, of);
                    found |= of.isEmpty();
                }
                check(found, place, wanted.get(i), got, differences);
            }
        } else if (wanted.isArray()) {
            check(got.size() == wanted.size(), place, wanted, got, differences);
            for (int i = 0; i < wanted.size(); i++) {
                compare(place + "/" + i, wanted.get(i), got.path(i), memory, differences);
            }
        } else if (wanted.isNumber()) {
            check(got.isNumber() && got.doubleValue() == wanted.doubleValue(), place, wanted, got, differences);
        } else {
            check(wanted.equals(got), place, wanted, got, differences);
        }
    }

    private static void check(boolean good, String place, JsonNode wanted, JsonNode got, List<String> differences) {
        if (!good) {
            differences.add("%s: expected %s, got %s".formatted(place, wanted, got.isMissingNode() ? "nothing" : got));
        }
    }

    /** The conversations there are. */
    static List<String> all() {
        return Arrays.asList(
                "/mlflow/python-2.17.2-tracking.txt",
                "/mlflow/python-2.17.2-registry.txt",
                "/mlflow/python-2.17.2-artifacts.txt",
                "/mlflow/python-3-tracking.txt",
                "/mlflow/python-3-registry.txt",
                "/mlflow/refused.txt");
    }
}
