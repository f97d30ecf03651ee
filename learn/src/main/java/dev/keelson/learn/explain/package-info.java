/** Why a model tells what it tells: exact contributions of features to a prediction, and what a feature is worth to it. */
@NullMarked
package dev.keelson.learn.explain;

import org.jspecify.annotations.NullMarked;
