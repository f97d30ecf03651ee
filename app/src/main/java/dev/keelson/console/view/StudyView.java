package dev.keelson.console.view;

import java.util.List;

/**
 * A search for settings.
 *
 * @param shell what every page shares
 * @param id its id
 * @param state how far it is
 * @param running whether it runs
 * @param stopping whether it was told to stop and has not ended yet
 * @param sentence how far it is, or what came out, in words
 * @param done trials that have ended
 * @param of how many there are at most
 * @param facts about it
 * @param resume what the button that goes on says; empty when there is nothing to go on with
 * @param blocked why it cannot go on now; empty when it can
 * @param yaml the best settings for the project file; empty until the search has ended
 * @param history chart of the losses by trial, empty without one
 * @param historyNote what it shows
 * @param importance chart of what mattered, empty when nothing can be told
 * @param importanceNote what it shows, or why it is empty
 * @param parallel chart of all settings together, empty without trials that ended
 * @param parallelNote what the best have in common
 * @param slices a chart of the loss against each setting
 * @param columns the settings of the table
 * @param trials those shown
 * @param pages where the page of the table stands
 * @param byLoss whether the best come first
 */
public record StudyView(
        Shell shell,
        String id,
        Badge state,
        boolean running,
        boolean stopping,
        String sentence,
        int done,
        int of,
        List<Fact> facts,
        String resume,
        String blocked,
        String yaml,
        Markup history,
        String historyNote,
        Markup importance,
        String importanceNote,
        Markup parallel,
        String parallelNote,
        List<Markup> slices,
        List<String> columns,
        List<Row> trials,
        Pages pages,
        boolean byLoss) {

    /**
     * A trial.
     *
     * @param number its place, from 0
     * @param best whether it is the best
     * @param state how it ended
     * @param loss its loss, or a dash
     * @param folds folds that were judged
     * @param settings in the order of the columns, a dash where one is not active
     * @param run id of its nested run
     * @param failure why it failed, or empty
     */
    public record Row(
            int number,
            boolean best,
            Badge state,
            String loss,
            String folds,
            List<String> settings,
            String run,
            String failure) {}
}
