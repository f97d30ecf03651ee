/** Typed columnar tables on primitive arrays. */
@NullMarked
package dev.keelson.frame;

import org.jspecify.annotations.NullMarked;
