package dev.keelson.boosting.xgboost;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * Where trees are grown. Asked for a GPU that it cannot use, the library would grow them on the processor and only warn;
 * here that is an error.
 */
final class XGBoostDevice {
    static final String CPU = "cpu";
    static final String CUDA = "cuda";
    static final List<String> NAMES = List.of(CPU, CUDA);

    private XGBoostDevice() {}

    /**
     * A name that is known.
     *
     * @throws KeelsonException BAD_VALUE
     */
    static String known(String learner, String name) {
        if (!NAMES.contains(name)) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The setting %s.device (%s) must be one of %s.".formatted(learner, name, NAMES),
                    Suggestion.sentence(name, NAMES).orElse(null));
        }
        return name;
    }

    /**
     * Checks that the loaded library and this machine have the device.
     *
     * @throws KeelsonException NOT_READY saying which of the two lacks it
     */
    static void require(String learner, String name) {
        if (name.equals(CPU)) {
            return;
        }
        if (!builtForCuda()) {
            throw unusable(
                    learner,
                    "the XGBoost library here is built without CUDA",
                    "Maybe put the jar xgboost4j-spark-gpu_2.13 in the place of xgboost4j-spark_2.13, or set device: cpu.");
        }
        if (cudaDevices() == 0) {
            throw unusable(
                    learner,
                    "this machine has no NVIDIA GPU that its driver offers",
                    "Maybe the driver is not installed (nvidia-smi tells), or set device: cpu.");
        }
    }

    private static KeelsonException unusable(String learner, String why, String hint) {
        return new KeelsonException(
                ErrorCode.NOT_READY, "The setting %s.device (cuda) cannot be used: %s.".formatted(learner, why), hint);
    }

    /** What the library tells of how it was built. */
    @SuppressWarnings("restricted") // the launcher enables native access; the text ends with a zero
    static boolean builtForCuda() {
        Optional<MemorySegment> function = SymbolLookup.loaderLookup().find("XGBuildInfo");
        if (function.isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            int failed = (int) Linker.nativeLinker()
                    .downcallHandle(
                            function.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                    .invokeExact(out);
            if (failed != 0) {
                return false;
            }
            String text = out.get(ValueLayout.ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
            return text.replace(" ", "").contains("\"USE_CUDA\":true");
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("XGBuildInfo cannot be called.", e);
        }
    }

    /** GPUs that the driver offers; 0 without a driver. */
    @SuppressWarnings("restricted") // the launcher enables native access
    static int cudaDevices() {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup driver = SymbolLookup.libraryLookup(System.mapLibraryName("cuda") + driverVersion(), arena);
            Linker linker = Linker.nativeLinker();
            int refused = (int) linker.downcallHandle(
                            driver.find("cuInit").orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(0);
            MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
            if (refused == 0) {
                refused = (int) linker.downcallHandle(
                                driver.find("cuDeviceGetCount").orElseThrow(),
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                        .invokeExact(count);
            }
            return refused == 0 ? count.get(ValueLayout.JAVA_INT, 0) : 0;
        } catch (IllegalArgumentException e) {
            return 0; // no driver
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The CUDA driver cannot be called.", e);
        }
    }

    private static String driverVersion() {
        return System.getProperty("os.name", "").startsWith("Linux") ? ".1" : "";
    }
}
