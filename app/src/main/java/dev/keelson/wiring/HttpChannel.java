package dev.keelson.wiring;

import dev.keelson.control.alert.AlertChannel;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * A channel that is told by a POST of JSON. It waits ten seconds for an answer and follows no redirect, so that nothing is sent to
 * another place than the project file says. An address is never part of an error: it may be a secret.
 */
abstract class HttpChannel implements AlertChannel {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final Set<String> kinds;
    private final URI address;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build();

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
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        headers(delivery, body).forEach(request::header);
        try {
            HttpResponse<Void> answer = client.send(request.build(), BodyHandlers.discarding());
            return answer(answer.statusCode());
        } catch (IOException e) {
            return Answer.later("It cannot be reached (%s).".formatted(e.getClass().getSimpleName()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.later("Its answer was not waited for.");
        }
    }

    private static Answer answer(int status) {
        if (status >= 200 && status < 300) {
            return Answer.TAKEN;
        }
        boolean refused = status >= 300 && status < 500 && status != 408 && status != 425 && status != 429;
        String why = "It answered %d.".formatted(status);
        return refused ? Answer.refused(why) : Answer.later(why);
    }

    @Override
    public final void close() {
        client.shutdownNow();
    }
}
