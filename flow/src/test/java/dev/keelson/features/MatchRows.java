package dev.keelson.features;

import dev.keelson.data.SystemColumns;
import dev.keelson.error.Located;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition.Unpivot;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Small tables of matches, and the football project's views over them. Days count from 2020-01-01. */
final class MatchRows {
    static final long DAY_ZERO = Micros.of(Instant.parse("2020-01-01T00:00:00Z"));

    static final Schema SCHEMA = new Schema(List.of(
            new Column("div", ColumnType.STRING),
            new Column("date", ColumnType.DATE),
            new Column("HomeTeam", ColumnType.STRING),
            new Column("AwayTeam", ColumnType.STRING),
            new Column("FTHG", ColumnType.LONG),
            new Column("FTAG", ColumnType.LONG),
            new Column("FTR", ColumnType.STRING),
            new Column("AvgH", ColumnType.DOUBLE),
            new Column("AvgD", ColumnType.DOUBLE),
            new Column("AvgA", ColumnType.DOUBLE)));

    static final SourceSchema SOURCE = new SourceSchema(
            "matches", SCHEMA, List.of("div", "date", "HomeTeam", "AwayTeam"), List.of("FTHG", "FTAG", "FTR"));

    static final Map<String, String> ENTITIES = Map.of("team", "team", "league", "league");

    record Match(
            long eventTime,
            long knownAt,
            @Nullable String div,
            @Nullable String home,
            @Nullable String away,
            @Nullable Long homeGoals,
            @Nullable Long awayGoals,
            @Nullable Double homeOdds) {
        @Nullable
        String result() {
            return homeGoals == null || awayGoals == null
                    ? null
                    : homeGoals > awayGoals ? "H" : homeGoals < awayGoals ? "A" : "D";
        }
    }

    final List<Match> matches = new ArrayList<>();

    /** A match known one day after it. */
    MatchRows add(double day, String home, String away, long homeGoals, long awayGoals) {
        return add(day, day + 1, home, away, homeGoals, awayGoals);
    }

    MatchRows add(double day, double knownDay, String home, String away, long homeGoals, long awayGoals) {
        matches.add(new Match(time(day), time(knownDay), "E0", home, away, homeGoals, awayGoals, 2.0));
        return this;
    }

    MatchRows add(Match match) {
        matches.add(match);
        return this;
    }

    static long time(double day) {
        return DAY_ZERO + Math.round(day * Micros.PER_DAY);
    }

    static Instant instant(double day) {
        return Micros.toInstant(time(day));
    }

    /** Matches of a few teams over about a year: ties in time, late rows, missing cells and keys. */
    static MatchRows random(long seed, int count) {
        Random random = new Random(seed);
        MatchRows rows = new MatchRows();
        for (int i = 0; i < count; i++) {
            long event = time(random.nextInt(300));
            long known = event + Micros.PER_DAY * (random.nextInt(10) == 0 ? 1 + random.nextInt(40) : 1);
            boolean noGoals = random.nextInt(20) == 0;
            String home = random.nextInt(40) == 0 ? null : "team" + random.nextInt(6);
            String away = random.nextInt(40) == 0 ? null : "team" + random.nextInt(6);
            rows.add(new Match(
                    event,
                    known,
                    random.nextInt(30) == 0 ? null : "div" + random.nextInt(2),
                    home,
                    away,
                    noGoals ? null : (Long) (long) random.nextInt(5),
                    noGoals ? null : (Long) (long) random.nextInt(4),
                    random.nextInt(15) == 0 ? null : (Double) (1.1 + 4 * random.nextDouble())));
        }
        // the source's key makes rows unique
        Map<List<@Nullable Object>, Match> byKey = new LinkedHashMap<>();
        for (Match match : rows.matches) {
            List<@Nullable Object> key = new ArrayList<>();
            key.add(match.div());
            key.add(match.eventTime());
            key.add(match.home());
            key.add(match.away());
            byKey.putIfAbsent(key, match);
        }
        MatchRows unique = new MatchRows();
        unique.matches.addAll(byKey.values());
        return unique;
    }

    Frame frame() {
        int n = matches.size();
        @Nullable String[] div = new @Nullable String[n];
        long[] date = new long[n];
        @Nullable String[] home = new @Nullable String[n];
        @Nullable String[] away = new @Nullable String[n];
        long[] homeGoals = new long[n];
        long[] awayGoals = new long[n];
        boolean[] noHomeGoals = new boolean[n];
        boolean[] noAwayGoals = new boolean[n];
        @Nullable String[] result = new @Nullable String[n];
        double[] odds = new double[n];
        double[] otherOdds = new double[n];
        boolean[] noOdds = new boolean[n];
        long[] event = new long[n];
        long[] known = new long[n];
        for (int i = 0; i < n; i++) {
            Match match = matches.get(i);
            div[i] = match.div();
            date[i] = Math.floorDiv(match.eventTime(), Micros.PER_DAY);
            home[i] = match.home();
            away[i] = match.away();
            Long goalsOfHome = match.homeGoals();
            Long goalsOfAway = match.awayGoals();
            noHomeGoals[i] = goalsOfHome == null;
            noAwayGoals[i] = goalsOfAway == null;
            homeGoals[i] = goalsOfHome == null ? 0 : goalsOfHome;
            awayGoals[i] = goalsOfAway == null ? 0 : goalsOfAway;
            result[i] = match.result();
            Double price = match.homeOdds();
            noOdds[i] = price == null;
            odds[i] = price == null ? 0 : price;
            otherOdds[i] = 3.5;
            event[i] = match.eventTime();
            known[i] = match.knownAt();
        }
        return new Frame(
                        SCHEMA,
                        List.of(
                                new Vector.Strings(div),
                                new Vector.Longs(ColumnType.DATE, date, null),
                                new Vector.Strings(home),
                                new Vector.Strings(away),
                                new Vector.Longs(ColumnType.LONG, homeGoals, noHomeGoals),
                                new Vector.Longs(ColumnType.LONG, awayGoals, noAwayGoals),
                                new Vector.Strings(result),
                                new Vector.Doubles(odds, noOdds),
                                new Vector.Doubles(otherOdds, null),
                                new Vector.Doubles(otherOdds, null)),
                        n)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, event, null))
                .with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }

    /** Each match of a team as one event. */
    static FeatureViewDefinition teamView(@Nullable Duration ttl, String... nameThenText) {
        return new FeatureViewDefinition(
                "team_form", "team", "matches", null, unpivot(), ttl, features(nameThenText), null);
    }

    static Unpivot unpivot() {
        Map<String, Map<String, String>> columns = new LinkedHashMap<>();
        columns.put("goals_for", ordered("home", "FTHG", "away", "FTAG"));
        columns.put("goals_against", ordered("home", "FTAG", "away", "FTHG"));
        return new Unpivot("team", ordered("home", "HomeTeam", "away", "AwayTeam"), columns, derived());
    }

    private static Map<String, Located> derived() {
        return Map.of(
                "points",
                Located.of(
                        "case when goals_for > goals_against then 3 when goals_for = goals_against then 1 else 0 end"));
    }

    static FeatureViewDefinition ratings(String elo) {
        return new FeatureViewDefinition("ratings", "team", "matches", null, null, null, features("elo", elo), null);
    }

    static FeatureViewDefinition leagueView(String... nameThenText) {
        return new FeatureViewDefinition(
                "league_odds", "league", "matches", "div", null, null, features(nameThenText), null);
    }

    /** The football project's views, and more aggregates. */
    static List<FeatureViewDefinition> footballViews() {
        return List.of(
                teamView(
                        Duration.ofDays(100),
                        "goals_for_last5",
                        "mean(goals_for) over last 5 events",
                        "goals_against_std",
                        "std(goals_against) over last 8 events",
                        "points_last10",
                        "sum(points) over last 10 events",
                        "points_40d",
                        "sum(points) over 40d",
                        "best_40d",
                        "max(goals_for) over 40d",
                        "worst",
                        "min(goals_for - goals_against) over last 4 events",
                        "matches_20d",
                        "count(*) over 20d",
                        "newest",
                        "last(goals_for) over last 3 events",
                        "oldest",
                        "first(goals_for) over 60d",
                        "leagues",
                        "distinct(div) over 60d",
                        "win_streak",
                        "streak(points = 3)",
                        "rest_days",
                        "days since last event"),
                ratings("elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20, home_advantage = 65)"),
                leagueView(
                        "home_win_rate_90d", "rate(FTR = 'H') over 90d",
                        "overround_30d", "mean(1/AvgH + 1/AvgD + 1/AvgA - 1) over 30d"));
    }

    static FeatureEngine footballEngine() {
        return FeatureEngine.of(footballViews(), ENTITIES, List.of(SOURCE));
    }

    static FeatureServiceDefinition footballService(String name, String... more) {
        List<Located> features = new ArrayList<>(located(
                "home.team_form.*",
                "away.team_form.*",
                "home.ratings.elo",
                "away.ratings.elo",
                "league.league_odds.*"));
        features.addAll(located(more));
        return service(name, features, Map.of("elo_gap", Located.of("home.ratings.elo - away.ratings.elo")));
    }

    static FeatureServiceDefinition service(String name, List<Located> features, Map<String, Located> derive) {
        Map<String, Map<String, String>> entities = new LinkedHashMap<>();
        entities.put("home", Map.of("team", "HomeTeam"));
        entities.put("away", Map.of("team", "AwayTeam"));
        entities.put("league", Map.of("league", "div"));
        return new FeatureServiceDefinition(name, "matches", entities, features, derive);
    }

    static List<Located> located(String... texts) {
        List<Located> located = new ArrayList<>();
        for (String text : texts) {
            located.add(Located.of(text));
        }
        return located;
    }

    static List<FeatureDefinition> features(String... nameThenText) {
        List<FeatureDefinition> features = new ArrayList<>();
        for (int i = 0; i < nameThenText.length; i += 2) {
            features.add(new FeatureDefinition(nameThenText[i], Located.of(nameThenText[i + 1])));
        }
        return features;
    }

    private static Map<String, String> ordered(String... keyThenValue) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < keyThenValue.length; i += 2) {
            map.put(keyThenValue[i], keyThenValue[i + 1]);
        }
        return map;
    }
}
