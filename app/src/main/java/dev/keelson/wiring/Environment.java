package dev.keelson.wiring;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Manifest;

/**
 * The machine, the libraries and the state of the project's repository a run was made with, for its provenance. Of the
 * environment variables only those of a fixed list are kept: those that change what numerical libraries do, none that holds
 * a secret.
 */
final class Environment {
    private static final Set<String> VARIABLES = Set.of(
            "CUDA_VISIBLE_DEVICES",
            "GOMP_CPU_AFFINITY",
            "KMP_AFFINITY",
            "LANG",
            "LC_ALL",
            "LC_NUMERIC",
            "MKL_CBWR",
            "MKL_NUM_THREADS",
            "OMP_DYNAMIC",
            "OMP_NUM_THREADS",
            "OMP_PROC_BIND",
            "OMP_SCHEDULE",
            "OPENBLAS_NUM_THREADS",
            "TZ");
    private static final String UNKNOWN = "unknown";
    private static final int LONGEST = 200;

    private Environment() {}

    /**
     * Looks at everything.
     *
     * @param folder the project's, for the repository that it lies in
     */
    static SortedMap<String, String> snapshot(Path folder) {
        SortedMap<String, String> snapshot = new TreeMap<>();
        for (String name : new String[] {
            "java.version", "java.vendor", "java.vm.name", "java.vm.version", "os.name", "os.arch", "os.version", "file.encoding"
        }) {
            snapshot.put(name, System.getProperty(name, ""));
        }
        snapshot.put("locale", Locale.getDefault().toLanguageTag());
        snapshot.put("time_zone", ZoneId.systemDefault().getId());
        machine(snapshot);
        libraries(snapshot);
        snapshot.putAll(variables(System.getenv()));
        snapshot.putAll(GitState.of(folder));
        return snapshot;
    }

    private static void machine(SortedMap<String, String> to) {
        to.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        to.put("cpu", line(Path.of("/proc/cpuinfo"), "model name"));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            to.put("memory_mib", Long.toString(system.getTotalMemorySize() >> 20));
        }
        to.put("heap_mib", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
        List<String> cards = new ArrayList<>();
        Path nvidia = Path.of("/proc/driver/nvidia");
        if (Files.isDirectory(nvidia.resolve("gpus"))) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(nvidia.resolve("gpus"))) {
                folders.forEach(card -> cards.add(line(card.resolve("information"), "Model")));
            } catch (IOException e) {
                cards.add(UNKNOWN);
            }
            to.put("gpu.driver", line(nvidia.resolve("version"), "NVRM version"));
        }
        cards.sort(null);
        to.put("gpu", cards.isEmpty() ? "none found" : String.join(", ", cards));
    }

    private static void libraries(SortedMap<String, String> to) {
        to.put("xgboost", libraryVersion("/xgboost4j-version.properties"));
        to.put("lightgbm", libraryVersion("/META-INF/maven/io.github.metarank/lightgbm4j/pom.properties"));
        DriverManager.drivers().map(Object::getClass).forEach(driver -> {
            if (driver.getName().startsWith("org.duckdb.")) {
                to.put("duckdb", bundleVersion(driver));
            } else if (driver.getName().startsWith("org.sqlite.")) {
                to.put("sqlite", bundleVersion(driver));
            }
        });
        String torch = libraryVersion("/native/lib/pytorch.properties");
        to.put("pytorch", torch.equals(UNKNOWN) ? "not installed" : torch);
    }

    /** The variables of the list among some, as {@code env.NAME}. */
    static SortedMap<String, String> variables(Map<String, String> all) {
        SortedMap<String, String> kept = new TreeMap<>();
        all.forEach((name, value) -> {
            if (VARIABLES.contains(name)) {
                kept.put("env." + name, value.substring(0, Math.min(LONGEST, value.length())));
            }
        });
        return kept;
    }

    /** What follows the colon of the first line that begins so. */
    private static String line(Path file, String beginning) {
        if (!Files.isReadable(file)) {
            return UNKNOWN;
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(beginning) && line.indexOf(':') > 0)
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN; // what cannot be told is said to be unknown: no training fails for it
        }
    }

    /** The version that the manifest of a class's archive gives. */
    private static String bundleVersion(Class<?> type) {
        URL url = type.getResource(type.getSimpleName() + ".class");
        try {
            if (url != null && url.openConnection() instanceof JarURLConnection archive) {
                archive.setUseCaches(false);
                Manifest manifest = archive.getManifest();
                String version = manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-Version");
                return version == null ? UNKNOWN : version;
            }
            return UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /**
     * Version of a library, as the library itself says it.
     *
     * @param resource its file of properties on the class path, with the property {@code version}
     * @return the version, or {@code unknown}
     */
    static String libraryVersion(String resource) {
        try (InputStream in = Environment.class.getResourceAsStream(resource)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", UNKNOWN);
        } catch (IOException e) {
            throw new UncheckedIOException("The resource (%s) cannot be read.".formatted(resource), e);
        }
    }

    /** Version of this code, from the jar's manifest; the text {@code development} when it does not run from a jar. */
    static String codeVersion() {
        String version = Environment.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
