package dev.keelson.learn.tune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Golden files with a JSON document on each line and comments after a hash. */
final class GoldenLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private GoldenLines() {}

    static List<JsonNode> read(String name) {
        try (InputStream in = Objects.requireNonNull(GoldenLines.class.getResourceAsStream("/golden/tune/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(GoldenLines::document)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode document(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::doubleValue).toArray();
    }

    static Domain domain(JsonNode node) {
        return switch (node.get("kind").textValue()) {
            case "int" ->
                new IntegerDomain(
                        node.get("low").longValue(),
                        node.get("high").longValue(),
                        node.get("step").longValue(),
                        node.get("log").booleanValue());
            case "real" ->
                new RealDomain(
                        node.get("low").doubleValue(),
                        node.get("high").doubleValue(),
                        node.get("step").doubleValue(),
                        node.get("log").booleanValue());
            default -> new ChoiceDomain(List.<Object>of("a", "b", "c").subList(0, node.get("count").intValue()));
        };
    }

    /** A choice is written as its place. */
    static Object value(Domain domain, JsonNode node) {
        return domain instanceof ChoiceDomain choices
                ? choices.choices().get(node.intValue())
                : domain.read(node.numberValue());
    }
}
