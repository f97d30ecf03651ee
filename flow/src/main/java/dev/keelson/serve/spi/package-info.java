/** What a prediction log implements. */
@NullMarked
package dev.keelson.serve.spi;

import org.jspecify.annotations.NullMarked;
