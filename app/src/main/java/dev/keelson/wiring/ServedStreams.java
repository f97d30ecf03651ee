package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.StreamService;

/** The streams of a project that another process of this machine owns and serves. */
record ServedStreams(OwnerClient owner) implements StreamService {
    private static final String STREAMS = "/api/v1/models/%s/streams";

    @Override
    public JsonNode check(String model) {
        return owner.post(OwnerClient.address(STREAMS, model));
    }

    @Override
    public JsonNode changes(String model) {
        return owner.get(OwnerClient.address(STREAMS, model));
    }
}
