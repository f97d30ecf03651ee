/** The append-only journal of predictions and outcomes, and its SQLite index. */
@NullMarked
package dev.keelson.store.journal;

import org.jspecify.annotations.NullMarked;
