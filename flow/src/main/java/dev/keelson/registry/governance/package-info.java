/** Who may change what serves, and the trail of it. */
@NullMarked
package dev.keelson.registry.governance;

import org.jspecify.annotations.NullMarked;
