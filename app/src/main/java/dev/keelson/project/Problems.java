package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong with one project file, gathered so that it can be told at once. Not thread-safe. */
final class Problems {
    private static final Comparator<Problem> IN_FILE_ORDER = Comparator.comparingInt((Problem problem) ->
                    problem.location() == null ? 0 : problem.location().line())
            .thenComparingInt(problem ->
                    problem.location() == null ? 0 : problem.location().column());

    private final Set<Problem> found = new LinkedHashSet<>();

    void add(ErrorCode code, @Nullable Location location, String message, @Nullable String hint) {
        found.add(Problem.at(code, location, message, hint));
    }

    /** Takes over the problems of an expression; those without a place get {@code fallback}. */
    void addAll(KeelsonException failure, Location fallback) {
        for (Problem problem : failure.problems()) {
            found.add(problem.location() == null ? placed(problem, fallback) : problem);
        }
    }

    private static Problem placed(Problem problem, Location location) {
        return Problem.at(problem.code(), location, problem.message(), problem.hint());
    }

    int size() {
        return found.size();
    }

    /** All problems in the order of their places; problems at one place keep the order in which they were found. */
    List<Problem> inFileOrder() {
        return found.stream().sorted(IN_FILE_ORDER).toList();
    }

    /** @throws KeelsonException with all problems, if there is any */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new KeelsonException(inFileOrder(), null);
        }
    }
}
