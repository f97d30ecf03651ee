/** What benchmarks and studies share: the launcher, the machine they ran on, projects over simulated leagues. */
@NullMarked
package dev.keelson.e2e.ondemand;

import org.jspecify.annotations.NullMarked;
