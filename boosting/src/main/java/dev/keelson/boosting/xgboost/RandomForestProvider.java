package dev.keelson.boosting.xgboost;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.tree.TreeFormat;
import dev.keelson.learn.tree.TreeModelCodec;
import java.util.List;
import java.util.Map;

/** Registers the random forest as {@code random_forest}. Making a learner loads no native code; fitting does. */
public final class RandomForestProvider implements LearnerProvider {

    @Override
    public String name() {
        return RandomForestLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return RandomForestConfig.NAMES;
    }

    @Override
    public ModelCodec codec() {
        return new TreeModelCodec(TreeFormat.RANDOM_FOREST);
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        return new RandomForestLearner(RandomForestConfig.of(settings));
    }
}
