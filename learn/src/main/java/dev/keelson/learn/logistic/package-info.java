/** Multinomial logistic regression. */
@NullMarked
package dev.keelson.learn.logistic;

import org.jspecify.annotations.NullMarked;
