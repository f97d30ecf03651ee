/** Sources, checks, quarantine and immutable dataset versions. */
@NullMarked
package dev.keelson.data;

import org.jspecify.annotations.NullMarked;
