package dev.keelson.learn.imported;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Evaluates model files of one format with a library of its own. Found as a service; optional at run time. */
public interface FileEngine {

    /** The engine of a format, if one is installed. */
    static Optional<FileEngine> found(FileFormat format) {
        return ServiceLoader.load(FileEngine.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(engine -> engine.format() == format)
                .findFirst();
    }

    /** The format that it reads. */
    FileFormat format();

    /**
     * Opens a file. Nothing outside it is read, and nothing in it is executed but the operators of its format.
     *
     * @param file the whole file
     * @param output name of the output wanted; null for the only one
     * @throws IllegalArgumentException if the file is damaged or holds what is not evaluated
     * @throws dev.keelson.error.KeelsonException NATIVE_LIBRARY_MISSING if the library cannot be loaded
     */
    FileEvaluator open(byte[] file, @Nullable String output);

    /** Names as a message shows them: at most the first twenty. */
    static String shown(List<String> names) {
        int most = 20;
        return names.size() <= most
                ? names.toString()
                : names.subList(0, most) + " and %d more".formatted(names.size() - most);
    }
}
