package dev.keelson.learn.ensemble;

import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.split.Fold;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What members tell of rows that they were not fitted on.
 *
 * @param rows positions of the rows that some fold judges, ascending
 * @param predictions of each member, {@code rows * outputs}, row by row; where several folds judge a row, their mean
 * @param models of each member, one for each fold
 * @param whole of each member, fitted on all rows; none when that is not asked for
 */
record OutOfFold(int[] rows, List<double[]> predictions, List<List<Model>> models, List<Model> whole) {

    /**
     * Fits every member on every fold, as long as the budget lets.
     *
     * @param folds at least one
     * @param onAll whether each member is fitted on all rows, too
     * @param seed member {@code m} is fitted with {@code seed + m}
     */
    static OutOfFold of(
            List<Learner> members, TrainingSet set, List<Fold> folds, boolean onAll, MemberBudget budget, long seed) {
        int[] times = new int[set.rows()];
        for (Fold fold : folds) {
            for (int row : fold.validation()) {
                times[row]++;
            }
        }
        int[] rows = IntStream.range(0, times.length).filter(row -> times[row] > 0).toArray();
        int outputs = set.task().outputs().size();
        List<double[]> predictions = new ArrayList<>();
        List<List<Model>> models = new ArrayList<>();
        List<Model> whole = new ArrayList<>();
        for (int m = 0; m < members.size() && (m == 0 || budget.another(m)); m++) {
            double[] sums = new double[times.length * outputs];
            List<Model> own = new ArrayList<>();
            for (Fold fold : folds) {
                Model model = members.get(m).fit(set.take(fold.train()), seed + m);
                own.add(model);
                double[] told = model.predictAll(set.features().take(fold.validation()));
                for (int i = 0; i < told.length; i++) {
                    sums[fold.validation()[i / outputs] * outputs + i % outputs] += told[i];
                }
            }
            double[] means = new double[rows.length * outputs];
            for (int i = 0; i < means.length; i++) {
                int row = rows[i / outputs];
                means[i] = sums[row * outputs + i % outputs] / times[row];
            }
            predictions.add(means);
            models.add(own);
            if (onAll) {
                whole.add(members.get(m).fit(set, seed + m));
            }
        }
        return new OutOfFold(rows, predictions, models, whole);
    }
}
