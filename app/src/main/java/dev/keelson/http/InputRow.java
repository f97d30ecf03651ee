package dev.keelson.http;

import dev.keelson.error.Problem;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of many rows that are answered each for itself.
 *
 * @param number its position among the rows, from 1
 * @param line the line where it begins, from 1; 0 where there are no lines
 * @param cells column to value
 * @param problem why it is no row at all; null for one that is
 */
public record InputRow(long number, long line, Map<String, @Nullable Object> cells, @Nullable Problem problem) {}
