/** Jobs at work: schedules become jobs, workers do them under a lease. */
@NullMarked
package dev.keelson.control.job;

import org.jspecify.annotations.NullMarked;
