/** Evaluation of tree ensembles that a boosting library trained. */
@NullMarked
package dev.keelson.learn.tree;

import org.jspecify.annotations.NullMarked;
