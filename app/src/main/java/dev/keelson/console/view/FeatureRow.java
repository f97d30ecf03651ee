package dev.keelson.console.view;

/**
 * A column of a drift report.
 *
 * @param name the column
 * @param severity what it says
 * @param histogram both sides over the same bins
 * @param trend effect over the last checks, empty without history
 * @param effect distance in reference standard deviations
 * @param band what the reference's own windows show
 * @param adjusted adjusted p-value
 * @param psi index, with what it would show without drift
 * @param missing share of missing values, before and now
 * @param importance share of the model's importance, empty where no model weighs the columns
 * @param rows effective rows
 */
public record FeatureRow(
        String name,
        Badge severity,
        Markup histogram,
        Markup trend,
        String effect,
        String band,
        String adjusted,
        String psi,
        String missing,
        String importance,
        String rows) {}
