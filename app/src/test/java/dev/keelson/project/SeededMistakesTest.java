package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A corpus of mistakes in the football example. Each must be reported alone, with its code, at the character behind
 * {@code §}, and with its remedy.
 */
class SeededMistakesTest {
    @TempDir
    Path folder;

    /**
     * @param old text of the example
     * @param mistake what stands there instead; {@code §} marks the place that must be reported
     * @param hint part of the remedy; empty when there need not be one
     */
    record Mistake(String old, String mistake, ErrorCode code, String hint) {
        @Override
        public String toString() {
            return code.code() + " " + mistake.replace("\n", "\\n");
        }
    }

    private static Mistake mistake(ErrorCode code, String old, String mistake, String hint) {
        return new Mistake(old, mistake, code, hint);
    }

    private static String meant(String name) {
        return "Maybe `" + name + "` was meant.";
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(unknownKeys(), shapes(), references(), expressions(), traps(), values(), sync())
                .flatMap(List::stream);
    }

    private static List<Mistake> sync() {
        String old = "monitors:\n";
        String head = "sync:\n  out:\n    ";
        String to = "\n    postgres: ${DB_URL:-postgresql://localhost/x}\n    table: t\n";
        ErrorCode unknown = ErrorCode.UNKNOWN_REFERENCE;
        return List.of(
                mistake(unknown, old, head + "from: §match" + to + old, meant("matches")),
                mistake(unknown, old, head + "from: §prediction" + to + old, meant("predictions")),
                mistake(unknown, old, head + "from: predictions\n    columns: [id, §modle]" + to + old, meant("model")),
                mistake(unknown, old, head + "from: evaluations\n    key: §ids" + to + old, meant("id")),
                mistake(unknown, old, head + "from: matches\n    columns: { date: d, §HomeTaem: h }\n    key: date" + to + old, meant("HomeTeam")),
                mistake(ErrorCode.MISSING_KEY, old, head + "from: predictions\n    §columns: [model]" + to + old, "Maybe add it"),
                mistake(ErrorCode.BAD_VALUE, old, head + "from: predictions\n    columns: { id: x, §model: x }" + to + old, ""),
                mistake(ErrorCode.MISSING_KEY, old, "sync:\n  §out:\n    from: predictions\n" + old, "Maybe add `postgres"),
                mistake(
                        ErrorCode.MISSING_KEY, old, head + "from: predictions\n    §postgres: ${DB_URL:-x}\n" + old, "table: schema.table"),
                mistake(ErrorCode.BAD_VALUE, old, head + "from: predictions\n    §table: t\n"
                        + "    supabase: { url: http://x, key: \"${K:-}\", table: t }\n" + old, "into `supabase`"));
    }

    private static List<Mistake> unknownKeys() {
        ErrorCode code = ErrorCode.UNKNOWN_KEY;
        return List.of(
                mistake(code, "drift:    { cron:", "drift:    { cron: \"0 2 * * *\", §crom:", meant("cron")),
                mistake(code, "drift:    { cron:", "drift:    { §crom:", meant("cron")),
                mistake(code, "label: matches.FTR", "§labl: matches.FTR", meant("label")),
                mistake(code, "late_window: 3d", "§late_windw: 3d", meant("late_window")),
                mistake(code, "monitors:\n", "§monitor:\n    x: 1\nmonitors:\n", meant("monitors")),
                mistake(code, "ttl: 400d", "§tll: 400d", meant("ttl")),
                mistake(code, "min: 0, max: 30", "min: 0, §maximum: 30", "the keys here are"),
                mistake(code, "on_fail: null }", "§onfail: null }", meant("on_fail")),
                mistake(code, "embargo: 2d", "§embargoo: 2d", meant("embargo")),
                mistake(code, "worse_by: 5%", "§worse_bye: 5%", meant("worse_by")),
                mistake(ErrorCode.BAD_VALUE, "worse_by: 5%", "limits: [§brier >= 0.3]", "Maybe turn the sign round: more of it is worse."),
                mistake(ErrorCode.BAD_VALUE, "worse_by: 5%", "limits: [§accuracy >= 45]", "Maybe `accuracy >= 45%` was meant."),
                mistake(ErrorCode.BAD_VALUE, "worse_by: 5%", "limits: [accuracy >= 0.4, §accuracy >= 45%]", ""),
                mistake(ErrorCode.UNKNOWN_REFERENCE, "worse_by: 5%", "limits: [§bier <= 0.3]", "brier"),
                mistake(code, "  - warn:  freshness", "  - §wrn:  freshness", meant("warn")),
                mistake(code, "calibrate: temperature", "§colour: [0.1, 0.9]", "the keys here are"),
                mistake(code, "policies:", "§alarms:\n  slack: { on: [drift] }\npolicies:", meant("alerts")),
                mistake(code, "bankroll: 1000", "§bankrol: 1000", meant("bankroll")),
                mistake(
                        code,
                        "learner:  " + FootballProject.LEARNER,
                        "learner: { xgboost: { §rouns: 80 } }",
                        meant("rounds")),
                mistake(
                        code,
                        "learner:  " + FootballProject.LEARNER,
                        "learner: { §xgbost: { rounds: 80 } }",
                        meant("xgboost")),
                mistake(
                        code,
                        "      derive:\n        points:",
                        "      §drive:\n        points: {}\n      derive:\n        points:",
                        meant("derive")));
    }

    private static List<Mistake> shapes() {
        return List.of(
                mistake(
                        ErrorCode.MISSING_KEY,
                        "  matches:\n    file: ${KEELSON_DATA:-data}/football/matches.csv.gz\n",
                        "  §matches:\n",
                        "a path such as"),
                mistake(ErrorCode.MISSING_KEY, "timezone: Europe/London\n", "", "a time zone such as"),
                mistake(ErrorCode.MISSING_KEY, "    label: matches.FTR\n", "", "label: SOURCE.COLUMN"),
                mistake(
                        ErrorCode.MISSING_KEY,
                        "entity: team\n    source: matches\n    unpivot",
                        "source: matches\n    unpivot",
                        "a name of"),
                mistake(
                        ErrorCode.MISSING_KEY,
                        "goals_for:     { home: FTHG, away: FTAG }",
                        "§goals_for:     { home: FTHG }",
                        "each role needs its own"),
                mistake(
                        ErrorCode.MISSING_KEY,
                        "league_rates:\n    entity: league\n    source: matches\n    key: div\n",
                        "§league_rates:\n    entity: league\n    source: matches\n",
                        "Maybe add `key: COLUMN`"),
                mistake(
                        ErrorCode.MISSING_KEY,
                        "{ type: enum, values: [H, D, A], on_fail: null }",
                        "§{ type: enum, on_fail: null }",
                        "values: [A, B]"),
                mistake(ErrorCode.WRONG_TYPE, "timezone: Europe/London", "timezone: §[Europe/London]", ""),
                mistake(ErrorCode.WRONG_TYPE, "seed: 42", "seed: §forty-two", ""),
                mistake(ErrorCode.WRONG_TYPE, "walk_forward: 6 folds", "walk_forward: §6", ""),
                mistake(ErrorCode.WRONG_TYPE, "late_window: 3d", "late_window: §3", ""),
                mistake(ErrorCode.WRONG_TYPE, "bankroll: 1000", "bankroll: §much", ""),
                mistake(
                        ErrorCode.WRONG_TYPE,
                        "uncertainty: { conformal: 0.90 }",
                        "uncertainty: §[0.90]",
                        ""),
                mistake(ErrorCode.WRONG_TYPE, "required: true", "required: §yes", ""),
                mistake(
                        ErrorCode.DUPLICATE_KEY,
                        "late_window: 3d",
                        "late_window: 3d\n    §cursor: date",
                        "another name"),
                mistake(ErrorCode.DUPLICATE_KEY, "      BWH:  ", "      §AvgH: double\n      BWH:  ", "another name"),
                mistake(
                        ErrorCode.YAML_SYNTAX,
                        "key: [div, date, HomeTeam, AwayTeam]",
                        "key: [div, date, HomeTeam, AwayTeam\n    event_time§: date",
                        "`]` is missing"),
                mistake(ErrorCode.YAML_SYNTAX, "calibrate: temperature", "calibrate: a§: b", "needs quotes"));
    }

    private static List<Mistake> references() {
        ErrorCode code = ErrorCode.UNKNOWN_REFERENCE;
        return List.of(
                mistake(code, "source: matches\n    unpivot", "source: §mathces\n    unpivot", meant("matches")),
                mistake(code, "entity: league\n    source", "entity: §leage\n    source", meant("league")),
                mistake(code, "home.ratings.elo, away", "home.§ratngs.elo, away", meant("ratings")),
                mistake(code, "home.ratings.elo, away", "home.ratings.§eloo, away", meant("elo")),
                mistake(code, "home.ratings.elo, away", "§hom.ratings.elo, away", meant("home")),
                mistake(code, "home.ratings.elo, away", "§ratings.elo, away", meant("home.ratings.elo")),
                mistake(code, "league.league_rates.*", "§home.league_rates.*", "Maybe the role `league` was meant."),
                mistake(code, "home:   { team: HomeTeam }", "home:   { team: §HomeTaem }", meant("HomeTeam")),
                mistake(code, "label: matches.FTR", "label: matches.§FTX", meant("FTR")),
                mistake(code, "label: matches.FTR", "label: §match.FTR", meant("matches")),
                mistake(code, "extends: football-1x2", "extends: §footbal-1x2", meant("football-1x2")),
                mistake(
                        code,
                        "models: football-*\n    metric",
                        "model: §football-1x2-ods\n    metric",
                        meant("football-1x2-odds")),
                mistake(code, "models: football-*\n    baseline", "models: §tennis-*\n    baseline", "football-1x2"),
                mistake(code, "odds: [AvgH, AvgD, AvgA], stake", "odds: [AvgH, §AvgX, AvgA], stake", "Maybe `Avg"),
                mistake(code, "market(AvgH, AvgD, AvgA)]", "market(AvgH, AvgD, §AvA)]", meant("AvgA")),
                mistake(code, "key: [div, date", "key: [§dvi, date", meant("div")),
                mistake(code, "cursor: date ", "cursor: §dat ", meant("date")),
                mistake(code, "- HTHG   ", "- §HTHGG   ", meant("HTHG")),
                mistake(
                        code,
                        "team: { home: HomeTeam, away: AwayTeam }\n",
                        "team: { home: HomeTeam, away: §AwayTaem }\n",
                        meant("AwayTeam")),
                mistake(
                        code,
                        "shots_on_target_for:     { home: HST, away: AST }",
                        "shots_on_target_for:     { home: HST, §awya: AST, away: AST }",
                        meant("away")),
                mistake(code, "missing(AvgH) == 0", "missing(§AvgHH) == 0", meant("AvgH")),
                mistake(code, "row_count >= 100", "§row_cont >= 100", meant("row_count")),
                mistake(code, "predictions >= 100", "§prediction >= 100", meant("predictions")),
                mistake(code, FootballProject.ENSEMBLE, "ensemble: [xgboost, §logistics]", meant("logistic")));
    }

    private static List<Mistake> expressions() {
        return List.of(
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        FootballProject.MEAN,
                        "mean(§goals_fro) over last 38 events",
                        meant("goals_for")),
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        "away = AwayTeam, result",
                        "away = §AwayTaem, result",
                        meant("AwayTeam")),
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        "implied(AvgH, AvgD, AvgA)",
                        "implied(AvgH, AvgD, §AvgAA)",
                        meant("AvgA")),
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        "elo_gap: home.ratings.elo -",
                        "elo_gap: §home.ratings.el -",
                        meant("home.ratings.elo")),
                mistake(ErrorCode.EXPRESSION_TYPE, "bw_overround:   1/BWH", "bw_overround:   1/§BWx", meant("BWH")),
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        "odds: [AvgH, AvgD, AvgA], stake",
                        "odds: [§HomeTeam, AvgD, AvgA], stake",
                        ""),
                mistake(ErrorCode.EXPRESSION_TYPE, "freshness < 8d", "§freshness < 8", ""),
                mistake(ErrorCode.EXPRESSION_TYPE, "home.ratings.elo, away", "§date, away", "a comparison"),
                mistake(
                        ErrorCode.EXPRESSION_TYPE,
                        "days since last event",
                        "§last(HomeTeam) over last event",
                        "comparison"),
                mistake(ErrorCode.EXPRESSION_SYNTAX, "days >= 7", "days §7", ""),
                mistake(ErrorCode.EXPRESSION_SYNTAX, "duplicate_keys == 0", "duplicate_keys ==§", ""));
    }

    private static List<Mistake> traps() {
        return List.of(
                mistake(ErrorCode.LABEL_AMONG_FEATURES, "home.ratings.elo, away", "§FTR, away", "past events"),
                mistake(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "home.ratings.elo, away",
                        "§FTHG, away",
                        "mean(FTHG) over last 5 events"),
                mistake(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "elo_gap: home.ratings.elo",
                        "elo_gap: §FTHG + home.ratings.elo",
                        "past events"),
                mistake(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "avg_overround:  1/AvgH",
                        "avg_overround:  1/§AvgCH",
                        "past events"),
                mistake(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "implied(AvgH, AvgD, AvgA)",
                        "implied(AvgH, AvgD, §AvgCA)",
                        "past events"),
                mistake(
                        ErrorCode.FEATURE_READS_OWN_OUTCOME,
                        "mean(1/AvgH + 1/AvgD + 1/AvgA - 1) over 30d",
                        "§FTHG + 1",
                        "past events"),
                mistake(ErrorCode.EMBARGO_TOO_SHORT, "embargo: 2d", "embargo: §12h", "Maybe write `embargo: 1d`."),
                mistake(ErrorCode.BAD_VALUE, "known_after: 1d", "known_after: §2h", "known_after: 1d"),
                mistake(
                        ErrorCode.BAD_VALUE,
                        "late_window: 3d",
                        "late_window: 3d\n    known_after: §2h",
                        "Maybe leave it out"),
                mistake(ErrorCode.BAD_VALUE, "        - FTR\n", "", "sources.matches.outcomes.columns"),
                mistake(
                        ErrorCode.SECRET_IN_FILE,
                        "file: ${KEELSON_DATA:-data}/football/matches.csv.gz",
                        "file: §postgres://keelson:hunter2@db/football",
                        "write `${NAME}` here"),
                mistake(
                        ErrorCode.SECRET_IN_FILE,
                        "project: football-tips",
                        "project: football-tips\ntoken: §a1b2c3d4",
                        "write `${NAME}` here"),
                mistake(
                        ErrorCode.VARIABLE_NOT_SET,
                        "file: ${KEELSON_DATA:-data}/football",
                        "file: §${KEELSON_DATA}/football",
                        "${KEELSON_DATA:-…}"));
    }

    private static List<Mistake> values() {
        ErrorCode code = ErrorCode.BAD_VALUE;
        return List.of(
                mistake(
                        ErrorCode.UNKNOWN_ZONE,
                        "timezone: Europe/London",
                        "timezone: §Europe/Londn",
                        meant("Europe/London")),
                mistake(
                        ErrorCode.UNKNOWN_ZONE,
                        "run: drift, on_drift",
                        "zone: §Mars/Olympus, run: drift, on_drift",
                        "Europe/London"),
                mistake(code, "cron: \"0 2 * * *\"", "cron: \"§0 25 * * *\"", ""),
                mistake(code, "cron: \"0 2 * * *\"", "cron: \"§0 0 2 * * *\"", "seconds"),
                mistake(code, "run: materialize", "run: §materialise", meant("materialize")),
                mistake(
                        code,
                        "learner:  " + FootballProject.LEARNER,
                        "learner: §xgb",
                        meant("xgboost")),
                mistake(code, "on_drift: retrain", "on_drift: §retrian", meant("retrain")),
                mistake(code, "run: materialize", "run: materialize, §on_drift: alert", "run: drift"),
                mistake(code, "policy: recommended", "policy: §recomended", meant("recommended")),
                mistake(code, "policy: recommended", "policy: recommended\n    §share: 30%", "acis"),
                mistake(code, "season:   string", "season:   §text", meant("string")),
                mistake(code, "late_window: 3d", "late_window: §3 days", ""),
                mistake(code, "margin: 0.005 log_loss", "margin: §0.005 logloss", ""),
                mistake(code, "alpha: 0.05", "alpha: §5", ""),
                mistake(code, "alpha: 0.05", "alpha: §0.5", ""),
                mistake(code, "alpha: 0.05", "alpha: 0.05, look_every: §0", ""),
                mistake(code, "alpha: 0.05 }", "alpha: 0.05 }\n    horizon: §12", ""),
                mistake(code, "alpha: 0.05 }", "alpha: 0.05 }\n    budget: { alpha: §200% }", ""),
                mistake(code, "kelly(0.25)", "§kelly(1.5)", ""),
                mistake(code, "odds: [AvgH, AvgD, AvgA], stake", "odds: §[AvgH, AvgD], stake", ""),
                mistake(code, "walk_forward: 6 folds", "walk_forward: §1 folds", ""),
                mistake(code, "keelson: 1", "keelson: §2", ""),
                mistake(code, "min: 0, max: 30", "min: 31, max: §30", "exchanged"),
                mistake(code, "season:   string", "season:   { type: string, §min: 3 }", "type"),
                mistake(code, "season:   string", "season:   { type: string, pattern: \"§[\" }", ""),
                mistake(code, "{ type: date, required: true }", "{ type: date, format: §dd/QQQQQQ/bbbb }", ""),
                mistake(code, "cursor: date ", "cursor: §season ", "type"),
                mistake(code, "key: div\n    features", "key: §AvgH\n    features", ""),
                mistake(code, "league: { league: div }", "league: { league: §AvgH }", ""),
                mistake(code, "missing(AvgH) == 0", "§missing == 0", "missing("),
                mistake(
                        ErrorCode.DUPLICATE_KEY,
                        "        points: case",
                        "        §FTHG: 1\n        points: case",
                        "another name"),
                mistake(code, "extends: football-1x2\n", "extends: §football-1x2-odds\n", "stand on its own"),
                mistake(code, "features: [home.team_form.*", "features: [§..., home.team_form.*", "extends: MODEL"),
                mistake(code, "metric: log_loss", "§metric: log_loss\n    policy: acis", "two monitors"),
                mistake(code, "[frequencies, market", "[§frequencys, market", meant("frequencies")),
                mistake(code, "current: last 7d, at least 100 rows", "current: §7 days", ""),
                mistake(
                        ErrorCode.DUPLICATE_KEY,
                        "[..., implied",
                        "[..., §home.ratings.elo, implied",
                        "selects it already"),
                mistake(ErrorCode.DUPLICATE_KEY, "[frequencies, market", "[frequencies, §frequencies, market", ""));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsReportedAloneAtItsPlaceWithItsRemedy(Mistake mistake) {
        String marked = FootballProject.with(mistake.old(), mistake.mistake());
        String text = marked.replace("§", "");

        List<Problem> problems = FootballProject.problems(folder, text, FootballProject.HEADERS);

        assertThat(problems).extracting(Problem::code).as(problems.toString()).containsExactly(mistake.code());
        Problem problem = problems.getFirst();
        if (marked.contains("§")) {
            assertThat(problem.location()).as(problem.toString()).isEqualTo(place(marked));
        }
        if (!mistake.hint().isEmpty()) {
            assertThat(problem.hint()).contains(mistake.hint());
        }
    }

    private Location place(String marked) {
        String before = marked.substring(0, marked.indexOf('§'));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return new Location(folder.resolve("keelson.yaml").toString(), line, column);
    }
}
