package dev.keelson.learn.tune;

import org.jspecify.annotations.Nullable;

/**
 * A setting that is searched.
 *
 * @param name the learner's name for it
 * @param domain the values it may take
 * @param condition when it is active; null: always
 */
public record Parameter(String name, Domain domain, @Nullable Condition condition) {

    /** A parameter that is always active. */
    public static Parameter of(String name, Domain domain) {
        return new Parameter(name, domain, null);
    }

    /** The same, active only under a condition. */
    public Parameter when(String parent, Object... values) {
        return new Parameter(name, domain, Condition.when(parent, values));
    }

    /** As in a project file: {@code 3..10 when booster = gbtree}. */
    public String text() {
        return condition == null ? domain.text() : domain.text() + " when " + condition.text();
    }
}
