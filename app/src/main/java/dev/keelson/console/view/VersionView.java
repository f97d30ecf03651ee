package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a source's data.
 *
 * @param shell what every page shares
 * @param source its source
 * @param id short
 * @param facts about it
 * @param tags its names
 * @param columns in the order of the schema
 * @param months its partitions
 * @param compare address of what changed against the version before, or null
 */
public record VersionView(
        Shell shell,
        String source,
        String id,
        List<Fact> facts,
        List<String> tags,
        List<Column> columns,
        List<Month> months,
        @Nullable String compare) {

    /**
     * A column.
     *
     * @param name its name
     * @param type of its values
     * @param missing share without a value
     * @param distinct how many different values
     * @param picture how the values spread, drawn
     * @param least the least value
     * @param middle the median
     * @param mean the mean
     * @param std the standard deviation
     * @param greatest the greatest value
     */
    public record Column(
            String name,
            String type,
            String missing,
            String distinct,
            Markup picture,
            String least,
            String middle,
            String mean,
            String std,
            String greatest) {}

    /**
     * A month.
     *
     * @param name such as {@code 2020-01}
     * @param rows how many
     * @param digest short, of the rows
     */
    public record Month(String name, String rows, String digest) {}
}
