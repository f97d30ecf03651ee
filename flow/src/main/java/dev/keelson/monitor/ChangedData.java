package dev.keelson.monitor;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.spi.DriftData;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table with something wrong in it. Missing cells stay missing, but for those of a column that is stuck; whole numbers that
 * are scaled, moved or blurred become numbers with decimals. The same seed gives the same table.
 */
public final class ChangedData implements DriftData {
    /** So many of a column's categories are named to who misspelt one. */
    private static final int NAMED = 10;

    private final DriftData whole;
    private final List<DataChange> changes;
    private final Schema schema;
    private final long seed;

    private ChangedData(DriftData whole, List<DataChange> changes, Schema schema, long seed) {
        this.whole = whole;
        this.changes = changes;
        this.schema = schema;
        this.seed = seed;
    }

    /**
     * Changes a table; those of one column happen one after the other.
     *
     * @param seed of noise
     * @throws KeelsonException BAD_REQUEST naming every column that is not there, every one without numbers that was to be
     *     scaled, shifted or blurred, and every category that does not occur
     */
    public static ChangedData of(DriftData whole, List<DataChange> changes, long seed) {
        List<Problem> problems = new ArrayList<>();
        Set<String> dropped = new LinkedHashSet<>();
        for (DataChange change : changes) {
            check(whole, change, problems);
            if (change instanceof DataChange.Drop drop) {
                dropped.add(drop.column());
            }
        }
        if (dropped.containsAll(whole.schema().names())) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST, "`drop` leaves no column of %s.".formatted(whole.name()), "Maybe leave one away."));
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        List<Column> columns = new ArrayList<>();
        for (Column column : whole.schema().columns()) {
            if (!dropped.contains(column.name())) {
                boolean decimals = column.type() == ColumnType.LONG && changes.stream().anyMatch(each -> moves(each, column.name()));
                columns.add(decimals ? new Column(column.name(), ColumnType.DOUBLE) : column);
            }
        }
        return new ChangedData(whole, List.copyOf(changes), new Schema(columns), seed);
    }

    private static boolean moves(DataChange change, String column) {
        return change.column().equals(column)
                && switch (change) {
                    case DataChange.Scale ignored -> true;
                    case DataChange.Shift ignored -> true;
                    case DataChange.Noise ignored -> true;
                    case DataChange.Swap ignored -> false;
                    case DataChange.Drop ignored -> false;
                    case DataChange.Stuck ignored -> false;
                };
    }

    private static void check(DriftData whole, DataChange change, List<Problem> problems) {
        String name = change.column();
        if (!whole.schema().contains(name)) {
            List<String> names = whole.schema().names();
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "`%s`: %s has no column (%s); its columns are %s."
                            .formatted(change.shown(), whole.name(), name, String.join(", ", names)),
                    Suggestion.sentence(name, names).orElse("Maybe its name is misspelt.")));
            return;
        }
        boolean number = ColumnPair.isNumber(whole.schema().column(name).type());
        if (moves(change, name) && !number) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "`%s`: the column (%s) has no numbers but values of the type %s."
                            .formatted(change.shown(), name, whole.schema().column(name).type().name().toLowerCase(java.util.Locale.ROOT)),
                    "Maybe swap two of its categories, or let it be stuck."));
        }
        if (change instanceof DataChange.Swap swap) {
            Set<String> texts = texts(whole.column(name));
            for (String category : List.of(swap.first(), swap.second())) {
                if (!texts.contains(category)) {
                    problems.add(Problem.of(
                            ErrorCode.BAD_REQUEST,
                            "`%s`: the column (%s) never is `%s`; it is %s%s."
                                    .formatted(
                                            change.shown(),
                                            name,
                                            category,
                                            texts.stream().limit(NAMED).collect(Collectors.joining(", ")),
                                            texts.size() > NAMED ? ", and %,d more".formatted(texts.size() - NAMED) : ""),
                            Suggestion.sentence(category, texts).orElse("Maybe it is written otherwise there.")));
                }
            }
        }
    }

    private static Set<String> texts(Vector vector) {
        Set<String> texts = new LinkedHashSet<>();
        for (int i = 0; i < vector.size(); i++) {
            Object cell = vector.get(i);
            if (cell != null) {
                texts.add(CellTexts.of(cell));
            }
        }
        return texts;
    }

    @Override
    public String name() {
        return whole.name() + " with "
                + changes.stream().map(DataChange::shown).collect(Collectors.joining(", "));
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public int rows() {
        return whole.rows();
    }

    @Override
    public boolean aligned() {
        return whole.aligned();
    }

    @Override
    public Vector column(String name) {
        schema.column(name);
        Vector vector = whole.column(name);
        for (int i = 0; i < changes.size(); i++) {
            DataChange change = changes.get(i);
            if (!change.column().equals(name)) {
                continue;
            }
            vector = switch (change) {
                case DataChange.Scale scale -> moved(vector, scale.factor(), 0, null, 0);
                case DataChange.Shift shift -> moved(vector, 1, shift.deviations() * deviation(vector), null, 0);
                case DataChange.Noise noise ->
                    moved(vector, 1, 0, new Random(seed * 31 + i), noise.deviations() * deviation(vector));
                case DataChange.Swap swap -> swapped(vector, swap);
                case DataChange.Stuck ignored -> stuck(vector);
                case DataChange.Drop ignored -> vector;
            };
        }
        return vector;
    }

    private static Vector moved(Vector vector, double factor, double shift, @Nullable Random random, double noise) {
        double[] values = ColumnPair.numbers(vector);
        double[] moved = new double[values.length];
        boolean[] nulls = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            double blur = random == null ? 0 : noise * random.nextGaussian();
            nulls[i] = vector.isNull(i);
            moved[i] = values[i] * factor + shift + blur;
        }
        return new Vector.Doubles(moved, nulls);
    }

    /** Of the finite values; 0 without any. */
    private static double deviation(Vector vector) {
        double[] values = ColumnPair.numbers(vector);
        double sum = 0;
        int count = 0;
        for (double value : values) {
            if (Double.isFinite(value)) {
                sum += value;
                count++;
            }
        }
        double mean = count == 0 ? 0 : sum / count;
        double squares = 0;
        for (double value : values) {
            squares += Double.isFinite(value) ? (value - mean) * (value - mean) : 0;
        }
        return count == 0 ? 0 : Math.sqrt(squares / count);
    }

    /** A row of each category stands for it, so that every type of column can be swapped. */
    private static Vector swapped(Vector vector, DataChange.Swap swap) {
        int first = -1;
        int second = -1;
        int[] rows = new int[vector.size()];
        int[] isFirst = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            Object cell = vector.get(i);
            String text = cell == null ? null : CellTexts.of(cell);
            isFirst[i] = swap.first().equals(text) ? 1 : swap.second().equals(text) ? 2 : 0;
            first = first < 0 && isFirst[i] == 1 ? i : first;
            second = second < 0 && isFirst[i] == 2 ? i : second;
        }
        for (int i = 0; i < rows.length; i++) {
            rows[i] = isFirst[i] == 1 && second >= 0 ? second : isFirst[i] == 2 && first >= 0 ? first : i;
        }
        return vector.take(rows);
    }

    /** Its first value that is there, everywhere; missing when none is. */
    private static Vector stuck(Vector vector) {
        int at = 0;
        while (at < vector.size() && (vector.isNull(at) || (vector.get(at) instanceof Double number && number.isNaN()))) {
            at++;
        }
        int[] rows = new int[vector.size()];
        java.util.Arrays.fill(rows, Math.min(at, Math.max(0, vector.size() - 1)));
        return vector.take(rows);
    }
}
