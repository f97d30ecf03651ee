/** What adapters give to drift checks. */
@NullMarked
package dev.keelson.monitor.spi;

import org.jspecify.annotations.NullMarked;
