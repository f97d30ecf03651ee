/**
 * Gradient boosting by XGBoost, for training alone: models are evaluated by
 * {@link dev.keelson.learn.tree.TreeEnsemble}.
 */
@NullMarked
package dev.keelson.boosting.xgboost;

import org.jspecify.annotations.NullMarked;
