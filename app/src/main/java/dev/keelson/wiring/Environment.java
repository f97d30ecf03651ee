package dev.keelson.wiring;

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
        snapshot.put("xgboost", "3.1.1");
        return snapshot;
    }

    /** Version of this code, from the jar's manifest; the text {@code development} when it does not run from a jar. */
    static String codeVersion() {
        String version = Environment.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
