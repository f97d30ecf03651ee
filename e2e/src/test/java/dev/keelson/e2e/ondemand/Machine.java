package dev.keelson.e2e.ondemand;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The machine a figure was measured on; a figure without it means nothing.
 *
 * @param cpu its processor
 * @param cores processors the JVM may use
 * @param memoryGib memory of the machine
 * @param os operating system
 * @param jdk Java runtime and vendor
 * @param heapGib greatest heap of the JVM
 * @param load average number of running processes over the last minute when it started, negative when not known
 * @param commit the source it was built from
 */
public record Machine(
        String cpu, int cores, double memoryGib, String os, String jdk, double heapGib, double load, String commit) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final double GIB = 1L << 30;

    /** This machine, now. The commit comes from the environment variable {@code KEELSON_COMMIT}. */
    public static Machine current() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                tenths(system.getTotalMemorySize() / GIB),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")",
                tenths(Runtime.getRuntime().maxMemory() / GIB),
                tenths(system.getSystemLoadAverage()),
                System.getenv().getOrDefault("KEELSON_COMMIT", "unknown"));
    }

    private static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static String cpuModel() {
        if (!Files.isReadable(CPU_INFO)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("cpu", cpu)
                .put("cores", cores)
                .put("memory_gib", memoryGib)
                .put("os", os)
                .put("jdk", jdk)
                .put("heap_gib", heapGib)
                .put("load_before", load)
                .put("commit", commit);
    }
}
