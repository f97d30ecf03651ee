/** The composition root: the only place that names adapters and puts the parts together. */
@NullMarked
package dev.keelson.wiring;

import org.jspecify.annotations.NullMarked;
