package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.ModelImport;
import dev.keelson.learn.imported.FileLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request to import a model. For one use by one thread. */
final class ImportBody {
    private final JsonNode body;
    private final List<Problem> problems = new ArrayList<>();

    private ImportBody(JsonNode body) {
        this.body = body;
    }

    /**
     * The request.
     *
     * @param reason reads the reason, adding a problem when there is none
     * @param actor reads who asks
     * @throws KeelsonException BAD_REQUEST naming everything that is wrong
     */
    static ModelImport read(
            JsonNode body, BiFunction<JsonNode, List<Problem>, String> reason, Function<JsonNode, String> actor) {
        return new ImportBody(body).read(reason, actor);
    }

    private ModelImport read(BiFunction<JsonNode, List<Problem>, String> reason, Function<JsonNode, String> actor) {
        String name = text("file_name");
        byte[] file = file();
        String samples = text("samples");
        String expected = optional("expected");
        List<String> inputs = texts("inputs");
        List<String> classes = texts("classes");
        String output = optional("output");
        FileLink link = FileLink.NONE;
        try {
            link = FileLink.of(body.path("link").asText(FileLink.NONE.id()));
        } catch (IllegalArgumentException e) {
            problem("link", String.valueOf(e.getMessage()));
        }
        double tolerance = ModelImport.TOLERANCE;
        JsonNode told = body.path("tolerance");
        if (told.isNumber() && told.doubleValue() >= 0 && told.doubleValue() <= 1) {
            tolerance = told.doubleValue();
        } else if (!told.isMissingNode() && !told.isNull()) {
            problem("tolerance", "The tolerance (%s) is wrong; expected a number from 0 to 1.".formatted(told));
        }
        String why = reason.apply(body, problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new ModelImport(
                name, file, samples, expected, inputs, classes, output, link, tolerance, actor.apply(body), why);
    }

    private void problem(String key, String message) {
        problems.add(Problem.at(ErrorCode.BAD_REQUEST, new Location(key, 0, 0), message, null));
    }

    private byte[] file() {
        JsonNode value = body.path("file");
        try {
            if (value.isTextual() && !value.textValue().isEmpty()) {
                return value.binaryValue();
            }
        } catch (IOException e) {
            problem("file", "The file is not in Base64: %s.".formatted(e.getMessage()));
            return new byte[0];
        }
        problem("file", "The file is missing; expected its bytes in Base64.");
        return new byte[0];
    }

    private String text(String key) {
        String value = optional(key);
        if (value == null || value.isBlank()) {
            problem(key, "The key %s is missing; expected a text.".formatted(key));
            return "";
        }
        return value;
    }

    private @Nullable String optional(String key) {
        JsonNode value = body.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            problem(key, "The value of %s (%s) is wrong; expected a text.".formatted(key, value));
            return null;
        }
        return value.textValue();
    }

    private List<String> texts(String key) {
        JsonNode value = body.path(key);
        List<String> texts = new ArrayList<>();
        if (value.isMissingNode() || value.isNull()) {
            return texts;
        }
        if (!value.isArray()) {
            problem(key, "The value of %s (%s) is wrong; expected a list of texts.".formatted(key, value));
            return texts;
        }
        value.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
