package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Rows of CSV (RFC 4180, with a header) as JSON objects of texts. An empty cell is left out; a column {@code features.age} is
 * the key {@code age} of an object {@code features}.
 */
public final class CsvObjects {
    private CsvObjects() {}

    /**
     * Reads all rows.
     *
     * @throws KeelsonException BAD_REQUEST with the line when it is no CSV
     */
    public static ArrayNode read(String text) {
        return read(text, line -> {});
    }

    /**
     * As {@link #read(String)}.
     *
     * @param lines takes the line on which each row begins, from 1
     */
    public static ArrayNode read(String text, IntConsumer lines) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        Iterator<CsvRecord> records = CsvReader.builder()
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text.startsWith("\uFEFF") ? text.substring(1) : text)
                .iterator();
        try {
            List<String> header = records.hasNext()
                    ? records.next().getFields().stream().map(String::strip).toList()
                    : List.of();
            if (header.isEmpty() || new HashSet<>(header).size() < header.size()) {
                throw wrong(1, "needs a header with different names");
            }
            while (records.hasNext()) {
                CsvRecord cells = records.next();
                add(rows, header, cells);
                lines.accept((int) cells.getStartingLineNumber());
            }
        } catch (CsvParseException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The rows are no CSV: %s".formatted(e.getMessage()),
                    "Maybe a quote or a comma is missing.",
                    e);
        }
        return rows;
    }

    private static void add(ArrayNode rows, List<String> header, CsvRecord cells) {
        if (cells.getFieldCount() != header.size()) {
            throw wrong(
                    cells.getStartingLineNumber(),
                    "has %d cells; the header has %d".formatted(cells.getFieldCount(), header.size()));
        }
        ObjectNode row = rows.addObject();
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i);
            String cell = cells.getField(i).strip();
            int dot = name.indexOf('.');
            if (cell.isEmpty()) {
                continue;
            }
            if (dot > 0) {
                row.withObjectProperty(name.substring(0, dot)).put(name.substring(dot + 1), cell);
            } else {
                row.put(name, cell);
            }
        }
    }

    private static KeelsonException wrong(long line, String what) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST, "Line %d of the CSV %s.".formatted(line, what), "Maybe a quote or a comma is missing.");
    }
}
