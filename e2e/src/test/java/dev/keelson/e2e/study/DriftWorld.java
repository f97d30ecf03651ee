package dev.keelson.e2e.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * 45 columns of known law: 36 of quantities in six shapes, nine of categories with 5, 20 and 200 values by Zipf's law. Columns
 * know nothing of each other and are made one at a time, in windows, because rows of one window may be alike.
 */
final class DriftWorld {
    static final int COLUMNS = 45;
    private static final int QUANTITIES = 36;
    /** Windows of a reference. */
    private static final int WINDOWS = 12;
    private static final int SHAPES = 6;
    private static final int[] CATEGORIES = {5, 20, 200};
    /** Independent rows of a clustered window, however many rows it has. */
    private static final int UNITS = 3_000;

    private static final int GROUP = 10;
    private static final double WOBBLE = 0.02;

    /** How rows belong together when nothing changes. */
    enum Quiet {
        /** Each row by itself. */
        INDEPENDENT,
        /** A window is 3,000 rows, each repeated until it is full: the stocks of one day. */
        CLUSTERED,
        /** Ten rows each are one: the bets on one match. */
        GROUPS_OF_10,
        /** The mean of each column moves by a normal step of 0.02 standard deviations from window to window. */
        WOBBLING;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done to a window. */
    enum Fault {
        /** One column moves by 0.2 of its standard deviations. */
        SHIFT_0_2,
        /** One column moves by 0.3 of its standard deviations. */
        SHIFT_0_3,
        /** All quantities move by 0.3 of their standard deviations. */
        ALL_SHIFT_0_3,
        /** One column of implied probabilities is multiplied by 1.2. */
        SCALE_1_2,
        /** The two most frequent of five categories, whose shares differ by 22 points, are swapped. */
        SWAP,
        /** One column stays at one value. */
        STUCK,
        /** Half of one column is missing. */
        HALF_MISSING;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Quiet quiet;

    DriftWorld(Quiet quiet) {
        this.quiet = quiet;
    }

    static List<String> names() {
        List<String> names = new ArrayList<>();
        for (int c = 0; c < COLUMNS; c++) {
            names.add(
                    c < QUANTITIES
                            ? List.of("normal", "t4", "log_normal", "exponential", "uniform", "implied").get(c % SHAPES) + "_" + c
                            : "category" + categories(c) + "_" + c);
        }
        return names;
    }

    /** Whether a column is one of categories. */
    static boolean category(int column) {
        return column >= QUANTITIES;
    }

    /** A column of a reference of twelve windows. */
    double[] reference(int column, SplittableRandom random, int rows) {
        double[] values = new double[rows];
        for (int w = 0; w < WINDOWS; w++) {
            int from = (int) ((long) w * rows / WINDOWS);
            int to = (int) ((long) (w + 1) * rows / WINDOWS);
            fill(column, random, values, from, to);
        }
        return values;
    }

    /** A column of a window in which nothing has changed. */
    double[] window(int column, SplittableRandom random, int rows) {
        double[] values = new double[rows];
        fill(column, random, values, 0, rows);
        return values;
    }

    private void fill(int column, SplittableRandom random, double[] values, int from, int to) {
        int rows = to - from;
        int units =
                switch (quiet) {
                    case INDEPENDENT, WOBBLING -> rows;
                    case CLUSTERED -> Math.min(rows, UNITS);
                    case GROUPS_OF_10 -> Math.max(1, rows / GROUP);
                };
        double step = quiet == Quiet.WOBBLING && !category(column) ? WOBBLE * deviation(column) * random.nextGaussian() : 0;
        double[] cumulative = category(column) ? zipf(categories(column)) : new double[0];
        for (int i = 0; i < rows; i++) {
            if (i >= units) {
                values[from + i] = values[from + i % units];
            } else {
                values[from + i] =
                        category(column) ? category(cumulative, random) : quantity(column % SHAPES, random) + step;
            }
        }
    }

    /**
     * The column of which a fault must be named.
     *
     * @param pick any number of at least 0; chooses it
     */
    static int broken(Fault fault, int pick) {
        return switch (fault) {
            case SHIFT_0_2, SHIFT_0_3, ALL_SHIFT_0_3, STUCK, HALF_MISSING -> pick % QUANTITIES;
            case SCALE_1_2 -> SHAPES * (pick % (QUANTITIES / SHAPES)) + SHAPES - 1;
            case SWAP -> QUANTITIES + CATEGORIES.length * (pick % 3);
        };
    }

    /** Whether a fault changes a column. */
    static boolean changes(Fault fault, int pick, int column) {
        return column == broken(fault, pick) || (fault == Fault.ALL_SHIFT_0_3 && !category(column));
    }

    /** A column of a window, broken. */
    static double[] broken(Fault fault, int column, double[] values) {
        return switch (fault) {
            case SHIFT_0_2 -> each(values, x -> x + 0.2 * deviation(column));
            case SHIFT_0_3, ALL_SHIFT_0_3 -> each(values, x -> x + 0.3 * deviation(column));
            case SCALE_1_2 -> each(values, x -> 1.2 * x);
            case SWAP -> each(values, x -> x <= 1 ? 1 - x : x);
            case STUCK -> each(values, x -> values[0]);
            case HALF_MISSING -> {
                double[] half = values.clone();
                for (int i = 0; i < half.length; i += 2) {
                    half[i] = Double.NaN;
                }
                yield half;
            }
        };
    }

    private static double[] each(double[] values, DoubleUnaryOperator change) {
        return Arrays.stream(values).map(change).toArray();
    }

    private static int categories(int column) {
        return CATEGORIES[(column - QUANTITIES) % CATEGORIES.length];
    }

    private static double quantity(int shape, SplittableRandom random) {
        return switch (shape) {
            case 0 -> random.nextGaussian();
            case 1 -> { // Student's t with 4 degrees of freedom
                double chiSquare = -2 * (Math.log1p(-random.nextDouble()) + Math.log1p(-random.nextDouble()));
                yield random.nextGaussian() / Math.sqrt(chiSquare / 4);
            }
            case 2 -> Math.exp(random.nextGaussian());
            case 3 -> -Math.log1p(-random.nextDouble());
            case 4 -> random.nextDouble();
            default -> { // Beta(4, 6) of two sums of exponential values
                double four = exponentials(4, random);
                yield four / (four + exponentials(6, random));
            }
        };
    }

    private static double exponentials(int count, SplittableRandom random) {
        double product = 1;
        for (int i = 0; i < count; i++) {
            product *= 1 - random.nextDouble();
        }
        return -Math.log(product);
    }

    private static double deviation(int column) {
        return switch (column % SHAPES) {
            case 0, 3 -> 1;
            case 1 -> Math.sqrt(2);
            case 2 -> Math.sqrt((Math.E - 1) * Math.E);
            case 4 -> Math.sqrt(1 / 12.0);
            default -> Math.sqrt(0.4 * 0.6 / 11);
        };
    }

    private static double[] zipf(int count) {
        double[] cumulative = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += 1.0 / (i + 1);
            cumulative[i] = sum;
        }
        return cumulative;
    }

    private static double category(double[] cumulative, SplittableRandom random) {
        int at = Arrays.binarySearch(cumulative, random.nextDouble() * cumulative[cumulative.length - 1]);
        return at < 0 ? -at - 1 : at;
    }
}
