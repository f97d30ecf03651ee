package dev.keelson.store.journal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells what was done to one segment, from its lines in the order of the file. In a numbered segment a line that is gone leaves a
 * gap, one that was moved stands out of order, one that was changed has a wrong checksum, and one whose checksum was made to fit
 * is not the one that the line after it names. In segments of former formats only a wrong checksum tells.
 *
 * <p>Memory: one bit a line, and what is wrong. Used once, by one thread.
 */
final class SegmentCheck {
    /** More bad lines of one segment are counted and not told one by one. */
    private static final int MOST_TOLD = 10_000;

    private final int segment;
    private final BitSet seen = new BitSet();
    private final BitSet lost = new BitSet();
    private final BitSet altered = new BitSet();
    private final List<Wrong> wrong = new ArrayList<>();
    private final List<Wrong> bad = new ArrayList<>();
    private final List<Integer> brokenLinks = new ArrayList<>();
    private boolean numbered = true;
    private boolean headerIsGood;
    private int previous = -1;
    private int previousCheck;
    private boolean previousRecovered;
    private @Nullable Wrong ahead;
    private int reached;
    private int greatest;
    private int greatestCheck;
    private boolean greatestRecovered;
    private long records;
    private int lines;
    private int expected;

    /** What is wrong with a line. */
    enum Kind {
        BAD,
        FORGED,
        MOVED,
        REPEATED
    }

    /**
     * A line with which something is wrong.
     *
     * @param number of the record, 0 if it is not known
     * @param line in the file, from 1
     */
    record Wrong(Kind kind, int number, int line, long offset, int after) {}

    SegmentCheck(int segment) {
        this.segment = segment;
    }

    /** Of a segment of a former format, which tells nothing by itself. */
    static SegmentCheck unnumbered(int segment) {
        SegmentCheck check = new SegmentCheck(segment);
        check.numbered = false;
        return check;
    }

    /**
     * Takes the next line.
     *
     * @return whether it is a record of this segment that was not there before
     */
    boolean line(JournalLine line) {
        lines = line.index + 1;
        if (line.header) {
            headerIsGood = true;
            numbered = line.numbered;
            previous = 0;
            previousCheck = line.check;
            previousRecovered = line.before < 0; // it does not say what stands before: it may have been made anew
            greatestCheck = line.check;
            return false;
        }
        if (line.index == 0 && !line.sound) {
            return false; // it should be the header
        }
        if (!line.sound) {
            told(bad, new Wrong(Kind.BAD, 0, lines, line.offset, Math.max(0, previous)));
            return false;
        }
        if (!line.numbered) {
            numbered = false;
            records++;
            return true;
        }
        int number = line.number;
        boolean first = !seen.get(number);
        if (!first) {
            told(wrong, new Wrong(Kind.REPEATED, number, lines, line.offset, previous));
        } else {
            seen.set(number);
            if (line.lost()) {
                lost.set(number);
            } else {
                records++;
            }
            inOrder(new Wrong(Kind.MOVED, number, lines, line.offset, previous));
        }
        boolean exempt = previousRecovered || line.recovered();
        if (number == previous + 1 && previous >= 0 && !exempt && (int) line.before != previousCheck) {
            brokenLinks.add(number);
        }
        previous = number;
        previousCheck = line.check;
        previousRecovered = line.recovered();
        if (number > greatest) {
            greatest = number;
            greatestCheck = line.check;
            greatestRecovered = line.recovered();
        }
        return first && !line.lost();
    }

    /** Tells which line stands out of order: this one, or the one before it that was ahead of its time. */
    private void inOrder(Wrong line) {
        Wrong early = ahead;
        ahead = null;
        if (early != null && line.number() < early.number() && line.number() > reached) {
            told(wrong, early);
            reached = line.number();
        } else if (early != null && line.number() > early.number()) {
            reached = line.number(); // what is between is gone
        } else if (line.number() < reached || early != null) {
            told(wrong, line);
            reached = Math.max(reached, early == null ? reached : early.number());
        } else if (line.number() == reached + 1) {
            reached = line.number();
        } else {
            ahead = line;
        }
    }

    private static void told(List<Wrong> list, Wrong one) {
        if (list.size() < MOST_TOLD) {
            list.add(one);
        }
    }

    /**
     * Draws the conclusions, after the last line.
     *
     * @param next where the segment ends by what the next one or the index says; null if nothing says it
     * @param atLeast how many records it has at least, 0 if nothing says it
     */
    void end(@Nullable LineTail next, int atLeast) {
        expected = Math.max(Math.max(greatest, atLeast), next == null ? 0 : next.number());
        if (next != null && next.number() == greatest && greatest > 0 && next.check() != greatestCheck && !greatestRecovered) {
            brokenLinks.add(greatest + 1);
        }
        // a changed line breaks the link to it or the one from it; of two links that follow each other the line between is meant
        for (int i = 0; i < brokenLinks.size(); ) {
            int first = brokenLinks.get(i);
            int last = first;
            while (++i < brokenLinks.size() && brokenLinks.get(i) == last + 1) {
                last++;
            }
            if (first == last) {
                forged(first - 1);
            }
            for (int number = first; number < last; number++) {
                forged(number);
            }
        }
        int[] taken = {0};
        for (Wrong line : bad) {
            int number = Math.max(taken[0], line.after()) + 1;
            boolean known = numbered && number <= expected && !seen.get(number);
            wrong.add(new Wrong(Kind.BAD, known ? number : 0, line.line(), line.offset(), line.after()));
            if (known) {
                taken[0] = number;
                altered.set(number);
            }
        }
    }

    private void forged(int number) {
        if (number == 0) {
            headerIsGood = false;
        } else {
            wrong.add(new Wrong(Kind.FORGED, number, 0, 0, number - 1));
            altered.set(number);
        }
    }

    /** How many lines the file has, with the header. */
    int lines() {
        return lines;
    }

    int segment() {
        return segment;
    }

    boolean numbered() {
        return numbered;
    }

    boolean headerIsGood() {
        return headerIsGood;
    }

    /** Where it ends by its own lines. */
    LineTail tail() {
        return new LineTail(greatest, greatestCheck);
    }

    /** Records that it should hold; 0 in formats without numbers. */
    int expected() {
        return expected;
    }

    /** Whether a record is not there as it was written, and no line says that it is lost. */
    boolean isMissing(int number) {
        return numbered && number > 0 && number <= expected && (!seen.get(number) || altered.get(number));
    }

    /** Whether no line of a record was read so far. */
    boolean isUnseen(int number) {
        return numbered && !seen.get(number);
    }

    /** Whether a line says that the record is lost. */
    boolean isLost(int number) {
        return lost.get(number);
    }

    /** Records told as lost before. */
    int lost() {
        return lost.cardinality();
    }

    long records() {
        return records;
    }

    /** Lines with which something is wrong. */
    List<Wrong> wrong() {
        return wrong;
    }

    /** The runs of records that are gone without a line in their place, as first and last number. */
    List<int[]> gaps() {
        List<int[]> gaps = new ArrayList<>();
        if (!numbered) {
            return gaps;
        }
        for (int number = 1; number <= expected; number++) {
            if (seen.get(number) || altered.get(number)) {
                continue;
            }
            int first = number;
            while (number < expected && !seen.get(number + 1) && !altered.get(number + 1)) {
                number++;
            }
            gaps.add(new int[] {first, number});
        }
        return gaps;
    }

    /** Whether it is what was written, as far as it tells. */
    boolean isWhole() {
        return headerIsGood && wrong.isEmpty() && gaps().isEmpty();
    }
}
