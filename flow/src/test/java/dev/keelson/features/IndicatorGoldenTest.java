package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** EMA, RSI and MACD against another library, TA-Lib; how the table was made stands beside it. */
final class IndicatorGoldenTest {
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("symbol", ColumnType.STRING),
            new Column("at", ColumnType.LONG),
            new Column("close", ColumnType.DOUBLE)));
    private static final List<String> COLUMNS = List.of("ema", "rsi", "macd_line", "macd_signal", "macd_histogram");

    /** From this event on a reading no longer begins at the first event of all. */
    private static final int TEXTBOOK = 80;

    @Test
    void indicatorsAreThoseOfTaLib() throws IOException {
        List<String[]> golden = golden();
        FeatureTable table = history(golden.stream().mapToDouble(row -> Double.parseDouble(row[0])).toArray());

        int compared = 0;
        for (int event = 0; event < golden.size(); event++) {
            for (int column = 0; column < COLUMNS.size(); column++) {
                String expected = golden.get(event)[column + 1];
                double value = table.column("i." + COLUMNS.get(column))[event + 1]; // asked after the event
                String where = COLUMNS.get(column) + " of event " + event;
                if (event < 33 && COLUMNS.get(column).equals("macd_line")) {
                    continue; // TA-Lib says nothing of the line before there is a signal
                }
                if (expected.isEmpty()) {
                    assertThat(value).as(where).isNaN();
                } else {
                    assertThat(value).as(where).isCloseTo(Double.parseDouble(expected), within(event < TEXTBOOK ? 1e-9 : 1e-4));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(1_200);
    }

    private static List<String[]> golden() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(IndicatorGoldenTest.class.getResourceAsStream("/golden/features/indicators.csv")),
                StandardCharsets.UTF_8))) {
            return reader.lines().skip(2).map(line -> line.split(",", -1)).toList();
        }
    }

    /** Features as of each event, and of a moment after the last. */
    private static FeatureTable history(double[] closes) {
        SourceSchema source = new SourceSchema("bars", SCHEMA, List.of("symbol", "at"), List.of("close"));
        FeatureEngine engine = FeatureEngine.of(
                List.of(new FeatureViewDefinition(
                        "i",
                        "symbol",
                        "bars",
                        "symbol",
                        null,
                        null,
                        MatchRows.features("ema", "ema(close, 10)", "rsi", "rsi(close, 14)", "macd", "macd(close, 12, 26, 9)"),
                        null)),
                Map.of("symbol", "symbol"),
                List.of(source));
        FeatureService service = engine.service(new FeatureServiceDefinition(
                "m", "bars", Map.of("it", Map.of("symbol", "symbol")), List.of(Located.of("i.*")), Map.of()));
        return engine.history(frame(closes, closes.length), frame(closes, closes.length + 1), service);
    }

    /** One event a day, known an hour later. */
    private static Frame frame(double[] closes, int rows) {
        String[] symbols = new String[rows];
        Arrays.fill(symbols, "A");
        long[] at = new long[rows];
        long[] known = new long[rows];
        for (int i = 0; i < rows; i++) {
            at[i] = i * Micros.PER_DAY;
            known[i] = at[i] + Micros.PER_DAY / 24;
        }
        return new Frame(
                        SCHEMA,
                        List.of(
                                new Vector.Strings(symbols),
                                new Vector.Longs(ColumnType.LONG, at, null),
                                new Vector.Doubles(Arrays.copyOf(closes, rows), null)),
                        rows)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, at, null))
                .with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }
}
