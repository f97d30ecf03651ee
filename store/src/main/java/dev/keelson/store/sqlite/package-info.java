/** Stores in SQLite files. */
@NullMarked
package dev.keelson.store.sqlite;

import org.jspecify.annotations.NullMarked;
