package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.data.AnomalyRule.Method;
import dev.keelson.data.AnomalyRule.Of;
import dev.keelson.data.RowRule.OnFail;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.frame.ColumnType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every fault that the notes of the real data name is found by a check; see KEELSON_DATA. */
class RealFaultsIT {
    private static final Instant NOW = Instant.parse("2023-07-01T00:00:00Z");

    private static LoadReport load(SourceDefinition source, String... path) throws IOException {
        String folder = System.getenv("KEELSON_DATA");
        List<Path> roots = folder == null || folder.isEmpty()
                ? List.of(Path.of("../shared/data"), Path.of("../../shared/data"))
                : List.of(Path.of(folder));
        Path file = roots.stream()
                .map(root -> root.resolve(Path.of("", path)))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(Path.of(""));
        assumeTrue(
                !file.toString().isEmpty(),
                "The data (%s) is not there; set KEELSON_DATA to its folder.".formatted(String.join("/", path)));
        SourceRows rows = SourceReader.parse(source, path[path.length - 1], Files.readAllBytes(file), null);
        return new DataLoad(new InMemoryDatasetStore()).load(rows, null, NOW);
    }

    private static Sources prices() {
        return Sources.matches().key("ticker", "date").column("date", ColumnType.DATE);
    }

    private static List<String> startingWith(List<QuarantinedRow> rows, String... starts) {
        return rows.stream()
                .map(QuarantinedRow::rawLine)
                .filter(line -> List.of(starts).stream().anyMatch(line::startsWith))
                .toList();
    }

    @Test
    void priceThatFallsForOneDayIsToldFromSpinOffs() throws IOException {
        LoadReport report =
                load(prices().anomaly("close", Method.JUMP, Of.VALUE, 0.4, "ticker").build(), "stocks", "prices_2013_2018.csv.gz");

        assertThat(report.marked()).hasSizeLessThan(20).allMatch(row -> row.code() == ErrorCode.UNLIKELY_VALUE);
        assertThat(report.marked())
                .filteredOn(row -> row.reason().contains("one wrong row"))
                .extracting(row -> row.rawLine().substring(0, 14))
                .containsExactly("NWL,2017-09-14");
        assertThat(startingWith(
                        report.marked().stream()
                                .filter(row -> row.reason().contains("a spin-off"))
                                .toList(),
                        "EBAY,2015-07-20",
                        "BAX,2015-07-01",
                        "NI,2015-07-02",
                        "DISCA,2014-08-07"))
                .hasSize(4);
        assertThat(report.loaded()).isEqualTo(379_217);
    }

    @Test
    void robustDeviationOfTheChangeFindsThemToo() throws IOException {
        LoadReport report = load(
                prices().anomaly("close", Method.MAD, Of.CHANGE, 20, "ticker").build(),
                "stocks",
                "prices_2013_2018.csv.gz");

        assertThat(startingWith(report.marked(), "NWL,2017-09-14", "EBAY,2015-07-20", "DISCA,2014-08-07"))
                .hasSize(3);
        assertThat(report.marked()).hasSizeLessThan(100);
    }

    @Test
    void pricesOutsideTheDaysRangeGoToQuarantine() throws IOException {
        LoadReport report = load(
                prices().rule("high >= low", OnFail.BLOCK)
                        .rule("close between low and high", OnFail.QUARANTINE)
                        .rule("open between low and high", OnFail.QUARANTINE)
                        .build(),
                "stocks",
                "prices_2013_2018.csv.gz");

        assertThat(startingWith(
                        report.quarantined(),
                        "CHK,2014-06-30",
                        "O,2014-08-27",
                        "O,2014-11-06",
                        "SPG,2014-05-28",
                        "UA,2016-06-10"))
                .hasSize(5);
        assertThat(report.quarantined()).allMatch(row -> row.code() == ErrorCode.BROKEN_RULE);
    }

    @Test
    void missingPricesAreCounted() throws IOException {
        LoadReport report = load(
                prices().warn("missing(open) == 0").warn("missing(high) == 0").build(),
                "stocks",
                "prices_2013_2018.csv.gz");

        assertThat(report.warnings())
                .extracting(check -> Math.round(check.observed() * 379_217))
                .containsExactly(6L, 4L);
    }

    @Test
    void fiscalYear1215GoesToQuarantine() throws IOException {
        SourceDefinition source = Sources.matches()
                .key("Ticker Symbol", "Period Ending")
                .eventTime("Period Ending")
                .column("Period Ending", ColumnType.DATE)
                .rule("\"For Year\" between year(\"Period Ending\") - 1 and year(\"Period Ending\") + 1", OnFail.QUARANTINE)
                .build();

        LoadReport report = load(source, "stocks", "fundamentals.csv.gz");

        assertThat(report.quarantined()).hasSize(1);
        assertThat(report.quarantined().getFirst().reason()).contains("For Year is 1215");
    }

    @Test
    void oddsSumsOver120AreMarked() throws IOException {
        Sources matches = Sources.dated().key("div", "date", "HomeTeam", "AwayTeam");
        for (String bookmaker : List.of("IW", "WH", "VC", "B365", "Avg")) {
            matches.rule("1/%1$sH + 1/%1$sD + 1/%1$sA < 1.2".formatted(bookmaker), OnFail.WARN);
        }

        LoadReport report = load(matches.build(), "football", "matches.csv.gz");

        assertThat(report.checks()).extracting(CheckResult::observed).containsExactly(1.0, 2.0, 2.0, 0.0, 0.0);
        assertThat(report.marked()).hasSize(5);
        assertThat(report.loaded()).isEqualTo(23_136);
    }

    @Test
    void missingHoursAreCountedForEverySymbol() throws IOException {
        SourceDefinition source = Sources.matches()
                .key("symbol", "open_time")
                .eventTime("open_time")
                .column("open_time", ColumnType.TIMESTAMP, "yyyy-MM-dd HH:mm:ss")
                .warn("gaps(1h, symbol) == 0")
                .rule("volume > 0", OnFail.WARN)
                .build();

        LoadReport report = load(source, "crypto", "ohlcv_1h.csv.gz");

        assertThat(report.checks().getFirst().observed()).isEqualTo(6 * 12);
        assertThat(report.checks().getFirst().detail()).startsWith("ADAUSDT: ").contains("2021-04-20T");
        assertThat(report.marked()).hasSize(6);
    }

    @Test
    void edgesAndTennisDatesOfTheWrongYearAreMarked() throws IOException {
        SourceDefinition source = Sources.matches()
                .key("bet_id")
                .eventTime("placed_at")
                .knownAfter(Duration.ZERO)
                .column("placed_at", ColumnType.TIMESTAMP)
                .column("event_start", ColumnType.TIMESTAMP)
                .column("settled_at", ColumnType.TIMESTAMP)
                .rule("odds > 1", OnFail.BLOCK)
                .rule("abs(implied_prob - 1/odds) < 0.01", OnFail.BLOCK)
                .rule("event_start < settled_at", OnFail.BLOCK)
                .rule("edge <= 0.25", OnFail.WARN)
                .rule("sport <> 'Tennis' or year(event_start) = cast(season as long)", OnFail.WARN)
                .build();

        LoadReport report = load(source, "bets", "bets.csv.gz");

        assertThat(report.checks()).extracting(CheckResult::observed).containsExactly(0.0, 0.0, 0.0, 512.0, 169.0);
        assertThat(report.marked())
                .filteredOn(row -> row.reason().contains("event_start is 2012-10"))
                .hasSize(90);
    }
}
