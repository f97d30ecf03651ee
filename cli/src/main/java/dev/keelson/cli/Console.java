package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Where a command writes. Data goes to standard output, everything else to standard error. With {@code --json} standard
 * output holds one document or nothing. Tables are aligned with a header on a terminal; piped they are tab-separated,
 * nothing is cut, and there is a header only where one is asked for: each line is a row for {@code sort}, {@code wc} and the like.
 */
final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private boolean json;
    private boolean quiet;
    private boolean header;
    private boolean colour;
    private UnaryOperator<String> phrasing = UnaryOperator.identity();

    Console(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    void use(boolean asJson, boolean beQuiet) {
        this.json = asJson;
        this.quiet = beQuiet;
    }

    /** Sets what makes a remark one for this person. */
    void phrase(UnaryOperator<String> words) {
        this.phrasing = words;
    }

    /** Whether tables have a header also where they are piped. */
    void header(boolean always) {
        this.header = always;
    }

    void colour(boolean use) {
        this.colour = use;
    }

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    /** Whether standard output is a terminal. */
    boolean terminal() {
        return terminal;
    }

    /** The document of a command, when {@code --json} was given; nothing otherwise. */
    void document(JsonNode node) {
        if (json) {
            out.println(Documents.text(node));
            out.flush();
        }
    }

    /** A line of data; nothing with {@code --json}. */
    void line(String text) {
        if (!json) {
            out.println(phrasing.apply(text));
            out.flush();
        }
    }

    /**
     * A table of data; nothing with {@code --json}.
     *
     * @param names the header
     * @param rows as many cells as the header has
     */
    void table(List<String> names, List<List<String>> rows) {
        if (json) {
            return;
        }
        if (!terminal) {
            if (header) {
                out.println(String.join("\t", names));
            }
            rows.forEach(row -> out.println(String.join(
                    "\t", row.stream().map(cell -> cell.replaceAll("[\t\r\n]+", " ")).toList())));
            out.flush();
            return;
        }
        if (rows.isEmpty()) {
            return;
        }
        int[] width = new int[names.size()];
        for (int c = 0; c < width.length; c++) {
            width[c] = names.get(c).length();
            for (List<String> row : rows) {
                width[c] = Math.max(width[c], row.get(c).length());
            }
        }
        out.println(padded(names, width));
        rows.forEach(row -> out.println(padded(row, width)));
        out.flush();
    }

    private static String padded(List<String> cells, int[] width) {
        StringBuilder text = new StringBuilder();
        for (int c = 0; c < cells.size(); c++) {
            text.append(cells.get(c));
            if (c < cells.size() - 1) {
                text.append(" ".repeat(width[c] - cells.get(c).length() + 2));
            }
        }
        return text.toString();
    }

    /** A remark for the person: to standard error, unless {@code --quiet}. */
    void note(String text) {
        if (!quiet) {
            err.println(phrasing.apply(text));
            err.flush();
        }
    }

    /** An error: always to standard error. */
    void error(String text) {
        err.println(colour ? text.replaceAll("(?m)^(error\\[K\\d+\\])", "\u001B[1;31m$1\u001B[0m") : text);
        err.flush();
    }

    /** Kept apart, so that commands that print no JSON do not load it. */
    static final class Documents {
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private Documents() {}

        static String text(JsonNode node) {
            try {
                return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("The result cannot be written as JSON.", e);
            }
        }
    }
}
