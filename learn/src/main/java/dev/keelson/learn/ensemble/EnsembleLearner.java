package dev.keelson.learn.ensemble;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.EnsembleModel.Member;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.linear.LinearConfig;
import dev.keelson.learn.linear.LinearLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.Splitter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learners that are fitted together and predict as one. Whatever weighs the members is fitted on out-of-fold predictions
 * alone: of rows that the predicting model was not fitted on, with the embargo kept. Then each member is fitted on all
 * rows, or, {@code bagged}, is the mean of its fold models. Rows without times count as happening one after the other.
 *
 * <p>Where the rows do not suffice for the folds, nothing can be weighed fairly: the members are fitted on all rows and
 * averaged, by the given weights if there are any, and the model's file says {@code out_of_fold_rows: 0}.
 *
 * <p>Where a budget ends before the members do, the first ones make the model, and {@link Fit#steps} tells how many.
 *
 * <p>Fitted member by member in one thread; the same rows, settings and seed give the same bytes if that is so of the
 * members.
 *
 * <p>Sources: Wolpert, D. H. (1992), Stacked generalization, Neural Networks 5; Breiman, L. (1996), Stacked regressions,
 * Machine Learning 24; for the greedy selection see {@link GreedySelection}.
 */
public final class EnsembleLearner implements Learner {
    private final EnsembleConfig config;
    private final List<Learner> members;
    private final Splitter splitter;

    /**
     * An ensemble whose folds the settings describe.
     *
     * @param members at least one
     * @param embargoMicros gap between rows that train and rows that judge, at least the horizon
     * @param horizonMicros how far after its event a row's label looks
     */
    public EnsembleLearner(
            EnsembleConfig config, List<? extends Learner> members, long embargoMicros, long horizonMicros) {
        this(config, members, config.splitter(embargoMicros, horizonMicros));
    }

    /**
     * An ensemble with folds of its own.
     *
     * @param members at least one
     * @param splitter parts the rows; each row that some fold judges counts
     */
    public EnsembleLearner(EnsembleConfig config, List<? extends Learner> members, Splitter splitter) {
        this.config = config;
        this.members = List.copyOf(members);
        this.splitter = splitter;
        if (members.isEmpty() || config.weights().size() != members.size()) {
            throw new IllegalArgumentException("There are %d members and %d weights; as many of both are needed."
                    .formatted(members.size(), config.weights().size()));
        }
    }

    @Override
    public String name() {
        return config.kind().key();
    }

    /** {@inheritDoc} Those of a member are {@code <position>.<learner>.<setting>}. */
    @Override
    public Map<String, Object> settings() {
        SortedMap<String, Object> all = new TreeMap<>(config.settings());
        for (int m = 0; m < members.size(); m++) {
            String prefix = "%d.%s.".formatted(m, members.get(m).name());
            members.get(m).settings().forEach((name, value) -> all.put(prefix + name, value));
        }
        return Collections.unmodifiableSortedMap(all);
    }

    /** {@inheritDoc} What all members can; classes are needed to count votes, and quantiles are not stacked. */
    @Override
    public boolean supports(Task task) {
        boolean own = switch (task) {
            case Task.Classification _ -> true;
            case Task.Regression _ -> !config.hard();
            case Task.Quantiles _ -> !config.hard() && config.kind() != EnsembleKind.STACKING;
        };
        return own && members.stream().allMatch(member -> member.supports(task));
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (!supports(rows.task())) {
            throw new IllegalArgumentException("The ensemble %s of %s does not tell %s."
                    .formatted(
                            name(),
                            members.stream().map(Learner::name).toList(),
                            rows.task().outputs()));
        }
        Fitted fitted = fitted(rows, control.members(), seed);
        if (control.validation().isEmpty()) {
            return new Fit(fitted.model(), fitted.members(), List.of());
        }
        TrainingSet held = control.validation().get();
        double loss = ValidationLoss.of(held, fitted.model().predictAll(held.features()));
        control.monitor().after(1, loss);
        return new Fit(fitted.model(), fitted.members(), List.of(loss));
    }

    /** A model, and how many members were fitted for it. */
    private record Fitted(Model model, int members) {}

    private Fitted fitted(TrainingSet rows, MemberBudget budget, long seed) {
        List<Fold> folds = config.kind() == EnsembleKind.VOTING ? List.of() : folds(rows);
        if (folds.isEmpty()) {
            List<Member> all = whole(rows, budget, seed);
            double[] given = given(all.size());
            Combination vote = config.hard() ? new Combination.Votes(given) : new Combination.Mean(given);
            return new Fitted(new CombinedModel(all, vote, CombinedModel.Evidence.NONE), all.size());
        }
        OutOfFold outOfFold = OutOfFold.of(members, rows, folds, !config.bagged(), budget, seed);
        TrainingSet judged = rows.take(outOfFold.rows());
        List<Member> last = config.bagged() ? bags(outOfFold) : named(outOfFold.whole());
        int count = judged.rows();
        CombinedModel model = switch (config.kind()) {
            case VOTING, BAGGING ->
                new CombinedModel(last, Combination.Mean.equal(last.size()), CombinedModel.Evidence.NONE);
            case GREEDY -> selected(last, GreedySelection.of(outOfFold.predictions(), judged, config.rounds()), count);
            case STACKING -> new CombinedModel(last, stack(outOfFold, judged), new CombinedModel.Evidence(count, 0));
        };
        return new Fitted(model, last.size());
    }

    /** The weights of the first members, summing to 1; equal ones where those say nothing. */
    private double[] given(int count) {
        double[] given = new double[count];
        double sum = 0;
        for (int m = 0; m < count; m++) {
            given[m] = config.weights().get(m);
            sum += given[m];
        }
        for (int m = 0; m < count && count < members.size(); m++) {
            given[m] = sum > 0 ? given[m] / sum : 1.0 / count;
        }
        return given;
    }

    private List<Fold> folds(TrainingSet rows) {
        try {
            return rows.folds(splitter);
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_ENOUGH_ROWS) {
                return List.of();
            }
            throw e;
        }
    }

    /** Members that are fitted on all rows, as many as the budget lets. */
    private List<Member> whole(TrainingSet rows, MemberBudget budget, long seed) {
        List<Model> fitted = new ArrayList<>();
        while (fitted.size() < members.size() && (fitted.isEmpty() || budget.another(fitted.size()))) {
            int m = fitted.size();
            fitted.add(members.get(m).fit(rows, seed + m));
        }
        return named(fitted);
    }

    private List<Member> named(List<Model> models) {
        List<Member> named = new ArrayList<>();
        for (int m = 0; m < models.size(); m++) {
            named.add(new Member(members.get(m).name(), models.get(m)));
        }
        return named;
    }

    private List<Member> bags(OutOfFold outOfFold) {
        List<Model> bags = new ArrayList<>();
        for (int m = 0; m < outOfFold.models().size(); m++) {
            String name = members.get(m).name();
            List<Member> models = outOfFold.models().get(m).stream()
                    .map(model -> new Member(name, model))
                    .toList();
            bags.add(new CombinedModel(models, Combination.Mean.equal(models.size()), CombinedModel.Evidence.NONE));
        }
        return named(bags);
    }

    /** The members that were picked; the others are not kept. */
    private static CombinedModel selected(List<Member> members, GreedySelection selection, int rows) {
        double[] weights = selection.weights(members.size());
        List<Member> picked = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int m = 0; m < weights.length; m++) {
            if (weights[m] > 0) {
                picked.add(members.get(m));
                shares.add(weights[m]);
            }
        }
        return new CombinedModel(
                picked,
                new Combination.Mean(
                        shares.stream().mapToDouble(Double::doubleValue).toArray()),
                new CombinedModel.Evidence(rows, selection.picks().size()));
    }

    private Combination.Stack stack(OutOfFold outOfFold, TrainingSet judged) {
        Task task = judged.task();
        List<String> names = members.subList(0, outOfFold.models().size()).stream()
                .map(Learner::name)
                .toList();
        TrainingSet upper = new TrainingSet(
                MetaFeatures.of(names, task).matrix(outOfFold.predictions(), judged.rows()),
                judged.target(),
                judged.weights());
        Learner meta = task instanceof Task.Classification
                ? new LogisticLearner(LogisticConfig.defaults().withL2(config.l2()))
                : new LinearLearner(LinearConfig.of(Map.of("alpha", config.alpha())));
        return Combination.Stack.of(meta.fit(upper, 0), names, task);
    }
}
