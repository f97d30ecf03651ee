package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The data of the examples bets, crypto and stocks. */
class SimulatedExamplesTest {
    private interface Rows {
        int write(Appendable out) throws IOException;
    }

    private static List<Map<String, String>> rows(Rows rows) throws IOException {
        StringBuilder text = new StringBuilder();
        int written = rows.write(text);
        List<String> lines = text.toString().lines().toList();
        String[] header = lines.getFirst().replace("\"Sales, General and Admin.\"", "Sales").split(",", -1);
        List<Map<String, String>> all = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            assertThat(cells).hasSameSizeAs(header);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < header.length; i++) {
                row.put(header[i], cells[i]);
            }
            all.add(row);
        }
        assertThat(all).hasSize(written);
        return all;
    }

    private static String cell(Map<String, String> row, String column) {
        return Objects.requireNonNull(row.get(column), column);
    }

    private static double number(Map<String, String> row, String column) {
        return Double.parseDouble(cell(row, column));
    }

    @Test
    void sameSeedGivesTheSameBytesAndAnotherOthers() throws IOException {
        for (int i = 0; i < 3; i++) {
            StringBuilder first = new StringBuilder();
            StringBuilder again = new StringBuilder();
            StringBuilder other = new StringBuilder();

            for (Map.Entry<StringBuilder, Long> each :
                    List.of(Map.entry(first, 1L), Map.entry(again, 1L), Map.entry(other, 2L))) {
                switch (i) {
                    case 0 -> new SimulatedBets(20, each.getValue()).write(each.getKey());
                    case 1 -> new SimulatedBars(10, each.getValue()).writeHours(each.getKey());
                    default -> new SimulatedStocks(5, 1, each.getValue()).writePrices(each.getKey());
                }
            }

            assertThat(again.compareTo(first)).isZero();
            assertThat(other.compareTo(first)).isNotZero();
        }
    }

    @Test
    void betsAreSettledAfterTheyArePlacedAndPaidByTheirOdds() throws IOException {
        List<Map<String, String>> bets = rows(new SimulatedBets(300, 42)::write);

        assertThat(bets).extracting(bet -> cell(bet, "bet_id")).doesNotHaveDuplicates();
        assertThat(bets).extracting(bet -> cell(bet, "placed_at")).isSorted();
        assertThat(bets).allSatisfy(bet -> {
            Instant placed = Instant.parse(cell(bet, "placed_at"));
            assertThat(placed).isBefore(Instant.parse(cell(bet, "event_start")));
            assertThat(Instant.parse(cell(bet, "event_start"))).isBefore(Instant.parse(cell(bet, "settled_at")));
            double won = number(bet, "stake") * (number(bet, "odds") - 1);
            double profit = switch (cell(bet, "status")) {
                case "won" -> won;
                case "half_won" -> won / 2;
                case "push" -> 0;
                case "half_lost" -> -number(bet, "stake") / 2;
                default -> -number(bet, "stake");
            };
            assertThat(number(bet, "profit")).isCloseTo(profit, within(0.0051));
            assertThat(number(bet, "edge"))
                    .isCloseTo(number(bet, "odds") * number(bet, "fair_prob") - 1, within(0.001));
        });
        assertThat(new TreeSet<>(bets.stream().map(bet -> cell(bet, "status")).toList()))
                .isEqualTo(new TreeSet<>(Set.of("won", "lost", "push", "half_won", "half_lost")));
    }

    @Test
    void fairProbabilitiesOfBetsAreRightOnAverage() throws IOException {
        List<Map<String, String>> bets = rows(new SimulatedBets(730, 7)::write).stream()
                .filter(bet -> cell(bet, "market").equals("1X2"))
                .toList();

        double expected = bets.stream().mapToDouble(bet -> number(bet, "fair_prob")).average().orElseThrow();
        double won = bets.stream().mapToDouble(bet -> cell(bet, "status").equals("won") ? 1 : 0).average().orElseThrow();

        assertThat(bets).hasSizeGreaterThan(2_000);
        assertThat(won).isCloseTo(expected, within(0.04)); // bets on one event share its fate
    }

    @Test
    void aDayIsMadeOfItsHours() throws IOException {
        SimulatedBars bars = new SimulatedBars(30, 42);

        List<Map<String, String>> hours = rows(bars::writeHours);
        List<Map<String, String>> days = rows(bars::writeDays);

        assertThat(days).hasSize(30 * 6);
        assertThat(hours).hasSizeBetween(30 * 24 * 6 - 15 * 6, 30 * 24 * 6 - 6 * 5);
        assertThat(hours).allSatisfy(bar -> {
            assertThat(number(bar, "high")).isGreaterThanOrEqualTo(Math.max(number(bar, "open"), number(bar, "close")));
            assertThat(number(bar, "low")).isLessThanOrEqualTo(Math.min(number(bar, "open"), number(bar, "close")));
        });
        assertThat(hours).filteredOn(bar -> cell(bar, "volume").equals("0")).hasSizeBetween(1, 3);
        Map<String, String> day = days.getFirst();
        assertThat(cell(day, "open")).isEqualTo(hours.getFirst().get("open"));
        assertThat(hours)
                .filteredOn(bar -> cell(bar, "symbol").equals("BTCUSDT") && cell(bar, "open_time").startsWith("2021-04-05"))
                .allSatisfy(bar -> assertThat(number(bar, "high")).isLessThanOrEqualTo(number(day, "high")));
    }

    @Test
    void faultsOfStocksAreThere() throws IOException {
        SimulatedStocks stocks = new SimulatedStocks(12, 2, 42);

        List<Map<String, String>> prices = rows(stocks::writePrices);
        List<Map<String, String>> reports = rows(stocks::writeReports);

        assertThat(prices).filteredOn(row -> cell(row, "open").isEmpty()).hasSize(1);
        assertThat(prices)
                .filteredOn(row -> !cell(row, "high").isEmpty() && number(row, "close") > number(row, "high") + 0.011)
                .hasSize(1);
        assertThat(reports).hasSize(13 * 3); // one firm has no prices
        assertThat(reports).filteredOn(row -> cell(row, "For Year").equals("1215")).hasSize(1);
        assertThat(reports).filteredOn(row -> cell(row, "Earnings Per Share").isEmpty()).hasSize(3);
        assertThat(reports).allSatisfy(row -> assertThat(number(row, "Total Assets"))
                .isEqualTo(number(row, "Total Liabilities") + number(row, "Total Equity")));
        assertThat(rows(stocks::writeSecurities)).hasSize(12);
        assertThat(SimulatedStocks.REPORT_COLUMNS).hasSize(79).doesNotHaveDuplicates();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new SimulatedBets(0, 1)).hasMessageContaining("days (0) must be between 1 and 3650");
        assertThatThrownBy(() -> new SimulatedBars(1, 1)).hasMessageContaining("days (1)");
        assertThatThrownBy(() -> new SimulatedStocks(3, 1, 1)).hasMessageContaining("tickers (3)");
        assertThatThrownBy(() -> new SimulatedStocks(4, 11, 1)).hasMessageContaining("years (11)");
    }
}
