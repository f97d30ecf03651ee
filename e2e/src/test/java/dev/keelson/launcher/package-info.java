/** The launcher script, run with a JDK that only says how it was called. */
@NullMarked
package dev.keelson.launcher;

import org.jspecify.annotations.NullMarked;
