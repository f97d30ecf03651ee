/** The architecture as tests. Each rule is shown to bite by a fixture that breaks it. */
@NullMarked
package dev.keelson.architecture;

import org.jspecify.annotations.NullMarked;
