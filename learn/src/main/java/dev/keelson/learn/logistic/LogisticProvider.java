package dev.keelson.learn.logistic;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;

/** Registers multinomial logistic regression as {@code logistic}. */
public final class LogisticProvider implements LearnerProvider {

    @Override
    public String name() {
        return LogisticLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return LogisticConfig.NAMES;
    }

    @Override
    public ModelCodec codec() {
        return new LogisticCodec();
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        return new LogisticLearner(LogisticConfig.of(settings));
    }
}
