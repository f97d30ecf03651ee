package dev.keelson.learn;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.PurgedKFold;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A learner that finds its number of steps on the last fifth of the rows, fitted on those whose labels were known before,
 * and then fits all rows with that number. Where the caller gives validation rows those count instead, and where the
 * rows do not suffice to be parted nothing stops early.
 *
 * <p>{@link Fit#steps} and {@link Fit#losses} tell what was found. Safe for use by several threads.
 */
public final class EarlyStopped implements Learner {
    private static final int PARTS = 5;

    private final Learner watched;
    private final IntFunction<Learner> exact;
    private final PurgedKFold splitter;

    /**
     * @param watched stops early on validation rows
     * @param exact the same learner, which takes the given number of steps and never stops early
     * @param embargoMicros gap between rows that train and rows that judge, at least the horizon
     * @param horizonMicros how far after its event a row's label looks
     */
    public EarlyStopped(Learner watched, IntFunction<Learner> exact, long embargoMicros, long horizonMicros) {
        this.watched = watched;
        this.exact = exact;
        this.splitter = new PurgedKFold(PARTS, embargoMicros, horizonMicros);
    }

    @Override
    public String name() {
        return watched.name();
    }

    @Override
    public Map<String, Object> settings() {
        return watched.settings();
    }

    @Override
    public boolean supports(Task task) {
        return watched.supports(task);
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (control.validation().isPresent()) {
            return watched.fit(rows, control, seed);
        }
        Fold last;
        try {
            last = rows.folds(splitter).getLast();
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_ENOUGH_ROWS) {
                throw e;
            }
            return watched.fit(rows, control, seed);
        }
        FitControl held = new FitControl(Optional.of(rows.take(last.validation())), control.monitor(), control.members());
        Fit found = watched.fit(rows.take(last.train()), held, seed);
        return new Fit(exact.apply(found.steps()).fit(rows, seed), found.steps(), found.losses());
    }
}
