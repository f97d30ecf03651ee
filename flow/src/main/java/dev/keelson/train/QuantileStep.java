package dev.keelson.train;

import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Task;
import dev.keelson.learn.split.Fold;
import dev.keelson.train.Training.Fitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fits quantiles beside a model's value: the members of the model that can tell them, once more for the quantiles, all with
 * the same weight. A mean of quantiles in order is in order.
 */
final class QuantileStep {
    private final TrainingRequest request;
    private final Task.Quantiles task;
    private final List<Learner> learners;
    /** Positions of the learners that can tell them. */
    private final int[] members;

    private final MemberBudget budget;

    private QuantileStep(
            TrainingRequest request, Task.Quantiles task, List<Learner> learners, int[] members, MemberBudget budget) {
        this.request = request;
        this.task = task;
        this.learners = learners;
        this.members = members;
        this.budget = budget;
    }

    /**
     * Quantiles of some rows.
     *
     * @param rows the table's row of each
     * @param values {@code rows * levels}, row by row
     */
    record Rows(int[] rows, double[] values, int levels) {

        double[] level(int k) {
            return IntStream.range(0, rows.length)
                    .mapToDouble(i -> values[i * levels + k])
                    .toArray();
        }

        double[] low() {
            return level(0);
        }

        double[] high() {
            return level(levels - 1);
        }

        /** How far each value lies outside the lowest and the highest quantile; negative inside. */
        double[] scores(TrainingTable table) {
            double[] scores = new double[rows.length];
            for (int i = 0; i < scores.length; i++) {
                double value = table.values()[rows[i]];
                scores[i] = Math.max(values[i * levels] - value, value - values[(i + 1) * levels - 1]);
            }
            return scores;
        }
    }

    /**
     * What was told of rows that nothing was fitted on.
     *
     * @param levels rising
     * @param outOfFold each row once, in the order of time
     * @param onTest the test period, by members fitted before
     * @param crossed rows of the test period times members where quantiles had to be put in order
     * @param members how many members tell quantiles
     * @param model of all rows
     */
    record Told(List<Double> levels, Rows outOfFold, Rows onTest, int crossed, int members, EnsembleModel model) {}

    /** The step of a request; null when it asks for no quantiles or none of its learners can tell them. */
    static @Nullable QuantileStep of(TrainingRequest request, List<Learner> learners, MemberBudget budget) {
        List<Double> levels = request.definition().form().quantiles();
        if (levels.isEmpty()) {
            return null;
        }
        Task.Quantiles task = new Task.Quantiles(levels);
        int[] members = IntStream.range(0, learners.size())
                .filter(m -> learners.get(m).supports(task))
                .toArray();
        return members.length == 0 ? null : new QuantileStep(request, task, learners, members, budget);
    }

    /** A fit of each member on some rows. */
    List<Callable<Fitted>> tasks(int[] train, int[] predict) {
        List<Callable<Fitted>> tasks = new ArrayList<>();
        for (int member : members) {
            tasks.add(() -> Training.fit(request, task, learners, member, train, predict, budget));
        }
        return tasks;
    }

    /** The members together. */
    EnsembleModel model(List<Fitted> fitted) {
        List<EnsembleModel.Member> models = new ArrayList<>();
        double[] weights = new double[members.length];
        Arrays.fill(weights, 1.0 / members.length);
        for (int m = 0; m < members.length; m++) {
            models.add(new EnsembleModel.Member(
                    learners.get(members[m]).name(), fitted.get(m).model()));
        }
        return new EnsembleModel(models, weights, 1);
    }

    /** @param fitted on all rows, before the test period, and of each fold, the members of each in order */
    Told told(List<Fitted> fitted, List<Fold> folds, Fold holdout) {
        int count = members.length;
        int levels = task.levels().size();
        List<Integer> rows = new ArrayList<>();
        List<double[]> parts = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int f = 0; f < folds.size(); f++) {
            int[] validation = folds.get(f).validation();
            double[] mean = mean(fitted.subList((2 + f) * count, (3 + f) * count));
            int[] once = IntStream.range(0, validation.length) // combined blocks judge a row several times
                    .filter(i -> seen.add(validation[i]))
                    .toArray();
            parts.add(Scores.take(mean, levels, once));
            IntStream.of(once).forEach(i -> rows.add(validation[i]));
        }
        double[] told = parts.stream().flatMapToDouble(Arrays::stream).toArray();
        int[] order = IntStream.range(0, rows.size())
                .boxed()
                .sorted(Comparator.comparingLong(
                        i -> request.table().eventTime()[rows.get(i)]))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Fitted> before = fitted.subList(count, 2 * count);
        int[] tested = holdout.validation();
        int crossed = 0;
        for (Fitted each : before) {
            crossed += each.model().crossed(request.table().features().take(tested));
        }
        return new Told(
                task.levels(),
                new Rows(
                        IntStream.of(order).map(rows::get).toArray(),
                        Scores.take(told, levels, order),
                        levels),
                new Rows(tested, mean(before), levels),
                crossed,
                count,
                model(fitted.subList(0, count)));
    }

    private static double[] mean(List<Fitted> fitted) {
        double[] mean = new double[fitted.getFirst().predictions().length];
        for (Fitted each : fitted) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += each.predictions()[i] / fitted.size();
            }
        }
        return mean;
    }
}
