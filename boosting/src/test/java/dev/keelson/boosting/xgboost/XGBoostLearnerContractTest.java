package dev.keelson.boosting.xgboost;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

class XGBoostLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        return new XGBoostLearner(XGBoostConfig.of(Map.of("rounds", 40L, "eta", 0.2, "min_child_weight", 1L)));
    }

    @Override
    protected ModelCodec codec() {
        return new XGBoostProvider().codec();
    }
}
