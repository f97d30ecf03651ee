package dev.keelson.data.spi;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Where the files of sources come from. Safe for use by several threads. */
public interface SourceFiles {
    /**
     * Opens a file; the caller closes it.
     *
     * @param file as the project names it, absolute or relative to the project
     * @return its bytes, still compressed if the file is
     * @throws KeelsonException SOURCE_NOT_FOUND when there is no such file, SOURCE_UNREADABLE when it may not be read
     * @throws IOException when opening fails otherwise
     */
    InputStream open(Located file) throws IOException;

    /**
     * The files that a project means by a name: the file itself, those of a folder, or those that match a pattern.
     *
     * @return at least one, in order of their names
     * @throws KeelsonException SOURCE_NOT_FOUND when there is none, SOURCE_UNREADABLE when the pattern is none
     * @throws IOException when looking for them fails otherwise
     */
    default List<Located> find(Located name) throws IOException {
        return List.of(name);
    }
}
