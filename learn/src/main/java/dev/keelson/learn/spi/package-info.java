/** What an algorithm implements to become a learner of Keelson. */
@NullMarked
package dev.keelson.learn.spi;

import org.jspecify.annotations.NullMarked;
