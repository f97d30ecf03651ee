package dev.keelson.remote;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder as MLflow's file store writes it: experiments with runs, and {@code models}. Links, tags of YAML and addresses of
 * files elsewhere are not followed; files of models are copied, never opened.
 */
final class FolderSource implements Source {
    private static final String META = "meta.yaml";
    private static final int LARGEST_META = 20 << 20; // the profile of a data set may be that large
    private static final int PART = 10_000;
    private static final int LONGEST_LINE = 10_000;
    private static final int DEEPEST_KEY = 20;
    private static final int DEEPEST_FILE = 64;
    /** Folders of an experiment that are no runs. */
    private static final Set<String> RESERVED = Set.of("datasets", "tags", "models", "traces", ".trash", "assessments");

    /** A path of the files of a run or a logged model, or of one of them. */
    private static final Pattern FILES = Pattern.compile("(?:.*/)?([a-zA-Z0-9][\\w\\-]{0,255})/artifacts(?:/(.+))?/?");

    private final SafeFolder folder;
    private final List<String> remarks = new ArrayList<>();

    private FolderSource(SafeFolder folder) {
        this.folder = folder;
    }

    /** @throws KeelsonException NOT_FOUND when there is no such folder, or it holds no experiments */
    static FolderSource of(Path path) {
        try {
            Path root = path.toRealPath();
            Path inside = root.resolve("mlruns");
            if (!hasExperiments(root) && SafeFolder.isFolder(inside)) {
                root = inside;
            }
            if (SafeFolder.isFolder(root) && hasExperiments(root)) {
                return new FolderSource(new SafeFolder(root));
            }
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "There is no folder (%s) that can be read.".formatted(path),
                    "Maybe name the folder `mlruns`, or the address of a server such as http://localhost:5000.",
                    e);
        }
        throw new KeelsonException(
                ErrorCode.NOT_FOUND,
                "The folder (%s) holds no experiments of MLflow; folders with a `meta.yaml` were expected.".formatted(path),
                "Maybe name the folder `mlruns` itself; one that a database was used for is imported from its server.");
    }

    private static boolean hasExperiments(Path root) throws IOException {
        if (!SafeFolder.isFolder(root)) {
            return false;
        }
        if (SafeFolder.isFolder(root.resolve("models"))) {
            return true;
        }
        try (var stream = Files.newDirectoryStream(root)) {
            for (Path entry : stream) {
                if (SafeFolder.isFolder(entry) && Files.exists(entry.resolve(META))) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public String identity() {
        return folder.root().toString();
    }

    @Override
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    @Override
    public void close() {
        // nothing is held open
    }

    // ---- experiments

    @Override
    public List<Experiment> experiments(Bad bad) {
        List<Experiment> experiments = new ArrayList<>();
        read(folder.root(), Lifecycle.ACTIVE, experiments, bad);
        read(folder.root().resolve(".trash"), Lifecycle.DELETED, experiments, bad);
        return experiments;
    }

    private void read(Path parent, Lifecycle lifecycle, List<Experiment> experiments, Bad bad) {
        for (Path entry : folder.list(parent, bad)) {
            String name = name(entry);
            if (!SafeFolder.isFolder(entry) || name.equals("models") || name.startsWith(".")) {
                continue;
            }
            Path file = entry.resolve(META);
            try {
                MetaFile meta = meta(file);
                String id = meta.text("experiment_id", name);
                if (!id.equals(name) || !Forms.isExperiment(id)) {
                    throw new IOException("`experiment_id` (%s) is not the name of its folder".formatted(MetaFile.shortened(id)));
                }
                Instant created = instant(meta.number("creation_time"), Instant.EPOCH);
                experiments.add(new Experiment(
                        id,
                        meta.required("name"),
                        meta.text("artifact_location", ""),
                        meta.text("lifecycle_stage", "active").equals("deleted") ? Lifecycle.DELETED : lifecycle,
                        created,
                        instant(meta.number("last_update_time"), created),
                        texts(entry.resolve("tags"), "tag", bad)));
                long traces = folder.list(entry.resolve("traces"), (where, why) -> {}).size();
                if (traces > 0) {
                    remarks.add("%s holds %,d traces, which are not imported."
                            .formatted(folder.shown(entry.resolve("traces")), traces));
                }
            } catch (IOException e) {
                bad.accept(folder.shown(file), SafeFolder.reason(e));
            }
        }
    }

    // ---- runs

    @Override
    public void runs(Experiment experiment, Bad bad, Consumer<FoundRun> each) {
        for (Path entry : folder.list(home(experiment), bad)) {
            if (SafeFolder.isFolder(entry) && !RESERVED.contains(name(entry))) {
                if (Files.exists(entry.resolve(META))) {
                    each.accept(new FolderRun(entry, experiment));
                } else {
                    bad.accept(folder.shown(entry), "it has no " + META);
                }
            }
        }
    }

    private Path home(Experiment experiment) {
        Path active = folder.root().resolve(experiment.id());
        return SafeFolder.isFolder(active) ? active : folder.root().resolve(".trash").resolve(experiment.id());
    }

    private final class FolderRun implements FoundRun {
        private final Path home;
        private final Experiment experiment;

        FolderRun(Path home, Experiment experiment) {
            this.home = home;
            this.experiment = experiment;
        }

        @Override
        public String id() {
            return name(home);
        }

        @Override
        public String fingerprint(boolean files) {
            MessageDigest digest = sha256();
            try {
                for (Path part : folder.list(home, (where, why) -> {})) {
                    if (SafeFolder.isFolder(part)) {
                        if (files || !name(part).equals("artifacts")) {
                            folder.walk(part, DEEPEST_FILE, (where, why) -> {}, (file, at) -> add(digest, file, at.size(), at.lastModifiedTime().toMillis()));
                        }
                    } else {
                        var at = SafeFolder.attributes(part);
                        add(digest, part, at.size(), at.lastModifiedTime().toMillis());
                    }
                }
            } catch (IOException e) {
                return ""; // reading it tells why
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        private void add(MessageDigest digest, Path file, long bytes, long modified) {
            digest.update("%s %d %d\n".formatted(home.relativize(file), bytes, modified).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public RunFacts read(Bad bad) throws IOException {
            MetaFile meta = meta(home.resolve(META));
            String id = meta.text("run_id", meta.text("run_uuid", ""));
            if (!id.equals(name(home)) || !Forms.isRun(id)) {
                throw new IOException("`run_id` (%s) is not the name of its folder".formatted(MetaFile.shortened(id)));
            }
            SortedMap<String, String> tags = texts(home.resolve("tags"), "tag", bad);
            String uri = meta.text("artifact_uri", "");
            if (!SafeFolder.isFolder(home.resolve("artifacts")) && !uri.isEmpty() && elsewhere(uri)) {
                remarks.add("The files of run %s are at %s and are not imported.".formatted(id, MetaFile.shortened(uri)));
            }
            Long ended = meta.number("end_time");
            RunInfo info = new RunInfo(
                    id,
                    experiment.id(),
                    meta.text("run_name", tags.getOrDefault("mlflow.runName", id)),
                    meta.text("user_id", "unknown"),
                    status(meta.text("status", "RUNNING")),
                    instant(meta.number("start_time"), experiment.createdAt()),
                    ended == null ? null : Instant.ofEpochMilli(ended),
                    meta.text("lifecycle_stage", "active").equals("deleted") ? Lifecycle.DELETED : Lifecycle.ACTIVE,
                    uri);
            return new RunFacts(
                    info,
                    texts(home.resolve("params"), "param", bad),
                    tags,
                    inputs(bad),
                    keys(bad),
                    modelInputs(),
                    modelOutputs(bad));
        }

        private List<String> keys(Bad bad) throws IOException {
            List<String> keys = new ArrayList<>();
            Path metrics = home.resolve("metrics");
            folder.walk(metrics, DEEPEST_KEY, bad, (file, at) -> {
                String key = slashed(metrics.relativize(file));
                String wrong = Forms.wrongKey(key);
                if (wrong == null) {
                    keys.add(key);
                } else {
                    bad.accept(folder.shown(file), wrong);
                }
            });
            return keys;
        }

        @Override
        public void points(String key, Bad bad, Consumer<List<MetricPoint>> part) throws IOException {
            Path file = home.resolve("metrics").resolve(key);
            List<MetricPoint> points = new ArrayList<>();
            long number = 0;
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                    folder.open(file), StandardCharsets.UTF_8.newDecoder()))) {
                StringBuilder line = new StringBuilder();
                int wrong = 0;
                for (boolean more = true; more; ) {
                    more = line(reader, line);
                    number++;
                    if (line.isEmpty()) {
                        continue;
                    }
                    MetricPoint point = point(key, line.toString());
                    if (point != null) {
                        points.add(point);
                    } else if (++wrong <= 3) {
                        bad.accept(
                                folder.shown(file),
                                "line %,d (%s) is no `timestamp value step`"
                                        .formatted(number, MetaFile.shortened(line.toString())));
                    }
                    if (points.size() == PART) {
                        part.accept(points);
                        points = new ArrayList<>();
                    }
                }
                if (wrong > 3) {
                    bad.accept(folder.shown(file), "%,d further lines are no `timestamp value step`".formatted(wrong - 3));
                }
            } catch (java.nio.charset.CharacterCodingException e) {
                throw new IOException("it is no UTF-8 text", e);
            } finally {
                if (!points.isEmpty()) {
                    part.accept(points);
                }
            }
        }

        /** Reads a line; what is too long is cut. Whether there is another one. */
        private static boolean line(BufferedReader reader, StringBuilder line) throws IOException {
            line.setLength(0);
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    return true;
                }
                if (c != '\r' && line.length() < LONGEST_LINE) {
                    line.append((char) c);
                }
            }
            return false;
        }

        private static @Nullable MetricPoint point(String key, String line) {
            String[] parts = line.strip().split("\\s+", -1);
            if (parts.length != 2 && parts.length != 3 && parts.length != 5) {
                return null;
            }
            try {
                double value = value(parts[1]);
                long step = parts.length > 2 ? Long.parseLong(parts[2]) : 0;
                long timestamp = Long.parseLong(parts[0]);
                return parts.length == 5
                        ? new MetricPoint(key, value, timestamp, step, null, parts[3], parts[4])
                        : new MetricPoint(key, value, timestamp, step);
            } catch (NumberFormatException e) {
                return null;
            }
        }

        /** The logged models that it read: inputs whose source is none of the data sets. */
        private List<String> modelInputs() {
            List<String> models = new ArrayList<>();
            for (Path entry : folder.list(home.resolve("inputs"), (where, why) -> {})) {
                Path file = entry.resolve(META);
                String source = source(file);
                if (Forms.isModel(source)) {
                    models.add(source);
                }
            }
            return models;
        }

        /** What an input names; empty for one that cannot be read, which is told where data sets are. */
        private String source(Path file) {
            try {
                return meta(file).text("source_id", "");
            } catch (IOException e) {
                return "";
            }
        }

        private SortedMap<String, Long> modelOutputs(Bad bad) {
            SortedMap<String, Long> models = new TreeMap<>();
            for (Path entry : folder.list(home.resolve("outputs"), bad)) {
                Path file = entry.resolve(META);
                try {
                    MetaFile output = meta(file);
                    String id = output.text("destination_id", name(entry));
                    if (!Forms.isModel(id)) {
                        throw new IOException("`destination_id` (%s) is no logged model".formatted(MetaFile.shortened(id)));
                    }
                    Long step = output.number("step");
                    models.put(id, step == null ? 0 : step);
                } catch (IOException e) {
                    bad.accept(folder.shown(file), SafeFolder.reason(e));
                }
            }
            return models;
        }

        private List<DatasetInput> inputs(Bad bad) {
            List<DatasetInput> inputs = new ArrayList<>();
            for (Path entry : folder.list(home.resolve("inputs"), bad)) {
                Path file = entry.resolve(META);
                try {
                    MetaFile input = meta(file);
                    if (!input.text("source_type", "DATASET").equals("DATASET")
                            || Forms.isModel(input.text("source_id", ""))) {
                        continue;
                    }
                    String source = input.required("source_id");
                    if (!Forms.isRun(source)) {
                        throw new IOException("`source_id` (%s) is no id".formatted(MetaFile.shortened(source)));
                    }
                    file = home(experiment).resolve("datasets").resolve(source).resolve(META);
                    MetaFile dataset = meta(file);
                    inputs.add(new DatasetInput(
                            dataset.required("name"),
                            dataset.required("digest"),
                            dataset.text("source_type", ""),
                            dataset.text("source", ""),
                            dataset.text("schema"),
                            dataset.text("profile"),
                            input.texts("tags")));
                } catch (IOException e) {
                    bad.accept(folder.shown(file), SafeFolder.reason(e));
                }
            }
            return inputs;
        }

        @Override
        public void files(Bad bad, FileReader each) throws IOException {
            FolderSource.this.files(home.resolve("artifacts"), bad, each);
        }
    }

    private void files(Path artifacts, Bad bad, FileReader each) throws IOException {
        folder.walk(artifacts, DEEPEST_FILE, bad, (file, at) -> {
            String path = slashed(artifacts.relativize(file));
            if (Forms.isNormal(path)) {
                each.read(new FoundFile(path, at.size(), at.lastModifiedTime().toMillis(), () -> folder.open(file)));
            } else {
                bad.accept(folder.shown(file), "its name is no normal path");
            }
        });
    }

    // ---- logged models

    @Override
    public void loggedModels(Experiment experiment, Bad bad, Consumer<FoundLoggedModel> each) {
        for (Path entry : folder.list(home(experiment).resolve("models"), bad)) {
            if (SafeFolder.isFolder(entry)) {
                each.accept(new FolderModel(entry, experiment));
            }
        }
    }

    private final class FolderModel implements FoundLoggedModel {
        private final Path home;
        private final Experiment experiment;

        FolderModel(Path home, Experiment experiment) {
            this.home = home;
            this.experiment = experiment;
        }

        @Override
        public String id() {
            return name(home);
        }

        @Override
        public LoggedModel read(Bad bad) throws IOException {
            MetaFile meta = meta(home.resolve(META));
            String id = meta.required("model_id");
            if (!id.equals(name(home)) || !Forms.isModel(id)) {
                throw new IOException("`model_id` (%s) is not the name of its folder".formatted(MetaFile.shortened(id)));
            }
            String run = meta.text("source_run_id");
            if (run != null && !Forms.isRun(run)) {
                throw new IOException("`source_run_id` (%s) is no id of a run".formatted(MetaFile.shortened(run)));
            }
            String uri = meta.text("artifact_location", "");
            if (!SafeFolder.isFolder(home.resolve("artifacts")) && !uri.isEmpty() && elsewhere(uri)) {
                remarks.add("The files of logged model %s are at %s and are not imported.".formatted(id, MetaFile.shortened(uri)));
            }
            Instant created = instant(meta.number("creation_timestamp"), experiment.createdAt());
            return new LoggedModel(
                    id,
                    experiment.id(),
                    meta.text("name", id),
                    uri,
                    modelStatus(meta.text("status", "PENDING")),
                    meta.text("model_type"),
                    run,
                    meta.text("lifecycle_stage", "active").equals("deleted") ? Lifecycle.DELETED : Lifecycle.ACTIVE,
                    created,
                    instant(meta.number("last_updated_timestamp"), created),
                    texts(home.resolve("params"), "param", bad),
                    texts(home.resolve("tags"), "tag", bad),
                    metrics(id, bad),
                    List.of());
        }

        /** Lines of {@code timestamp value step run}, with the name and digest of a data set where there is one. */
        private List<LoggedModel.Metric> metrics(String id, Bad bad) throws IOException {
            List<LoggedModel.Metric> metrics = new ArrayList<>();
            Path place = home.resolve("metrics");
            folder.walk(place, DEEPEST_KEY, bad, (file, at) -> {
                String key = slashed(place.relativize(file));
                String wrong = Forms.wrongKey(key);
                if (wrong != null) {
                    bad.accept(folder.shown(file), wrong);
                    return;
                }
                try {
                    int lines = 0;
                    for (String line : folder.text(file, LARGEST_META).lines().toList()) {
                        lines++;
                        LoggedModel.Metric metric = line.isBlank() ? null : metric(id, key, line);
                        if (metric != null) {
                            metrics.add(metric);
                        } else if (!line.isBlank()) {
                            bad.accept(
                                    folder.shown(file),
                                    "line %,d (%s) is no `timestamp value step run`"
                                            .formatted(lines, MetaFile.shortened(line)));
                            return;
                        }
                    }
                } catch (IOException e) {
                    bad.accept(folder.shown(file), SafeFolder.reason(e));
                }
            });
            return metrics;
        }

        private static LoggedModel.@Nullable Metric metric(String id, String key, String line) {
            String[] parts = line.strip().split("\\s+", -1);
            if ((parts.length != 4 && parts.length != 6) || !Forms.isRun(parts[3])) {
                return null;
            }
            try {
                return new LoggedModel.Metric(
                        new MetricPoint(
                                key,
                                value(parts[1]),
                                Long.parseLong(parts[0]),
                                Long.parseLong(parts[2]),
                                id,
                                parts.length == 6 ? parts[4] : null,
                                parts.length == 6 ? parts[5] : null),
                        parts[3]);
            } catch (NumberFormatException e) {
                return null;
            }
        }

        @Override
        public void files(Bad bad, FileReader each) throws IOException {
            FolderSource.this.files(home.resolve("artifacts"), bad, each);
        }
    }

    static LoggedModel.Status modelStatus(String text) throws IOException {
        return switch (text.startsWith("LOGGED_MODEL_") ? text.substring("LOGGED_MODEL_".length()) : text) {
            case "1", "PENDING" -> LoggedModel.Status.PENDING;
            case "2", "READY" -> LoggedModel.Status.READY;
            case "3", "UPLOAD_FAILED" -> LoggedModel.Status.UPLOAD_FAILED;
            default -> throw new IOException("`status` (%s) is none".formatted(MetaFile.shortened(text)));
        };
    }

    private static boolean elsewhere(String uri) {
        return uri.contains("://") && !uri.startsWith("file:");
    }

    private static double value(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan", "-nan", "+nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Forms.value(Double.POSITIVE_INFINITY);
            case "-inf", "-infinity" -> Forms.value(Double.NEGATIVE_INFINITY);
            default -> Forms.value(Double.parseDouble(text));
        };
    }

    /** Texts of files by their names. */
    private SortedMap<String, String> texts(Path place, String what, Bad bad) {
        SortedMap<String, String> texts = new TreeMap<>();
        try {
            folder.walk(place, DEEPEST_KEY, bad, (file, at) -> {
                String key = slashed(place.relativize(file));
                String wrong = Forms.wrongKey(key);
                if (wrong != null) {
                    bad.accept(folder.shown(file), wrong);
                    return;
                }
                try {
                    texts.put(key, folder.text(file, Forms.LONGEST_TEXT));
                } catch (IOException e) {
                    bad.accept(folder.shown(file), "the %s cannot be read: %s".formatted(what, SafeFolder.reason(e)));
                }
            });
        } catch (IOException e) {
            bad.accept(folder.shown(place), SafeFolder.reason(e));
        }
        return texts;
    }

    // ---- models

    @Override
    public List<FoundModel> models(Bad bad) {
        List<FoundModel> models = new ArrayList<>();
        for (Path home : folder.list(folder.root().resolve("models"), bad)) {
            if (SafeFolder.isFolder(home)) {
                Path file = home.resolve(META);
                try {
                    models.add(model(home, meta(file), bad));
                } catch (IOException e) {
                    bad.accept(folder.shown(file), SafeFolder.reason(e));
                }
            }
        }
        return models;
    }

    private FoundModel model(Path home, MetaFile meta, Bad bad) throws IOException {
        String name = meta.required("name");
        if (!name.equals(name(home))) {
            throw new IOException("`name` (%s) is not the name of its folder".formatted(MetaFile.shortened(name)));
        }
        Map<String, String> written = new TreeMap<>(meta.texts("aliases"));
        written.putAll(texts(home.resolve("aliases"), "alias", bad));
        SortedMap<String, Integer> aliases = new TreeMap<>();
        written.forEach((alias, version) -> {
            if (Forms.isAlias(alias) && version.strip().matches("[0-9]{1,9}")) {
                aliases.put(alias, Integer.valueOf(version.strip()));
            } else {
                bad.accept(folder.shown(home.resolve("aliases").resolve(alias)), "it is no alias of a version");
            }
        });
        List<RegisteredVersion> versions = new ArrayList<>();
        for (Path entry : folder.list(home, bad)) {
            if (SafeFolder.isFolder(entry) && name(entry).startsWith("version-")) {
                Path file = entry.resolve(META);
                try {
                    RegisteredVersion version = version(name, entry, meta(file), bad);
                    if (version != null) {
                        versions.add(version);
                    }
                } catch (IOException e) {
                    bad.accept(folder.shown(file), SafeFolder.reason(e));
                }
            }
        }
        versions.sort(java.util.Comparator.comparingInt(RegisteredVersion::version));
        Instant created = instant(meta.number("creation_timestamp"), Instant.EPOCH);
        RegisteredModel model = new RegisteredModel(
                name,
                created,
                instant(meta.number("last_updated_timestamp"), created),
                meta.text("description", ""),
                texts(home.resolve("tags"), "tag", bad),
                aliases);
        return new FoundModel(model, versions, folder.shown(home));
    }

    private @Nullable RegisteredVersion version(String model, Path home, MetaFile meta, Bad bad) throws IOException {
        String stage = meta.text("current_stage", "None");
        if (stage.equals("Deleted_Internal")) {
            return null;
        }
        Long number = meta.number("version");
        if (number == null || number < 1 || number > Integer.MAX_VALUE || !name(home).equals("version-" + number)) {
            throw new IOException("`version` (%s) is not the one of its folder".formatted(number));
        }
        Instant created = instant(meta.number("creation_timestamp"), Instant.EPOCH);
        return new RegisteredVersion(
                model,
                Math.toIntExact(number),
                Stage.of(stage).orElseThrow(() -> new IOException("`current_stage` (%s) is none".formatted(MetaFile.shortened(stage)))),
                inside(meta.text("source", "")),
                meta.text("run_id"),
                meta.text("run_link"),
                Forms.isModel(meta.text("model_id", "")) ? meta.text("model_id") : null,
                meta.text("user_id", "unknown"),
                meta.text("description", ""),
                created,
                instant(meta.number("last_updated_timestamp"), created),
                texts(home.resolve("tags"), "tag", bad),
                List.of(),
                null);
    }

    /** A source that is a path of files of this folder as the reference to them that holds anywhere. */
    private static String inside(String source) {
        String path = source.startsWith("file:") ? source.substring("file:".length()) : source;
        Matcher matcher = FILES.matcher(path);
        if (path.contains(":/") || !matcher.matches()) {
            return source;
        }
        String below = matcher.group(2);
        if (Forms.isModel(matcher.group(1))) {
            return "models:/" + matcher.group(1) + (below == null ? "" : "/" + below);
        }
        return below == null ? source : "runs:/%s/%s".formatted(matcher.group(1), below);
    }

    // ---- files

    private MetaFile meta(Path file) throws IOException {
        return MetaFile.parse(folder.text(file, LARGEST_META));
    }

    private static Run.Status status(String text) throws IOException {
        return switch (text) {
            case "1", "RUNNING" -> Run.Status.RUNNING;
            case "2", "SCHEDULED" -> Run.Status.SCHEDULED;
            case "3", "FINISHED" -> Run.Status.FINISHED;
            case "4", "FAILED" -> Run.Status.FAILED;
            case "5", "KILLED" -> Run.Status.KILLED;
            default -> throw new IOException("`status` (%s) is none".formatted(MetaFile.shortened(text)));
        };
    }

    private static Instant instant(@Nullable Long millis, Instant otherwise) {
        return millis == null ? otherwise : Instant.ofEpochMilli(millis);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static String slashed(Path relative) {
        return relative.toString().replace(java.io.File.separatorChar, '/');
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
