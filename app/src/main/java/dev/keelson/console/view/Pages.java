package dev.keelson.console.view;

import org.jspecify.annotations.Nullable;

/**
 * Where a page of a list stands.
 *
 * @param total how many entries there are, in words
 * @param range which of them are shown, in words; empty when all are
 * @param previous address of the page before, or null
 * @param next address of the page after, or null
 */
public record Pages(String total, String range, @Nullable String previous, @Nullable String next) {}
