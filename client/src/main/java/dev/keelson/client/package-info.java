/** A small client of a server: training, features, predictions, outcomes, drift, health, versions of data, the registry. */
@NullMarked
package dev.keelson.client;

import org.jspecify.annotations.NullMarked;
