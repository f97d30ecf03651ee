/**
 * Neural networks: what they are made of, how they are trained and how they predict. Predicting is done here, without any
 * library; training asks a {@link dev.keelson.learn.neural.GradientEngine} for gradients.
 */
@NullMarked
package dev.keelson.learn.neural;

import org.jspecify.annotations.NullMarked;
