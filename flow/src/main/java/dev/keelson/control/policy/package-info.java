/** Which policy of retraining would have been the best: every one judged by the same matrix of losses. */
@NullMarked
package dev.keelson.control.policy;

import org.jspecify.annotations.NullMarked;
