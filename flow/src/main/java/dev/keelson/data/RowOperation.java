package dev.keelson.data;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The column of a change feed that says what a row does to the row of its key. An insert and an update both put the row
 * in its place, so a feed may be read again; a delete takes it out of the next version. Of several rows of one key the
 * one with the greatest cursor counts, and of those the last one read.
 *
 * @param column name of the column; it is not part of the dataset
 * @param insert texts that say a row is new, at least one
 * @param update texts that say a row replaces another
 * @param delete texts that say a row is gone; such a row needs no more than its key, event time and cursor
 */
public record RowOperation(String column, List<String> insert, List<String> update, List<String> delete) {
    public RowOperation {
        insert = List.copyOf(insert);
        update = List.copyOf(update);
        delete = List.copyOf(delete);
        Set<String> texts = new HashSet<>(insert);
        texts.addAll(update);
        texts.addAll(delete);
        if (insert.isEmpty() || texts.size() != insert.size() + update.size() + delete.size()) {
            throw new IllegalArgumentException(
                    "insert (%s) must not be empty, and insert, update (%s) and delete (%s) must have nothing in common."
                            .formatted(insert, update, delete));
        }
    }

    /** Whether a text is one of the operations. */
    boolean knows(String text) {
        return insert.contains(text) || update.contains(text) || delete.contains(text);
    }

    /** Whether a text says that the row is gone. */
    boolean deletes(String text) {
        return delete.contains(text);
    }
}
