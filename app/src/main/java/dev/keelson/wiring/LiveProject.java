package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.AlertService;
import dev.keelson.http.Bandits;
import dev.keelson.http.BaselineService;
import dev.keelson.http.Bets;
import dev.keelson.http.DriftService;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.LoopService;
import dev.keelson.http.ModelImport;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.PolicyRequest;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.RolloutService;
import dev.keelson.http.ScheduleService;
import dev.keelson.http.SettingsService;
import dev.keelson.http.StreamService;
import dev.keelson.http.StudyRequest;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import dev.keelson.registry.governance.Governance;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The project as something that answers, whoever owns it: this process, or a running {@code keelson serve}, which is then
 * asked over HTTP. Both answer alike, with the same errors. Not safe for use by several threads.
 */
public sealed interface LiveProject extends AutoCloseable permits OwnedProject, ServedProject {

    /**
     * Opens a project; unless another process serves it, this process owns it until closed.
     *
     * @throws dev.keelson.error.KeelsonException PROJECT_IN_USE when another process owns the project without serving it
     */
    static LiveProject open(Project project, InstantSource clock) {
        Optional<OwnerClient> owner = OwnerClient.of(project);
        return owner.isPresent()
                ? new ServedProject(project, owner.get())
                : new OwnedProject(LiveBackend.open(project, clock));
    }

    /**
     * As {@link #open(Project, InstantSource)}.
     *
     * @param variables what the project file is read with when its settings are changed
     */
    static LiveProject open(Project project, Supplier<Map<String, String>> variables, InstantSource clock) {
        Optional<OwnerClient> owner = OwnerClient.of(project);
        return owner.isPresent()
                ? new ServedProject(project, owner.get())
                : new OwnedProject(LiveBackend.open(project, () -> project, variables, clock));
    }

    /** As {@link dev.keelson.http.Backend#predict}; the predictions can be listed when this returns. */
    List<Prediction> predict(String model, List<Map<String, @Nullable Object>> rows, PredictOptions options);

    /** As {@link dev.keelson.http.Backend#signature}. */
    PredictSignature signature(String model, @Nullable String version);

    /** As {@link dev.keelson.http.Backend#checkDrift}. */
    DriftReport checkDrift(String model);

    /**
     * Comparisons of any two tables.
     *
     * @param base where relative names of files start, as far as this process reads them
     */
    DriftService drift(Path base);

    /** As {@link dev.keelson.http.HealthReports#check}: the report as a document. */
    JsonNode checkHealth(String model);

    /** As {@link dev.keelson.http.Backend#checkDecay}. */
    JsonNode checkDecay(String model);

    /** As {@link Governance#promote}: {@link dev.keelson.http.GovernanceJson#promotion}. */
    JsonNode promote(Governance.Request request);

    /** As {@link Governance#approve}: {@link dev.keelson.http.GovernanceJson#promotion}. */
    JsonNode approve(String model, int version, String actor, String reason);

    /** As {@link Governance#reject}: the answered request. */
    JsonNode reject(String model, int version, String actor, String reason);

    /** As {@link Governance#rollback}: {@link dev.keelson.http.GovernanceJson#rollback}. */
    JsonNode rollback(String model, @Nullable Integer version, String actor, String reason, boolean force);

    /** As {@link dev.keelson.http.Backend#importModel}. */
    ModelImport.Outcome importModel(String model, ModelImport request);

    /**
     * Trains a model, or lets its champion go on, and waits for the end.
     *
     * @return the result as a document
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.http.Jobs#start}, and when the training fails or is
     *     cancelled
     */
    JsonNode train(ModelTraining request);

    /** As {@link dev.keelson.http.Backend#validateFeatures}: the report as a document. */
    JsonNode validateFeatures(String model);

    /** How far a search for features is. */
    interface Progress {
        /** So many of so many trials have ended; the second number may grow. */
        void at(int done, int of);
    }

    /**
     * Searches for features and waits for the end; a search that was stopped before goes on.
     *
     * @return the result as a document
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.http.Jobs#start}, and when the search fails or is cancelled
     */
    JsonNode generateFeatures(GenerationRequest request, Progress progress);

    /**
     * Searches for settings and waits for the end; a search that was stopped before goes on.
     *
     * @return the result as a document
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.http.Jobs#start}, and when the search fails or is cancelled
     */
    JsonNode tune(StudyRequest request, Progress progress);

    /**
     * Compares policies of retraining and waits for the end.
     *
     * @param advise whether advice on a schedule is asked for instead
     * @return the result as a document
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.http.Jobs#start}, and when it fails or is cancelled
     */
    JsonNode policies(PolicyRequest request, boolean advise, Progress progress);

    /** What is told of bets. */
    Bets bets();

    /** Policies that size stakes. */
    Bandits bandits();

    /** What somebody should know. */
    AlertService alerts();

    /** When what is done, and what was done. */
    ScheduleService schedules();

    /** Thresholds, windows and times of the project file. */
    SettingsService settings();

    /** Retraining, and what the loop suggests. */
    LoopService loop();

    /** What drift is measured against. */
    BaselineService baselines();

    /** Streams that are watched value by value. */
    StreamService streams();

    /** Does the next job that is due, where this process owns the project; false when nothing is, or another process works. */
    boolean workOnce();

    /** Lets the retraining of a model that an answer has woken go on, where this process owns the project: else the owner does. */
    void goOn(String model);

    /** Whether jobs are done by {@link #workOnce}, as no server does them. */
    boolean worksHere();

    /** How new versions come to answer. */
    RolloutService rollouts();

    /**
     * Runs a benchmark and waits for the end.
     *
     * @param set null for the only one
     * @return the report
     * @throws dev.keelson.error.KeelsonException as {@link dev.keelson.http.Benchmarks#start}, and when it fails
     */
    JsonNode benchmark(@Nullable String set, Progress progress);

    /** Whether another process serves it. */
    default boolean served() {
        return this instanceof ServedProject;
    }

    @Override
    void close();
}
