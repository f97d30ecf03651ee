/** Models that other products trained, evaluated from their files. */
@NullMarked
package dev.keelson.learn.imported;

import org.jspecify.annotations.NullMarked;
