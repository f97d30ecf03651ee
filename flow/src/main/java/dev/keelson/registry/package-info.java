/** Runs, model versions, aliases and the audit trail. */
@NullMarked
package dev.keelson.registry;

import org.jspecify.annotations.NullMarked;
