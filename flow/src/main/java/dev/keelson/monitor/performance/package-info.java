/** How good served predictions were by outcomes that come late, how good they probably are where none came yet, and where they got worse. */
@NullMarked
package dev.keelson.monitor.performance;

import org.jspecify.annotations.NullMarked;
