package dev.keelson.boosting.lightgbm;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

class LightGbmLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        return new LightGbmLearner(LightGbmConfig.of(Map.of("rounds", 40L, "eta", 0.2)));
    }

    @Override
    protected ModelCodec codec() {
        return new LightGbmProvider().codec();
    }
}
