/** Point-in-time features: folds over events, in history and online. */
@NullMarked
package dev.keelson.features;

import org.jspecify.annotations.NullMarked;
