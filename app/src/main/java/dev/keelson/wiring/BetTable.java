package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.project.ServeDefinition;
import dev.keelson.monitor.performance.MoneyFigures;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settled bets of a dataset, and how groups of them did. Immutable and safe for use by several threads. */
final class BetTable {
    /** Fewer bets say little; answers that rest on fewer say so. */
    static final int FEW = 30;

    static final String ALL = "all";
    static final String BAND = "odds_band";
    static final String MONTH = "month";
    static final String WEEK = "week";
    static final String DAY = "day";
    /** What groups of time are called; their values are in the order of time. */
    static final List<String> TIMES = List.of(MONTH, WEEK, DAY);

    private static final double CONFIDENCE = 0.95;
    private static final double[] BANDS = {1.5, 2, 3, 5};
    private static final List<String> BAND_NAMES = List.of("below 1.5", "1.5 to 2", "2 to 3", "3 to 5", "5 and above");

    private final String dataset;
    private final int rows;
    private final ZoneId zone;
    private final long[] times;
    private final int[] days;
    private final String[] months;
    private final String[] keys;
    private final double[] odds;
    private final double[] fair;
    private final double[] closing;
    private final double[] stakes;
    private final double[] profits;
    private final Map<String, String[]> texts = new LinkedHashMap<>();
    private final Map<String, Map<String, ObjectNode>> history = new HashMap<>();

    BetTable(String dataset, ServeDefinition.Bets bets, SourceDefinition source, Frame frame) {
        this.dataset = dataset;
        double[] all = numbers(frame, bets.profit());
        double[] staked = numbers(frame, bets.stake());
        int settled = 0;
        int[] chosen = new int[frame.rows()];
        for (int i = 0; i < frame.rows(); i++) {
            if (Double.isFinite(all[i]) && staked[i] > 0) {
                chosen[settled++] = i;
            }
        }
        long[] eventTimes = frame.longs(SystemColumns.EVENT_TIME).values();
        chosen = byTime(chosen, settled, eventTimes);
        this.rows = settled;
        this.zone = source.zone();
        this.profits = take(all, chosen, settled);
        this.stakes = take(staked, chosen, settled);
        this.odds = take(numbers(frame, bets.odds()), chosen, settled);
        this.fair = take(numbers(frame, bets.fair()), chosen, settled);
        this.closing = take(numbers(frame, bets.closing()), chosen, settled);
        this.times = new long[settled];
        this.days = new int[settled];
        this.months = new String[settled];
        this.keys = new String[settled];
        List<Vector> key = source.key().stream().map(frame::vector).toList();
        for (int r = 0; r < settled; r++) {
            times[r] = eventTimes[chosen[r]];
            days[r] = Math.toIntExact(day(r).toEpochDay());
            months[r] = YearMonth.from(Micros.toInstant(times[r]).atZone(zone)).toString();
            StringJoiner joined = new StringJoiner("|");
            for (Vector part : key) {
                joined.add(String.valueOf(part.get(chosen[r])));
            }
            keys[r] = joined.toString();
        }
        for (String column : bets.by()) {
            Vector vector = frame.vector(column);
            String[] values = new String[settled];
            for (int r = 0; r < settled; r++) {
                Object value = vector.get(chosen[r]);
                values[r] = value == null ? "" : value.toString();
            }
            texts.put(column, values);
        }
        for (String column : bets.by()) {
            Map<String, ObjectNode> each = new HashMap<>();
            groups(List.of(column), select(Map.of(), null, null, null)).forEach(node -> each.put(
                    node.path("group").path(column).asText(), (ObjectNode) node));
            history.put(column, each);
        }
    }

    String dataset() {
        return dataset;
    }

    /** The keys of the bets. */
    Set<String> keys() {
        return Set.copyOf(Arrays.asList(keys));
    }

    int rows() {
        return rows;
    }

    /** How all settled bets of a group did; null when there are none. */
    @Nullable ObjectNode history(String column, String value) {
        Map<String, ObjectNode> values = history.get(column);
        return values == null ? null : values.get(value);
    }

    /**
     * Bets that are asked for.
     *
     * @param rows their places, by the time they were placed
     * @param chances the chance of each that it is won, or NaN
     */
    @SuppressWarnings("ArrayRecordComponent") // made here and read alone
    record Selection(int[] rows, double[] chances) {}

    /**
     * Chooses bets.
     *
     * @param where groups that they must belong to, by {@code odds_band}, {@code month}, {@code week}, {@code day} or a column
     * @param given only bets with a chance here, by key; null for all, with the fair chance
     */
    Selection select(
            Map<String, String> where, @Nullable Instant from, @Nullable Instant to, @Nullable Map<String, Double> given) {
        long first = from == null ? Long.MIN_VALUE : Micros.of(from);
        long end = to == null ? Long.MAX_VALUE : Micros.of(to);
        int[] chosen = new int[rows];
        double[] chances = new double[rows];
        int count = 0;
        for (int r = 0; r < rows; r++) {
            Double chance = given == null ? (Double) fair[r] : given.get(keys[r]);
            if (times[r] >= first && times[r] < end && chance != null && belongs(r, where)) {
                chosen[count] = r;
                chances[count++] = chance;
            }
        }
        return new Selection(Arrays.copyOf(chosen, count), Arrays.copyOf(chances, count));
    }

    private boolean belongs(int row, Map<String, String> where) {
        for (Map.Entry<String, String> each : where.entrySet()) {
            if (!value(each.getKey(), row).equals(each.getValue())) {
                return false;
            }
        }
        return true;
    }

    /**
     * How groups did, the largest first, equals by name; with times or bands of odds all in the order of their names, the bands by
     * their odds.
     *
     * @param by {@code all}, {@code odds_band}, {@code month}, {@code week} (by its Monday), {@code day} or columns
     */
    ArrayNode groups(List<String> by, Selection selection) {
        Map<List<String>, Tally> tallies = new HashMap<>();
        for (int i = 0; i < selection.rows().length; i++) {
            int r = selection.rows()[i];
            List<String> group = new ArrayList<>(by.size());
            for (String name : by) {
                group.add(value(name, r));
            }
            tallies.computeIfAbsent(group, key -> new Tally())
                    .add(days[r], stakes[r], profits[r], odds[r], selection.chances()[i], closing[r]);
        }
        Comparator<Map.Entry<List<String>, Tally>> byName = Comparator.comparing(Map.Entry::getKey, inOrder(by));
        List<Map.Entry<List<String>, Tally>> ordered = new ArrayList<>(tallies.entrySet());
        ordered.sort(
                by.contains(BAND) || by.stream().anyMatch(TIMES::contains)
                        ? byName
                        : Comparator.<Map.Entry<List<String>, Tally>>comparingInt(entry -> -entry.getValue().bets)
                                .thenComparing(byName));
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Map.Entry<List<String>, Tally> entry : ordered) {
            ObjectNode node = list.addObject();
            ObjectNode names = node.putObject("group");
            for (int i = 0; i < by.size(); i++) {
                names.put(by.get(i), entry.getKey().get(i));
            }
            entry.getValue().tell(node);
        }
        return list;
    }

    /** Groups by their first name, then by the next; bands by their odds. */
    private static Comparator<List<String>> inOrder(List<String> by) {
        return (one, other) -> {
            for (int i = 0; i < by.size(); i++) {
                int order = by.get(i).equals(BAND)
                        ? Integer.compare(BAND_NAMES.indexOf(one.get(i)), BAND_NAMES.indexOf(other.get(i)))
                        : one.get(i).compareTo(other.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        };
    }

    /** The values that settled bets have, in the order of {@link #groups} by that name. */
    List<String> values(String name) {
        Set<String> values = new HashSet<>();
        for (int r = 0; r < rows; r++) {
            values.add(value(name, r));
        }
        List<List<String>> ordered = new ArrayList<>();
        values.forEach(value -> ordered.add(List.of(value)));
        ordered.sort(inOrder(List.of(name)));
        return ordered.stream().map(List::getFirst).toList();
    }

    /** Some of the chosen bets, the newest first, each with what is known of it. */
    ArrayNode list(Selection selection, int offset, int limit) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int last = selection.rows().length - 1 - offset;
        for (int i = last; i >= 0 && list.size() < limit; i--) {
            int r = selection.rows()[i];
            ObjectNode bet = list.addObject();
            bet.put("key", keys[r]).put("placed_at", at(r).toString());
            texts.forEach((column, values) -> bet.put(column, values[r]));
            bet.put(BAND, band(odds[r]));
            bet.put("odds", known(odds[r])).put("chance", known(selection.chances()[i])).put("closing_odds", known(closing[r]));
            bet.put("stake", stakes[r]).put("profit", profits[r]);
            bet.put("result", profits[r] > 0 ? "won" : profits[r] < 0 ? "lost" : "returned");
        }
        return list;
    }

    private static @Nullable Double known(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }

    ZoneId zone() {
        return zone;
    }

    Instant at(int row) {
        return Micros.toInstant(times[row]);
    }

    double stake(int row) {
        return stakes[row];
    }

    double profit(int row) {
        return profits[row];
    }

    private static int[] byTime(int[] chosen, int count, long[] times) {
        return Arrays.stream(chosen, 0, count)
                .boxed()
                .sorted(Comparator.comparingLong(row -> times[row]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private String value(String name, int row) {
        return switch (name) {
            case ALL -> ALL;
            case MONTH -> months[row];
            case WEEK -> day(row).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toString();
            case DAY -> day(row).toString();
            case BAND -> band(odds[row]);
            default -> {
                String[] values = texts.get(name);
                if (values == null) {
                    throw new IllegalArgumentException("Bets are not counted by (%s).".formatted(name));
                }
                yield values[row];
            }
        };
    }

    private LocalDate day(int row) {
        return at(row).atZone(zone).toLocalDate();
    }

    private static String band(double price) {
        int band = 0;
        while (band < BANDS.length && !(price < BANDS[band])) {
            band++;
        }
        return BAND_NAMES.get(band);
    }

    private static double[] take(double[] values, int[] chosen, int count) {
        double[] taken = new double[count];
        for (int r = 0; r < count; r++) {
            taken[r] = values[chosen[r]];
        }
        return taken;
    }

    /** The numbers of a column, NaN where it has none, or where there is no column. */
    static double[] numbers(Frame frame, @Nullable String column) {
        double[] values = new double[frame.rows()];
        Vector vector = column == null ? null : frame.vector(column);
        for (int i = 0; i < values.length; i++) {
            Object value = vector == null ? null : vector.get(i);
            values[i] = value instanceof Number number ? number.doubleValue() : Double.NaN;
        }
        return values;
    }

    /** Sums over the bets of a group. */
    private static final class Tally {
        private int[] days = new int[8];
        private double[] stakes = new double[8];
        private double[] profits = new double[8];
        private int bets;
        private int won;
        private int lost;
        private double staked;
        private double profit;
        private double edges;
        private int edged;
        private double chances;
        private int decided;
        private double prices;
        private double clv;
        private int closed;

        void add(int day, double stake, double brought, double price, double chance, double closing) {
            if (bets == days.length) {
                days = Arrays.copyOf(days, 2 * bets);
                stakes = Arrays.copyOf(stakes, 2 * bets);
                profits = Arrays.copyOf(profits, 2 * bets);
            }
            days[bets] = day;
            stakes[bets] = stake;
            profits[bets] = brought;
            bets++;
            won += brought > 0 ? 1 : 0;
            lost += brought < 0 ? 1 : 0;
            staked += stake;
            profit += brought;
            prices += price;
            if (Double.isFinite(chance)) {
                edges += chance * price - 1;
                edged++;
                if (brought != 0) {
                    chances += chance;
                    decided++;
                }
            }
            if (closing > 1) {
                clv += price / closing - 1;
                closed++;
            }
        }

        void tell(ObjectNode node) {
            node.put("bets", bets).put("won", won).put("lost", lost).put("returned", bets - won - lost);
            if (won + lost > 0) {
                Interval rate = Proportion.wilson(won, won + lost, CONFIDENCE);
                node.put("win_rate", rate.estimate());
                node.put("win_rate_lower", rate.lower());
                node.put("win_rate_upper", rate.upper());
            } else {
                node.putNull("win_rate").putNull("win_rate_lower").putNull("win_rate_upper");
            }
            node.put("expected_win_rate", decided == 0 ? null : (Double) (chances / decided));
            Interval roi = MoneyFigures.roi(Arrays.copyOf(stakes, bets), Arrays.copyOf(profits, bets), Arrays.copyOf(days, bets));
            node.put("staked", staked).put("profit", profit).put("roi", roi.estimate());
            node.put("roi_lower", known(roi.lower())).put("roi_upper", known(roi.upper()));
            node.put("mean_edge", edged == 0 ? null : (Double) (edges / edged));
            node.put("mean_odds", prices / bets);
            node.put("clv", closed == 0 ? null : (Double) (clv / closed));
            node.put("clv_bets", closed);
            node.put("few", bets < FEW);
        }
    }

    /** What is counted of each, for the reader. */
    static Map<String, String> words() {
        Map<String, String> words = new TreeMap<>();
        words.put("win_rate", "of bets that were won or lost, halves included, with Wilson's 95 % interval");
        words.put("expected_win_rate", "mean chance of those that were won or lost and have one");
        words.put("roi", "profit by stake, with a 95 % interval that takes the bets of a day of their events together; none of one day alone");
        words.put("mean_edge", "chance times odds minus 1");
        words.put("clv", "odds by closing odds minus 1, of clv_bets bets");
        words.put("few", "fewer than %d bets: chance alone makes such figures".formatted(FEW));
        return words;
    }
}
