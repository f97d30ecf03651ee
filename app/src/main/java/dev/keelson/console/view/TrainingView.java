package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trainings of a model.
 *
 * @param shell what every page shares
 * @param current the one that runs, or was asked for, or ended last; null when there was none
 * @param blocked why none can be begun now; empty when one can
 * @param effect what beginning one does
 * @param earlier all that are known, newest first
 */
public record TrainingView(
        Shell shell, @Nullable Current current, String blocked, String effect, List<Row> earlier) {

    /**
     * A training.
     *
     * @param id its id
     * @param state how far it is
     * @param running whether it runs
     * @param stopping whether it was told to stop and has not ended yet
     * @param sentence how far it is, in words
     * @param done fits that have ended
     * @param of how many there are; 0 until that is known
     * @param log what it told, the oldest first
     * @param run id of the run that came out, or null
     */
    public record Current(
            String id,
            Badge state,
            boolean running,
            boolean stopping,
            String sentence,
            int done,
            int of,
            List<Line> log,
            @Nullable String run) {}

    /**
     * A line of a log.
     *
     * @param at the second
     * @param text what happened
     */
    public record Line(String at, String text) {}

    /**
     * A training in the list.
     *
     * @param id its id
     * @param started the minute
     * @param state how far it is
     * @param actor who asked
     * @param fits fits that were made
     * @param took how long
     * @param outcome what came out, in one sentence
     * @param run id of the run that came out, or null
     */
    public record Row(
            String id,
            String started,
            Badge state,
            String actor,
            String fits,
            String took,
            String outcome,
            @Nullable String run) {}
}
