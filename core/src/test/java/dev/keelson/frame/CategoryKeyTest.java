package dev.keelson.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CategoryKeyTest {

    /** The numbers are those of CatBoost 1.2.7. */
    @ParameterizedTest
    @CsvSource({
        "'', 1, 797982799",
        "a, 1, -805065478",
        "tennis, 1, -1982996572",
        "south korea, 1, -1239384683",
        "Ünterföhring süd, 1, -443505916",
        "a, 24, 1739172889",
        "ab, 25, -809554368",
        "abc, 30, 1478378317",
        "abcd, 50, 2108692265"
    })
    void lowestBitsAreThoseOfCityHash(String text, int times, int expected) {
        double key = CategoryKey.of(text.repeat(times));

        assertThat(CategoryKey.hash32(key)).isEqualTo(expected);
        assertThat(key).isBetween(0x1p32, 0x1p52);
        assertThat(Math.rint(key)).isEqualTo(key);
    }

    @Test
    void textsHaveNumbersOfTheirOwn() {
        Set<Double> keys = new HashSet<>();

        for (int i = 0; i < 100_000; i++) {
            keys.add(CategoryKey.of("player " + i));
        }

        assertThat(keys).hasSize(100_000);
    }

    @Test
    void wholeNumberIsItsDigits() {
        assertThat(CategoryKey.hash32(3)).isEqualTo(CategoryKey.hash32(CategoryKey.of("3")));
        assertThat(CategoryKey.hash32(-42)).isEqualTo(CategoryKey.hash32(CategoryKey.of("-42")));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, Double.NaN, -3e9, 0x1p52, Double.POSITIVE_INFINITY})
    void otherNumbersAreNoCategory(double number) {
        assertThatThrownBy(() -> CategoryKey.hash32(number))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stands for no category");
    }
}
