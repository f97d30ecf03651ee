package dev.keelson.console.view;

import java.util.List;

/**
 * How one version of a source's data differs from another.
 *
 * @param shell what every page shares
 * @param source their source
 * @param before the version compared with, as it was named
 * @param after the version compared, likewise
 * @param facts how many rows differ, and how
 * @param same whether nothing differs
 * @param columns what became of columns
 * @param examples the first of the rows that differ
 * @param statistics by column, before and after
 */
public record DifferenceView(
        Shell shell,
        String source,
        String before,
        String after,
        List<Fact> facts,
        boolean same,
        List<String> columns,
        List<Example> examples,
        List<Pair> statistics) {

    /**
     * A row that differs.
     *
     * @param kind what became of it
     * @param key the values of its key
     * @param cells what changed, each as {@code column: before → after}
     */
    public record Example(Badge kind, String key, List<String> cells) {}

    /**
     * A column in both versions.
     *
     * @param column its name
     * @param changed how many of the changed rows differ in it
     * @param missing share without a value, before and after
     * @param distinct different values, before and after
     * @param mean before and after
     * @param before spread before, drawn
     * @param after spread after, drawn on the same scale
     */
    public record Pair(
            String column,
            String changed,
            String missing,
            String distinct,
            String mean,
            Markup before,
            Markup after) {}
}
