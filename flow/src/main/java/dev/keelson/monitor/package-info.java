/** Drift, label shift and decay: has the world moved, and does it matter. */
@NullMarked
package dev.keelson.monitor;

import org.jspecify.annotations.NullMarked;
