package dev.keelson.cli;

import static dev.keelson.cli.ExampleData.cell;
import static dev.keelson.cli.ExampleData.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of crypto currencies from the first command to the last, its features against the files read by hand. */
final class ExampleCryptoIT {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final int ASKED = 50;

    @TempDir
    Path folder;

    private Map<String, String> environment = Map.of();

    private Cli keelson(String... words) {
        Cli cli = Cli.run(folder, "", environment, words);
        assertThat(cli.code()).as(String.join(" ", words) + "\n" + cli.err()).isZero();
        return cli;
    }

    /** Everything but the training of models. */
    private void read() {
        keelson("apply", "--yes");
        keelson("data", "load");
        keelson("features", "materialize");
    }

    @Test
    void simulatedBarsAreCheckedAndReadByHourAndByDay() throws IOException {
        ExampleData.init(folder, "crypto");
        keelson("simulate", "crypto", "--days", "90", "--out", "data");
        read();

        JsonNode hours = keelson("data", "check", "hourly", "--json").json();
        JsonNode days = keelson("data", "check", "daily", "--json").json();

        assertThat(hours.toString()).contains("gaps(1h, symbol) == 0");
        assertThat(hours.path("rows_marked").asInt()).isEqualTo(3); // bars without volume
        assertThat(days.path("verdict").asText()).isEqualTo("passed");
        checkFeatures(folder.resolve("data"));
    }

    @Test
    void realBarsHaveTheFeaturesOfTheFilesReadByHand() throws IOException {
        Path data = ExampleData.real("crypto");
        environment = Map.of("KEELSON_DATA", data.toString());
        ExampleData.init(folder, "crypto");
        read();

        JsonNode hours = keelson("data", "check", "hourly", "--json").json();
        JsonNode days = keelson("data", "check", "daily", "--json").json();

        assertThat(hours.path("rows_marked").asInt()).isEqualTo(6);
        assertThat(hours.toString()).contains("2021-04-20T01:00:00Z"); // the first outage
        assertThat(days.path("rows_marked").asInt()).isEqualTo(13); // wild days, all of which stayed
        assertThat(days.toString()).contains("gaps(1d, symbol) == 0").doesNotContain("one wrong row");
        checkFeatures(data);
    }

    private void checkFeatures(Path data) throws IOException {
        checkHours(ExampleData.rows(data.resolve("crypto/ohlcv_1h.csv.gz")));
        checkDays(ExampleData.rows(data.resolve("crypto/ohlcv_1d.csv.gz")));
        assertThat(keelson("labels", "show", "up_4h").out()).contains("2021-04");
        Cli now = keelson("features", "get", "--features", "hourly_features:*,daily_features:*", "--entity", "symbol=ETHUSDT");
        assertThat(now.out()).contains("return_24h", "volatility_30d");
    }

    private void checkHours(List<Map<String, String>> bars) throws IOException {
        List<Map<String, String>> answered = ask(bars, 90, "hourly_features:*,against_bitcoin:*");

        Map<String, List<Map<String, String>>> bySymbol = bySymbol(bars);
        Map<String, Map<String, String>> bitcoins = Objects.requireNonNull(bySymbol.get("BTCUSDT")).stream()
                .collect(Collectors.toMap(bar -> cell(bar, "open_time"), bar -> bar, (first, other) -> first));
        for (Map<String, String> answer : answered) {
            LocalDateTime now = LocalDateTime.parse(cell(answer, "as_of").replace("Z", ""));
            List<Map<String, String>> known = known(bySymbol, cell(answer, "symbol"), now, 1);
            List<Map<String, String>> day = since(known, now.minusHours(24));
            close(answer, "hourly_features.return_1h", ratio(known.subList(known.size() - 2, known.size())) - 1);
            close(answer, "hourly_features.return_24h", ratio(day) - 1);
            close(
                    answer,
                    "hourly_features.momentum_24h",
                    number(day.getLast(), "close") - number(day.getFirst(), "close"));
            close(answer, "hourly_features.volatility_24h", volatility(day));
            close(answer, "hourly_features.volume_z_7d", zscore(since(known, now.minusDays(7))));
            double spread = 0;
            LocalDateTime last = time(known.getLast());
            List<Map<String, String>> newest = since(known, last.minusHours(23));
            for (Map<String, String> bar : newest) {
                spread += move(bar) - move(Objects.requireNonNull(bitcoins.get(cell(bar, "open_time"))));
            }
            close(answer, "against_bitcoin.return_spread_24h", spread / newest.size());
        }
    }

    private void checkDays(List<Map<String, String>> bars) throws IOException {
        List<Map<String, String>> answered = ask(bars, 50, "daily_features:*");

        Map<String, List<Map<String, String>>> bySymbol = bySymbol(bars);
        for (Map<String, String> answer : answered) {
            LocalDateTime now = LocalDateTime.parse(cell(answer, "as_of").replace("Z", ""));
            List<Map<String, String>> known = known(bySymbol, cell(answer, "symbol"), now, 24);
            close(answer, "daily_features.return_7d", ratio(since(known, now.minusDays(7))) - 1);
            close(answer, "daily_features.volatility_30d", volatility(since(known, now.minusDays(30))));
            close(answer, "daily_features.volume_z_30d", zscore(since(known, now.minusDays(30))));
        }
    }

    /** Asks half past a random bar's opening, never for the first bars of a symbol. */
    private List<Map<String, String>> ask(List<Map<String, String>> bars, int first, String features) throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        List<String> asked = new ArrayList<>(List.of("symbol,as_of"));
        while (asked.size() <= ASKED) {
            int at = random.nextInt(bars.size());
            Map<String, String> bar = bars.get(at);
            if (at >= first && cell(bars.get(at - first), "symbol").equals(cell(bar, "symbol"))) {
                asked.add(cell(bar, "symbol") + "," + time(bar).plusMinutes(30).toInstant(ZoneOffset.UTC));
            }
        }
        List<Map<String, String>> answered = ExampleData.history(folder, environment, asked, features);
        assertThat(answered).hasSize(ASKED);
        return answered;
    }

    private static LocalDateTime time(Map<String, String> bar) {
        return LocalDateTime.parse(cell(bar, "open_time"), TIME);
    }

    private static Map<String, List<Map<String, String>>> bySymbol(List<Map<String, String>> bars) {
        return bars.stream().collect(Collectors.groupingBy(bar -> cell(bar, "symbol")));
    }

    private static List<Map<String, String>> known(
            Map<String, List<Map<String, String>>> bySymbol, String symbol, LocalDateTime now, int hours) {
        String until = TIME.format(now.minusHours(hours));
        return Objects.requireNonNull(bySymbol.get(symbol)).stream()
                .filter(bar -> cell(bar, "open_time").compareTo(until) < 0)
                .toList();
    }

    private static List<Map<String, String>> since(List<Map<String, String>> bars, LocalDateTime from) {
        String text = TIME.format(from);
        return bars.stream().filter(bar -> cell(bar, "open_time").compareTo(text) >= 0).toList();
    }

    private static double move(Map<String, String> bar) {
        return number(bar, "close") / number(bar, "open") - 1;
    }

    private static double ratio(List<Map<String, String>> bars) {
        return number(bars.getLast(), "close") / number(bars.getFirst(), "close");
    }

    private static double volatility(List<Map<String, String>> bars) {
        double[] changes = new double[bars.size() - 1];
        for (int i = 0; i < changes.length; i++) {
            changes[i] = ratio(bars.subList(i, i + 2)) - 1;
        }
        return deviation(changes);
    }

    private static double zscore(List<Map<String, String>> bars) {
        double[] volumes = bars.stream().mapToDouble(bar -> number(bar, "volume")).toArray();
        double mean = java.util.Arrays.stream(volumes).average().orElseThrow();
        return (volumes[volumes.length - 1] - mean) / deviation(volumes);
    }

    private static double deviation(double[] values) {
        double mean = java.util.Arrays.stream(values).average().orElseThrow();
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1));
    }

    private static void close(Map<String, String> answer, String column, double expected) {
        assertThat(number(answer, column))
                .as(column + " of " + answer)
                .isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected))));
    }
}
