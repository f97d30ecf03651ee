package dev.keelson.labels;

import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bars of several symbols, as a source gives them. */
final class Rows {
    static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    static final SourceDefinition SOURCE = SourceDefinition.of("prices", Located.of("prices.csv"))
            .key(List.of("symbol", "time"))
            .eventTime("time")
            .knownAfter(Duration.ofMinutes(1))
            .build();

    private final List<Bar> bars = new ArrayList<>();

    /** One bar. */
    record Bar(String symbol, long event, long known, @Nullable Double close) {}

    Rows add(String symbol, Duration after, Duration delay, @Nullable Double close) {
        bars.add(new Bar(
                symbol, Micros.of(START.plus(after)), Micros.of(START.plus(after).plus(delay)), close));
        return this;
    }

    static Rows of(List<Bar> bars) {
        Rows rows = new Rows();
        rows.bars.addAll(bars);
        return rows;
    }

    List<Bar> bars() {
        return bars;
    }

    Frame frame() {
        int n = bars.size();
        String[] symbols = new String[n];
        long[] event = new long[n];
        long[] known = new long[n];
        double[] close = new double[n];
        boolean[] nulls = new boolean[n];
        for (int i = 0; i < n; i++) {
            Bar bar = bars.get(i);
            Double price = bar.close();
            symbols[i] = bar.symbol();
            event[i] = bar.event();
            known[i] = bar.known();
            nulls[i] = price == null;
            close[i] = price == null ? 0 : price;
        }
        return new Frame(
                new Schema(List.of(
                        new Column("symbol", ColumnType.STRING),
                        new Column("time", ColumnType.TIMESTAMP),
                        new Column("close", ColumnType.DOUBLE),
                        new Column(SystemColumns.EVENT_TIME, ColumnType.TIMESTAMP),
                        new Column(SystemColumns.KNOWN_AT, ColumnType.TIMESTAMP))),
                List.of(
                        new Vector.Strings(symbols),
                        new Vector.Longs(ColumnType.TIMESTAMP, event, null),
                        new Vector.Doubles(close, nulls),
                        new Vector.Longs(ColumnType.TIMESTAMP, event, null),
                        new Vector.Longs(ColumnType.TIMESTAMP, known, null)),
                n);
    }

    /** The labels of a text: a number, or the classes false and true. */
    static LabelTable labels(String text, Frame frame) {
        boolean condition = text.contains(">") || text.contains("<");
        LabelDefinition definition = new LabelDefinition(
                "prices", "label", text, condition ? List.of("false", "true") : List.of(), Duration.ZERO);
        return Label.compile(definition, SOURCE, frame.schema()).compute(frame);
    }
}
