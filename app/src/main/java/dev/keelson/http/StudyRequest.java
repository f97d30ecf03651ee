package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A search for settings of a model; what is not said is as the project file says. Trials that have ended are kept while a
 * search runs: the same search after a stop goes on where it was, and comes to the same end.
 *
 * @param trials how many settings are tried at most, at least 1
 * @param sampler what proposes them, as in project files
 * @param seed of the proposals; that of the model when it is not said
 * @param fresh whether trials that are kept are run again
 */
public record StudyRequest(
        String model,
        @Nullable Integer trials,
        @Nullable String sampler,
        @Nullable Long seed,
        boolean fresh)
        implements Jobs.Request {
    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        node.put("sampler", sampler);
        node.put("seed", seed);
        node.put("best", progress.best());
    }
}
