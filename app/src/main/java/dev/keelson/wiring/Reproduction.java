package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Schema;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.JsonFields;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunCheck.Line;
import dev.keelson.registry.RunCheck.State;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunSlices;
import dev.keelson.train.Judgement;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.Uploads;
import dev.keelson.train.DefinitionJson;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.spi.TrainingCache;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a run was made with to what there is now, and trains it again from its own dataset versions. Reads the stores
 * and writes nothing: what is trained again is forgotten once it is compared.
 */
final class Reproduction {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String NONE = "none";
    private static final String DATA = "data";
    private static final String DEFINITION = "definition";
    private static final String FILE = "file";
    /** Library to the learners, as a configuration names them, that compute with it. */
    private static final Map<String, Pattern> USERS = Map.of(
            "xgboost", Pattern.compile("\"(?:xgboost|random_forest)\""),
            "lightgbm", Pattern.compile("\"lightgbm\""),
            "pytorch", Pattern.compile("\"(?:mlp|lstm)\""));
    private static final Pattern ON_GPU = Pattern.compile("\"device\":\"(?!cpu)[^\"]*\"");
    private static final Set<String> ALWAYS_MATTER = Set.of("java.version", "os.name", "os.arch");

    private final Workspace workspace;
    private final Project project;

    Reproduction(Workspace workspace) {
        this.workspace = workspace;
        this.project = workspace.project();
    }

    /** What the run needs so that it can be made again. */
    RunChecklist checklist(Run run) {
        ArtifactStore artifacts = workspace.artifacts();
        return RunChecklist.of(
                run, id -> workspace.datasets().get(id).isPresent(), sha -> stored(artifacts, sha).isPresent());
    }

    /** Compares without training. */
    RunCheck check(Run run) {
        return check(run, Environment.snapshot(project.folder()));
    }

    RunCheck check(Run run, SortedMap<String, String> environment) {
        JsonNode provenance = parsed(run.provenance());
        String configuration = provenance.path("configuration").toString();
        List<Line> lines = new ArrayList<>(data(run));
        lines.addAll(definitions(run, provenance));
        lines.add(code(provenance.path("code_version").asText("")));
        SortedMap<String, String> then = new TreeMap<>();
        provenance.path("environment").properties().forEach(each -> then.put(each.getKey(), each.getValue().asText()));
        lines.addAll(environment(then, environment, configuration));
        lines.addAll(files(run));
        return new RunCheck(run.id(), run.experiment(), lines);
    }

    // ---- lines

    private List<Line> data(Run run) {
        List<Line> lines = new ArrayList<>();
        RunChecklist.datasets(run).forEach((source, id) -> lines.add(data(source.isEmpty() ? own(run) : source, id)));
        if (lines.isEmpty()) {
            lines.add(new Line(DATA, "dataset version", State.MISSING, null, null, true, "The run names none."));
        }
        return lines;
    }

    private Line data(String source, String id) {
        Optional<DatasetVersion> version = id.equals(NONE) ? Optional.empty() : workspace.datasets().get(id);
        if (version.isEmpty()) {
            return new Line(DATA, source, State.MISSING, id, null, true, "The version is not in the store.");
        }
        try {
            workspace.datasets().verify(version.get());
            return new Line(DATA, source, State.SAME, id, id, true, "%,d rows".formatted(version.get().rows()));
        } catch (KeelsonException e) {
            return new Line(
                    DATA, source, State.DIFFERENT, id, null, true, e.problems().getFirst().message());
        }
    }

    /** The source whose rows the model has; where the project has no such model, words for it. */
    private String own(Run run) {
        return model(run).map(ModelDefinition::source).orElse("dataset version");
    }

    private Optional<ModelDefinition> model(Run run) {
        return project.models().stream()
                .filter(each -> each.name().equals(run.experiment()))
                .findFirst()
                .map(each -> asked(each, run));
    }

    /** A model of the project file with what its run was asked to take in its place. */
    private static ModelDefinition asked(ModelDefinition model, Run run) {
        JsonNode then = parsed(run.provenance()).path("configuration");
        ModelDefinition asked = model;
        if (run.params().containsKey(TrainingPurpose.LEARNER) || run.params().containsKey(TrainingPurpose.SETTINGS)) {
            asked = asked.withLearners(DefinitionJson.learners(then));
        }
        return run.params().containsKey(TrainingPurpose.ROWS) ? asked.ofRows(DefinitionJson.rows(then)) : asked;
    }

    private List<Line> definitions(Run run, JsonNode provenance) {
        SortedMap<String, String> then = new TreeMap<>();
        provenance.path("definitions").properties().forEach(pin -> then.put(pin.getKey(), pin.getValue().asText()));
        SortedMap<String, String> now =
                model(run).map(model -> ProjectDefinitions.pins(project, model)).orElseGet(TreeMap::new);
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        List<Line> lines = new ArrayList<>();
        for (String name : names) {
            String before = then.get(name);
            String after = now.get(name);
            State state = before == null
                    ? then.isEmpty() ? State.UNKNOWN : State.DIFFERENT
                    : after == null ? State.MISSING : before.equals(after) ? State.SAME : State.DIFFERENT;
            lines.add(new Line(
                    DEFINITION,
                    name,
                    state,
                    before,
                    after,
                    true,
                    state == State.SAME
                            ? ""
                            : before == null
                                    ? then.isEmpty() ? "The run pinned no definitions." : "The run was made without it."
                                    : after == null
                                            ? "The project file no longer has it."
                                            : "The project file says something else now."));
        }
        if (lines.isEmpty()) {
            lines.add(new Line(DEFINITION, "model " + run.experiment(), State.MISSING, null, null, true, "The project file no longer has it."));
        }
        if (lines.stream().noneMatch(Line::fails)) {
            model(run).ifPresent(model -> lines.add(configuration(model, provenance.path("configuration"))));
        }
        return lines;
    }

    /** The definition with its defaults filled in: another release may have others. */
    private static Line configuration(ModelDefinition model, JsonNode then) {
        return fields(JsonFields.of(then), JsonFields.of(parsed(DefinitionJson.canonical(model))), Set.of())
                .map(first -> new Line(
                        DEFINITION,
                        "configuration " + first.path(),
                        State.DIFFERENT,
                        first.then(),
                        first.now(),
                        true,
                        first.count() == 1 ? "" : "%,d fields differ; this is the first.".formatted(first.count())))
                .orElseGet(() -> new Line(DEFINITION, "configuration", State.SAME, null, null, true, ""));
    }

    private static Line code(String then) {
        String now = Environment.codeVersion();
        boolean named = !then.isEmpty() && !then.equals("development") && !then.endsWith("-SNAPSHOT");
        State state = !then.equals(now) ? State.DIFFERENT : named ? State.SAME : State.UNKNOWN;
        return new Line(
                "code",
                "code_version",
                state,
                then,
                now,
                true,
                state == State.UNKNOWN ? "Code that is no release: whether it was the same cannot be told." : "");
    }

    /** Machine, libraries, repository and variables, those first that matter to the learners of a configuration. */
    static List<Line> environment(Map<String, String> then, Map<String, String> now, String configuration) {
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        List<Line> lines = new ArrayList<>();
        for (String name : names) {
            String before = then.get(name);
            String after = now.get(name);
            String group = group(name);
            boolean variable = group.equals("variable"); // one that is not there was not set
            State state = before == null
                    ? variable ? State.DIFFERENT : State.UNKNOWN
                    : after == null ? State.MISSING : before.equals(after) ? State.SAME : State.DIFFERENT;
            lines.add(new Line(
                    group,
                    name,
                    state,
                    before,
                    after,
                    matters(name, configuration),
                    state == State.UNKNOWN ? "The run did not record it." : ""));
        }
        lines.sort((a, b) -> Boolean.compare(b.matters(), a.matters()));
        return lines;
    }

    private static String group(String name) {
        if (name.startsWith("git.")) {
            return "repository";
        }
        if (name.startsWith("env.")) {
            return "variable";
        }
        return name.startsWith("java.") || USERS.containsKey(name) || name.equals("duckdb") || name.equals("sqlite")
                ? "library"
                : "machine";
    }

    private static boolean matters(String name, String configuration) {
        Pattern users = USERS.get(name);
        if (users != null) {
            return users.matcher(configuration).find();
        }
        return switch (name) {
            case "gpu" -> ON_GPU.matcher(configuration).find();
            case "cpu" -> Objects.requireNonNull(USERS.get("pytorch")).matcher(configuration).find();
            default -> ALWAYS_MATTER.contains(name);
        };
    }

    private List<Line> files(Run run) {
        ArtifactStore artifacts = workspace.artifacts();
        List<Line> lines = new ArrayList<>();
        for (Run.Artifact artifact : run.artifacts()) {
            State state;
            String note = "";
            try {
                state = artifacts.get(artifact.sha256()).isPresent() ? State.SAME : State.MISSING;
            } catch (KeelsonException e) {
                if (e.code() != ErrorCode.STORE_DAMAGED) {
                    throw e;
                }
                state = State.DIFFERENT;
                note = "Its bytes were changed after they were stored.";
            }
            lines.add(new Line(
                    FILE, artifact.path(), state, artifact.sha256(), state == State.SAME ? artifact.sha256() : null, true, note));
        }
        KeptFiles.lost(run, artifacts)
                .ifPresent(lost -> lines.add(new Line(
                        FILE, "model", State.MISSING, run.tags().get(BundleTrainer.MODEL_SHA256), null, true, lost)));
        return lines;
    }

    private static Optional<byte[]> stored(ArtifactStore artifacts, String sha256) {
        try {
            return artifacts.get(sha256);
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.STORE_DAMAGED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    // ---- training again

    /**
     * Trains again where the data and the definitions are those of the run, and compares what comes of it.
     *
     * @throws KeelsonException BAD_REQUEST if the run trained nothing
     */
    Reproduced again(Run run) {
        if (BundleTrainer.IMPORTED.equals(run.params().get(BundleTrainer.MODE))) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The run (%s) took in a model that was trained elsewhere: there is no training here to repeat."
                            .formatted(run.id()),
                    "Maybe `keelson reproduce %s --check` compares what it stands on, or import the file again."
                            .formatted(run.id()));
        }
        RunCheck check = check(run);
        String champion = run.tags().get(BundleTrainer.COMPARED_WITH);
        Optional<Run> compared =
                champion == null ? Optional.empty() : workspace.catalog().read(tx -> tx.run(champion));
        boolean refresh = "refresh".equals(run.params().get(BundleTrainer.MODE));
        requireBase(run, compared.isPresent());
        List<Line> blocking = check.failures().stream()
                .filter(line -> line.group().equals(DATA)
                        || line.group().equals(DEFINITION)
                        || (refresh && line.name().equals(BundleTrainer.OUTCOME_FILE)))
                .toList();
        if (!blocking.isEmpty()) {
            return new Reproduced(check, false, List.of());
        }
        ScratchArtifacts scratch = new ScratchArtifacts(workspace.artifacts());
        BundleTrainer trainer = trainer(run, scratch);
        Run again = trainer.again(run, compared.orElse(null));
        return new Reproduced(check, true, new RunComparison(run, again, scratch, compared.isEmpty()).parts());
    }

    /**
     * Judges the test period of a run anew, with the segments and metrics that the project file has now; nothing is trained
     * or kept.
     *
     * @throws KeelsonException NOT_FOUND when the run had no test period; NOT_READY when its data or its model's
     *     definition are others now
     */
    Judgement judged(Run run) {
        List<Line> blocking = check(run).failures().stream()
                .filter(line -> line.group().equals(DATA) || line.group().equals(DEFINITION))
                .toList();
        if (!blocking.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The run (%s) cannot be judged anew: %s is another or gone."
                            .formatted(run.id(), blocking.getFirst().name()),
                    "Maybe `keelson reproduce %s --check` tells more.".formatted(run.id()));
        }
        return trainer(run, new ScratchArtifacts(workspace.artifacts()))
                .judged(run)
                .orElseThrow(() -> RunSlices.none(run));
    }

    private static void requireBase(Run run, boolean known) {
        String base = run.params().get(BundleTrainer.BASE);
        if (base != null && !known) {
            throw new KeelsonException(
                    ErrorCode.RUN_NOT_FOUND,
                    "The run (%s) went on from the model of the run (%s), which is not in the catalogue."
                            .formatted(run.id(), base),
                    "Maybe the catalogue was restored from an older backup.");
        }
    }

    private BundleTrainer trainer(Run run, ArtifactStore scratch) {
        ModelDefinition model = model(run).orElseThrow();
        Map<String, DatasetVersion> versions = new LinkedHashMap<>();
        RunChecklist.datasets(run).forEach((source, id) -> versions.put(
                source.isEmpty() ? model.source() : source,
                workspace.datasets().get(id).orElseThrow()));
        Map<String, Schema> schemas = new LinkedHashMap<>();
        versions.forEach((source, version) -> schemas.put(source, version.schema()));
        Set<String> others = project.models().stream()
                .map(ModelDefinition::name)
                .filter(name -> !name.equals(model.name()))
                .collect(Collectors.toSet());
        ProjectModels models = ProjectModels.of(
                project.of(versions.keySet(), others).withModels(List.of(model)), schemas);
        Map<String, ModelRows> rows = models.rows();
        Workspace.fill(models, rows, workspace.read(models, versions));
        return Objects.requireNonNull(workspace
                .trainers(
                        models,
                        rows,
                        () -> Workspace.ids(versions),
                        TrainingPurpose.repeat(run),
                        new TrainingPlace(TrainingPlace.Worker.HERE, scratch, Forgetful.CACHE))
                .get(model.name()));
    }

    /** Knows no training and keeps none. */
    private enum Forgetful implements TrainingCache {
        CACHE;

        @Override
        public Optional<TrainingOutcome> get(String key) {
            return Optional.empty();
        }

        @Override
        public void put(String key, TrainingOutcome outcome) {
            // it is compared, not kept
        }
    }

    // ---- documents

    /**
     * The first field in which documents differ.
     *
     * @param path its JSON pointer
     * @param then what the one has, or null
     * @param now what the other has, or null
     * @param count how many differ
     */
    record FieldDifference(String path, @Nullable String then, @Nullable String now, int count) {}

    /** The first difference of documents but for the fields at and below some pointers. */
    static Optional<FieldDifference> fields(
            SortedMap<String, String> then, SortedMap<String, String> now, Set<String> without) {
        SortedMap<String, String> all = new TreeMap<>(then.comparator());
        all.putAll(then);
        all.putAll(now);
        FieldDifference first = null;
        int count = 0;
        for (String path : all.keySet()) {
            boolean left = without.stream().anyMatch(each -> path.equals(each) || path.startsWith(each + "/"));
            if (!left && !Objects.equals(then.get(path), now.get(path))) {
                count++;
                if (first == null) {
                    first = new FieldDifference(path, then.get(path), now.get(path), 1);
                }
            }
        }
        return first == null
                ? Optional.empty()
                : Optional.of(new FieldDifference(first.path(), first.then(), first.now(), count));
    }

    static JsonNode parsed(String json) {
        try {
            return Objects.requireNonNull(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }

    /** What is written stays in memory; what is not found there is read from another store. */
    private static final class ScratchArtifacts implements ArtifactStore {
        private final Map<String, byte[]> written = new LinkedHashMap<>();
        private final ArtifactStore stored;

        ScratchArtifacts(ArtifactStore stored) {
            this.stored = stored;
        }

        @Override
        public synchronized String put(byte[] bytes) {
            String sha256 = Sha256.ofBytes(bytes);
            written.putIfAbsent(sha256, bytes.clone());
            return sha256;
        }

        @Override
        public synchronized Optional<byte[]> get(String sha256) {
            byte[] bytes = written.get(sha256);
            return bytes == null ? stored.get(sha256) : Optional.of(bytes.clone());
        }

        @Override
        public Stored put(InputStream bytes, Terms terms) {
            return stored.put(bytes, terms); // no training writes streams
        }

        @Override
        public Optional<Opened> open(String sha256, long offset) {
            byte[] bytes;
            synchronized (this) {
                bytes = written.get(sha256);
            }
            return bytes == null
                    ? stored.open(sha256, offset)
                    : Optional.of(new Opened(
                            new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset), bytes.length));
        }

        @Override
        public Uploads uploads() {
            return stored.uploads();
        }

        @Override
        public void describeRun(String runId, Map<String, byte[]> files) {
            // nothing of it is kept
        }
    }
}
