package dev.keelson.features;

import static dev.keelson.features.FeatureEnginePropertyTest.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every fold against a computation from scratch over the rows known at each moment, late rows and equal times among them.
 * Failures name their seed.
 */
final class FoldPropertyTest {
    private static final long DAY = Micros.PER_DAY;
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("id", ColumnType.LONG),
            new Column("symbol", ColumnType.STRING),
            new Column("market", ColumnType.STRING),
            new Column("rival", ColumnType.STRING),
            new Column("close", ColumnType.DOUBLE),
            new Column("volume", ColumnType.LONG),
            new Column("their_volume", ColumnType.LONG),
            new Column("result", ColumnType.STRING)));
    private static final SourceSchema SOURCE =
            new SourceSchema("bars", SCHEMA, List.of("id"), List.of("close", "volume", "their_volume", "result"));

    /** A row of the source. */
    private record Bar(
            long id,
            long eventTime,
            long knownAt,
            @Nullable String symbol,
            @Nullable String market,
            @Nullable String rival,
            @Nullable Double close,
            @Nullable Long volume,
            @Nullable Long theirVolume,
            @Nullable String result) {
        double value() {
            return close == null ? Double.NaN : close;
        }

        double amount() {
            return volume == null ? Double.NaN : volume;
        }
    }

    /** What is known of the rows at a moment. */
    private record Known(List<Bar> all, List<Bar> own, long asOf) {
        List<Bar> last(int n) {
            return own.subList(Math.max(0, own.size() - n), own.size());
        }

        List<Bar> since(int days) {
            return own.stream().filter(bar -> bar.eventTime >= asOf - days * DAY).toList();
        }

        /** Values of two symbols at equal times, the last known of each time. */
        double[][] paired(List<Bar> mine, List<Bar> theirs) {
            Map<Long, Bar> other = new LinkedHashMap<>();
            theirs.forEach(bar -> other.put(bar.eventTime, bar));
            Map<Long, Bar> self = new LinkedHashMap<>();
            mine.forEach(bar -> self.put(bar.eventTime, bar));
            List<double[]> pairs = new ArrayList<>();
            self.forEach((time, bar) -> {
                Bar match = other.get(time);
                if (match != null && bar.close != null && match.close != null) {
                    pairs.add(new double[] {bar.close, match.close});
                }
            });
            return pairs.toArray(double[][]::new);
        }

        List<Bar> of(String symbol) {
            return all.stream().filter(bar -> symbol.equals(bar.symbol)).toList();
        }
    }

    private interface Naive extends Function<Known, Double> {}

    /** Feature, its definition and what it is. */
    private static final Map<String, Naive> NAIVE = new LinkedHashMap<>();

    private static final List<String> DEFINITIONS = new ArrayList<>();

    private static void fold(String name, String text, Naive naive) {
        DEFINITIONS.add(name);
        DEFINITIONS.add(text);
        NAIVE.put(name, naive);
    }

    private static void folds(String name, String text, List<String> suffixes, Naive... naive) {
        DEFINITIONS.add(name);
        DEFINITIONS.add(text);
        for (int i = 0; i < naive.length; i++) {
            NAIVE.put(name + "_" + suffixes.get(i), naive[i]);
        }
    }

    static {
        fold("plain", "close", known -> known.own.getLast().value());
        fold("median_n", "median(close) over last 6 events", known -> median(closes(known.last(6))));
        fold("median_t", "median(close) over 30d", known -> median(closes(known.since(30))));
        fold("momentum", "momentum(close) over 20d", known -> {
            double[] x = closes(known.since(20));
            return x.length < 2 ? Double.NaN : x[x.length - 1] - x[0];
        });
        fold("pct", "pct_change(close) over last 4 events", known -> {
            double[] x = closes(known.last(4));
            return x.length < 2 ? Double.NaN : (x[x.length - 1] - x[0]) / x[0];
        });
        fold("z", "zscore(close) over 25d", known -> {
            double[] x = closes(known.since(25));
            return x.length < 2 ? Double.NaN : (x[x.length - 1] - mean(x)) / std(x);
        });
        fold("vol", "volatility(close) over last 9 events", known -> {
            double[] x = closes(known.last(9));
            double[] changes = new double[Math.max(0, x.length - 1)];
            for (int i = 0; i < changes.length; i++) {
                changes[i] = x[i + 1] / x[i] - 1;
            }
            return changes.length < 2 ? Double.NaN : std(changes);
        });
        fold("sma", "sma(close, 5)", known -> mean(closes(known.last(5))));
        fold("lag2", "lag(close, 2)", known ->
                known.own.size() < 2 ? Double.NaN : known.own.get(known.own.size() - 2).value());
        fold("lag_true", "lag(result = 'W', 1)", known -> {
            String result = known.own.getLast().result;
            return result == null ? Double.NaN : result.equals("W") ? 1.0 : 0.0;
        });
        fold("since_win", "days since result = 'W'", known -> known.own.stream()
                .filter(bar -> "W".equals(bar.result))
                .mapToDouble(bar -> (known.asOf - bar.eventTime) / (double) DAY)
                .min()
                .orElse(Double.NaN));
        fold("ewm_n", "ewm(close, half_life = 3 events)", known -> {
            double sum = 0;
            double weights = 0;
            List<Bar> window = known.last(60);
            for (int i = 0; i < window.size(); i++) {
                double weight = Math.pow(0.5, (window.size() - 1 - i) / 3.0);
                if (window.get(i).close != null) {
                    sum += weight * window.get(i).value();
                    weights += weight;
                }
            }
            return sum / weights;
        });
        fold("ewm_t", "ewm(close, half_life = 10d) over 90d", known -> {
            double sum = 0;
            double weights = 0;
            for (Bar bar : known.since(90)) {
                double weight = Math.pow(0.5, (known.asOf - bar.eventTime) / (10.0 * DAY));
                if (bar.close != null) {
                    sum += weight * bar.value();
                    weights += weight;
                }
            }
            return sum / weights;
        });
        fold("ema", "ema(close, 3)", known -> {
            double[] x = closes(known.last(24));
            return x.length < 3 ? Double.NaN : ema(x, 3)[x.length - 1];
        });
        fold("rsi", "rsi(close, 3)", known -> rsi(closes(known.last(49)), 3));
        Naive line = known -> macd(closes(known.last(8 * 8)))[0];
        Naive signal = known -> macd(closes(known.last(8 * 8)))[1];
        folds(
                "macd",
                "macd(close, 2, 5, 3)",
                List.of("line", "signal", "histogram"),
                line,
                signal,
                known -> line.apply(known) - signal.apply(known));
        fold("ratio", "ratio(close, volume) over 40d", known -> {
            double[] both = sums(known.since(40));
            return both[2] == 0 || both[1] == 0 ? Double.NaN : both[0] / both[1];
        });
        fold("spread", "spread(close, volume) over last 5 events", known -> {
            double[] both = sums(known.last(5));
            return (both[0] - both[1]) / both[2];
        });
        fold("corr_own", "corr(close, volume) over 60d", known -> {
            List<double[]> pairs = new ArrayList<>();
            for (Bar bar : known.since(60)) {
                if (bar.close != null && bar.volume != null) {
                    pairs.add(new double[] {bar.close, bar.volume});
                }
            }
            return correlation(pairs.toArray(double[][]::new));
        });
        fold("corr_a", "corr(close, A.close) over 60d", known -> correlation(known.paired(
                known.since(60), new Known(known.all, known.of("A"), known.asOf).since(60))));
        fold("spread_a", "spread(close, A.close) over last 8 events", known -> {
            double[][] pairs = known.paired(known.last(8), new Known(known.all, known.of("A"), known.asOf).last(8));
            return Arrays.stream(pairs).mapToDouble(pair -> pair[0] - pair[1]).sum() / pairs.length;
        });
        fold("ratio_a", "ratio(close, A.close) over 45d", known -> {
            double[][] pairs =
                    known.paired(known.since(45), new Known(known.all, known.of("A"), known.asOf).since(45));
            return Arrays.stream(pairs).mapToDouble(pair -> pair[0]).sum()
                    / Arrays.stream(pairs).mapToDouble(pair -> pair[1]).sum();
        });
        folds(
                "next",
                "transitions(result, 'W', 'D', 'L') over last 12 events",
                List.of("W", "D", "L"),
                known -> transition(known.last(12), null, "W", 1),
                known -> transition(known.last(12), null, "D", 1),
                known -> transition(known.last(12), null, "L", 1));
        folds(
                "after_loss",
                "transitions(result, 'W', 'L', from = 'L', smoothing = 0) over 100d",
                List.of("W", "L"),
                known -> transition(two(known.since(100)), "L", "W", 0),
                known -> transition(two(known.since(100)), "L", "L", 0));
    }

    private static final FeatureEngine ENGINE = FeatureEngine.of(
            List.of(
                    view("own", "symbol", "symbol", DEFINITIONS.toArray(String[]::new)),
                    view(
                            "pair",
                            "both",
                            "{symbol}/{market}",
                            "n",
                            "count(*) over 1000d",
                            "of_symbol",
                            "mean(close) over last 5 events by symbol",
                            "of_market",
                            "ratio(close, volume) over 30d by market"),
                    view(
                            "rated",
                            "symbol",
                            null,
                            "pi",
                            "pi_rating(home = symbol, away = rival, home_goals = volume, away_goals = their_volume)",
                            "all",
                            "strength(home = symbol, away = rival, home_count = volume, away_count = their_volume)",
                            "grouped",
                            "strength(home = symbol, away = rival, home_count = volume, away_count = their_volume,"
                                    + " group = market, half_life = 60d, prior = 2)")),
            Map.of("symbol", "symbol", "both", "both"),
            List.of(SOURCE));

    private static final FeatureService SERVICE = ENGINE.service(new FeatureServiceDefinition(
            "m",
            "bars",
            Map.of("it", ordered("symbol", "symbol", "both", "{symbol}/{market}")),
            List.of(Located.of("own.*"), Located.of("pair.*"), Located.of("rated.*")),
            Map.of()));

    private static FeatureViewDefinition view(String name, String entity, @Nullable String key, String... features) {
        return new FeatureViewDefinition(name, entity, "bars", key, null, null, MatchRows.features(features), null);
    }

    @Test
    void everyFoldIsWhatOneComputesFromTheRowsKnownBefore() {
        for (long seed = 0; seed < 6; seed++) {
            List<Bar> bars = bars(seed, 160);
            FeatureTable table = ENGINE.history(frame(bars), frame(bars), SERVICE);
            int values = 0;
            for (int row = 0; row < bars.size(); row++) {
                Known known = known(bars, bars.get(row).symbol, bars.get(row).eventTime);
                for (Map.Entry<String, Naive> feature : NAIVE.entrySet()) {
                    double expected =
                            known.own.isEmpty() ? Double.NaN : feature.getValue().apply(known);
                    double value = table.column("own." + feature.getKey())[row];
                    String where = "seed %d, row %d, %s".formatted(seed, row, feature.getKey());
                    if (Double.isNaN(expected)) {
                        assertThat(value).as(where).isNaN();
                    } else {
                        assertThat(value).as(where).isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected))));
                        values++;
                    }
                }
            }
            assertThat(values).isGreaterThan(2_000);
        }
    }

    @Test
    void compositeKeyIsJoinedOfItsParts() {
        List<Bar> bars = bars(77, 200);
        FeatureTable table = ENGINE.history(frame(bars), frame(bars), SERVICE);

        for (int row = 0; row < bars.size(); row++) {
            Bar asked = bars.get(row);
            long count = bars.stream()
                    .filter(bar -> bar.knownAt < asked.eventTime)
                    .filter(bar -> bar.symbol != null && bar.symbol.equals(asked.symbol))
                    .filter(bar -> bar.market != null && bar.market.equals(asked.market))
                    .count();
            FeatureStatus status = table.status("pair.n", row);
            if (asked.symbol == null || asked.market == null) {
                assertThat(status).isEqualTo(FeatureStatus.NULL_KEY);
            } else if (count == 0) {
                assertThat(status).isEqualTo(FeatureStatus.NOT_FOUND);
            } else {
                assertThat(table.column("pair.n")[row]).isEqualTo((double) count);
            }
        }
    }

    @Test
    void windowsByAPartOfTheKeyHoldTheEventsOfAllKeysThatShareIt() {
        int values = 0;
        for (long seed = 60; seed < 64; seed++) {
            List<Bar> bars = bars(seed, 160);
            FeatureTable table = ENGINE.history(frame(bars), frame(bars), SERVICE);
            for (int row = 0; row < bars.size(); row++) {
                if (table.status("pair.n", row) != FeatureStatus.PRESENT) {
                    continue;
                }
                Bar asked = bars.get(row);
                List<Bar> whole = known(bars, null, asked.eventTime).all.stream()
                        .filter(bar -> bar.symbol != null && bar.market != null)
                        .toList();
                Known symbol = new Known(
                        whole,
                        whole.stream().filter(bar -> Objects.equals(bar.symbol, asked.symbol)).toList(),
                        asked.eventTime);
                Known market = new Known(
                        whole,
                        whole.stream().filter(bar -> Objects.equals(bar.market, asked.market)).toList(),
                        asked.eventTime);
                String where = "seed %d, row %d".formatted(seed, row);
                double[] both = sums(market.since(30));
                same(table.column("pair.of_symbol")[row], mean(closes(symbol.last(5))), where);
                same(table.column("pair.of_market")[row], both[1] == 0 ? Double.NaN : both[0] / both[1], where);
                values++;
            }
        }
        assertThat(values).isGreaterThan(150);
    }

    @Test
    void ratingsAreWhatOneComputesFromTheRowsInTheOrderTheyBecameKnown() {
        for (long seed = 20; seed < 26; seed++) {
            List<Bar> bars = bars(seed, 120);
            FeatureTable table = ENGINE.history(frame(bars), frame(bars), SERVICE);
            for (int row = 0; row < bars.size(); row++) {
                Bar asked = bars.get(row);
                List<Bar> order = bars.stream()
                        .filter(bar -> bar.knownAt < asked.eventTime)
                        .sorted(Comparator.comparingLong(Bar::knownAt)
                                .thenComparingLong(Bar::eventTime)
                                .thenComparingLong(Bar::id))
                        .toList();
                String where = "seed %d, row %d".formatted(seed, row);
                double[] pi = piRatings(order).get(String.valueOf(asked.symbol));
                same(table.column("rated.pi_home")[row], pi == null ? Double.NaN : pi[0], where);
                same(table.column("rated.pi_away")[row], pi == null ? Double.NaN : pi[1], where);
                double[] all = strengths(order, false, 180, 6, asked.symbol, asked.eventTime);
                same(table.column("rated.all_attack")[row], all[0], where);
                same(table.column("rated.all_defence")[row], all[1], where);
                double[] grouped = strengths(order, true, 60, 2, asked.symbol, asked.eventTime);
                same(table.column("rated.grouped_attack")[row], grouped[0], where);
                same(table.column("rated.grouped_defence")[row], grouped[1], where);
            }
        }
    }

    @Test
    void onlineValuesAreThoseOfHistoryBitForBitThroughTheStore() {
        for (long seed = 40; seed < 43; seed++) {
            List<Bar> bars = bars(seed, 160);
            Frame frame = frame(bars);
            Random random = new Random(seed);
            try (OnlineStore store = new InMemoryOnlineStore()) {
                OnlineFeatures online = OnlineFeatures.open(ENGINE, store);
                for (double day = 1; day < 200; day += 1 + 12 * random.nextDouble()) {
                    if (random.nextBoolean()) {
                        online.flush();
                        online = OnlineFeatures.open(ENGINE, store);
                    }
                    long asOf = Math.round(day * DAY);
                    online.advance(frame, Micros.toInstant(asOf));
                    List<Bar> asked = new ArrayList<>();
                    for (int i = 0; i < bars.size(); i += 13) {
                        Bar bar = bars.get(i);
                        asked.add(new Bar(i, asOf, asOf, bar.symbol, bar.market, bar.rival, null, null, null, null));
                    }
                    FeatureTable history = ENGINE.history(frame, frame(asked), SERVICE);
                    FrameRow request = new FrameRow(frame(asked), SERVICE.requestSchema());
                    for (int row = 0; row < asked.size(); row++) {
                        FeatureVector vector = online.get(SERVICE, request.at(row), Micros.toInstant(asOf));
                        assertThat(bits(vector.values()))
                                .as("seed %d, day %s", seed, day)
                                .isEqualTo(bits(history.row(row)));
                    }
                }
            }
        }
    }

    @Test
    void rowsInAnotherOrderGiveTheSameBits() {
        List<Bar> bars = bars(60, 160);
        List<Bar> shuffled = new ArrayList<>(bars);
        java.util.Collections.shuffle(shuffled, new Random(1));

        FeatureTable one = ENGINE.history(frame(bars), frame(bars), SERVICE);
        FeatureTable other = ENGINE.history(frame(shuffled), frame(bars), SERVICE);

        assertThat(bits(other.values())).isDeepEqualTo(bits(one.values()));
    }

    private static void same(double value, double expected, String where) {
        if (Double.isNaN(expected)) {
            assertThat(value).as(where).isNaN();
        } else {
            assertThat(value).as(where).isCloseTo(expected, within(1e-9));
        }
    }

    private static List<Bar> bars(long seed, int count) {
        Random random = new Random(seed);
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long event = random.nextInt(140) * DAY;
            long known = event + DAY * (random.nextInt(8) == 0 ? 1 + random.nextInt(30) : 1);
            bars.add(new Bar(
                    i,
                    event,
                    known,
                    random.nextInt(25) == 0 ? null : choose(random, "A", "B", "C"),
                    random.nextInt(25) == 0 ? null : choose(random, "X", "Y"),
                    random.nextInt(25) == 0 ? null : choose(random, "A", "B", "C", "D"),
                    random.nextInt(9) == 0 ? null : (Double) (50 + 10 * random.nextGaussian()),
                    random.nextInt(9) == 0 ? null : (Long) (long) random.nextInt(5),
                    random.nextInt(9) == 0 ? null : (Long) (long) random.nextInt(4),
                    random.nextInt(9) == 0 ? null : choose(random, "W", "D", "L", "void")));
        }
        return bars;
    }

    private static String choose(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Known known(List<Bar> bars, @Nullable String symbol, long asOf) {
        List<Bar> all = bars.stream()
                .filter(bar -> bar.knownAt < asOf)
                .sorted(Comparator.comparingLong(Bar::eventTime)
                        .thenComparingLong(Bar::knownAt)
                        .thenComparingLong(Bar::id))
                .toList();
        return new Known(
                all,
                all.stream().filter(bar -> symbol != null && symbol.equals(bar.symbol)).toList(),
                asOf);
    }

    private static double[] closes(List<Bar> bars) {
        return bars.stream().filter(bar -> bar.close != null).mapToDouble(Bar::value).toArray();
    }

    private static double[] sums(List<Bar> bars) {
        double[] sums = new double[3];
        for (Bar bar : bars) {
            if (bar.close != null && bar.volume != null) {
                sums[0] += bar.value();
                sums[1] += bar.amount();
                sums[2]++;
            }
        }
        return sums;
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).sum() / x.length;
    }

    private static double std(double[] x) {
        double mean = mean(x);
        return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / (x.length - 1));
    }

    private static double median(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    private static double[] ema(double[] x, int n) {
        double[] e = x.clone();
        for (int i = 1; i < x.length; i++) {
            e[i] = 2.0 / (n + 1) * x[i] + (1 - 2.0 / (n + 1)) * e[i - 1];
        }
        return e;
    }

    private static double rsi(double[] x, int n) {
        if (x.length < n + 1) {
            return Double.NaN;
        }
        double up = 0;
        double down = 0;
        for (int i = 1; i < x.length; i++) {
            double gain = Math.max(0, x[i] - x[i - 1]);
            double loss = Math.max(0, x[i - 1] - x[i]);
            if (i <= n) {
                up += gain / n;
                down += loss / n;
            } else {
                up += (gain - up) / n;
                down += (loss - down) / n;
            }
        }
        return 100 - 100 / (1 + up / down);
    }

    private static double[] macd(double[] x) {
        double[] fast = ema(x, 2);
        double[] slow = ema(x, 5);
        if (x.length < 5) {
            return new double[] {Double.NaN, Double.NaN};
        }
        double[] line = new double[x.length - 4];
        for (int i = 0; i < line.length; i++) {
            line[i] = fast[i + 4] - slow[i + 4];
        }
        double[] signal = ema(line, 3);
        int last = line.length - 1;
        return new double[] {line[last], last < 2 ? Double.NaN : signal[last]};
    }

    private static double correlation(double[][] pairs) {
        if (pairs.length < 3) {
            return Double.NaN;
        }
        double[] x = Arrays.stream(pairs).mapToDouble(pair -> pair[0]).toArray();
        double[] y = Arrays.stream(pairs).mapToDouble(pair -> pair[1]).toArray();
        if (Arrays.stream(x).distinct().count() == 1 || Arrays.stream(y).distinct().count() == 1) {
            return Double.NaN;
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - mean(x)) / std(x) * ((y[i] - mean(y)) / std(y));
        }
        return sum / (x.length - 1);
    }

    private static List<Bar> two(List<Bar> bars) {
        return bars.stream().filter(bar -> !"D".equals(bar.result)).toList();
    }

    private static double transition(List<Bar> bars, @Nullable String from, String to, double smoothing) {
        List<String> states = bars.stream()
                .map(bar -> String.valueOf(bar.result))
                .filter(List.of("W", "D", "L")::contains)
                .toList();
        if (from == null && states.isEmpty()) {
            return Double.NaN;
        }
        String start = from == null ? states.getLast() : from;
        double left = 0;
        double reached = 0;
        for (int i = 0; i + 1 < states.size(); i++) {
            left += states.get(i).equals(start) ? 1 : 0;
            reached += states.get(i).equals(start) && states.get(i + 1).equals(to) ? 1 : 0;
        }
        return (reached + smoothing) / (left + 3 * smoothing);
    }

    private static Map<String, double[]> piRatings(List<Bar> order) {
        Map<String, double[]> ratings = new LinkedHashMap<>();
        for (Bar bar : order) {
            if (bar.symbol == null || bar.rival == null || bar.symbol.equals(bar.rival)) {
                continue;
            }
            if (bar.volume == null || bar.theirVolume == null) {
                continue;
            }
            double[] home = ratings.computeIfAbsent(bar.symbol, key -> new double[2]);
            double[] away = ratings.computeIfAbsent(bar.rival, key -> new double[2]);
            double expected = expectedGoals(home[0]) - expectedGoals(away[1]);
            double error = bar.volume - bar.theirVolume - expected;
            double psi = 3 * Math.log10(1 + Math.abs(error)) * (error < 0 ? -1 : 1);
            home[0] += 0.06 * psi;
            home[1] += 0.6 * 0.06 * psi;
            away[1] -= 0.06 * psi;
            away[0] -= 0.6 * 0.06 * psi;
        }
        return ratings;
    }

    private static double expectedGoals(double rating) {
        double goals = Math.pow(10, Math.abs(rating) / 3) - 1;
        return rating < 0 ? -goals : goals;
    }

    /** One event of a side: its time, counts and what was expected of them. */
    private record Played(long time, double scored, double expected, double conceded, double expectedOfOthers) {}

    /** Sums over the whole past, weighted anew for each event. */
    private static double[] strengths(
            List<Bar> order, boolean grouped, double halfLifeDays, double prior, @Nullable String symbol, long asOf) {
        Map<String, List<Played>> played = new LinkedHashMap<>();
        Map<String, List<Bar>> groups = new LinkedHashMap<>();
        Map<String, Double> means = new LinkedHashMap<>();
        for (Bar bar : order) {
            if (bar.symbol == null || bar.rival == null || bar.symbol.equals(bar.rival)) {
                continue;
            }
            if (bar.volume == null || bar.theirVolume == null || (grouped && bar.market == null)) {
                continue;
            }
            List<Bar> group = groups.computeIfAbsent(grouped ? bar.market : "", key -> new ArrayList<>());
            group.add(bar);
            double[] sums = new double[3];
            for (Bar one : group) {
                double weight = Math.pow(0.5, (bar.eventTime - one.eventTime) / (halfLifeDays * DAY));
                sums[0] += weight * one.amount();
                sums[1] += weight * (one.theirVolume == null ? 0 : one.theirVolume);
                sums[2] += weight;
            }
            double homeMean = sums[0] / sums[2];
            double awayMean = sums[1] / sums[2];
            double mean = (homeMean + awayMean) / 2;
            double[] home = factors(played.get(bar.symbol), bar.eventTime, halfLifeDays, prior * mean);
            double[] away = factors(played.get(bar.rival), bar.eventTime, halfLifeDays, prior * mean);
            played.computeIfAbsent(bar.symbol, key -> new ArrayList<>())
                    .add(new Played(
                            bar.eventTime, bar.volume, homeMean * away[1], bar.theirVolume, awayMean * away[0]));
            played.computeIfAbsent(bar.rival, key -> new ArrayList<>())
                    .add(new Played(
                            bar.eventTime, bar.theirVolume, awayMean * home[1], bar.volume, homeMean * home[0]));
            means.put(bar.symbol, mean);
            means.put(bar.rival, mean);
        }
        Double mean = means.get(String.valueOf(symbol));
        return mean == null
                ? new double[] {Double.NaN, Double.NaN}
                : factors(played.get(String.valueOf(symbol)), asOf, halfLifeDays, prior * mean);
    }

    private static double[] factors(@Nullable List<Played> played, long time, double halfLifeDays, double prior) {
        if (played == null || !(prior > 0)) {
            return new double[] {1, 1};
        }
        long newest = played.stream().mapToLong(Played::time).max().orElse(time);
        double[] sums = {prior, prior, prior, prior};
        for (Played one : played) {
            double weight = Math.pow(0.5, (Math.max(time, newest) - one.time) / (halfLifeDays * DAY));
            sums[0] += weight * one.scored;
            sums[1] += weight * one.expected;
            sums[2] += weight * one.conceded;
            sums[3] += weight * one.expectedOfOthers;
        }
        return new double[] {sums[0] / sums[1], sums[2] / sums[3]};
    }

    private static Frame frame(List<Bar> bars) {
        int n = bars.size();
        long[] id = new long[n];
        @Nullable String[] symbol = new @Nullable String[n];
        @Nullable String[] market = new @Nullable String[n];
        @Nullable String[] rival = new @Nullable String[n];
        @Nullable String[] result = new @Nullable String[n];
        double[] close = new double[n];
        boolean[] noClose = new boolean[n];
        long[] volume = new long[n];
        boolean[] noVolume = new boolean[n];
        long[] theirs = new long[n];
        boolean[] noTheirs = new boolean[n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            Bar bar = bars.get(i);
            id[i] = bar.id;
            symbol[i] = bar.symbol;
            market[i] = bar.market;
            rival[i] = bar.rival;
            result[i] = bar.result;
            noClose[i] = bar.close == null;
            close[i] = noClose[i] ? 0 : bar.value();
            noVolume[i] = bar.volume == null;
            volume[i] = noVolume[i] ? 0 : (long) bar.amount();
            Long theirVolume = bar.theirVolume;
            noTheirs[i] = theirVolume == null;
            theirs[i] = theirVolume == null ? 0 : theirVolume;
            event[i] = bar.eventTime;
            known[i] = bar.knownAt;
        }
        return new Frame(
                        SCHEMA,
                        List.of(
                                new Vector.Longs(ColumnType.LONG, id, null),
                                new Vector.Strings(symbol),
                                new Vector.Strings(market),
                                new Vector.Strings(rival),
                                new Vector.Doubles(close, noClose),
                                new Vector.Longs(ColumnType.LONG, volume, noVolume),
                                new Vector.Longs(ColumnType.LONG, theirs, noTheirs),
                                new Vector.Strings(result)),
                        n)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, event, null))
                .with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }

    private static Map<String, String> ordered(String... keyThenValue) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keyThenValue.length; i += 2) {
            map.put(keyThenValue[i], keyThenValue[i + 1]);
        }
        return map;
    }
}
