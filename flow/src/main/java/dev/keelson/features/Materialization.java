package dev.keelson.features;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.SystemColumns;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Brings online features up to date with dataset versions.
 *
 * <p>Rows are read month by month and applied in the order in which they became known, a slice at a time; after each
 * slice the states and the watermark are stored as one unit. So the memory needed depends on the size of a month and of
 * a slice, not on the length of history, and what was killed goes on where it was, each row exactly once.
 *
 * <p>Only rows known from a view's watermark on are applied. Where a version has other rows before the watermark than
 * the version that the view was filled from (a row was changed or removed, or came in with a created time in the past),
 * history was restated, and the view is filled anew. A view that is filled anew serves its old values until it is done.
 */
public final class Materialization {
    /** Rows of a slice when nothing else is said. */
    public static final int DEFAULT_SLICE = 250_000;

    private static final int BUCKETS = 4096;
    private static final String DATASET = "dataset ";

    private final DatasetStore datasets;
    private final int sliceRows;

    /** @param datasets where versions are read from */
    public Materialization(DatasetStore datasets) {
        this(datasets, DEFAULT_SLICE);
    }

    /**
     * As {@link #Materialization(DatasetStore)}.
     *
     * @param sliceRows how many rows are applied between two writes to the store, about; at least 1
     */
    public Materialization(DatasetStore datasets, int sliceRows) {
        if (sliceRows < 1) {
            throw new IllegalArgumentException("sliceRows (%d) must be at least 1.".formatted(sliceRows));
        }
        this.datasets = datasets;
        this.sliceRows = sliceRows;
    }

    /**
     * What to do.
     *
     * @param views their names; empty for all
     * @param from rows known before it are left out, and the views are filled anew; null for all rows. Windows that
     *     reach further back then differ from history
     * @param to rows known from it on are left out for now; null for none
     * @param full whether the views are filled anew even if nothing asks for it
     */
    public record Request(List<String> views, @Nullable Instant from, @Nullable Instant to, boolean full) {
        /** All views, as far as the data goes. */
        public static final Request INCREMENTAL = new Request(List.of(), null, null, false);

        public Request {
            views = List.copyOf(views);
            if (from != null && to != null && !from.isBefore(to)) {
                throw new IllegalArgumentException("from (%s) must be before to (%s).".formatted(from, to));
            }
        }
    }

    /**
     * What was done with a view.
     *
     * @param view its name
     * @param rows rows of its source that were applied
     * @param filledAnew whether it started from nothing
     * @param watermark the rows known strictly before are contained; null when there are none
     */
    public record Outcome(String view, long rows, boolean filledAnew, @Nullable Instant watermark) {}

    /** Is told how far a materialisation is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * A slice was stored.
         *
         * @param source whose rows are applied
         * @param rows applied so far
         * @param total to be applied
         */
        void stored(String source, long rows, long total);
    }

    /** Rows that became known within a time. */
    private record Slice(long from, long until, long rows) {
        boolean isInstant() {
            return until - from == 1;
        }
    }

    /** A partition and when its rows became known. */
    private record Span(Partition partition, long first, long last) {
        boolean overlaps(long from, long until) {
            return first < until && last >= from;
        }
    }

    /**
     * Brings views up to date and stores them.
     *
     * @param versions source to the version to be contained; views of other sources are left alone
     * @return what was done with each view, in the order of the views
     * @throws IllegalArgumentException if there is no such view
     */
    public List<Outcome> run(
            OnlineFeatures online, Map<String, DatasetVersion> versions, Request request, Progress progress) {
        FeatureEngine engine = online.engine();
        online.restartGone();
        for (String view : request.views()) {
            var unused = online.status(view);
        }
        Map<String, Outcome> outcomes = new HashMap<>();
        for (String source : engine.sourceNames()) {
            DatasetVersion version = versions.get(source);
            if (version == null) {
                continue;
            }
            List<String> names = engine.views().values().stream()
                    .filter(plan -> plan.source().name().equals(source))
                    .map(plan -> plan.name())
                    .filter(name -> request.views().isEmpty() || request.views().contains(name))
                    .toList();
            Instant target = version.watermark().plusNanos(1_000);
            if (request.to() != null && request.to().isBefore(target)) {
                target = request.to();
            }
            List<String> anew = new ArrayList<>();
            List<String> onwards = new ArrayList<>();
            for (String name : names) {
                boolean again = request.full() || request.from() != null || restated(online.status(name), version);
                (again ? anew : onwards).add(name);
            }
            if (!onwards.isEmpty()) {
                fill(online, version, onwards, Long.MIN_VALUE, target, false, outcomes, progress);
            }
            if (!anew.isEmpty()) {
                fillAnew(online, version, anew, request.from(), target, outcomes, progress);
            }
        }
        return engine.viewNames().stream()
                .map(outcomes::get)
                .filter(Objects::nonNull)
                .toList();
    }

    private void fillAnew(
            OnlineFeatures online,
            DatasetVersion version,
            List<String> names,
            @Nullable Instant from,
            Instant target,
            Map<String, Outcome> outcomes,
            Progress progress) {
        long start = from == null ? Long.MIN_VALUE : Micros.of(from);
        String mark = from == null ? "all" : "from" + start;
        OnlineFeatures aside = OnlineFeatures.aside(
                online.engine(), online.store(), names, mark, online.cachedStates());
        for (String name : names) {
            OnlineFeatures.Status status = aside.status(name);
            if (restated(status, version)) {
                aside.restart(name);
            }
        }
        fill(aside, version, names, start, target, true, outcomes, progress);
        aside.replaceOthers();
        online.reload(names);
    }

    private void fill(
            OnlineFeatures online,
            DatasetVersion version,
            List<String> names,
            long from,
            Instant target,
            boolean anew,
            Map<String, Outcome> outcomes,
            Progress progress) {
        Map<String, String> notes = new LinkedHashMap<>();
        names.forEach(name -> notes.put(name, DATASET + version.id()));
        online.filling(names);
        try {
            fill(online, version, names, from, target, anew, notes, outcomes, progress);
        } finally {
            online.filled(names);
        }
    }

    private void fill(
            OnlineFeatures online,
            DatasetVersion version,
            List<String> names,
            long from,
            Instant target,
            boolean anew,
            Map<String, String> notes,
            Map<String, Outcome> outcomes,
            Progress progress) {
        // views that are equally far go on together
        TreeMap<Long, List<String>> byWatermark = new TreeMap<>();
        for (String name : names) {
            Instant watermark = online.status(name).watermark();
            byWatermark
                    .computeIfAbsent(
                            Math.max(from, watermark == null ? Long.MIN_VALUE : Micros.of(watermark)),
                            key -> new ArrayList<>())
                    .add(name);
        }
        byWatermark.forEach((start, views) -> {
            long rows = fill(online, version, views, start, Micros.of(target), notes, progress);
            for (String name : views) {
                outcomes.put(
                        name, new Outcome(name, rows, anew, online.status(name).watermark()));
            }
        });
    }

    private long fill(
            OnlineFeatures online,
            DatasetVersion version,
            List<String> names,
            long start,
            long target,
            Map<String, String> notes,
            Progress progress) {
        if (start >= target) {
            online.flush(notes);
            return 0;
        }
        List<Span> spans = spans(version, start, target);
        List<Slice> slices = new ArrayList<>();
        long first = spans.stream().mapToLong(Span::first).min().orElse(start);
        long last = spans.stream().mapToLong(Span::last).max().orElse(start);
        if (!spans.isEmpty()) {
            plan(version, spans, Math.max(first, start), Math.min(last + 1, target), slices);
        }
        long total = slices.stream().mapToLong(Slice::rows).sum();
        long done = 0;
        List<Partition> held = List.of();
        Frame rows = null;
        for (Slice slice : slices) {
            List<Partition> wanted = spans.stream()
                    .filter(span -> span.overlaps(slice.from(), slice.until()))
                    .map(Span::partition)
                    .toList();
            if (slice.isInstant() && slice.rows() > sliceRows) {
                // rows of one instant follow the order of their events: so do the months
                for (Partition partition : wanted) {
                    Frame month = datasets.read(
                            version, List.of(partition), version.schema().names());
                    online.apply(version.source(), names, month, slice.from(), slice.until(), false);
                }
                online.moveTo(names, slice.until());
                held = List.of();
                rows = null;
            } else {
                if (rows == null || !held.equals(wanted)) {
                    rows = null; // so that two are never held at once
                    rows = datasets.read(version, wanted, version.schema().names());
                    held = wanted;
                }
                online.apply(version.source(), names, rows, slice.from(), slice.until(), true);
            }
            online.flush(notes);
            done += slice.rows();
            progress.stored(version.source(), done, total);
        }
        online.moveTo(names, target);
        online.flush(notes);
        return done;
    }

    /** The partitions that have rows known from a time on, with the bounds of these. */
    private List<Span> spans(DatasetVersion version, long from, long until) {
        List<Span> spans = new ArrayList<>();
        for (Partition partition : version.partitions()) {
            if (Micros.of(partition.lastKnown()) < from) {
                continue;
            }
            long first = Long.MAX_VALUE;
            long last = Long.MIN_VALUE;
            for (long known : known(version, partition)) {
                if (known >= from && known < until) {
                    first = Math.min(first, known);
                    last = Math.max(last, known);
                }
            }
            if (last >= from && first <= last) {
                spans.add(new Span(partition, first, last));
            }
        }
        return spans;
    }

    private long[] known(DatasetVersion version, Partition partition) {
        return datasets.read(version, List.of(partition), List.of(SystemColumns.KNOWN_AT))
                .longs(SystemColumns.KNOWN_AT)
                .values();
    }

    /** Cuts a time into slices of about the size wanted; one is larger only when its rows have one known time. */
    private void plan(DatasetVersion version, List<Span> spans, long from, long until, List<Slice> slices) {
        long width = Math.max(1, Math.ceilDiv(until - from, BUCKETS));
        long[] counts = new long[Math.toIntExact(Math.ceilDiv(until - from, width))];
        for (Span span : spans) {
            if (span.overlaps(from, until)) {
                for (long known : known(version, span.partition())) {
                    if (known >= from && known < until) {
                        counts[(int) ((known - from) / width)]++;
                    }
                }
            }
        }
        long start = from;
        long rows = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            long bucketStart = from + bucket * width;
            long bucketEnd = Math.min(until, bucketStart + width);
            if (rows > 0 && rows + counts[bucket] > sliceRows) {
                slices.add(new Slice(start, bucketStart, rows));
                start = bucketStart;
                rows = 0;
            }
            if (counts[bucket] > sliceRows && width > 1) {
                plan(version, spans, bucketStart, bucketEnd, slices);
                start = bucketEnd;
            } else if (counts[bucket] > sliceRows) {
                slices.add(new Slice(bucketStart, bucketEnd, counts[bucket]));
                start = bucketEnd;
            } else {
                rows += counts[bucket];
            }
        }
        if (rows > 0) {
            slices.add(new Slice(start, until, rows));
        }
    }

    /** Whether a version has other rows before a view's watermark than the one that the view was filled from. */
    private boolean restated(OnlineFeatures.Status status, DatasetVersion version) {
        String note = status.note();
        Instant watermark = status.watermark();
        if (watermark == null) {
            return false;
        }
        if (note == null || !note.startsWith(DATASET)) {
            return true; // nobody knows of which rows it was made
        }
        String id = note.substring(DATASET.length());
        if (id.equals(version.id())) {
            return false;
        }
        Optional<DatasetVersion> before = datasets.get(id);
        return before.isEmpty()
                || !version.schema().names().containsAll(before.get().schema().names())
                || before.get().schema().columns().stream()
                        .anyMatch(column -> version.schema().column(column.name()).type() != column.type())
                || otherRows(before.get(), version, Micros.of(watermark));
    }

    private boolean otherRows(DatasetVersion before, DatasetVersion now, long watermark) {
        Map<YearMonth, Partition> old = byMonth(before);
        Map<YearMonth, Partition> current = byMonth(now);
        Collection<YearMonth> months = new TreeSet<>(old.keySet());
        months.addAll(current.keySet());
        for (YearMonth month : months) {
            Partition was = old.get(month);
            Partition is = current.get(month);
            if (was != null && is != null && was.digest().equals(is.digest())) {
                continue;
            }
            int[] wasRows = was == null ? new int[0] : before(known(before, was), watermark);
            int[] isRows = is == null ? new int[0] : before(known(now, is), watermark);
            if (wasRows.length != isRows.length) {
                return true;
            }
            if (was != null && is != null && wasRows.length > 0) {
                List<String> names = before.schema().names();
                Frame wasFrame = datasets.read(before, List.of(was), names).take(wasRows);
                Frame isFrame = datasets.read(now, List.of(is), names).take(isRows);
                if (!sameCells(wasFrame, isFrame)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Map<YearMonth, Partition> byMonth(DatasetVersion version) {
        Map<YearMonth, Partition> partitions = new HashMap<>();
        version.partitions().forEach(partition -> partitions.put(partition.month(), partition));
        return partitions;
    }

    private static int[] before(long[] known, long watermark) {
        int[] rows = new int[known.length];
        int n = 0;
        for (int row = 0; row < known.length; row++) {
            if (known[row] < watermark) {
                rows[n++] = row;
            }
        }
        return Arrays.copyOf(rows, n);
    }

    /** Partitions stand in one canonical order, so equal rows stand at equal places. */
    private static boolean sameCells(Frame a, Frame b) {
        for (int column = 0; column < a.schema().columns().size(); column++) {
            Vector left = a.vector(column);
            Vector right = b.vector(column);
            for (int row = 0; row < a.rows(); row++) {
                if (!Objects.equals(left.get(row), right.get(row))) {
                    return false;
                }
            }
        }
        return true;
    }
}
