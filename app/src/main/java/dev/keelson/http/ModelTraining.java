package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A training of a model on the data as loaded: the new version becomes its challenger, or its champion where there is none.
 *
 * @param actor who asks, for the audit trail
 */
public record ModelTraining(String model, String actor) implements Jobs.Request {
    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        node.put("actor", actor);
    }
}
