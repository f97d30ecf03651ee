package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import dev.keelson.learn.conformal.PredictionRange;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AdviceJsonTest {
    private static final List<String> CLASSES = List.of("H", "D", "A");

    @Test
    void setAndDecisionAreReadBack() {
        Advice advice = new Advice(
                0.9,
                new boolean[] {true, false, true},
                null,
                new Disagreement(0.5, 0.02),
                new Advice.Decision(true, 2, 0.31, 0.3));

        String text = AdviceJson.of(advice, CLASSES).toString();
        Advice read = Objects.requireNonNull(AdviceJson.read(AdviceJson.of(advice, CLASSES), CLASSES));

        assertThat(text)
                .isEqualTo("{\"set\":[\"H\",\"A\"],\"coverage\":0.9,\"disagreement\":{\"mean\":0.5,\"deviation\":0.02},"
                        + "\"decision\":{\"act\":true,\"class\":\"A\",\"score\":0.31,\"threshold\":0.3}}");
        assertThat(read).usingRecursiveComparison().isEqualTo(advice);
    }

    @Test
    void whatIsNotFiniteIsNull() {
        Advice advice = new Advice(
                0.99,
                null,
                new PredictionRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
                null,
                new Advice.Decision(false, 0, Double.NEGATIVE_INFINITY, Double.NaN));

        String text = AdviceJson.of(advice, CLASSES).toString();

        assertThat(text)
                .isEqualTo("{\"interval\":{\"lower\":null,\"upper\":null},\"coverage\":0.99,"
                        + "\"decision\":{\"act\":false,\"class\":\"H\",\"score\":null,\"threshold\":null}}");
        assertThat(AdviceJson.read(AdviceJson.of(advice, CLASSES), CLASSES)).isEqualTo(advice);
    }

    @Test
    void quantilesAreReadBack() {
        Advice advice = new Advice(
                Double.NaN, null, null, null, null, new Advice.Quantiles(List.of(0.1, 0.9), List.of(-1.5, 2.5)));

        assertThat(AdviceJson.of(advice, List.of()).toString())
                .isEqualTo("{\"quantiles\":[{\"level\":0.1,\"value\":-1.5},{\"level\":0.9,\"value\":2.5}]}");
        assertThat(AdviceJson.read(AdviceJson.of(advice, List.of()), List.of())).isEqualTo(advice);
    }

    @Test
    void noAdviceHasNoFields() {
        assertThat(AdviceJson.of(null, CLASSES)).isEmpty();
        assertThat(AdviceJson.read(AdviceJson.of(null, CLASSES), CLASSES)).isNull();
    }
}
