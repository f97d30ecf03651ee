package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.OpenMp;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads XGBoost's native library once, after {@linkplain OpenMp#prepare its preparations}. The library is a file of 17 MB
 * that its loader unpacks into the temporary folder. On Linux its name is removed as soon as it is mapped, so that a
 * killed process leaves nothing behind.
 */
final class XGBoostNatives {
    private static final Logger LOG = LoggerFactory.getLogger(XGBoostNatives.class);
    private static final String LOADER = "ml.dmlc.xgboost4j.java.XGBoostJNI";
    private static final String LIBRARY = "XGBoost";

    private static boolean loaded;

    private XGBoostNatives() {}

    /**
     * Loads the library if it is not loaded yet.
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        OpenMp.prepare(LIBRARY);
        try {
            Class.forName(LOADER, true, XGBoostNatives.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            throw OpenMp.missing(LIBRARY, e);
        }
        if (OpenMp.linux()) {
            removeUnpackedFile();
        }
        loaded = true;
    }

    private static void removeUnpackedFile() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            Optional<Path> unpacked = lines.filter(line -> line.contains("libxgboost4j") && line.indexOf('/') >= 0)
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(path -> path.startsWith(temporary))
                    .findFirst();
            if (unpacked.isPresent()) {
                Files.deleteIfExists(unpacked.get());
            }
        } catch (IOException e) {
            LOG.debug("The unpacked XGBoost library stays until this process ends.", e);
        }
    }
}
