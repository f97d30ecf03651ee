/** What a data adapter implements. */
@NullMarked
package dev.keelson.data.spi;

import org.jspecify.annotations.NullMarked;
