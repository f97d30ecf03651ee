package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CellNumbersTest {
    private final CellNumbers numbers = new CellNumbers();

    private boolean reads(String text) {
        return numbers.readDouble(text.toCharArray(), 0, text.length());
    }

    private boolean readsLong(String text) {
        return numbers.readLong(text.toCharArray(), 0, text.length());
    }

    @Test
    void doublesAreThoseOfTheJavaLanguageBitForBit() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String text = switch (seed % 4) {
                case 0 -> String.format(Locale.ROOT, "%." + random.nextInt(12) + "f", random.nextGaussian() * 1000);
                case 1 -> Double.toString(Double.longBitsToDouble(random.nextLong() & 0xFFEF_FFFF_FFFF_FFFFL));
                case 2 -> random.nextLong() + "." + random.nextLong(Long.MAX_VALUE);
                default -> "-0.0" + random.nextInt(1000);
            };
            if (text.equals("NaN")) {
                continue;
            }

            assertThat(reads(text)).as("seed %d: %s", seed, text).isTrue();

            assertThat(Double.doubleToLongBits(numbers.doubleValue()))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(Double.doubleToLongBits(Double.parseDouble(text)));
        }
    }

    @Test
    void onlyDecimalNotationIsANumber() {
        for (String text :
                List.of("1d", "0x1p3", "Infinity", "-Infinity", "1e", "e5", ".", "-", "1.2.3", "1 2", "1,5", "1e999")) {
            assertThat(reads(text)).as(text).isFalse();
        }
        for (String text : List.of("1", " 1.5 ", ".5", "5.", "+3", "1e5", "1E-5", "NaN")) {
            assertThat(reads(text)).as(text).isTrue();
        }
    }

    @Test
    void wholeNumbersKeepAll64Bits() {
        for (long value : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 922337203685477580L}) {
            assertThat(readsLong(Long.toString(value))).isTrue();
            assertThat(numbers.longValue()).isEqualTo(value);
        }
        for (String text :
                List.of("9223372036854775808", "-9223372036854775809", "99999999999999999999", "1.0", "", "-")) {
            assertThat(readsLong(text)).as(text).isFalse();
        }
    }
}
