package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Rows of CSV (RFC 4180, with a header) as JSON objects of texts. An empty cell is left out; a column {@code features.age} is
 * the key {@code age} of an object {@code features}.
 */
public final class SubmittedCsv {
    private final String text;
    private int at;
    private int line = 1;

    private SubmittedCsv(String text) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /**
     * Reads all rows.
     *
     * @throws KeelsonException BAD_REQUEST with the line when it is no CSV
     */
    public static ArrayNode read(String text) {
        return new SubmittedCsv(text).rows();
    }

    private ArrayNode rows() {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        List<String> header = at < text.length() ? row() : List.of();
        if (header.isEmpty() || new HashSet<>(header).size() < header.size()) {
            throw wrong(1, "needs a header with different names");
        }
        while (at < text.length()) {
            int first = line;
            List<String> cells = row();
            if (cells.size() == 1 && cells.getFirst().isEmpty()) {
                continue; // an empty line
            }
            if (cells.size() != header.size()) {
                throw wrong(first, "has %d cells; the header has %d".formatted(cells.size(), header.size()));
            }
            ObjectNode row = rows.addObject();
            for (int i = 0; i < cells.size(); i++) {
                String name = header.get(i);
                int dot = name.indexOf('.');
                if (cells.get(i).isEmpty()) {
                    continue;
                }
                if (dot > 0) {
                    row.withObjectProperty(name.substring(0, dot)).put(name.substring(dot + 1), cells.get(i));
                } else {
                    row.put(name, cells.get(i));
                }
            }
        }
        return rows;
    }

    private List<String> row() {
        List<String> cells = new ArrayList<>();
        while (true) {
            cells.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
            if (at >= text.length()) {
                return cells;
            }
            char end = text.charAt(at++);
            if (end == '\r' && at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            if (end != ',') {
                line++;
                return cells;
            }
        }
    }

    private String plain() {
        int from = at;
        while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(from, at).strip();
    }

    private String quoted() {
        int first = line;
        StringBuilder cell = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '"') {
                cell.append(c);
                line += c == '\n' ? 1 : 0;
            } else if (at < text.length() && text.charAt(at) == '"') {
                cell.append('"');
                at++;
            } else if (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
                throw wrong(line, "has text after a closing quote");
            } else {
                return cell.toString();
            }
        }
        throw wrong(first, "has a quote that does not end");
    }

    private static KeelsonException wrong(int line, String what) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST, "Line %d of the CSV %s.".formatted(line, what), "Maybe a quote or a comma is missing.");
    }
}
