package dev.keelson.wiring;

import dev.keelson.control.alert.AlertChannel.Answer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A POST that waits a bounded time for the whole answer, also for one whose body never ends, follows no redirect and never tells the
 * address, which may be a secret.
 */
final class SignedPost {
    /** So long an answer may take. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private SignedPost() {}

    /** A client that does not send anything to another place than it was told. */
    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build();
    }

    /** The headers by which a receiver knows who sent it, and which message it is. */
    static Map<String, String> headers(String event, String delivery, String secret, Instant now, String body) {
        String time = Long.toString(now.getEpochSecond());
        return Map.of(
                "X-Keelson-Event", event,
                "X-Keelson-Delivery", delivery,
                "X-Keelson-Timestamp", time,
                "X-Keelson-Signature", "sha256=" + Opportunities.signature(secret, time + "." + body));
    }

    /** Sends it; what the other side said. */
    static Answer send(HttpClient client, HttpRequest request, Duration patience) {
        CompletableFuture<HttpResponse<Void>> sent = client.sendAsync(request, BodyHandlers.discarding());
        try {
            return answer(sent.get(patience.toMillis(), TimeUnit.MILLISECONDS).statusCode());
        } catch (ExecutionException e) {
            Throwable why = e.getCause() instanceof IOException io ? io : e;
            return Answer.later("It cannot be reached (%s).".formatted(why.getClass().getSimpleName()));
        } catch (TimeoutException e) {
            return Answer.later("It did not answer within %d seconds.".formatted(patience.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.later("Its answer was not waited for.");
        } finally {
            sent.cancel(true);
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
}
