package dev.keelson.learn.spi;

import dev.keelson.learn.Learner;
import java.util.List;
import java.util.Map;

/** Makes learners of one kind from the settings of a project file. */
public interface LearnerProvider {

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
}
