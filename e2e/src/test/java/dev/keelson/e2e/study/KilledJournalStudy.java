package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.Journal;
import dev.keelson.store.journal.JournalConfig;
import dev.keelson.store.journal.JournalRecord;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients ask for predictions as fast as they are answered, every second one durable, while the server is killed again and again
 * and started anew. At the end every acknowledged durable prediction must be in the journal once; of the others only those may be
 * missing that were answered right before a kill; the index must agree with the journal. Options: {@code --connections} (16),
 * {@code --seconds} (20, without those in which the server starts), {@code --kills} (20).
 */
public final class KilledJournalStudy implements Task {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration ANSWER = Duration.ofSeconds(30);

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        return run(
                arguments.number("connections", 16),
                Duration.ofSeconds(arguments.number("seconds", 20)),
                arguments.number("kills", 20));
    }

    /** When the server was killed, and when it answered again. */
    private record Kill(long at, long back) {}

    /** What a client was told. */
    private record Told(UUID id, boolean durable, long nanos) {}

    /**
     * Runs it.
     *
     * @return what was acknowledged and what of it was lost or doubled
     */
    static ObjectNode run(int clients, Duration length, int kills) throws Exception {
        List<Told> told = new ArrayList<>();
        List<Kill> killed = new ArrayList<>();
        AtomicLong unanswered = new AtomicLong();
        JsonNode reconciled;
        Map<UUID, Integer> logged = new HashMap<>();
        try (ServerProcess server = ServerProcess.serving("-Xmx1g", "-XX:+UseG1GC");
                HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong acknowledged = new AtomicLong();
            List<Future<List<Told>>> asking = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Client client = new Client(http, server.url(), i, over, acknowledged, unanswered);
                asking.add(threads.submit(client::ask));
            }
            long life = length.toNanos() / kills;
            for (int i = 0; i < kills; i++) {
                answered(acknowledged, life);
                long at = System.nanoTime();
                server.kill();
                server.restart();
                killed.add(new Kill(at, System.nanoTime()));
            }
            answered(acknowledged, Math.min(life, TimeUnit.SECONDS.toNanos(1)));
            over.set(true);
            for (Future<List<Told>> each : asking) {
                told.addAll(each.get());
            }
            long at = System.nanoTime();
            server.kill();
            server.restart();
            killed.add(new Kill(at, System.nanoTime()));
            reconciled = MAPPER.readTree(http.send(
                            HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/predictions/reconcile"))
                                    .POST(BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
            server.kill();
            Journal journal = Journal.open(
                    new StateFolder(server.folder().resolve(".keelson")).journal(),
                    JournalConfig.defaults(),
                    JournalPosition.START);
            try (journal) {
                journal.read(JournalPosition.START, journal.end(), (record, standing) -> {
                    if (record instanceof JournalRecord.Predicted predicted) {
                        logged.merge(predicted.event().id(), 1, Integer::sum);
                    }
                });
            }
        }
        long lostDurable = 0;
        long lost = 0;
        long oldest = 0;
        for (Told each : told) {
            if (logged.containsKey(each.id())) {
                continue;
            }
            if (each.durable()) {
                lostDurable++;
            } else {
                lost++;
                // a client may have read its answer a little after the server was gone
                long kill = killed.stream()
                        .filter(one -> one.back() >= each.nanos())
                        .mapToLong(Kill::at)
                        .min()
                        .orElse(Long.MAX_VALUE);
                oldest = Math.max(oldest, kill - each.nanos());
            }
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("clients", clients);
        node.put("seconds", length.toSeconds());
        node.put("kills", killed.size());
        node.put("requests_without_an_answer", unanswered.get());
        node.put("acknowledged_durable", told.stream().filter(Told::durable).count());
        node.put("acknowledged_others", told.stream().filter(each -> !each.durable()).count());
        node.put("logged", logged.size());
        node.put("lost_durable", lostDurable);
        node.put("lost_others", lost);
        node.put("oldest_lost_before_its_kill_ms", oldest / 1e6);
        node.put("doubled", logged.values().stream().filter(times -> times > 1).count());
        node.put("reconciliation_agrees", reconciled.path("agrees").asBoolean());
        node.put("reconciled_records", reconciled.at("/copies/0/records").asLong());
        return node;
    }

    /** Waits for a time in which something was answered. */
    private static void answered(AtomicLong acknowledged, long nanos) throws InterruptedException {
        long before = acknowledged.get();
        TimeUnit.NANOSECONDS.sleep(nanos);
        while (acknowledged.get() == before) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Asks until the time is over. */
    private record Client(
            HttpClient http, String url, int number, AtomicBoolean over, AtomicLong acknowledged, AtomicLong unanswered) {

        List<Told> ask() throws InterruptedException {
            List<Told> told = new ArrayList<>();
            for (long i = 0; !over.get(); i++) {
                boolean durable = i % 2 == 0;
                String body = "{\"rows\":[{\"id\":\"c%d-%d\",\"time\":\"2025-06-01T12:00:00Z\",\"strength\":0.5}],\"durable\":%s,\"metadata\":{\"n\":%d}}"
                        .formatted(number, i, durable, i);
                try {
                    HttpResponse<String> answer = http.send(
                            HttpRequest.newBuilder(URI.create(url + "/api/v1/models/winner/predict"))
                                    .header("Content-Type", "application/json")
                                    .timeout(ANSWER)
                                    .POST(BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.ofString());
                    if (answer.statusCode() == 200) {
                        String id = MAPPER.readTree(answer.body()).at("/predictions/0/id").asText();
                        told.add(new Told(UUID.fromString(id), durable, System.nanoTime()));
                        acknowledged.incrementAndGet();
                    } else if (answer.statusCode() < 500) {
                        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
                    } else {
                        unanswered.incrementAndGet();
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                } catch (IOException e) {
                    unanswered.incrementAndGet(); // the server is gone: it comes back
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
            return told;
        }
    }
}
