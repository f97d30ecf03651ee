package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.GainPath;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PairedEpochs;
import dev.keelson.control.ServedEvidence;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.control.rollout.GuardState;
import dev.keelson.control.rollout.Guards;
import dev.keelson.control.rollout.RolloutCounts;
import dev.keelson.control.rollout.RolloutReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.GovernanceJson;
import dev.keelson.http.Measurement;
import dev.keelson.http.RolloutService;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.Rollouts;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Mode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rollouts of a project: what persons ask, and what goes by itself. Ten times a second, while one is open, its guardrails
 * are looked at and its hold; every second what was counted is stored, what other servers counted is read, and the catalogue is
 * asked what should serve; events that settled are looked at when outcomes came. Safe for use by several threads.
 */
final class ProjectRollouts implements RolloutService, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProjectRollouts.class.getName());
    private static final long LOOK_MILLIS = 100;
    private static final long STORE_MILLIS = 1_000;
    private static final long SETTLE_MILLIS = 5_000;
    /** Looks of {@link #STORE_MILLIS} that are left out after the catalogue could not be asked. */
    private static final int LEFT_OUT = 30;

    private final Project project;
    private final Catalog catalog;
    private final Governance governance;
    private final ServedVersions served;
    private final PredictionLog log;
    private final ServedEvidence evidence;
    private final InstantSource clock;
    private final boolean shared;
    private final Rollouts rollouts;
    private final PromotionWatch watch;
    private final String server = UUID.randomUUID().toString();
    private final ScheduledExecutorService threads;
    private final Map<String, RolloutCounts> elsewhere = new ConcurrentHashMap<>();
    private final Map<String, Integer> servers = new ConcurrentHashMap<>();
    private final Map<String, Long> stored = new HashMap<>();
    private final Map<String, Long> looked = new HashMap<>();
    private final Map<String, GainPath> paths = new ConcurrentHashMap<>();
    private final AtomicLong outcomes = new AtomicLong(1);
    private long outcomesLooked;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile Consumer<ModelSuggestion> suggestions = kept -> {};
    private int leftOut;

    /** @param shared whether other servers write the catalogue as well */
    ProjectRollouts(
            Project project,
            Catalog catalog,
            Governance governance,
            ServedVersions served,
            PredictionLog log,
            ServedEvidence evidence,
            InstantSource clock,
            boolean shared) {
        PredictionIds ids = new PredictionIds();
        this.project = project;
        this.catalog = catalog;
        this.governance = governance;
        this.served = served;
        this.log = log;
        this.evidence = evidence;
        this.clock = clock;
        this.shared = shared;
        this.watch = new PromotionWatch(project, catalog, governance, evidence);
        this.rollouts =
                new Rollouts(catalog, clock, () -> ids.next(clock.instant()).toString(), model -> served.publish());
        this.threads = Executors.newScheduledThreadPool(
                2, Thread.ofPlatform().name("keelson-rollouts-", 0).daemon().factory());
    }

    /** Begins to look. */
    void start() {
        every(LOOK_MILLIS, this::look);
        every(STORE_MILLIS, this::store);
        every(SETTLE_MILLIS, this::settle);
    }

    private void every(long millis, Runnable work) {
        var _ = threads.scheduleWithFixedDelay(guarded(work), millis, millis, TimeUnit.MILLISECONDS);
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) { // the next time may be better; a thrown one would end the schedule
                LOG.log(System.Logger.Level.WARNING, "Rollouts could not be looked at: {0}", e.toString());
            }
        };
    }

    // ---- by itself

    /** Looks at guardrails and holds of what is open. */
    synchronized void look() {
        if (shared && !served.routings().isEmpty()) {
            served.follow(); // what another server took back is taken back here
        }
        for (Routing routing : served.routings()) {
            Rollout rollout = routing.rollout();
            RolloutCounts counts = counts(routing);
            List<GuardState> guards = changed(rollout, counts) ? Guards.of(rollout.guardrails(), counts, path(rollout)) : List.of();
            Optional<GuardState> broken = guards.stream().filter(GuardState::broken).findFirst();
            if (broken.isPresent()) {
                ObjectNode numbers = JsonNodeFactory.instance.objectNode();
                numbers.set("guardrail", broken.get().toJson());
                String verdict = "%s is broken: %s".formatted(broken.get().guardrail().text(), broken.get().sentence());
                Mode mode = project.policy(rollout.model()).retrain().mode(Action.ROLL_BACK);
                if (mode != Mode.ACT) {
                    suggested(rollout, mode, verdict);
                    continue;
                }
                takenBack(rollout.model(), () -> rollouts.rollBack(rollout, verdict, numbers));
                continue;
            }
            Instant next = rollout.nextAt();
            if (next != null && !clock.instant().isBefore(next)) {
                rollouts.held(rollout);
            }
        }
    }

    /** Keeps once that the candidate would have been taken back. */
    private void suggested(Rollout rollout, Mode mode, String verdict) {
        if (told.add(rollout.id())) {
            ModelSuggestion kept = new Suggestions(catalog, clock).put(
                    rollout.id(), rollout.model(), Action.ROLL_BACK, rollout.candidate(), mode,
                    "v%d of %s would have been taken back: %s".formatted(rollout.candidate(), rollout.model(), verdict));
            if (kept.state() == ModelSuggestion.State.OPEN) {
                suggestions.accept(kept);
            }
        }
    }

    /** Whom to tell of suggestions. */
    void tell(Consumer<ModelSuggestion> whom) {
        suggestions = whom;
    }

    /** The champion answers at once, also while a slow disk writes why. */
    private <T> T takenBack(String model, Supplier<T> written) {
        served.suspend(model);
        try {
            return written.get();
        } finally {
            served.publish(); // also where it was not written
        }
    }

    /** Whether there is something that the last look did not see. */
    private boolean changed(Rollout rollout, RolloutCounts counts) {
        GainPath path = path(rollout);
        long seen = 31L * (counts.baseline().asked() + counts.candidate().asked())
                + (path == null ? 0 : path.epochs() + Double.hashCode(path.mean()));
        Long before = looked.put(rollout.id(), seen);
        return before == null || before != seen;
    }

    private RolloutCounts counts(Routing routing) {
        return routing.tally().counts().plus(elsewhere.getOrDefault(routing.rollout().id(), RolloutCounts.NONE));
    }

    private @Nullable GainPath path(Rollout rollout) {
        return paths.get(rollout.id());
    }

    /** Stores what was counted, reads what others counted, and serves what the catalogue says. */
    void store() {
        if (leftOut > 0) {
            leftOut--;
            return;
        }
        if (!served.follow()) {
            leftOut = LEFT_OUT;
            return;
        }
        flush();
    }

    private synchronized void flush() {
        List<String> open = served.routings().stream().map(routing -> routing.rollout().id()).toList();
        for (RolloutTally tally : served.tallies()) {
            String id = tally.rollout();
            RolloutCounts counts = tally.counts();
            long asked = counts.baseline().asked() + counts.candidate().asked() + counts.dropped();
            Long before = stored.put(id, asked);
            if (asked > 0 && (before == null || before != asked)) {
                catalog.update(tx -> tx.rollouts().putTally(id, server, counts.document(), clock.instant()));
            }
            if (!open.contains(id)) { // it has ended, and this was the last of it
                served.forget(id);
                stored.remove(id);
                looked.remove(id);
                paths.remove(id);
                elsewhere.remove(id);
            }
        }
        for (String id : open) {
            SortedMap<String, String> others = catalog.read(tx -> tx.rollouts().tallies(id));
            others.remove(server);
            elsewhere.put(id, RolloutCounts.of(others.values()));
            servers.put(id, others.size() + 1);
        }
    }

    /** Outcomes came. */
    void settled() {
        outcomes.incrementAndGet();
    }

    /** Looks at what settled, where outcomes came since the last time. */
    void settle() {
        long now = outcomes.get();
        boolean came = now != outcomesLooked;
        for (Routing routing : served.routings()) {
            Rollout rollout = routing.rollout();
            if (came || !paths.containsKey(rollout.id())) {
                log.catchUp();
                GainPath path = gains(rollout);
                if (path != null) {
                    paths.put(rollout.id(), path);
                }
            }
        }
        if (came) {
            log.catchUp();
            watch.look(clock.instant());
        }
        outcomesLooked = now;
    }

    private @Nullable GainPath gains(Rollout rollout) {
        LoopDefinition loop = Projects.loop(project, Projects.model(project, rollout.model()));
        if (loop.model().isNumber() || !rollout.paired()) {
            return null;
        }
        Optional<ModelVersion> baseline = catalog.read(tx -> tx.version(rollout.model(), rollout.baseline()));
        Optional<ModelVersion> candidate = catalog.read(tx -> tx.version(rollout.model(), rollout.candidate()));
        if (baseline.isEmpty() || candidate.isEmpty()) {
            return null;
        }
        PairedEpochs paired =
                evidence.of(loop, baseline.get(), candidate.get(), rollout.startedAt(), clock.instant());
        return GainPath.of(paired, loop.promotion().refreshMetric());
    }

    // ---- asked

    @Override
    public JsonNode list(@Nullable String model, int limit) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("rollouts");
        rollouts.history(model, limit).forEach(rollout -> list.add(rollout.toJson()));
        return document;
    }

    @Override
    public ObjectNode status(String model) {
        Projects.model(project, model);
        Rollout rollout = rollouts.open(model)
                .or(() -> rollouts.history(model, 1).stream().findFirst())
                .orElseThrow(() -> Rollouts.none(model));
        return report(rollout).toJson();
    }

    @Override
    public ObjectNode one(String id) {
        return catalog.read(tx -> tx.rollouts().rollout(id))
                .map(rollout -> report(rollout).toJson())
                .orElseThrow(() -> RolloutService.unknown(id));
    }

    @Override
    public JsonNode start(RolloutPlan plan, String actor, String reason) {
        Projects.model(project, plan.model());
        ServedModel model = served.of(plan.model());
        if (model == null) {
            Problem why = served.unfit(plan.model());
            throw why == null
                    ? new KeelsonException(
                            ErrorCode.NOT_READY, "The model (%s) does not serve.".formatted(plan.model()), "Maybe run `keelson run`.")
                    : new KeelsonException(why);
        }
        boolean there = catalog.read(tx -> tx.version(plan.model(), plan.version())).isPresent();
        if (there) {
            served.named(model, Integer.toString(plan.version())); // in memory and warm, or told why it cannot be
        }
        return report(rollouts.start(plan, actor, reason)).toJson();
    }

    @Override
    public JsonNode change(String model, Verb verb, Change change) {
        Projects.model(project, model);
        return switch (verb) {
            case ADVANCE -> report(rollouts.advance(model, change.actor(), change.reason())).toJson();
            case PAUSE -> report(rollouts.pause(model, change.actor(), change.reason())).toJson();
            case RESUME -> report(rollouts.resume(model, change.actor(), change.reason())).toJson();
            case ABORT -> report(takenBack(model, () -> rollouts.abort(model, change.actor(), change.reason())))
                    .toJson();
            case PROMOTE -> {
                Rollout open = rollouts.open(model).orElseThrow(() -> Rollouts.none(model));
                Governance.Promotion promotion = governance.promote(new Governance.Request(
                        model, open.candidate(), change.actor(), change.reason(), change.force()));
                Rollout then = catalog.read(tx -> tx.rollouts().rollout(open.id())).orElse(open);
                ObjectNode document = report(then).toJson();
                document.set("promotion", GovernanceJson.promotion(promotion));
                yield document;
            }
        };
    }

    private RolloutReport report(Rollout rollout) {
        flush();
        SortedMap<String, String> all = catalog.read(tx -> tx.rollouts().tallies(rollout.id()));
        RolloutCounts counts = RolloutCounts.of(all.values());
        log.catchUp();
        GainPath path = gains(rollout);
        List<Long> settled = new ArrayList<>();
        for (int version : List.of(rollout.baseline(), rollout.candidate())) {
            settled.add(evidence.settled(rollout.model(), version));
        }
        Problem problem = served.stale(rollout.model());
        RolloutReport.Policy policy = null;
        if (rollout.open()) {
            PolicyReport found = governance.check(rollout.model(), rollout.candidate());
            policy = new RolloutReport.Policy(found.verdict() == PolicyLine.State.PASSED, found.sentence());
        }
        return new RolloutReport(
                rollout,
                counts,
                Math.max(1, all.size()),
                path,
                Guards.of(rollout.guardrails(), counts, path),
                settled,
                problem == null ? null : problem.message(),
                policy,
                clock.instant());
    }

    /** What is open and what ended early, in numbers. */
    List<Measurement> measurements() {
        RolloutMeasurements all = new RolloutMeasurements();
        for (Routing routing : served.routings()) {
            Rollout rollout = routing.rollout();
            RolloutCounts counts = counts(routing);
            GainPath path = path(rollout);
            all.add(rollout, counts, path, Guards.of(rollout.guardrails(), counts, path));
        }
        try {
            for (String model : project.models().stream().map(ModelDefinition::name).toList()) {
                List<Rollout> history = rollouts.history(model, Integer.MAX_VALUE);
                all.ended(model, count(history, Rollout.State.ABORTED), count(history, Rollout.State.ROLLED_BACK));
            }
        } catch (KeelsonException e) { // the rest is told while the catalogue cannot be asked
            LOG.log(System.Logger.Level.DEBUG, "Rollouts that ended could not be counted: {0}", e.getMessage());
        }
        return all.all();
    }

    private static long count(List<Rollout> history, Rollout.State state) {
        return history.stream().filter(rollout -> rollout.state() == state).count();
    }

    /** Stores what was counted, and ends. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "Rollouts are still being looked at.");
            }
            flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KeelsonException e) {
            LOG.log(System.Logger.Level.WARNING, "What was counted last could not be stored: {0}", e.getMessage());
        }
    }
}
