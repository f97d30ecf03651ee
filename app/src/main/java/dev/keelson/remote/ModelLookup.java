package dev.keelson.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks references such as {@code models:/winner@champion} up at another registry first and here when that has none or cannot be
 * reached. Not safe for use by several threads.
 */
public final class ModelLookup implements AutoCloseable {
    private static final Pattern REFERENCE = Pattern.compile("models:/([^/@]+)(?:@([\\w\\-]+)|/(\\w+))");
    private static final Pattern RUN_SOURCE = Pattern.compile("runs:/+([^/]+)(?:/(.*))?");
    private static final Pattern LOGGED_SOURCE = Pattern.compile("models:/+(m-[^/@]+)(?:/(.*))?");
    private static final int DEEPEST = 64;
    private static final int PAGE = 1_000;

    /** The folder of a run that has the files of its model. */
    private static final String BUNDLE = "model/";

    private final Catalog catalog;
    private final Blobs blobs;
    private final @Nullable MlflowClient client;
    private final @Nullable RemoteSide remote;

    /** @param client the other registry, closed with this; null to look here alone */
    public ModelLookup(Catalog catalog, Blobs blobs, @Nullable MlflowClient client) {
        this.catalog = catalog;
        this.blobs = blobs;
        this.client = client;
        this.remote = client == null ? null : new RemoteSide(catalog, blobs, client);
    }

    /**
     * What a reference means.
     *
     * @param origin {@code remote} or {@code local}
     * @param source where its files are, seen from its registry
     * @param sha256 of the bundle of a version that a Keelson trained, or null
     * @param here the number that the same version has here, or null when it is not here
     * @param problem why it was not looked up at the other registry, or null
     */
    public record Found(
            String model,
            int version,
            String origin,
            String source,
            @Nullable String sha256,
            @Nullable Integer here,
            @Nullable String problem) {
        /** As a document. */
        public ObjectNode toJson() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("model", model)
                    .put("version", version)
                    .put("origin", origin)
                    .put("source", source)
                    .put("sha256", sha256)
                    .put("here", here)
                    .put("problem", problem);
        }
    }

    private record Reference(String model, @Nullable String alias, @Nullable Integer version, @Nullable Stage stage) {
        static Reference of(String text) {
            Matcher matcher = REFERENCE.matcher(text);
            if (matcher.matches()) {
                String last = matcher.group(3);
                if (last == null) {
                    return new Reference(matcher.group(1), matcher.group(2), null, null);
                }
                if (last.matches("[0-9]{1,9}")) {
                    return new Reference(matcher.group(1), null, Integer.valueOf(last), null);
                }
                Stage stage = Stage.of(last).orElse(null);
                if (stage != null) {
                    return new Reference(matcher.group(1), null, null, stage);
                }
            }
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "(%s) is no reference to a version; `models:/NAME@ALIAS`, `models:/NAME/STAGE` or `models:/NAME/NUMBER` was expected."
                            .formatted(text),
                    null);
        }
    }

    /**
     * Looks a reference up.
     *
     * @throws KeelsonException BAD_REQUEST when it is none; VERSION_NOT_FOUND when neither side has such a version
     */
    public Found find(String reference) {
        Reference asked = Reference.of(reference);
        String problem = null;
        if (remote != null) {
            try {
                Optional<JsonNode> there = there(remote, asked);
                if (there.isPresent()) {
                    return found(asked.model(), there.get());
                }
                problem = "The other registry has no such version.";
            } catch (KeelsonException e) {
                problem = e.problems().getFirst().message();
            }
        }
        String why = problem;
        RegisteredVersion here = here(asked)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "There is no version (%s) here.%s".formatted(reference, why == null ? "" : " " + why),
                        "Maybe `keelson models list` shows what there is."));
        ModelVersion trained = here.trained();
        return new Found(
                here.model(),
                here.version(),
                "local",
                here.source(),
                trained == null ? null : trained.sha256(),
                here.version(),
                problem);
    }

    private static Optional<JsonNode> there(RemoteSide remote, Reference asked) {
        Integer number = asked.alias() != null ? remote.alias(asked.model(), asked.alias()) : asked.version();
        if (number != null) {
            return remote.version(asked.model(), number);
        }
        Stage stage = asked.stage();
        return stage == null
                ? Optional.empty()
                : remote.versions(asked.model()).values().stream()
                        .filter(each -> Stage.of(each.path("current_stage").asText()).equals(Optional.of(stage)))
                        .max(java.util.Comparator.comparingInt(each -> each.path("version").asInt()));
    }

    private Found found(String model, JsonNode there) {
        String hash = RemoteSide.tag(there, RegistryLink.SHA256);
        Predicate<ModelVersion> same = each -> each.sha256().equals(hash);
        Integer here = catalog.<List<ModelVersion>>read(tx -> tx.versions(model)).stream()
                .filter(same)
                .map(ModelVersion::version)
                .findFirst()
                .orElse(null);
        return new Found(
                model,
                there.path("version").asInt(),
                "remote",
                there.path("source").asText(),
                hash.isEmpty() ? null : hash,
                here,
                null);
    }

    private Optional<RegisteredVersion> here(Reference asked) {
        return catalog.read(tx -> {
            Integer number = asked.version();
            if (asked.alias() != null) {
                number = tx.registry()
                        .model(asked.model())
                        .map(RegisteredModel::aliases)
                        .map((Map<String, Integer> aliases) -> aliases.get(asked.alias()))
                        .orElse(null);
            }
            if (number != null) {
                return tx.registry().registered(asked.model(), number);
            }
            Stage stage = asked.stage();
            return stage == null
                    ? Optional.<RegisteredVersion>empty()
                    : tx.registry()
                            .searchVersions(new Search(
                                    List.of(Search.Clause.text(
                                            Search.Entity.ATTRIBUTE, "name", Search.Comparison.EQUAL, asked.model())),
                                    List.of(),
                                    dev.keelson.registry.tracking.Lifecycle.View.ACTIVE_ONLY,
                                    10_000,
                                    0))
                            .items()
                            .stream()
                            .filter(each -> each.stage() == stage)
                            .findFirst();
        });
    }

    /**
     * Writes the files of a version into a new folder: of one that was trained here the files of its model, as one file {@code
     * model.bundle} where it is one; of any other what its source leads to, at the registry where it was found.
     *
     * @return paths of the files within the folder
     * @throws KeelsonException ALREADY_EXISTS when the folder is there; REGISTRY_UNREACHABLE; NOT_FOUND when its files are
     *     neither here nor behind the artifact proxy there
     */
    public List<String> pull(Found found, Path folder) throws IOException {
        if (Files.exists(folder)) {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS,
                    "There is something at (%s) already.".formatted(folder),
                    "Maybe name a new folder.");
        }
        List<String> files = new ArrayList<>();
        ModelVersion own = own(found);
        if (own != null) {
            for (Map.Entry<String, String> file : bundle(own).entrySet()) {
                write(folder, file.getKey(), () -> blobs.open(file.getValue()), files);
            }
            return files;
        }
        if (found.origin().equals("local")) {
            Map<String, String> stored = new TreeMap<>();
            catalog.read(tx -> {
                FileTree.place(tx, found.source()).ifPresent(place -> stored(tx, place.text(), "", DEEPEST, stored));
                return stored;
            });
            for (Map.Entry<String, String> file : stored.entrySet()) {
                write(folder, file.getKey(), () -> blobs.open(file.getValue()), files);
            }
        } else if (client != null) {
            String path = place(client, found.source());
            List<String> there = new ArrayList<>();
            if (path != null) {
                walk(client, path, "", DEEPEST, there);
                if (there.isEmpty()) { // the source is a file itself
                    write(folder, path.substring(path.lastIndexOf('/') + 1), () -> client.download(path), files);
                }
                for (String file : there) {
                    write(folder, file, () -> client.download(path + "/" + file), files);
                }
            }
        }
        if (files.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The files of version %d of (%s) are at (%s), which is neither here nor behind the artifact proxy."
                            .formatted(found.version(), found.model(), MetaFile.shortened(found.source())),
                    null);
        }
        return files;
    }

    /** The version that was trained here, when it is that one. */
    private @Nullable ModelVersion own(Found found) {
        Integer here = found.here();
        return here == null
                ? null
                : catalog.<Optional<ModelVersion>>read(tx -> tx.version(found.model(), here))
                        .filter(each -> each.sha256().equals(found.sha256()))
                        .orElse(null);
    }

    /** The files of a bundle by name, as hashes: one file, or those of the folder of its run. */
    private Map<String, String> bundle(ModelVersion version) {
        List<Run.Artifact> files = catalog.read(tx -> tx.run(version.runId())).map(Run::artifacts).orElse(List.of());
        Map<String, String> bundle = new TreeMap<>();
        for (Run.Artifact file : files) {
            if (file.sha256().equals(version.sha256())) {
                return Map.of("model.bundle", file.sha256());
            }
            if (file.path().startsWith(BUNDLE)) {
                bundle.put(file.path().substring(BUNDLE.length()), file.sha256());
            }
        }
        if (bundle.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "The run (%s) of the version (%s) has no files of its model.".formatted(version.runId(), version.label()),
                    "Maybe restore it from a backup.");
        }
        return bundle;
    }

    /** The files at a place of the store by their paths below it, as hashes; the one of that name when it is a file. */
    private static void stored(CatalogTransaction tx, String root, String below, int levels, Map<String, String> files) {
        Optional<StoredFile> single = below.isEmpty() ? tx.files().file(root) : Optional.empty();
        if (single.isPresent()) {
            files.put(root.substring(root.lastIndexOf('/') + 1), single.get().sha256());
            return;
        }
        String after = null;
        Search.Page<FilesTransaction.Entry> page;
        do {
            page = tx.files().list(below.isEmpty() ? root : root + "/" + below, after, PAGE);
            for (FilesTransaction.Entry entry : page.items()) {
                String path = below.isEmpty() ? entry.name() : below + "/" + entry.name();
                StoredFile file = entry.file();
                if (file != null) {
                    files.put(path, file.sha256());
                } else if (levels > 0) {
                    stored(tx, root, path, levels - 1, files);
                }
                after = entry.name();
            }
        } while (page.more());
    }

    /** Where the source of a version there leads behind the artifact proxy, or null. */
    private static @Nullable String place(MlflowClient client, String source) {
        Matcher run = RUN_SOURCE.matcher(source);
        Matcher logged = LOGGED_SOURCE.matcher(source);
        if (!run.matches() && !logged.matches()) {
            return ServerSource.proxied(source);
        }
        Matcher known = run.matches() ? run : logged;
        String id = known.group(1);
        String root = ServerSource.proxied(
                (run.matches()
                                ? client.get("runs/get", "run_id", id, "run_uuid", id).path("run")
                                : client.get("logged-models/" + id).path("model"))
                        .path("info")
                        .path("artifact_uri")
                        .asText());
        String below = known.group(2);
        if (root == null || below == null || below.isEmpty()) {
            return root;
        }
        if (!Forms.isNormal(below)) {
            throw client.strange("its version has a source (%s) that leads elsewhere".formatted(MetaFile.shortened(source)), null);
        }
        return root + "/" + below;
    }

    private static void walk(MlflowClient client, String root, String below, int levels, List<String> files) {
        for (JsonNode entry : client.folder(below.isEmpty() ? root : root + "/" + below)) {
            String name = entry.path("path").asText();
            if (!Forms.isNormal(name) || name.contains("/") || levels == 0) {
                throw client.strange("it lists a file (%s) whose path leads elsewhere".formatted(MetaFile.shortened(name)), null);
            }
            String path = below.isEmpty() ? name : below + "/" + name;
            if (entry.path("is_dir").asBoolean()) {
                walk(client, root, path, levels - 1, files);
            } else {
                files.add(path);
            }
        }
    }

    private static void write(Path folder, String path, MlflowClient.Content content, List<String> files) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(java.util.Objects.requireNonNullElse(file.getParent(), folder));
        try (InputStream in = content.open();
                var out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            in.transferTo(out);
        }
        files.add(path);
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
