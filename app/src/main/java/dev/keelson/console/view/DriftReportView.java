package dev.keelson.console.view;

/**
 * One kept drift report, of whatever tables.
 *
 * @param shell what every page shares
 * @param report the report
 * @param id its id
 * @param others address of the reports of the same comparison, side by side
 */
public record DriftReportView(Shell shell, ReportView report, String id, String others) {}
