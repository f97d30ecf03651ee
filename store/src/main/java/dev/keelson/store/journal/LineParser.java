package dev.keelson.store.journal;

import com.fasterxml.jackson.core.io.NumberInput;
import dev.keelson.frame.Micros;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Lines} wrote. Used by one thread at a time. */
final class LineParser {
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };
    private static final int MAX_EXACT_DIGITS = 15;

    private final CRC32 crc = new CRC32();
    private byte[] bytes = new byte[0];
    private int next;
    private int end;

    /** Whether the line, without its line feed, ends with the checksum of the rest. */
    boolean sound(byte[] line, int from, int to) {
        int comma = to - 9;
        if (comma < from || line[comma] != ',') {
            return false;
        }
        long stated = digits(line, comma + 1, to, 16);
        return stated >= 0 && stated == Lines.checksum(crc, line, from, comma);
    }

    /** The check of the line before, as a sound numbered line states it; negative where it states none. */
    static long before(byte[] line, int to) {
        return digits(line, to - 17, to - 9, 16);
    }

    /** The number of a sound line, or -1 where it has none. */
    static int number(byte[] line, int from, int to) {
        return to - from < Lines.TAIL || line[to - 18] != ',' ? -1 : (int) digits(line, to - 26, to - 18, 10);
    }

    /** The check of a sound line. */
    static int check(byte[] line, int to) {
        return (int) digits(line, to - 8, to, 16);
    }

    private static long digits(byte[] line, int from, int to, int radix) {
        long value = 0;
        for (int i = from; i < to; i++) {
            byte digit = line[i];
            int one = digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : radix;
            if (one >= radix) {
                return -1;
            }
            value = value * radix + one;
        }
        return value;
    }

    /**
     * The record of a sound line without its line feed.
     *
     * @param numbered whether it has a number, as lines of today's format do
     * @return null if it is not of a known form
     */
    @Nullable JournalRecord parse(byte[] line, int from, int to, boolean numbered) {
        bytes = line;
        next = from;
        end = to - (numbered ? Lines.TAIL : 9);
        try {
            JournalRecord record =
                    switch (text().toUpperCase(Locale.ROOT)) { // a small one was recovered
                        case "P" -> new JournalRecord.Predicted(predicted());
                        case "O" -> new JournalRecord.Settled(new OutcomeEvent(text(), text(), text(), instant()));
                        case "E" -> new JournalRecord.Told(told(ModelEventKind.EVALUATION));
                        case "T" -> new JournalRecord.Told(told(ModelEventKind.TRAINING));
                        default -> null;
                    };
            return next == end + 1 ? record : null;
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            return null; // sound, but not written by this format: the caller names the place
        }
    }

    /** A prediction; one of a former format ends before the last columns. */
    private PredictionEvent predicted() {
        UUID id = uuid();
        String model = text();
        int version = Math.toIntExact(number());
        String role = text();
        String entity = text();
        String segment = text();
        Instant eventTime = instant();
        Instant asOf = instant();
        Instant at = instant();
        double[] probabilities = doubles();
        double[] features = doubles();
        double[] watched = doubles();
        String keys = next > end ? "" : text();
        boolean former = next > end;
        boolean served = former ? PredictionEvent.isAnswer(role) : flag();
        String client = former ? "" : text();
        String metadata = former ? "" : text();
        return new PredictionEvent(
                id, model, version, role, entity, segment, eventTime, asOf, at, probabilities, features, watched, keys,
                served, client, metadata);
    }

    private ModelEvent told(ModelEventKind kind) {
        return new ModelEvent(
                kind, uuid(), instant(), text(), Math.toIntExact(number()), text(), ModelEvent.metrics(text()), text());
    }

    private boolean flag() {
        long value = number();
        if (value != 0 && value != 1) {
            throw new IllegalArgumentException("neither 0 nor 1");
        }
        return value == 1;
    }

    private int fieldEnd() {
        int i = next;
        if (i > end) {
            throw new IllegalArgumentException("too few fields");
        }
        while (i < end && bytes[i] != ',') {
            i++;
        }
        return i;
    }

    private String text() {
        if (next < end && bytes[next] == '"') {
            return quoted();
        }
        int stop = fieldEnd();
        boolean escaped = false;
        for (int i = next; i < stop; i++) {
            escaped |= bytes[i] == '\\';
        }
        String text = escaped ? unescaped(bytes, next, stop) : new String(bytes, next, stop - next, StandardCharsets.UTF_8);
        next = stop + 1;
        return text;
    }

    private String quoted() {
        byte[] content = new byte[end - next];
        int length = 0;
        int i = next + 1;
        while (bytes[i] != '"' || (i + 1 < end && bytes[i + 1] == '"')) {
            if (bytes[i] == '"') {
                i++;
            }
            content[length++] = bytes[i++];
        }
        if (i + 1 < end && bytes[i + 1] != ',') {
            throw new IllegalArgumentException("text after a closing quote");
        }
        next = i + 2;
        return unescaped(content, 0, length);
    }

    private static String unescaped(byte[] source, int from, int to) {
        byte[] content = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            byte b = source[i];
            if (b == '\\') {
                b = switch (source[++i]) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case '\\' -> '\\';
                    default -> throw new IllegalArgumentException("unknown escape");
                };
            }
            content[length++] = b;
        }
        return new String(content, 0, length, StandardCharsets.UTF_8);
    }

    private UUID uuid() {
        return UUID.fromString(text());
    }

    private Instant instant() {
        return Micros.toInstant(number());
    }

    private long number() {
        int stop = fieldEnd();
        long value = Long.parseLong(new String(bytes, next, stop - next, StandardCharsets.US_ASCII));
        next = stop + 1;
        return value;
    }

    private double[] doubles() {
        int stop = fieldEnd();
        int count = 0;
        for (int i = next; i < stop; i++) {
            if (bytes[i] == ';') {
                count++;
            }
        }
        double[] values = new double[count];
        int start = next;
        for (int k = 0; k < count; k++) {
            int separator = start;
            while (bytes[separator] != ';') {
                separator++;
            }
            values[k] = start == separator ? Double.NaN : number(start, separator);
            start = separator + 1;
        }
        if (start != stop) {
            throw new IllegalArgumentException("a number that does not end");
        }
        next = stop + 1;
        return values;
    }

    private double number(int from, int to) {
        boolean negative = bytes[from] == '-';
        long digits = 0;
        int count = 0;
        int point = -1;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            byte b = bytes[i];
            if (b == '.' && point < 0) {
                point = i;
            } else if (b >= '0' && b <= '9' && count < MAX_EXACT_DIGITS) {
                digits = digits * 10 + (b - '0');
                count++;
            } else {
                // the same double as Double.parseDouble gives, several times as quickly where all 17 digits are needed
                return NumberInput.parseDouble(new String(bytes, from, to - from, StandardCharsets.US_ASCII), true);
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException("a number without digits");
        }
        // At most 15 digits and a power of ten up to 10^15 are exact doubles: one division rounds once, correctly.
        double size = point < 0 ? digits : digits / POWERS[to - point - 1];
        return negative ? -size : size;
    }
}
