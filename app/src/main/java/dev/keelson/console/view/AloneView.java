package dev.keelson.console.view;

/**
 * A drift report that stands alone.
 *
 * @param report the report
 * @param policy its content security policy
 * @param css its style sheet
 */
public record AloneView(ReportView report, String policy, Markup css) {}
