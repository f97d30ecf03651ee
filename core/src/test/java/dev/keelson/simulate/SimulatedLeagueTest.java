package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimulatedLeagueTest {

    private static final LeagueSettings DEFAULTS = LeagueSettings.defaults();
    private static final LocalDate FALL = LocalDate.of(2020, 3, 1);
    private static List<SimulatedMatch> matches = List.of();

    @BeforeAll
    static void play() {
        matches = SimulatedLeague.generate(DEFAULTS);
    }

    @Test
    void matchesAreInOrderAndComplete() {
        assertThat(matches).hasSize(8 * (3 * 380 + 306));
        assertThat(matches).extracting(SimulatedMatch::matchId).doesNotHaveDuplicates();
        for (int i = 1; i < matches.size(); i++) {
            assertThat(matches.get(i).date().isBefore(matches.get(i - 1).date())).isFalse();
        }
    }

    @Test
    void eachTeamMeetsEachOtherTwiceASeason() {
        Map<String, Set<String>> teams = new HashMap<>();
        Map<String, Set<String>> pairs = new HashMap<>();
        for (SimulatedMatch match : matches) {
            String key = match.division() + match.season();
            teams.computeIfAbsent(key, _ -> new HashSet<>()).add(match.homeTeam());
            pairs.computeIfAbsent(key, _ -> new HashSet<>()).add(match.homeTeam() + "|" + match.awayTeam());
        }

        assertThat(teams).hasSize(32);
        teams.forEach((key, names) -> {
            assertThat(names).hasSize(key.startsWith("D1") ? 18 : 20);
            assertThat(pairs.get(key)).hasSize(names.size() * (names.size() - 1));
        });
    }

    @Test
    void noTeamPlaysTwiceWithinTwoDays() {
        Map<String, LocalDate> last = new HashMap<>();
        for (SimulatedMatch match : matches) {
            for (String team : List.of(match.homeTeam(), match.awayTeam())) {
                LocalDate before = last.put(team, match.date());
                assertThat(before == null || before.plusDays(2).isBefore(match.date())).isTrue();
            }
        }
    }

    @Test
    void threeTeamsOfEachDivisionAreReplacedBySomeNeverSeenBefore() {
        Set<String> seen = new HashSet<>(teams("E0", "2013-14"));
        for (int year = 14; year <= 20; year++) {
            Set<String> now = teams("E0", "20" + year + "-" + (year + 1));

            assertThat(now).filteredOn(team -> !seen.contains(team)).hasSize(3);
            seen.addAll(now);
        }
    }

    @Test
    void noNameOccursInTwoDivisions() {
        Map<String, String> divisionOf = new HashMap<>();
        for (SimulatedMatch match : matches) {
            String before = divisionOf.put(match.homeTeam(), match.division());

            assertThat(before == null || before.equals(match.division())).isTrue();
        }
    }

    @Test
    void sharesAndGoalsAreThoseOfFootball() {
        assertThat(share(matches, SimulatedMatch.Result.H)).isBetween(0.43, 0.47);
        assertThat(share(matches, SimulatedMatch.Result.D)).isBetween(0.22, 0.27);
        assertThat(share(matches, SimulatedMatch.Result.A)).isBetween(0.28, 0.33);
        assertThat(mean(matches, match -> match.home().goals())).isBetween(1.4, 1.6);
        assertThat(mean(matches, match -> match.away().goals())).isBetween(1.05, 1.25);
        assertThat(mean(matches, match -> match.home().shots())).isBetween(12.0, 15.0);
        assertThat(mean(matches, match -> match.away().fouls())).isBetween(12.0, 14.5);
        assertThat(mean(matches, match -> match.home().corners())).isBetween(4.5, 6.0);
        assertThat(mean(matches, match -> match.away().yellowCards())).isBetween(1.8, 2.5);
    }

    @Test
    void logLossOfTheTruthIsThatOfTheRealMarket() {
        double expected = mean(matches, match -> entropy(match.truth()));
        double observed = mean(matches, match -> -Math.log(probability(match.truth(), match.result())));

        assertThat(expected).isBetween(0.955, 0.975);
        assertThat(observed).isBetween(0.945, 0.985);
    }

    @Test
    void marketIsSlightlyWorseThanTheTruthAndSharperAtKickOff() {
        List<SimulatedMatch> late = matches.stream().filter(match -> !Double.isNaN(match.odds().value("AvgCH"))).toList();

        double before = mean(late, match -> divergence(match, "Avg"));
        double closing = mean(late, match -> divergence(match, "AvgC"));

        assertThat(before).isBetween(0.0015, 0.0035);
        assertThat(closing).isBetween(0.0002, 0.0012);
    }

    @Test
    void outcomesAgreeWithTheTrueProbabilities() {
        for (SimulatedMatch.Result result : SimulatedMatch.Result.values()) {
            double[] expected = new double[10];
            double[] variance = new double[10];
            double[] observed = new double[10];
            for (SimulatedMatch match : matches) {
                double p = probability(match.truth(), result);
                int bin = Math.min((int) (10 * p), 9);
                expected[bin] += p;
                variance[bin] += p * (1 - p);
                observed[bin] += match.result() == result ? 1 : 0;
            }
            for (int bin = 0; bin < 10; bin++) {
                assertThat(observed[bin]).isCloseTo(expected[bin], within(1 + 4 * Math.sqrt(variance[bin])));
            }
        }
    }

    @Test
    void homeWinsFallAfterTheChange() {
        List<SimulatedMatch> before = matches.stream().filter(match -> match.date().isBefore(FALL)).toList();
        List<SimulatedMatch> after = matches.stream().filter(match -> !match.date().isBefore(FALL)).toList();

        assertThat(mean(before, match -> match.truth().home())).isBetween(0.445, 0.465);
        assertThat(mean(after, match -> match.truth().home())).isBetween(0.395, 0.415);
        assertThat(share(before, SimulatedMatch.Result.H) - share(after, SimulatedMatch.Result.H)).isBetween(0.02, 0.08);
    }

    @Test
    void matchesBeforeTheChangeDoNotDependOnIt() {
        List<SimulatedMatch> without = SimulatedLeague.generate(
                DEFAULTS.withHomeAdvantageChange(null).withDivisions(List.of(new Division("SP1", 20))));

        assertThat(without.stream().filter(match -> match.date().isBefore(FALL)))
                .containsExactlyElementsOf(matches.stream()
                        .filter(match -> match.division().equals("SP1") && match.date().isBefore(FALL))
                        .toList());
    }

    @Test
    void feedFaultScalesTheOddsOfThatBookmakerOnly() {
        LocalDate from = LocalDate.of(2019, 11, 1);

        List<SimulatedMatch> faulty = SimulatedLeague.generate(DEFAULTS.withFeedFault(new FeedFault("B365", from, 1.2))
                .withDivisions(List.of(new Division("I1", 20))));

        List<SimulatedMatch> faultless =
                matches.stream().filter(match -> match.division().equals("I1")).toList();
        assertThat(faulty).hasSameSizeAs(faultless);
        for (int i = 0; i < faultless.size(); i++) {
            QuotedOdds right = faultless.get(i).odds();
            QuotedOdds wrong = faulty.get(i).odds();
            assertThat(faulty.get(i).home()).isEqualTo(faultless.get(i).home());
            if (faultless.get(i).date().isBefore(from)) {
                assertThat(wrong).isEqualTo(right);
                continue;
            }
            assertThat(QuotedOdds.COLUMNS)
                    .allMatch(column -> Double.isNaN(right.value(column))
                            ? Double.isNaN(wrong.value(column))
                            : Math.abs(wrong.value(column) - right.value(column) * (column.startsWith("B365") ? 1.2 : 1))
                                    < 0.00501);
        }
    }

    @Test
    void truthSumsToOne() {
        assertThat(matches)
                .allMatch(match -> Math.abs(match.truth().home() + match.truth().draw() + match.truth().away() - 1) < 1e-12);
    }

    @Test
    void oddsAreAboveOneAndTheMarketColumnsAreBestAndMean() {
        List<String> codes = Stream.of(Bookmaker.values()).map(Bookmaker::code).toList();
        for (SimulatedMatch match : matches) {
            QuotedOdds odds = match.odds();
            assertThat(QuotedOdds.COLUMNS)
                    .allMatch(column -> column.equals("AHh") || Double.isNaN(odds.value(column)) || odds.value(column) > 1.01);
            for (String outcome : List.of("H", "D", "A")) {
                List<Double> quotes = codes.stream()
                        .map(code -> odds.value(code + outcome))
                        .filter(value -> !value.isNaN())
                        .toList();
                double best = quotes.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
                double average = quotes.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
                assertThat(odds.value("Max" + outcome) == best).isTrue();
                assertThat(Math.abs(odds.value("Avg" + outcome) - average) < 0.00501).isTrue();
            }
        }
    }

    @Test
    void pinnacleHasTheSmallestMargin() {
        Map<String, Double> margins = new HashMap<>();
        for (Bookmaker bookmaker : Bookmaker.values()) {
            String code = bookmaker.code();
            List<SimulatedMatch> quoted =
                    matches.stream().filter(match -> !Double.isNaN(match.odds().value(code + "H"))).toList();
            margins.put(code, mean(quoted, match -> overround(match.odds(), code) - 1));
        }

        margins.forEach((code, margin) -> {
            assertThat(margin).isBetween(0.015, 0.08);
            assertThat(margin).isGreaterThanOrEqualTo(Objects.requireNonNull(margins.get("PS")));
        });
    }

    @Test
    void columnsComeAndGoAsInTheRealFiles() {
        assertThat(seasonsWith(matches, "LBH")).contains("2013-14", "2017-18").doesNotContain("2018-19", "2020-21");
        assertThat(seasonsWith(matches, "B365CH")).containsExactly("2019-20", "2020-21");
        assertThat(seasonsWith(matches, "AvgH")).hasSize(8);
        assertThat(seasonsWith(matches, "BFH")).isEmpty();
        assertThat(matches).allMatch(match -> (match.time() == null) == match.season().compareTo("2019-20") < 0);
        assertThat(matches).allMatch(match -> (match.referee() == null) == !match.division().equals("E0"));
        double missing = mean(matches, match -> match.home().shotsOnTarget() == null ? 1 : 0);
        assertThat(missing).isBetween(0.005, 0.015);
        List<SimulatedMatch> early = SimulatedLeague.generate(LeagueSettings.defaults(2, 1)
                .withFirstSeason(2011)
                .withDivisions(List.of(new Division("E0", 20))));
        assertThat(seasonsWith(early, "PSH")).containsExactly("2012-13");
    }

    @Test
    void inTheConstantLeagueNothingChanges() {
        List<SimulatedMatch> constant = SimulatedLeague.generate(LeagueSettings.constant(3, 5));

        Map<String, TrueProbabilities> truth = new HashMap<>();
        for (SimulatedMatch match : constant) {
            TrueProbabilities before = truth.putIfAbsent(match.homeTeam() + "|" + match.awayTeam(), match.truth());
            assertThat(before == null || before.equals(match.truth())).isTrue();
        }
        assertThat(truth).hasSize(3 * 380 + 306);
        for (String column : List.of("LBH", "PSH", "B365CH", "B365O25", "B365AHH")) {
            assertThat(seasonsWith(constant, column)).hasSize(3);
        }
    }

    @Test
    void divisionsAndSeasonsDoNotDisturbEachOther() {
        LeagueSettings whole = LeagueSettings.constant(2, 9);

        List<SimulatedMatch> one =
                SimulatedLeague.generate(LeagueSettings.constant(1, 9).withDivisions(List.of(new Division("D1", 18))));

        assertThat(one)
                .containsExactlyElementsOf(SimulatedLeague.generate(whole).stream()
                        .filter(match -> match.division().equals("D1") && match.season().equals("2013-14"))
                        .toList());
    }

    @Test
    void longestAndSmallestLeaguesCanBePlayed() {
        List<SimulatedMatch> longest = SimulatedLeague.generate(
                LeagueSettings.defaults(30, 1).withDivisions(List.of(new Division("I1", 24))));
        List<SimulatedMatch> smallest = SimulatedLeague.generate(
                LeagueSettings.defaults(1, 1).withDivisions(List.of(new Division("SP1", 6))));

        assertThat(longest).hasSize(30 * 24 * 23);
        assertThat(smallest).hasSize(30);
    }

    @Test
    void oneSeasonIsAsHardToPredictAsTheNext() {
        List<Double> entropies = new ArrayList<>();
        for (String season : new TreeSet<>(matches.stream().map(SimulatedMatch::season).toList())) {
            entropies.add(mean(
                    matches.stream().filter(match -> match.season().equals(season)).toList(),
                    match -> entropy(match.truth())));
        }

        assertThat(entropies).hasSize(8).allMatch(entropy -> entropy > 0.93 && entropy < 1.0);
    }

    private static Set<String> teams(String division, String season) {
        Set<String> teams = new TreeSet<>();
        for (SimulatedMatch match : matches) {
            if (match.division().equals(division) && match.season().equals(season)) {
                teams.add(match.homeTeam());
            }
        }
        return teams;
    }

    private static Set<String> seasonsWith(List<SimulatedMatch> matches, String column) {
        Set<String> seasons = new TreeSet<>();
        for (SimulatedMatch match : matches) {
            if (!Double.isNaN(match.odds().value(column))) {
                seasons.add(match.season());
            }
        }
        return seasons;
    }

    private static double mean(List<SimulatedMatch> matches, ToDoubleFunction<SimulatedMatch> value) {
        double sum = 0;
        for (SimulatedMatch match : matches) {
            sum += value.applyAsDouble(match);
        }
        return sum / matches.size();
    }

    private static double share(List<SimulatedMatch> matches, SimulatedMatch.Result result) {
        return mean(matches, match -> match.result() == result ? 1 : 0);
    }

    private static double probability(TrueProbabilities truth, SimulatedMatch.Result result) {
        return switch (result) {
            case H -> truth.home();
            case D -> truth.draw();
            case A -> truth.away();
        };
    }

    private static double entropy(TrueProbabilities truth) {
        double entropy = 0;
        for (SimulatedMatch.Result result : SimulatedMatch.Result.values()) {
            entropy -= probability(truth, result) * Math.log(probability(truth, result));
        }
        return entropy;
    }

    private static double overround(QuotedOdds odds, String prefix) {
        return 1 / odds.value(prefix + "H") + 1 / odds.value(prefix + "D") + 1 / odds.value(prefix + "A");
    }

    /** Expected loss of log score by using the margin-free odds in place of the truth. */
    private static double divergence(SimulatedMatch match, String prefix) {
        double overround = overround(match.odds(), prefix);
        double divergence = 0;
        for (SimulatedMatch.Result result : SimulatedMatch.Result.values()) {
            double p = probability(match.truth(), result);
            divergence += p * Math.log(p * overround * match.odds().value(prefix + result.name()));
        }
        return divergence;
    }
}
