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
import java.util.zip.CRC32;

/**
 * Encoded lines of the journal in one growing array. Used by one thread at a time.
 *
 * <p>A line is comma-separated fields, the last of which is the CRC-32 (8 hexadecimal digits) of all bytes before its
 * comma, and a line feed. A text with a comma or a quote stands in quotes, quotes doubled; line feed, carriage return and
 * backslash are written {@code \n}, {@code \r}, {@code \\}, so a record is always one line. A list of numbers is one
 * field, each number ended by a semicolon; NaN is an empty number. A number is the shortest decimal that reads back as
 * the same double. Times are microseconds since 1970-01-01T00:00:00Z.
 */
final class Lines {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** First line of every segment: format and version, then the columns of each kind of record. */
    static final byte[] HEADER = header(
            3,
            " keys served client metadata",
            ",E id at_micros model version run metrics metadata,T id at_micros model version run metrics metadata");

    /** The first lines that segments had before; their predictions lack the last columns. */
    static final List<byte[]> FORMER_HEADERS = List.of(header(2, " keys", ""), header(1, "", ""));

    /** Up to here a double times 10^4 is far below 2^53. */
    private static final double PLAIN_LIMIT = 1e7;

    /** No number is longer, with what ends it. */
    private static final int NUMBER_LENGTH = 27;

    private static final int MOST_ROOM = 16 << 20;

    private byte[] bytes;
    private int length;
    private final CRC32 crc = new CRC32();

    Lines(int capacity) {
        bytes = new byte[capacity];
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

    void clear() {
        length = 0;
    }

    void addAll(Lines other) {
        reserve(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
    }

    void add(PredictionEvent event) {
        int start = length;
        reserve(64);
        put('P');
        comma();
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
        text(event.keys());
        number(event.served() ? 1 : 0);
        text(event.client());
        text(event.metadata());
        end(start);
    }

    void add(OutcomeEvent event) {
        int start = length;
        reserve(64);
        put('O');
        comma();
        text(event.model());
        text(event.entity());
        text(event.outcome());
        number(Micros.of(event.knownAt()));
        end(start);
    }

    void add(ModelEvent event) {
        int start = length;
        reserve(64);
        put(switch (event.kind()) {
            case EVALUATION -> 'E';
            case TRAINING -> 'T';
        });
        comma();
        uuid(event.id().getMostSignificantBits(), event.id().getLeastSignificantBits());
        number(Micros.of(event.at()));
        text(event.model());
        number(event.version());
        text(event.run());
        text(event.metricsText());
        text(event.metadata());
        end(start);
    }

    private static byte[] header(int version, String more, String kinds) {
        Lines lines = new Lines(512);
        lines.raw("keelson_journal," + version + ","
                + "P id model version role entity segment event_time_micros as_of_micros at_micros"
                + " probabilities features watched" + more + ","
                + "O model entity outcome known_at_micros" + kinds + ",");
        lines.end(0);
        return Arrays.copyOf(lines.bytes, lines.length);
    }

    /** The checksum as it stands in a line. */
    static long checksum(CRC32 crc, byte[] bytes, int from, int to) {
        crc.reset();
        crc.update(bytes, from, to - from);
        return crc.getValue();
    }

    /** Ends the line: every field has left its comma behind. */
    private void end(int start) {
        long sum = checksum(crc, bytes, start, length - 1);
        reserve(9);
        for (int shift = 28; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[(int) (sum >>> shift) & 15];
        }
        bytes[length++] = '\n';
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
