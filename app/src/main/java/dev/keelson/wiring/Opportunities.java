package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Bets.Filter;
import dev.keelson.project.ServeDefinition.Webhook;
import dev.keelson.remote.RegistryCourier;
import dev.keelson.remote.RegistryLink;
import dev.keelson.store.sqlite.SqliteOpportunities;
import dev.keelson.store.sqlite.SqliteOpportunities.Kept;
import dev.keelson.store.sqlite.SqliteOpportunities.Wanted;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Opportunities: captured, settled, told to a webhook. Their store is the outbox, too: what waits there is sent, also after a
 * restart. Safe for use by several threads.
 */
final class Opportunities implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** So many that wait are looked at together. */
    private static final int TOGETHER = 100;

    private final SqliteOpportunities store;
    private final InstantSource clock;
    private final @Nullable Webhook webhook;
    private final @Nullable HttpClient client;
    private final @Nullable RegistryCourier courier;

    Opportunities(Path file, @Nullable Webhook webhook, InstantSource clock) {
        this.store = new SqliteOpportunities(file);
        this.clock = clock;
        this.webhook = webhook;
        if (webhook == null) {
            this.client = null;
            this.courier = null;
        } else {
            this.client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(PATIENCE)
                    .build();
            this.courier = new RegistryCourier(
                    "the webhook of opportunities", this::send, Duration.ofSeconds(1), Duration.ofMinutes(5), new SecureRandom());
        }
    }

    /** The opportunity of that id; null when there is none. */
    @Nullable ObjectNode find(String id) {
        return store.find(id).map(Opportunities::told).orElse(null);
    }

    /** Keeps one; it is on disk when this returns. */
    ObjectNode capture(ObjectNode opportunity) {
        String id = opportunity.path("id").asText();
        store.capture(id, Instant.parse(opportunity.path("at").asText()), opportunity.toString(), webhook != null);
        if (courier != null) {
            courier.nudge();
        }
        return Objects.requireNonNull(find(id));
    }

    /** Says what became of one; it is on disk when this returns. */
    ObjectNode settle(String id, ObjectNode settlement) {
        store.settle(id, settlement.toString());
        return Objects.requireNonNull(find(id));
    }

    /** A page, the newest first. */
    ObjectNode page(Filter filter) {
        Wanted wanted = new Wanted(filter.state(), filter.columns(), filter.from(), filter.to(), filter.text());
        long before = filter.cursor() == null ? Long.MAX_VALUE : Long.parseLong(filter.cursor());
        List<Kept> found = store.page(wanted, before, filter.limit() + 1); // one more says whether there is another page
        List<Kept> listed = found.subList(0, Math.min(filter.limit(), found.size()));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("total", store.count(wanted));
        ArrayNode list = answer.putArray("opportunities");
        listed.forEach(each -> list.add(told(each)));
        answer.put(
                "next_cursor",
                listed.size() < found.size() ? Long.toString(listed.getLast().number()) : null);
        return answer;
    }

    private static ObjectNode told(Kept kept) {
        ObjectNode opportunity = parsed(kept.document());
        opportunity.put("state", kept.state()).put("webhook", kept.webhook());
        String settlement = kept.settlement();
        if (settlement != null) {
            opportunity.set("settlement", parsed(settlement));
        }
        return opportunity;
    }

    private static ObjectNode parsed(String json) {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored opportunity is not JSON.", e);
        }
    }

    /** Sends what waits, the oldest first, until something is not taken. */
    private RegistryLink.Sent send() {
        int sent = 0;
        for (List<Kept> next = store.waiting(TOGETHER); !next.isEmpty(); next = store.waiting(TOGETHER)) {
            for (Kept waiting : next) {
                String problem = send(parsed(waiting.document()));
                if (problem != null) {
                    return new RegistryLink.Sent(sent, store.waiting(), 0, problem);
                }
                sent++;
            }
        }
        return new RegistryLink.Sent(sent, 0, 0, null);
    }

    /** Sends one; why it must be tried again, or null. */
    private @Nullable String send(ObjectNode opportunity) {
        Webhook to = Objects.requireNonNull(webhook);
        String id = opportunity.path("id").asText();
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("event", "opportunity.captured");
        document.set("opportunity", opportunity);
        String body = document.toString();
        String time = Long.toString(clock.instant().getEpochSecond());
        HttpRequest request = HttpRequest.newBuilder(URI.create(to.url()))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("X-Keelson-Event", "opportunity.captured")
                .header("X-Keelson-Delivery", opportunity.path("score").path("id").asText())
                .header("X-Keelson-Timestamp", time)
                .header("X-Keelson-Signature", "sha256=" + signature(to.secret(), time + "." + body))
                .POST(BodyPublishers.ofString(body))
                .build();
        int status;
        try {
            HttpResponse<Void> answer = Objects.requireNonNull(client).send(request, BodyHandlers.discarding());
            status = answer.statusCode();
        } catch (IOException e) {
            return "The webhook of opportunities cannot be reached (%s).".formatted(e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "The webhook of opportunities was not waited for.";
        }
        boolean accepted = status >= 200 && status < 300;
        boolean refused = status >= 400 && status < 500 && status != 408 && status != 429;
        if (!accepted && !refused) {
            return "The webhook of opportunities answered %d.".formatted(status);
        }
        store.told(id, clock.instant(), accepted, status);
        return null;
    }

    /** HMAC-SHA256 of a text, in hexadecimal digits. */
    static String signature(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256.", e);
        }
    }

    @Override
    public void close() {
        if (courier != null) {
            courier.close();
        }
        if (client != null) {
            client.shutdownNow();
        }
        store.close();
    }
}
