package dev.keelson.learn.imported;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.spi.ModelJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a file of another product fits a model: {@code import.json}.
 *
 * @param format of the file
 * @param inputs for each number that the file reads, in its order, the feature that it is
 * @param classes for each number that the file tells, in its order, the class that it stands for (of one number that is
 *     the probability of the second: both); empty when it predicts values
 * @param output name of the output wanted; null for the only one
 * @param link from the numbers to a prediction
 */
public record ImportHeader(
        FileFormat format, List<String> inputs, List<String> classes, @Nullable String output, FileLink link) {
    static final String FILE = "import.json";
    private static final int VERSION = 1;

    /** Copies the lists. */
    public ImportHeader {
        inputs = List.copyOf(inputs);
        classes = List.copyOf(classes);
    }

    byte[] write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", VERSION);
        json.put("format", format.id());
        ArrayNode reads = json.putArray("inputs");
        inputs.forEach(reads::add);
        ArrayNode tells = json.putArray("classes");
        classes.forEach(tells::add);
        json.put("output", output);
        json.put("link", link.id());
        return CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8);
    }

    static ImportHeader read(Map<String, byte[]> files) {
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        JsonNode output = json.path("output");
        return new ImportHeader(
                FileFormat.of(json.path("format").asText()),
                texts(json.path("inputs")),
                texts(json.path("classes")),
                output.isTextual() ? output.textValue() : null,
                FileLink.of(json.path("link").asText()));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
