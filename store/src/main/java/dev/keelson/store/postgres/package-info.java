/** PostgreSQL as an origin of data: tables, views and queries. */
@NullMarked
package dev.keelson.store.postgres;

import org.jspecify.annotations.NullMarked;
