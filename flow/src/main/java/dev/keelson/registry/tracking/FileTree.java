package dev.keelson.registry.tracking;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.registry.spi.ArtifactStore.Opened;
import dev.keelson.registry.spi.ArtifactStore.Stored;
import dev.keelson.registry.spi.ArtifactStore.Terms;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.spi.Uploads;
import dev.keelson.registry.spi.Uploads.Upload;
import dev.keelson.registry.tracking.Search.Page;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of runs and logged models: names in the catalogue, bytes in the artifact store, both durable before a write
 * returns. The files of Keelson's own trainings are seen in it too, and cannot be changed. Bytes are never opened or guessed
 * at: a pickle is a file like any other. Safe for use by several threads.
 *
 * <p>Files are stored first and named then, so that a name always has its bytes; bytes that lost their name are kept until
 * they are cleaned away.
 */
public final class FileTree {
    /** Uploads that were begun so long ago and not completed are removed. */
    public static final Duration UPLOAD_AGE = Duration.ofDays(7);

    private static final Duration COLLECTION = Duration.ofHours(1);
    private static final int FOLDER_PAGE = 1_000;
    private static final String FOLDER_OF_FILES = "artifacts";
    private static final String FOLDER_OF_MODELS = "models";
    private static final Pattern ID_OF_EXPERIMENT = Pattern.compile("\\d+");
    private static final Pattern LOCATION = Pattern.compile("mlflow-artifacts:(?://[^/]*)?/+(.*)");
    private static final Pattern RUN_SOURCE = Pattern.compile("runs:/+([^/]+)(?:/(.*))?");
    private static final Pattern LOGGED_SOURCE = Pattern.compile("models:/+(m-[^/@]+)(?:/(.*))?");

    private final Catalog catalog;
    private final ArtifactStore store;
    private final InstantSource clock;
    private final Supplier<String> ids;
    private final AtomicReference<Instant> collected = new AtomicReference<>(Instant.MIN);

    /**
     * A tree.
     *
     * @param ids gives each upload an id that nobody can guess, of letters and digits
     */
    public FileTree(Catalog catalog, ArtifactStore store, InstantSource clock, Supplier<String> ids) {
        this.catalog = catalog;
        this.store = store;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * A file.
     *
     * @param path its name in the tree
     * @param sha256 of its bytes
     * @param bytes how many
     */
    public record File(ArtifactPath path, String sha256, long bytes) {}

    /**
     * What is in a folder.
     *
     * @param name its last part
     * @param file null for a folder
     */
    public record Entry(String name, @Nullable File file) {}

    /**
     * Bytes that come.
     *
     * @param stream them; not closed
     * @param most more are refused
     * @param bytes how many were announced, or null
     * @param sha256 the hash that was announced, or null
     */
    public record Incoming(
            InputStream stream, long most, @Nullable Long bytes, @Nullable String sha256) {
        Terms terms() {
            return new Terms(most, bytes, sha256);
        }
    }

    /**
     * A part of an upload as its client names it.
     *
     * @param number from 1
     * @param sha256 what was answered when it was sent, or null
     */
    public record Part(int number, @Nullable String sha256) {}

    // ---- files

    /**
     * Writes a file, or gives the one of that name other bytes.
     *
     * @throws KeelsonException CONFLICT when the run or logged model is deleted, when a folder has that name or a file the name
     *     of one of its folders, or when it is a file of a training; TOO_LARGE; BAD_REQUEST when other bytes come than were
     *     announced or the stream breaks off
     */
    public File put(ArtifactPath path, Incoming bytes) {
        requireWritable(path);
        return named(path, store.put(bytes.stream(), bytes.terms()));
    }

    /** What {@link #put} checks before it reads: for callers that can refuse before bytes are sent. */
    public void requireWritable(ArtifactPath path) {
        catalog.read(tx -> {
            requireWritable(tx, path);
            return Boolean.TRUE;
        });
    }

    private File named(ArtifactPath path, Stored stored) {
        Instant now = clock.instant();
        return catalog.write(tx -> {
            requireWritable(tx, path);
            tx.files().put(path.text(), stored.sha256(), stored.bytes(), now);
            return new File(path, stored.sha256(), stored.bytes());
        });
    }

    /** The file of that name. */
    public Optional<File> find(ArtifactPath path) {
        return catalog.read(tx -> tx.files().file(path.text())).map(stored -> file(path, stored));
    }

    /**
     * The bytes of a file from an offset on; the caller closes it. Read from its beginning, it throws STORE_DAMAGED instead of
     * giving its last bytes when they do not have the hash.
     *
     * @throws KeelsonException STORE_DAMAGED when the bytes are missing or of another number
     */
    public InputStream read(File file, long offset) {
        Opened opened = store.open(file.sha256(), Math.min(offset, file.bytes()))
                .orElseThrow(() -> damaged(file, "are missing"));
        if (opened.bytes() != file.bytes()) {
            KeelsonException failure = damaged(file, "are %d and not %d".formatted(opened.bytes(), file.bytes()));
            try {
                opened.stream().close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
        return opened.stream();
    }

    private static KeelsonException damaged(File file, String how) {
        return new KeelsonException(
                ErrorCode.STORE_DAMAGED,
                "The bytes of the file (%s) %s; its hash is %s.".formatted(file.path(), how, file.sha256()),
                "Maybe the folder artifacts was restored from an older backup: restore it again, or log the file again.");
    }

    /**
     * What is directly in a folder, by name; nothing when there is no such folder.
     *
     * @param folder null for the root
     * @param after the last name of the page before, or null
     * @param limit at most so many, at least 1
     */
    public Page<Entry> list(@Nullable ArtifactPath folder, @Nullable String after, int limit) {
        Page<FilesTransaction.Entry> page =
                catalog.read(tx -> tx.files().list(folder == null ? "" : folder.text(), after, limit));
        List<Entry> entries = new ArrayList<>(page.items().size());
        for (FilesTransaction.Entry entry : page.items()) {
            StoredFile stored = entry.file();
            entries.add(new Entry(
                    entry.name(), stored == null ? null : file(new ArtifactPath(stored.path()), stored)));
        }
        return new Page<>(entries, page.more());
    }

    /** All files in a folder and its folders, by name; the one of that name when it is a file. */
    public List<File> walk(ArtifactPath folder) {
        Optional<File> file = find(folder);
        if (file.isPresent()) {
            return List.of(file.get());
        }
        List<File> files = new ArrayList<>();
        walk(folder, files);
        return files;
    }

    private void walk(ArtifactPath folder, List<File> files) {
        String after = null;
        Page<Entry> page;
        do {
            page = list(folder, after, FOLDER_PAGE);
            for (Entry entry : page.items()) {
                if (entry.file() == null) {
                    walk(folder.resolve(entry.name()), files);
                } else {
                    files.add(entry.file());
                }
                after = entry.name();
            }
        } while (page.more());
    }

    /**
     * Removes a file, or a folder with all that is in it.
     *
     * @return how many files that were; 0 when there is nothing of that name
     * @throws KeelsonException CONFLICT when the run or logged model is deleted or it is a training's, also of anything that
     *     is below the folder
     */
    public long delete(ArtifactPath path) {
        return catalog.write(tx -> {
            requireDeletable(tx, path, path);
            if (owner(tx, path).root() == null) { // above runs and models: each of them is asked
                for (String root : tx.files().folders(path.text(), FOLDER_OF_FILES)) {
                    requireDeletable(tx, path, new ArtifactPath(root));
                }
            }
            return tx.files().delete(path.text());
        });
    }

    private static void requireDeletable(CatalogTransaction tx, ArtifactPath asked, ArtifactPath path) {
        Owner owner = owner(tx, path);
        owner.requireActive();
        if (isOfTraining(tx, owner, path.text())) {
            RunInfo run = owner.run();
            throw asked.equals(path) || run == null ? ofTraining(path) : aboveTraining(asked, run.id());
        }
    }

    private static KeelsonException aboveTraining(ArtifactPath path, String run) {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "The folder (%s) holds files that a training of Keelson (run %s) wrote: they are part of its record."
                        .formatted(path, run),
                "Maybe delete only what you uploaded, file by file.");
    }

    // ---- runs and models

    /**
     * Where the files of a run are.
     *
     * @param id exactly
     * @return empty when its experiment keeps them elsewhere
     * @throws KeelsonException RUN_NOT_FOUND
     */
    public Optional<ArtifactPath> ofRun(String id) {
        RunInfo run = catalog.read(tx -> tx.tracking().runInfo(id))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "Run '%s' not found".formatted(id),
                        "Maybe look at `keelson runs list`."));
        return place(run.artifactUri());
    }

    /** Where an address {@code mlflow-artifacts:/...} leads in the tree; empty when it is another kind of address. */
    public static Optional<ArtifactPath> place(String uri) {
        Matcher location = LOCATION.matcher(uri);
        if (!location.matches()) {
            return Optional.empty();
        }
        String path = location.group(1);
        return Optional.of(new ArtifactPath(path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
    }

    /**
     * Where the files of a registered version are.
     *
     * @return empty when they are kept elsewhere
     * @throws KeelsonException VERSION_NOT_FOUND; RUN_NOT_FOUND when its source is of a run that is not there
     */
    public Optional<ArtifactPath> ofVersion(String model, int version) {
        RegisteredVersion found = catalog.read(tx -> tx.registry().registered(model, version))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "Model Version (name=%s, version=%d) not found".formatted(model, version),
                        null));
        return ofSource(found.source());
    }

    private Optional<ArtifactPath> ofSource(String source) {
        Matcher run = RUN_SOURCE.matcher(source);
        if (run.matches()) {
            return ofRun(run.group(1)).map(root -> within(root, run.group(2)));
        }
        Matcher logged = LOGGED_SOURCE.matcher(source);
        if (logged.matches()) {
            return catalog.read(tx -> tx.tracking().loggedModel(logged.group(1)))
                    .flatMap(found -> place(found.artifactUri()))
                    .map(root -> within(root, logged.group(2)));
        }
        return place(source);
    }

    /**
     * Where the source of a version leads in the tree.
     *
     * @return empty when its files are elsewhere, or of a run or logged model that is not there
     */
    public static Optional<ArtifactPath> place(CatalogTransaction tx, String source) {
        Matcher run = RUN_SOURCE.matcher(source);
        Matcher logged = LOGGED_SOURCE.matcher(source);
        try {
            if (run.matches()) {
                return tx.tracking()
                        .runInfo(run.group(1))
                        .flatMap(found -> place(found.artifactUri()))
                        .map(root -> within(root, run.group(2)));
            }
            if (logged.matches()) {
                return tx.tracking()
                        .loggedModel(logged.group(1))
                        .flatMap(found -> place(found.artifactUri()))
                        .map(root -> within(root, logged.group(2)));
            }
            return place(source);
        } catch (KeelsonException e) {
            return Optional.empty(); // no path that the tree can have
        }
    }

    private static ArtifactPath within(ArtifactPath root, @Nullable String relative) {
        return relative == null || relative.isEmpty() ? root : root.resolve(relative);
    }

    // ---- uploads in parts

    /**
     * Begins an upload in parts; its id. Now and then it removes those that are older than {@link #UPLOAD_AGE}.
     *
     * @param parts of how many parts it is, 1 to {@link Uploads#MAX_PARTS}
     * @throws KeelsonException as {@link #put} does
     */
    public String begin(ArtifactPath path, int parts) {
        requireWritable(path);
        Instant now = clock.instant();
        Instant last = collected.get();
        if ((last.equals(Instant.MIN) || last.plus(COLLECTION).isBefore(now)) && collected.compareAndSet(last, now)) {
            collect();
        }
        String id = ids.get();
        store.uploads().begin(id, path.text(), parts, now);
        return id;
    }

    /**
     * Removes uploads that are older than {@link #UPLOAD_AGE}.
     *
     * @return their ids
     */
    public List<String> collect() {
        Instant oldest = clock.instant().minus(UPLOAD_AGE);
        List<String> removed = new ArrayList<>();
        for (Upload upload : store.uploads().all()) {
            if (upload.begunAt().isBefore(oldest)) {
                store.uploads().remove(upload.id());
                removed.add(upload.id());
            }
        }
        return removed;
    }

    /**
     * Takes a part, durably; one of that number is replaced.
     *
     * @return its hash
     * @throws KeelsonException NOT_FOUND; BAD_REQUEST for a number that cannot be; as {@link #put} does
     */
    public Part part(String upload, int number, Incoming bytes) {
        Upload found = upload(upload);
        int most = found.expected() == 0 ? Uploads.MAX_PARTS : found.expected();
        if (number < 1 || number > most) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The part (%d) of the upload (%s) must be 1 to %d.".formatted(number, upload, most),
                    "Maybe begin an upload of more parts, or send larger ones.");
        }
        requireWritable(new ArtifactPath(found.target()));
        return new Part(
                number, store.uploads().put(upload, number, bytes.stream(), bytes.terms()).sha256());
    }

    /**
     * The parts of an upload that are there, by number.
     *
     * @throws KeelsonException NOT_FOUND
     */
    public SortedMap<Integer, File> parts(String upload) {
        Upload found = upload(upload);
        ArtifactPath target = new ArtifactPath(found.target());
        TreeMap<Integer, File> parts = new TreeMap<>();
        found.parts().forEach((number, part) -> parts.put(number, new File(target, part.sha256(), part.bytes())));
        return parts;
    }

    /**
     * Makes the parts one file.
     *
     * @param parts from the first to the last, each once; none for all that are there
     * @throws KeelsonException NOT_FOUND; BAD_REQUEST when the upload is of another file, a part is missing, named twice or has
     *     another hash, or they are not as many as it was begun with; as {@link #put} does
     */
    public File complete(String id, ArtifactPath path, List<Part> parts, long most) {
        Upload upload = of(id, path);
        List<Integer> numbers = new ArrayList<>();
        for (Part part : parts) {
            Stored stored = upload.parts().get(part.number());
            String claimed = part.sha256();
            if (stored != null && claimed != null && !claimed.equals(stored.sha256())) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "Part %d of the upload (%s) has the hash %s, and %s is expected."
                                .formatted(part.number(), id, stored.sha256(), claimed),
                        "Maybe it was sent twice with different bytes: send it again.");
            }
            numbers.add(part.number());
        }
        if (parts.isEmpty()) {
            numbers.addAll(upload.parts().keySet());
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i) != i + 1) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The parts of the upload (%s) begin with 1 and have no gap; part %d is not where it should be."
                                .formatted(id, i + 1),
                        "Maybe it was not sent yet.");
            }
        }
        if (upload.expected() != 0 && numbers.size() != upload.expected()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The upload (%s) was begun with %d parts; %d are named.".formatted(id, upload.expected(), numbers.size()),
                    "Maybe name each part once, from 1 to %d.".formatted(upload.expected()));
        }
        requireWritable(path);
        File file = named(path, store.uploads().join(id, numbers, new Terms(most, null, null)));
        store.uploads().remove(id);
        return file;
    }

    /**
     * Ends an upload; what was sent is gone.
     *
     * @throws KeelsonException NOT_FOUND; BAD_REQUEST when the upload is of another file
     */
    public void abort(String id, ArtifactPath path) {
        of(id, path);
        store.uploads().remove(id);
    }

    private Upload of(String id, ArtifactPath path) {
        Upload upload = upload(id);
        if (!upload.target().equals(path.text())) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The upload (%s) is of the file (%s) and not of (%s).".formatted(id, upload.target(), path),
                    null);
        }
        return upload;
    }

    private Upload upload(String id) {
        return store.uploads()
                .find(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no upload (%s).".formatted(id),
                        "Maybe it was completed, aborted, or removed because it was old: begin a new one."));
    }

    // ---- whose a file is

    /** Whose a file is: a run's, a logged model's, or nobody's. */
    private record Owner(@Nullable RunInfo run, @Nullable LoggedModel model, @Nullable String root) {
        void requireActive() {
            if (run != null && run.lifecycle() == Lifecycle.DELETED) {
                throw deleted("The run", run.id());
            }
            if (model != null && model.lifecycle() == Lifecycle.DELETED) {
                throw deleted("The logged model", model.id());
            }
        }

        private static KeelsonException deleted(String what, String id) {
            return new KeelsonException(
                    ErrorCode.CONFLICT,
                    "%s %s must be in the 'active' state: its files cannot be changed.".formatted(what, id),
                    "Maybe restore it first.");
        }
    }

    private static Owner owner(CatalogTransaction tx, ArtifactPath path) {
        List<String> parts = path.parts();
        for (int i = 1; i < parts.size(); i++) {
            if (!parts.get(i).equals(FOLDER_OF_FILES)) {
                continue;
            }
            String root = String.join("/", parts.subList(0, i + 1));
            Optional<RunInfo> run = tx.tracking().runInfo(parts.get(i - 1)).filter(found -> isAt(found.artifactUri(), root));
            if (run.isPresent()) {
                return new Owner(run.get(), null, root);
            }
            Optional<LoggedModel> model =
                    tx.tracking().loggedModel(parts.get(i - 1)).filter(found -> isAt(found.artifactUri(), root));
            if (model.isPresent()) {
                return new Owner(null, model.get(), root);
            }
        }
        return new Owner(null, null, null);
    }

    private static boolean isAt(String uri, String root) {
        Matcher location = LOCATION.matcher(uri);
        return location.matches() && location.group(1).equals(root);
    }

    private static void requireWritable(CatalogTransaction tx, ArtifactPath path) {
        Owner owner = owner(tx, path);
        owner.requireActive();
        if (owner.root() == null ? isPlaceOfOthers(tx, path) : owner.root().equals(path.text())) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The path (%s) is the folder of an experiment, a run or a model; expected that of a file.".formatted(path),
                    "Maybe name a file below it, such as <experiment>/<run>/artifacts/model.bin.");
        }
        FilesTransaction files = tx.files();
        for (ArtifactPath folder = path.parent(); folder != null; folder = folder.parent()) {
            if (files.file(folder.text()).isPresent()) {
                throw new KeelsonException(
                        ErrorCode.CONFLICT,
                        "The path (%s) goes through (%s), which is a file.".formatted(path, folder),
                        "Maybe delete that file first, or choose another folder.");
            }
        }
        if (!files.list(path.text(), null, 1).items().isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "The path (%s) is a folder; expected that of a file.".formatted(path),
                    "Maybe choose another name.");
        }
        if (isOfTraining(tx, owner, path.text())) {
            throw ofTraining(path);
        }
    }

    /**
     * Whether a name is, or leads to, the folder of an experiment, run or model: of those that will be made as well, as ids of
     * experiments are numbers.
     */
    private static boolean isPlaceOfOthers(CatalogTransaction tx, ArtifactPath path) {
        String name = path.name();
        ArtifactPath parent = path.parent();
        if (parent == null && ID_OF_EXPERIMENT.matcher(name).matches()) {
            return true;
        }
        Predicate<String> leads = uri -> {
            Matcher location = LOCATION.matcher(uri);
            return location.matches()
                    && (location.group(1).equals(path.text()) || location.group(1).startsWith(path + "/"));
        };
        if (tx.tracking().runInfo(name).map(RunInfo::artifactUri).filter(leads).isPresent()
                || tx.tracking().loggedModel(name).map(LoggedModel::artifactUri).filter(leads).isPresent()) {
            return true;
        }
        for (long offset = 0; ; offset += FOLDER_PAGE) {
            Page<Experiment> page = tx.tracking()
                    .searchExperiments(new Search(List.of(), List.of(), Lifecycle.View.ALL, FOLDER_PAGE, offset));
            for (Experiment experiment : page.items()) {
                if (leads.test(experiment.artifactLocation())
                        || leads.test(experiment.artifactLocation() + "/" + FOLDER_OF_MODELS)) {
                    return true;
                }
            }
            if (!page.more()) {
                return false;
            }
        }
    }

    private static KeelsonException ofTraining(ArtifactPath path) {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "The file (%s) was written by a training of Keelson and is part of its record.".formatted(path),
                "Maybe choose another name.");
    }

    /** Whether a training of Keelson wrote a file at a path or below it: such files are part of its record. */
    private static boolean isOfTraining(CatalogTransaction tx, Owner owner, String path) {
        RunInfo run = owner.run();
        String root = owner.root();
        if (run == null || root == null) {
            return false;
        }
        String relative = path.length() == root.length() ? "" : path.substring(root.length() + 1);
        return tx.run(run.id())
                .filter(found -> found.id().equals(run.id()))
                .map(found -> found.artifacts().stream()
                        .anyMatch(artifact -> relative.isEmpty()
                                || artifact.path().equals(relative)
                                || artifact.path().startsWith(relative + "/")))
                .orElse(false);
    }

    private static File file(ArtifactPath path, StoredFile stored) {
        return new File(path, stored.sha256(), stored.bytes());
    }
}
