package dev.keelson.store.duckdb;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** What separates the cells of a CSV file, told by its header, after every line was seen to have the header's cells. */
final class CsvShape {
    private static final int MOST_TOLD = 20;
    private static final String SEPARATORS = ",;\t|";

    private CsvShape() {}

    /**
     * Reads the whole file once.
     *
     * @param name what it is called for people
     * @return the separator
     * @throws KeelsonException EMPTY_SOURCE; RAGGED_LINE with the lines; SOURCE_UNREADABLE where a quote is not closed
     */
    static char separator(Path file, String name) throws IOException {
        char separator;
        try (BufferedReader reader = reader(file)) {
            separator = ofHeader(reader.readLine());
        }
        try (Reader reader = reader(file);
                CsvReader<CsvRecord> records = CsvReader.builder()
                        .fieldSeparator(separator)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .allowUnclosedQuote(false)
                        .detectBomHeader(true)
                        .ofCsvRecord(reader)) {
            requireEven(records, name);
        } catch (CsvParseException e) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "The file (%s) cannot be read as a table: %s".formatted(name, said(e)),
                    "Maybe a quote is not closed, or a quote within a value is not doubled.",
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return separator;
    }

    private static String said(CsvParseException e) {
        String message = String.valueOf(e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause().getMessage());
        return message.endsWith(".") ? message : message + ".";
    }

    /** Which one the header has most of, outside of quotes; a comma where it has none. */
    private static char ofHeader(@Nullable String header) {
        int[] counts = new int[SEPARATORS.length()];
        boolean quoted = false;
        for (int i = 0; header != null && i < header.length(); i++) {
            char c = header.charAt(i);
            quoted ^= c == '"';
            int at = quoted ? -1 : SEPARATORS.indexOf(c);
            if (at >= 0) {
                counts[at]++;
            }
        }
        int best = 0;
        for (int i = 1; i < counts.length; i++) {
            best = counts[i] > counts[best] ? i : best;
        }
        return SEPARATORS.charAt(best);
    }

    private static void requireEven(CsvReader<CsvRecord> records, String name) {
        List<Problem> problems = new ArrayList<>();
        int columns = 0;
        long ragged = 0;
        for (CsvRecord line : records) {
            if (columns == 0) {
                columns = line.getFieldCount();
            } else if (line.getFieldCount() < columns || hasMore(line, columns)) {
                ragged++;
                if (problems.size() < MOST_TOLD) {
                    problems.add(Problem.at(
                            ErrorCode.RAGGED_LINE,
                            new Location(name, Math.toIntExact(line.getStartingLineNumber()), 0),
                            "The line has %d cells; the header has %d.".formatted(line.getFieldCount(), columns),
                            problems.isEmpty() ? "Maybe a value that contains the separator lacks its quotes, or the file was cut off." : null));
                }
            }
        }
        if (columns == 0) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.EMPTY_SOURCE,
                    new Location(name, 0, 0),
                    "The file is empty; a header and rows were expected.",
                    "Maybe it is still being written, or the download failed."));
        }
        if (ragged > problems.size()) {
            problems.add(Problem.of(
                    ErrorCode.RAGGED_LINE, String.format(Locale.ROOT, "So have %,d lines more.", ragged - problems.size()), null));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    /** Empty cells beyond the header's are harmless. */
    private static boolean hasMore(CsvRecord line, int columns) {
        for (int i = columns; i < line.getFieldCount(); i++) {
            if (!line.getField(i).isBlank()) {
                return true;
            }
        }
        return false;
    }

    private static BufferedReader reader(Path file) throws IOException {
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        InputStream plain = file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
        return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
    }
}
