package dev.keelson.data;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The cells of one record at a time, as slices of one character array that is overwritten by the next record. Blank
 * lines are skipped.
 */
final class CsvCells implements Records {
    private char[] chars = new char[1024];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int count;
    private int used;
    private int line;
    private boolean quoted;

    private final CsvText text;
    private final Iterator<CsvCells> records;

    // There is no other way yet to keep one bad quote from making the whole file unreadable.
    @SuppressWarnings("removal")
    CsvCells(CsvText text) {
        this.text = text;
        this.records = CsvReader.builder()
                .commentStrategy(CommentStrategy.NONE)
                .skipEmptyLines(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(true)
                .allowUnclosedQuote(false)
                .detectBomHeader(false)
                .build(new Handler(), text.text())
                .iterator();
    }

    /**
     * Goes to the next record; false at the end.
     *
     * @throws KeelsonException SOURCE_UNREADABLE if a quoted cell never ends
     */
    @Override
    public boolean next() {
        try {
            if (!records.hasNext()) {
                return false;
            }
            records.next();
            return true;
        } catch (CsvParseException e) {
            throw new KeelsonException(
                    List.of(Problem.at(
                            ErrorCode.SOURCE_UNREADABLE,
                            openQuote(),
                            "The quoted cell that starts here never ends.",
                            "Maybe a quote (\") in the text was not doubled, or the end of the file is missing.")),
                    e);
        }
    }

    /** The last cell of the text; everything before it was split, so it is the one without an end. */
    private Location openQuote() {
        int at = Math.max(1, line);
        Location last = new Location(text.file(), at, 0);
        while (at <= text.lines()) {
            CsvRow row = text.row(at);
            CsvRow.Place cell = row.cells().get(row.badQuote() < 0 ? row.cells().size() - 1 : row.badQuote());
            last = new Location(text.file(), cell.line(), cell.column());
            at = row.nextLine();
        }
        return last;
    }

    @Override
    public int line() {
        return line;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int width() {
        return text.header().size();
    }

    @Override
    public boolean quoted() {
        return quoted;
    }

    @Override
    public char[] chars() {
        return chars;
    }

    @Override
    public int start(int cell) {
        return starts[cell];
    }

    @Override
    public int end(int cell) {
        return ends[cell];
    }

    private final class Handler extends CsvCallbackHandler<CsvCells> {
        private boolean empty;

        @Override
        protected RecordType getRecordType() {
            return empty ? RecordType.EMPTY : RecordType.DATA;
        }

        @Override
        protected int getFieldCount() {
            return count;
        }

        @Override
        protected void beginRecord(long startingLineNumber) {
            line = Math.toIntExact(startingLineNumber);
            count = 0;
            used = 0;
            quoted = false;
            empty = false;
        }

        @Override
        protected void addField(char[] buffer, int offset, int length, boolean isQuoted) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
                ends = Arrays.copyOf(ends, count * 2);
            }
            if (used + length > chars.length) {
                chars = Arrays.copyOf(chars, Math.max(chars.length * 2, used + length));
            }
            System.arraycopy(buffer, offset, chars, used, length);
            starts[count] = used;
            used += length;
            ends[count++] = used;
            quoted |= isQuoted;
        }

        @Override
        protected void setComment(char[] buffer, int offset, int length) {
            throw new IllegalStateException("Comments are not part of the format.");
        }

        @Override
        protected void setEmpty() {
            empty = true;
        }

        @Override
        protected CsvCells buildRecord() {
            return CsvCells.this;
        }
    }
}
