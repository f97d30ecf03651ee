package dev.keelson.error;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An error that callers expect and a person can act upon. It carries every problem that was found, not only the first.
 * Messages never hold a secret.
 */
public final class KeelsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** One problem. */
    public KeelsonException(Problem problem) {
        this(List.of(problem), null);
    }

    /** One problem without a place. */
    public KeelsonException(ErrorCode code, String message, @Nullable String hint) {
        this(Problem.of(code, message, hint));
    }

    /** One problem with the exception that caused it. */
    public KeelsonException(ErrorCode code, String message, @Nullable String hint, Throwable cause) {
        this(List.of(Problem.of(code, message, hint)), cause);
    }

    /**
     * All problems at once.
     *
     * @param problems at least one
     */
    public KeelsonException(List<Problem> problems, @Nullable Throwable cause) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), cause);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("problems must not be empty.");
        }
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order they were found; never empty. */
    public List<Problem> problems() {
        return problems;
    }

    /** The code of the first problem. */
    public ErrorCode code() {
        return problems.getFirst().code();
    }
}
