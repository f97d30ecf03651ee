package dev.keelson.data.spi;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.io.IOException;
import java.io.InputStream;

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
}
