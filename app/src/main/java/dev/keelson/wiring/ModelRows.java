package dev.keelson.wiring;

import dev.keelson.expression.FrameRow;
import dev.keelson.data.SystemColumns;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.labels.LabelTable;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.monitor.BaselineRows;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.ModelDefinition.Weighting;
import dev.keelson.train.TrainingTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one model that are known so far, with the features they had when they happened. Grows as rows become known;
 * tables made from it depend on its content alone, not on how it grew. Safe for use by several threads.
 */
final class ModelRows {
    private record Known(
            String entity,
            String segment,
            long eventTime,
            long knownAt,
            long labelKnownAt,
            int day,
            double label,
            double[] features,
            double[] watched,
            double @Nullable [] odds,
            double weight,
            @Nullable String group,
            double price,
            @Nullable Object[] cells,
            double[] money,
            String asset,
            double[] probabilities) {}

    private static final Comparator<Known> ORDER =
            Comparator.comparingLong(Known::eventTime).thenComparing(Known::entity);

    private final ModelPlan plan;
    private final List<Known> rows = new ArrayList<>();
    private final @Nullable ModelRows whole;
    private final @Nullable Duration lately;
    private boolean sorted = true;

    ModelRows(ModelPlan plan) {
        this(plan, null, null);
    }

    private ModelRows(ModelPlan plan, @Nullable ModelRows whole, @Nullable Duration lately) {
        this.plan = plan;
        this.whole = whole;
        this.lately = lately;
    }

    /** The same rows, of which those count that happened so long before the instant that is asked about, or later. */
    ModelRows lately(Duration last) {
        return new ModelRows(plan, this, last);
    }

    /** What sets these rows apart from all of the data, for the key of a training: {@code , the last PT720H}; empty for all of it. */
    String window() {
        return lately == null ? "" : ", the last " + lately;
    }

    /**
     * Adds those of some rows that the model takes.
     *
     * @param frame rows with their outcomes
     * @param features one array for each row
     * @param labels one for each row
     */
    synchronized void add(Frame frame, double[][] features, LabelTable labels) {
        long[] eventTimes = frame.longs(SystemColumns.EVENT_TIME).values();
        long[] knownAt = frame.longs(SystemColumns.KNOWN_AT).values();
        FrameRow row = new FrameRow(frame, plan.service().requestSchema());
        List<@Nullable Vector> columns = new ArrayList<>();
        for (String name : plan.judging().cells()) {
            columns.add(frame.schema().contains(name) ? frame.vector(name) : null);
        }
        boolean holds = plan.definition().backtest() instanceof BacktestDefinition.Portfolio;
        for (int i = 0; i < frame.rows(); i++) {
            if (!plan.takes(row.at(i), features[i])) {
                continue;
            }
            rows.add(new Known(
                    plan.entity(frame, i),
                    plan.segment(frame, i),
                    eventTimes[i],
                    knownAt[i],
                    labels.knownAt()[i],
                    plan.day(eventTimes[i]),
                    labels.values()[i],
                    features[i],
                    plan.watched(row.at(i)),
                    plan.odds(frame, i),
                    plan.weight(frame, i),
                    plan.group(frame, i),
                    plan.price(frame, i),
                    cells(columns, i),
                    plan.money(frame, i),
                    holds ? plan.asset(frame, i) : "",
                    plan.probabilities(frame, i)));
        }
        sorted = false;
    }

    private static @Nullable Object[] cells(List<@Nullable Vector> columns, int row) {
        @Nullable Object[] cells = new @Nullable Object[columns.size()];
        for (int c = 0; c < cells.length; c++) {
            Vector column = columns.get(c);
            cells[c] = column == null ? null : column.get(row);
        }
        return cells;
    }

    /** The cells that trainings are judged by, by row, of the rows with a label known strictly before an instant. */
    Map<String, @Nullable Object[]> cells(Instant asOf) {
        Map<String, @Nullable Object[]> cells = new HashMap<>();
        known(asOf).forEach(row -> cells.put(row.entity, row.cells));
        return cells;
    }

    /** Number of rows. */
    synchronized int size() {
        return whole == null ? rows.size() : whole.size();
    }

    /** When the newest row or label known strictly before an instant became known; the instant itself when there is none. */
    synchronized Instant lastKnownBefore(Instant asOf) {
        if (whole != null) {
            return whole.lastKnownBefore(asOf);
        }
        long last = Long.MIN_VALUE;
        long limit = Micros.of(asOf);
        for (Known row : rows) {
            if (row.knownAt < limit) {
                last = Math.max(last, row.knownAt);
            }
            if (row.labelKnownAt < limit) {
                last = Math.max(last, row.labelKnownAt);
            }
        }
        return last == Long.MIN_VALUE ? asOf : Micros.toInstant(last);
    }

    /** How many rows {@link #table} has. */
    int count(Instant asOf) {
        return known(asOf).size();
    }

    /** Training rows: those with a label known strictly before an instant, in the order of event time. */
    TrainingTable table(Instant asOf) {
        List<Known> known = known(asOf);
        int n = known.size();
        int width = plan.service().names().size();
        double[][] columns = new double[width][n];
        boolean number = plan.definition().isNumber();
        double[] weights = plan.definition().weighting() instanceof Weighting.Column ? new double[n] : null;
        int[] labels = new int[number ? 0 : n];
        double[] values = new double[number ? n : 0];
        long[] eventTime = new long[n];
        long[] knownAt = new long[n];
        int[] day = new int[n];
        String[] segment = new String[n];
        List<String> ids = new ArrayList<>(n);
        Map<String, double[]> odds = new LinkedHashMap<>();
        plan.oddsColumns().forEach(name -> odds.put(name, new double[n]));
        GuidanceDefinition guidance = plan.definition().guidance();
        @Nullable String[] groups = guidance.uncertainty() == null || guidance.uncertainty().groups() == null
                ? null
                : new @Nullable String[n];
        String priced = guidance.threshold() == null ? null : guidance.threshold().odds();
        double[] prices = new double[priced == null ? 0 : n];
        List<String> moneyColumns = plan.moneyColumns();
        double[][] money = new double[moneyColumns.size()][n];
        String[] assets = new String[n];
        List<String> told = plan.probabilityColumns();
        double[][] probabilities = new double[told.size()][n];
        for (int i = 0; i < n; i++) {
            Known row = known.get(i);
            for (int c = 0; c < told.size(); c++) {
                probabilities[c][i] = row.probabilities[c];
            }
            if (groups != null) {
                groups[i] = row.group;
            }
            if (priced != null) {
                prices[i] = row.price;
            }
            for (int c = 0; c < width; c++) {
                columns[c][i] = row.features[c];
            }
            if (number) {
                values[i] = row.label;
            } else {
                labels[i] = (int) row.label;
            }
            eventTime[i] = row.eventTime;
            knownAt[i] = row.labelKnownAt;
            day[i] = row.day;
            segment[i] = row.segment;
            ids.add(row.entity);
            if (weights != null) {
                weights[i] = row.weight;
            }
            for (int c = 0; c < money.length; c++) {
                money[c][i] = row.money[c];
            }
            assets[i] = row.asset;
            double[] offered = row.odds;
            if (offered != null) {
                int c = 0;
                for (double[] column : odds.values()) {
                    column[i] = offered[c++];
                }
            }
        }
        if (priced != null) {
            odds.put(priced, prices);
        }
        for (int c = 0; c < money.length; c++) {
            odds.put(moneyColumns.get(c), money[c]);
        }
        for (int c = 0; c < told.size(); c++) {
            odds.putIfAbsent(told.get(c), probabilities[c]);
        }
        TrainingTable table = new TrainingTable(
                new FeatureMatrix(plan.service().names(), columns, n, plan.service().categories()),
                labels,
                values,
                eventTime,
                knownAt,
                day,
                plan.segmented() ? segment : null,
                odds,
                ids,
                weights,
                groups,
                null);
        return plan.definition().backtest() instanceof BacktestDefinition.Portfolio ? table.withAssets(assets) : table;
    }

    /** Inputs of the training rows as a drift check sees them: features, then watched values, one array for each column. */
    double[][] inputs(Instant asOf) {
        return columns(known(asOf));
    }

    /** The training rows as a baseline: those with a label known strictly before an instant. */
    BaselineRows training(Instant asOf) {
        return baseline(known(asOf));
    }

    /**
     * The rows of a period as a baseline, labelled or not.
     *
     * @param from event time of the first; {@link Instant#MIN} for all
     * @param to end, exclusive
     * @param asOf only what was known strictly before
     */
    synchronized BaselineRows period(Instant from, Instant to, Instant asOf) {
        long least = from.equals(Instant.MIN) ? Long.MIN_VALUE : Micros.of(from);
        long end = Micros.of(to);
        long limit = Micros.of(asOf);
        return baseline(sorted().stream()
                .filter(row -> row.eventTime >= least && row.eventTime < end && row.knownAt < limit)
                .toList());
    }

    private BaselineRows baseline(List<Known> known) {
        List<String> names = new ArrayList<>(plan.service().names());
        names.addAll(plan.watchNames());
        return BaselineRows.of(
                names,
                plan.service().categories().keySet(),
                known.stream().mapToLong(Known::eventTime).toArray(),
                columns(known));
    }

    /** The same as a table, with the column of the segments. */
    DriftData inputTable(String name, Instant asOf) {
        List<Known> known = known(asOf);
        return InputTable.of(
                name, plan, columns(known), known.stream().map(Known::segment).toList());
    }

    private double[][] columns(List<Known> known) {
        int features = plan.service().names().size();
        double[][] columns = new double[features + plan.watchNames().size()][known.size()];
        for (int i = 0; i < known.size(); i++) {
            Known row = known.get(i);
            for (int c = 0; c < columns.length; c++) {
                columns[c][i] = c < features ? row.features[c] : row.watched[c - features];
            }
        }
        return columns;
    }

    /**
     * Inputs of some rows.
     *
     * @param columns as {@link #inputs(Instant)} gives them
     * @param first event time of the earliest row; null when there is none
     */
    record Inputs(double[][] columns, @Nullable Instant first) {
        int rows() {
            return columns.length == 0 ? 0 : columns[0].length;
        }
    }

    /** Inputs of the rows whose label became known at {@code from} or later, and before {@code asOf}. */
    Inputs inputs(Instant from, Instant asOf) {
        long least = Micros.of(from);
        List<Known> known = known(asOf).stream().filter(row -> row.labelKnownAt >= least).toList();
        return new Inputs(
                columns(known), known.isEmpty() ? null : Micros.toInstant(known.getFirst().eventTime));
    }

    /** How often each class occurred among the labels known strictly before an instant; empty where they are numbers. */
    long[] labelCounts(Instant asOf) {
        long[] counts = new long[plan.definition().classes().size()];
        if (counts.length > 0) {
            known(asOf).forEach(row -> counts[(int) row.label]++);
        }
        return counts;
    }

    /** The same at several instants, ascending. */
    long[][] labelCounts(List<Instant> instants) {
        long[][] counts = new long[instants.size()][];
        long[] so = new long[plan.definition().classes().size()];
        asKnown(instants, label -> so[(int) label]++, i -> counts[i] = so.clone());
        return counts;
    }

    /** The mean of the numbers known at several instants, ascending, one value each; NaN where none is. */
    double[][] labelMeans(List<Instant> instants) {
        double[][] means = new double[instants.size()][1];
        double[] so = new double[2];
        DoubleConsumer add = label -> {
            so[0] += label;
            so[1]++;
        };
        asKnown(instants, add, i -> means[i][0] = so[0] / so[1]);
        return means;
    }

    /** Goes through the labels in the order in which they became known, and through instants between them. */
    private void asKnown(List<Instant> instants, DoubleConsumer label, IntConsumer instant) {
        List<Known> ordered = instants.isEmpty()
                ? List.of()
                : known(instants.getLast()).stream()
                        .sorted(Comparator.comparingLong(Known::labelKnownAt))
                        .toList();
        int next = 0;
        for (int i = 0; i < instants.size(); i++) {
            long limit = Micros.of(instants.get(i));
            for (; next < ordered.size() && ordered.get(next).labelKnownAt < limit; next++) {
                label.accept(ordered.get(next).label);
            }
            instant.accept(i);
        }
    }

    private synchronized List<Known> sorted() {
        if (whole != null) {
            return whole.sorted();
        }
        if (!sorted) {
            rows.sort(ORDER);
            sorted = true;
        }
        return rows;
    }

    private synchronized List<Known> known(Instant asOf) {
        if (whole != null && lately != null) {
            long first = Micros.of(asOf.minus(lately));
            return whole.known(asOf).stream().filter(row -> row.eventTime >= first).toList();
        }
        long limit = Micros.of(asOf);
        return sorted().stream()
                .filter(row -> row.labelKnownAt < limit && !Double.isNaN(row.label))
                .toList();
    }
}
