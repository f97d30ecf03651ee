package dev.keelson.boosting.lightgbm;

import dev.keelson.boosting.internal.OpenMp;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads LightGBM's native library once, after {@linkplain OpenMp#prepare its preparations}. It lies in the jar and is
 * unpacked into a folder of its own that nobody else can write to; where the system allows it, file and folder are
 * removed as soon as it is mapped.
 */
final class LightGbmNatives {
    private static final Logger LOG = LoggerFactory.getLogger(LightGbmNatives.class);
    private static final String LIBRARY = "LightGBM";

    private static @Nullable LightGbmLibrary loaded;

    private LightGbmNatives() {}

    /**
     * The library, loaded if it is not yet.
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    static synchronized LightGbmLibrary load() {
        LightGbmLibrary library = loaded;
        if (library == null) {
            OpenMp.prepare(LIBRARY);
            library = load(resource(System.getProperty("os.name", ""), System.getProperty("os.arch", "")));
            loaded = library;
        }
        return library;
    }

    /** Where the library for a machine lies in the jar. */
    static String resource(String system, String processor) {
        String name = system.toLowerCase(Locale.ROOT);
        boolean mac = name.contains("mac") || name.contains("darwin");
        String folder = mac ? "osx" : name.contains("windows") ? "windows" : "linux";
        String file = mac ? "lib_lightgbm.dylib" : name.contains("windows") ? "lib_lightgbm.dll" : "lib_lightgbm.so";
        String architecture =
                switch (processor) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "arm64", "aarch64" -> "aarch64";
                    default -> processor;
                };
        return "/lightgbm4j/%s/%s/%s".formatted(folder, architecture, file);
    }

    /** Package-private for its test. */
    @SuppressWarnings("restricted") // the launcher enables native access
    static LightGbmLibrary load(String resource) {
        Path folder = null;
        Path file = null;
        try (InputStream in = LightGbmNatives.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw OpenMp.missing(
                        LIBRARY, new IllegalStateException("there is no library for this machine (" + resource + ")."));
            }
            folder = Files.createTempDirectory("keelson-lightgbm"); // readable and writable by its owner alone
            file = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
            Files.copy(in, file);
            return new LightGbmLibrary(SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IOException | IllegalArgumentException e) {
            throw OpenMp.missing(LIBRARY, e);
        } finally {
            remove(file);
            remove(folder);
        }
    }

    private static void remove(@Nullable Path path) {
        if (path == null) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.debug("The unpacked LightGBM library stays until this process ends.", e);
            path.toFile().deleteOnExit();
        }
    }
}
