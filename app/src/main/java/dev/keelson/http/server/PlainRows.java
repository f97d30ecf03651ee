package dev.keelson.http.server;

import dev.keelson.http.PlainRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies in the form that most have: one row, a list of rows or {@code {"rows": [...]}} without anything beside, in ASCII
 * without escapes, the fields of each row in the order in which they stood before. In any other form it gives up, and the body is
 * {@link PredictRequest}'s, who knows all forms and says what is wrong: what this takes, that takes, too, and to the same values.
 * Immutable and safe for use by several threads.
 */
final class PlainRows {
    private static final byte[] ROWS = "\"rows\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    /** So many digits always fit a long. */
    private static final int MOST_DIGITS = 18;
    /** Longer numbers have limits that are the parser's. */
    private static final int LONGEST_NUMBER = 64;
    /** Whole numbers up to here are doubles. */
    private static final long EXACT = 1L << 53;

    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
        1e22
    };

    private final PlainRow.Shape shape;
    private final byte[][] names;

    private PlainRows(PlainRow.Shape shape) {
        this.shape = shape;
        this.names = shape.names().stream()
                .map(name -> ('"' + name + '"').getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /** For rows with these fields; null when such rows are not in the usual form. */
    static @Nullable PlainRows of(Collection<String> names) {
        for (String name : names) {
            for (int i = 0; i < name.length(); i++) {
                if (!isPlain((byte) Math.min(name.charAt(i), 0x7f))) {
                    return null;
                }
            }
        }
        return names.isEmpty() ? null : new PlainRows(new PlainRow.Shape(List.copyOf(names)));
    }

    private static boolean isPlain(byte c) {
        return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
    }

    /** The rows; null when they are not in the usual form. */
    @Nullable List<PlainRow> read(byte[] body) {
        return new Scan(body).rows();
    }

    private final class Scan {
        private final byte[] bytes;
        private int at;

        Scan(byte[] bytes) {
            this.bytes = bytes;
        }

        @Nullable List<PlainRow> rows() {
            skip();
            List<PlainRow> rows;
            if (is('[')) {
                at++;
                rows = list();
            } else {
                int start = at;
                if (!is('{')) {
                    return null;
                }
                at++;
                skip();
                if (word(ROWS) && colon() && is('[')) {
                    at++;
                    rows = list();
                    skip();
                    if (!is('}')) {
                        return null;
                    }
                    at++;
                } else {
                    at = start;
                    PlainRow row = row();
                    rows = row == null ? null : List.of(row);
                }
            }
            skip();
            return at == bytes.length ? rows : null;
        }

        /** From behind its bracket to behind the other. */
        private @Nullable List<PlainRow> list() {
            List<PlainRow> rows = new ArrayList<>();
            while (rows.size() < PredictRequest.MAX_ROWS) {
                skip();
                PlainRow row = row();
                if (row == null) {
                    return null;
                }
                rows.add(row);
                skip();
                if (is(']')) {
                    at++;
                    return rows;
                }
                if (!is(',')) {
                    return null;
                }
                at++;
            }
            return null;
        }

        private @Nullable PlainRow row() {
            if (!is('{')) {
                return null;
            }
            at++;
            PlainRow row = new PlainRow(shape);
            int last = names.length - 1;
            for (int place = 0; place <= last; place++) {
                skip();
                if (!word(names[place]) || !colon() || !value(row, place)) {
                    return null;
                }
                skip();
                if (!is(place == last ? '}' : ',')) {
                    return null;
                }
                at++;
            }
            return row;
        }

        private boolean colon() {
            skip();
            if (!is(':')) {
                return false;
            }
            at++;
            skip();
            return true;
        }

        private void skip() {
            while (at < bytes.length
                    && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
                at++;
            }
        }

        private boolean is(char c) {
            return at < bytes.length && bytes[at] == c;
        }

        private boolean word(byte[] word) {
            int end = at + word.length;
            if (end > bytes.length) {
                return false;
            }
            for (int i = 0; i < word.length; i++) {
                if (bytes[at + i] != word[i]) {
                    return false;
                }
            }
            at = end;
            return true;
        }

        private boolean value(PlainRow row, int place) {
            if (at == bytes.length) {
                return false;
            }
            return switch (bytes[at]) {
                case '"' -> text(row, place);
                case 't' -> {
                    row.set(place, true);
                    yield word(TRUE);
                }
                case 'f' -> {
                    row.set(place, false);
                    yield word(FALSE);
                }
                case 'n' -> word(NULL);
                default -> number(row, place);
            };
        }

        private boolean text(PlainRow row, int place) {
            int start = ++at;
            while (at < bytes.length && isPlain(bytes[at])) {
                at++;
            }
            if (!is('"')) {
                return false;
            }
            row.set(place, new String(bytes, start, at++ - start, StandardCharsets.ISO_8859_1));
            return true;
        }

        /** As the grammar of JSON has it; what follows is for others to look at. */
        private boolean number(PlainRow row, int place) {
            int start = at;
            boolean negative = is('-');
            if (negative) {
                at++;
            }
            int first = at;
            long digits = digits(0);
            int count = at - first;
            if (count == 0 || (count > 1 && bytes[first] == '0') || count > MOST_DIGITS) {
                return false;
            }
            boolean fraction = is('.');
            int power = 0;
            if (fraction) {
                int from = ++at;
                digits = digits(digits);
                power = from - at;
                count -= power;
                if (power == 0) {
                    return false;
                }
            }
            if (is('e') || is('E')) {
                fraction = true;
                at++;
                boolean small = is('-');
                if (small || is('+')) {
                    at++;
                }
                int from = at;
                long exponent = digits(0);
                if (at == from || at - from > 4) {
                    return false;
                }
                power += (int) (small ? -exponent : exponent);
            }
            if (at - start > LONGEST_NUMBER) {
                return false;
            }
            if (!fraction) {
                row.setLong(place, negative ? -digits : digits);
            } else if (count <= MOST_DIGITS && digits <= EXACT && Math.abs(power) < POWERS.length) {
                // Of two exact doubles: the double nearest to the decimal (Clinger 1990).
                double size = power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
                row.setDouble(place, negative ? -size : size);
            } else {
                row.setDouble(
                        place, Double.parseDouble(new String(bytes, start, at - start, StandardCharsets.ISO_8859_1)));
            }
            return true;
        }

        /** Reads on; of more digits than fit, the result is of no use. */
        private long digits(long before) {
            long value = before;
            while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
                value = 10 * value + bytes[at++] - '0';
            }
            return value;
        }
    }
}
