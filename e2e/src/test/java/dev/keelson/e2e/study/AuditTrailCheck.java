package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.e2e.study.KilledServerStudy.Found;
import dev.keelson.e2e.study.RegistryWrites.Change;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Looks at the audit trail of a project whose server was killed: its chain, and that each change has its line once. */
final class AuditTrailCheck {
    private final List<AuditEntry> trail;
    private final ServerProcess.Said command;
    private final AuditChain.Verification verification;
    private final Found found;

    private AuditTrailCheck(
            List<AuditEntry> trail, ServerProcess.Said command, AuditChain.Verification verification, Found found) {
        this.trail = trail;
        this.command = command;
        this.verification = verification;
        this.found = found;
    }

    /** Reads the project as the killed server left it. */
    static AuditTrailCheck of(ServerProcess server, List<RegistryWrites> written, Found found)
            throws IOException, InterruptedException {
        ServerProcess.Said command = server.keelson("audit", "verify", "--json");
        try (ProjectReading state = ProjectReading.open(Projects.validate(server.folder(), Map.of()))) {
            AuditTrailCheck check = new AuditTrailCheck(
                    state.audit(null, Integer.MAX_VALUE),
                    command,
                    state.governance(InstantSource.system()).verify(null),
                    found);
            check.compare(written);
            return check;
        }
    }

    /** An attempt is named in the reason of its line, and at most one of each was made. */
    private void compare(List<RegistryWrites> written) {
        Map<String, AuditEntry> lines = new HashMap<>();
        for (AuditEntry entry : trail) {
            if (lines.put(entry.reason(), entry) != null) {
                found.doubled++;
            }
        }
        for (RegistryWrites client : written) {
            for (Change change : client.changes()) {
                for (int attempt = 1; attempt < change.attempts(); attempt++) {
                    AuditEntry line = lines.remove(reason(change, attempt)); // whose answer did not arrive
                    found.different += line == null || is(line, change) ? 0 : 1;
                }
                AuditEntry line = lines.remove(reason(change, change.attempts()));
                if (line == null) {
                    found.lost++;
                } else if (!is(line, change) || !Integer.valueOf(change.version()).equals(line.version())) {
                    found.different++;
                }
            }
        }
        found.different += lines.size(); // nobody asked for these
    }

    private static String reason(Change change, int attempt) {
        return "Asked for by %s.".formatted(PatientCaller.name(change.name(), attempt));
    }

    private static boolean is(AuditEntry line, Change change) {
        return line.action().equals(change.action()) && line.model().equals(change.model());
    }

    /** Every version that is there was registered once, and every one that was registered is there. */
    void compare(Set<String> versions) {
        Set<String> registered = new TreeSet<>();
        for (AuditEntry entry : trail) {
            Integer version = entry.version();
            if (entry.action().equals("register")
                    && version != null
                    && !registered.add(RegistryCheck.label(entry.model(), version))) {
                found.doubled++;
            }
        }
        found.lost += registered.stream().filter(version -> !versions.contains(version)).count();
        found.different += versions.stream().filter(version -> !registered.contains(version)).count();
    }

    /** What the trail is. */
    void describe(ObjectNode node) {
        JsonNode said = KilledServerStudy.parsed(command.text());
        node.put("lines", trail.size());
        node.put("exit_code", command.code());
        node.put("sound", said.path("sound").asBoolean() && verification.sound());
        node.put("lines_verified", Math.min(said.path("lines").asLong(), verification.lines()));
        node.put("finding", verification.finding());
    }
}
