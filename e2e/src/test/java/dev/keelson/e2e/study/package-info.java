/**
 * Studies: how often the statistical claims hold on leagues whose truth is known. Whole on demand; a smoke of two seeds
 * runs in each build.
 */
@NullMarked
package dev.keelson.e2e.study;

import org.jspecify.annotations.NullMarked;
