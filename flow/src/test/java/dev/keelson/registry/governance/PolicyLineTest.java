package dev.keelson.registry.governance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PolicyLineTest {

    @Test
    void numbersAreShortHoweverLargeTheyAre() {
        assertThat(PolicyLine.number(Double.MAX_VALUE)).isEqualTo("1.798E+308");
        assertThat(PolicyLine.number(1.23456e-12)).isEqualTo("1.235E-12");
        assertThat(PolicyLine.number(0.00012345678)).isEqualTo("0.0001235");
        assertThat(PolicyLine.number(123456.789)).isEqualTo("123500");
        assertThat(PolicyLine.number(3)).isEqualTo("3");
        assertThat(PolicyLine.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
    }
}
