package dev.keelson.client;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request that the server refused, or could not answer. */
public final class ServerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param code such as {@code K702}
     * @param field where in the request, such as {@code rows[3].AvgH}; null for nowhere in particular
     * @param detail what was wrong and what was expected
     * @param hint a likely remedy; null for none
     */
    public record Problem(String code, @Nullable String field, String detail, @Nullable String hint) {
        @Override
        public String toString() {
            return (field == null ? "" : field + ": ") + detail + (hint == null ? "" : " " + hint);
        }
    }

    ServerFailure(int status, String code, List<Problem> problems) {
        super("status %d, %s: %s"
                .formatted(status, code, problems.stream().map(Problem::toString).collect(Collectors.joining("; "))));
        this.status = status;
        this.code = code;
        this.problems = List.copyOf(problems);
    }

    /** The HTTP status: 4xx when the request is wrong, 503 when a retry may help. */
    public int status() {
        return status;
    }

    /** The code of the first problem. */
    public String code() {
        return code;
    }

    /** Everything that is wrong. */
    public List<Problem> problems() {
        return problems;
    }

    /** Whether the same request may be answered later. */
    public boolean mayBeRetried() {
        return status == 503 || status == 429;
    }
}
