/** What a rollout has shown so far: counts, guardrails, evidence, and what may be done. */
@NullMarked
package dev.keelson.control.rollout;

import org.jspecify.annotations.NullMarked;
