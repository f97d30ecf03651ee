package dev.keelson.project;

import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.policy.KnownChange;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.health.HealthCosts;
import dev.keelson.sync.SyncDefinition;
import dev.keelson.train.BanditDefinition;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.JudgingDefinition;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TuneDefinition;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A validated project: every reference in it leads somewhere, and every expression is well typed. Immutable.
 *
 * @param folder the folder of the project file, absolute
 * @param file the project file, absolute
 * @param name its name
 * @param zone default zone
 * @param sources sources in the order of the file
 * @param entities entity name to the name of its key
 * @param views feature views of folds
 * @param sqlViews feature views of queries
 * @param labels labels that are declared under their sources
 * @param models models, {@code extends} resolved
 * @param drift drift monitors
 * @param decay performance monitors
 * @param promotion promotion policies
 * @param schedules jobs
 * @param sync tables that are written back
 * @param onlineStore address of the shared online store, or null for the embedded one
 * @param catalogStore address of the shared catalogue, or null for the embedded one
 * @param tuning model to what is searched for it
 * @param bandits policies that size stakes
 * @param benchmarks sets of models that are judged on the same rows
 * @param judging model to what it is judged by beside the standard metrics
 * @param costs model to what things cost, in money; those that say so
 * @param training model to what its trainings look at first, and how it goes on learning; those that say so
 * @param description what the project is for, or null where it does not say
 * @param registry another registry that is told what happens in this one, or null
 * @param serve how it is served
 * @param predictionLog what the log of predictions does beside keeping those that are served here
 * @param channels where alerts are told
 * @param changes days on which the world is known to have changed, oldest first
 */
public record Project(
        Path folder,
        Path file,
        String name,
        ZoneId zone,
        List<SourceDefinition> sources,
        Map<String, String> entities,
        List<FeatureViewDefinition> views,
        List<SqlViewDefinition> sqlViews,
        List<LabelDefinition> labels,
        List<ModelDefinition> models,
        List<DriftMonitorDefinition> drift,
        List<DecayMonitorDefinition> decay,
        List<PromotionPolicyDefinition> promotion,
        List<ScheduleDefinition> schedules,
        List<SyncDefinition> sync,
        @Nullable Located onlineStore,
        @Nullable Located catalogStore,
        Map<String, TuneDefinition> tuning,
        List<BanditDefinition> bandits,
        List<BenchmarkDefinition> benchmarks,
        Map<String, JudgingDefinition> judging,
        Map<String, HealthCosts> costs,
        Map<String, TrainingPolicy> training,
        @Nullable String description,
        @Nullable RegistryDefinition registry,
        ServeDefinition serve,
        PredictionLogDefinition predictionLog,
        List<ChannelDefinition> channels,
        List<KnownChange> changes) {
    public Project {
        sources = List.copyOf(sources);
        entities = Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        views = List.copyOf(views);
        sqlViews = List.copyOf(sqlViews);
        labels = List.copyOf(labels);
        models = List.copyOf(models);
        drift = List.copyOf(drift);
        decay = List.copyOf(decay);
        promotion = List.copyOf(promotion);
        schedules = List.copyOf(schedules);
        sync = List.copyOf(sync);
        tuning = Collections.unmodifiableMap(new LinkedHashMap<>(tuning));
        bandits = List.copyOf(bandits);
        benchmarks = List.copyOf(benchmarks);
        judging = Collections.unmodifiableMap(new LinkedHashMap<>(judging));
        costs = Collections.unmodifiableMap(new LinkedHashMap<>(costs));
        training = Collections.unmodifiableMap(new LinkedHashMap<>(training));
        channels = List.copyOf(channels);
        changes = List.copyOf(changes);
    }

    /** A project of which nothing is searched, judged or staked beyond the standard. */
    public Project(
            Path folder,
            Path file,
            String name,
            ZoneId zone,
            List<SourceDefinition> sources,
            Map<String, String> entities,
            List<FeatureViewDefinition> views,
            List<SqlViewDefinition> sqlViews,
            List<LabelDefinition> labels,
            List<ModelDefinition> models,
            List<DriftMonitorDefinition> drift,
            List<DecayMonitorDefinition> decay,
            List<PromotionPolicyDefinition> promotion,
            List<ScheduleDefinition> schedules,
            List<SyncDefinition> sync,
            @Nullable Located onlineStore) {
        this(
                folder, file, name, zone, sources, entities, views, sqlViews, labels, models, drift, decay, promotion,
                schedules, sync, onlineStore, null, Map.of(), List.of(), List.of(), Map.of(), Map.of(), Map.of(), null, null,
                ServeDefinition.DEFAULT,
                PredictionLogDefinition.NONE,
                List.of(),
                List.of());
    }

    /** The project served otherwise. */
    public Project withServe(ServeDefinition other) {
        return new Project(
                folder, file, name, zone, sources, entities, views, sqlViews, labels, models, drift, decay, promotion,
                schedules, sync, onlineStore, catalogStore, tuning, bandits, benchmarks, judging, costs, training, description, registry,
                other,
                predictionLog,
                channels,
                changes);
    }

    /** The project with the monitors, policies and schedules of another one. */
    public Project withOperations(Project other) {
        return new Project(
                folder, file, name, zone, sources, entities, views, sqlViews, labels, models, other.drift, other.decay, other.promotion,
                other.schedules, sync, onlineStore, catalogStore, tuning, bandits, benchmarks, judging, costs, training, description, registry,
                serve,
                predictionLog,
                channels,
                changes);
    }

    /** The project with other models. */
    public Project withModels(List<ModelDefinition> others) {
        return new Project(
                folder, file, name, zone, sources, entities, views, sqlViews, labels, others, drift, decay, promotion,
                schedules, sync, onlineStore, catalogStore, tuning, bandits, benchmarks, judging, costs, training, description, registry,
                serve,
                predictionLog,
                channels,
                changes);
    }

    /**
     * The part of the project that some of its sources suffice for.
     *
     * @param loaded names of sources, and datasets of SQL views; views of others are left out
     * @param without names of models that are left out
     */
    public Project of(Set<String> loaded, Set<String> without) {
        return new Project(
                folder,
                file,
                name,
                zone,
                sources,
                entities,
                views.stream().filter(view -> loaded.contains(view.source())).toList(),
                sqlViews.stream()
                        .filter(view -> loaded.contains(view.dataset()))
                        .toList(),
                labels,
                models.stream().filter(model -> !without.contains(model.name())).toList(),
                drift,
                decay,
                promotion,
                schedules,
                sync,
                onlineStore,
                catalogStore,
                tuning,
                bandits,
                benchmarks,
                judging,
                costs,
                training,
                description,
                registry,
                serve,
                predictionLog,
                channels,
                changes);
    }

    /** What a model's trainings look at first, and how it goes on learning. */
    public TrainingPolicy policy(String model) {
        return training.getOrDefault(model, TrainingPolicy.DEFAULT);
    }

    /** What things cost of a model. */
    public HealthCosts costs(String model) {
        return costs.getOrDefault(model, HealthCosts.UNKNOWN);
    }

    /** What a model is judged by beside the standard metrics. */
    public JudgingDefinition judging(String model) {
        return judging.getOrDefault(model, JudgingDefinition.NONE);
    }

    /**
     * Tables that are written back.
     *
     * @param names their names; empty for all
     * @throws KeelsonException NOT_FOUND with the closest name
     */
    public List<SyncDefinition> sync(List<String> names) {
        List<String> known = sync.stream().map(SyncDefinition::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        known.isEmpty()
                                ? "The project file declares no table under `sync`."
                                : "There is nothing named (%s) under `sync`; there are %s.".formatted(name, known),
                        Suggestion.sentence(name, known).orElse(null));
            }
        }
        return sync.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .toList();
    }

    /**
     * The bandit of that name.
     *
     * @throws KeelsonException NOT_FOUND with the closest name
     */
    public BanditDefinition bandit(String name) {
        List<String> names = bandits.stream().map(BanditDefinition::name).toList();
        return bandits.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        names.isEmpty()
                                ? "The project file declares no bandit (%s), and no other one under `bandits`.".formatted(name)
                                : "There is no bandit (%s); there are %s.".formatted(name, names),
                        Suggestion.sentence(name, names).orElse(null)));
    }

    /** All labels: the declared ones in the order of the file, then those that only models name. */
    public List<LabelDefinition> everyLabel() {
        Map<String, LabelDefinition> all = new LinkedHashMap<>();
        labels.forEach(label -> all.put(label.address(), label));
        models.forEach(model -> all.putIfAbsent(model.label().address(), model.label()));
        return List.copyOf(all.values());
    }

    /** The models that predict a label. */
    public List<String> modelsOf(LabelDefinition label) {
        return models.stream()
                .filter(model -> model.label().equals(label))
                .map(ModelDefinition::name)
                .toList();
    }

    /**
     * The label of that address, {@code SOURCE.LABEL}; the source may be left out where only one label has the name.
     *
     * @throws KeelsonException NOT_FOUND with the closest name
     */
    public LabelDefinition label(String name) {
        List<LabelDefinition> found = everyLabel().stream()
                .filter(label -> label.address().equals(name) || label.name().equals(name))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        List<String> names =
                everyLabel().stream().map(LabelDefinition::address).toList();
        throw new KeelsonException(
                ErrorCode.NOT_FOUND,
                found.isEmpty()
                        ? "There is no label (%s); the labels are %s.".formatted(name, names)
                        : "Several labels are named (%s): %s."
                                .formatted(
                                        name,
                                        found.stream().map(LabelDefinition::address).toList()),
                Suggestion.sentence(name, names).orElse(null));
    }
}
