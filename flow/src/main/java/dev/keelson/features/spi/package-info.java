/** What an online store and an engine for joins implement. */
@NullMarked
package dev.keelson.features.spi;

import org.jspecify.annotations.NullMarked;
