package dev.keelson.learn.ensemble;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.baseline.BaselineLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.split.KFold;
import java.util.List;
import java.util.Map;

final class StackingLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        List<Learner> members = List.of(
                new LogisticLearner(LogisticConfig.defaults()),
                new LogisticLearner(LogisticConfig.defaults().withL2(100)),
                new BaselineLearner(List.of()));
        // drawn at random: sorted labels would make blocks whose rest has other frequencies
        return new EnsembleLearner(
                EnsembleConfig.of(EnsembleKind.STACKING, 3, Map.of()), members, new KFold(5, true, 1));
    }

    @Override
    protected ModelCodec codec() {
        return Ensembles.CODEC;
    }
}
