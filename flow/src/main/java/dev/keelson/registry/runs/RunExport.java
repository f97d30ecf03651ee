package dev.keelson.registry.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.tracking.RunInfo;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes runs one after the other. CSV: a header, then a line for each run; commas, quotes and line ends in cells are quoted, and
 * a text that a spreadsheet would take for a formula begins with an apostrophe. Not safe for use by several threads.
 */
public final class RunExport {
    private static final List<String> ALWAYS =
            List.of("id", "name", "model", "status", "user", "started_at", "ended_at", "parent");

    private final Format format;
    private final RunColumns columns;
    private final Appendable to;
    private long written;

    RunExport(Format format, List<RunColumns.Column> columns, Appendable to) {
        this.format = format;
        this.columns = new RunColumns(columns);
        this.to = to;
    }

    /** What is written. */
    public enum Format {
        CSV,
        /** One JSON document. */
        JSON,
        /** A JSON document a line. */
        JSONL;

        /** {@code csv}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    void begin() throws IOException {
        switch (format) {
            case CSV -> {
                to.append(String.join(",", ALWAYS));
                for (RunColumns.Column column : columns.columns()) {
                    to.append(',').append(quoted(column.title()));
                }
                to.append('\n');
            }
            case JSON -> to.append("{\"runs\":[");
            case JSONL -> {}
        }
    }

    void add(RunPage.Item item) throws IOException {
        switch (format) {
            case CSV -> line(item);
            case JSON -> to.append(written == 0 ? "\n" : ",\n").append(document(item).toString());
            case JSONL -> to.append(document(item).toString()).append('\n');
        }
        written++;
    }

    private ObjectNode document(RunPage.Item item) {
        return item.toJson(columns);
    }

    private void line(RunPage.Item item) throws IOException {
        RunInfo info = item.run().info();
        to.append(info.id())
                .append(',')
                .append(quoted(info.name()))
                .append(',')
                .append(quoted(item.experiment()))
                .append(',')
                .append(info.status().name().toLowerCase(Locale.ROOT))
                .append(',')
                .append(quoted(info.user()))
                .append(',')
                .append(info.startedAt().toString())
                .append(',')
                .append(info.endedAt() == null ? "" : info.endedAt().toString())
                .append(',')
                .append(quoted(Objects.requireNonNullElse(item.parent(), "")));
        for (RunColumns.Column column : columns.columns()) {
            Object value = item.cell(column);
            to.append(',');
            if (value instanceof Double number) {
                to.append(number.isNaN() ? "" : number.toString());
            } else if (value != null) {
                to.append(quoted(value.toString()));
            }
        }
        to.append('\n');
    }

    static String quoted(String text) {
        String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 && !number(text) ? "'" + text : text;
        return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? "\"" + safe.replace("\"", "\"\"") + "\""
                : safe;
    }

    private static boolean number(String text) {
        return text.matches("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    }

    void end() throws IOException {
        if (format == Format.JSON) {
            to.append("\n]}\n");
        }
    }

    long written() {
        return written;
    }
}
