package dev.keelson.data;

import dev.keelson.data.spi.SourceFiles;
import dev.keelson.data.spi.SourceTables;
import dev.keelson.data.spi.TableQuery;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.id.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a source. Safe for use by several threads.
 *
 * <ul>
 *   <li>CSV files: UTF-8 with or without a byte order mark; LF, CRLF or CR; a header; cells may be quoted;
 *   <li>JSON lines ({@code .jsonl}, {@code .ndjson}): one object a line;
 *   <li>both plain or compressed with gzip; several files at once, whose columns may differ in
 *       order and, where no row needs them, be missing in some;
 *   <li>Parquet files and tables, through the adapters that were given.
 * </ul>
 *
 * <p>Empty cells are missing. Columns that are not declared take the type that the previous version gave them, or that
 * they have where they come from, or one that fits all their cells: whole number, else number, else text. Digits with
 * zeros in front, or too many for 64 bits, are text; a column without any value is a number until it has one.
 */
public final class SourceReader {
    /** How many columns a source may have. */
    public static final int MOST_COLUMNS = 10_000;

    /** How many bytes a line of a text file may have. */
    public static final int LONGEST_LINE = 16 << 20;

    private final SourceFiles files;
    private final List<SourceTables> tables;

    /** @param files where the files come from */
    public SourceReader(SourceFiles files) {
        this(files, List.of());
    }

    /**
     * @param files where text files come from
     * @param tables what reads everything else, asked in order
     */
    public SourceReader(SourceFiles files, List<SourceTables> tables) {
        this.files = files;
        this.tables = List.copyOf(tables);
    }

    /**
     * Reads a source: files as a whole; of a table, when there is a previous version, what its cursor says is new or
     * lies in the late window.
     *
     * @param source what to read
     * @param previous the version that the rows are to follow; its types hold for columns that are not declared. Null
     *     for none
     * @return all its good rows and all its bad ones
     * @throws KeelsonException SOURCE_NOT_FOUND; SOURCE_UNREADABLE when it is damaged, too large, not UTF-8, cannot be
     *     reached or has a faulty header; MISSING_COLUMN naming every missing column; EMPTY_SOURCE when there is no
     *     row; BAD_VALUE when the source's declarations cannot be used
     */
    public SourceRows read(SourceDefinition source, @Nullable DatasetVersion previous) {
        Read read = open(source, previous);
        return RowRules.enforce(new SourceParser(source, read.text(), previous).parse(read.sha256()));
    }

    SourceFiles files() {
        return files;
    }

    /**
     * A text with the hash of what it was read from.
     *
     * @param whole whether it is all of it
     */
    record Read(SourceText text, String sha256, boolean whole) {}

    Read open(SourceDefinition source, @Nullable DatasetVersion previous) {
        return open(source, previous, Long.MAX_VALUE);
    }

    /** @param sample of text files only the first records with so many bytes together are wanted */
    Read open(SourceDefinition source, @Nullable DatasetVersion previous, long sample) {
        if (!(source.origin() instanceof SourceOrigin.Files several)) {
            return table(source, source.origin(), previous);
        }
        List<Located> found;
        try {
            found = files.find(several.name());
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(several.name().text(), e);
        }
        List<Read> reads = new ArrayList<>();
        long limit = SourceBytes.limit();
        for (Located file : found) {
            SourceOrigin one = new SourceOrigin.Files(file);
            boolean table = tables.stream().anyMatch(each -> each.reads(one));
            reads.add(
                    table ? table(source, one, null) : file(file, limit / found.size(), sample / found.size()));
        }
        if (reads.size() == 1) {
            return reads.getFirst();
        }
        Sha256 sha = new Sha256();
        reads.forEach(read -> sha.add(read.text().file()).add(read.sha256()));
        return new Read(
                new SeveralTexts(
                        several.name().text(), reads.stream().map(Read::text).toList()),
                sha.hex(),
                reads.stream().allMatch(Read::whole));
    }

    private Read table(SourceDefinition source, SourceOrigin origin, @Nullable DatasetVersion previous) {
        SourceTables adapter = tables.stream()
                .filter(each -> each.reads(origin))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(Problem.at(
                        ErrorCode.SOURCE_UNREADABLE,
                        origin.name().location(),
                        "Nothing here reads (%s).".formatted(origin.name()),
                        null)));
        Instant since = previous == null ? null : previous.cursorMark().minus(source.lateWindow());
        String cursor = SourceParser.cursorName(source);
        boolean date = source.columns().stream()
                .anyMatch(column -> column.name().equals(cursor) && column.type() == ColumnType.DATE);
        TableText text = new TableText(
                origin.name().text(), !(origin instanceof SourceOrigin.Files), SourceBytes.limit());
        adapter.read(origin, new TableQuery(source.key(), cursor, date, since, source.operation() != null, source.zone()), text);
        if (text.lines() == 0 && !(origin instanceof SourceOrigin.Files)) {
            text.columns(columnsWithoutRows(source, previous)); // a service without rows tells no columns
        }
        return new Read(text, text.sha256(), true);
    }

    private static List<Column> columnsWithoutRows(SourceDefinition source, @Nullable DatasetVersion previous) {
        List<Column> columns = new ArrayList<>();
        if (previous != null) {
            RowDigests.contentColumns(previous.schema())
                    .forEach(name -> columns.add(previous.schema().column(name)));
        } else {
            Set<String> declared = new HashSet<>();
            for (ColumnDefinition column : source.columns()) {
                declared.add(column.name());
                columns.add(new Column(column.name(), column.type()));
            }
            source.key().stream()
                    .filter(name -> !declared.contains(name))
                    .forEach(name -> columns.add(new Column(name, ColumnType.STRING)));
        }
        RowOperation operation = source.operation();
        if (operation != null) {
            columns.add(new Column(operation.column(), ColumnType.STRING));
        }
        return columns;
    }

    private Read file(Located file, long limit, long sample) {
        try (InputStream in = files.open(file)) {
            SourceBytes.Plain plain = sample <= limit
                    ? SourceBytes.head(file.text(), in, sample)
                    : SourceBytes.read(file.text(), in, Math.max(limit, LONGEST_LINE));
            return new Read(text(file.text(), plain.bytes()), plain.sha256(), !plain.cut());
        } catch (IOException e) {
            throw unreadable(file.text(), e);
        }
    }

    private static SourceText text(String name, byte[] bytes) {
        CsvText text = CsvText.decode(name, bytes);
        return isJson(name) ? new JsonText(text) : text;
    }

    /** Whether a file's name says that it holds JSON lines. */
    static boolean isJson(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String plain = lower.endsWith(".gz") ? lower.substring(0, lower.length() - 3) : lower;
        return plain.endsWith(".jsonl") || plain.endsWith(".ndjson");
    }

    private static KeelsonException unreadable(String name, Exception cause) {
        return SourceBytes.unreadable(name, "The file cannot be read: %s.".formatted(cause.getMessage()), null, cause);
    }

    /**
     * Reads rows from bytes, as {@link #read} does from a file.
     *
     * @param name what places call the file
     * @param raw the file's bytes, plain or gzip
     */
    public static SourceRows parse(
            SourceDefinition source, String name, byte[] raw, @Nullable DatasetVersion previous) {
        try {
            SourceBytes.Plain plain = SourceBytes.read(name, new ByteArrayInputStream(raw), SourceBytes.limit());
            return RowRules.enforce(
                    new SourceParser(source, text(name, plain.bytes()), previous).parse(plain.sha256()));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }
}
