/** The statements of a catalogue in a relational database, whichever it is. */
@NullMarked
package dev.keelson.store.catalog;

import org.jspecify.annotations.NullMarked;
