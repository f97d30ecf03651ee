package dev.keelson.sync;

import dev.keelson.data.SourceOrigin;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.sync.spi.SyncTargets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables in memory that count what is written to them, and can be told to fail. */
final class MemoryTargets implements SyncTargets {
    final Map<String, Map<List<@Nullable String>, List<@Nullable String>>> tables = new LinkedHashMap<>();
    final List<Integer> batches = new ArrayList<>();
    int opened;
    int goodBatches = Integer.MAX_VALUE;

    @Override
    public boolean writes(SourceOrigin target) {
        return target instanceof SourceOrigin.Supabase;
    }

    @Override
    public String identity(SourceOrigin target) {
        return target.name().text();
    }

    @Override
    public Open open(SyncTable table) {
        opened++;
        Map<List<@Nullable String>, List<@Nullable String>> rows =
                tables.computeIfAbsent(table.name(), name -> new LinkedHashMap<>());
        return new Open() {
            @Override
            public void put(List<@Nullable String[]> batch) {
                if (goodBatches-- <= 0) {
                    throw new KeelsonException(ErrorCode.TARGET_UNREACHABLE, "The service is down.", null);
                }
                batches.add(batch.size());
                for (@Nullable String[] row : batch) {
                    List<@Nullable String> key = new ArrayList<>();
                    table.key().forEach(name -> key.add(row[table.names().indexOf(name)]));
                    rows.put(key, SyncOutcome.example(row));
                }
            }

            @Override
            public void close() {
                // nothing is held open
            }
        };
    }

    /** The rows of a table as texts, in the order in which they came first. */
    List<String> rows(String table) {
        return tables.getOrDefault(table, Map.of()).values().stream()
                .map(row -> String.join("|", row.stream().map(String::valueOf).toList()))
                .toList();
    }
}
