package dev.keelson.store.journal;

import org.jspecify.annotations.Nullable;

/** A line of a segment as it is handed over while the segment is read; it says the next one afterwards. */
final class JournalLine {
    private final LineParser parser = new LineParser();
    private boolean guessing;

    /** Holds the line. */
    byte[] bytes = new byte[0];

    /** Its first byte. */
    int from;

    /** After its last byte, without the line feed. */
    int to;

    /** Where it begins in the segment. */
    long offset;

    /** How many lines stand before it in the file, the header counted. */
    int index;

    /** Whether its checksum is that of its bytes, and it has the form of its segment. */
    boolean sound;

    /** Whether it is the header of the segment. */
    boolean header;

    /** Whether the lines of the segment have numbers. */
    boolean numbered;

    /** Its number in the segment, from 1; 0 for the header, -1 where it has none. */
    int number;

    /** Its own check, where it is sound. */
    int check;

    /** The check of the line before it, as it states it; negative where it states none. */
    long before;

    /** Where the next line begins. */
    long after() {
        return offset + (to - from) + 1;
    }

    /** Whether it stands for a record that was lost. */
    boolean lost() {
        return sound && !header && bytes[from] == Lines.LOST;
    }

    /** Whether it was put back, so that the check of what was there before is not known. */
    boolean recovered() {
        return sound && !header && (bytes[from] == Lines.LOST || bytes[from] >= 'a');
    }

    /** What the line says; null if it is not sound, says no record or has an unknown form. */
    @Nullable JournalRecord record() {
        return !sound || header || lost() ? null : parser.parse(bytes, from, to, numbered);
    }

    /** The form is told by the first sound line. */
    void guess() {
        guessing = true;
    }

    void set(byte[] line, int start, int stop, long at, boolean complete) {
        bytes = line;
        from = start;
        to = stop;
        offset = at;
        header = false;
        sound = complete && parser.sound(line, start, stop);
        if (guessing && sound) {
            numbered = LineParser.number(line, start, stop) > 0 && LineParser.before(line, stop) >= 0;
            guessing = false;
        }
        check = sound ? LineParser.check(line, stop) : 0;
        number = sound && numbered ? LineParser.number(line, start, stop) : -1;
        before = sound && numbered ? LineParser.before(line, stop) : -1;
        sound &= !numbered || (number > 0 && before >= 0);
    }
}
