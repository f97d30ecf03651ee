package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.SectionsAloneView;
import java.time.ZoneId;
import java.util.List;

/** A health report as one HTML file: no script, no font, nothing to load; its policy is that of {@link DriftReportPage}. */
public final class HealthReportPage {
    /** The content security policy that the file itself declares; a server sends the same. */
    public static final String POLICY = DriftReportPage.POLICY;

    private HealthReportPage() {}

    /**
     * The file.
     *
     * @param report as {@code HealthReport.toJson} writes it
     * @param zone in which times are shown
     */
    public static String html(JsonNode report, ZoneId zone) {
        return Templates.render(
                "alone.jte",
                new SectionsAloneView(
                        "Health of %s %s".formatted(report.path("model").asText(), HealthSections.version(report)),
                        List.of(HealthSections.verdict(report, zone), HealthSections.scores(report), HealthSections.advice(report)),
                        DriftReportPage.META_POLICY,
                        new Markup(DriftReportPage.CSS)));
    }
}
