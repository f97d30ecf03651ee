package dev.keelson.simulate;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The fixtures of one season: a double round robin by the circle method, from mid-August to mid-May, at week-ends
 * (Friday to Monday) and a few midweek rounds (Tuesday to Thursday), with the usual international breaks and a pause
 * around New Year.
 *
 * <p>Between two matches of a team lie at least two whole days. The last two rounds are played on one day each.
 */
final class SeasonCalendar {

    /**
     * One match to play.
     *
     * @param week week of the season from 0 (Saturday to Friday round the Saturday it is counted from)
     * @param home place of the home team in the division's list
     * @param away place of the away team
     */
    record Fixture(int week, LocalDate date, int home, int away) {}

    private record Slot(int week, boolean midweek) {}

    static final int WEEKS = 40;

    private static final int MIN_DAYS_BETWEEN = 3;
    private static final List<Integer> INTERNATIONAL_BREAKS = List.of(3, 8, 13, 31);
    private static final List<Integer> NEW_YEAR_PAUSE = List.of(19, 20, 21, 18, 22, 23); // dropped in this order

    private static final int[] WEEKEND_DAYS = {-1, 0, 1, 2}; // from Saturday
    private static final double[] WEEKEND_WEIGHTS = {0.06, 0.49, 0.39, 0.06};
    private static final int[] MIDWEEK_DAYS = {3, 4, 5};
    private static final double[] MIDWEEK_WEIGHTS = {0.35, 0.5, 0.15};
    private static final int[] SUNDAY = {1};
    private static final double[] SURE = {1};

    private SeasonCalendar() {}

    /** Fixtures in the order of their weeks and dates. */
    static List<Fixture> of(int year, int teams, RandomStream random) {
        LocalDate firstSaturday =
                LocalDate.of(year, Month.AUGUST, 14).with(TemporalAdjusters.nextOrSame(DayOfWeek.SATURDAY));
        List<Slot> slots = slots(2 * (teams - 1));
        int[] order = random.permutation(teams);
        LocalDate[] free = new LocalDate[teams]; // first day on which a team may play again
        Arrays.fill(free, firstSaturday.minusDays(7));

        List<Fixture> fixtures = new ArrayList<>(teams * (teams - 1));
        for (int round = 0; round < slots.size(); round++) {
            Slot slot = slots.get(round);
            LocalDate saturday = firstSaturday.plusWeeks(slot.week);
            boolean last = round >= slots.size() - 2 && !slot.midweek;
            int[] days = last ? SUNDAY : slot.midweek ? MIDWEEK_DAYS : WEEKEND_DAYS;
            double[] weights = last ? SURE : slot.midweek ? MIDWEEK_WEIGHTS : WEEKEND_WEIGHTS;
            boolean beforeMidweek = round + 1 < slots.size() && slots.get(round + 1).midweek;
            int usable = !last && beforeMidweek ? days.length - 1 : days.length; // no Monday before a Tuesday
            for (int[] pair : pairs(round, teams)) {
                int home = order[pair[0]];
                int away = order[pair[1]];
                LocalDate earliest = free[home].isAfter(free[away]) ? free[home] : free[away];
                LocalDate date = day(saturday, days, weights, usable, earliest, random);
                free[home] = date.plusDays(MIN_DAYS_BETWEEN);
                free[away] = free[home];
                fixtures.add(new Fixture(slot.week, date, home, away));
            }
        }
        fixtures.sort(Comparator.comparingInt(Fixture::week).thenComparing(Fixture::date));
        return fixtures;
    }

    /** Pairs of a round of the circle method (Berger tables); the second half mirrors the first with the grounds exchanged. */
    static List<int[]> pairs(int round, int teams) {
        int rounds = teams - 1;
        boolean secondHalf = round >= rounds;
        int turn = round % rounds;
        List<int[]> pairs = new ArrayList<>(teams / 2);
        for (int k = 0; k < teams / 2; k++) {
            int one = k == 0 ? rounds : (turn + k) % rounds;
            int other = k == 0 ? turn : (turn - k + rounds) % rounds;
            boolean oneAtHome = (k == 0 ? turn % 2 == 0 : k % 2 == 1) != secondHalf;
            pairs.add(oneAtHome ? new int[] {one, other} : new int[] {other, one});
        }
        return pairs;
    }

    /** The week-ends and midweeks of the rounds, in order of time. */
    private static List<Slot> slots(int rounds) {
        List<Integer> weekends = new ArrayList<>();
        for (int week = 0; week < WEEKS; week++) {
            if (!INTERNATIONAL_BREAKS.contains(week)) {
                weekends.add(week);
            }
        }
        int midweeks = Math.max(rounds - weekends.size(), (rounds + 9) / 10);
        int spare = weekends.size() - (rounds - midweeks);
        weekends.removeAll(NEW_YEAR_PAUSE.subList(0, Math.min(spare, NEW_YEAR_PAUSE.size())));
        weekends = weekends.subList(0, rounds - midweeks); // a small division ends its season earlier

        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i + 3 < weekends.size(); i++) {
            if (weekends.get(i + 1) == weekends.get(i) + 1) {
                candidates.add(weekends.get(i));
            }
        }
        List<Slot> slots = new ArrayList<>(rounds);
        int placed = 0;
        for (Integer week : weekends) {
            slots.add(new Slot(week, false));
            int next = (2 * placed + 1) * candidates.size() / (2 * midweeks);
            if (placed < midweeks && candidates.get(next).equals(week)) {
                slots.add(new Slot(week, true));
                placed++;
            }
        }
        return slots;
    }

    private static LocalDate day(
            LocalDate saturday, int[] days, double[] weights, int usable, LocalDate earliest, RandomStream random) {
        double total = 0;
        for (int i = 0; i < usable; i++) {
            if (!saturday.plusDays(days[i]).isBefore(earliest)) {
                total += weights[i];
            }
        }
        double u = random.uniform() * total;
        LocalDate chosen = earliest;
        for (int i = 0; i < usable && u >= 0; i++) {
            LocalDate date = saturday.plusDays(days[i]);
            if (!date.isBefore(earliest)) {
                chosen = date;
                u -= weights[i];
            }
        }
        return chosen;
    }
}
