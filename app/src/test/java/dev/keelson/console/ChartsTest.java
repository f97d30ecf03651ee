package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.console.Charts.Compared;
import dev.keelson.console.Charts.WeeklyLoss;
import dev.keelson.stats.Histogram;
import java.io.IOException;
import java.io.StringReader;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class ChartsTest {

    static Stream<String> charts() {
        double nan = Double.NaN;
        Histogram some = Histogram.shared(new double[] {1, 2, 2, 3, 4, 5.5}, new double[] {4, 5, nan}, 5);
        Histogram none = Histogram.shared(new double[] {nan}, new double[] {nan}, 5);
        Histogram constant = Histogram.shared(new double[] {7, 7}, new double[] {7}, 5);
        return Stream.of(
                Charts.histogram(some, "a<b>&\"c'").html(),
                Charts.smallHistogram(some, "x").html(),
                Charts.histogram(none, "x").html(),
                Charts.histogram(constant, "x").html(),
                Charts.sparkline(new double[] {}, nan, "empty").html(),
                Charts.sparkline(new double[] {1}, 2, "one").html(),
                Charts.sparkline(new double[] {1, nan, 1, 1}, nan, "flat with a gap").html(),
                Charts.reliability("H", List.of(new Charts.ReliabilityPoint(0.5, 0.4, 0.2, 0.6, 10))).html(),
                Charts.reliability("H", List.of(new Charts.ReliabilityPoint(0, 0, 0, 0, 1))).html(),
                Charts.intervals(List.of(new Compared("x", nan, nan, nan, true, false)), "loss", 4).html(),
                Charts.intervals(
                                List.of(
                                        new Compared("x", 1, nan, nan, true, false),
                                        new Compared("y", 2, 1.5, 2.5, false, true)),
                                "loss",
                                4)
                        .html(),
                Charts.losses(
                                List.of(new WeeklyLoss(LocalDate.of(2020, 2, 3), 1, 1, 1, nan, nan)),
                                List.of(),
                                "log loss")
                        .html(),
                Charts.strip(List.of(new Charts.Strip(LocalDate.of(2020, 2, 3), "alarm", "off", "shifted", 2, "promote", 1)))
                        .html(),
                Charts.probabilities(new double[] {0.2, 0.3, 0.5}, List.of("H", "D", "A"), 2).html());
    }

    @ParameterizedTest
    @MethodSource("charts")
    void everyChartIsWellFormedWithoutStylesOrMissingNumbers(String svg)
            throws ParserConfigurationException, IOException, SAXException {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));

        assertThat(document.getDocumentElement().getAttribute("aria-label")).isNotBlank();
        assertThat(svg).doesNotContain("style").doesNotContain("NaN").doesNotContain("Infinity");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 5, 0.2, 0, 1",
        "0.9621, 1.0834, 6, 0.02, 0.96, 1.1",
        "0, 0.37, 4, 0.1, 0, 0.4",
        "-3, 7, 5, 2, -4, 8",
        "1, 1, 5, 0.002, 0.998, 1.002"
    })
    void ticksAreOneTwoOrFive(double low, double high, int count, double step, double first, double last) {
        Axis axis = Axis.nice(low, high, 0, 100, count);

        assertThat(axis.step()).isCloseTo(step, within(1e-9));
        assertThat(axis.low()).isCloseTo(first, within(1e-9));
        assertThat(axis.high()).isCloseTo(last, within(1e-9));
    }

    @Test
    void tickLabelsCarryJustTheDecimalsTheyNeed() {
        Axis axis = Axis.nice(0.96, 1.08, 0, 100, 6);

        assertThat(axis.label(axis.ticks()[1])).isEqualTo("0.98");
        assertThat(Axis.nice(0, 0.3, 0, 1, 3).percent(0.1)).isEqualTo("10 %");
        assertThat(Axis.nice(0, 40, 0, 1, 4).label(20)).isEqualTo("20");
    }

    @Test
    void numbersReadTheSameEverywhere() {
        assertThat(Text.short3(1234.4)).isEqualTo("1,234");
        assertThat(Text.short3(0.12345)).isEqualTo("0.123");
        assertThat(Text.short3(0.0001)).isEqualTo("< 0.001");
        assertThat(Text.short3(-0.0001)).isEqualTo("> -0.001");
        assertThat(Text.fixed(-0.0, 2)).isEqualTo("0.00");
        assertThat(Text.percent(Double.NaN)).isEqualTo("–");
        assertThat(Text.interval(0.97, Double.POSITIVE_INFINITY, 3)).isEqualTo("–");
    }
}
