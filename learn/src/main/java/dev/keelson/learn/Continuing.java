package dev.keelson.learn;

/** A learner whose models can go on learning. Safe for use by several threads, as every learner. */
public interface Continuing extends Learner {

    /** Whether its models can go on in that way. */
    boolean continues(ContinuationMode mode);

    /**
     * A model that goes on from another one; that one is left as it was. The same model, rows, manner and seed give the
     * same bytes.
     *
     * @param base fitted by a learner of this kind, on rows with the same features and of the same task
     * @param rows what it learns from now, at least one
     * @param how in a mode that it {@linkplain #continues continues} in
     * @param seed reaches everything random
     * @throws IllegalArgumentException if the model is of another learner, or reads or tells something else
     */
    Model goOn(Model base, TrainingSet rows, Continuation how, long seed);

    /**
     * Checks that a model is of a kind and fits the rows.
     *
     * @return the model, as that kind
     * @throws IllegalArgumentException if it does not
     */
    static <M extends Model> M require(Class<M> kind, Model base, TrainingSet rows) {
        if (!kind.isInstance(base)
                || !base.features().equals(rows.features().names())
                || !base.task().equals(rows.task())) {
            throw new IllegalArgumentException(
                    "A model (%s) that reads %s and tells %s cannot go on from rows with %s that tell %s."
                            .formatted(
                                    base.format(),
                                    base.features(),
                                    base.outputs(),
                                    rows.features().names(),
                                    rows.task().outputs()));
        }
        return kind.cast(base);
    }
}
