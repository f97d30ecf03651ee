package dev.keelson.wiring;

import dev.keelson.control.Requests;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FrameRow;
import dev.keelson.expression.Row;
import dev.keelson.features.CompositeKey;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.labels.Label;
import dev.keelson.labels.LabelTable;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.serve.AskedKeys;
import dev.keelson.learn.Advice;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.Model;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.threshold.ThresholdParameters;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.Judging;
import dev.keelson.train.JudgingDefinition;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One model put together with its source and its features: how a row of the source becomes a request, a training row and
 * an outcome. Immutable and safe for use by several threads.
 */
final class ModelPlan {
    private final ModelDefinition definition;
    private final SourceDefinition source;
    private final Label label;
    private final FeatureService service;
    private final ZoneId zone;
    private final List<String> watchNames;
    private final List<Expression> watch;
    private final List<String> oddsColumns;
    private final List<String> moneyColumns;
    private final List<String> probabilityColumns;
    private final @Nullable RowCondition rows;
    private final @Nullable String segmentColumn;
    private final List<Asked> asked;
    private final Judging judging;

    /** A key that requests ask for: a column, or made of several. */
    private record Asked(String text, @Nullable CompositeKey made) {}

    private ModelPlan(
            ModelDefinition definition,
            SourceDefinition source,
            Label label,
            FeatureService service,
            ZoneId zone,
            List<String> watchNames,
            List<Expression> watch,
            List<String> oddsColumns,
            @Nullable String segmentColumn,
            Judging judging) {
        this.judging = judging;
        this.definition = definition;
        this.source = source;
        this.label = label;
        this.service = service;
        this.zone = zone;
        this.watchNames = watchNames;
        this.watch = watch;
        this.oddsColumns = oddsColumns;
        this.moneyColumns = definition.backtest() == null ? List.of() : definition.backtest().columns();
        this.segmentColumn = segmentColumn;
        this.probabilityColumns = definition.baselines().stream()
                .flatMap(baseline -> baseline instanceof ModelDefinition.Baseline.Probability(List<String> columns)
                        ? columns.stream()
                        : Stream.empty())
                .distinct()
                .toList();
        this.asked = asked(definition, source);
        String condition = definition.label().rows();
        Set<String> unknown = new HashSet<>(source.outcomes());
        unknown.add(definition.label().name());
        this.rows = condition == null
                ? null
                : RowCondition.of(
                        condition,
                        service.requestSchema(),
                        service.names(),
                        definition.entities().keySet(),
                        unknown);
    }

    /**
     * Puts a model together.
     *
     * @param drift the monitor whose further values are watched, or null
     * @param zone the project's zone
     * @param judging segments and metrics of its own
     */
    static ModelPlan of(
            ModelDefinition definition,
            SourceDefinition source,
            FeatureEngine engine,
            @Nullable DriftMonitorDefinition drift,
            ZoneId zone,
            JudgingDefinition judging) {
        FeatureService service = engine.service(new FeatureServiceDefinition(
                definition.name(),
                definition.source(),
                definition.entities(),
                definition.features(),
                definition.derive()));
        Map<String, Located> watched = drift == null ? Map.of() : drift.watch();
        List<Expression> watch = watched.values().stream()
                .map(text -> Expression.parse(text, service.requestSchema()))
                .toList();
        List<String> odds = List.of();
        if (definition.backtest() instanceof BacktestDefinition.Stakes stakes && stakes.target() < 0) {
            odds = stakes.odds();
        } else {
            for (ModelDefinition.Baseline baseline : definition.baselines()) {
                if (baseline instanceof ModelDefinition.Baseline.Market market) {
                    odds = market.odds();
                }
            }
        }
        String first = source.key().getFirst();
        Schema schema = service.requestSchema();
        boolean text = schema.contains(first) && schema.column(first).type() == ColumnType.STRING;
        String segment = source.key().size() > 1 && text ? first : null;
        return new ModelPlan(
                definition, source, Label.compile(definition.label(), source, schema), service, zone, List.copyOf(watched.keySet()), watch, odds, segment,
                new Judging(definition, judging, schema.columns(), Set.copyOf(source.outcomes()), service.names()));
    }

    /** How its trainings are judged. */
    Judging judging() {
        return judging;
    }

    ModelDefinition definition() {
        return definition;
    }

    String name() {
        return definition.name();
    }

    SourceDefinition source() {
        return source;
    }

    FeatureService service() {
        return service;
    }

    ZoneId zone() {
        return zone;
    }

    /** The column whose values are the segments; null where rows have none. */
    @Nullable String segmentColumn() {
        return segmentColumn;
    }

    List<String> watchNames() {
        return watchNames;
    }

    List<String> oddsColumns() {
        return oddsColumns;
    }

    /** Columns that the backtest reads once a row's outcome is known; closing odds and profits may be among them. */
    List<String> moneyColumns() {
        return moneyColumns;
    }

    /** The numbers of a row in these columns. */
    double[] money(Frame frame, int row) {
        double[] numbers = new double[moneyColumns.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(frame, moneyColumns.get(i), row);
        }
        return numbers;
    }

    /** What a row is about apart from its moment: its key values but the time, joined by a bar. */
    String asset(Frame frame, int row) {
        StringJoiner joined = new StringJoiner("|");
        for (String column : source.key()) {
            if (!column.equals(source.eventTime())) {
                joined.add(String.valueOf(frame.vector(column).get(row)));
            }
        }
        return joined.toString();
    }

    /**
     * Whether a row is one that the model takes.
     *
     * @param request its columns
     * @param features of it, in the order of the service
     */
    boolean takes(Row request, double[] features) {
        return rows == null || rows.holds(request, features);
    }

    /** The columns that hold probabilities of a baseline. */
    List<String> probabilityColumns() {
        return probabilityColumns;
    }

    /** What they hold in a row, {@code NaN} where they hold nothing. */
    double[] probabilities(Frame frame, int row) {
        return probabilityColumns.stream()
                .mapToDouble(column -> number(frame, column, row))
                .toArray();
    }

    /** Identity of a row: its key values joined by a bar. */
    String entity(Frame frame, int row) {
        StringJoiner joined = new StringJoiner("|");
        for (String column : source.key()) {
            joined.add(String.valueOf(frame.vector(column).get(row)));
        }
        return joined.toString();
    }

    /**
     * The keys that a row asks views for, those left out that its identity names.
     *
     * @param cells column to the row's value, null where it has none
     * @return as {@link AskedKeys}
     */
    String keys(Function<String, @Nullable Object> cells) {
        if (asked.isEmpty()) {
            return "";
        }
        StringBuilder keys = new StringBuilder(64);
        for (Asked key : asked) {
            CompositeKey made = key.made();
            String value = made == null ? text(cells.apply(key.text())) : made.join(part -> text(cells.apply(part)));
            if (value != null) {
                AskedKeys.add(keys, key.text(), value);
            }
        }
        return keys.toString();
    }

    private static @Nullable String text(@Nullable Object cell) {
        return cell == null ? null : cell.toString();
    }

    /** The keys that a model asks for, in the order of its roles, without those made of its source's key alone. */
    private static List<Asked> asked(ModelDefinition model, SourceDefinition source) {
        Set<Asked> asked = new LinkedHashSet<>();
        for (Map<String, String> role : model.entities().values()) {
            for (String text : role.values()) {
                CompositeKey made = CompositeKey.of(text).orElse(null);
                if (!source.key().containsAll(made == null ? List.of(text) : made.parts())) {
                    asked.add(new Asked(text, made));
                }
            }
        }
        return List.copyOf(asked);
    }

    /** Whether rows have a segment. */
    boolean segmented() {
        return segmentColumn != null;
    }

    /** Group of a row, the empty text for none. */
    String segment(Frame frame, int row) {
        return segmentColumn == null ? "" : String.valueOf(frame.vector(segmentColumn).get(row));
    }

    /** The labels of rows; the frame holds whatever comes after them, too, as far as a label looks ahead. */
    LabelTable labels(Frame frame) {
        return label.compute(frame);
    }

    int day(long eventTimeMicros) {
        return Math.toIntExact(
                Micros.toInstant(eventTimeMicros).atZone(zone).toLocalDate().toEpochDay());
    }

    /** Further monitored values of a request. */
    double[] watched(Row request) {
        double[] values = new double[watch.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = watch.get(i).asDouble(request);
        }
        return values;
    }

    /** Decimal odds of a row by class, or null when the model names none. */
    double @Nullable [] odds(Frame frame, int row) {
        if (oddsColumns.isEmpty()) {
            return null;
        }
        double[] odds = new double[oddsColumns.size()];
        for (int i = 0; i < odds.length; i++) {
            odds[i] = number(frame, oddsColumns.get(i), row);
        }
        return odds;
    }

    /** How much a row counts in training, {@code NaN} where it does not say; 1 when the model names no column. */
    double weight(Frame frame, int row) {
        return definition.weighting() instanceof ModelDefinition.Weighting.Column(String name)
                ? number(frame, name, row)
                : 1;
    }

    /** Group of a row within which sets and intervals keep their coverage; null when it has none or no column is named. */
    @Nullable String group(Frame frame, int row) {
        GuidanceDefinition.Uncertainty uncertainty = definition.guidance().uncertainty();
        return uncertainty == null || uncertainty.groups() == null
                ? null
                : text(frame.vector(uncertainty.groups()).get(row));
    }

    /** Decimal odds of the class that the threshold acts on; NaN when there are none or no column is named. */
    double price(Frame frame, int row) {
        GuidanceDefinition.Threshold threshold = definition.guidance().threshold();
        return threshold == null || threshold.odds() == null ? Double.NaN : number(frame, threshold.odds(), row);
    }

    /**
     * What a model tells of a request beside its prediction.
     *
     * @param features of the request
     * @param told the model's prediction
     * @return null when it tells nothing
     */
    @Nullable Advice advice(Model model, RequestRow request, double[] features, double[] told) {
        if (!(model instanceof EnsembleModel ensemble)
                || (ensemble.guidance().isNone() && ensemble.quantiles() == null)) {
            return null;
        }
        Guidance guidance = ensemble.guidance();
        ConformalParameters conformal = guidance.conformal();
        ThresholdParameters threshold = guidance.threshold();
        Schema schema = request.row().schema();
        String group = null;
        if (conformal != null && conformal.column() != null && schema.contains(conformal.column())) {
            int at = schema.indexOf(conformal.column());
            if (!request.row().isNull(at)) {
                group = schema.column(conformal.column()).type() == ColumnType.LONG
                        ? Long.toString(request.row().longAt(at))
                        : request.row().textAt(at);
            }
        }
        double price = Double.NaN;
        if (threshold != null && threshold.odds() != null && schema.contains(threshold.odds())) {
            int at = schema.indexOf(threshold.odds());
            if (!request.row().isNull(at)) {
                price = schema.column(threshold.odds()).type() == ColumnType.LONG
                        ? request.row().longAt(at)
                        : request.row().doubleAt(at);
            }
        }
        return guidance.advice(model, features, told, request.entity(), group, price);
    }

    /** A number of a column of doubles or longs, {@code NaN} where it is missing. */
    static double number(Frame frame, String column, int row) {
        return frame.vector(column).get(row) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** The columns of a row that are known before its event: a request can hold no others. */
    Frame requestColumns(Frame frame) {
        List<String> kept = new ArrayList<>();
        for (String name : frame.schema().names()) {
            if (!source.outcomes().contains(name)) {
                kept.add(name);
            }
        }
        return frame.select(kept);
    }

    /**
     * Requests of the rows that the model takes, whose features were read already.
     *
     * @param frame rows in the order of event time and key, without outcome columns
     * @param features one array for each row
     */
    Requests requests(Frame frame, double[][] features) {
        int n = frame.rows();
        List<String> entities = new ArrayList<>(n);
        List<String> keys = new ArrayList<>(n);
        List<String> segments = new ArrayList<>(n);
        FrameRow row = new FrameRow(frame, service.requestSchema());
        int[] taken = IntStream.range(0, n)
                .filter(i -> takes(row.at(i), features[i]))
                .toArray();
        long[] eventTimes = new long[taken.length];
        int[] days = new int[taken.length];
        double[][] served = new double[taken.length][];
        double[][] watched = new double[taken.length][];
        double[][] odds = new double[oddsColumns.isEmpty() ? 0 : taken.length][];
        long[] times = frame.longs(SystemColumns.EVENT_TIME).values();
        for (int at = 0; at < taken.length; at++) {
            int i = taken[at];
            entities.add(entity(frame, i));
            keys.add(keys(column -> frame.schema().contains(column) ? frame.vector(column).get(i) : null));
            segments.add(segment(frame, i));
            eventTimes[at] = times[i];
            days[at] = day(times[i]);
            served[at] = features[i];
            watched[at] = watched(row.at(i));
            double[] prices = odds(frame, i);
            if (prices != null) {
                odds[at] = prices;
            }
        }
        return new Requests(entities, keys, segments, eventTimes, days, served, watched, odds);
    }
}
