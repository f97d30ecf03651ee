/** Tests of other registries. */
@NullMarked
package dev.keelson.remote;

import org.jspecify.annotations.NullMarked;
