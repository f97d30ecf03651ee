/** The project file: keelson.yaml read into records, with every problem at its place. */
@NullMarked
package dev.keelson.project;

import org.jspecify.annotations.NullMarked;
