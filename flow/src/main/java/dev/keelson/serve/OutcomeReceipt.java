package dev.keelson.serve;

import org.jspecify.annotations.Nullable;

/**
 * What became of an outcome that was sent.
 *
 * @param event the outcome
 * @param matched whether the log holds a prediction of that model and entity, or of that id; one that does not is kept all the same, and
 *     settles predictions that come later
 * @param before the outcome that counted until now, or null when there was none
 */
public record OutcomeReceipt(OutcomeEvent event, boolean matched, @Nullable String before) {

    /** Whether it says the same as what counted before, so that nothing was written. */
    public boolean repeated() {
        return event.outcome().equals(before);
    }

    /** Whether it replaces another outcome; that one stays in the journal. */
    public boolean corrected() {
        return before != null && !repeated();
    }
}
