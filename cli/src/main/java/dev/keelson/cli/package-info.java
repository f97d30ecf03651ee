/** The command line: {@code keelson <thing> <verb>}. */
@NullMarked
package dev.keelson.cli;

import org.jspecify.annotations.NullMarked;
