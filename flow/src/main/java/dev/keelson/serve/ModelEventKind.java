package dev.keelson.serve;

import java.util.Locale;

/** What was done with a model. */
public enum ModelEventKind {
    /** A version was judged: an evaluation, a backtest, a check for drift. */
    EVALUATION,
    /** A version was trained. */
    TRAINING;

    /** As it is written outside. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
