package dev.keelson.lineage;

import dev.keelson.data.SourceDefinition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.project.Project;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What logged predictions tell of the keys that they asked for. For one question. */
record PredictionCells(Project project, DatasetStore datasets, RowFinder rows) {

    /** The cells that the name of what was predicted holds. */
    Map<String, String> named(ModelDefinition model, PredictionEvent event) {
        List<String> key = project.sources().stream()
                .filter(each -> each.name().equals(model.source()))
                .findFirst()
                .map(SourceDefinition::key)
                .orElse(List.of());
        String[] parts = event.entity().split("\\|", -1);
        Map<String, String> cells = new LinkedHashMap<>();
        if (parts.length == key.size()) {
            for (int i = 0; i < parts.length; i++) {
                cells.put(key.get(i), parts[i]);
            }
        }
        return cells;
    }

    /**
     * What the request said of its keys: what was journaled, its name, else the row that was loaded since.
     *
     * @param asked what was journaled
     */
    Map<String, String> of(ModelDefinition model, PredictionEvent event, Map<String, String> asked) {
        Map<String, String> cells = named(model, event);
        Set<String> needed = new LinkedHashSet<>();
        model.entities()
                .values()
                .forEach(role -> role.values().stream()
                        .filter(text -> !asked.containsKey(text))
                        .forEach(text -> needed.addAll(Keys.columns(text))));
        if (!cells.keySet().containsAll(needed)) {
            YearMonth month = YearMonth.from(event.eventTime().atOffset(ZoneOffset.UTC));
            datasets.latest(model.source())
                    .flatMap(version -> rows
                            .newest(version, needed, null, month, row -> row.key().equals(event.entity()), 1)
                            .stream()
                            .findFirst())
                    .ifPresent(row -> row.cells().forEach(cells::putIfAbsent));
        }
        return cells;
    }
}
