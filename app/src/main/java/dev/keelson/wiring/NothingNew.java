package dev.keelson.wiring;

import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.data.DatasetVersion;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.ModelDefinition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether a training would learn from nothing that the version that serves, or the one trained last, has not learned from. A
 * version of a dataset has the rows, and with them the labels, that were known when it was loaded: where versions and definition are the
 * same, so are they, however much later it is. Safe for use by several threads.
 */
final class NothingNew implements Function<String, Optional<String>> {
    private static final int NEWEST_JOBS = 20;

    private final Workspace workspace;
    private final Supplier<Project> current;
    private final InstantSource clock;

    NothingNew(Workspace workspace, Supplier<Project> current, InstantSource clock) {
        this.workspace = workspace;
        this.current = current;
        this.clock = clock;
    }

    /** Why a training of a model would come to what there is, in one sentence; empty where something is new. */
    @Override
    public Optional<String> apply(String name) {
        Instant now = clock.instant();
        ModelDefinition model = Projects.model(current.get(), name);
        Map<String, DatasetVersion> versions = workspace.latestWithViews(now);
        if (versions.isEmpty()) {
            return Optional.empty();
        }
        ProjectModels models = ProjectModels.ofVersions(current.get().withModels(List.of(model)), versions);
        if (!models.waiting().isEmpty()) {
            return Optional.empty();
        }
        ModelPlan plan = models.plans().getFirst();
        String recipe = Sha256.ofBytes(BundleTrainer.recipe(plan));
        TrainedOn wanted = new TrainedOn(recipe, DataRead.of(plan, Workspace.ids(versions)).text());
        Map<String, TrainedOn> trained = workspace.catalog().read(tx -> trained(tx, name));
        return trained.entrySet().stream()
                .filter(each -> each.getValue().equals(wanted))
                .findFirst()
                .map(each -> "Nothing is new since %s: rows, labels and definition are the same.".formatted(each.getKey()));
    }

    /** What the version that serves and those trained last learned from, by what they are called. */
    private static Map<String, TrainedOn> trained(CatalogTransaction tx, String model) {
        Map<String, TrainedOn> trained = new LinkedHashMap<>();
        Stream.concat(tx.alias(model, ModelVersion.CHAMPION).stream(), tx.versions(model).stream().limit(1))
                .forEach(version -> tx.run(version.runId())
                        .flatMap(TrainedOn::of)
                        .ifPresent(on -> trained.put("v%d of %s".formatted(version.version(), version.createdAt()), on)));
        for (String kind : RetrainRequest.JOBS) {
            for (Job job : tx.jobs().jobs(new JobQuery(Set.of(), kind, Planner.subject(model), null, null, NEWEST_JOBS))) {
                TrainedOn.in(job.result() != null ? job.result() : job.checkpoint() != null ? job.checkpoint() : job.arguments())
                        .ifPresent(on -> trained.put("the training of %s".formatted(job.startedAt()), on));
            }
        }
        return trained;
    }
}
