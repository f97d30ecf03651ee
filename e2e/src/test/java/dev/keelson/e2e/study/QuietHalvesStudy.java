package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.monitor.LabelShiftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The recommended policy on real rows. Shuffled, half of the rows of a data set are the reference and the other half three windows,
 * in which nothing can have changed: at most 1 % of such episodes alarm. In the order of time, on football: columns that were filled and stop being filled are
 * named, and the home wins that fall in 2020 are called by the label shift.
 *
 * <p>Options: {@code --data} the folder with {@code football}, {@code bets}, {@code crypto} and {@code stocks}; {@code --rounds}
 * shuffles of each (20).
 */
public final class QuietHalvesStudy implements Task {
    private static final int WINDOWS = 3;
    private static final double MOST_FALSE = 0.01;
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final DriftMonitorDefinition MONITOR = new DriftMonitorDefinition(
            "drift", List.of("model"), Duration.ofDays(7), 100, Policy.RECOMMENDED, 0.3, Map.of(), null);
    /** Columns that tell which row it is, or when it was. */
    private static final List<String> NAMES = List.of(
            "match_id", "season", "date", "Time", "bet_id", "placed_at", "event_start", "settled_at", "event", "open_time");

    private static final List<String> CLASSES = List.of("H", "D", "A");
    private static final double FILLED = 0.5;
    private static final double GONE = 0.05;
    private static final double MATERIAL = 0.1;

    @Override
    public ObjectNode run(Arguments arguments) throws IOException {
        Path folder = arguments.data()
                .orElseThrow(() -> new IllegalArgumentException("The study needs real rows: --data FOLDER."));
        int rounds = arguments.number("rounds", 20);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        boolean holds = true;
        Map<String, String> files = new LinkedHashMap<>();
        files.put("football", "matches");
        files.put("bets", "bets");
        files.put("crypto", "ohlcv_1h");
        files.put("stocks", "prices_2013_2018");
        ObjectNode halves = node.putObject("shuffled_halves");
        for (Map.Entry<String, String> each : files.entrySet()) {
            RealTable table = new RealTable(folder.resolve(each.getKey()).resolve(each.getValue() + ".csv.gz"), NAMES);
            ObjectNode told = halves.putObject(each.getKey());
            holds &= halves(table, rounds, told) <= MOST_FALSE * rounds;
        }
        RealTable matches = new RealTable(folder.resolve("football").resolve("matches.csv.gz"), NAMES);
        holds &= vanished(matches, node.putObject("columns_that_stop"));
        holds &= labels(matches, node.putObject("home_wins"));
        node.put(
                "claim",
                "at most 1 % of shuffled halves alarm; every column of matches that stops being filled is named within the season in"
                        + " which it does; the fall of home wins in 2020 is called");
        node.put("holds", holds);
        return node;
    }

    static int halves(RealTable table, int rounds, ObjectNode told) {
        int alarms = 0;
        int warnings = 0;
        Map<String, Integer> named = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            int[] order = shuffled(table.rows(), new SplittableRandom(17L * round + table.rows()));
            int half = order.length / 2;
            ReferenceProfile reference = table.reference(Arrays.copyOf(order, half));
            List<DriftReport> reports = new ArrayList<>();
            for (int w = 0; w < WINDOWS; w++) {
                int from = half + (int) ((long) w * (order.length - half) / WINDOWS);
                int to = half + (int) ((long) (w + 1) * (order.length - half) / WINDOWS);
                Instant at = START.plus(Duration.ofDays(7L * w));
                reports.addFirst(check(reference, table.rows(Arrays.copyOfRange(order, from, to)), at, at.plus(Duration.ofDays(7)), reports));
            }
            if (reports.stream().anyMatch(report -> report.verdict() == DriftReport.Verdict.ALARM)) {
                alarms++;
            }
            if (reports.stream().anyMatch(report -> report.verdict() == DriftReport.Verdict.WARNING)) {
                warnings++;
            }
            reports.forEach(report -> report.alarming().forEach(column -> named.merge(column.name(), 1, Integer::sum)));
        }
        Interval share = Proportion.wilson(alarms, rounds, 0.95);
        told.put("rows", table.rows())
                .put("columns", table.names.size())
                .put("episodes", rounds)
                .put("alarms", alarms)
                .put("warnings", warnings)
                .put("share", share.estimate())
                .put("upper", share.upper());
        ObjectNode columns = told.putObject("named");
        named.forEach(columns::put);
        return alarms;
    }

    private static DriftReport check(
            ReferenceProfile reference, double[][] window, Instant from, Instant to, List<DriftReport> earlier) {
        return DriftCheck.check("model", 1, reference, new DriftCheck.Window(window, from, to), MONITOR, to, earlier);
    }

    private static int[] shuffled(int rows, SplittableRandom random) {
        int[] order = IntStream.range(0, rows).toArray();
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        return order;
    }

    /** Each season in months against the three before: are the columns named that were filled until then and are not any more? */
    private static boolean vanished(RealTable table, ObjectNode told) {
        TreeSet<String> seasons = new TreeSet<>();
        for (int i = 0; i < table.rows(); i++) {
            seasons.add(table.cell(i, "season"));
        }
        List<String> all = List.copyOf(seasons);
        int gone = 0;
        int found = 0;
        int others = 0;
        for (int s = 3; s < all.size(); s++) {
            Set<String> before = Set.copyOf(all.subList(s - 3, s));
            String season = all.get(s);
            int[] reference = which(table, i -> before.contains(table.cell(i, "season")));
            int[] rows = which(table, i -> table.cell(i, "season").equals(season));
            String last = all.get(s - 1);
            int[] lately = which(table, i -> table.cell(i, "season").equals(last));
            Map<String, LocalDate> named = new TreeMap<>();
            seasonal(table, reference, rows, named);
            ObjectNode each = JsonNodeFactory.instance.objectNode();
            for (int c = 0; c < table.names.size(); c++) {
                String name = table.names.get(c);
                double was = Math.min(filled(table.columns.get(c), reference), filled(table.columns.get(c), lately));
                double is = filled(table.columns.get(c), rows);
                LocalDate day = named.get(name);
                if (was >= FILLED && is <= GONE) {
                    gone++;
                    found += day == null ? 0 : 1;
                    each.put(name, day == null ? "not named" : day.toString());
                } else if (day != null && Math.abs(was - is) < GONE) {
                    others++;
                }
            }
            if (!each.isEmpty()) {
                told.set(season, each);
            }
        }
        told.put("columns_that_stopped", gone).put("named", found).put("named_though_filled_as_before", others);
        return found == gone;
    }

    /** Windows of a month each; the day of the first alarm by missing values of each column. */
    private static void seasonal(RealTable table, int[] reference, int[] rows, Map<String, LocalDate> named) {
        ReferenceProfile profile = table.reference(reference);
        Map<String, List<Integer>> months = new TreeMap<>();
        for (int row : rows) {
            months.computeIfAbsent(table.cell(row, "date").substring(0, 7), month -> new ArrayList<>()).add(row);
        }
        List<DriftReport> reports = new ArrayList<>();
        months.forEach((month, found) -> {
            LocalDate first = LocalDate.parse(month + "-01");
            LocalDate next = first.plusMonths(1);
            DriftReport report = check(
                    profile,
                    table.rows(found.stream().mapToInt(Integer::intValue).toArray()),
                    first.atStartOfDay(ZoneOffset.UTC).toInstant(),
                    next.atStartOfDay(ZoneOffset.UTC).toInstant(),
                    reports);
            reports.addFirst(report);
            for (FeatureDrift column : report.alarming()) {
                if (column.currentMissing() - column.referenceMissing() >= MATERIAL) {
                    named.putIfAbsent(column.name(), next);
                }
            }
        });
    }

    private static int[] which(RealTable table, IntPredicate taken) {
        return IntStream.range(0, table.rows()).filter(taken).toArray();
    }

    private static double filled(double[] column, int[] rows) {
        return Arrays.stream(rows).filter(i -> !Double.isNaN(column[i])).count() / (double) rows.length;
    }

    /** The outcomes of matches from August 2019 on against those of the five seasons before. */
    private static boolean labels(RealTable table, ObjectNode told) {
        long[] reference = new long[CLASSES.size()];
        Map<LocalDate, long[]> counts = new TreeMap<>();
        LocalDate from = LocalDate.parse("2014-07-01");
        LocalDate start = LocalDate.parse("2019-07-01");
        for (int i = 0; i < table.rows(); i++) {
            LocalDate day = LocalDate.parse(table.cell(i, "date"));
            int outcome = CLASSES.indexOf(table.cell(i, "FTR"));
            if (outcome < 0 || day.isBefore(from)) {
                continue;
            }
            if (day.isBefore(start)) {
                reference[outcome]++;
            } else {
                counts.computeIfAbsent(day, key -> new long[CLASSES.size()])[outcome]++;
            }
        }
        List<LocalDate> days = List.copyOf(counts.keySet());
        List<long[]> outcomes = List.copyOf(counts.values());
        LabelShiftReport called = null;
        LocalDate on = null;
        for (int d = 1; d <= days.size(); d++) {
            LabelShiftReport report =
                    LabelShiftReport.of(CLASSES, reference, days.subList(0, d), outcomes.subList(0, d).toArray(new long[0][]));
            if (report.shifted()) {
                called = report;
                on = days.get(d - 1);
                break;
            }
        }
        LabelShiftReport end = LabelShiftReport.of(CLASSES, reference, days, outcomes.toArray(new long[0][]));
        told.put("reference_home_wins", (double) reference[0] / Arrays.stream(reference).sum());
        told.put("called", on == null ? "never" : on.toString());
        told.put("sentence", (called == null ? end : called).sentence());
        told.put("at_the_end", end.sentence());
        return on != null && !on.isBefore(LocalDate.parse("2020-05-01"));
    }
}
