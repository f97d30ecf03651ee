package dev.keelson.http;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a model from CSV, one after the other: a header with names of columns, then a line for each row. Texts become what
 * their columns hold; an empty cell is a missing value. Columns that are known only after the event are left out; a column
 * {@code entity}, where the model has none of that name, has the values of the keys joined by {@code |}. Not safe for use by
 * several threads.
 */
public final class CsvRows implements Closeable {
    /** The column with the values of the keys joined by {@code |}, where the model has none of that name. */
    public static final String ENTITY = "entity";


    private final PredictSignature signature;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> records;
    private final List<String> header;
    private long number;

    /**
     * Reads the header.
     *
     * @param in UTF-8, with or without a byte order mark; closed with this
     * @param lenient whether columns that the model does not have are left out, instead of refused
     * @throws KeelsonException BAD_REQUEST when there is none, or it names what is not there or lacks what is needed
     */
    public CsvRows(InputStream in, PredictSignature signature, boolean lenient) {
        this.signature = signature;
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
        this.reader = CsvReader.builder()
                .detectBomHeader(false)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text);
        this.records = reader.iterator();
        CsvRecord first = nextRecord();
        if (first == null) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The rows are empty; expected CSV, the names of the columns first.", null);
        }
        List<String> names = new ArrayList<>();
        first.getFields().forEach(each -> names.add(each.strip()));
        names.set(0, names.getFirst().startsWith("\uFEFF") ? names.getFirst().substring(1) : names.getFirst());
        this.header = List.copyOf(names);
        check(signature, header, lenient);
    }

    /** Refuses a header that no row below it can be answered by. */
    public static void check(PredictSignature signature, List<String> header, boolean lenient) {
        List<Problem> problems = new ArrayList<>();
        List<String> known = PredictSignature.names(signature.columns());
        for (int c = 0; c < header.size(); c++) {
            String name = header.get(c);
            if (header.indexOf(name) < c) {
                problems.add(problem(name, "The column (%s) stands twice in the header; expected once.".formatted(name), null));
            } else if (!lenient && !signature.knows(name) && !signature.outcomes().contains(name) && !name.equals(ENTITY)) {
                problems.add(problem(
                        name, "There is no column (%s).".formatted(name), Suggestion.sentence(name, known).orElse(null)));
            }
        }
        boolean partly = signature.parts().stream().anyMatch(header::contains); // of which keys are made: each row tells
        boolean keyed = header.contains(ENTITY);
        for (PredictSignature.Column column : signature.columns()) {
            if (column.required() && !header.contains(column.name()) && !(column.key() && keyed) && !partly) {
                problems.add(problem(
                        column.name(),
                        "The column (%s) is missing.".formatted(column.name()),
                        "Maybe send it with empty cells where its values are not known."));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private static Problem problem(String column, String message, @Nullable String hint) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location(column, 0, 0), message, hint);
    }

    /**
     * The next row; null after the last.
     *
     * @throws KeelsonException BAD_REQUEST when the text is no CSV from here on
     */
    public @Nullable InputRow next() {
        CsvRecord line = nextRecord();
        if (line == null) {
            return null;
        }
        number++;
        if (line.getFieldCount() != header.size()) {
            return new InputRow(
                    number,
                    line.getStartingLineNumber(),
                    Map.of(),
                    Problem.of(
                            ErrorCode.RAGGED_LINE,
                            "The line has %d cells; the header has %d.".formatted(line.getFieldCount(), header.size()),
                            null));
        }
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        for (int c = 0; c < header.size(); c++) {
            put(signature, header.get(c), line.getField(c), cells);
        }
        return new InputRow(number, line.getStartingLineNumber(), cells, null);
    }

    /** Puts a cell that is a text, or leaves it out. */
    private static void put(
            PredictSignature signature, String name, String text, Map<String, @Nullable Object> cells) {
        PredictSignature.Column column = signature.column(name);
        if (column != null) {
            cells.put(name, CellText.value(text, column.type()));
        } else if (signature.parts().contains(name)) {
            cells.put(name, text.isEmpty() ? null : text);
        } else if (name.equals(ENTITY)) {
            cells.put(name, text);
        }
    }

    private @Nullable CsvRecord nextRecord() {
        try {
            return records.hasNext() ? records.next() : null;
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException broken) {
                throw new UncheckedIOException("The rows could not be read.", broken);
            }
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The rows are not CSV after row %d: %s".formatted(number, e.getMessage()),
                    "Maybe a quotation mark is not closed.",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
