package dev.keelson.learn.ensemble;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How members become one model. */
public enum EnsembleKind {
    /** Each member is fitted on all rows; their predictions are averaged, or their classes counted. */
    VOTING,
    /** A logistic or ridge regression of the target on the members' out-of-fold predictions. */
    STACKING,
    /** A weighted mean, picked member by member on out-of-fold predictions. */
    GREEDY,
    /** The mean of every member's fold models. */
    BAGGING;

    /** The name in project files, such as {@code stacking}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Names of the settings, sorted. */
    public List<String> settingNames() {
        return switch (this) {
            case VOTING -> List.of("vote", "weights");
            case STACKING -> List.of("alpha", "bagged", "folds", "l2", "split", "weights");
            case GREEDY -> List.of("bagged", "folds", "rounds", "split");
            case BAGGING -> List.of("folds", "split");
        };
    }

    /** The kind of that name in project files; empty when there is none. */
    public static Optional<EnsembleKind> find(String key) {
        for (EnsembleKind kind : values()) {
            if (kind.key().equals(key)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
