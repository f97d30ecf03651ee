package dev.keelson.features;

import static dev.keelson.features.FeatureEnginePropertyTest.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.Located;
import dev.keelson.features.FeatureColumn.Origin;
import dev.keelson.frame.Frame;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small tables worked out by hand. */
final class FeatureHistoryTest {
    private static final MatchRows THREE =
            new MatchRows().add(0, "A", "B", 2, 1).add(3, "B", "C", 0, 0).add(7, "C", "A", 0, 4);

    @Test
    void windowOfEventsSeesBothRolesOfATeam() {
        FeatureTable table = history(
                MatchRows.teamView(null, "goals", "mean(goals_for) over last 2 events"),
                new MatchRows()
                        .add(0, "A", "B", 2, 1)
                        .add(3, "C", "A", 0, 4)
                        .add(6, "A", "D", 1, 1)
                        .add(10, "A", "B", 0, 0));

        assertThat(table.column("home.team_form.goals")).containsExactly(Double.NaN, Double.NaN, 3.0, 2.5);
        assertThat(table.column("away.team_form.goals")).containsExactly(Double.NaN, 2.0, Double.NaN, 1.0);
        assertThat(table.status("home.team_form.goals", 0)).isEqualTo(FeatureStatus.NOT_FOUND);
        assertThat(table.status("home.team_form.goals", 2)).isEqualTo(FeatureStatus.PRESENT);
    }

    @Test
    void derivedEventColumnIsComputedForEachRole() {
        FeatureTable table = history(
                MatchRows.teamView(null, "points", "sum(points) over last 10 events"),
                new MatchRows().add(0, "A", "B", 2, 1).add(5, "B", "A", 0, 0).add(10, "A", "B", 0, 0));

        assertThat(table.column("home.team_form.points")).containsExactly(Double.NaN, 0, 4);
        assertThat(table.column("away.team_form.points")).containsExactly(Double.NaN, 3, 1);
    }

    @Test
    void periodBeginsExactlyAtItsLength() {
        FeatureTable table = history(
                MatchRows.teamView(null, "n", "count(*) over 5d", "sum", "sum(goals_for) over 5d"),
                new MatchRows()
                        .add(0, "A", "B", 2, 1)
                        .add(5, "A", "C", 1, 0)
                        .add(6, "A", "D", 1, 0)
                        .add(60, "A", "E", 1, 0));

        assertThat(table.column("home.team_form.n")).containsExactly(Double.NaN, 1, 0, 0);
        assertThat(table.column("home.team_form.sum")).containsExactly(Double.NaN, 2, Double.NaN, Double.NaN);
        assertThat(table.status("home.team_form.sum", 2)).isEqualTo(FeatureStatus.NULL);
        assertThat(table.status("home.team_form.n", 2)).isEqualTo(FeatureStatus.PRESENT);
    }

    @Test
    void deviationIsThatOfASample() {
        FeatureTable table = history(
                MatchRows.teamView(null, "std", "std(goals_for) over last 3 events"),
                new MatchRows()
                        .add(0, "A", "B", 2, 1)
                        .add(5, "A", "C", 4, 0)
                        .add(9, "A", "D", 9, 0)
                        .add(12, "A", "E", 1, 0));

        // sd of {2, 4} and of {2, 4, 9}
        assertThat(table.column("home.team_form.std")[1]).isNaN();
        assertThat(table.column("home.team_form.std")[2]).isCloseTo(Math.sqrt(2), within(1e-15));
        assertThat(table.column("home.team_form.std")[3]).isCloseTo(Math.sqrt(13), within(1e-15));
    }

    @Test
    void everyAggregateOfOneWindow() {
        FeatureTable table = history(
                MatchRows.teamView(
                        null,
                        "min",
                        "min(goals_for) over last 3 events",
                        "max",
                        "max(goals_for) over last 3 events",
                        "last",
                        "last(goals_for) over last 3 events",
                        "first",
                        "first(goals_for) over last 3 events",
                        "distinct",
                        "distinct(goals_for) over last 3 events",
                        "opponents",
                        "distinct(AwayTeam) over last 3 events",
                        "count",
                        "count(goals_for) over last 3 events",
                        "rate",
                        "rate(points = 3) over last 3 events"),
                new MatchRows()
                        .add(0, "A", "X", 9, 0)
                        .add(3, "A", "B", 1, 1)
                        .add(6, "A", "B", 3, 0)
                        .add(9, "A", "C", 1, 0)
                        .add(20, "A", "D", 0, 0));

        assertThat(table.row(4)).startsWith(1, 3, 1, 1, 2, 2, 3, 2 / 3.0);
    }

    @Test
    void streakCountsToTheNewestEvent() {
        FeatureTable table = history(
                MatchRows.teamView(null, "wins", "streak(points = 3)"),
                new MatchRows()
                        .add(0, "A", "B", 2, 1)
                        .add(3, "A", "C", 1, 0)
                        .add(6, "A", "D", 0, 1)
                        .add(9, "A", "E", 1, 0)
                        .add(12, "A", "F", 1, 0));

        assertThat(table.column("home.team_form.wins")).containsExactly(Double.NaN, 1, 2, 0, 1);
    }

    @Test
    void daysSinceLastEventHaveAFraction() {
        FeatureTable table = history(
                MatchRows.teamView(null, "rest", "days since last event"),
                new MatchRows().add(0.75, "A", "B", 2, 1).add(3, "A", "C", 1, 0));

        assertThat(table.column("home.team_form.rest")).containsExactly(Double.NaN, 2.25);
    }

    @Test
    void eloMovesBothSides() {
        FeatureTable table = history(
                MatchRows.ratings("elo(home = HomeTeam, away = AwayTeam, result = FTR)"),
                new MatchRows()
                        .add(0, "A", "B", 2, 1)
                        .add(3, "B", "C", 0, 0)
                        .add(7, "C", "A", 0, 4)
                        .add(20, "A", "B", 0, 0)
                        .add(20, "C", "A", 0, 0));

        // by the formula in Python: k = 20, home advantage 65
        assertThat(table.column("home.ratings.elo")[1]).isCloseTo(1491.8493246116866, within(1e-9));
        assertThat(table.column("away.ratings.elo")[1]).isNaN();
        assertThat(table.column("home.ratings.elo")[2]).isCloseTo(1501.621807147023, within(1e-9));
        assertThat(table.column("home.ratings.elo")[3]).isCloseTo(1519.8178993968197, within(1e-9));
        assertThat(table.column("away.ratings.elo")[3]).isCloseTo(1490.2275174646636, within(1e-9));
        assertThat(table.column("home.ratings.elo")[4]).isCloseTo(1489.9545831385167, within(1e-9));
    }

    @Test
    void eloMayWeighByGoalDifference() {
        FeatureTable table = history(
                MatchRows.ratings(
                        "elo(home = HomeTeam, away = AwayTeam, result = FTR, home_goals = FTHG, away_goals = FTAG)"),
                new MatchRows().add(0, "A", "B", 4, 0).add(10, "A", "B", 0, 0));

        assertThat(table.column("home.ratings.elo")[1]).isCloseTo(1516.3013507766268, within(1e-9));
    }

    @Test
    void seasonGapPullsRatingsTowardTheInitialOne() {
        String elo = "elo(home = HomeTeam, away = AwayTeam, result = FTR, carry = 0.5, season_gap = 60d)";

        FeatureTable table = history(
                MatchRows.ratings(elo),
                new MatchRows().add(0, "A", "B", 2, 1).add(60, "A", "B", 0, 0).add(140, "A", "B", 0, 0));

        double afterFirst = 1508.1506753883134;
        assertThat(table.column("home.ratings.elo")[1]).isCloseTo(afterFirst, within(1e-9));
        double beforeThird = table.column("home.ratings.elo")[2];
        double expected = 1 / (1 + Math.pow(10, -(2 * (afterFirst - 1500) + 65) / 400));
        assertThat(beforeThird).isCloseTo(1500 + 0.5 * (afterFirst - 1500 + 20 * (0.5 - expected)), within(1e-9));
    }

    @Test
    void matchWithoutResultLeavesRatingsAlone() {
        MatchRows rows = new MatchRows().add(0, "A", "B", 2, 1);
        rows.add(new MatchRows.Match(MatchRows.time(3), MatchRows.time(4), "E0", "A", "B", null, null, 2.0));
        rows.add(10, "A", "B", 0, 0);

        FeatureTable table = history(MatchRows.ratings("elo(home = HomeTeam, away = AwayTeam, result = FTR)"), rows);

        assertThat(table.column("home.ratings.elo")[2]).isCloseTo(1508.1506753883134, within(1e-9));
    }

    @Test
    void requestExpressionsAndDerivedValuesFollowTheSelectors() {
        FeatureEngine engine = MatchRows.footballEngine();
        Map<String, Located> derive = new LinkedHashMap<>();
        derive.put("margin", Located.of("1/AvgH + 1/AvgD + 1/AvgA - 1"));
        derive.put("gap", Located.of("home.ratings.elo - away.ratings.elo + margin + implied_AvgH"));
        List<Located> features = MatchRows.located("implied(AvgH, AvgD, AvgA)", "home.ratings.elo", "AvgH", "1 / AvgD");

        FeatureService service = engine.service(MatchRows.service("m", features, derive));
        FeatureTable table = engine.history(THREE.frame(), THREE.frame(), service);

        assertThat(service.names())
                .containsExactly(
                        "implied_AvgH",
                        "implied_AvgD",
                        "implied_AvgA",
                        "home.ratings.elo",
                        "AvgH",
                        "1 / AvgD",
                        "margin",
                        "gap");
        assertThat(service.columns().get(3).origin()).isEqualTo(Origin.STATE);
        assertThat(service.columns().get(0).origin()).isEqualTo(Origin.REQUEST);
        assertThat(service.columns().get(7).origin()).isEqualTo(Origin.DERIVED);
        assertThat(service.requestColumns()).containsExactly("HomeTeam", "AwayTeam", "AvgH", "AvgD", "AvgA");
        double sum = 0.5 + 2 / 3.5;
        double[] last = table.row(2);
        assertThat(last[0]).isEqualTo(0.5 / (0.5 + 1 / 3.5 + 1 / 3.5));
        assertThat(last[4]).isEqualTo(2.0);
        assertThat(last[6]).isCloseTo(sum - 1, within(1e-15));
        assertThat(last[7]).isCloseTo(1501.621807147023 - 1508.1506753883134 + last[6] + last[0], within(1e-9));
        assertThat(table.status("gap", 0)).isEqualTo(FeatureStatus.NULL);
    }

    @Test
    void valueIsStaleOnlyBeyondItsTimeToLive() {
        MatchRows rows =
                new MatchRows().add(0, "A", "B", 2, 1).add(10, "A", "C", 0, 0).add(20.5, "B", "A", 0, 0);

        FeatureTable table = history(MatchRows.teamView(Duration.ofDays(10), "n", "count(*) over last 5 events"), rows);

        assertThat(table.status("home.team_form.n", 1)).isEqualTo(FeatureStatus.PRESENT);
        assertThat(table.status("away.team_form.n", 2)).isEqualTo(FeatureStatus.STALE);
        assertThat(table.column("away.team_form.n")[2]).isNaN();
    }

    @Test
    void missingKeyHasItsOwnStatus() {
        MatchRows rows = new MatchRows().add(0, "A", "B", 2, 1);
        rows.add(new MatchRows.Match(MatchRows.time(9), MatchRows.time(10), null, null, "B", 1L, 1L, null));

        FeatureTable table = history(MatchRows.teamView(null, "n", "count(*) over last 5 events"), rows);

        assertThat(table.status("home.team_form.n", 1)).isEqualTo(FeatureStatus.NULL_KEY);
        assertThat(table.column("home.team_form.n")[1]).isNaN();
        assertThat(table.status("away.team_form.n", 1)).isEqualTo(FeatureStatus.PRESENT);
    }

    @Test
    void dateOnlyRowsKnownADayLaterSeeTheDayBeforeYesterday() {
        MatchRows rows = new MatchRows();
        for (int day = 0; day < 6; day++) {
            rows.add(day, "A", "B" + day, day, 0);
        }

        FeatureTable table = history(
                MatchRows.teamView(
                        null, "newest", "last(goals_for) over last event", "n", "count(*) over last 9 events"),
                rows);

        // goals tell the day: on day D the newest match seen is that of D - 2
        assertThat(table.column("home.team_form.newest")).containsExactly(Double.NaN, Double.NaN, 0, 1, 2, 3);
        assertThat(table.column("home.team_form.n")).containsExactly(Double.NaN, Double.NaN, 1, 2, 3, 4);
    }

    @Test
    void rowKnownWhenItHappensDoesNotSeeItself() {
        MatchRows rows = new MatchRows();
        for (int day = 0; day < 200; day++) {
            // every match has a league of its own: all that its league's features could know is the match itself
            long goals = (day * 7L) % 5;
            rows.add(new MatchRows.Match(
                    MatchRows.time(day), MatchRows.time(day), "own" + day, "A", "B", goals, 2L, 2.0));
        }
        FeatureEngine engine = FeatureEngine.of(
                List.of(MatchRows.leagueView("copy", "last(FTHG) over last event", "rate", "rate(FTR = 'H') over 1d")),
                MatchRows.ENTITIES,
                List.of(MatchRows.SOURCE));
        FeatureService service =
                engine.service(MatchRows.service("m", MatchRows.located("league.league_odds.*"), Map.of()));
        Frame frame = rows.frame();

        FeatureTable strict = engine.history(frame, frame, service);
        FeatureTable leaking = engine.history(frame, askedLater(rows), service);

        // asked a microsecond later, as `known_at <= as_of` would answer, the feature is the label itself
        for (int row = 0; row < 200; row++) {
            long label = (row * 7L) % 5;
            assertThat(leaking.column("league.league_odds.copy")[row]).isEqualTo((double) label);
            assertThat(strict.status("league.league_odds.copy", row)).isEqualTo(FeatureStatus.NOT_FOUND);
            assertThat(strict.status("league.league_odds.rate", row)).isEqualTo(FeatureStatus.NOT_FOUND);
        }
    }

    @Test
    void emptyHistoryAnswersEveryRow() {
        FeatureEngine engine = MatchRows.footballEngine();
        FeatureService service = engine.service(MatchRows.footballService("m"));

        FeatureTable table = engine.history(new MatchRows().frame(), THREE.frame(), service);
        FeatureTable none = engine.history(THREE.frame(), new MatchRows().frame(), service);

        assertThat(table.rows()).isEqualTo(3);
        assertThat(table.status("home.team_form.win_streak", 2)).isEqualTo(FeatureStatus.NOT_FOUND);
        assertThat(none.rows()).isZero();
    }

    @Test
    void servicesOfOnePassShareWhatTheyHaveInCommon() {
        FeatureEngine engine = MatchRows.footballEngine();
        FeatureService plain = engine.service(MatchRows.footballService("plain"));
        FeatureService odds = engine.service(MatchRows.footballService("odds", "implied(AvgH, AvgD, AvgA)"));
        Frame frame = MatchRows.random(1, 100).frame();

        List<FeatureTable> tables = engine.history(Map.of("matches", frame), frame, List.of(plain, odds));

        assertThat(tables.get(0).column("home.ratings.elo"))
                .isSameAs(tables.get(1).column("home.ratings.elo"));
        assertThat(tables.get(1).names()).containsAll(tables.get(0).names()).contains("implied_AvgH");
        assertThat(bits(tables.get(0).values()))
                .isDeepEqualTo(bits(engine.history(frame, frame, plain).values()));
        assertThat(plain.sha256()).isNotEqualTo(odds.sha256());
    }

    private static Frame askedLater(MatchRows rows) {
        MatchRows later = new MatchRows();
        for (MatchRows.Match m : rows.matches) {
            later.add(new MatchRows.Match(
                    m.eventTime() + 1,
                    m.knownAt(),
                    m.div(),
                    m.home(),
                    m.away(),
                    m.homeGoals(),
                    m.awayGoals(),
                    m.homeOdds()));
        }
        return later.frame();
    }

    private static FeatureTable history(FeatureViewDefinition view, MatchRows rows) {
        FeatureEngine engine = FeatureEngine.of(List.of(view), Map.of("team", "team"), List.of(MatchRows.SOURCE));
        FeatureService service = engine.service(new FeatureServiceDefinition(
                "m",
                "matches",
                new LinkedHashMap<>(Map.of("home", Map.of("team", "HomeTeam"), "away", Map.of("team", "AwayTeam"))),
                MatchRows.located("home." + view.name() + ".*", "away." + view.name() + ".*"),
                Map.of()));
        return engine.history(rows.frame(), rows.frame(), service);
    }
}
