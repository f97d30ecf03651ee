package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.monitor.CategoryShares;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.stats.Histogram;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DriftReportPageTest {

    @Test
    void theFileNeedsNothingElse() {
        DriftReport report = DriftReport.fromJson(SeededBackend.seeded()
                .reports("drift", SeededBackend.MODEL, 1)
                .getFirst()
                .document());

        String html = DriftReportPage.html(report);

        assertThat(html)
                .startsWith("<!doctype html>")
                .contains("http-equiv=\"Content-Security-Policy\"")
                .contains("overround_b365")
                .contains("Rule recommended")
                .doesNotContain("<script")
                .doesNotContain(" style=")
                .doesNotContain("src=")
                .doesNotContain("href=")
                .doesNotContain("url(");
    }

    @Test
    void namesFromTheReportAreText() {
        String html = DriftReportPage.html(report(List.of(feature("<img src=x>"))));

        assertThat(html).doesNotContain("<img").contains("&lt;img");
    }

    @Test
    void categoriesAreNamedByTheirTexts() {
        List<Histogram.Bin> bars = List.of(new Histogram.Bin(-0.5, 0.5, 900, 20), new Histogram.Bin(0.5, 1.5, 100, 80));
        CategoryShares shares = new CategoryShares(
                0.6, List.of(new CategoryShares.Value("football", 900, 20), new CategoryShares.Value("tennis", 100, 80)));
        FeatureDrift moved = new FeatureDrift(
                "sport",
                0.4,
                0.7,
                0.1,
                Double.NaN,
                1e-9,
                1e-9,
                1.5,
                0.02,
                0,
                0,
                0,
                1,
                1,
                100,
                FeatureDrift.Severity.SEVERE,
                new Histogram(bars, 0, 0),
                shares,
                Double.NaN, null);

        assertThat(DriftReportPage.html(report(List.of(moved))))
                .contains(">football<")
                .contains("tennis: baseline 10.0 %, current 80.0 %");
    }

    @Test
    void importanceIsShownWhereAModelWeighsTheColumns() {
        assertThat(DriftReportPage.html(report(List.of(feature("a", 0.1), feature("b", 0))))).contains("data-label=\"Importance\"");
        assertThat(DriftReportPage.html(report(List.of(feature("b", 0))))).contains("data-label=\"PSI\"").doesNotContain("Importance");
    }

    @Test
    void aThousandColumnsStayBelowFiveMebibytes() {
        List<FeatureDrift> features = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            features.add(feature("column_" + i));
        }

        assertThat(DriftReportPage.html(report(features)).length()).isLessThan(5 << 20);
    }

    private static DriftReport report(List<FeatureDrift> features) {
        Instant at = Instant.parse("2020-06-29T00:00:00Z");
        return new DriftReport(
                "m", 1, at, at.minusSeconds(7), at, Policy.PIKKIT, 1000, 100, DriftReport.Verdict.NONE, "Quiet.", 0, 0.04, features);
    }

    private static FeatureDrift feature(String name) {
        return feature(name, 0.1);
    }

    private static FeatureDrift feature(String name, double importance) {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(i);
        }
        return new FeatureDrift(
                name, importance, 0.02, 0.1, 0.05, 0.4, Double.NaN, 0.01, 0.02, 0, 0.01, 0.1, 0.9, 1.2, 80, FeatureDrift.Severity.NONE,
                Histogram.shared(values, values, 20), null, -0.01, null);
    }
}
