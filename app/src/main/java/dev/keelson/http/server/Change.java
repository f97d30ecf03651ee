package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import io.helidon.webserver.http.ServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The body of a request that changes something by who and why; everything that is wrong with it is told at once. Not safe for use by
 * several threads.
 */
final class Change {
    private final JsonNode body;
    private final AllProblems all = new AllProblems();
    private final String actor;
    private final Optional<String> reason;

    /**
     * @param actor who asks
     * @param reason why
     */
    record By(String actor, String reason) {}

    private Change(JsonNode body, String actor, List<String> keys) {
        this.body = body;
        this.actor = actor;
        all.check(() -> requireKnown(keys));
        this.reason = all.of(() -> CatalogEndpoints.reason(body));
    }

    /**
     * Reads it.
     *
     * @param keys it may have beside {@code actor} and {@code reason}
     * @throws KeelsonException BAD_REQUEST if it is no JSON object
     */
    static Change read(ServerRequest request, String... keys) {
        JsonNode body = CatalogEndpoints.body(request);
        return new Change(
                body, CatalogEndpoints.actor(request, body), Stream.concat(Stream.of("actor", "reason"), Stream.of(keys)).sorted().toList());
    }

    JsonNode body() {
        return body;
    }

    /** What is read of it; empty when that fails. */
    <T> Optional<T> of(Supplier<T> read) {
        return all.of(read);
    }

    /** A check that is made in any case. */
    void check(Runnable check) {
        all.check(check);
    }

    /**
     * Who and why, once nothing is wrong.
     *
     * @param otherwise what would be refused after this, to be told with the rest
     * @throws KeelsonException with every problem
     */
    By by(Runnable otherwise) {
        if (all.any()) {
            all.check(otherwise);
        }
        all.throwIfAny();
        return new By(actor, reason.orElseThrow());
    }

    private void requireKnown(List<String> keys) {
        List<Problem> problems = new ArrayList<>();
        for (String key : (Iterable<String>) body::fieldNames) {
            if (!keys.contains(key)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The body has no field (%s); it may have %s.".formatted(key, keys),
                        Suggestion.sentence(key, keys).orElse(null)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }
}
