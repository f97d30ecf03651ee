package dev.keelson.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Checks that are made one after another, so that the problems of all are told at once. Not thread-safe. */
public final class AllProblems {
    private final List<Problem> problems = new ArrayList<>();

    /** What is made; empty, and its problems kept, when that fails. */
    public <T> Optional<T> of(Supplier<T> made) {
        try {
            return Optional.of(made.get());
        } catch (KeelsonException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    /** Makes a check, and keeps its problems. */
    public void check(Runnable check) {
        try {
            check.run();
        } catch (KeelsonException e) {
            problems.addAll(e.problems());
        }
    }

    /** Keeps problems found otherwise. */
    public void add(List<Problem> found) {
        problems.addAll(found);
    }

    /** Whether there are any yet. */
    public boolean any() {
        return !problems.isEmpty();
    }

    /**
     * Ends where there is any.
     *
     * @throws KeelsonException with all that were kept
     */
    public void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }
}
