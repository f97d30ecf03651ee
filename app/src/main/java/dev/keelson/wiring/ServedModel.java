package dev.keelson.wiring;

import org.jspecify.annotations.Nullable;

/**
 * A model that serves. Immutable: requests take it once and never lock.
 *
 * @param plan how a row becomes a request
 * @param requests checks rows
 * @param champion answers
 * @param challenger predicts in its shadow, or as the routing says; null when there is none
 * @param routing how an open rollout divides rows between the two; null without one
 */
record ServedModel(
        ModelPlan plan,
        RequestReader requests,
        LoadedVersion champion,
        @Nullable LoadedVersion challenger,
        @Nullable Routing routing) {}
