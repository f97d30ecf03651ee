package dev.keelson.boosting.xgboost;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

class RandomForestLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        return new RandomForestLearner(RandomForestConfig.of(Map.of("trees", 60L)));
    }

    @Override
    protected ModelCodec codec() {
        return new RandomForestProvider().codec();
    }
}
