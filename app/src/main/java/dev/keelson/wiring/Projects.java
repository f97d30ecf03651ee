package dev.keelson.wiring;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.RandomForestProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SourceOrigin;
import dev.keelson.data.SourceReader;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.http.LoggedModel;
import dev.keelson.learn.baseline.BaselineProvider;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.neural.LstmProvider;
import dev.keelson.learn.neural.MlpProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.tune.HyperbandPruner;
import dev.keelson.learn.tune.NoPruner;
import dev.keelson.learn.tune.PercentilePruner;
import dev.keelson.learn.tune.Pruner;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SuccessiveHalvingPruner;
import dev.keelson.learn.tune.WilcoxonPruner;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.performance.WindowEstimates;
import dev.keelson.project.Project;
import dev.keelson.project.ProjectReader;
import dev.keelson.project.SourceHeaders;
import dev.keelson.store.duckdb.DuckDb;
import dev.keelson.store.duckdb.DuckDbSettings;
import dev.keelson.store.duckdb.ParquetTables;
import dev.keelson.store.files.FileSourceFiles;
import dev.keelson.store.postgres.PostgresTables;
import dev.keelson.store.supabase.SupabaseTables;
import dev.keelson.train.ModelDefinition;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads project files with the learners this product has. */
public final class Projects {
    /** Learners that need the optional PyTorch to train, not to predict. */
    public static final Set<String> TRAINED_BY_TORCH =
            Set.of(new MlpProvider().name(), new LstmProvider().name());

    private Projects() {}

    /**
     * A sampler by its name in project files.
     *
     * @throws KeelsonException USAGE for an unknown name
     */
    static Sampler sampler(String name) {
        List<String> names = Sampler.NAMES.stream().map(each -> each.replace('-', '_')).toList();
        if (!names.contains(name)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "There is no sampler (%s); there are %s.".formatted(name, names),
                    Suggestion.sentence(name, names).orElse(null));
        }
        return Sampler.named(name.replace('_', '-'));
    }

    /** The name of a sampler in project files. */
    static String samplerName(Sampler sampler) {
        return sampler.name().replace('-', '_');
    }

    /** The name of a pruner in project files. */
    static String prunerName(Pruner pruner) {
        return switch (pruner) {
            case NoPruner _ -> "none";
            case PercentilePruner each -> each.equals(PercentilePruner.median()) ? "median" : "percentile";
            case SuccessiveHalvingPruner _ -> "successive_halving";
            case HyperbandPruner _ -> "hyperband";
            case WilcoxonPruner _ -> "wilcoxon";
        };
    }

    /** The learners there are. */
    public static List<LearnerProvider> learners() {
        return List.of(
                new LogisticProvider(),
                new XGBoostProvider(),
                new LightGbmProvider(),
                new RandomForestProvider(),
                new LinearProvider(),
                new MlpProvider(),
                new LstmProvider(),
                new BaselineProvider());
    }

    /**
     * Reads a project without looking at its data.
     *
     * @throws KeelsonException with all problems
     */
    public static Project read(Path fileOrFolder, Map<String, String> environment) {
        return new ProjectReader(SourceHeaders.none(), settings(), installed()).read(fileOrFolder, environment);
    }

    /**
     * As {@link #read(Path, Map)}, of a text that is not in the file (yet).
     *
     * @throws KeelsonException with all problems
     */
    static Project read(Path file, String text, Map<String, String> environment) {
        return new ProjectReader(SourceHeaders.none(), settings(), installed())
                .read(file, text.startsWith("\uFEFF") ? text.substring(1) : text, environment);
    }

    /**
     * Reads a project and looks at the files of its sources, so that columns that are not declared are checked as well.
     *
     * @throws KeelsonException with all problems
     */
    public static Project validate(Path fileOrFolder, Map<String, String> environment) {
        SourceHeaders headers = (source, file) -> {
            try {
                Path folder = Path.of("").toAbsolutePath();
                try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
                    return Optional.of(reader(folder, engine)
                            .read(withFile(source, file), null)
                            .schema());
                }
            } catch (KeelsonException e) {
                return Optional.empty(); // what is wrong with a file is told when it is loaded
            }
        };
        return new ProjectReader(headers, settings(), installed()).read(fileOrFolder, environment);
    }

    /** Reads the sources of a project folder: files, databases and services. */
    static SourceReader reader(Path folder, DuckDb engine) {
        return new SourceReader(
                new FileSourceFiles(folder),
                List.of(new ParquetTables(folder, engine), new PostgresTables(), new SupabaseTables()));
    }

    private static SourceDefinition withFile(SourceDefinition source, Path file) {
        return source.withOrigin(new SourceOrigin.Files(
                new Located(file.toAbsolutePath().toString(), source.file().location())));
    }

    /** What estimates performance without outcomes: boosted trees where their library is here, else lines. */
    public static WindowEstimates.Learners estimators() {
        LightGbmProvider trees = new LightGbmProvider();
        return trees.installed()
                ? new WindowEstimates.Learners(trees.create(Map.of()), trees.create(Map.of()))
                : new WindowEstimates.Learners(
                        new LinearProvider().create(Map.of()), new LogisticProvider().create(Map.of()));
    }

    /** Names of the learners whose libraries are here. */
    static Set<String> installed() {
        return learners().stream()
                .filter(LearnerProvider::installed)
                .map(LearnerProvider::name)
                .collect(Collectors.toSet());
    }

    private static Map<String, Set<String>> settings() {
        Map<String, Set<String>> settings = new HashMap<>();
        learners().forEach(learner -> settings.put(learner.name(), new TreeSet<>(learner.settingNames())));
        return settings;
    }

    /**
     * The model of that name.
     *
     * @throws KeelsonException MODEL_NOT_FOUND with the closest name
     */
    public static ModelDefinition model(Project project, String name) {
        List<String> names = project.models().stream().map(ModelDefinition::name).toList();
        return project.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    KeelsonException elsewhere = LoggedModel.elsewhere(project, name);
                    return elsewhere != null
                            ? elsewhere
                            : new KeelsonException(
                                    ErrorCode.MODEL_NOT_FOUND,
                                    "There is no model (%s); the models are %s.".formatted(name, names),
                                    Suggestion.sentence(name, names).orElse(null));
                });
    }

    /** The drift monitor of a model. */
    public static Optional<DriftMonitorDefinition> drift(Project project, String model) {
        return project.drift().stream()
                .filter(monitor -> monitor.models().contains(model))
                .findFirst();
    }

    /** All that the project says about the life of a model. */
    public static LoopDefinition loop(Project project, ModelDefinition model) {
        PromotionPolicyDefinition promotion = project.promotion().stream()
                .filter(policy -> policy.models().contains(model.name()))
                .findFirst()
                .orElseGet(() -> new PromotionPolicyDefinition(
                        "default",
                        List.of(model.name()),
                        PromotionPolicyDefinition.Preset.RECOMMENDED,
                        DecayMonitorDefinition.Metric.LOG_LOSS,
                        0.005,
                        0.05,
                        List.of(),
                        null));
        return new LoopDefinition(
                model,
                drift(project, model.name()).orElse(null),
                project.decay().stream()
                        .filter(monitor -> monitor.models().contains(model.name()))
                        .findFirst()
                        .orElse(null),
                promotion,
                project.schedules(),
                project.policy(model.name()).retrain(),
                project.zone());
    }

    /**
     * The source of that name.
     *
     * @throws KeelsonException UNKNOWN_REFERENCE with the closest name
     */
    public static SourceDefinition source(Project project, String name) {
        List<String> names =
                project.sources().stream().map(SourceDefinition::name).toList();
        return project.sources().stream()
                .filter(source -> source.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.UNKNOWN_REFERENCE,
                        "There is no source (%s); the sources are %s.".formatted(name, names),
                        Suggestion.sentence(name, names).orElse(null)));
    }
}
