package dev.keelson.wiring;

import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.Model;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.runs.References;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The versions in memory. Which of them serve, and how a rollout divides rows between them, is one immutable table, published by
 * one volatile write: a request takes it once and never waits for a change. What a change can do with versions in memory it does
 * at once; what is new is loaded and warmed up first, beside what serves. A version that cannot be loaded leaves what serves as
 * it is, and why is told. Safe for use by several threads.
 */
final class ServedVersions implements AutoCloseable {
    /** Versions kept beside those that serve, for requests that name one. */
    static final int MOST_NAMED = 8;

    private static final System.Logger LOG = System.getLogger(ServedVersions.class.getName());
    private static final Duration TRIED_AGAIN_AFTER = Duration.ofSeconds(30);
    private static final Duration CHECKED_EVERY = Duration.ofMinutes(1);
    private static final int WARM_UPS = 2_000;
    private static final int WARM_UPS_OF_ENGINES = 50;

    private final ProjectModels models;
    private final Map<String, BundleTrainer> trainers;
    private final Map<String, RequestReader> readers = new HashMap<>();
    private final Catalog catalog;
    private final InstantSource clock;
    private final boolean shared;
    private final Map<String, LoadedVersion> named = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, RolloutTally> tallies = new ConcurrentHashMap<>();
    private final Object loading = new Object();
    private final Object switching = new Object();
    private final AtomicLong readings = new AtomicLong();
    private long switchedBy;
    private volatile Table table = new Table(Map.of(), Map.of(), Map.of(), List.of());
    private volatile Instant triedAt = Instant.MIN;
    private volatile Instant checkedAt;
    /** Why the stored files of a model are not those that serve, by model. */
    private volatile Map<String, Problem> replaced = Map.of();

    /**
     * What serves.
     *
     * @param models by name
     * @param unfit why others do not
     * @param stale why those that serve are not what the catalogue says
     * @param seen what should serve, as the catalogue had it
     */
    private record Table(
            Map<String, ServedModel> models, Map<String, Problem> unfit, Map<String, Problem> stale, List<Wanted> seen) {
        Table {
            models = Map.copyOf(models);
            unfit = Map.copyOf(unfit);
            stale = Map.copyOf(stale);
            seen = List.copyOf(seen);
        }
    }

    /**
     * What should serve of a model, as the catalogue has it.
     *
     * @param challenger of an open rollout the candidate
     */
    private record Wanted(
            ModelPlan plan,
            @Nullable ModelVersion champion,
            @Nullable ModelVersion challenger,
            @Nullable Rollout rollout) {
        Wanted {
            if (rollout != null && (champion == null || champion.version() != rollout.baseline() || challenger == null)) {
                rollout = null; // its champion was taken over from elsewhere
            }
        }
    }

    /**
     * Nothing in memory yet.
     *
     * @param shared whether other servers write the catalogue as well
     */
    ServedVersions(
            ProjectModels models,
            EntityKeys keys,
            Map<String, BundleTrainer> trainers,
            Catalog catalog,
            InstantSource clock,
            boolean shared) {
        this.models = models;
        this.trainers = trainers;
        this.catalog = catalog;
        this.clock = clock;
        this.checkedAt = clock.instant();
        this.shared = shared;
        models.plans().forEach(plan -> readers.put(plan.name(), new RequestReader(plan, keys)));
    }

    /** The model of that name; null while it does not serve. */
    @Nullable ServedModel of(String model) {
        return table.models().get(model);
    }

    /** Why a model does not serve; null when it does, or has no champion. */
    @Nullable Problem unfit(String model) {
        return table.unfit().get(model);
    }

    /** Why a model serves another version than it should, or its rollout does not run; null when all is as it should be. */
    @Nullable Problem stale(String model) {
        Problem found = table.stale().get(model);
        return found != null ? found : replaced.get(model);
    }

    /** Why models serve other versions than they should, by model. */
    SortedMap<String, Problem> stale() {
        SortedMap<String, Problem> all = new TreeMap<>(replaced);
        all.putAll(table.stale());
        return all;
    }

    /** The rollouts that this server takes part in. */
    List<Routing> routings() {
        List<Routing> open = new ArrayList<>();
        for (ServedModel model : table.models().values()) {
            Routing routing = model.routing();
            if (routing != null) {
                open.add(routing);
            }
        }
        return open;
    }

    /**
     * Lets the champion answer everything from now on, whatever the catalogue says, until {@link #publish}: a candidate that is
     * taken back is taken back before that is written.
     */
    void suspend(String model) {
        synchronized (switching) { // which nobody holds for longer than it takes to make a table
            switchedBy = readings.incrementAndGet();
            Table now = table;
            ServedModel served = now.models().get(model);
            Routing routing = served == null ? null : served.routing();
            if (served == null || routing == null) {
                return;
            }
            Map<String, ServedModel> next = new LinkedHashMap<>(now.models());
            next.put(
                    model,
                    new ServedModel(
                            served.plan(), served.requests(), served.champion(), served.challenger(), routing.suspended()));
            table = new Table(next, now.unfit(), now.stale(), now.seen());
        }
    }

    /** What this server counted of rollouts, of those that ended until {@link #forget} is told. */
    List<RolloutTally> tallies() {
        return List.copyOf(tallies.values());
    }

    /** Lets go of what was counted of a rollout that has ended. */
    void forget(String rollout) {
        tallies.remove(rollout);
    }

    /**
     * The version that a reference of a request names.
     *
     * @param model served
     * @param reference a number, a stage, an alias, or a whole reference to that model
     * @throws KeelsonException USAGE, VERSION_NOT_FOUND; NOT_READY when it was trained by other definitions
     */
    LoadedVersion named(ServedModel model, String reference) {
        String name = model.plan().name();
        ModelVersion wanted = catalog.read(tx -> {
            String word = reference.startsWith("@") ? reference.substring(1) : reference;
            RegisteredVersion found = References.version(tx, name, word);
            return tx.version(name, found.version());
        }).orElseThrow(() -> new KeelsonException(
                ErrorCode.NOT_READY,
                "The version (%s) of the model (%s) was not trained here and cannot predict.".formatted(reference, name),
                "Maybe bring it in with `keelson models import`."));
        LoadedVersion kept = inMemory(model, wanted, Map.of());
        if (kept != null) {
            return kept;
        }
        LoadedVersion fresh = fitting(wanted);
        keep(fresh);
        return fresh;
    }

    /** Lets go of a version that was loaded for requests that name it; whether it was there. */
    boolean forget(String model, int version) {
        LoadedVersion removed;
        synchronized (named) {
            removed = named.remove(model + "/" + version);
        }
        return release(removed);
    }

    /** Closes what the versions in memory hold open. */
    @Override
    public void close() {
        List<LoadedVersion> all = new ArrayList<>();
        for (ServedModel model : table.models().values()) {
            all.add(model.champion());
            if (model.challenger() != null) {
                all.add(model.challenger());
            }
        }
        synchronized (named) {
            all.addAll(named.values());
        }
        all.forEach(version -> version.trained().model().release());
    }

    private static @Nullable LoadedVersion loaded(@Nullable ServedModel model, ModelVersion version) {
        if (model == null) {
            return null;
        }
        if (model.champion().version().equals(version)) {
            return model.champion();
        }
        LoadedVersion challenger = model.challenger();
        return challenger != null && challenger.version().equals(version) ? challenger : null;
    }

    private static String key(ModelVersion version) {
        return version.model() + "/" + version.version();
    }

    private BundleTrainer trainer(String model) {
        BundleTrainer trainer = trainers.get(model);
        if (trainer == null) {
            throw new IllegalStateException("The model (%s) has no trainer.".formatted(model));
        }
        return trainer;
    }

    private LoadedVersion load(BundleTrainer trainer, ModelVersion version) {
        Trained trained = trainer.load(version, RunPipeline.run(catalog, version));
        warmUp(trained);
        return new LoadedVersion(version, trained);
    }

    /** So that the first requests find compiled code, cached trees and an engine that has run. */
    private static void warmUp(Trained trained) {
        Model model = trained.model();
        double[] row = new double[model.features().size()];
        double[] out = new double[model.outputs().size()];
        int times = model.byEngine() ? WARM_UPS_OF_ENGINES : WARM_UPS;
        try (Model.Hold _ = model.hold()) {
            for (int i = 0; i < times; i++) {
                Arrays.fill(row, i % 2 == 0 ? Double.NaN : (i - 0.5 * times) / 100);
                try {
                    model.predict(row, out);
                } catch (KeelsonException e) {
                    if (e.code() != ErrorCode.BAD_REQUEST) { // an imported model may tell nothing of such a row
                        throw e;
                    }
                }
            }
        }
    }

    /**
     * Serves what the catalogue says, whoever wrote it; called again and again, in the background. While the catalogue cannot be
     * asked what is loaded goes on serving. What could not be loaded is tried again after a while.
     *
     * @return whether the catalogue could be asked
     */
    boolean follow() {
        try {
            Table now = table;
            boolean missed = !now.stale().isEmpty()
                    || now.unfit().values().stream().anyMatch(why -> why.code() == ErrorCode.STORE_DAMAGED);
            boolean again = missed && !clock.instant().isBefore(triedAt.plus(TRIED_AGAIN_AFTER));
            if (again || !wanted().equals(now.seen())) {
                publish();
            }
            if (!clock.instant().isBefore(checkedAt.plus(CHECKED_EVERY))) {
                checkedAt = clock.instant();
                checkFiles();
            }
            return true;
        } catch (KeelsonException e) {
            LOG.log(System.Logger.Level.WARNING, "What serves could not be brought up to date: {0}", e.getMessage());
            return false;
        }
    }

    /** Looks whether the stored files of what serves were replaced: what serves is what was loaded, and would not be again. */
    private void checkFiles() {
        Map<String, Problem> found = new TreeMap<>();
        table.models().forEach((name, served) -> {
            for (LoadedVersion each : Arrays.asList(served.champion(), served.challenger())) {
                if (each == null) {
                    continue;
                }
                Problem damage = trainer(name).damage(each.version(), each.trained().run());
                if (damage != null) {
                    found.putIfAbsent(name, Problem.of(
                            damage.code(),
                            "The files of %s were replaced since it was loaded; what was loaded goes on serving. %s"
                                    .formatted(each.version().label(), damage.message()),
                            "Maybe restore the folder artifacts from a backup; bring another model in with `keelson models import`."));
                }
            }
        });
        if (!found.equals(replaced)) {
            found.values().forEach(problem -> LOG.log(System.Logger.Level.WARNING, problem.message()));
            replaced = Map.copyOf(found);
        }
    }

    /** What should serve, by the catalogue. */
    private List<Wanted> wanted() {
        return catalog.read(tx -> {
            Map<String, Rollout> rollouts = new HashMap<>();
            tx.rollouts().open().forEach(rollout -> rollouts.put(rollout.model(), rollout));
            return models.plans().stream()
                    .map(plan -> {
                        Rollout rollout = rollouts.get(plan.name());
                        return new Wanted(
                                plan,
                                tx.alias(plan.name(), ModelVersion.CHAMPION).orElse(null),
                                (rollout == null
                                                ? tx.alias(plan.name(), ModelVersion.CHALLENGER)
                                                : tx.version(plan.name(), rollout.candidate()))
                                        .orElse(null),
                                rollout);
                    })
                    .toList();
        });
    }

    /**
     * Serves what the catalogue says. What needs no loading is served before anything is loaded.
     *
     * @throws KeelsonException when a champion cannot be loaded, and no other version of its model serves
     */
    void publish() {
        List<Missing> missing = switched(Map.of());
        if (missing.isEmpty()) {
            return;
        }
        synchronized (loading) {
            Map<String, Loaded> tried = new HashMap<>();
            while (!missing.isEmpty()) {
                for (Missing each : missing) {
                    tried.put(key(each.version()), tried(each.version(), each.needed()));
                }
                triedAt = clock.instant();
                missing = switched(tried); // the catalogue may have changed meanwhile
            }
        }
    }

    /**
     * A version that should be in memory and is not.
     *
     * @param needed whether nothing else could answer
     */
    private record Missing(ModelVersion version, boolean needed) {}

    /**
     * What came of loading a version.
     *
     * @param version in memory, or null
     * @param problem why not, or null
     */
    private record Loaded(@Nullable LoadedVersion version, @Nullable Problem problem) {}

    /** @param needed whether a failure is passed on, unless it is one that other models can serve with */
    private Loaded tried(ModelVersion version, boolean needed) {
        try {
            return new Loaded(fitting(version), null);
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            boolean expected = problem.code() == ErrorCode.NATIVE_LIBRARY_MISSING
                    || problem.code() == ErrorCode.NOT_READY
                    || problem.code() == ErrorCode.STORE_DAMAGED;
            if (needed && !expected) {
                throw e;
            }
            return new Loaded(null, problem);
        } catch (RuntimeException e) {
            if (needed) {
                throw e;
            }
            LOG.log(System.Logger.Level.ERROR, "The version (%s) cannot be loaded.".formatted(version.label()), e);
            return new Loaded(null, Problem.of(ErrorCode.INTERNAL, String.valueOf(e.getMessage()), null));
        }
    }

    /** Loads a version that was trained by the definitions of the project file. */
    private LoadedVersion fitting(ModelVersion version) {
        BundleTrainer trainer = trainer(version.model());
        LoadedVersion fresh = load(trainer, version);
        String unfit = trainer.unfit(fresh.trained().run());
        if (unfit != null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The version (%s: %s) was trained by other definitions than the project file has."
                            .formatted(version.label(), unfit),
                    "Maybe name another version.");
        }
        return fresh;
    }

    /**
     * Publishes what the catalogue says as far as it is in memory.
     *
     * @param tried what was loaded for it, and what could not be
     * @return what should be in memory and was not tried to be loaded
     */
    private List<Missing> switched(Map<String, Loaded> tried) {
        while (true) {
            long reading = readings.incrementAndGet();
            List<Missing> missing = switched(reading, wanted(), tried);
            if (missing != null) {
                return missing;
            }
        }
    }

    /**
     * The same with what the catalogue said; null where somebody who asked it later was faster.
     *
     * @param reading when it was asked, in the order of all that ask
     */
    private @Nullable List<Missing> switched(long reading, List<Wanted> wanted, Map<String, Loaded> tried) {
        synchronized (switching) {
            if (reading < switchedBy) {
                return null;
            }
            switchedBy = reading;
            Table before = table;
            List<Missing> missing = new ArrayList<>();
            for (Wanted each : wanted) {
                if (servable(each)) {
                    ServedModel served = before.models().get(each.plan().name());
                    for (ModelVersion version : Arrays.asList(each.champion(), each.challenger())) {
                        if (version != null && !tried.containsKey(key(version)) && inMemory(served, version, tried) == null) {
                            missing.add(new Missing(version, served == null && version.equals(each.champion())));
                        }
                    }
                }
            }
            boolean whole = missing.isEmpty();
            Map<String, ServedModel> next = new LinkedHashMap<>();
            Map<String, Problem> unfit = new LinkedHashMap<>(whole ? Map.of() : before.unfit());
            Map<String, Problem> stale = new LinkedHashMap<>(whole ? Map.of() : before.stale());
            for (Wanted each : wanted) {
                String name = each.plan().name();
                ServedModel then = servable(each) ? served(each, before.models().get(name), tried, unfit, stale) : null;
                if (then != null) {
                    next.put(name, then);
                }
            }
            table = new Table(next, unfit, stale, whole ? wanted : before.seen());
            retire(before.models(), next);
            return missing;
        }
    }

    private boolean servable(Wanted wanted) {
        return wanted.champion() != null && trainers.containsKey(wanted.plan().name());
    }

    /** What served a moment ago may serve again in a moment: it stays in memory for a while. */
    private void retire(Map<String, ServedModel> before, Map<String, ServedModel> next) {
        before.forEach((name, served) -> {
            ServedModel then = next.get(name);
            for (LoadedVersion version : Arrays.asList(served.champion(), served.challenger())) {
                if (version != null && loaded(then, version.version()) == null) {
                    keep(version);
                }
            }
        });
    }

    private void keep(LoadedVersion version) {
        LoadedVersion eldest = null;
        synchronized (named) {
            named.put(key(version.version()), version);
            if (named.size() > MOST_NAMED) {
                eldest = named.remove(named.keySet().iterator().next());
            }
        }
        release(eldest);
    }

    /** Closes what a version that nobody asks for any more holds open, unless it serves. */
    private boolean release(@Nullable LoadedVersion version) {
        if (version == null) {
            return false;
        }
        if (loaded(table.models().get(version.version().model()), version.version()) == null) {
            trainer(version.version().model()).forget(version.trained());
            version.trained().model().release();
        }
        return true;
    }

    private @Nullable ServedModel served(
            Wanted wanted,
            @Nullable ServedModel before,
            Map<String, Loaded> tried,
            Map<String, Problem> unfit,
            Map<String, Problem> stale) {
        ModelVersion champion = Objects.requireNonNull(wanted.champion(), "only models with a champion are servable");
        String name = wanted.plan().name();
        RequestReader reader = Objects.requireNonNull(readers.get(name), "every plan has a reader");
        LoadedVersion answers = inMemory(before, champion, tried);
        if (answers == null) {
            Problem why = problem(champion, tried);
            if (why != null) {
                (before == null ? unfit : stale).put(name, told(champion, why));
            }
            return before == null
                    ? null // other models serve without the library, or the files
                    : new ServedModel(wanted.plan(), reader, before.champion(), null, null);
        }
        ModelVersion challenger = wanted.challenger();
        LoadedVersion other = challenger == null ? null : inMemory(before, challenger, tried);
        Rollout rollout = wanted.rollout();
        Problem why = challenger == null || other != null ? null : problem(challenger, tried);
        if (challenger != null && why != null) {
            boolean expected = why.code() == ErrorCode.NOT_READY || isElsewhere(why);
            if (rollout != null || !expected) {
                stale.put(name, Problem.of(
                        why.code(),
                        "The challenger (%s) cannot be loaded, and %s answers everything. %s"
                                .formatted(challenger.label(), champion.label(), why.message()),
                        why.hint()));
            }
        }
        Routing routing = other == null || rollout == null
                ? null
                : new Routing(rollout, other, tallies.computeIfAbsent(rollout.id(), RolloutTally::new));
        return new ServedModel(wanted.plan(), reader, answers, other, routing);
    }

    private @Nullable LoadedVersion inMemory(
            @Nullable ServedModel before, ModelVersion version, Map<String, Loaded> tried) {
        LoadedVersion serving = loaded(before, version);
        if (serving != null) {
            return serving;
        }
        Loaded loaded = tried.get(key(version));
        if (loaded != null && loaded.version() != null) {
            return loaded.version();
        }
        synchronized (named) {
            LoadedVersion kept = named.get(key(version));
            return kept != null && kept.version().equals(version) ? kept : null;
        }
    }

    private static @Nullable Problem problem(ModelVersion version, Map<String, Loaded> fresh) {
        Loaded loaded = fresh.get(key(version));
        return loaded == null ? null : loaded.problem();
    }

    /** Why a champion does not serve. */
    private Problem told(ModelVersion champion, Problem why) {
        if (why.code() == ErrorCode.NOT_READY) {
            return Problem.of(
                    why.code(), why.message().replace("The version (", "The champion ("), "Maybe run `keelson run`.");
        }
        return Problem.of(
                why.code(),
                "The champion (%s) cannot be loaded. %s".formatted(champion.label(), why.message()),
                isElsewhere(why)
                        ? "Maybe another server trained it: copy the folder artifacts of its state to this one's."
                        : why.hint());
    }

    /** Whether files are missing that the folder of another server may have. */
    private boolean isElsewhere(Problem problem) {
        return shared && problem.code() == ErrorCode.STORE_DAMAGED;
    }
}
