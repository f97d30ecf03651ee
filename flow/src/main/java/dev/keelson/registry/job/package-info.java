/** Jobs: work that is due at a time, done once by one worker, with its history and its log. */
@NullMarked
package dev.keelson.registry.job;

import org.jspecify.annotations.NullMarked;
