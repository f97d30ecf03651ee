package dev.keelson.learn.baseline;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.LearnerSettings;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Registers baselines as {@code baseline}. */
public final class BaselineProvider implements LearnerProvider {

    @Override
    public String name() {
        return BaselineLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return List.of("features");
    }

    @Override
    public ModelCodec codec() {
        return new BaselineCodec();
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(BaselineLearner.NAME, settings);
        String features = reader.text("features", "");
        reader.finish();
        return new BaselineLearner(Arrays.stream(features.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList());
    }
}
