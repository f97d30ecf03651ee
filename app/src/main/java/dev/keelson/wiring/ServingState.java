package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the process of this machine that serves a project says of itself. */
public final class ServingState {
    private ServingState() {}

    /** Why models serve other versions than they should, one sentence each; none where no process serves or answers. */
    public static List<String> stale(Project project) {
        Optional<OwnerClient> owner = OwnerClient.of(project);
        if (owner.isEmpty()) {
            return List.of();
        }
        List<String> sentences = new ArrayList<>();
        try (OwnerClient client = owner.get()) {
            for (JsonNode each : client.get("/ready").path("stale")) {
                sentences.add(each.path("detail").asText());
            }
        } catch (KeelsonException e) {
            return List.of(); // not ready, or just ending: told elsewhere
        }
        return sentences;
    }
}
