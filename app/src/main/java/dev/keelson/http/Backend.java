package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Problem;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.labels.LabelStatistics;
import dev.keelson.lineage.Lineage;
import dev.keelson.lineage.PredictionTraces;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.performance.WindowEstimates;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeReceipt;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.sync.SyncOutcome;
import dev.keelson.sync.SyncStatus;
import dev.keelson.sync.Synchronisation;
import dev.keelson.train.Backtest;
import dev.keelson.train.FeatureValidation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the HTTP interface and the console ask of the running product. It names no store: the composition
 * root implements it over the catalogue, the prediction log and the serving snapshot. Safe for use by several threads;
 * no method blocks {@link #predict}.
 *
 * <p>Expected failures are {@link dev.keelson.error.KeelsonException}; their code decides the HTTP status. A problem of
 * one field carries the field as its location, e.g. {@code rows[3].AvgH}.
 */
public interface Backend {

    /** The project that is served. */
    Project project();

    /** What time it is. */
    InstantSource clock();

    /** The online features; null before any data was loaded. */
    default @Nullable FeatureServing features() {
        return null;
    }

    /** The values that features had, by the project file as it is now. */
    FeatureHistory history();

    /** Why predictions cannot be answered yet, in one sentence; null when they can. */
    @Nullable String notReadyReason();

    /**
     * Why models serve other versions than they should, such as a new one that cannot be loaded, by model: they serve all the
     * same.
     */
    default SortedMap<String, Problem> stale() {
        return new TreeMap<>();
    }

    // ---- predictions

    /**
     * Predicts rows in order and logs each of them.
     *
     * @param model name of the model
     * @param rows column name to value: String, Long, Double, Boolean, or null for a missing value; at least one row
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; BAD_REQUEST with one problem for each wrong field of
     *     each row; NOT_READY while there is no champion
     */
    List<Prediction> predict(String model, List<Map<String, @Nullable Object>> rows, PredictOptions options);

    /**
     * What a model takes and tells.
     *
     * @param version as in {@link PredictOptions}; null for the one that serves
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; USAGE, VERSION_NOT_FOUND
     */
    PredictSignature signature(String model, @Nullable String version);

    /** Rows and answers in Parquet files. */
    ParquetRows parquet();

    /**
     * Removes a version from memory that was loaded for requests that name it; what serves stays.
     *
     * @return whether it was there
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND
     */
    default boolean unload(String model, int version) {
        signature(model, null);
        return false;
    }

    /**
     * Logs outcomes in order, all or none; returns when they are on disk.
     *
     * @return what became of each, in order
     * @throws dev.keelson.error.KeelsonException BAD_REQUEST with a problem for each outcome of an event that has not
     *     happened yet, or with a time that cannot be
     */
    List<OutcomeReceipt> outcomes(List<OutcomeEvent> outcomes);

    /** What is done with the log of predictions beside predicting. */
    PredictionJournal journal();

    /** Logged predictions. */
    List<LoggedPrediction> predictions(PredictionQuery query);

    /** How many logged predictions match, without regard to the limit. */
    long countPredictions(PredictionQuery query);

    /** One logged prediction. */
    Optional<LoggedPrediction> prediction(UUID id);

    /** Names of the feature values of a version's predictions, then of its watched values, in the order of the log. */
    List<String> inputNames(ModelVersion version);

    /**
     * What a number of an input that is a text stands for; {@code #} and the number where its text is not known.
     *
     * @return null for inputs that are no texts, and for missing values
     */
    default @Nullable String inputText(ModelVersion version, String input, double value) {
        return null;
    }

    /** Bytes of the prediction journal that the index has not seen yet. */
    long journalLag();

    /** Predictions that were made mostly without features. */
    FeatureGaps featureGaps();

    /** Whether so much waits for the disk that the next prediction would wait, too. */
    default boolean isLogCrowded() {
        return false;
    }

    /** Where it notes the stages of its predictions. Always the same object. */
    StageTimes stageTimes();

    /** Rollouts and threads in numbers, as they are now. */
    default List<Measurement> measurements() {
        return List.of();
    }

    /** The data: checks, review, versions. */
    DataBackend data();

    /** Where things came from and what they led to. */
    Lineage lineage();

    /** Follows logged predictions back to the rows of the sources. */
    PredictionTraces traces();

    // ---- tables that are written back

    /**
     * Writes tables that the project declares under {@code sync}; returns when that is done.
     *
     * @param names which ones; empty for all
     * @throws dev.keelson.error.KeelsonException NOT_FOUND; as {@link Synchronisation#run} does
     */
    List<SyncOutcome> sync(List<String> names, Synchronisation.Request request);

    /** How far each of these tables got; with no names, of all. */
    List<SyncStatus> syncStatus(List<String> names);

    /** Another registry that this one tells its changes. */
    OtherRegistry otherRegistry();

    /**
     * Removes for good runs and experiments that were deleted longer ago than that, and the bytes that nothing names any more;
     * what is still spoken of stays.
     *
     * @return {@code runs}, {@code experiments}, {@code files} and {@code kept}, as `keelson runs gc --json` tells them
     */
    ObjectNode removeDeletedRuns(Duration olderThan, boolean dryRun);

    // ---- registry

    /** The store of experiments, runs, models and what is said of them. */
    Catalog catalog();

    /** The files of runs and logged models. */
    FileTree files();

    /** Versions of a model, newest first. */
    List<ModelVersion> versions(String model);

    /** The version an alias ({@code champion}, {@code challenger}) points to. */
    Optional<ModelVersion> alias(String model, String alias);

    /** Runs, newest first; of one experiment when it is not null. */
    List<Run> runs(@Nullable String experiment, int limit);

    /** The run of that id, or of a unique beginning of an id of at least 4 characters. */
    Optional<Run> run(String id);

    /** What a run needs so that it can be made again, passed or failed. */
    RunChecklist checklist(Run run);

    /** What a run was made with against what there is now, without training. */
    RunCheck check(Run run);

    /**
     * What a run's predictions of its test period would have earned.
     *
     * @throws dev.keelson.error.KeelsonException RUN_NOT_FOUND; USAGE when stakes are asked of a model that holds what it
     *     ranks highest
     */
    Backtest backtest(BacktestRequest request);

    /** The bytes of an artifact by its hash. */
    Optional<byte[]> artifact(String sha256);

    /** Audit entries, newest first; of one model when it is not null. */
    List<AuditEntry> audit(@Nullable String model, int limit);

    /**
     * Reports of a kind, newest first; of one subject when it is not null. Kinds: {@code drift}, {@code decay} and
     * {@code label_shift} with a model as subject; {@code replay_step} with the replay's id; {@code load} with the source;
     * {@code comparison} with a model, of the id {@code comparison-<replay>-<model>}, whose document is <code>{"rows": {this_policy: row, ...}, "verdict": sentence}</code>
     * with a {@link dev.keelson.control.Comparison.Row} for each policy and baseline. The last two come replay by replay,
     * the one that ran last first.
     */
    List<StoredReport> reports(String kind, @Nullable String subject, int limit);

    /** The report of that id. */
    Optional<StoredReport> report(String id);

    // ---- definitions

    /**
     * What the latest data makes of a label.
     *
     * @throws dev.keelson.error.KeelsonException DATASET_NOT_FOUND when none was ever loaded
     */
    LabelStatistics labelStatistics(LabelDefinition label);

    /**
     * Looks at the features of a model over the latest data and stores the report, of kind {@code feature_check}.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; DATASET_NOT_FOUND; NOT_ENOUGH_ROWS
     */
    FeatureValidation validateFeatures(String model);

    /** Searches for features of models, by the project file as it is now. */
    Jobs<GenerationRequest> generations();

    /** Searches for settings of models, by the project file as it is now. */
    Jobs<StudyRequest> studies();

    /**
     * Trainings of models on the data as loaded, by the project file as it is now; a result's {@code status} is {@code
     * registered}, {@code unchanged}, {@code forgets} or {@code nothing}.
     */
    Jobs<ModelTraining> trainings();

    /**
     * Comparisons of policies of retraining on the data as loaded; a result is as {@link
     * dev.keelson.control.policy.PolicyComparison#toJson} with the model.
     */
    Jobs<PolicyRequest> policyComparisons();

    /** Schedules of retraining, advised; a result is as {@link dev.keelson.control.policy.ScheduleAdvice#toJson} with the model. */
    Jobs<PolicyRequest> scheduleAdvice();

    /** Replays of the loop over history; a result is what {@code keelson replay --json} prints. */
    Jobs<ReplayRequest> replayRuns();

    /** Policies that size stakes. */
    default Bandits bandits() {
        return Bandits.NONE;
    }

    /** How new versions come to answer. */
    default RolloutService rollouts() {
        return RolloutService.NONE;
    }

    /** What somebody should know. */
    default AlertService alerts() {
        return AlertService.NONE;
    }

    /** When what is done, and what was done. */
    default ScheduleService schedules() {
        return ScheduleService.NONE;
    }

    /** Thresholds, windows and times of the project file. */
    default SettingsService settings() {
        return SettingsService.NONE;
    }

    /** Retraining, and what the loop suggests. */
    default LoopService loop() {
        return LoopService.NONE;
    }

    /** What drift is measured against. */
    default BaselineService baselines() {
        return BaselineService.NONE;
    }

    /** Streams that are watched value by value. */
    default StreamService streams() {
        return StreamService.NONE;
    }

    /** What is told of bets; every question is refused where the project file has no {@code serve.bets}. */
    default Bets bets() {
        return Bets.NONE;
    }

    /** Why models tell what they tell. */
    Explanations explanations();

    /** Benchmarks of sets of models. */
    Benchmarks benchmarks();

    /** What the project file changes against the registered definitions. */
    DefinitionPlan plan();

    /**
     * Registers what {@link #plan} says.
     *
     * @param actor who asks, for the audit trail
     * @param expected hashes of the changes that were agreed to, in order; null for whatever they are
     * @return what was changed
     * @throws dev.keelson.error.KeelsonException TRANSITION_REFUSED when the changes are others
     */
    DefinitionPlan apply(String actor, @Nullable List<String> expected);

    /**
     * The features of views that a model uses, as they are or in what it derives, each as {@code view:feature}, in the order
     * of the views.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND
     */
    List<String> usedFeatures(String model);

    /** The features that mattered to a run, the most important first, each with its share; nothing where it kept none. */
    Map<String, Double> importance(Run run);

    // ---- what changes what serves

    /** Stages, aliases, promotion, approval, rollback, the audit trail. */
    Governance governance();

    /**
     * What is to be known of a version before it is relied on.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    ModelCard card(String model, int version);

    /**
     * Lets a version serve when its policy is met; where the policy asks for a person, one is asked and this is refused.
     *
     * @param actor who asks
     * @param reason why, for the audit trail; not blank
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND, TRANSITION_REFUSED
     */
    ModelVersion promote(String model, int version, String actor, String reason);

    /**
     * Lets the version that served before the champion serve again. Doing it again goes further back: a version that was
     * rolled back from is passed over until it is promoted again.
     *
     * @param actor who asks
     * @param reason why, for the audit trail; not blank
     * @return the version that serves now
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND, TRANSITION_REFUSED when there is none before
     */
    ModelVersion rollback(String model, String actor, String reason);

    /**
     * Verifies a model that was trained elsewhere on sample rows and registers it as a version, which serves when it is
     * promoted.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; NOT_READY while no data are known; BAD_REQUEST when the
     *     file cannot be read, does not fit the model or predicts otherwise than expected; NATIVE_LIBRARY_MISSING when
     *     what evaluates its format is not installed; TRANSITION_REFUSED when it is a version already
     */
    ModelImport.Outcome importModel(String model, ModelImport request);

    /**
     * Checks a model for drift now and stores the report.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; NOT_READY while there is no champion; BAD_REQUEST when
     *     no drift monitor watches the model
     */
    DriftReport checkDrift(String model);

    /** Comparisons of any two tables. */
    default DriftService drift() {
        return DriftService.NONE;
    }

    /**
     * Checks whether a model has become worse and stores the report, of kind {@code decay}; also of one that others serve.
     *
     * @return as {@link ModelPerformance#decay} tells it
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; NOT_READY when it has no champion; BAD_REQUEST when no
     *     performance monitor watches it
     */
    JsonNode checkDecay(String model);

    /** What estimates of performance without outcomes need. */
    default WindowEstimates.Learners estimators() {
        return WindowEstimates.Learners.NONE;
    }
}
