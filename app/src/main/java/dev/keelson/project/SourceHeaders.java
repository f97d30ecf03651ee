package dev.keelson.project;

import dev.keelson.data.SourceDefinition;
import dev.keelson.frame.Schema;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Looks at the files of sources while a project is read, so that columns that are not declared are known too. Supplied
 * by the composition root.
 */
@FunctionalInterface
public interface SourceHeaders {
    /**
     * The columns of a source's file.
     *
     * @param source the source, without its checks
     * @param file its file, resolved against the folder of the project
     * @return names in the header with declared or inferred types, or empty when the file cannot be read now; then
     *     columns that are not declared cannot be checked, which is no error
     */
    Optional<Schema> columns(SourceDefinition source, Path file);

    /** Knows no file. */
    static SourceHeaders none() {
        return (source, file) -> Optional.empty();
    }
}
