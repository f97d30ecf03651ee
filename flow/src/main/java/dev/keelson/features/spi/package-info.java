/** What an online store implements. */
@NullMarked
package dev.keelson.features.spi;

import org.jspecify.annotations.NullMarked;
