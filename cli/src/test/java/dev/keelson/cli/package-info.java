/** Tests of the command line: every command runs as the program would, within this process. */
@NullMarked
package dev.keelson.cli;

import org.jspecify.annotations.NullMarked;
