package dev.keelson.lineage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.registry.Definition.Kind;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The definitions that runs were pinned to, as they were registered. */
record RunViews(Catalog catalog) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The views. */
    List<DefinitionVersion> of(Run run) {
        return pins(run, Kind.VIEW, "view ", "");
    }

    /** The features of a view, named {@code view:feature}. */
    List<DefinitionVersion> features(Run run, String view) {
        return pins(run, Kind.FEATURE, "feature ", view + ":");
    }

    private List<DefinitionVersion> pins(Run run, Kind kind, String word, String start) {
        List<DefinitionVersion> pinned = new ArrayList<>();
        provenance(run).path("definitions").properties().forEach(pin -> {
            if (pin.getKey().startsWith(word + start)) {
                pinned(kind, pin.getKey().substring(word.length()), pin.getValue().asText(), run).ifPresent(pinned::add);
            }
        });
        return pinned;
    }

    /** The version with an essence that counted when the run began, else the first with it. */
    private Optional<DefinitionVersion> pinned(Kind kind, String name, String essence, Run run) {
        List<DefinitionVersion> same = catalog.read(tx -> tx.definitions(kind, name)).stream()
                .filter(each -> each.essenceSha256().equals(essence) && !each.removed())
                .toList();
        return same.stream()
                .filter(each -> !each.registeredAt().isAfter(run.startedAt()))
                .findFirst()
                .or(() -> same.isEmpty() ? Optional.empty() : Optional.of(same.getLast()));
    }

    /** The sources that a view reads. */
    static List<String> sourcesOf(DefinitionVersion view) {
        for (String line : view.text().lines().toList()) {
            if (line.startsWith("source: ")) {
                return List.of(line.substring("source: ".length()));
            }
            if (line.startsWith("sources: ")) {
                return List.of(line.substring("sources: ".length()).replaceAll("[\\[\\]]", "").split(",\\s*"));
            }
        }
        return List.of();
    }

    /** What is kept of how a run came about. */
    static JsonNode provenance(Run run) {
        return read(run.provenance());
    }

    /** A stored document. */
    static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }
}
