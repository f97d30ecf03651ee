/** Changes that wait to be told to another registry, and where the two differ. */
@NullMarked
package dev.keelson.registry.outbox;

import org.jspecify.annotations.NullMarked;
