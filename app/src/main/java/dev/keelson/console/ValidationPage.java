package dev.keelson.console;

import dev.keelson.console.view.Markup;
import dev.keelson.console.view.ValidationView;
import dev.keelson.data.ValidationReport;
import dev.keelson.error.Problem;
import java.util.Locale;

/** A validation report as one HTML file: no script, no font, nothing to load. */
public final class ValidationPage {
    private ValidationPage() {}

    /** The file, with times in UTC. */
    public static String html(ValidationReport report) {
        String summary = String.format(
                Locale.ROOT,
                "%,d rows of the %s were looked at on %s: %,d would go to quarantine, %,d would be marked.",
                report.read(),
                report.of() == ValidationReport.Of.SOURCE ? "source" : "version " + report.version(),
                report.at(),
                report.quarantined(),
                report.marked());
        return Templates.render(
                "validation.jte",
                new ValidationView(
                        report.source(),
                        report.verdict().name().toLowerCase(Locale.ROOT),
                        summary,
                        report.problems().stream().map(Problem::toString).toList(),
                        report.checks().stream()
                                .map(check -> new ValidationView.Check(
                                        check.passed()
                                                ? "holds"
                                                : check.severity().name().toLowerCase(Locale.ROOT),
                                        check.condition(),
                                        check.observedText(),
                                        check.detail() == null ? "" : check.detail()))
                                .toList(),
                        report.examples().stream()
                                .map(row -> new ValidationView.Row(
                                        row.location().toString(), row.reason(), row.rawLine()))
                                .toList(),
                        DriftReportPage.META_POLICY,
                        new Markup(DriftReportPage.CSS)));
    }
}
