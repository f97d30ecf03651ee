/** What training asks of its surroundings. */
@NullMarked
package dev.keelson.train.spi;

import org.jspecify.annotations.NullMarked;
