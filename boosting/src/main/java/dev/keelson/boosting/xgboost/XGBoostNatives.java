package dev.keelson.boosting.xgboost;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads XGBoost's native library once, after the preparations that it needs:
 *
 * <ul>
 *   <li>{@code OMP_WAIT_POLICY=passive} (unless it is set already): threads that spin while they wait make a fit
 *   several times slower
 *       as soon as another process wants a core. OpenMP reads it when it is loaded.
 *   <li>OpenMP itself is looked for first, so that its absence is one clear message.
 *   <li>The library is a file of 17 MB that its loader unpacks into the temporary folder. On Linux its name is removed
 *   as soon as it is
 *       mapped, so that a killed process leaves nothing behind.
 * </ul>
 */
final class XGBoostNatives {
    private static final Logger LOG = LoggerFactory.getLogger(XGBoostNatives.class);
    private static final String LOADER = "ml.dmlc.xgboost4j.java.XGBoostJNI";
    private static final String OPENMP = "libgomp.so.1";
    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";

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
        setWaitPolicy();
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        if (linux) {
            requireOpenMp(OPENMP);
        }
        try {
            Class.forName(LOADER, true, XGBoostNatives.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            throw missing(e);
        }
        if (linux) {
            removeUnpackedFile();
        }
        loaded = true;
    }

    @SuppressWarnings("restricted") // the launcher enables native access
    private static void setWaitPolicy() {
        if (System.getenv(WAIT_POLICY) != null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return; // Windows, whose OpenMP has no such policy
        }
        MethodHandle call = linker.downcallHandle(
                setenv.get(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int rc = (int) call.invokeExact(arena.allocateFrom(WAIT_POLICY), arena.allocateFrom("passive"), 1);
            if (rc != 0) {
                LOG.debug("setenv({}) returned {}.", WAIT_POLICY, rc);
            }
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setenv cannot be called.", e);
        }
    }

    /** Package-private for its test: tries to load OpenMP under a name. */
    @SuppressWarnings("restricted") // the launcher enables native access
    static void requireOpenMp(String name) {
        try {
            SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            throw missing(e);
        }
    }

    private static KeelsonException missing(Throwable cause) {
        return new KeelsonException(
                ErrorCode.NATIVE_LIBRARY_MISSING,
                "XGBoost cannot be loaded on %s %s: %s"
                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), firstMessage(cause)),
                "Maybe OpenMP is not installed: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp"
                        + " (Fedora), brew install libomp (macOS).",
                cause);
    }

    private static String firstMessage(Throwable cause) {
        @Nullable Throwable at = cause;
        while (at != null && at.getMessage() == null) {
            at = at.getCause();
        }
        return at == null
                ? cause.toString()
                : String.valueOf(at.getMessage()).lines().findFirst().orElse("");
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
