@NullMarked
package dev.keelson.control.retrain;

import org.jspecify.annotations.NullMarked;
