/** Splits that keep training rows ignorant of what judges them. */
@NullMarked
package dev.keelson.learn.split;

import org.jspecify.annotations.NullMarked;
