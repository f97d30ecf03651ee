/** How well a model version is: scores from what was measured, what to do next, and what that is expected to be worth. */
@NullMarked
package dev.keelson.monitor.health;

import org.jspecify.annotations.NullMarked;
