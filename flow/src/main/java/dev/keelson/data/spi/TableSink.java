package dev.keelson.data.spi;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the rows of a table as they come: its columns, then row after row. To begin with the columns again forgets the rows
 * that were given. Called by one thread.
 */
public interface TableSink {
    /** The columns in their order, with the types they have there. */
    void columns(List<Column> columns);

    /** The columns in their order, where only the rows tell the types; then {@link #types} comes last. */
    void names(List<String> names);

    /** What the rows told: the type of each column, or null where the cells are to tell. */
    void types(List<? extends @Nullable ColumnType> types);

    /**
     * A row.
     *
     * @param cells a text for each column: decimal numbers, {@code true} or {@code false}, ISO 8601 dates, ISO 8601
     *     times with their offset if they have one; null or empty for a missing cell
     * @throws dev.keelson.error.KeelsonException SOURCE_UNREADABLE when there are more rows than fit the memory
     */
    void row(@Nullable String[] cells);
}
