package dev.keelson.data;

import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.frame.Frame;
import java.time.YearMonth;
import java.util.List;

/** Partitions for tests of other packages that need a dataset without loading a file. */
public final class TestPartitions {
    private TestPartitions() {}

    /** The rows of a month, put in canonical order. */
    public static PartitionRows of(YearMonth month, Frame rows, List<String> key) {
        return PartitionRows.of(month, rows, key);
    }
}
