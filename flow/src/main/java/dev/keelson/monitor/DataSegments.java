package dev.keelson.monitor;

import dev.keelson.frame.Vector;
import dev.keelson.monitor.FeatureDrift.Severity;
import dev.keelson.monitor.spi.DriftData;
import dev.keelson.stats.BenjaminiHochberg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The same columns within each segment, such as each league. By the recommended policy, with p-values adjusted for all
 * columns of all segments together.
 */
final class DataSegments {
    /** The largest so many segments are judged. */
    private static final int MOST = 50;

    private final List<Segment> segments;
    private final List<String> names = new ArrayList<>();
    private final List<ColumnFigures> figures = new ArrayList<>();
    /** Of each column within a segment each third of its rows; none where windows before decide what persists. */
    private final List<List<ColumnFigures>> thirds = new ArrayList<>();

    private final boolean alone;
    private final int minRows;

    /** Positions of a segment's rows on both sides. */
    @SuppressWarnings("ArrayRecordComponent") // never leaves this class
    private record Segment(String name, int[] reference, int[] current) {}

    private DataSegments(List<Segment> segments, boolean alone, int minRows) {
        this.segments = segments;
        this.alone = alone;
        this.minRows = minRows;
    }

    /** The segments with enough rows on both sides; none when the rule names no column. */
    static DataSegments of(DriftData reference, DriftData current, DataDriftSettings settings) {
        DriftMonitorDefinition rule = settings.rule();
        List<Segment> all = new ArrayList<>();
        for (String column : rule.segments()) {
            Map<String, int[]> left = positions(reference.column(column));
            Map<String, int[]> right = positions(current.column(column));
            left.forEach((value, rows) -> {
                int[] others = right.getOrDefault(value, new int[0]);
                if (rows.length >= Math.max(ReferenceProfile.WINDOWS, rule.minRows()) && others.length >= rule.minRows()) {
                    all.add(new Segment(column + "=" + value, rows, others));
                }
            });
        }
        all.sort(Comparator.comparingInt((Segment each) -> -each.current.length).thenComparing(Segment::name));
        return new DataSegments(List.copyOf(all.subList(0, Math.min(MOST, all.size()))), settings.alone(), rule.minRows());
    }

    private static Map<String, int[]> positions(Vector vector) {
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int i = 0; i < vector.size(); i++) {
            Object cell = vector.get(i);
            if (cell != null) {
                rows.computeIfAbsent(CellTexts.of(cell), key -> new ArrayList<>()).add(i);
            }
        }
        Map<String, int[]> positions = new LinkedHashMap<>();
        rows.forEach((key, list) -> positions.put(key, list.stream().mapToInt(each -> each).toArray()));
        return positions;
    }

    /** How many there are. */
    int judged() {
        return segments.size();
    }

    /** Measures a column within each segment. */
    void add(String name, ColumnPair pair) {
        for (Segment segment : segments) {
            double[] left = take(pair.reference(), segment.reference);
            double[] right = take(pair.current(), segment.current);
            ColumnProfile profile = new ColumnProfile(left, pair.texts() == null ? null : pair::text);
            names.add(segment.name + ", " + name);
            ColumnFigures whole = ColumnFigures.of(
                    profile, ColumnProfile.sortedFinite(right, 0, right.length), right.length, ColumnFigures.Size.EFFECTIVE);
            figures.add(whole);
            thirds.add(alone ? DriftThirds.of(profile, right, whole, minRows) : List.of());
        }
    }

    private static String sentence(String name, ColumnFigures figures, double adjusted, double missing) {
        return figures.missingMoved(missing)
                ? String.format(
                        Locale.ROOT,
                        "%s: %.0f %% of %,d values are missing, %.0f points more or less than before (p %.2g).",
                        name,
                        100 * figures.missing(),
                        figures.rows(),
                        100 * figures.missingEffect(),
                        missing)
                : String.format(
                        Locale.ROOT,
                        "%s: moved by %.2f (band %.2f, p %.2g) on %,d rows.",
                        name,
                        figures.effect(),
                        figures.band(),
                        adjusted,
                        figures.rows());
    }

    private static double[] take(double[] values, int[] positions) {
        return Arrays.stream(positions).mapToDouble(i -> values[i]).toArray();
    }

    /** What moved within a segment, the worst first. */
    List<DriftFinding> findings() {
        double[] adjusted = DriftCheck.adjusted(figures);
        double[] missing = BenjaminiHochberg.adjust(figures.stream().mapToDouble(ColumnFigures::missingP).toArray());
        double[] unknown = BenjaminiHochberg.adjust(figures.stream().mapToDouble(ColumnFigures::unknownP).toArray());
        Set<Integer> persistent = DriftThirds.persistent(figures, thirds);
        List<DriftFinding> alarming = new ArrayList<>();
        List<DriftFinding> warned = new ArrayList<>();
        for (int i = 0; i < figures.size(); i++) {
            ColumnFigures each = figures.get(i);
            Severity severity = each.severity(adjusted[i], missing[i], unknown[i], persistent.contains(i));
            boolean alarms = severity == Severity.SEVERE || severity == Severity.PERSISTENT;
            if (alarms || severity == Severity.WARNING) {
                (alarms ? alarming : warned)
                        .add(new DriftFinding(
                                DriftFinding.Kind.SEGMENT,
                                names.get(i),
                                alarms,
                                sentence(names.get(i), each, adjusted[i], missing[i]),
                                each.effect(),
                                each.shift()));
            }
        }
        alarming.addAll(warned);
        return alarming;
    }
}
