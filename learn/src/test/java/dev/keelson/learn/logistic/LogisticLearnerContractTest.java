package dev.keelson.learn.logistic;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.spi.ModelCodec;

class LogisticLearnerContractTest extends LearnerContract {
    @Override
    protected Learner learner() {
        return new LogisticLearner(LogisticConfig.defaults().withL2(1));
    }

    @Override
    protected ModelCodec codec() {
        return new LogisticCodec();
    }
}
