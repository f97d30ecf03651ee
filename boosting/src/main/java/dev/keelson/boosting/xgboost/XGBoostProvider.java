package dev.keelson.boosting.xgboost;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.tree.TreeModelCodec;
import java.util.List;
import java.util.Map;

/** Registers XGBoost as {@code xgboost}. Making a learner loads no native code; fitting does. */
public final class XGBoostProvider implements LearnerProvider {

    @Override
    public String name() {
        return XGBoostLearner.NAME;
    }

    @Override
    public List<String> settingNames() {
        return XGBoostConfig.NAMES;
    }

    @Override
    public ModelCodec codec() {
        return new TreeModelCodec();
    }

    @Override
    public Learner create(Map<String, Object> settings) {
        return new XGBoostLearner(XGBoostConfig.of(settings));
    }

    /**
     * Loads the native library, so that a machine that lacks something says so before work begins.
     *
     * @throws dev.keelson.error.KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    public static void requireNatives() {
        XGBoostNatives.load();
    }
}
