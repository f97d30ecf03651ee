/**
 * Contextual bandits with a small set of actions (LinUCB, Thompson sampling over linear models) whose propensities are
 * exact, and the evaluation of policies on decisions that another policy took.
 */
@NullMarked
package dev.keelson.learn.bandit;

import org.jspecify.annotations.NullMarked;
