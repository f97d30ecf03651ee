/** What the learners of this module share. */
@NullMarked
package dev.keelson.boosting.internal;

import org.jspecify.annotations.NullMarked;
