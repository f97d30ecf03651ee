package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.CsvObjects;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** A file of rows: CSV, a JSON list, or a JSON object a line; each also compressed (.gz). */
final class RowFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RowFile() {}

    /**
     * Its rows, at least one.
     *
     * @throws KeelsonException USAGE when it cannot be read or has none
     */
    static ArrayNode read(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        String text;
        try (InputStream in = Files.newInputStream(file);
                InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(in) : in) {
            text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The file (%s) cannot be read: %s.".formatted(file, e.getMessage()), null, e);
        }
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        try {
            if (name.endsWith(".csv") || name.endsWith(".csv.gz")) {
                rows = CsvObjects.read(text);
            } else if (text.stripLeading().startsWith("[")) {
                rows = (ArrayNode) MAPPER.readTree(text);
            } else {
                for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
                    rows.add(MAPPER.readTree(line));
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
        return rows;
    }
}
