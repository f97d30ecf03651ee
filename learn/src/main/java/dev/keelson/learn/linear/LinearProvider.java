package dev.keelson.learn.linear;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;

/** Registers linear regression as {@code linear}. */
public final class LinearProvider implements LearnerProvider {

    @Override
    public String name() {
        return LinearLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return LinearConfig.NAMES;
    }

    @Override
    public ModelCodec codec() {
        return new LinearCodec();
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        return new LinearLearner(LinearConfig.of(settings));
    }
}
