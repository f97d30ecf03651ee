package dev.keelson.wiring;

import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.runs.References;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The versions in memory. Which of them serve is one immutable table, published by one volatile write: a request takes it once
 * and never waits for a change. A change loads and warms up what is new before it is published; what stays, stays loaded.
 * Safe for use by several threads.
 */
final class ServedVersions {
    /** Versions kept beside those that serve, for requests that name one. */
    static final int MOST_NAMED = 8;

    private static final System.Logger LOG = System.getLogger(ServedVersions.class.getName());
    private static final Duration FOLLOWED_EVERY = Duration.ofSeconds(1);
    private static final Duration FOLLOWED_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final int WARM_UPS = 2_000;

    private final ProjectModels models;
    private final Map<String, BundleTrainer> trainers;
    private final Map<String, RequestReader> readers = new HashMap<>();
    private final Catalog catalog;
    private final InstantSource clock;
    private final boolean shared;
    private final Map<String, LoadedVersion> named = new LinkedHashMap<>(16, 0.75f, true);
    private volatile Table table = new Table(Map.of(), Map.of(), List.of());
    private volatile Instant nextLook = Instant.MIN;
    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * What serves.
     *
     * @param models by name
     * @param unfit why others do not
     * @param seen the versions that should serve, as the catalogue had them
     */
    private record Table(
            Map<String, ServedModel> models, Map<String, Problem> unfit, List<Optional<ModelVersion>> seen) {
        Table {
            models = Map.copyOf(models);
            unfit = Map.copyOf(unfit);
            seen = List.copyOf(seen);
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
        LoadedVersion serving = loaded(model, wanted);
        if (serving != null) {
            return serving;
        }
        synchronized (named) {
            LoadedVersion kept = named.get(key(wanted));
            if (kept != null) {
                return kept;
            }
        }
        BundleTrainer trainer = trainer(name);
        LoadedVersion fresh = load(trainer, wanted);
        String unfit = trainer.unfit(fresh.trained().run());
        if (unfit != null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The version (%s: %s) was trained by other definitions than the project file has."
                            .formatted(wanted.label(), unfit),
                    "Maybe name another version.");
        }
        synchronized (named) {
            named.put(key(wanted), fresh);
            if (named.size() > MOST_NAMED) {
                named.remove(named.keySet().iterator().next());
            }
        }
        return fresh;
    }

    /** Lets go of a version that was loaded for requests that name it; whether it was there. */
    boolean forget(String model, int version) {
        synchronized (named) {
            return named.remove(model + "/" + version) != null;
        }
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

    /** So that the first requests find compiled code and cached trees. */
    private static void warmUp(Trained trained) {
        double[] row = new double[trained.model().features().size()];
        double[] out = new double[trained.model().outputs().size()];
        for (int i = 0; i < WARM_UPS; i++) {
            java.util.Arrays.fill(row, i % 2 == 0 ? Double.NaN : (i - 0.5 * WARM_UPS) / 100);
            trained.model().predict(row, out);
        }
    }

    /**
     * With a catalogue that other servers write as well: serves what they promoted. One request asks for it, once in a second
     * at most, and while the catalogue cannot be asked what is loaded goes on serving.
     */
    void follow() {
        if (!shared || clock.instant().isBefore(nextLook) || !looking.compareAndSet(false, true)) {
            return;
        }
        Duration pause = FOLLOWED_EVERY;
        try {
            if (!wanted().equals(table.seen())) {
                publish();
            }
        } catch (KeelsonException e) {
            pause = FOLLOWED_AFTER_FAILURE;
            LOG.log(System.Logger.Level.WARNING, "What serves could not be brought up to date: {0}", e.getMessage());
        } finally {
            nextLook = clock.instant().plus(pause);
            looking.set(false);
        }
    }

    /** The versions that should serve, by the catalogue: of each model its champion and its challenger. */
    private List<Optional<ModelVersion>> wanted() {
        return catalog.read(tx -> models.plans().stream()
                .flatMap(plan -> Stream.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)
                        .map(alias -> tx.alias(plan.name(), alias)))
                .toList());
    }

    /** Serves what the catalogue says. */
    synchronized void publish() {
        Table before = table;
        List<Optional<ModelVersion>> wanted = wanted();
        Map<String, ServedModel> next = new LinkedHashMap<>();
        Map<String, Problem> refused = new LinkedHashMap<>();
        for (int i = 0; i < models.plans().size(); i++) {
            ModelPlan plan = models.plans().get(i);
            BundleTrainer trainer = trainers.get(plan.name());
            ModelVersion champion = wanted.get(2 * i).orElse(null);
            if (trainer == null || champion == null) {
                continue;
            }
            ServedModel served = before.models().get(plan.name());
            LoadedVersion answers = champion(trainer, champion, served, refused);
            RequestReader reader = readers.get(plan.name());
            if (answers != null && reader != null) {
                ModelVersion challenger = wanted.get(2 * i + 1).orElse(null);
                next.put(
                        plan.name(),
                        new ServedModel(
                                plan, reader, answers, challenger == null ? null : shadow(trainer, challenger, served)));
            }
        }
        table = new Table(next, refused, wanted);
    }

    /** The champion in memory; null when it cannot serve, and then why is told. */
    private @Nullable LoadedVersion champion(
            BundleTrainer trainer, ModelVersion champion, @Nullable ServedModel served, Map<String, Problem> refused) {
        LoadedVersion kept = loaded(served, champion);
        if (kept != null) {
            return kept;
        }
        LoadedVersion fresh;
        try {
            fresh = load(trainer, champion);
        } catch (KeelsonException e) {
            Problem absent = e.problems().getFirst();
            if (absent.code() != ErrorCode.NATIVE_LIBRARY_MISSING && absent.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            refused.put(champion.model(), Problem.of(
                    absent.code(),
                    "The champion (%s) cannot be loaded. %s".formatted(champion.label(), absent.message()),
                    isElsewhere(absent)
                            ? "Maybe another server trained it: copy the folder artifacts of its state to this one's."
                            : absent.hint()));
            return null; // other models serve without the library, or the files
        }
        String unfit = trainer.unfit(fresh.trained().run());
        if (unfit != null) {
            refused.put(champion.model(), Problem.of(
                    ErrorCode.NOT_READY,
                    "The champion (%s: %s) was trained by other definitions than the project file has."
                            .formatted(champion.label(), unfit),
                    "Maybe run `keelson run`."));
            return null; // it is pinned to other definitions than those of the project file: not servable
        }
        return fresh;
    }

    private @Nullable LoadedVersion shadow(
            BundleTrainer trainer, ModelVersion challenger, @Nullable ServedModel served) {
        LoadedVersion kept = loaded(served, challenger);
        if (kept != null) {
            return kept;
        }
        try {
            LoadedVersion fresh = load(trainer, challenger);
            return trainer.unfit(fresh.trained().run()) == null ? fresh : null;
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            if (!isElsewhere(e.problems().getFirst())) {
                LOG.log(System.Logger.Level.ERROR, "The challenger does not predict in the shadow: {0}", e.getMessage());
            }
            return null;
        }
    }

    /** Whether files are missing that the folder of another server may have. */
    private boolean isElsewhere(Problem problem) {
        return shared && problem.code() == ErrorCode.STORE_DAMAGED;
    }
}
