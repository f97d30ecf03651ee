package dev.keelson.store.journal;

import org.jspecify.annotations.Nullable;

/**
 * What the first line of a segment says.
 *
 * @param version of the format
 * @param segment its number, by which it can be told where a file was renamed; 0 in formats that do not say it
 * @param before where the segment before it ends; null if that is not said
 * @param check of the header itself
 */
record SegmentHeader(int version, int segment, @Nullable LineTail before, int check) {
    /** Whether its lines have numbers. */
    boolean numbered() {
        return version >= 4;
    }
}
