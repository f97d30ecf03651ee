/** Synchronisation: what the project holds is written back to tables elsewhere. */
@NullMarked
package dev.keelson.sync;

import org.jspecify.annotations.NullMarked;
