package dev.keelson.sync;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table that is written back, as the project file declares it.
 *
 * @param name its name in the project
 * @param from the source whose rows are written, or one of the product's own tables, {@link OwnTable}
 * @param target the table they are written to
 * @param columns which columns are written: our name to the name there, in order; empty for all under their own names
 * @param key columns that identify a row there, by our names; empty for the key of the source or table
 * @param location where it is declared, or null
 */
public record SyncDefinition(
        String name,
        Located from,
        SourceOrigin target,
        Map<String, String> columns,
        List<String> key,
        @Nullable Location location) {
    public SyncDefinition {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        key = List.copyOf(key);
    }
}
