package dev.keelson.learn.tune;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with values that a person wrote, to report it at once. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(ErrorCode code, String message, @Nullable String hint) {
        found.add(Problem.of(code, message, hint));
    }

    void badValue(String message) {
        add(ErrorCode.BAD_VALUE, message, null);
    }

    /** Adds a problem unless the condition holds. */
    void require(boolean holds, String message) {
        if (!holds) {
            badValue(message);
        }
    }

    void addAll(KeelsonException exception) {
        found.addAll(exception.problems());
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** Throws when there were any. */
    void finish() {
        if (!found.isEmpty()) {
            throw new KeelsonException(found, null);
        }
    }
}
