package dev.keelson.e2e.study;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends a call until it is acknowledged. Each attempt says by the header {@code User-Agent} which one it is, so that what it
 * did can be told from what the others did. Safe for use by several threads.
 *
 * @param http sends
 * @param url of the server, without a slash at the end
 * @param acknowledged counts what was acknowledged
 * @param unanswered counts attempts that got no answer, or one that the server failed
 */
record PatientCaller(HttpClient http, String url, AtomicLong acknowledged, AtomicLong unanswered) {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 50;

    /**
     * An answer.
     *
     * @param body what the server said
     * @param attempts how often it was asked, the last time with success
     */
    record Acknowledged(String body, int attempts) {}

    /** Posts to an address of MLflow's REST interface. */
    Acknowledged post(String who, String path, String body) {
        return send(
                who,
                HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    /**
     * Sends until it is acknowledged.
     *
     * @param who what the attempts are called
     */
    Acknowledged send(String who, HttpRequest.Builder request) {
        for (int attempt = 1; ; attempt++) {
            HttpRequest sent =
                    request.setHeader("User-Agent", name(who, attempt)).timeout(ANSWER).build();
            try {
                HttpResponse<String> answer = http.send(sent, BodyHandlers.ofString());
                boolean made = attempt > 1 && answer.body().contains("RESOURCE_ALREADY_EXISTS"); // by an earlier attempt
                if (answer.statusCode() == 200 || made) {
                    acknowledged.incrementAndGet();
                    return new Acknowledged(answer.body(), attempt);
                }
                if (answer.statusCode() < 500) {
                    throw new IllegalStateException("%s: %d %s".formatted(sent.uri(), answer.statusCode(), answer.body()));
                }
                unanswered.incrementAndGet();
            } catch (IOException e) {
                unanswered.incrementAndGet(); // the server is gone: it comes back
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** What an attempt is called. */
    static String name(String who, int attempt) {
        return "%s, attempt %d".formatted(who, attempt);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
