package dev.keelson.wiring;

import org.jspecify.annotations.Nullable;

/**
 * A model that serves. Immutable: requests take it once and never lock.
 *
 * @param plan how a row becomes a request
 * @param requests checks rows
 * @param champion answers
 * @param challenger predicts in its shadow; null when there is none
 */
record ServedModel(ModelPlan plan, RequestReader requests, LoadedVersion champion, @Nullable LoadedVersion challenger) {}
