/** Rollouts: how a new version comes to answer, bit by bit, and how it is taken back. */
@NullMarked
package dev.keelson.registry.rollout;

import org.jspecify.annotations.NullMarked;
