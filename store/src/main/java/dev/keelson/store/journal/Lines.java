package dev.keelson.store.journal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Micros;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Encoded lines of the journal in one growing array. Used by one thread at a time.
 *
 * <p>A line is comma-separated fields and a line feed. Its last three are its number in the segment (8 digits, from 1), the
 * check of the line before it (of the header, for the first), and its own check: the CRC-32 of all bytes before its comma, both
 * as 8 hexadecimal digits. Numbers and checks are filled in by {@link #seal} when it is known which line stands before. A text with a comma or a quote stands in quotes, quotes doubled; line feed, carriage return and
 * backslash are written {@code \n}, {@code \r}, {@code \\}, so a record is always one line. A list of numbers is one
 * field, each number ended by a semicolon; NaN is an empty number. A number is the shortest decimal that reads back as
 * the same double. Times are microseconds since 1970-01-01T00:00:00Z.
 */
final class Lines {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** The format that is written. */
    static final int VERSION = 4;

    /** How the first line of every segment begins: format and version, then the columns of each kind of record. */
    static final byte[] HEADER_START = headerStart(VERSION);

    /** Bytes of the first line, with its line feed. */
    static final int HEADER_LENGTH = HEADER_START.length + "000001,00000000,00000000,00000000\n".length();

    /** Bytes after the fields of a line: a number, two checks and a line feed. */
    static final int TAIL = "00000000,00000000,00000000\n".length();

    /** Begins a line that stands for a record which was lost. */
    static final char LOST = 'X';

    private static final String UNKNOWN = "--------";
    private static final int[] CRC_TABLE = crcTable();

    /** Up to here a double times 10^4 is far below 2^53. */
    private static final double PLAIN_LIMIT = 1e7;

    /** No number is longer, with what ends it. */
    private static final int NUMBER_LENGTH = 27;

    private static final int MOST_ROOM = 16 << 20;

    private final int version;
    private boolean recovered;
    private byte[] bytes;
    private int length;
    private int[] ends = new int[8];
    private int[] sums = new int[8];
    private int count;
    private final CRC32 crc = new CRC32();

    Lines(int capacity) {
        this(capacity, VERSION);
    }

    /** Lines of a former format, which have no numbers and lack some columns. */
    Lines(int capacity, int version) {
        this.bytes = new byte[capacity];
        this.version = version;
    }

    /** Marks the records that are added from now on as recovered: nothing proves that they are what was written. */
    void markRecovered(boolean mark) {
        recovered = mark;
    }

    /** Bytes that surely hold the lines of predictions whose texts are short. */
    static int room(List<PredictionEvent> events) {
        long numbers = 0;
        for (PredictionEvent event : events) {
            numbers += event.probabilities().length + event.features().length + event.watched().length;
        }
        return (int) Math.min(MOST_ROOM, 256L * Math.max(1, events.size()) + NUMBER_LENGTH * numbers);
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** How many lines there are. */
    int count() {
        return count;
    }

    void clear() {
        length = 0;
        count = 0;
    }

    void addAll(Lines other) {
        reserve(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        room(other.count);
        for (int i = 0; i < other.count; i++) {
            ends[count] = length + other.ends[i];
            sums[count++] = other.sums[i];
        }
        length += other.length;
    }

    /**
     * Fills in the numbers and checks of all lines.
     *
     * @param number of the line before the first, 0 for the header
     * @param before its check
     * @return the check of the last line
     */
    int seal(int number, int before) {
        int check = before;
        for (int i = 0; i < count; i++) {
            int at = ends[i] - TAIL;
            decimal(bytes, at, number + 1 + i);
            hex(bytes, at + 9, check);
            check = extended(sums[i], bytes, at, at + 17);
            hex(bytes, at + 18, check);
        }
        return check;
    }

    /** A line for a record that was lost. */
    void addLost(String why) {
        int start = length;
        reserve(64);
        put(LOST);
        comma();
        text(why);
        end(start);
    }

    void add(PredictionEvent event) {
        int start = length;
        reserve(64);
        kind('P');
        uuid(event.id().getMostSignificantBits(), event.id().getLeastSignificantBits());
        text(event.model());
        number(event.version());
        text(event.role());
        text(event.entity());
        text(event.segment());
        number(Micros.of(event.eventTime()));
        number(Micros.of(event.asOf()));
        number(Micros.of(event.at()));
        doubles(event.probabilities());
        doubles(event.features());
        doubles(event.watched());
        if (version > 1) {
            text(event.keys());
        }
        if (version > 2) {
            number(event.served() ? 1 : 0);
            text(event.client());
            text(event.metadata());
        }
        end(start);
    }

    void add(OutcomeEvent event) {
        int start = length;
        reserve(64);
        kind('O');
        text(event.model());
        text(event.entity());
        text(event.outcome());
        number(Micros.of(event.knownAt()));
        end(start);
    }

    void add(ModelEvent event) {
        int start = length;
        reserve(64);
        kind(switch (event.kind()) {
            case EVALUATION -> 'E';
            case TRAINING -> 'T';
        });
        uuid(event.id().getMostSignificantBits(), event.id().getLeastSignificantBits());
        number(Micros.of(event.at()));
        text(event.model());
        number(event.version());
        text(event.run());
        text(event.metricsText());
        text(event.metadata());
        end(start);
    }

    /** Adds the first line of a segment of a former format. */
    void addHeader() {
        byte[] first = headerStart(version);
        reserve(first.length);
        System.arraycopy(first, 0, bytes, length, first.length);
        length += first.length;
        end(0);
    }

    /** How the first line of a segment begins in a version of the format, with the last comma. */
    static byte[] headerStart(int version) {
        String columns = "P id model version role entity segment event_time_micros as_of_micros at_micros"
                + " probabilities features watched"
                + switch (version) {
                    case 1 -> "";
                    case 2 -> " keys";
                    default -> " keys served client metadata";
                }
                + ",O model entity outcome known_at_micros";
        String told = " id at_micros model version run metrics metadata";
        return ("keelson_journal," + version + "," + columns + "," + (version > 2 ? "E" + told + ",T" + told + "," : "")
                        + (version > 3 ? "X lost,number before check," : ""))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The first line of a segment, which also says where the one before it ends.
     *
     * @param before number and check of its last line; null if they are not known
     */
    static byte[] header(int segment, @Nullable LineTail before) {
        Lines line = new Lines(HEADER_LENGTH);
        System.arraycopy(HEADER_START, 0, line.bytes, 0, HEADER_START.length);
        line.length = HEADER_START.length;
        line.raw(String.format(Locale.ROOT, "%06d,", segment));
        if (before == null) {
            line.raw(UNKNOWN + "," + UNKNOWN + ",");
        } else {
            line.raw(String.format(Locale.ROOT, "%08d,%08x,", before.number(), before.check()));
        }
        line.raw(String.format(Locale.ROOT, "%08x\n", checksum(line.crc, line.bytes, 0, line.length - 1)));
        return Arrays.copyOf(line.bytes, line.length);
    }

    /** The checksum as it stands in a line. */
    static long checksum(CRC32 crc, byte[] bytes, int from, int to) {
        crc.reset();
        crc.update(bytes, from, to - from);
        return crc.getValue();
    }

    /** Ends the line: every field has left its comma behind. */
    private void end(int start) {
        if (version < VERSION) {
            long sum = checksum(crc, bytes, start, length - 1);
            reserve(9);
            hex(bytes, length, (int) sum);
            length += 8;
        } else {
            long sum = checksum(crc, bytes, start, length);
            reserve(TAIL);
            length += TAIL - 1;
            bytes[length - 9] = ',';
            bytes[length - 18] = ',';
            room(1);
            ends[count] = length + 1;
            sums[count++] = (int) sum;
        }
        bytes[length++] = '\n';
    }

    private void room(int more) {
        if (count + more > ends.length) {
            int size = Math.max(count + more, 2 * ends.length);
            ends = Arrays.copyOf(ends, size);
            sums = Arrays.copyOf(sums, size);
        }
    }

    private void kind(char kind) {
        put(recovered ? Character.toLowerCase(kind) : kind);
        comma();
    }

    private static void decimal(byte[] bytes, int at, int value) {
        int rest = value;
        for (int i = at + 7; i >= at; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static void hex(byte[] bytes, int at, int value) {
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = HEX[value >>> (28 - 4 * i) & 15];
        }
    }

    /** The CRC-32 of some bytes and those in {@code [from, to)} after them, by that of the first. */
    private static int extended(int sum, byte[] bytes, int from, int to) {
        int register = ~sum;
        for (int i = from; i < to; i++) {
            register = CRC_TABLE[(register ^ bytes[i]) & 255] ^ register >>> 8;
        }
        return ~register;
    }

    private static int[] crcTable() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ 0xEDB88320;
            }
            table[i] = value;
        }
        return table;
    }

    private void uuid(long high, long low) {
        reserve(37);
        hex(high, 60, 32);
        put('-');
        hex(high, 28, 16);
        put('-');
        hex(high, 12, 0);
        put('-');
        hex(low, 60, 48);
        put('-');
        hex(low, 44, 0);
        comma();
    }

    private void hex(long value, int from, int to) {
        for (int shift = from; shift >= to; shift -= 4) {
            bytes[length++] = HEX[(int) (value >>> shift) & 15];
        }
    }

    private void text(String text) {
        int chars = text.length();
        reserve(chars + 1);
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || c == ',' || c == '"' || c == '\\' || c == '\n' || c == '\r') {
                length -= i;
                specialText(text);
                return;
            }
            bytes[length++] = (byte) c;
        }
        comma();
    }

    private void specialText(String text) {
        ByteBuffer utf8;
        try {
            utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)); // reports what it cannot encode
        } catch (CharacterCodingException e) {
            throw new KeelsonException(
                    List.of(Problem.of(
                            ErrorCode.BAD_REQUEST,
                            "The text (%s) holds half of a surrogate pair; expected valid Unicode.".formatted(text),
                            null)),
                    e);
        }
        boolean quoted = text.indexOf(',') >= 0 || text.indexOf('"') >= 0;
        reserve(2 * utf8.remaining() + 3);
        if (quoted) {
            put('"');
        }
        while (utf8.hasRemaining()) {
            byte b = utf8.get();
            switch (b) {
                case '"' -> {
                    put('"');
                    put('"');
                }
                case '\n' -> {
                    put('\\');
                    put('n');
                }
                case '\r' -> {
                    put('\\');
                    put('r');
                }
                case '\\' -> {
                    put('\\');
                    put('\\');
                }
                default -> bytes[length++] = b;
            }
        }
        if (quoted) {
            put('"');
        }
        comma();
    }

    private void number(long value) {
        reserve(21);
        digits(value);
        comma();
    }

    private void digits(long value) {
        if (value == Long.MIN_VALUE) {
            raw("-9223372036854775808");
            return;
        }
        long rest = value;
        if (rest < 0) {
            put('-');
            rest = -rest;
        }
        int count = 1;
        for (long power = 10; count < 19 && rest >= power; power *= 10) {
            count++;
        }
        for (int i = length + count - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
    }

    private void doubles(double[] values) {
        reserve(values.length * NUMBER_LENGTH + 1);
        for (double value : values) {
            if (!Double.isNaN(value)) {
                number(value);
            }
            put(';');
        }
        comma();
    }

    private void number(double value) {
        double size = Math.abs(value);
        if (size < PLAIN_LIMIT && (size > 0 || Double.doubleToRawLongBits(value) == 0)) { // not -0.0
            long scaled = Math.round(size * 1e4);
            // Both are exact doubles, so their quotient is the double nearest to the decimal: what reading it gives.
            // And no other decimal of up to 15 digits reads as the same double, so it is the shortest.
            if (scaled / 1e4 == size) {
                if (value < 0) {
                    put('-');
                }
                digits(scaled / 10_000);
                long fraction = scaled % 10_000;
                if (fraction != 0) {
                    put('.');
                    for (long unit = 1_000; fraction != 0; unit /= 10) {
                        bytes[length++] = (byte) ('0' + fraction / unit);
                        fraction %= unit;
                    }
                }
                return;
            }
        }
        raw(Double.toString(value));
    }

    @SuppressWarnings("deprecation") // the quickest way for a text that is known to be ASCII
    private void raw(String ascii) {
        int chars = ascii.length();
        reserve(chars);
        ascii.getBytes(0, chars, bytes, length);
        length += chars;
    }

    private void put(char ascii) {
        bytes[length++] = (byte) ascii;
    }

    private void comma() {
        bytes[length++] = ',';
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more + 1); // one more for the comma that follows
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(bytes.length * 2L, Integer.MAX_VALUE - 16)));
        }
    }
}
