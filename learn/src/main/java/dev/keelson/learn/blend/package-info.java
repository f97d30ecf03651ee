/** One model out of several. */
@NullMarked
package dev.keelson.learn.blend;

import org.jspecify.annotations.NullMarked;
