package dev.keelson.console.view;

import java.util.List;

/**
 * The searches for settings of a model.
 *
 * @param shell what every page shares
 * @param space the settings that are searched, each with its values; empty when the project file names none
 * @param facts how they are searched
 * @param trials how many the project file asks for
 * @param samplers what may propose settings
 * @param blocked why none can be begun now; empty when one can
 * @param rows newest first
 */
public record StudiesView(
        Shell shell,
        List<Fact> space,
        List<Fact> facts,
        String trials,
        List<String> samplers,
        String blocked,
        List<Row> rows) {

    /**
     * A search.
     *
     * @param id its id
     * @param started the minute
     * @param state how far it is
     * @param trials how many ended, of how many
     * @param sampler what proposed them
     * @param best least loss
     * @param outcome what came out, in one sentence
     */
    public record Row(
            String id, String started, Badge state, String trials, String sampler, String best, String outcome) {}
}
