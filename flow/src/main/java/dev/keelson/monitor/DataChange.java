package dev.keelson.monitor;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that can go wrong with a column, done on purpose to see whether it is noticed.
 */
public sealed interface DataChange {

    /** The column it changes. */
    String column();

    /** Such as {@code scale odds=1.2}. */
    String shown();

    /** Every value times a factor. */
    record Scale(String column, double factor) implements DataChange {
        @Override
        public String shown() {
            return "scale %s=%s".formatted(column, CellTexts.of(factor));
        }
    }

    /** Every value moved by so many of the column's own standard deviations. */
    record Shift(String column, double deviations) implements DataChange {
        @Override
        public String shown() {
            return "shift %s=%s".formatted(column, CellTexts.of(deviations));
        }
    }

    /** Normal noise of so many of the column's own standard deviations. */
    record Noise(String column, double deviations) implements DataChange {
        @Override
        public String shown() {
            return "noise %s=%s".formatted(column, CellTexts.of(deviations));
        }
    }

    /** Two categories exchanged. */
    record Swap(String column, String first, String second) implements DataChange {
        @Override
        public String shown() {
            return "swap %s:%s=%s".formatted(column, first, second);
        }
    }

    /** No column any more. */
    record Drop(String column) implements DataChange {
        @Override
        public String shown() {
            return "drop %s".formatted(column);
        }
    }

    /** Always the first value there is. */
    record Stuck(String column) implements DataChange {
        @Override
        public String shown() {
            return "stuck %s".formatted(column);
        }
    }

    /**
     * What was asked for, as text.
     *
     * @param scale each {@code COL=FACTOR}
     * @param shift each {@code COL=SD}
     * @param noise each {@code COL=SD}
     * @param swap each {@code COL:A=B}
     * @param drop names of columns
     * @param stuck names of columns
     */
    record Texts(
            List<String> scale, List<String> shift, List<String> noise, List<String> swap, List<String> drop, List<String> stuck) {
        /** Copies the lists. */
        public Texts {
            scale = List.copyOf(scale);
            shift = List.copyOf(shift);
            noise = List.copyOf(noise);
            swap = List.copyOf(swap);
            drop = List.copyOf(drop);
            stuck = List.copyOf(stuck);
        }

        /**
         * Reads them, in the order swap, scale, shift, noise, stuck, drop.
         *
         * @param problems takes one of every text that says no change, and one when there is none at all
         */
        public List<DataChange> read(List<Problem> problems) {
            List<DataChange> changes = new ArrayList<>();
            for (String each : swap) {
                int colon = each.indexOf(':');
                int equals = each.indexOf('=', colon + 1);
                if (colon < 1 || equals <= colon + 1 || equals == each.length() - 1) {
                    wrong("swap", each, "COLUMN:CATEGORY=CATEGORY", "swap league:E0=E1", problems);
                } else {
                    changes.add(new Swap(each.substring(0, colon), each.substring(colon + 1, equals), each.substring(equals + 1)));
                }
            }
            scale.forEach(each -> number("scale", each, "scale odds=1.2", problems)
                    .forEach(named -> changes.add(new Scale(named.column, named.number))));
            shift.forEach(each -> number("shift", each, "shift odds=0.5", problems)
                    .forEach(named -> changes.add(new Shift(named.column, named.number))));
            noise.forEach(each -> number("noise", each, "noise odds=0.5", problems)
                    .forEach(named -> changes.add(new Noise(named.column, named.number))));
            stuck.forEach(each -> changes.add(new Stuck(each)));
            drop.forEach(each -> changes.add(new Drop(each)));
            if (changes.isEmpty() && problems.isEmpty()) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "No change is asked for: scale, swap, shift, drop, noise or stuck is needed.",
                        "Maybe scale a column by 1.2."));
            }
            return changes;
        }

        private record Named(String column, double number) {}

        private static List<Named> number(String what, String text, String example, List<Problem> problems) {
            int equals = text.lastIndexOf('=');
            try {
                double number = equals < 1 ? Double.NaN : Double.parseDouble(text.substring(equals + 1).strip());
                if (Double.isFinite(number)) {
                    return List.of(new Named(text.substring(0, equals), number));
                }
            } catch (NumberFormatException notOne) {
                // said below with the other problems
            }
            wrong(what, text, "COLUMN=NUMBER", example, problems);
            return List.of();
        }

        private static void wrong(String what, String text, String expected, String example, List<Problem> problems) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "`%s` is `%s`, and %s was expected.".formatted(what, text, expected),
                    "Maybe as in `%s`.".formatted(example)));
        }
    }
}
