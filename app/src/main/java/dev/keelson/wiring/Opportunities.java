package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Bets.Filter;
import dev.keelson.project.ServeDefinition.Webhook;
import dev.keelson.remote.RegistryCourier;
import dev.keelson.remote.RegistryLink;
import dev.keelson.store.files.FileDecisionLog;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Opportunities in a log of what happened to them: captured, settled, told to a webhook. The log is the outbox, too: what has
 * no line that it was told is sent, also after a restart. Safe for use by several threads.
 */
final class Opportunities implements AutoCloseable {
    /** What the log says of an entry: one of these words. */
    private static final String ENTRY = "entry";

    private static final String CAPTURED = "captured";
    private static final String SETTLED = "settled";
    private static final String TOLD = "told";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final FileDecisionLog log;
    private final InstantSource clock;
    private final @Nullable Webhook webhook;
    private final @Nullable HttpClient client;
    private final @Nullable RegistryCourier courier;
    private final Map<String, ObjectNode> known = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();
    private final Map<String, ObjectNode> waiting = new LinkedHashMap<>();

    Opportunities(Path file, @Nullable Webhook webhook, InstantSource clock) {
        this.log = new FileDecisionLog(file);
        this.clock = clock;
        this.webhook = webhook;
        log.entries().forEach(this::take);
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
    synchronized @Nullable ObjectNode find(String id) {
        ObjectNode found = known.get(id);
        return found == null ? null : found.deepCopy();
    }

    /** Keeps one; it is on disk when this returns. */
    ObjectNode capture(ObjectNode opportunity) {
        ObjectNode kept;
        synchronized (this) {
            ObjectNode entry = opportunity.deepCopy().put(ENTRY, CAPTURED).put("webhook", webhook != null);
            log.append(entry);
            take(entry);
            kept = Objects.requireNonNull(find(opportunity.path("id").asText()));
        }
        if (courier != null) {
            courier.nudge();
        }
        return kept;
    }

    /** Says what became of one; it is on disk when this returns. */
    synchronized ObjectNode settle(String id, ObjectNode settlement) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode().put(ENTRY, SETTLED).put("id", id);
        entry.set("settlement", settlement);
        log.append(entry);
        take(entry);
        return Objects.requireNonNull(find(id));
    }

    /** A page, the newest first. */
    synchronized ObjectNode page(Filter filter) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        int before = filter.cursor() == null ? order.size() : Math.min(order.size(), Integer.parseInt(filter.cursor()));
        int total = 0;
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int next = -1;
        for (int i = order.size() - 1; i >= 0; i--) {
            ObjectNode each = known.get(order.get(i));
            if (each == null || !matches(each, filter)) {
                continue;
            }
            total++;
            if (i < before && list.size() < filter.limit()) {
                list.add(each.deepCopy());
                next = i;
            } else if (i < before && next >= 0) {
                answer.put("next_cursor", Integer.toString(next));
            }
        }
        answer.put("total", total);
        answer.set("opportunities", list);
        if (!answer.has("next_cursor")) {
            answer.putNull("next_cursor");
        }
        return answer;
    }

    private static boolean matches(ObjectNode each, Filter filter) {
        if (filter.state() != null && !filter.state().equals(each.path("state").asText())) {
            return false;
        }
        Instant at = Instant.parse(each.path("at").asText());
        if ((filter.from() != null && at.isBefore(filter.from())) || (filter.to() != null && !at.isBefore(filter.to()))) {
            return false;
        }
        if (filter.text() != null && !mentions(each, filter.text().toLowerCase(Locale.ROOT))) {
            return false;
        }
        return filter.columns().entrySet().stream()
                .allMatch(column -> column.getValue().equals(each.path("bet").path(column.getKey()).asText()));
    }

    private static boolean mentions(JsonNode each, String text) {
        return Stream.of(Stream.of(each.path("id")), each.path("bet").valueStream(), each.path("seen").valueStream())
                .flatMap(values -> values)
                .anyMatch(value -> value.asText().toLowerCase(Locale.ROOT).contains(text));
    }

    /** What an entry of the log changes. */
    private void take(JsonNode entry) {
        String id = entry.path("id").asText();
        switch (entry.path(ENTRY).asText()) {
            case CAPTURED -> {
                ObjectNode opportunity = entry.deepCopy();
                opportunity.remove(List.of(ENTRY, "webhook"));
                boolean wanted = entry.path("webhook").asBoolean();
                opportunity.put("state", "open").put("webhook", wanted ? "waiting" : null);
                known.put(id, opportunity);
                order.add(id);
                if (wanted) {
                    waiting.put(id, opportunity.deepCopy());
                }
            }
            case SETTLED -> {
                ObjectNode opportunity = known.get(id);
                if (opportunity != null) {
                    opportunity.put("state", "settled").set("settlement", entry.path("settlement").deepCopy());
                }
            }
            case TOLD -> {
                ObjectNode opportunity = known.get(id);
                if (opportunity != null) {
                    opportunity.put("webhook", entry.path("accepted").asBoolean() ? "sent" : "refused");
                }
                waiting.remove(id);
            }
            default -> {
                // written by a later release, which alone knows what to make of it
            }
        }
    }

    private synchronized List<ObjectNode> waiting() {
        return List.copyOf(waiting.values());
    }

    /** Sends what waits, the oldest first, until something is not taken. */
    private RegistryLink.Sent send() {
        int sent = 0;
        List<ObjectNode> left = waiting();
        for (ObjectNode opportunity : left) {
            String problem = send(opportunity);
            if (problem != null) {
                return new RegistryLink.Sent(sent, (long) left.size() - sent, 0, problem);
            }
            sent++;
        }
        return new RegistryLink.Sent(sent, 0, 0, null);
    }

    /** Sends one; why it must be tried again, or null. */
    private @Nullable String send(ObjectNode opportunity) {
        Webhook to = Objects.requireNonNull(webhook);
        String id = opportunity.path("id").asText();
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("event", "opportunity.captured");
        document.putObject("opportunity").setAll(opportunity.deepCopy().remove(List.of("webhook", "state")));
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
        synchronized (this) {
            ObjectNode entry = JsonNodeFactory.instance.objectNode()
                    .put(ENTRY, TOLD)
                    .put("id", id)
                    .put("at", clock.instant().toString())
                    .put("accepted", accepted)
                    .put("status", status);
            log.append(entry);
            take(entry);
        }
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
        synchronized (this) {
            log.close();
        }
    }
}
