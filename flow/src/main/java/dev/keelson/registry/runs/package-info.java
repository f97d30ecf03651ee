/** Tracked runs as Keelson's own lists, pages and commands show them, whoever logged them. */
@NullMarked
package dev.keelson.registry.runs;

import org.jspecify.annotations.NullMarked;
