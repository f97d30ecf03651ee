/**
 * Gradient boosting by LightGBM, for training alone: models are evaluated by
 * {@link dev.keelson.learn.tree.TreeEnsemble}.
 */
@NullMarked
package dev.keelson.boosting.lightgbm;

import org.jspecify.annotations.NullMarked;
