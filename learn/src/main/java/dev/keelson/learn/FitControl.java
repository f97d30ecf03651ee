package dev.keelson.learn;

import java.util.Optional;

/**
 * What watches a fit while it runs.
 *
 * @param validation rows that are not fitted; learners that go step by step tell their loss on them after each step,
 *     and stop early on it when their settings ask for that
 * @param monitor hears the losses and may end the fit
 * @param members how many members an ensemble may fit
 */
public record FitControl(Optional<TrainingSet> validation, Monitor monitor, MemberBudget members) {

    /** Nothing watches. */
    public static final FitControl NONE = new FitControl(Optional.empty(), (step, loss) -> true);

    /** Nothing keeps an ensemble from its members. */
    public FitControl(Optional<TrainingSet> validation, Monitor monitor) {
        this(validation, monitor, MemberBudget.ALL);
    }

    /** Hears the loss on the validation rows after each step, in the thread that fits. */
    @FunctionalInterface
    public interface Monitor {

        /**
         * A step is done.
         *
         * @param step 1 for the first
         * @param loss mean loss on the validation rows: log loss, squared error or pinball loss
         * @return whether to go on; false ends the fit with the steps done so far
         */
        boolean after(int step, double loss);
    }

    /** Whether an ensemble fits another member; asked between members, in the thread that fits. */
    @FunctionalInterface
    public interface MemberBudget {
        /** Every member. */
        MemberBudget ALL = fitted -> true;

        /**
         * Some members are fitted.
         *
         * @param fitted at least 1: the first member is always fitted
         * @return whether to fit the next one; false ends the fit with these members
         */
        boolean another(int fitted);

        /** The first members alone. */
        static MemberBudget first(int members) {
            return fitted -> fitted < members;
        }
    }

    /** The same with another budget. */
    public FitControl withMembers(MemberBudget budget) {
        return new FitControl(validation, monitor, budget);
    }

    /** Loss on some rows alone, without a say. */
    public static FitControl on(TrainingSet validation) {
        return new FitControl(Optional.of(validation), (step, loss) -> true);
    }
}
