/** What a catalogue and an artifact store implement. */
@NullMarked
package dev.keelson.registry.spi;

import org.jspecify.annotations.NullMarked;
