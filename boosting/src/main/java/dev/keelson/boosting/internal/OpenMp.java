package dev.keelson.boosting.internal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares OpenMP before a library that needs it is loaded:
 *
 * <ul>
 *   <li>{@code OMP_WAIT_POLICY=passive} (unless it is set already): threads that spin while they wait make a fit
 *       several times slower as soon as another process wants a core. OpenMP reads it when it is loaded.
 *   <li>OpenMP itself is looked for first, so that its absence is one clear message.
 * </ul>
 */
public final class OpenMp {
    /** Its name on Linux. */
    public static final String NAME = "libgomp.so.1";

    private static final Logger LOG = LoggerFactory.getLogger(OpenMp.class);
    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";

    private OpenMp() {}

    /** Whether this is Linux. */
    public static boolean linux() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    }

    /**
     * Prepares it.
     *
     * @param library who needs it, for the message
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    public static void prepare(String library) {
        setWaitPolicy();
        if (linux()) {
            require(library, NAME);
        }
    }

    /**
     * Loads OpenMP under a name.
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    @SuppressWarnings("restricted") // the launcher enables native access
    public static void require(String library, String name) {
        try {
            SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            throw missing(library, e);
        }
    }

    /** The error of a library that cannot be loaded. */
    public static KeelsonException missing(String library, Throwable cause) {
        return new KeelsonException(
                ErrorCode.NATIVE_LIBRARY_MISSING,
                "%s cannot be loaded on %s %s: %s"
                        .formatted(
                                library,
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"),
                                firstMessage(cause)),
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
}
