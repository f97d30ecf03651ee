package dev.keelson.store.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The segments that were checked, with length and time of change of their files, so that a start reads just those that changed
 * since. Used by one thread at a time.
 */
final class CheckedSegments {
    private final Segments segments;
    private final PredictionIndex index;
    private final Map<Integer, Stamp> stamps;
    private boolean changed;

    /**
     * How a file was when it was checked.
     *
     * @param stamp its name, length and time of change
     * @param tail what its last line says; null in formats without numbers
     */
    record Stamp(String stamp, @Nullable LineTail tail) {}

    CheckedSegments(Segments segments, PredictionIndex index) {
        this.segments = segments;
        this.index = index;
        this.stamps = index.stamps();
    }

    /** What is noted of a segment whose file is as it was then; null if it is to be checked. */
    @Nullable Stamp unchanged(int segment) {
        Stamp known = stamps.get(segment);
        return known != null && known.stamp().equals(stamp(segment)) ? known : null;
    }

    /** What the last line of such a segment says; null if it is to be checked, or has no numbers. */
    @Nullable LineTail tail(int segment) {
        Stamp known = unchanged(segment);
        return known == null ? null : known.tail();
    }

    /** Notes that a segment was checked, or written, as it is now. */
    void checked(int segment, @Nullable LineTail tail) {
        String stamp = stamp(segment);
        if (stamp != null) {
            stamps.put(segment, new Stamp(stamp, tail));
            changed = true;
        }
    }

    /** Notes that segments from one on have to be checked again. */
    void forget(int from) {
        changed |= stamps.keySet().removeIf(segment -> segment >= from);
    }

    /** Notes a segment that is closed, where the file has the length that was written. */
    void closed(Journal.Closed closed) {
        try {
            if (Files.size(segments.file(closed.segment())) == closed.size()) {
                checked(closed.segment(), closed.tail());
            }
        } catch (IOException e) {
            // it is checked at the next start
        }
    }

    /** Stores what was noted. */
    void store() {
        if (changed) {
            index.putStamps(stamps);
            changed = false;
        }
    }

    private @Nullable String stamp(int segment) {
        for (Path file : new Path[] {segments.file(segment), segments.compressed(segment)}) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return "%s %d %s".formatted(file.getFileName(), attributes.size(), attributes.lastModifiedTime().toInstant());
            } catch (NoSuchFileException e) {
                // the other one
            } catch (IOException e) {
                return null;
            }
        }
        return null;
    }
}
