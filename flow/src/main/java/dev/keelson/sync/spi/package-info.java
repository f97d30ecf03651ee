/** What writes to the tables of databases and services. */
@NullMarked
package dev.keelson.sync.spi;

import org.jspecify.annotations.NullMarked;
