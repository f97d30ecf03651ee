/** Servers and clocks for tests. */
@NullMarked
package dev.keelson.testkit;

import org.jspecify.annotations.NullMarked;
