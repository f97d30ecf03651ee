package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.ReportCharts.Marked;
import dev.keelson.console.ReportCharts.Step;
import dev.keelson.console.ReportCharts.Trend;
import dev.keelson.console.ReportCharts.Wealth;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class ReportChartsTest {
    private static final double NAN = Double.NaN;
    private static final Marked NOTHING = new Marked(NAN, NAN, NAN, NAN, "");

    private static String bars(Estimate... rows) {
        return ReportCharts.estimates("a label", List.of(rows), NAN, "x", value -> Text.fixed(value, 2)).html();
    }

    static Stream<String> charts() {
        Estimate strange = new Estimate("a<b>&\"c'", -1, -2, 0.5, "worse");
        return Stream.of(
                bars(),
                bars(strange, new Estimate("none", NAN, NAN, NAN, "")),
                bars(new Estimate("zero", 0, 0, 0, "")),
                ReportCharts.estimates("l", List.of(strange), 0.985, "x", Double::toString).html(),
                ReportCharts.curve("empty", List.of(), NOTHING, NAN, "x", "y").html(),
                ReportCharts.curve("one", List.of(new double[] {0.5, NAN}), NOTHING, NAN, "x", "y").html(),
                ReportCharts.curve(
                                "chosen outside",
                                List.of(new double[] {0, 1}, new double[] {1, -2}),
                                new Marked(3, NAN, NAN, NAN, "<chosen>"),
                                0.4,
                                "x",
                                "y")
                        .html(),
                ReportCharts.bank(List.of(), "bank", "other").html(),
                ReportCharts.bank(List.of(new Wealth("2020-01-01", 1, NAN), new Wealth("2020-01-02", 1, NAN)), "bank", "other").html(),
                ReportCharts.bank(
                                List.of(
                                        new Wealth("2020-01-01T04:00:00Z", 1, 1),
                                        new Wealth("2020-01-01T08:00:00Z", 0.9, 1.1)),
                                "bank",
                                "<other>")
                        .html(),
                ReportCharts.waterfall("no steps", 0, List.of(), 0).html(),
                ReportCharts.waterfall("<steps>", 0.1, List.of(new Step("a<b", -0.3), new Step("b", 0)), -0.2).html(),
                ReportCharts.trends("l", List.of("v1"), List.of(new Trend("<f>", List.of(NAN), true))).html());
    }

    @ParameterizedTest
    @MethodSource("charts")
    void everyChartIsWellFormedLabelledAndWithoutMissingNumbers(String svg)
            throws ParserConfigurationException, IOException, SAXException {
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)))
                        .getDocumentElement()
                        .getAttribute("aria-label"))
                .isNotEmpty();
        assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity").doesNotContain(" style=");
    }

    @Test
    void aFallIsShadedUpToTheHighestSoFar() {
        String svg = ReportCharts.bank(
                        List.of(
                                new Wealth("2020-01-01", 100, NAN),
                                new Wealth("2020-01-02", 120, NAN),
                                new Wealth("2020-01-03", 90, NAN)),
                        "bank",
                        "")
                .html();

        String peak = svg.replaceAll("(?s).*class=\"peak\" d=\"([^\"]*)\".*", "$1");
        String[] heights = peak.split("[ML]", -1);
        assertThat(heights[2].split(" ", -1)[1]).isEqualTo(heights[3].split(" ", -1)[1]);
        assertThat(svg).contains("90.0 at the end").doesNotContain("class=\"other\"");
    }

    @Test
    void aBarBelowZeroEndsAtZeroAndSaysItsInterval() {
        String svg = bars(new Estimate("a", -1, -2, 0.5, "worse"));

        assertThat(svg).contains("class=\"bar minus\"").contains("-1.00  [-2.00, 0.50]  worse");
    }

    @Test
    void ofVeryManyPointsSomeAreDrawnTheLastAmongThem() {
        List<double[]> points =
                IntStream.range(0, 50_000).mapToObj(i -> new double[] {i, i % 7}).toList();

        String svg = ReportCharts.curve("many", points, NOTHING, NAN, "x", "y").html();

        assertThat(svg.length()).isLessThan(40_000);
        assertThat(svg.split("class=\"line\" d=\"", -1)[1].split("\"", -1)[0]).matches("(?s).*L497.99 .*");
    }

    @Test
    void whatMovedIsDashedAndNamed() {
        String svg = ReportCharts.trends(
                        "l",
                        List.of("v1", "v2"),
                        List.of(new Trend("a", List.of(0.2, 0.5), true), new Trend("b", List.of(0.3, 0.3), false)))
                .html();

        assertThat(svg).contains("class=\"line moved\"").contains("a  moved").contains("b</text>");
    }
}
