/** Where to act on a score and where not: thresholds by utility, judged on later rows. */
@NullMarked
package dev.keelson.learn.threshold;

import org.jspecify.annotations.NullMarked;
