package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureViewDefinition.Unpivot;
import dev.keelson.frame.CategoryKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is refused, and with which words. */
final class FeatureServiceTest {
    private static final FeatureEngine ENGINE = MatchRows.footballEngine();

    @Test
    void outcomeOfTheOwnRowIsRefusedAtItsPlace() {
        Located leak = new Located("FTHG - 1", new Location("keelson.yaml", 60, 17));
        Map<String, Located> derive = new LinkedHashMap<>();
        derive.put("margin", Located.of("1 / AvgH + FTAG"));
        derive.put("won", Located.of("case when FTR = 'H' then home.ratings.elo else 0 end"));

        List<Problem> problems =
                problems(MatchRows.service("m", List.of(Located.of("home.ratings.elo"), leak), derive));

        assertThat(problems)
                .extracting(Problem::code)
                .containsOnly(ErrorCode.FEATURE_READS_OWN_OUTCOME)
                .hasSize(3);
        assertThat(problems.get(0).location()).isEqualTo(new Location("keelson.yaml", 60, 17));
        assertThat(problems.get(0).message()).contains("FTHG").contains("of its own row");
        assertThat(problems.get(1).message()).contains("margin").contains("FTAG");
        assertThat(problems.get(2).message()).contains("won").contains("FTR");
    }

    @Test
    void outcomeOfEarlierRowsIsNoProblem() {
        FeatureService service = ENGINE.service(
                MatchRows.service("m", MatchRows.located("league.league_odds.home_win_rate_90d"), Map.of()));

        assertThat(service.names()).containsExactly("league.league_odds.home_win_rate_90d");
        assertThat(service.requestColumns()).containsExactly("div");
    }

    @Test
    void everyWrongSelectorIsReportedWithASuggestion() {
        List<Problem> problems = problems(MatchRows.service(
                "m",
                MatchRows.located(
                        "home.team_form.win_streek",
                        "hom.ratings.elo",
                        "home.rating.*",
                        "ratings.elo",
                        "AvgX",
                        "elo(home = HomeTeam, away = AwayTeam, result = FTR)"),
                Map.of()));

        assertThat(problems).hasSize(6);
        assertThat(problems.get(0).hint()).contains("home.team_form.win_streak");
        assertThat(problems.get(1).hint()).contains("`home`");
        assertThat(problems.get(2).hint()).contains("`ratings`");
        assertThat(problems.get(3).message()).contains("several roles");
        assertThat(problems.get(4).code()).isEqualTo(ErrorCode.EXPRESSION_TYPE);
        assertThat(problems.get(5).message()).contains("past events");
    }

    @Test
    void aTextIsTheNumberOfItsCategory() {
        Map<String, Located> derive = Map.of("pair", Located.of("HomeTeam || '-' || AwayTeam"));
        FeatureService service = ENGINE.service(MatchRows.service("m", MatchRows.located("HomeTeam"), derive));
        MatchRows rows = new MatchRows().add(0, "A", "B", 1, 0).add(5, "C", "B", 1, 0);

        FeatureTable table = ENGINE.history(rows.frame(), rows.frame(), service);

        assertThat(service.columns()).extracting(FeatureColumn::category).containsExactly(true, true);
        assertThat(table.column("HomeTeam")).containsExactly(CategoryKey.of("A"), CategoryKey.of("C"));
        assertThat(table.column("pair")[1]).isEqualTo(CategoryKey.of("C-B"));
        assertThat(service.categories().get("pair")).containsEntry(CategoryKey.of("C-B"), "C-B");
    }

    @Test
    void theNumberOfACategoryIsNoneToReckonWith() {
        Map<String, Located> derive = new LinkedHashMap<>();
        derive.put("pair", Located.of("HomeTeam || AwayTeam"));
        derive.put("twice", Located.of("pair * 2"));

        List<Problem> problems = problems(MatchRows.service("m", List.of(), derive));

        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().message()).contains("pair");
    }

    @Test
    void roleMayBeLeftOutWhereItIsClear() {
        FeatureService service = ENGINE.service(MatchRows.service("m", MatchRows.located("league_odds.*"), Map.of()));

        assertThat(service.names()).containsExactly("league_odds.home_win_rate_90d", "league_odds.overround_30d");
        assertThat(service.columns().getFirst().role()).isEqualTo("league");
    }

    @Test
    void featureSelectedTwiceIsRefused() {
        List<Problem> problems = problems(
                MatchRows.service("m", MatchRows.located("home.team_form.*", "home.team_form.rest_days"), Map.of()));

        assertThat(problems).extracting(Problem::code).containsExactly(ErrorCode.DUPLICATE_KEY);
    }

    @Test
    void derivedValueReadsFeaturesThatAreNotSelected() {
        FeatureService service = ENGINE.service(MatchRows.service(
                "m", List.of(), Map.of("elo_gap", Located.of("home.ratings.elo - away.ratings.elo"))));
        MatchRows rows = new MatchRows().add(0, "A", "B", 1, 0).add(5, "A", "B", 1, 0);

        FeatureTable table = ENGINE.history(rows.frame(), rows.frame(), service);

        assertThat(table.names()).containsExactly("elo_gap");
        assertThat(table.column("elo_gap")[1]).isEqualTo(2 * (1508.1506753883134 - 1500));
    }

    @Test
    void definitionHashFollowsWhatValuesDependOn() {
        FeatureServiceDefinition definition = MatchRows.footballService("m");
        String hash = ENGINE.service(definition).sha256();
        FeatureEngine other = FeatureEngine.of(
                List.of(
                        MatchRows.footballViews().get(0),
                        MatchRows.ratings("elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 21)"),
                        MatchRows.footballViews().get(2)),
                MatchRows.ENTITIES,
                List.of(MatchRows.SOURCE));

        assertThat(MatchRows.footballEngine().service(definition).sha256()).isEqualTo(hash);
        assertThat(other.service(definition).sha256()).isNotEqualTo(hash);
    }

    @Test
    void everyProblemOfViewsIsReported() {
        List<FeatureViewDefinition> views = List.of(
                MatchRows.teamView(
                        null, "a", "mean(goals_fr) over last 5 events", "b", "1 / AvgH", "c", "last(team) over 5d"),
                new FeatureViewDefinition(
                        "keyless",
                        "team",
                        "matches",
                        null,
                        null,
                        null,
                        MatchRows.features("n", "count(*) over 5d"),
                        null),
                new FeatureViewDefinition(
                        "wrong",
                        "teem",
                        "matchs",
                        "div",
                        null,
                        null,
                        MatchRows.features("n", "count(*) over 5d"),
                        null),
                new FeatureViewDefinition(
                        "odd",
                        "team",
                        "matches",
                        "AvgH",
                        null,
                        null,
                        MatchRows.features("n", "count(*) over 5d"),
                        null));

        KeelsonException thrown = catchThrowableOfType(
                KeelsonException.class, () -> FeatureEngine.of(views, MatchRows.ENTITIES, List.of(MatchRows.SOURCE)));

        assertThat(thrown.problems())
                .extracting(Problem::code)
                .containsExactly(
                        ErrorCode.EXPRESSION_TYPE,
                        ErrorCode.EXPRESSION_TYPE,
                        ErrorCode.EXPRESSION_TYPE,
                        ErrorCode.MISSING_KEY,
                        ErrorCode.UNKNOWN_REFERENCE,
                        ErrorCode.BAD_VALUE);
    }

    @Test
    void windowIsGroupedByOneOfSeveralPartsOfTheKey() {
        List<FeatureViewDefinition> views = List.of(
                new FeatureViewDefinition(
                        "both", "team", "matches", "{div}_{HomeTeam}", null, null,
                        MatchRows.features("a", "count(*) over 5d by div", "b", "count(*) over 5d by AwayTeam"), null),
                new FeatureViewDefinition(
                        "one", "team", "matches", "div", null, null, MatchRows.features("a", "count(*) over 5d by div"), null),
                new FeatureViewDefinition(
                        "none", "team", "matches", null, null, null, MatchRows.features("a", "count(*) over 5d by div"), null));

        KeelsonException thrown = catchThrowableOfType(
                KeelsonException.class, () -> FeatureEngine.of(views, MatchRows.ENTITIES, List.of(MatchRows.SOURCE)));

        assertThat(thrown.problems())
                .extracting(Problem::message)
                .anySatisfy(message -> assertThat(message).contains("(AwayTeam) groups a window of the view (both)", "[div, HomeTeam]"))
                .anySatisfy(message -> assertThat(message).contains("(div) groups a window of the view (one)"))
                .anySatisfy(message -> assertThat(message).contains("(div) groups a window of the view (none)"))
                .noneSatisfy(message -> assertThat(message).contains("(div) groups a window of the view (both)"));
    }

    @Test
    void unpivotedColumnNeedsEveryRoleOneTypeAndANewName() {
        Unpivot good = MatchRows.unpivot();
        Map<String, Map<String, String>> columns = new LinkedHashMap<>();
        columns.put("only_home", Map.of("home", "FTHG"));
        columns.put("mixed", Map.of("home", "FTHG", "away", "FTR"));
        columns.put("AvgH", Map.of("home", "FTHG", "away", "FTAG"));
        columns.put("lost", Map.of("home", "FTHG", "away", "FTGA"));
        FeatureViewDefinition view = new FeatureViewDefinition(
                "v",
                "team",
                "matches",
                null,
                new Unpivot(good.entityColumn(), good.keyByRole(), columns, Map.of()),
                null,
                MatchRows.features("n", "count(*) over 5d"),
                null);

        KeelsonException thrown = catchThrowableOfType(
                KeelsonException.class,
                () -> FeatureEngine.of(List.of(view), MatchRows.ENTITIES, List.of(MatchRows.SOURCE)));

        assertThat(thrown.problems())
                .extracting(Problem::code)
                .containsExactly(
                        ErrorCode.BAD_VALUE, ErrorCode.BAD_VALUE, ErrorCode.DUPLICATE_KEY, ErrorCode.UNKNOWN_REFERENCE);
        assertThat(thrown.problems().get(3).hint()).contains("FTAG");
    }

    private static List<Problem> problems(FeatureServiceDefinition definition) {
        return catchThrowableOfType(KeelsonException.class, () -> ENGINE.service(definition))
                .problems();
    }
}
