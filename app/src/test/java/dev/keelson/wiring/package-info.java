@NullMarked
package dev.keelson.wiring;

import org.jspecify.annotations.NullMarked;
