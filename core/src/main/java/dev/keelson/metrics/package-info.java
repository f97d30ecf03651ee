/**
 * Scores of probability forecasts, the prices they are compared with, and what staking on them would have earned.
 *
 * <p>Probabilities of {@code n} rows over {@code k} classes are one flat array of length {@code n * k}, row by row;
 * labels are class indexes 0 to {@code k - 1}. Everything is a pure function: no I/O, no clock, no randomness; the
 * arrays passed in are neither kept nor changed, and every method may be called from many threads.
 */
@NullMarked
package dev.keelson.metrics;

import org.jspecify.annotations.NullMarked;
