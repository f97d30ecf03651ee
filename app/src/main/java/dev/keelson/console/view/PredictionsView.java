package dev.keelson.console.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The list of predictions.
 *
 * @param shell what every page shares
 * @param models every model, to choose from
 * @param roles what a version may have been, to choose from
 * @param filter what was asked for
 * @param classes the model's classes
 * @param rows newest first
 * @param total how many match, in words
 * @param first address of the first page, or null when this is it
 * @param next address of the next page, or null on the last
 * @param empty why there are no rows
 * @param command what changes that
 */
public record PredictionsView(
        Shell shell,
        List<String> models,
        List<String> roles,
        Filter filter,
        List<String> classes,
        List<Row> rows,
        String total,
        @Nullable String first,
        @Nullable String next,
        String empty,
        String command) {

    /**
     * The filters as they were typed.
     *
     * @param model chosen model
     * @param typed name to what was typed, empty where nothing was: {@code id}, {@code text}, {@code version}, {@code role},
     *     {@code served}, {@code settled}, {@code outcome}, {@code min_confidence}, {@code max_confidence}, {@code from},
     *     {@code to} and {@code metadata}
     */
    public record Filter(String model, Map<String, String> typed) {
        /** Copies the map. */
        public Filter {
            typed = Map.copyOf(typed);
        }

        /** What was typed for a name. */
        public String of(String name) {
            return typed.getOrDefault(name, "");
        }
    }

    /**
     * A prediction.
     *
     * @param id its id
     * @param when time of the event
     * @param entity who and what it is about
     * @param segment group
     * @param version such as {@code v3}
     * @param role what the version was, and whether it was a shadow
     * @param client who asked, or a dash
     * @param bar the probabilities drawn
     * @param probabilities of each class
     * @param predicted the most probable class
     * @param confidence its probability
     * @param outcome what happened, or a dash
     * @param hit {@code hit}, {@code miss} or empty
     */
    public record Row(
            String id,
            String when,
            String entity,
            String segment,
            String version,
            String role,
            String client,
            Markup bar,
            List<String> probabilities,
            String predicted,
            String confidence,
            String outcome,
            String hit) {}
}
