package dev.keelson.cli;

import static dev.keelson.cli.ExampleData.cell;
import static dev.keelson.cli.ExampleData.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of stocks from the first command to the last, its features against the files read by hand. */
final class ExampleStocksIT {
    private static final ZoneId ZONE = ZoneId.of("America/New_York");
    private static final int ASKED = 50;

    @TempDir
    Path folder;

    private Map<String, String> environment = Map.of();

    private Cli keelson(String... words) {
        Cli cli = Cli.run(folder, "", environment, words);
        assertThat(cli.code()).as(String.join(" ", words) + "\n" + cli.err()).isZero();
        return cli;
    }

    private void start() throws IOException {
        ExampleData.init(folder, "stocks");
        if (environment.isEmpty()) {
            keelson("simulate", "stocks", "--tickers", "15", "--years", "3", "--out", "data");
        }
        keelson("apply", "--yes"); // everything but the training of models
        keelson("data", "load");
        keelson("features", "materialize");
    }

    private JsonNode check(String source) throws IOException {
        return keelson("data", "check", source, "--json").json();
    }

    private List<Map<String, String>> file(String name) throws IOException {
        Path data = environment.isEmpty() ? folder.resolve("data") : Path.of(cell(environment, "KEELSON_DATA"));
        return ExampleData.rows(data.resolve("stocks").resolve(name));
    }

    @Test
    void simulatedStocksAreCheckedAndJoinedAsOfTheirReportsPublication() throws IOException {
        start();

        JsonNode prices = check("prices");
        assertThat(prices.path("rows_quarantined").asInt()).isEqualTo(1); // a close above the day's high
        assertThat(prices.path("rows_marked").asInt()).isEqualTo(2);
        assertThat(prices.toString())
                .contains("of SAB is -", "one wrong row", "of SAC is -", "a spin-off", "missing(open) == 0");
        JsonNode reports = check("reports");
        assertThat(reports.path("rows_quarantined").asInt()).isEqualTo(1);
        assertThat(reports.toString()).contains("For Year is 1215");
        assertThat(value(reports, "unmatched(\"Ticker Symbol\", prices.ticker) == 0")).isEqualTo(4); // of a firm without prices
        checkFeatures();
    }

    @Test
    void realStocksHaveTheFeaturesOfTheFilesReadByHand() throws IOException {
        environment = Map.of("KEELSON_DATA", ExampleData.real("stocks").toString());
        start();

        JsonNode prices = check("prices");
        assertThat(prices.path("rows_quarantined").asInt()).isEqualTo(5); // CHK, O twice, SPG and UA
        assertThat(prices.path("rows_marked").asInt()).isEqualTo(13); // 11 jumps, 2 days without volume
        assertThat(prices.toString()).contains("of DISCA is -50.6 %", "one wrong row", "a spin-off");
        JsonNode reports = check("reports");
        assertThat(reports.path("rows_quarantined").asInt()).isEqualTo(1);
        assertThat(reports.toString()).contains("For Year is 1215");
        assertThat(value(reports, "unmatched(\"Ticker Symbol\", prices.ticker) == 0")).isEqualTo(64); // of 16 tickers
        checkFeatures();
    }

    private static double value(JsonNode report, String condition) {
        for (JsonNode check : report.path("checks")) {
            if (check.path("condition").asText().equals(condition)) {
                return check.path("value").asDouble();
            }
        }
        throw new AssertionError("There is no check (%s) in %s.".formatted(condition, report));
    }

    private void checkFeatures() throws IOException {
        List<Map<String, String>> prices = file("prices_2013_2018.csv.gz");
        List<Map<String, String>> reports = file("fundamentals.csv.gz");
        Map<String, List<Map<String, String>>> byTicker =
                prices.stream().collect(Collectors.groupingBy(row -> cell(row, "ticker")));
        checkPrices(prices, byTicker);
        checkReports(reports);
        checkValuation(byTicker, reports);
        assertThat(keelson("labels", "show", "up_quarter").out()).contains("2015-");
        String ticker = cell(prices.getFirst(), "ticker");
        Cli now = keelson("features", "get", "--features", "price_features:last_close", "--entity", "ticker=" + ticker);
        assertThat(now.out()).contains("last_close");
    }

    /** Asks for random rows' tickers at noon of random days. */
    private List<Map<String, String>> ask(List<Map<String, String>> rows, String ticker, int years, String features)
            throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        List<String> asked = new ArrayList<>(List.of("ticker,as_of"));
        for (int i = 0; i < ASKED; i++) {
            LocalDate day = LocalDate.of(2014, 6, 1).plusDays(random.nextInt(365 * years));
            asked.add(cell(rows.get(random.nextInt(rows.size())), ticker) + ","
                    + day.atTime(12, 0).atZone(ZONE).toInstant());
        }
        List<Map<String, String>> answered = ExampleData.history(folder, environment, asked, features);
        assertThat(answered).hasSize(ASKED);
        return answered;
    }

    private static LocalDate day(Map<String, String> answer) {
        return java.time.Instant.parse(cell(answer, "as_of")).atZone(ZONE).toLocalDate();
    }

    private void checkPrices(List<Map<String, String>> prices, Map<String, List<Map<String, String>>> byTicker)
            throws IOException {
        int compared = 0;
        for (Map<String, String> answer : ask(prices, "ticker", 1, "price_features:*")) {
            List<Map<String, String>> known = knownPrices(byTicker, answer);
            if (!cell(answer, "price_features._status").equals("PRESENT")) {
                assertThat(known.isEmpty() || LocalDate.parse(cell(known.getLast(), "date")).isBefore(day(answer).minusDays(6)))
                        .isTrue();
                continue;
            }
            close(answer, "price_features.last_close", number(known.getLast(), "close"));
            if (known.size() >= 22) {
                close(
                        answer,
                        "price_features.return_21d",
                        number(known.getLast(), "close") / number(known.get(known.size() - 22), "close") - 1);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(ASKED / 2);
    }

    private static boolean outside(Map<String, String> row, String column) {
        return number(row, column) < number(row, "low") - 0.011 || number(row, column) > number(row, "high") + 0.011;
    }

    private void checkReports(List<Map<String, String>> reports) throws IOException {
        int compared = 0;
        for (Map<String, String> answer : ask(reports, "Ticker Symbol", 2, "report_features:*")) {
            List<Map<String, String>> known = knownReports(reports, cell(answer, "ticker"), day(answer));
            if (!cell(answer, "report_features._status").equals("PRESENT")) {
                assertThat(known.isEmpty()
                                || LocalDate.parse(cell(known.getLast(), "Period Ending"))
                                        .isBefore(day(answer).minusDays(548)))
                        .isTrue();
                continue;
            }
            Map<String, String> last = known.getLast();
            double eps = number(last, "Earnings Per Share");
            if (Double.isNaN(eps)) {
                assertThat(number(answer, "report_features.eps")).isNaN();
            } else {
                close(answer, "report_features.eps", eps);
                compared++;
            }
            close(
                    answer,
                    "report_features.debt_to_equity",
                    number(last, "Total Liabilities") / number(last, "Total Equity"));
            if (known.size() > 1) {
                close(
                        answer,
                        "report_features.revenue_growth",
                        number(last, "Total Revenue") / number(known.get(known.size() - 2), "Total Revenue") - 1);
            }
        }
        assertThat(compared).isGreaterThan(ASKED / 2);
    }

    private void checkValuation(Map<String, List<Map<String, String>>> byTicker, List<Map<String, String>> reports)
            throws IOException {
        int compared = 0;
        for (Map<String, String> answer : ask(reports, "Ticker Symbol", 2, "valuation:*")) {
            if (!cell(answer, "valuation._status").equals("PRESENT")) {
                continue;
            }
            Map<String, String> price = knownPrices(byTicker, answer).getLast();
            LocalDate known = LocalDate.parse(cell(price, "date")).plusDays(1);
            List<Map<String, String>> published = knownReports(reports, cell(answer, "ticker"), known);
            double eps = number(published.getLast(), "Earnings Per Share");
            double ratio = number(price, "close") / eps;
            assertThat(Double.isNaN(ratio)).isEqualTo(Double.isNaN(number(answer, "valuation.pe_ratio")));
            if (!Double.isNaN(ratio)) {
                close(answer, "valuation.pe_ratio", ratio);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(ASKED / 2);
    }

    private static List<Map<String, String>> knownPrices(
            Map<String, List<Map<String, String>>> byTicker, Map<String, String> answer) {
        return byTicker.getOrDefault(cell(answer, "ticker"), List.of()).stream()
                .filter(row -> LocalDate.parse(cell(row, "date")).isBefore(day(answer)))
                .filter(row -> !outside(row, "open") && !outside(row, "close")) // in quarantine
                .toList();
    }

    /** Public from the ninetieth day after the period's end on. */
    private static List<Map<String, String>> knownReports(
            List<Map<String, String>> reports, String ticker, LocalDate day) {
        return reports.stream()
                .filter(row -> cell(row, "Ticker Symbol").equals(ticker))
                .filter(row -> !cell(row, "For Year").equals("1215"))
                .filter(row -> !LocalDate.parse(cell(row, "Period Ending")).plusDays(90).isAfter(day))
                .sorted(Comparator.comparing((Map<String, String> row) -> cell(row, "Period Ending")))
                .toList();
    }

    private static void close(Map<String, String> answer, String column, double expected) {
        assertThat(number(answer, column))
                .as(column + " of " + answer)
                .isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected))));
    }
}
