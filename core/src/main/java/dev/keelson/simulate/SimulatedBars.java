package dev.keelson.simulate;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * Hourly and daily price bars of six crypto currencies against a dollar.
 *
 * <p>Log returns of an hour are normal with a volatility that clusters (GARCH(1,1): 0.05 on the last squared return, 0.94 on the last variance);
 * Bitcoin moves on its own and the others by a beta times its move plus a move of their own. The high and the low lie beyond open and close by
 * a share of the volatility; the volume grows with the size of the move and on weekdays. A day is made of its 24 hours. From the hours, but not
 * from the days, three outages of the exchange are then taken away (of 2 to 5 hours, all symbols), and three bars have no volume: the
 * checks of the example find them.
 *
 * <p>Not modelled: trends, fat tails beyond those that clustering makes, coins that appear or vanish. No future return can be foretold. Same settings, same bytes.
 */
public final class SimulatedBars {
    /** Names of the columns, in order. */
    public static final List<String> COLUMNS = List.of("symbol", "open_time", "open", "high", "low", "close", "volume");

    /** The symbols, in the order of the files. */
    public static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "ADAUSDT");

    private static final double[] FIRST_PRICE = {58_000, 2_100, 24, 350, 0.64, 1.2};
    private static final double[] BETA = {1, 1.1, 1.3, 0.95, 0.9, 1.05};
    private static final double[] VOLUME = {2_000, 20_000, 150_000, 25_000, 12_000_000, 6_000_000};
    private static final double HOURLY_VOLATILITY = 0.007;
    private static final LocalDate FIRST_DAY = LocalDate.of(2021, 4, 5);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private record Bar(LocalDateTime time, double open, double high, double low, double close, double volume) {}

    private final List<List<Bar>> hours = new ArrayList<>();
    private final int days;
    private final long seed;

    /**
     * Simulates.
     *
     * @param days days from 2021-04-05 on, 2 to 3,650
     * @param seed reaches everything random
     * @throws IllegalArgumentException if {@code days} is outside its range
     */
    public SimulatedBars(int days, long seed) {
        requireBetween("days", days, 2, 3_650);
        this.days = days;
        this.seed = seed;
        int n = days * 24;
        double[] bitcoin = moves(RandomStream.of(seed, 0), n, HOURLY_VOLATILITY);
        for (int s = 0; s < SYMBOLS.size(); s++) {
            double[] moves = bitcoin;
            if (s > 0) {
                moves = moves(RandomStream.of(seed, s), n, 0.7 * HOURLY_VOLATILITY);
                for (int i = 0; i < n; i++) {
                    moves[i] += BETA[s] * bitcoin[i];
                }
            }
            hours.add(bars(s, moves, RandomStream.of(seed, 100 + s)));
        }
    }

    static void requireBetween(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s (%d) must be between %d and %d.".formatted(name, value, least, most));
        }
    }

    private static double[] moves(RandomStream random, int n, double volatility) {
        double[] moves = new double[n];
        double usual = volatility * volatility;
        double variance = usual;
        for (int i = 0; i < n; i++) {
            moves[i] = StrictMath.sqrt(variance) * random.normal();
            variance = 0.01 * usual + 0.05 * moves[i] * moves[i] + 0.94 * variance;
        }
        return moves;
    }

    private static List<Bar> bars(int symbol, double[] moves, RandomStream random) {
        List<Bar> bars = new ArrayList<>(moves.length);
        double open = FIRST_PRICE[symbol];
        LocalDateTime time = FIRST_DAY.atTime(LocalTime.MIDNIGHT);
        for (double move : moves) {
            double close = price(open * StrictMath.exp(move));
            double reach = HOURLY_VOLATILITY / 2;
            double high = price(Math.max(open, close) * (1 + reach * random.uniform()));
            double low = price(Math.min(open, close) * (1 - reach * random.uniform()));
            double busy = time.getDayOfWeek().getValue() > 5 ? 0.7 : 1;
            double volume = VOLUME[symbol] * busy * (0.4 + Math.abs(move) / HOURLY_VOLATILITY) * StrictMath.exp(0.3 * random.normal());
            bars.add(new Bar(
                    time,
                    open,
                    Math.max(high, Math.max(open, close)),
                    Math.min(low, Math.min(open, close)),
                    close,
                    SimulatedBets.rounded(volume, 1_000)));
            open = close;
            time = time.plusHours(1);
        }
        return bars;
    }

    /** Six digits, as an exchange shows prices. */
    private static double price(double value) {
        return new BigDecimal(value).round(new MathContext(6, RoundingMode.HALF_EVEN)).doubleValue();
    }

    /**
     * Writes a header and the hours: by symbol, then by time; times are those of the bars' opening, in UTC.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many bars were written
     * @throws IOException if {@code out} throws it
     */
    public int writeHours(Appendable out) throws IOException {
        RandomStream random = RandomStream.of(seed, 200);
        boolean[] missing = new boolean[days * 24];
        for (int outage = 0; outage < 3; outage++) {
            int first = 2 + random.index(days * 24 - 8); // never at an end, where nobody could tell
            int length = 2 + random.index(4);
            for (int i = first; i < first + length; i++) {
                missing[i] = true;
            }
        }
        int quietSymbol = random.index(SYMBOLS.size());
        int[] quietHours = {1, days * 12, days * 24 - 1};
        out.append(String.join(",", COLUMNS)).append('\n');
        int written = 0;
        for (int s = 0; s < SYMBOLS.size(); s++) {
            for (int i = 0; i < missing.length; i++) {
                if (missing[i]) {
                    continue;
                }
                Bar bar = hours.get(s).get(i);
                boolean quiet = s == quietSymbol && (i == quietHours[0] || i == quietHours[1] || i == quietHours[2]);
                append(out, s, bar, quiet ? 0 : bar.volume());
                written++;
            }
        }
        return written;
    }

    /**
     * Writes a header and the days, in the same way.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many bars were written
     * @throws IOException if {@code out} throws it
     */
    public int writeDays(Appendable out) throws IOException {
        out.append(String.join(",", COLUMNS)).append('\n');
        for (int s = 0; s < SYMBOLS.size(); s++) {
            for (int day = 0; day < days; day++) {
                List<Bar> day24 = hours.get(s).subList(day * 24, day * 24 + 24);
                double high = day24.getFirst().high();
                double low = day24.getFirst().low();
                double volume = 0;
                for (Bar bar : day24) {
                    high = Math.max(high, bar.high());
                    low = Math.min(low, bar.low());
                    volume += bar.volume();
                }
                Bar bar = new Bar(day24.getFirst().time(), day24.getFirst().open(), high, low, day24.getLast().close(), volume);
                append(out, s, bar, SimulatedBets.rounded(volume, 1_000));
            }
        }
        return days * SYMBOLS.size();
    }

    private static void append(Appendable out, int symbol, Bar bar, double volume) throws IOException {
        out.append(SYMBOLS.get(symbol)).append(',').append(TIME.format(bar.time()));
        for (double value : new double[] {bar.open(), bar.high(), bar.low(), bar.close(), volume}) {
            out.append(',').append(plain(value));
        }
        out.append('\n');
    }

    /** Without exponent and without zeros at the end. */
    static String plain(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        return decimal.signum() == 0 ? "0" : decimal.toPlainString();
    }
}
