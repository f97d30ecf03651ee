package dev.keelson.learn.spi;

import dev.keelson.learn.Learner;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes learners of one kind from the settings of a project file. */
public interface LearnerProvider {

    /** The setting of learners that stop early: steps without a lower loss after which they end; 0 for never. */
    String EARLY_STOPPING = "early_stopping";

    /** The name in project files, such as {@code xgboost}. */
    String name();

    /** Names of all settings it knows, sorted. */
    List<String> settingNames();

    /** The codec of the models that its learners fit. */
    ModelCodec codec();

    /**
     * A learner.
     *
     * @param settings setting to Double, Long, Boolean or String; what is absent takes its default
     * @throws dev.keelson.error.KeelsonException naming every unknown setting and every value out of range
     */
    Learner create(Map<String, Object> settings);

    /** Whether what it trains with is here; presets leave out learners of which it is not. */
    default boolean installed() {
        return true;
    }

    /** The setting that bounds the steps of learners that stop early: {@code rounds}, or {@code epochs}. */
    default String stepsSetting() {
        return settingNames().contains("epochs") ? "epochs" : "rounds";
    }

    /**
     * A learner that takes a given number of steps and never stops early.
     *
     * @param settings of a learner that has {@link #EARLY_STOPPING} and {@link #stepsSetting}
     * @param steps at least 1
     */
    default Learner create(Map<String, Object> settings, int steps) {
        Map<String, Object> exact = new TreeMap<>(settings);
        exact.put(EARLY_STOPPING, 0L);
        exact.put(stepsSetting(), (long) steps);
        return create(exact);
    }
}
