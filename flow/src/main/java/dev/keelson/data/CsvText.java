package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of a CSV file with an index of its lines, so that a record can be shown as it stands in the file and each of
 * its cells has a place. Lines end with LF, CRLF or CR.
 */
final class CsvText implements SourceText {
    private final String file;
    private final String text;
    private final int[] lineStarts;
    private @Nullable List<String> header;
    private int headerLine;

    private CsvText(String file, String text) {
        this.file = file;
        this.text = text;
        this.lineStarts = lineStarts(text);
    }

    /**
     * Decodes UTF-8, with or without a byte order mark.
     *
     * @throws KeelsonException SOURCE_UNREADABLE with line and column if the bytes are not UTF-8
     */
    static CsvText decode(String file, byte[] bytes) {
        boolean utf16 = bytes.length >= 2
                && ((bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE)
                        || (bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF));
        if (utf16) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.SOURCE_UNREADABLE,
                    new Location(file, 0, 0),
                    "The file is in UTF-16; UTF-8 was expected.",
                    "Maybe convert it first: iconv -f UTF-16 -t UTF-8."));
        }
        int start = bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF
                ? 3
                : 0;
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
        CharBuffer out = CharBuffer.allocate(bytes.length - start);
        CoderResult result = decoder.decode(in, out, true);
        String decoded = new String(out.array(), 0, out.position());
        if (result.isError()) {
            int[] starts = lineStarts(decoded);
            String line = decoded.substring(starts[starts.length - 1]);
            throw new KeelsonException(
                    List.of(Problem.at(
                            ErrorCode.SOURCE_UNREADABLE,
                            new Location(file, starts.length, line.length() + 1),
                            String.format(
                                    Locale.ROOT,
                                    "The byte 0x%02X is not UTF-8; it is byte %,d of the text.",
                                    bytes[in.position()] & 0xFF,
                                    in.position() + 1),
                            "Maybe the file is in Windows-1252 (Latin-1); convert it first: iconv -f WINDOWS-1252 -t UTF-8.")),
                    new Undecodable(file, bytes, in.position() - line.getBytes(StandardCharsets.UTF_8).length));
        }
        return new CsvText(file, decoded);
    }

    /** What is wrong with a header of too many columns. */
    static Problem tooManyColumns(String file, int columns) {
        return Problem.at(
                ErrorCode.SOURCE_UNREADABLE,
                new Location(file, 1, 0),
                String.format(
                        Locale.ROOT,
                        "The file has %,d columns; at most %,d were expected.",
                        columns,
                        SourceReader.MOST_COLUMNS),
                "Maybe rows and columns are exchanged, or line ends are missing.");
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[1024];
        int count = 1;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c != '\n' && c != '\r') {
                continue;
            }
            if (c == '\r' && i + 1 < length && text.charAt(i + 1) == '\n') {
                i++;
            }
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
            }
            starts[count++] = i + 1;
        }
        return Arrays.copyOf(starts, count);
    }

    @Override
    public String file() {
        return file;
    }

    /** All of it, without a byte order mark. */
    String text() {
        return text;
    }

    /** How many lines there are, not counting an empty one after the last line end. */
    @Override
    public int lines() {
        boolean endsWithLineEnd = lineStarts[lineStarts.length - 1] == text.length();
        return endsWithLineEnd ? lineStarts.length - 1 : lineStarts.length;
    }

    @Override
    public List<String> header() {
        List<String> known = header;
        if (known != null) {
            return known;
        }
        CsvCells cells = new CsvCells(this);
        if (!cells.next()) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.EMPTY_SOURCE,
                    new Location(file, 0, 0),
                    "The file is empty; a header and at least one row were expected.",
                    "Maybe it is still being written, or the download failed."));
        }
        if (cells.count() > SourceReader.MOST_COLUMNS) {
            throw new KeelsonException(tooManyColumns(file, cells.count()));
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < cells.count(); i++) {
            names.add(cells.text(i).strip());
        }
        header = names;
        headerLine = cells.line();
        return names;
    }

    /** A line without its line end. */
    String line(int number) {
        int start = lineStarts[number - 1];
        int end = number == lineStarts.length ? text.length() : lineStarts[number];
        while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        return text.substring(start, end);
    }

    @Override
    public Location headerCell(int index) {
        var unused = header();
        CsvRow.Place place = row(headerLine).cells().get(index);
        return new Location(file, place.line(), place.column());
    }

    @Override
    public Records records() {
        CsvCells cells = new CsvCells(this);
        var unused = cells.next(); // the header
        return cells;
    }

    @Override
    public CsvRow row(int line) {
        return CsvRow.at(text, lineStarts[line - 1], line);
    }
}
