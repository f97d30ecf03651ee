/**
 * Statistics of a sequence of results, such as won and lost bets or home, draw and away: streaks, what follows what, and tests
 * of whether order or shares differ from chance. Pure functions; safe for use by several threads.
 */
@NullMarked
package dev.keelson.stats.sequence;

import org.jspecify.annotations.NullMarked;
