/** What the templates of the console show, already in words and formatted numbers. */
@NullMarked
package dev.keelson.console.view;

import org.jspecify.annotations.NullMarked;
