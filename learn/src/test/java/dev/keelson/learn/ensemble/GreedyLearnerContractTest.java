package dev.keelson.learn.ensemble;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.baseline.BaselineLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;

final class GreedyLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        return Ensembles.of(
                EnsembleKind.GREEDY,
                Map.of(),
                new LogisticLearner(LogisticConfig.defaults()),
                new LogisticLearner(LogisticConfig.defaults().withL2(100)),
                new BaselineLearner(List.of()));
    }

    @Override
    protected ModelCodec codec() {
        return Ensembles.CODEC;
    }
}
