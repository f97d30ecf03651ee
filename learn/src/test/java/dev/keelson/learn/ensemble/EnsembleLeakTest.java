package dev.keelson.learn.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.FitControl.MemberBudget;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.baseline.BaselineLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.learn.split.CombinatorialPurged;
import dev.keelson.learn.split.EventTimes;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.PurgedKFold;
import dev.keelson.learn.split.Splitter;
import dev.keelson.learn.split.WalkForward;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was fitted on out-of-fold predictions does not trust a member for rows that it has seen. */
final class EnsembleLeakTest {
    private static final Task COIN = new Task.Classification(List.of("no", "yes"));

    private static double loss(Model model, TrainingSet rows) {
        return ValidationLoss.of(rows, model.predictAll(rows.features()));
    }

    @Test
    void outOfFoldPredictionsComeFromModelsThatDidNotSeeTheRow() {
        TrainingSet rows = timed(200, 10);
        List<Splitter> splitters = List.of(
                new PurgedKFold(5, 10, 10),
                new WalkForward(5, 10, 0.3),
                new CombinatorialPurged(6, 2, 10, 10));

        for (Splitter splitter : splitters) {
            MemoryLearner memory = new MemoryLearner();
            OutOfFold outOfFold = OutOfFold.of(List.of(memory), rows, rows.folds(splitter), false, MemberBudget.ALL, 1);

            assertThat(memory.asked.get()).isGreaterThanOrEqualTo(outOfFold.rows().length);
            assertThat(memory.remembered).hasValue(0);
        }
    }

    @Test
    void rowsWhoseLabelsOverlapTheJudgedOnesDoNotTrain() {
        TrainingSet rows = timed(100, 30);
        List<Fold> folds = rows.folds(new PurgedKFold(4, 30, 30));

        assertThat(folds).hasSize(4).allSatisfy(fold -> {
            long start = fold.start();
            for (int row : fold.train()) {
                long event = row * 10L;
                assertThat(event + 30 < start || event > fold.end() + 30).as("row %d", row).isTrue();
            }
        });
    }

    @Test
    void aMemberThatKnowsItsRowsByHeartGetsNoSay() {
        TrainingSet rows = Ensembles.rows(600, 3, 1, 5, COIN);
        TrainingSet later = Ensembles.rows(600, 3, 1, 6, COIN);
        Learner logistic = new LogisticLearner(LogisticConfig.defaults());

        Model greedy = Ensembles.of(EnsembleKind.GREEDY, Map.of(), logistic, new MemoryLearner())
                .fit(rows, 1);
        Model stack = Ensembles.of(EnsembleKind.STACKING, Map.of(), logistic, new MemoryLearner())
                .fit(rows, 1);

        double alone = loss(logistic.fit(rows, 1), later);
        assertThat(loss(greedy, later)).isLessThan(alone + 0.01);
        assertThat(loss(stack, later)).isLessThan(alone + 0.01);
    }

    @Test
    void noiseGainsNothing() {
        Learner logistic = new LogisticLearner(LogisticConfig.defaults().withL2(1e-6));
        double gained = 0;
        for (int seed = 0; seed < 10; seed++) {
            TrainingSet rows = Ensembles.rows(300, 20, 0, seed, COIN);
            TrainingSet later = Ensembles.rows(300, 20, 0, 100 + seed, COIN);

            Model stack = Ensembles.of(EnsembleKind.STACKING, Map.of(), logistic, new BaselineLearner(List.of()))
                    .fit(rows, 1);

            gained += Math.log(2) - loss(stack, later);
        }

        assertThat(gained / 10).isBetween(-0.02, 0.003); // the logistic regression alone loses about 0.04
    }

    private static TrainingSet timed(int n, long horizon) {
        TrainingSet plain = Ensembles.rows(n, 2, 1, 3, COIN);
        long[] events = IntStream.range(0, n).mapToLong(i -> i * 10L).toArray();
        long[] known = IntStream.range(0, n).mapToLong(i -> i * 10L + horizon).toArray();
        return new TrainingSet(
                plain.features(),
                plain.target(),
                null,
                new EventTimes(events, known, IntStream.range(0, n).toArray()));
    }
}
