package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A search for features of a model. What it has found out is kept while it runs: the same search after a stop goes on where
 * it was.
 *
 * @param budget how many candidates are tried at most
 * @param seed reaches everything random
 */
public record GenerationRequest(String model, int budget, long seed) implements Jobs.Request {
    /** How many candidates are tried when it is not said. */
    public static final int BUDGET = 60;

    /** The seed when it is not said. */
    public static final long SEED = 42;

    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        node.put("budget", budget);
        node.put("seed", seed);
    }
}
