package dev.keelson.features;

import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.TestPartitions;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Dataset versions of matches. */
final class TestDatasets {
    private TestDatasets() {}

    /** A version with these matches, partitioned by the month of their event. */
    static DatasetVersion put(DatasetStore datasets, MatchRows rows) {
        Frame frame = rows.frame();
        Map<YearMonth, List<Integer>> months = new TreeMap<>();
        for (int row = 0; row < frame.rows(); row++) {
            Instant event = Micros.toInstant(rows.matches.get(row).eventTime());
            months.computeIfAbsent(YearMonth.from(event.atOffset(ZoneOffset.UTC)), month -> new ArrayList<>())
                    .add(row);
        }
        List<PartitionRows> partitions = new ArrayList<>();
        months.forEach((month, numbers) -> partitions.add(TestPartitions.of(
                month,
                frame.take(numbers.stream().mapToInt(Integer::intValue).toArray()),
                MatchRows.SOURCE.key())));
        return datasets.put(new DatasetDraft(
                "matches",
                frame.schema(),
                MatchRows.SOURCE.key(),
                List.of(),
                partitions,
                Map.of(),
                Instant.EPOCH,
                null,
                Instant.EPOCH));
    }

    /** Rows that are asked about at another time. */
    static Frame at(Frame rows, long micros) {
        long[] times = new long[rows.rows()];
        Arrays.fill(times, micros);
        List<String> others = rows.schema().names().stream()
                .filter(name -> !name.equals(SystemColumns.EVENT_TIME))
                .toList();
        return rows.select(others)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, times, null));
    }
}
