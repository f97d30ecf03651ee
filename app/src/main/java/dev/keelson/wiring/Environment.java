package dev.keelson.wiring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/** The machine and the libraries a run was made with, for its provenance. */
final class Environment {
    private Environment() {}

    static SortedMap<String, String> snapshot() {
        SortedMap<String, String> snapshot = new TreeMap<>();
        for (String name : new String[] {"java.version", "java.vendor", "os.name", "os.arch", "os.version"}) {
            snapshot.put(name, System.getProperty(name, ""));
        }
        snapshot.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        snapshot.put("xgboost", libraryVersion("/xgboost4j-version.properties"));
        return snapshot;
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
            return properties.getProperty("version", "unknown");
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
