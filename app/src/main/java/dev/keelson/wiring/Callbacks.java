package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.AlertChannel.Answer;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever asked for a job that it ended. What is to be told is in the catalogue from the moment it was asked for; whether the
 * job has ended is looked up, so that nothing is lost when a server ends in between. A message is claimed before it is sent; what is
 * not taken is sent again with the same id, later and later, for about a day. A receiver that hangs holds up no other: each message
 * has a thread of its own, at most so many at once. Safe for use by several threads and servers.
 */
final class Callbacks implements AutoCloseable {
    static final String KIND = "callback";

    private static final System.Logger LOG = System.getLogger(Callbacks.class.getName());
    /** Subject of those that are not told yet. */
    private static final String WAITING = "waiting";
    private static final int ATTEMPTS = 15;
    private static final int TOGETHER = 8;
    private static final int LISTED = 10_000;
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofHours(4);
    private static final Duration CLAIM = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final ServeDefinition.@Nullable Callbacks settings;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Duration patience;
    private final HttpClient client = SignedPost.client();
    private final Semaphore free = new Semaphore(TOGETHER);
    private @Nullable ScheduledExecutorService looking;

    /** @param settings where the project lets them be told; null for nowhere */
    Callbacks(ServeDefinition.@Nullable Callbacks settings, Catalog catalog, InstantSource clock) {
        this(settings, catalog, clock, SignedPost.PATIENCE);
    }

    /** @param patience so long a receiver may take */
    Callbacks(ServeDefinition.@Nullable Callbacks settings, Catalog catalog, InstantSource clock, Duration patience) {
        this.settings = settings;
        this.catalog = catalog;
        this.clock = clock;
        this.patience = patience;
    }

    /** Begins to tell. */
    synchronized void start() {
        ScheduledExecutorService each = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("keelson-callbacks").factory());
        var _ = each.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        looking = each;
    }

    /**
     * Whether an address may be told.
     *
     * @throws KeelsonException BAD_REQUEST when it may not
     */
    void check(@Nullable String address) {
        if (address == null) {
            return;
        }
        if (settings == null) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "This project tells no callbacks.",
                    "Maybe add `serve: { callbacks: { secret: \"${CALLBACK_SECRET}\", allow: [https://n8n.example.org/webhook/] } }`.");
        }
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The callback is no address.", null, e);
        }
        if (uri.getHost() == null || !settings.allows(uri)) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The callback is no address that may be told; `serve.callbacks.allow` has %s.".formatted(settings.allow()),
                    "Maybe add the beginning of the address there.");
        }
    }

    /** Keeps that the end of a job is to be told. */
    void add(String job, @Nullable String address) {
        if (address != null) {
            Instant now = clock.instant();
            ObjectNode document = JsonNodeFactory.instance.objectNode()
                    .put("job", job)
                    .put("address", address)
                    .put("attempts", 0)
                    .put("next_at", now.toString())
                    .put("problem", "");
            catalog.update(tx -> tx.putReport(new StoredReport(KIND + "-" + job, KIND, WAITING, now, WAITING, document.toString())));
        }
    }

    /** What became of that of a job, without its address; null when there is none. */
    @Nullable ObjectNode of(String job) {
        return catalog.read(tx -> tx.report(KIND + "-" + job))
                .map(each -> {
                    JsonNode document = RunPipeline.parsed(each.document());
                    return JsonNodeFactory.instance.objectNode()
                            .put("state", each.verdict())
                            .put("attempts", document.path("attempts").asInt())
                            .put("problem", document.path("problem").asText());
                })
                .orElse(null);
    }

    private void look() {
        try {
            for (StoredReport each : catalog.<List<StoredReport>>read(tx -> tx.reports(KIND, WAITING, LISTED)).reversed()) {
                if (!due(each) || !free.tryAcquire()) {
                    continue;
                }
                Thread.ofVirtual().name("keelson-callback").start(() -> {
                    try {
                        tell(each.id());
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.WARNING, "A callback could not be told: {0}", e.getMessage());
                    } finally {
                        free.release();
                    }
                });
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Callbacks cannot be looked at: {0}", e.getMessage());
        }
    }

    /** Tells what may be told now, one after the other, in the thread that calls; how many were taken. */
    int tellAll() {
        int taken = 0;
        for (StoredReport each : catalog.<List<StoredReport>>read(tx -> tx.reports(KIND, WAITING, LISTED)).reversed()) {
            taken += due(each) && tell(each.id()) ? 1 : 0;
        }
        return taken;
    }

    private boolean due(StoredReport each) {
        JsonNode document = RunPipeline.parsed(each.document());
        return !Instant.parse(document.path("next_at").asText()).isAfter(clock.instant())
                && catalog.read(tx -> ended(tx, document)).isPresent();
    }

    private static Optional<Job> ended(CatalogTransaction tx, JsonNode document) {
        return tx.jobs().job(document.path("job").asText()).filter(job -> job.state().ended());
    }

    private record Claimed(StoredReport report, ObjectNode document, Job job) {}

    private Optional<Claimed> claim(String id) {
        Instant now = clock.instant();
        return catalog.write(tx -> tx.report(id).filter(each -> each.subject().equals(WAITING)).flatMap(each -> {
            ObjectNode document = (ObjectNode) RunPipeline.parsed(each.document());
            if (Instant.parse(document.path("next_at").asText()).isAfter(now)) {
                return Optional.empty();
            }
            document.put("next_at", now.plus(CLAIM).toString());
            StoredReport mine = new StoredReport(each.id(), KIND, WAITING, each.at(), WAITING, document.toString());
            return ended(tx, document).map(job -> {
                tx.putReport(mine);
                return new Claimed(mine, document, job);
            });
        }));
    }

    private boolean tell(String id) {
        Claimed claimed = claim(id).orElse(null);
        if (claimed == null || settings == null) {
            return false;
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("event", "job." + claimed.job.state().word());
        body.set("job", ProjectSchedules.json(claimed.job));
        String text = body.toString();
        URI address = URI.create(claimed.document.path("address").asText());
        Answer answer;
        if (settings.allows(address)) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .timeout(patience)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(text));
            SignedPost.headers(body.path("event").asText(), id, settings.secret(), clock.instant(), text).forEach(request::header);
            answer = SignedPost.send(client, request.build(), patience);
        } else { // the project file says otherwise now
            answer = Answer.refused("`serve.callbacks.allow` does not name it any more.");
        }
        store(claimed, answer);
        return answer.taken();
    }

    private void store(Claimed claimed, Answer answer) {
        int attempts = claimed.document.path("attempts").asInt() + 1;
        String problem = answer.problem() == null ? "" : answer.problem();
        boolean over = answer.taken() || answer.hopeless() || attempts >= ATTEMPTS;
        String state = answer.taken() ? "sent" : over ? "failed" : WAITING;
        Duration doubled = FIRST.multipliedBy(1L << (attempts - 1));
        Duration wait = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        claimed.document.put("attempts", attempts).put("problem", problem).put("next_at", clock.instant().plus(wait).toString());
        StoredReport before = claimed.report;
        catalog.update(tx -> tx.putReport(new StoredReport(
                before.id(), KIND, over ? state : WAITING, before.at(), state, claimed.document.toString())));
        if (state.equals("failed")) {
            LOG.log(System.Logger.Level.WARNING, "The callback of the job {0} is given up: {1}", claimed.job.id(), problem);
        }
    }

    /** Ends; what waits is told when a server is there again. */
    @Override
    public synchronized void close() {
        ScheduledExecutorService each = looking;
        if (each != null) {
            each.shutdownNow();
            looking = null;
        }
        client.shutdownNow();
    }
}
