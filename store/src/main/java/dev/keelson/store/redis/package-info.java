/** Redis as an online store. */
@NullMarked
package dev.keelson.store.redis;

import org.jspecify.annotations.NullMarked;
