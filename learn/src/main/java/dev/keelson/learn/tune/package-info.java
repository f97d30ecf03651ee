/**
 * Search for good settings: typed search spaces, samplers that propose trials, pruners that stop hopeless ones, and the
 * study that ties them together as plain data. What is proposed depends on the space, the seed, the trial's number and
 * the finished trials alone, so that a study gives the same result with one worker or many and after a restart.
 */
@NullMarked
package dev.keelson.learn.tune;

import org.jspecify.annotations.NullMarked;
