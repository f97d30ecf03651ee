package dev.keelson.labels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.labels.Rows.Bar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** Labels over random bars (shuffled, with gaps, late, some twice) against a search through all rows. */
final class ForwardReturnPropertyTest {
    private static final int SEEDS = 150;
    private static final long HOUR = Micros.of(Duration.ofHours(1));
    private static final long HORIZON = 4 * HOUR;
    private static final long WITHIN = 2 * HOUR;
    private static final String TEXT =
            "forward_return(close, 4h, within = 2h) - forward_return(SPY.close, 4h, within = 2h)";

    private record Expected(double value, long knownAt) {}

    private static List<Bar> bars(Random random) {
        List<Bar> bars = new ArrayList<>();
        long start = Micros.of(Rows.START);
        for (String symbol : List.of("A", "B", "SPY")) {
            for (int hour = 0; hour < 40; hour++) {
                if (random.nextInt(5) == 0) {
                    continue;
                }
                long event = start + hour * HOUR + (random.nextInt(4) == 0 ? HOUR / 2 : 0);
                int copies = random.nextInt(12) == 0 ? 2 : 1;
                for (int copy = 0; copy < copies; copy++) {
                    long known = event + 60_000_000L + (random.nextInt(6) == 0 ? random.nextInt(30) * HOUR : 0);
                    Double price = random.nextInt(15) == 0
                            ? null
                            : random.nextInt(20) == 0 ? Double.valueOf(0) : Double.valueOf(50 + random.nextInt(100));
                    bars.add(new Bar(symbol, event, known, price));
                }
            }
        }
        Collections.shuffle(bars, random);
        return bars;
    }

    private static final Comparator<Bar> FIRST_KNOWN =
            Comparator.comparingLong(Bar::known).thenComparingDouble(bar -> price(bar));

    private static double price(Bar bar) {
        Double close = bar.close();
        return close == null || close <= 0 ? Double.NaN : close;
    }

    private static Optional<Bar> after(List<Bar> bars, String symbol, long time, long latest) {
        return bars.stream()
                .filter(bar -> bar.symbol().equals(symbol) && price(bar) > 0)
                .filter(bar -> bar.event() >= time && bar.event() <= latest)
                .min(Comparator.comparingLong(Bar::event).thenComparing(FIRST_KNOWN));
    }

    private static Optional<Bar> before(List<Bar> bars, String symbol, long time, long earliest) {
        return bars.stream()
                .filter(bar -> bar.symbol().equals(symbol) && price(bar) > 0)
                .filter(bar -> bar.event() <= time && bar.event() >= earliest)
                .min(Comparator.comparingLong(Bar::event).reversed().thenComparing(FIRST_KNOWN));
    }

    private static @Nullable Expected oracle(List<Bar> bars, Bar row) {
        long end = row.event() + HORIZON;
        Optional<Bar> last = after(bars, row.symbol(), end, end + WITHIN);
        Optional<Bar> marketFirst = before(bars, "SPY", row.event(), row.event() - WITHIN);
        Optional<Bar> marketLast = after(bars, "SPY", end, end + WITHIN);
        if (last.isEmpty() || marketFirst.isEmpty() || marketLast.isEmpty() || !(price(row) > 0)) {
            return null;
        }
        double own = price(last.get()) / price(row) - 1;
        double market = price(marketLast.get()) / price(marketFirst.get()) - 1;
        long known = Math.max(
                Math.max(row.known(), last.get().known()),
                Math.max(marketFirst.get().known(), marketLast.get().known()));
        return new Expected(own - market, known);
    }

    @Test
    void labelsAndTheirKnownTimesAreThoseOfASearchThroughAllRows() {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<Bar> bars = bars(new Random(seed));

            LabelTable labels = Rows.labels(TEXT, Rows.of(bars).frame());

            for (int i = 0; i < bars.size(); i++) {
                Expected expected = oracle(bars, bars.get(i));
                String what = "seed " + seed + ", row " + bars.get(i);
                assertThat(labels.isMissing(i)).as(what).isEqualTo(expected == null);
                assertThat(labels.values()[i]).as(what).isEqualTo((Double) (expected == null ? Double.NaN : expected.value()));
                assertThat(labels.knownAt()[i])
                        .as(what)
                        .isEqualTo(expected == null ? bars.get(i).known() : expected.knownAt());
            }
        }
    }

    @Test
    void noLabelIsKnownBeforeItsRowOrItsHorizon() {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<Bar> bars = bars(new Random(seed));

            LabelTable labels = Rows.labels(TEXT, Rows.of(bars).frame());

            for (int i = 0; i < bars.size(); i++) {
                if (!labels.isMissing(i)) {
                    assertThat(labels.knownAt()[i])
                            .as("seed %d, row %s", seed, bars.get(i))
                            .isGreaterThanOrEqualTo(bars.get(i).known())
                            .isGreaterThan(bars.get(i).event() + HORIZON);
                }
            }
        }
    }

    /** A bar that comes in after a moment changes no label that counted at that moment, if earlier bars keep their place. */
    @Test
    void whatIsKnownLaterChangesNoLabelThatCounted() {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<Bar> bars = bars(new Random(seed)).stream()
                    .filter(bar -> bar.known() == bar.event() + 60_000_000L) // in order: nothing comes in late
                    .toList();
            Frame whole = Rows.of(bars).frame();
            long now = Micros.of(Rows.START) + 20 * HOUR;
            int[] known = java.util.stream.IntStream.range(0, bars.size())
                    .filter(i -> bars.get(i).known() < now)
                    .toArray();

            LabelTable all = Rows.labels(TEXT, whole).take(known);
            LabelTable then = Rows.labels(TEXT, whole.take(known));

            for (int i = 0; i < known.length; i++) {
                boolean counts = !all.isMissing(i) && all.knownAt()[i] < now;
                assertThat(!then.isMissing(i)).as("seed " + seed).isEqualTo(counts);
                if (counts) {
                    assertThat(then.values()[i]).as("seed " + seed).isEqualTo(all.values()[i]);
                }
            }
        }
    }
}
