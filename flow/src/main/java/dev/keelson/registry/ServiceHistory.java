package dev.keelson.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which versions of a model served, by its audit trail, as far as one may go back to them: the champion and before it, oldest
 * first, each once. A version that was rolled back from is gone until it is promoted again; so each rollback goes further back
 * than the one before.
 */
public final class ServiceHistory {
    private final List<Integer> versions;

    private ServiceHistory(List<Integer> versions) {
        this.versions = versions;
    }

    /**
     * Reads a trail.
     *
     * @param audit the whole trail of one model, newest first
     * @param champion the version that serves now
     */
    public static ServiceHistory of(List<AuditEntry> audit, int champion) {
        List<Integer> line = new ArrayList<>();
        for (AuditEntry entry : audit.reversed()) {
            Integer version = entry.version();
            if (version == null) {
                continue;
            }
            if (entry.action().equals("promote")) {
                line.removeIf(version::equals);
                line.add(version);
            } else if (entry.action().equals("rollback") && !line.isEmpty()) {
                int place = line.indexOf(version);
                // what stands behind the version was left by going back to it
                line.subList(place < 0 ? line.size() - 1 : place + 1, line.size()).clear();
                if (place < 0) {
                    line.add(version);
                }
            }
        }
        Integer serving = champion;
        if (line.isEmpty() || !line.getLast().equals(serving)) { // a trail that was taken over in part
            line.removeIf(serving::equals);
            line.add(serving);
        }
        return new ServiceHistory(List.copyOf(line));
    }

    /** The version to go back to, or empty when none is left. */
    public Optional<Integer> before() {
        return versions.size() < 2 ? Optional.empty() : Optional.of(versions.get(versions.size() - 2));
    }
}
