package dev.keelson.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;

/** Another registry that does not answer, with one conflict. */
final class SeededRegistry implements OtherRegistry {
    @Override
    public ObjectNode status() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("remote", "https://mlflow.example.org")
                .put("reachable", false)
                .put("waiting", 2)
                .put("conflicts", 1);
    }

    @Override
    public ObjectNode sync() {
        throw new KeelsonException(
                ErrorCode.REGISTRY_UNREACHABLE, "The server (https://mlflow.example.org) cannot be reached.", null);
    }

    @Override
    public ObjectNode conflicts(boolean settled) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.putArray("conflicts").addObject().put("id", "0123456789").put("kind", "alias");
        return node;
    }

    @Override
    public ObjectNode settle(String id, String keep, String actor) {
        if (!id.equals("0123456789")) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no conflict (%s).".formatted(id), null);
        }
        return JsonNodeFactory.instance.objectNode().put("id", id).put("kept", keep).put("settled_by", actor);
    }
}
