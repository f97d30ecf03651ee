package dev.keelson.registry.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.FilterParser;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.OrderParser;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.TrackedRun;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Experiments and runs of a catalogue as Keelson's lists, pages and commands ask for them and change them, whoever logged them.
 * Runs are named as {@link References#run} takes it. Each method is one transaction. Safe for use by several threads.
 */
public final class TrackedRuns {
    /** Runs of one comparison. */
    public static final int MOST_COMPARED = 500;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CHILDREN_SHOWN = 200;
    private static final int FILES_SHOWN = 1000;
    private static final int EXPORTED_AT_ONCE = 500;
    private static final String ARTIFACTS = "mlflow-artifacts:/";
    private static final int LONGEST_NAME = 500;
    private static final int LONGEST_KEY = 250;
    private static final int LONGEST_TAG = 8000;

    private final Catalog catalog;
    private final InstantSource clock;
    private final Set<String> models;

    public TrackedRuns(Catalog catalog, InstantSource clock) {
        this(catalog, clock, Set.of());
    }

    /**
     * As {@link #TrackedRuns(Catalog, InstantSource)}.
     *
     * @param models names of models whose trainings find their experiments by these names: they are not renamed or deleted
     */
    public TrackedRuns(Catalog catalog, InstantSource clock, Set<String> models) {
        this.catalog = catalog;
        this.clock = clock;
        this.models = Set.copyOf(models);
    }

    // ---- lists

    /**
     * Runs of a query.
     *
     * @throws KeelsonException NOT_FOUND for an experiment, RUN_NOT_FOUND for a parent, BAD_REQUEST for a filter or order
     */
    public RunPage list(RunQuery query) {
        return catalog.read(tx -> list(tx, query));
    }

    private static RunPage list(CatalogTransaction tx, RunQuery query) {
        Map<String, String> names = new HashMap<>();
        List<String> within = within(tx, query, names);
        Search search = search(tx, query);
        Page<TrackedRun> page = tx.tracking().searchRuns(within, search, query.columns().detail());
        List<String> ids = page.items().stream().map(run -> run.info().id()).toList();
        Map<RunColumns.Column, Map<String, MetricPoint>> steps = query.columns().steps(tx.tracking(), ids);
        Map<String, Long> children = ids.isEmpty() ? Map.of() : tx.tracking().children(ids);
        List<RunPage.Item> items = new ArrayList<>(ids.size());
        for (TrackedRun run : page.items()) {
            items.add(new RunPage.Item(
                    run, experiment(tx, run.info(), names), children.getOrDefault(run.info().id(), 0L), steps));
        }
        return new RunPage(query, items, page.more(), query.counted() ? tx.tracking().countRuns(within, search) : null);
    }

    private static @Nullable List<String> within(CatalogTransaction tx, RunQuery query, Map<String, String> names) {
        String model = query.model();
        if (query.experiments().isEmpty() && model == null) {
            return null;
        }
        List<String> within = new ArrayList<>();
        for (String name : query.experiments()) {
            Experiment experiment = experiment(tx, name);
            names.put(experiment.id(), experiment.name());
            within.add(experiment.id());
        }
        if (model != null) {
            tx.tracking().experimentNamed(model).ifPresent(experiment -> {
                names.put(experiment.id(), experiment.name());
                within.add(experiment.id());
            });
        }
        return within;
    }

    private static Search search(CatalogTransaction tx, RunQuery query) {
        List<Clause> clauses = new ArrayList<>(FilterParser.parse(Search.Subject.RUNS, query.filter()));
        String parent = query.parent();
        if (parent != null) {
            clauses.add(Clause.text(Entity.TAG, RunTags.PARENT, Comparison.EQUAL, References.run(tx, parent).id()));
        } else if (!query.nested()) {
            clauses.add(Clause.text(Entity.TAG, RunTags.PARENT, Comparison.ABSENT));
        }
        String order = query.order();
        return new Search(
                clauses,
                order == null ? List.of() : OrderParser.parse(Search.Subject.RUNS, RunColumns.split(order)),
                query.view(),
                query.limit(),
                (query.page() - 1L) * query.limit());
    }

    private static String experiment(CatalogTransaction tx, RunInfo run, Map<String, String> names) {
        return names.computeIfAbsent(
                run.experimentId(), id -> tx.tracking().experiment(id).map(Experiment::name).orElse(id));
    }

    /**
     * Writes all runs of a query, whatever its page, part by part.
     *
     * @throws IOException as {@code to} does
     */
    public long export(RunQuery query, RunExport.Format format, Appendable to) throws IOException {
        List<RunColumns.Column> columns = catalog.read(tx -> query.columns()
                .expanded(tx.tracking(), within(tx, query, new HashMap<>()))
                .columns());
        RunExport export = new RunExport(format, columns, to);
        export.begin();
        int number = 1;
        RunPage page;
        do {
            page = list(query.page(number++, EXPORTED_AT_ONCE));
            for (RunPage.Item item : page.items()) {
                export.add(item);
            }
        } while (page.more());
        export.end();
        return export.written();
    }

    /** Names of the experiments that are not deleted, sorted; the newest when there are more than so many. */
    public List<String> experimentNames(int limit) {
        Search newest = new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, limit, 0);
        return catalog.read(tx -> tx.tracking().searchExperiments(newest)).items().stream()
                .map(Experiment::name)
                .sorted()
                .toList();
    }

    /**
     * Names of metrics, params or tags that runs have, sorted.
     *
     * @param experiment name of an experiment, or null for all
     * @param entity METRIC, PARAM or TAG
     */
    public List<String> keys(@Nullable String experiment, Entity entity) {
        return catalog.read(tx -> List.copyOf(tx.tracking()
                .keys(
                        experiment == null
                                ? null
                                : tx.tracking().experimentNamed(experiment).map(each -> List.of(each.id())).orElse(List.of()),
                        entity)));
    }

    /** Names of the metrics of which one of these runs has more than one point, sorted. */
    public List<String> curveKeys(Collection<String> ids) {
        SortedSet<String> keys = new TreeSet<>();
        Detail metrics = new Detail(null, Set.of(), Set.of(), false);
        for (TrackedRun run : catalog.read(tx -> tx.tracking().runs(ids, metrics))) {
            run.metrics().forEach((key, summary) -> {
                if (summary.count() > 1) {
                    keys.add(key);
                }
            });
        }
        return List.copyOf(keys);
    }

    /** Points of a metric of a run, about so many at most: the ends stay. */
    public List<MetricPoint> points(String id, String key, int limit) {
        return catalog.read(tx -> tx.tracking().history(id, key, Long.MIN_VALUE, Long.MAX_VALUE, limit));
    }

    // ---- one run

    /**
     * All of a run: {@code params}, {@code metrics} by their last values, {@code metric_summaries}, {@code tags}, {@code note},
     * {@code inputs}, {@code artifacts}, {@code provenance}, {@code versions}, {@code parent} and {@code children}.
     */
    public ObjectNode whole(String reference) {
        return catalog.read(tx -> whole(tx, References.run(tx, reference)));
    }

    private static ObjectNode whole(CatalogTransaction tx, RunInfo info) {
        TrackedRun run = tx.tracking().runs(List.of(info.id()), Detail.ALL).getFirst();
        ObjectNode node = RunPage.head(info, experiment(tx, info, new HashMap<>()));
        node.put("parent", run.tags().get(RunTags.PARENT));
        node.put("note", run.tags().getOrDefault(RunTags.NOTE, ""));
        ObjectNode metrics = node.putObject("metrics");
        ObjectNode summaries = node.putObject("metric_summaries");
        run.metrics().forEach((key, summary) -> {
            RunColumns.number(metrics, key, summary.last().value());
            summary(summaries.putObject(key), key, summary);
        });
        run.params().forEach(node.putObject("params")::put);
        run.tags().forEach(node.putObject("tags")::put);
        ArrayNode inputs = node.putArray("inputs");
        run.inputs().forEach(input -> inputs.add(input(input)));
        run.modelInputs().forEach(node.putArray("model_inputs")::add);
        run.modelOutputs().forEach(node.putObject("model_outputs")::put);
        Optional<Run> kept = tx.run(info.id());
        node.put("artifact_uri", info.artifactUri());
        files(tx, info, kept.map(Run::artifacts).orElse(List.of()), node.putArray("artifacts"));
        node.set("provenance", parsed(kept.map(Run::provenance).orElse("{}")));
        ArrayNode versions = node.putArray("versions");
        tx.registry()
                .searchVersions(new Search(
                        List.of(Clause.text(Entity.ATTRIBUTE, "run_id", Comparison.EQUAL, info.id())),
                        List.of(),
                        Lifecycle.View.ACTIVE_ONLY,
                        CHILDREN_SHOWN,
                        0))
                .items()
                .forEach(version -> versions.add(version(version)));
        children(tx, info, node);
        return node;
    }

    private static void summary(ObjectNode to, String key, MetricSummary summary) {
        RunColumns.number(to, "last", summary.last().value());
        to.put("step", summary.last().step());
        RunColumns.number(to, "min", summary.min());
        RunColumns.number(to, "max", summary.max());
        RunColumns.number(to, "best", RunColumns.smaller(key) ? summary.min() : summary.max());
        to.put("count", summary.count());
    }

    private static ObjectNode input(DatasetInput input) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("name", input.name())
                .put("digest", input.digest())
                .put("source_type", input.sourceType())
                .put("source", input.source());
        input.tags().forEach(node.putObject("tags")::put);
        return node;
    }

    private static ObjectNode version(RegisteredVersion version) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("model", version.model())
                .put("version", version.version())
                .put("stage", version.stage().word());
    }

    private static void children(CatalogTransaction tx, RunInfo info, ObjectNode to) {
        Search search = new Search(
                List.of(Clause.text(Entity.TAG, RunTags.PARENT, Comparison.EQUAL, info.id())),
                List.of(),
                Lifecycle.View.ACTIVE_ONLY,
                CHILDREN_SHOWN,
                0);
        Page<TrackedRun> page = tx.tracking().searchRuns(null, search, Detail.NONE);
        ArrayNode children = to.putArray("children");
        page.items().forEach(child -> children.add(JsonNodeFactory.instance
                .objectNode()
                .put("id", child.info().id())
                .put("name", child.info().name())
                .put("status", child.info().status().name().toLowerCase(Locale.ROOT))
                .put("started_at", child.info().startedAt().toString())));
        to.put("children_count", page.more() ? tx.tracking().countRuns(null, search) : page.items().size());
    }

    /** Files of a training by its own list; of what a client logged, by the tree of files. */
    private static void files(CatalogTransaction tx, RunInfo info, List<Run.Artifact> kept, ArrayNode to) {
        if (kept.isEmpty() && info.artifactUri().startsWith(ARTIFACTS)) {
            String root = info.artifactUri().substring(ARTIFACTS.length()).replaceFirst("^/+", "");
            walk(tx.files(), root, root.length() + 1, to);
        }
        kept.forEach(file -> to.addObject().put("path", file.path()).put("sha256", file.sha256()).put("bytes", file.bytes()));
    }

    private static void walk(FilesTransaction files, String folder, int skipped, ArrayNode to) {
        String after = null;
        Page<FilesTransaction.Entry> page;
        do {
            page = files.list(folder, after, FILES_SHOWN);
            for (FilesTransaction.Entry entry : page.items()) {
                if (to.size() >= FILES_SHOWN) {
                    return;
                }
                String path = folder + "/" + entry.name();
                FilesTransaction.StoredFile file = entry.file();
                if (file == null) {
                    walk(files, path, skipped, to);
                } else {
                    to.addObject().put("path", path.substring(skipped)).put("sha256", file.sha256()).put("bytes", file.bytes());
                }
                after = entry.name();
            }
        } while (page.more());
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
    }

    /** What is known of a run without what belongs to it. */
    public RunInfo info(String reference) {
        return catalog.read(tx -> References.run(tx, reference));
    }

    /**
     * The run that a text points to, as trainings have stored it.
     *
     * @throws KeelsonException as {@link References#run}
     */
    public Run run(String reference) {
        return catalog.read(tx -> {
            RunInfo info = References.run(tx, reference);
            return tx.run(info.id()).orElseThrow(() -> new IllegalStateException("The run " + info.id() + " is gone."));
        });
    }

    /**
     * The registered version that a text points to.
     *
     * @param model whose version a bare word such as {@code 3} or {@code champion} is; null where the text names the model
     * @throws KeelsonException as {@link References#version(CatalogTransaction, String)}
     */
    public RegisteredVersion version(@Nullable String model, String text) {
        return catalog.read(tx -> model == null ? References.version(tx, text) : References.version(tx, model, text));
    }

    /**
     * The points of a metric of a run as {@code {"run", "key", "count", "thinned", "points": [[step, value, timestamp], ...]}}; a
     * value that is no number is null.
     *
     * @param limit points at most, about: the ends stay
     */
    public ObjectNode curve(String reference, String key, long fromStep, long toStep, int limit) {
        return catalog.read(tx -> {
            RunInfo run = References.run(tx, reference);
            MetricSummary summary = tx.tracking()
                    .runs(List.of(run.id()), new Detail(Set.of(key), Set.of(), Set.of(), false))
                    .getFirst()
                    .metrics()
                    .get(key);
            if (summary == null) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND, "The run (%s) has no metric (%s).".formatted(run.id(), key), null);
            }
            List<MetricPoint> points = tx.tracking().history(run.id(), key, fromStep, toStep, limit);
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("run", run.id()).put("key", key);
            node.put("count", summary.count());
            node.put("thinned", fromStep == Long.MIN_VALUE && toStep == Long.MAX_VALUE && points.size() < summary.count());
            points(node.putArray("points"), points);
            return node;
        });
    }

    static void points(ArrayNode to, List<MetricPoint> points) {
        for (MetricPoint point : points) {
            ArrayNode each = to.addArray().add(point.step());
            if (Double.isFinite(point.value())) {
                each.add(point.value());
            } else {
                each.addNull();
            }
            each.add(point.timestamp());
        }
    }

    // ---- comparison

    /**
     * Runs side by side.
     *
     * @param references at most {@value #MOST_COMPARED}; one that comes twice counts once
     * @param curves metrics whose points are wanted
     * @param points of each curve of each run, about
     * @throws KeelsonException USAGE when there are too many; as {@link References#run}
     */
    public RunTable compare(List<String> references, Set<String> curves, int points) {
        if (references.isEmpty() || references.size() > MOST_COMPARED) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "%d runs were to be compared; 1 to %d were expected.".formatted(references.size(), MOST_COMPARED),
                    null);
        }
        return catalog.read(tx -> {
            Set<String> ids = new LinkedHashSet<>(references);
            List<TrackedRun> runs = tx.tracking().runs(ids, Detail.ALL);
            if (runs.size() < ids.size()) { // some are no whole ids
                ids = new LinkedHashSet<>();
                for (String reference : references) {
                    ids.add(References.run(tx, reference).id());
                }
                runs = tx.tracking().runs(ids, Detail.ALL);
            }
            Map<String, String> names = new HashMap<>();
            List<String> experiments = new ArrayList<>();
            for (TrackedRun run : runs) {
                experiments.add(experiment(tx, run.info(), names));
            }
            Map<String, Map<String, List<MetricPoint>>> histories = new LinkedHashMap<>();
            for (String key : curves) {
                histories.put(key, tx.tracking().histories(ids, key, points));
            }
            return RunTable.of(runs, experiments, histories);
        });
    }

    // ---- changes of runs

    /** Deletes a run, which {@link #restore} takes back; its children stay. */
    public ObjectNode delete(String reference) {
        return setLifecycle(reference, Lifecycle.DELETED);
    }

    /** Restores a deleted run. */
    public ObjectNode restore(String reference) {
        return setLifecycle(reference, Lifecycle.ACTIVE);
    }

    private ObjectNode setLifecycle(String reference, Lifecycle lifecycle) {
        return catalog.write(tx -> {
            RunInfo run = References.run(tx, reference);
            tx.tracking().setRunLifecycle(run.id(), lifecycle, clock.instant());
            return head(tx, run.id());
        });
    }

    /**
     * Changes what people say of a run.
     *
     * @param name its new name, or null
     * @param note what is written about it (empty removes it), or null for no change
     * @param tags to be set; null removes one
     * @throws KeelsonException CONFLICT when it is deleted; NOT_FOUND for a tag that is to be removed and not there; TOO_LARGE
     */
    public ObjectNode describe(
            String reference, @Nullable String name, @Nullable String note, Map<String, @Nullable String> tags) {
        Map<String, String> set = new LinkedHashMap<>();
        List<String> removed = new ArrayList<>();
        tags.forEach((key, value) -> {
            limit("The key of a tag", key, LONGEST_KEY);
            if (value == null) {
                removed.add(key);
            } else {
                limit("The tag (%s)".formatted(key), value, LONGEST_TAG);
                set.put(key, value);
            }
        });
        return catalog.write(tx -> {
            RunInfo run = References.run(tx, reference);
            if (name != null) {
                named(name);
                tx.tracking().updateRun(run.id(), null, null, name.strip());
            }
            if (note != null && note.isBlank()) {
                if (tx.tracking()
                        .runs(List.of(run.id()), new Detail(Set.of(), Set.of(), Set.of(RunTags.NOTE), false))
                        .getFirst()
                        .tags()
                        .containsKey(RunTags.NOTE)) {
                    removed.add(RunTags.NOTE);
                }
            } else if (note != null) {
                limit("The note", note, LONGEST_TAG);
                set.put(RunTags.NOTE, note);
            }
            if (!set.isEmpty()) {
                tx.tracking().log(run.id(), List.of(), Map.of(), set);
            }
            removed.forEach(key -> tx.tracking().deleteRunTag(run.id(), key));
            return head(tx, run.id());
        });
    }

    private static void named(String name) {
        if (name.isBlank()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The name is empty; some text was expected.", null);
        }
        limit("The name", name, LONGEST_NAME);
    }

    private static void limit(String what, String text, int most) {
        if (text.length() > most) {
            throw new KeelsonException(
                    ErrorCode.TOO_LARGE, "%s has %d characters; at most %d are allowed.".formatted(what, text.length(), most), null);
        }
    }

    private static ObjectNode head(CatalogTransaction tx, String id) {
        TrackedRun run = tx.tracking().runs(List.of(id), new Detail(Set.of(), Set.of(), null, false)).getFirst();
        ObjectNode node = RunPage.head(run.info(), experiment(tx, run.info(), new HashMap<>()));
        node.put("note", run.tags().getOrDefault(RunTags.NOTE, ""));
        run.tags().forEach(node.putObject("tags")::put);
        return node;
    }

    // ---- experiments

    /**
     * Experiments, newest first: {@code {"experiments": [...], "page", "next"}}.
     *
     * @param filter conditions in the grammar of MLflow's clients, or null
     * @param limit of a page, at least 1
     * @param page from 1
     */
    public ObjectNode experiments(@Nullable String filter, Lifecycle.View view, int limit, int page) {
        return catalog.read(tx -> {
            Page<Experiment> found = tx.tracking()
                    .searchExperiments(new Search(
                            FilterParser.parse(Search.Subject.EXPERIMENTS, filter),
                            List.of(),
                            view,
                            limit,
                            (page - 1L) * limit));
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            ArrayNode list = node.putArray("experiments");
            Search all = new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, 1, 0);
            found.items()
                    .forEach(each -> list.add(toJson(each).put("runs", tx.tracking().countRuns(List.of(each.id()), all))));
            node.put("page", page);
            node.put("next", found.more() ? page + 1 : null);
            return node;
        });
    }

    /**
     * Makes an experiment.
     *
     * @throws KeelsonException ALREADY_EXISTS, BAD_REQUEST, TOO_LARGE
     */
    public ObjectNode createExperiment(String name, Map<String, String> tags) {
        named(name);
        return catalog.write(tx -> toJson(tx.tracking().createExperiment(name.strip(), null, tags, clock.instant())));
    }

    /**
     * Renames an experiment, or changes its tags.
     *
     * @param experiment its name or id
     * @param name its new name, or null
     * @param tags to be set; null removes one
     */
    public ObjectNode changeExperiment(String experiment, @Nullable String name, Map<String, @Nullable String> tags) {
        return catalog.write(tx -> {
            Experiment there = experiment(tx, experiment);
            String id = there.id();
            if (name != null) {
                named(name);
                if (!there.name().equals(name.strip())) {
                    requireForeign(there);
                }
                tx.tracking().renameExperiment(id, name.strip(), clock.instant());
            }
            tags.forEach((key, value) -> {
                limit("The key of a tag", key, LONGEST_KEY);
                tx.tracking().setExperimentTag(id, key, value, clock.instant());
            });
            return toJson(tx.tracking().experiment(id).orElseThrow());
        });
    }

    /** Deletes or restores an experiment with its runs. */
    public ObjectNode setExperimentLifecycle(String experiment, Lifecycle lifecycle) {
        return catalog.write(tx -> {
            Experiment there = experiment(tx, experiment);
            String id = there.id();
            if (lifecycle == Lifecycle.DELETED) {
                requireForeign(there);
            }
            if (id.equals(Experiment.DEFAULT_ID) && lifecycle == Lifecycle.DELETED) {
                throw new KeelsonException(
                        ErrorCode.CONFLICT, "The experiment (%s) is that of every store: it stays.".formatted(experiment), null);
            }
            tx.tracking().setExperimentLifecycle(id, lifecycle, clock.instant());
            return toJson(tx.tracking().experiment(id).orElseThrow());
        });
    }

    /** Trainings find the experiment of their model by its name, and lists of the model's runs do. */
    private void requireForeign(Experiment experiment) {
        if (models.contains(experiment.name())) {
            throw new KeelsonException(
                    ErrorCode.FORBIDDEN,
                    "The experiment (%s) is that of a model of the project file: its trainings find it by this name."
                            .formatted(experiment.name()),
                    "Maybe delete single runs; it goes when the project file no longer has the model.");
        }
    }

    /**
     * The id of an experiment.
     *
     * @throws KeelsonException NOT_FOUND
     */
    public String experimentId(String nameOrId) {
        return catalog.read(tx -> experiment(tx, nameOrId).id());
    }

    private static Experiment experiment(CatalogTransaction tx, String nameOrId) {
        return tx.tracking()
                .experimentNamed(nameOrId)
                .or(() -> tx.tracking().experiment(nameOrId))
                .orElseThrow(() -> {
                    List<String> names = tx.tracking()
                            .searchExperiments(new Search(List.of(), List.of(), Lifecycle.View.ALL, RunQuery.MOST, 0))
                            .items()
                            .stream()
                            .map(Experiment::name)
                            .toList();
                    return new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There is no experiment (%s).".formatted(nameOrId),
                            Suggestion.sentence(nameOrId, names).orElse("Maybe `keelson experiments list` has it."));
                });
    }

    private static ObjectNode toJson(Experiment experiment) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", experiment.id())
                .put("name", experiment.name())
                .put("lifecycle", experiment.lifecycle().name().toLowerCase(Locale.ROOT))
                .put("artifact_location", experiment.artifactLocation())
                .put("created_at", experiment.createdAt().toString())
                .put("updated_at", experiment.updatedAt().toString());
        experiment.tags().forEach(node.putObject("tags")::put);
        return node;
    }
}
