package dev.keelson.console.view;

import org.jspecify.annotations.Nullable;

/**
 * What every page shares.
 *
 * @param title of the page, first in the window's title
 * @param project name of the project
 * @param section which entry of the navigation is current: {@code overview}, {@code predictions}, {@code bets}, {@code runs},
 *     {@code registry}, {@code data}, {@code features}, {@code lineage}, {@code alerts}, {@code schedules}, {@code admin} or
 *     empty
 * @param theme {@code light}, {@code dark} or {@code system}
 * @param address path and query of this page, to come back to
 * @param assets version of the static files, part of their addresses
 * @param model the model the page is about, or null
 * @param elsewhere whether others serve that model: it has fewer pages
 * @param tab which of the model's pages: {@code model}, {@code drift}, {@code replay} or empty; or which page of a section
 * @param alerts how many alerts are open, in words; empty when none is
 */
public record Shell(
        String title,
        String project,
        String section,
        String theme,
        String address,
        String assets,
        @Nullable String model,
        boolean elsewhere,
        String tab,
        String alerts) {}
