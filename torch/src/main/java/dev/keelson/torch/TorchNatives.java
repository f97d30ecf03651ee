package dev.keelson.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Loads PyTorch once. Its libraries are unpacked from their jars into a folder of the user ({@code ~/.djl.ai}, or where
 * the environment variable DJL_CACHE_DIR says): 430 MB that stay for the next time. Nothing is ever downloaded.
 */
final class TorchNatives {
    private static final String LIBRARY_RESOURCE = "native/lib/pytorch.properties";
    private static final String BRIDGE_RESOURCE = "jnilib/pytorch.properties";

    /** Where an own library is, such as one for CUDA, in the place of that from the jar. */
    private static final String LIBRARY_FOLDER = "PYTORCH_LIBRARY_PATH";

    private static @Nullable Engine loaded;

    private TorchNatives() {}

    /**
     * The engine, with one thread for each fit.
     *
     * @param learner name of the learner, for messages
     * @throws KeelsonException NATIVE_LIBRARY_MISSING
     */
    static synchronized Engine load(String learner) {
        if (loaded != null) {
            return loaded;
        }
        ClassLoader loader = Objects.requireNonNull(TorchNatives.class.getClassLoader());
        boolean given = System.getenv(LIBRARY_FOLDER) != null;
        for (String resource : given ? List.of(BRIDGE_RESOURCE) : List.of(LIBRARY_RESOURCE, BRIDGE_RESOURCE)) {
            if (loader.getResource(resource) == null) { // asked now, DJL would download what is absent
                throw missing(learner, "no jar on the class path has %s".formatted(resource), null);
            }
        }
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try {
            Engine engine = Engine.getEngine("PyTorch");
            JniUtils.setNumThreads(1); // sums in one order: the same bits, whatever else the machine does
            loaded = engine;
            return engine;
        } catch (EngineException | LinkageError e) {
            throw missing(learner, firstMessage(e), e);
        }
    }

    private static KeelsonException missing(String learner, String why, @Nullable Throwable cause) {
        String message = "The learner %s needs PyTorch, which cannot be loaded on %s %s: %s."
                .formatted(learner, System.getProperty("os.name"), System.getProperty("os.arch"), why);
        String hint = "Maybe the jars pytorch-jni and pytorch-native-cpu of this system are not installed,"
                + " or there is no room to unpack 430 MB into DJL_CACHE_DIR (~/.djl.ai).";
        return cause == null
                ? new KeelsonException(ErrorCode.NATIVE_LIBRARY_MISSING, message, hint)
                : new KeelsonException(ErrorCode.NATIVE_LIBRARY_MISSING, message, hint, cause);
    }

    private static String firstMessage(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getMessage() == null
                ? deepest.toString()
                : deepest.getMessage().lines().findFirst().orElse("");
    }
}
