/** Benchmarks: how fast each step of the loop is. They run on demand and print numbers; no test asserts a time. */
@NullMarked
package dev.keelson.e2e.benchmark;

import org.jspecify.annotations.NullMarked;
