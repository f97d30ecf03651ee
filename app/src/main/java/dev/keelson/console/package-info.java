/** The console: pages rendered on the server, charts as SVG, and the drift report that stands alone. */
@NullMarked
package dev.keelson.console;

import org.jspecify.annotations.NullMarked;
