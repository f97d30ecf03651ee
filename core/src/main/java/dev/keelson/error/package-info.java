/** Errors that callers expect: codes, the places they point to, and remedies. */
@NullMarked
package dev.keelson.error;

import org.jspecify.annotations.NullMarked;
