package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every fault of the real data that is known is found by a check of its example, without being named there. */
final class ExampleFaultsIT {
    @TempDir
    Path folder;

    /** What a source's rows have against them; the exit code is 1 when the load would be refused. */
    private JsonNode check(Path data, String source, int code) {
        Cli cli = Cli.run(folder, "", Map.of("KEELSON_DATA", data.toString()), "data", "check", source, "--json");
        assertThat(cli.code()).as(cli.err()).isEqualTo(code);
        return cli.json();
    }

    private void load(Path data) {
        Cli cli = Cli.run(folder, "", Map.of("KEELSON_DATA", data.toString()), "data", "load");
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    private Path real(String example) {
        Path data = ExampleData.real(example);
        ExampleData.init(folder, example);
        return data;
    }

    /** What a check measured, where it did not hold. */
    private static double failed(JsonNode report, String condition) {
        for (JsonNode check : report.path("checks")) {
            if (check.path("condition").asText().startsWith(condition)) {
                assertThat(check.path("passed").asBoolean()).as(condition).isFalse();
                return check.path("value").asDouble();
            }
        }
        throw new AssertionError("There is no check (%s) in %s.".formatted(condition, report.path("checks")));
    }

    private static List<String> reasons(JsonNode report) {
        return report.path("examples").findValuesAsText("reason");
    }

    @Test
    void oddsWhosePricesAddUpToMoreThan120PercentAreMarked() {
        JsonNode matches = check(real("football"), "matches", 0);

        assertThat(failed(matches, "rows: 1/IWH")).isEqualTo(1);
        assertThat(failed(matches, "rows: 1/WHH")).isEqualTo(2);
        assertThat(failed(matches, "rows: 1/VCH")).isEqualTo(2);
        assertThat(matches.path("rows_marked").asInt()).isEqualTo(5);
        assertThat(reasons(matches)).anyMatch(reason -> reason.contains("WHH is 2.4, WHD is 1.02, WHA is 3"));
        assertThat(failed(matches, "missing(AvgH)")).isBetween(0.9 / 23_136, 1.1 / 23_136); // one match without a price
        assertThat(failed(matches, "missing(HST)")).isBetween(0.013, 0.015);
    }

    @Test
    void datesInTwoFormatsAreReadAndEmptyRowsSetAside() throws IOException {
        Path raw = ExampleData.real("football").resolve("football/raw");
        Map<String, Integer> emptyRows = Map.of("E0_1415", 1, "I1_1213", 3, "SP1_2021", 0); // dd/MM/yy twice; dd/MM/yyyy
        for (String file : emptyRows.keySet()) {
            Files.writeString(folder.resolve("keelson.yaml"), """
                    keelson: 1
                    project: raw
                    timezone: Europe/London
                    sources:
                      matches:
                        file: ${KEELSON_DATA}/%s.csv.gz
                        key: [Div, Date, HomeTeam, AwayTeam]
                        event_time: Date
                        known_after: 1d
                        columns:
                          Date: { type: date, formats: [dd/MM/yy, dd/MM/yyyy], required: true }
                        checks:
                          - block: row_count == 380
                    """.formatted(file));

            JsonNode report = check(raw, "matches", 0);

            assertThat(report.path("verdict").asText()).as(file).isNotEqualTo("blocked");
            assertThat(report.path("rows_quarantined").asInt()).as(file).isEqualTo(emptyRows.get(file));
            assertThat(report.path("rows_read").asInt() - report.path("rows_quarantined").asInt()).isEqualTo(380);
        }
    }

    @Test
    void edgesThatAreTooGoodAndYearsThatAreWrongAreMarked() {
        JsonNode bets = check(real("bets"), "bets", 0);

        assertThat(failed(bets, "rows: edge <= 0.25")).isEqualTo(512);
        assertThat(failed(bets, "rows: sport <> 'Tennis'")).isEqualTo(169); // October 2013 dated 2012
    }

    @Test
    void missingHoursAndBarsWithoutVolumeAreFound() {
        JsonNode hours = check(real("crypto"), "hourly", 0);

        assertThat(failed(hours, "gaps(1h, symbol)")).isEqualTo(72); // 12 of each of 6 coins, in 5 outages
        assertThat(hours.toString()).contains("2021-04-20", "2021-04-25", "2021-08-13", "2021-09-29", "2023-03-24");
        assertThat(failed(hours, "rows: volume > 0")).isEqualTo(6);
    }

    @Test
    void spinOffsAreToldFromOneWrongRow() {
        JsonNode prices = check(real("stocks"), "prices", 0);

        assertThat(failed(prices, "anomalies: close by ticker")).isEqualTo(11);
        for (String spinOff : List.of("EBAY is -56.9 %", "BAX is -44.4 %", "NI is -62.6 %", "DISCA is -50.6 %")) {
            assertThat(reasons(prices)).anyMatch(reason -> reason.contains(spinOff) && reason.contains("stays there"));
        }
        assertThat(reasons(prices))
                .filteredOn(reason -> reason.contains("comes back"))
                .singleElement()
                .satisfies(reason -> assertThat(reason).contains("NWL is -30.3 %", "one wrong row"));
    }

    @Test
    void missingPricesAndClosesOutsideTheDaysRangeAreFound() {
        JsonNode prices = check(real("stocks"), "prices", 0);

        assertThat(failed(prices, "missing(open)") * 379_212).isBetween(5.9, 6.1); // rows of ES, O, REGN, UA and VRTX
        assertThat(failed(prices, "missing(high)") * 379_212).isBetween(3.9, 4.1);
        assertThat(failed(prices, "rows: volume > 0")).isEqualTo(2);
        assertThat(prices.path("rows_quarantined").asInt()).isEqualTo(5); // CHK, O twice, SPG and UA
    }

    @Test
    void reportsOfAWrongYearWithoutEarningsOrWithoutPricesAreFound() {
        Path data = real("stocks");
        load(data);

        JsonNode reports = check(data, "reports", 0);
        JsonNode prices = check(data, "prices", 0);

        assertThat(reports.path("rows_quarantined").asInt()).isEqualTo(1);
        assertThat(reasons(reports)).anyMatch(reason -> reason.contains("For Year is 1215"));
        assertThat(failed(reports, "missing(\"Earnings Per Share\")") * 1_109).isBetween(114.9, 115.1);
        assertThat(failed(reports, "missing(\"Current Ratio\")") * 1_109).isBetween(175.9, 176.1);
        assertThat(failed(reports, "unmatched(\"Ticker Symbol\"")).isEqualTo(64); // reports of 16 tickers without prices
        assertThat(failed(reports, "rows: abs(\"Earnings Per Share\")")).isEqualTo(9); // ratios of prices to them are extreme
        assertThat(failed(prices, "unmatched(ticker")).isEqualTo(52_942); // rows of 47 tickers without reports
    }

    @Test
    void pricesHalvedForADayAndHighsBelowLowsAreFoundWhereverTheyStand() throws IOException {
        ExampleData.init(folder, "stocks");
        Path data = folder.resolve("data");
        Cli made = Cli.run(folder, "simulate", "stocks", "--tickers", "5", "--years", "1", "--out", "data");
        assertThat(made.code()).as(made.err()).isZero();
        Path file = data.resolve("stocks/prices_2013_2018.csv.gz");
        List<String> lines = new GzipText(file).lines();
        String[] halved = lines.get(700).split(",");
        for (int i = 2; i <= 5; i++) {
            halved[i] = Double.toString(Double.parseDouble(halved[i]) / 2);
        }

        GzipText.write(file, with(lines, 700, halved));
        JsonNode wrongRow = check(data, "prices", 0);
        String[] swapped = lines.get(700).split(",");
        String high = swapped[3];
        swapped[3] = swapped[4];
        swapped[4] = high;
        GzipText.write(file, with(lines, 700, swapped));
        JsonNode refused = check(data, "prices", 1);

        assertThat(reasons(wrongRow))
                .anyMatch(reason -> reason.contains(halved[0] + " is -") && reason.contains("one wrong row"));
        assertThat(failed(refused, "rows: high >= low")).isEqualTo(1);
        assertThat(refused.path("verdict").asText()).isEqualTo("blocked");
    }

    private static List<String> with(List<String> lines, int at, String[] cells) {
        List<String> changed = new ArrayList<>(lines);
        changed.set(at, String.join(",", cells));
        return changed;
    }

    /** A compressed text. */
    private record GzipText(Path file) {
        List<String> lines() throws IOException {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            }
        }

        static void write(Path file, List<String> lines) throws IOException {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
