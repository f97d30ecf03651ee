package dev.keelson.boosting.lightgbm;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.tree.TreeFormat;
import dev.keelson.learn.tree.TreeModelCodec;
import java.util.List;
import java.util.Map;

/** Registers LightGBM as {@code lightgbm}. Making a learner loads no native code; fitting does. */
public final class LightGbmProvider implements LearnerProvider {

    @Override
    public String name() {
        return LightGbmLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return LightGbmConfig.NAMES;
    }

    @Override
    public ModelCodec codec() {
        return new TreeModelCodec(TreeFormat.LIGHTGBM);
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        return new LightGbmLearner(LightGbmConfig.of(settings));
    }

    /**
     * Loads the native library, so that a machine that lacks something says so before work begins.
     *
     * @throws dev.keelson.error.KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    public static void requireNatives() {
        LightGbmNatives.load();
    }
}
