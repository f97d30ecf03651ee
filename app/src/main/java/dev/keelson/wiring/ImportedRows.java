package dev.keelson.wiring;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.CategoryKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rows of numbers from CSV with a header. An empty cell is {@code NaN}. A cell of a category is its {@link CategoryKey}.
 *
 * @param columns names, in order
 * @param rows at least one
 */
record ImportedRows(List<String> columns, List<double[]> rows) {
    private static final int MOST_ROWS = 10_000;
    private static final int MOST_PROBLEMS = 20;

    /**
     * Reads a text.
     *
     * @param what it is, for messages: {@code sample rows}
     * @param categories names of the columns whose cells are categories
     * @throws KeelsonException BAD_REQUEST, RAGGED_LINE or BAD_CELL naming every line and cell that is wrong
     */
    static ImportedRows read(String what, String text, Set<String> categories) {
        List<String> header = List.of();
        List<double[]> rows = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        String start = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try (CsvReader<CsvRecord> records = CsvReader.builder()
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(start)) {
            for (CsvRecord line : records) {
                if (header.isEmpty()) {
                    header = line.getFields().stream().map(String::strip).toList();
                    continue;
                }
                Location at = new Location(what, Math.toIntExact(line.getStartingLineNumber()), 0);
                if (line.getFieldCount() != header.size()) {
                    problems.add(Problem.at(
                            ErrorCode.RAGGED_LINE,
                            at,
                            "The line has %d cells; the header has %d.".formatted(line.getFieldCount(), header.size()),
                            null));
                } else {
                    rows.add(row(header, line, at, categories, problems));
                }
                if (rows.size() > MOST_ROWS || problems.size() >= MOST_PROBLEMS) {
                    break;
                }
            }
        } catch (CsvParseException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The %s are not CSV: %s.".formatted(what, e.getMessage()), null, e);
        } catch (IOException e) {
            throw new IllegalStateException("A text in memory cannot be read.", e);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        if (rows.isEmpty() || rows.size() > MOST_ROWS) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The %s are %s; 1 to %d rows below a header are expected."
                            .formatted(what, rows.isEmpty() ? "none" : "more than " + MOST_ROWS, MOST_ROWS),
                    null);
        }
        return new ImportedRows(header, rows);
    }

    private static double[] row(
            List<String> header, CsvRecord line, Location at, Set<String> categories, List<Problem> problems) {
        double[] row = new double[header.size()];
        for (int c = 0; c < row.length; c++) {
            String cell = line.getField(c).strip();
            try {
                row[c] = cell.isEmpty()
                        ? Double.NaN
                        : categories.contains(header.get(c)) ? CategoryKey.of(line.getField(c)) : Double.parseDouble(cell);
            } catch (NumberFormatException e) {
                problems.add(Problem.at(
                        ErrorCode.BAD_CELL,
                        at,
                        "The cell (%s) of the column %s is no number; an empty cell is a missing value."
                                .formatted(cell, header.get(c)),
                        null));
            }
        }
        return row;
    }
}
