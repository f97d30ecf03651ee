package dev.keelson.registry.spi;

import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.TrackedRun;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What of a catalogue a tracking server is: experiments, runs as they are logged bit by bit, logged models. It sees the same
 * runs as {@link CatalogTransaction#runs}: one store, two views.
 *
 * <p>Checks of form and length are the callers'; what depends on what is stored is checked here: NOT_FOUND,
 * RUN_NOT_FOUND, ALREADY_EXISTS, or CONFLICT when a param would change or a deleted run would be written.
 */
public interface TrackingTransaction {

    /**
     * Makes an experiment.
     *
     * @param artifactLocation null for {@code mlflow-artifacts:/<id>}
     * @throws dev.keelson.error.KeelsonException ALREADY_EXISTS, also when the one of that name is deleted
     */
    Experiment createExperiment(String name, @Nullable String artifactLocation, Map<String, String> tags, Instant at);

    /** The experiment of that id, deleted or not. */
    Optional<Experiment> experiment(String id);

    /** The experiment of that name, deleted or not. */
    Optional<Experiment> experimentNamed(String name);

    /** Attributes: {@code name}, {@code creation_time}, {@code last_update_time}, {@code experiment_id}; tags. */
    Page<Experiment> searchExperiments(Search search);

    /** Renames it; ALREADY_EXISTS, or CONFLICT when it is deleted. */
    void renameExperiment(String id, String name, Instant at);

    /** Deletes or restores it with its runs. */
    void setExperimentLifecycle(String id, Lifecycle lifecycle, Instant at);

    /** Sets a tag, or removes it when the value is null. */
    void setExperimentTag(String id, String key, @Nullable String value, Instant at);

    /**
     * Makes a run. Its artifact URI is the experiment's location, the id and {@code artifacts}.
     *
     * @param tags with {@code mlflow.runName}
     * @throws dev.keelson.error.KeelsonException CONFLICT when the experiment is deleted
     */
    RunInfo createRun(
            String id, String experimentId, String name, String user, Instant startedAt, Map<String, String> tags);

    /** The run of that very id, deleted or not. */
    Optional<RunInfo> runInfo(String id);

    /** The runs of these ids that exist, in their order. */
    List<TrackedRun> runs(Collection<String> ids, Detail detail);

    /**
     * Runs of experiments. Attributes: {@code run_id}, {@code run_name}, {@code user_id}, {@code status}, {@code start_time} and
     * {@code end_time} (milliseconds), {@code artifact_uri}; metrics by their last value, params, tags; of data sets
     * {@code name}, {@code digest}, {@code context}.
     *
     * @param experimentIds none finds none; null means all
     */
    Page<TrackedRun> searchRuns(@Nullable Collection<String> experimentIds, Search search, Detail detail);

    /** How many runs a search finds, whatever its page. */
    long countRuns(@Nullable Collection<String> experimentIds, Search search);

    /** Names of metrics, params and tags that the runs of these experiments have. */
    SortedSet<String> keys(@Nullable Collection<String> experimentIds, Search.Entity entity);

    /** Changes what is not null. A name also becomes the tag {@code mlflow.runName}. CONFLICT when it is deleted. */
    RunInfo updateRun(String id, Run.@Nullable Status status, @Nullable Instant endedAt, @Nullable String name);

    /** Deletes or restores it. */
    void setRunLifecycle(String id, Lifecycle lifecycle, Instant at);

    /**
     * Adds to a run, all or nothing. Points that are there already change nothing; a param that is there with the same value
     * changes nothing; tags overwrite, and {@code mlflow.runName} renames the run.
     *
     * @throws dev.keelson.error.KeelsonException RUN_NOT_FOUND; CONFLICT when the run is deleted or a param has another value
     */
    void log(String runId, List<MetricPoint> points, Map<String, String> params, Map<String, String> tags);

    /** Removes a tag; NOT_FOUND when the run has none of that key. */
    void deleteRunTag(String runId, String key);

    /** Adds data sets and ids of logged models that a run read; those that are there already change nothing. */
    void addInputs(String runId, List<DatasetInput> inputs, List<String> modelIds);

    /** Adds logged models that a run made, each with a step. */
    void addOutputs(String runId, Map<String, Long> modelIds);

    /** Points of one metric by step, time and value; from an offset, at most so many. */
    Page<MetricPoint> history(String runId, String key, long offset, int limit);

    /** Points of one metric from one step to another, both included, thinned to about a limit: the ends stay. */
    List<MetricPoint> history(String runId, String key, long fromStep, long toStep, int limit);

    /**
     * Points of one metric of several runs, each thinned to about a limit: the ends stay. A run without any is left out.
     *
     * @param limit points of each run, at least 2
     */
    default Map<String, List<MetricPoint>> histories(Collection<String> runIds, String key, int limit) {
        Map<String, List<MetricPoint>> histories = new LinkedHashMap<>();
        for (String id : runIds) {
            List<MetricPoint> points = history(id, key, Long.MIN_VALUE, Long.MAX_VALUE, limit);
            if (!points.isEmpty()) {
                histories.put(id, points);
            }
        }
        return histories;
    }

    /** The point of one metric at one step, by run: the latest, where there are several; a run without one is left out. */
    default Map<String, MetricPoint> at(Collection<String> runIds, String key, long step) {
        Map<String, MetricPoint> points = new LinkedHashMap<>();
        for (String id : runIds) {
            List<MetricPoint> found = history(id, key, step, step, Integer.MAX_VALUE);
            if (!found.isEmpty()) {
                points.put(id, found.getLast());
            }
        }
        return points;
    }

    /** How many runs that were not deleted belong to each of these by their tag {@code mlflow.parentRunId}; none is left out. */
    default Map<String, Long> children(Collection<String> runIds) {
        Map<String, Long> children = new LinkedHashMap<>();
        for (String id : runIds) {
            Search of = new Search(
                    List.of(Search.Clause.text(Search.Entity.TAG, "mlflow.parentRunId", Search.Comparison.EQUAL, id)),
                    List.of(),
                    Lifecycle.View.ACTIVE_ONLY,
                    1,
                    0);
            long count = countRuns(null, of);
            if (count > 0) {
                children.put(id, count);
            }
        }
        return children;
    }

    /** Data sets that runs of experiments read: each with its experiment and the context. */
    List<DatasetSummary> datasets(Collection<String> experimentIds, int limit);

    /** A data set as runs of an experiment read it. */
    record DatasetSummary(String experimentId, String name, String digest, @Nullable String context) {}

    /** Stores a logged model, or replaces the one of that id but for its metrics and registrations. */
    void putLoggedModel(LoggedModel model);

    /** The logged model of that id, deleted or not. */
    Optional<LoggedModel> loggedModel(String id);

    /** Logged models of experiments; attributes {@code name}, {@code model_id}, {@code model_type}, {@code status},
     * {@code source_run_id}, {@code creation_timestamp}, {@code last_updated_timestamp}; params, tags, metrics. */
    Page<LoggedModel> searchLoggedModels(Collection<String> experimentIds, Search search);
}
