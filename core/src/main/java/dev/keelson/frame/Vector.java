package dev.keelson.frame;

import org.jspecify.annotations.Nullable;

/**
 * The values of one column. The arrays are not copied: whoever makes a vector hands its arrays over and does not change
 * them afterwards. Safe for reading by several threads.
 */
public sealed interface Vector {

    /** Number of rows. */
    int size();

    /** The type of the values. */
    ColumnType type();

    /** Whether the cell is missing. */
    boolean isNull(int row);

    /** The rows at the given positions, in that order; positions may repeat. */
    Vector take(int[] rows);

    /** The cell as an object (Double, Long, Boolean, String, LocalDate, Instant), or null. For the edge, not for loops. */
    @Nullable Object get(int row);

    /** Doubles; {@code nulls} is null when no cell is missing. */
    record Doubles(double[] values, boolean @Nullable [] nulls) implements Vector {
        /** Takes the arrays over. */
        public Doubles(double[] values, boolean @Nullable [] nulls) {
            this.values = values;
            this.nulls = nulls;
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public ColumnType type() {
            return ColumnType.DOUBLE;
        }

        @Override
        public boolean isNull(int row) {
            return nulls != null && nulls[row];
        }

        /** The value, or NaN when the cell is missing. */
        public double orNaN(int row) {
            return isNull(row) ? Double.NaN : values[row];
        }

        @Override
        public Vector take(int[] rows) {
            double[] taken = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                taken[i] = values[rows[i]];
            }
            return new Doubles(taken, takeNulls(nulls, rows));
        }

        @Override
        public @Nullable Object get(int row) {
            return isNull(row) ? null : (Object) values[row];
        }
    }

    /** Longs, dates (days) or timestamps (microseconds), by {@code type}. */
    record Longs(ColumnType type, long[] values, boolean @Nullable [] nulls) implements Vector {
        /** Takes the arrays over; the type must be LONG, DATE or TIMESTAMP. */
        public Longs(ColumnType type, long[] values, boolean @Nullable [] nulls) {
            if (type != ColumnType.LONG && type != ColumnType.DATE && type != ColumnType.TIMESTAMP) {
                throw new IllegalArgumentException("type (%s) must be LONG, DATE or TIMESTAMP.".formatted(type));
            }
            this.type = type;
            this.values = values;
            this.nulls = nulls;
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public boolean isNull(int row) {
            return nulls != null && nulls[row];
        }

        @Override
        public Vector take(int[] rows) {
            long[] taken = new long[rows.length];
            for (int i = 0; i < rows.length; i++) {
                taken[i] = values[rows[i]];
            }
            return new Longs(type, taken, takeNulls(nulls, rows));
        }

        @Override
        public @Nullable Object get(int row) {
            if (isNull(row)) {
                return null;
            }
            return switch (type) {
                case DATE -> java.time.LocalDate.ofEpochDay(values[row]);
                case TIMESTAMP -> Micros.toInstant(values[row]);
                case DOUBLE, LONG, BOOLEAN, STRING -> (Object) values[row];
            };
        }
    }

    /** Booleans. */
    record Booleans(boolean[] values, boolean @Nullable [] nulls) implements Vector {
        /** Takes the arrays over. */
        public Booleans(boolean[] values, boolean @Nullable [] nulls) {
            this.values = values;
            this.nulls = nulls;
        }

        @Override
        public int size() {
            return values.length;
        }

        @Override
        public ColumnType type() {
            return ColumnType.BOOLEAN;
        }

        @Override
        public boolean isNull(int row) {
            return nulls != null && nulls[row];
        }

        @Override
        public Vector take(int[] rows) {
            boolean[] taken = new boolean[rows.length];
            for (int i = 0; i < rows.length; i++) {
                taken[i] = values[rows[i]];
            }
            return new Booleans(taken, takeNulls(nulls, rows));
        }

        @Override
        public @Nullable Object get(int row) {
            return isNull(row) ? null : (Object) values[row];
        }
    }

    /** Strings; a missing cell is null. */
    record Strings(@Nullable String[] values) implements Vector {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public ColumnType type() {
            return ColumnType.STRING;
        }

        @Override
        public boolean isNull(int row) {
            return values[row] == null;
        }

        @Override
        public Vector take(int[] rows) {
            @Nullable String[] taken = new @Nullable String[rows.length];
            for (int i = 0; i < rows.length; i++) {
                taken[i] = values[rows[i]];
            }
            return new Strings(taken);
        }

        @Override
        public @Nullable Object get(int row) {
            return values[row];
        }
    }

    private static boolean @Nullable [] takeNulls(boolean @Nullable [] nulls, int[] rows) {
        if (nulls == null) {
            return null;
        }
        boolean[] taken = new boolean[rows.length];
        boolean any = false;
        for (int i = 0; i < rows.length; i++) {
            taken[i] = nulls[rows[i]];
            any |= taken[i];
        }
        return any ? taken : null;
    }
}
