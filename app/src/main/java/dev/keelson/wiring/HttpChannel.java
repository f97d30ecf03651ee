package dev.keelson.wiring;

import dev.keelson.control.alert.AlertChannel;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Set;

/**
 * A channel that is told by a POST of JSON. It waits ten seconds for an answer and follows no redirect, so that nothing is sent to
 * another place than the project file says. An address is never part of an error: it may be a secret.
 */
abstract class HttpChannel implements AlertChannel {
    private final String name;
    private final Set<String> kinds;
    private final URI address;
    private final HttpClient client = SignedPost.client();

    HttpChannel(String name, Set<String> kinds, URI address) {
        this.name = name;
        this.kinds = Set.copyOf(kinds);
        this.address = address;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Set<String> kinds() {
        return kinds;
    }

    /** What is sent. */
    abstract String body(Alert alert, Delivery delivery);

    /** Headers beside the type. */
    Map<String, String> headers(Delivery delivery, String body) {
        return Map.of();
    }

    @Override
    public final Answer send(Alert alert, Delivery delivery) {
        String body = body(alert, delivery);
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(SignedPost.PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        headers(delivery, body).forEach(request::header);
        return SignedPost.send(client, request.build(), SignedPost.PATIENCE);
    }

    @Override
    public final void close() {
        client.shutdownNow();
    }
}
