/**
 * Simulated data: a football league with known true probabilities, bets, price bars and stocks.
 *
 * <p>{@link dev.keelson.simulate.SimulatedLeague} turns {@link dev.keelson.simulate.LeagueSettings} into matches,
 * {@link dev.keelson.simulate.LeagueCsv} writes them with the columns of the public match files. It is what examples,
 * tests and studies run on where no real data may be shipped, and the only place where the error of a predicted
 * probability can be measured directly. Pure: no clock, no file, and no randomness but the seed of the settings.
 */
@NullMarked
package dev.keelson.simulate;

import org.jspecify.annotations.NullMarked;
