/** Alerts: what somebody should know, once for each cause, and how it was told. */
@NullMarked
package dev.keelson.registry.alert;

import org.jspecify.annotations.NullMarked;
