package dev.keelson.learn.ensemble;

import dev.keelson.learn.Learner;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.linear.LinearConfig;
import dev.keelson.learn.linear.LinearLearner;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

final class VotingValuesTest extends ValueLearnerContract {
    @Override
    protected Learner learner() {
        return Ensembles.of(
                EnsembleKind.VOTING,
                Map.of(),
                new LinearLearner(LinearConfig.of(Map.of())),
                new LinearLearner(LinearConfig.of(Map.of("alpha", 1.0, "l1_ratio", 0.5))));
    }

    @Override
    protected ModelCodec codec() {
        return Ensembles.CODEC;
    }
}
