/** Several learners fitted as one: votes, stacks, greedy selections and bags. */
@NullMarked
package dev.keelson.learn.ensemble;

import org.jspecify.annotations.NullMarked;
