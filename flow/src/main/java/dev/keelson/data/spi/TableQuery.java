package dev.keelson.data.spi;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a table are wanted.
 *
 * @param key columns that identify a row; rows come in their order where the origin can give them so
 * @param cursor column by which loads proceed
 * @param date whether the cursor is a day and not an instant
 * @param since only rows whose cursor is at or after it, or null for all; more rows do no harm
 * @param feed whether several rows may have one key, and some no cursor, because they delete another by its key alone: these
 *     are wanted too, after the others of their key
 * @param zone zone of days and of times without a zone
 */
public record TableQuery(
        List<String> key, String cursor, boolean date, @Nullable Instant since, boolean feed, ZoneId zone) {
    public TableQuery {
        key = List.copyOf(key);
    }
}
