package dev.keelson.wiring;

import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.SourceDefinition;
import dev.keelson.frame.Column;
import dev.keelson.http.PredictSignature;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What models take and tell, from their plans. */
final class PredictSignatures {
    private PredictSignatures() {}

    /**
     * The signature of a model.
     *
     * @param plan null while no data are known
     * @param keys how keys are made of parts
     * @param version that answers, or null
     * @param notReady why none does, or null
     */
    static PredictSignature of(
            ModelDefinition definition,
            @Nullable ModelPlan plan,
            EntityKeys keys,
            @Nullable Integer version,
            @Nullable String notReady) {
        List<String> outputs = definition.task().outputs();
        if (plan == null) {
            return new PredictSignature(definition.name(), version, notReady, List.of(), List.of(), null, List.of(), List.of(), outputs);
        }
        SourceDefinition source = plan.source();
        Set<String> needed = new HashSet<>(source.key());
        needed.addAll(plan.service().requestColumns());
        Set<String> filled = new HashSet<>(source.key());
        for (ColumnDefinition column : source.columns()) {
            if (column.required()) {
                filled.add(column.name());
            }
        }
        List<PredictSignature.Column> columns = new ArrayList<>();
        for (Column column : plan.service().requestSchema().columns()) {
            String name = column.name();
            if (!source.outcomes().contains(name)) {
                columns.add(new PredictSignature.Column(
                        name, column.type(), source.key().contains(name), needed.contains(name), !filled.contains(name)));
            }
        }
        List<String> parts = keys.columns(source).ways().values().stream()
                .flatMap(ways -> ways.stream())
                .flatMap(way -> way.parts().stream())
                .distinct()
                .toList();
        return new PredictSignature(
                definition.name(),
                version,
                notReady,
                columns,
                source.key(),
                source.eventTime(),
                List.copyOf(source.outcomes()),
                parts,
                outputs);
    }
}
