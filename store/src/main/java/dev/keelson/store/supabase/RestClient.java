package dev.keelson.store.supabase;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests with patience: an answer of 429 or 5xx, and a connection that fails, are tried again after a pause that
 * doubles each time, or that the server asks for. The key goes into headers and nowhere else. Safe for use by several
 * threads.
 */
final class RestClient {
    private static final int ATTEMPTS = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int LARGEST_ANSWER = 64 << 20;

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final Pause pause;

    /** @param pause how to wait */
    RestClient(Pause pause) {
        this.pause = pause;
    }

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    /**
     * An answer.
     *
     * @param body its bytes
     * @param contentRange the header of that name, or empty
     */
    record Answer(int status, byte[] body, String contentRange) {}

    /**
     * Sends a request until it is answered.
     *
     * @param body JSON, or null for a GET
     * @throws IOException when there is no answer after the last attempt, or it is too large
     */
    Answer send(URI uri, String key, Map<String, String> headers, byte @Nullable [] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(60))
                .header("apikey", key)
                .header("Authorization", "Bearer " + key)
                .header("Accept", "application/json");
        headers.forEach(request::header);
        if (body == null) {
            request.GET();
        } else {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        Duration wait = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            Duration asked = wait;
            try {
                HttpResponse<InputStream> response =
                        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                Answer answer = answer(response);
                boolean again = answer.status() == 429 || answer.status() >= 500;
                if (!again || attempt == ATTEMPTS) {
                    return answer;
                }
                OptionalLong seconds = seconds(response.headers().firstValue("Retry-After").orElse(""));
                if (seconds.isPresent()) {
                    asked = Duration.ofSeconds(Math.min(LONGEST_PAUSE.toSeconds(), seconds.getAsLong()));
                }
            } catch (java.net.ConnectException | java.net.http.HttpTimeoutException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            pause.of(asked);
            Duration twice = wait.multipliedBy(2);
            wait = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
        }
    }

    private static Answer answer(HttpResponse<InputStream> response) throws IOException {
        try (InputStream in = response.body()) {
            byte[] bytes = in.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw new IOException("the answer is larger than %d bytes".formatted(LARGEST_ANSWER));
            }
            return new Answer(
                    response.statusCode(), bytes, response.headers().firstValue("Content-Range").orElse(""));
        }
    }

    private static OptionalLong seconds(String text) {
        return text.matches("[0-9]{1,9}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
