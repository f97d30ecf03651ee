package dev.keelson.registry.spi;

import dev.keelson.registry.tracking.Search.Page;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tree of files of runs and logged models, as {@code mlflow-artifacts:/} addresses name them: {@code
 * <experiment>/<run>/artifacts/<path>}. The bytes are in the {@link ArtifactStore} by their hash. Paths are of the normal form;
 * who calls has checked that.
 */
public interface FilesTransaction {

    /** Names a file, or gives the name other bytes. */
    void put(String path, String sha256, long bytes, Instant at);

    /** The file of that very path. */
    Optional<StoredFile> file(String path);

    /**
     * What is directly in a folder, by name.
     *
     * @param folder without a slash at its end; empty for the root
     * @param after the last name of the page before, or null
     */
    Page<Entry> list(String folder, @Nullable String after, int limit);

    /**
     * The folders of a name that are below a folder, at any depth, by their whole path.
     *
     * @param below without a slash at its end
     */
    List<String> folders(String below, String name);

    /** Removes a file, or a folder with all that is in it; how many files that were. */
    long delete(String path);

    /**
     * The hashes of all files, whoever stored them.
     *
     * @param folders of which folders, by their whole path
     */
    Set<String> hashes(Predicate<String> folders);

    /** A file. */
    record StoredFile(String path, String sha256, long bytes, Instant modifiedAt) {}

    /**
     * A file or folder of a folder.
     *
     * @param name its last part
     * @param file null for a folder
     */
    record Entry(String name, @Nullable StoredFile file) {}
}
