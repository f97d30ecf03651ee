package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Daily prices beside annual reports that are published later: each view has its own source, the rows a third. */
final class SeveralSourcesTest {
    private static final Schema PRICES = schema("close");
    private static final Schema REPORTS = schema("revenue");
    private static final Schema QUESTIONS = schema("size");

    private static final FeatureEngine ENGINE = FeatureEngine.of(
            List.of(
                    view("price", "prices", null, "close", "change", "pct_change(close) over last 2 events"),
                    view("fundamentals", "reports", Duration.ofDays(10), "revenue")),
            Map.of("stock", "ticker"),
            List.of(source("prices", PRICES), source("reports", REPORTS), source("questions", QUESTIONS)));

    private static final FeatureService SERVICE = ENGINE.service(new FeatureServiceDefinition(
            "m",
            "questions",
            Map.of("it", Map.of("ticker", "ticker")),
            List.of(Located.of("price.*"), Located.of("fundamentals.revenue"), Located.of("size")),
            Map.of()));

    private static Schema schema(String value) {
        return new Schema(List.of(new Column("ticker", ColumnType.STRING), new Column(value, ColumnType.DOUBLE)));
    }

    private static SourceSchema source(String name, Schema schema) {
        return new SourceSchema(name, schema, List.of("ticker"), List.of());
    }

    private static FeatureViewDefinition view(String name, String source, @Nullable Duration ttl, String... features) {
        String[] pairs = features.length == 1 ? new String[] {features[0], features[0]} : pairs(features);
        return new FeatureViewDefinition(name, "stock", source, "ticker", null, ttl, MatchRows.features(pairs), null);
    }

    /** The first is a column alone. */
    private static String[] pairs(String... features) {
        return new String[] {features[0], features[0], features[1], features[2]};
    }

    /** Rows of (ticker A, value, day, day known). */
    private static Frame frame(Schema schema, double[]... rows) {
        int n = rows.length;
        String[] tickers = new String[n];
        double[] values = new double[n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            tickers[i] = "A";
            values[i] = rows[i][0];
            event[i] = Math.round(rows[i][1] * Micros.PER_DAY);
            known[i] = Math.round(rows[i][2] * Micros.PER_DAY);
        }
        return new Frame(schema, List.of(new Vector.Strings(tickers), new Vector.Doubles(values, null)), n)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, event, null))
                .with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }

    private static final Map<String, Frame> SOURCES = Map.of(
            "prices", frame(PRICES, new double[] {10, 1, 1.5}, new double[] {12, 2, 2.5}, new double[] {9, 3, 3.5}),
            // the report of day 0 is published on day 2
            "reports", frame(REPORTS, new double[] {500, 0, 2}, new double[] {600, 7, 9}));

    private static final Frame ASKED = frame(
            QUESTIONS,
            new double[] {1, 2, 2},
            new double[] {2, 3, 3},
            new double[] {3, 8, 8},
            new double[] {4, 18, 18},
            new double[] {5, 9, 9});

    @Test
    void eachViewSeesItsOwnSourceAsItWasKnown() {
        FeatureTable table = ENGINE.history(SOURCES, ASKED, List.of(SERVICE)).getFirst();

        assertThat(table.column("price.close")).containsExactly(10, 12, 9, 9, 9);
        assertThat(table.column("price.change")).containsExactly(Double.NaN, 12.0 / 10 - 1, 9.0 / 12 - 1, -0.25, -0.25);
        assertThat(table.column("fundamentals.revenue")).containsExactly(Double.NaN, 500, 500, Double.NaN, 500);
        assertThat(table.status("fundamentals.revenue", 0)).isEqualTo(FeatureStatus.NOT_FOUND);
        assertThat(table.status("fundamentals.revenue", 3)).isEqualTo(FeatureStatus.STALE);
        assertThat(table.column("size")).containsExactly(1, 2, 3, 4, 5);
        assertThat(SERVICE.eventSources()).containsExactly("prices", "reports");
    }

    @Test
    void onlineStateOfSeveralSourcesIsThatOfHistory() {
        OnlineFeatures online = OnlineFeatures.open(ENGINE, new InMemoryOnlineStore());
        FeatureTable table = ENGINE.history(SOURCES, ASKED, List.of(SERVICE)).getFirst();
        FrameRow request = new FrameRow(ASKED, SERVICE.requestSchema());

        for (int row : new int[] {0, 1, 2, 4, 3}) {
            long asOf = ASKED.longs(SystemColumns.EVENT_TIME).values()[row];
            online.advance(SOURCES, Micros.toInstant(asOf));

            assertThat(online.get(SERVICE, request.at(row), Micros.toInstant(asOf)).values())
                    .containsExactly(table.row(row));
        }
    }
}
