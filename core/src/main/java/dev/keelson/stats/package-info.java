/**
 * Statistics for watching models: distances and tests between two samples, intervals, sequential evidence.
 *
 * <p>Everything here is a pure function of primitive arrays: no I/O, no clock, no randomness without a seed, and the
 * same input always gives the same bits. {@code NaN} stands for a missing value. Unless a method says otherwise it is
 * safe to call from many threads, does not keep or change the arrays passed to it, and throws
 * {@link IllegalArgumentException} for arguments outside their range.
 */
@NullMarked
package dev.keelson.stats;

import org.jspecify.annotations.NullMarked;
