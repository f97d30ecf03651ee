package dev.keelson.store.journal;

/**
 * What ties a line of the journal to the next one.
 *
 * @param number of the line in its segment, 0 for the header
 * @param check its own checksum, a CRC-32
 */
record LineTail(int number, int check) {
    /** What stands before the first segment. */
    static final LineTail NONE = new LineTail(0, 0);
}
