/**
 * The one small language of project files: scalar expressions over a row, folds over events, conditions on checks and
 * gates, durations. Everything is parsed and typed when the project is read, and every problem carries the place of the
 * offending token. The evaluator here is the definition of what an expression means.
 */
@NullMarked
package dev.keelson.expression;

import org.jspecify.annotations.NullMarked;
