/** Content hashes, canonical JSON and derived identifiers. */
@NullMarked
package dev.keelson.id;

import org.jspecify.annotations.NullMarked;
