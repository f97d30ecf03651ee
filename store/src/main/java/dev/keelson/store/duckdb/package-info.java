/** DuckDB as an engine over Parquet files: dataset versions. */
@NullMarked
package dev.keelson.store.duckdb;

import org.jspecify.annotations.NullMarked;
