package dev.keelson.simulate;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All seasons of one division, played in order of time. */
final class DivisionHistory {

    /** Standard deviation of the quality in log-goals and how far the best stand out. */
    private static final double QUALITY_SPREAD = 0.46;

    private static final double QUALITY_SKEW = 0.16;

    /** Standard deviation of the style in log-goals. */
    private static final double STYLE_SPREAD = 0.12;

    /** Latent quality of a promoted team. */
    private static final double PROMOTED_MEAN = -0.95;

    private static final double PROMOTED_SPREAD = 0.35;

    private static final double FIRST_HALF = 0.44;
    private static final double MISSING_ON_TARGET = 0.01;
    private static final int FIRST_SEASON_WITH_TIME = 2019;

    // Purposes of the random streams.
    private static final long NAMES = 1;
    private static final long START = 2;
    private static final long CALENDAR = 3;
    private static final long WEEK = 4;
    private static final long SUMMER = 5;
    private static final long MATCH = 6;
    private static final long ODDS = 7;

    /** What differs between divisions, a team and match: goals of equal teams on neutral ground, fouls, yellow and red cards. */
    private record Level(double goals, double fouls, double yellow, double red) {}

    private static final class Team {
        private final String name;
        private double quality;
        private double style;
        private int points;
        private int goalDifference;
        private int goals;

        Team(String name, double quality, double style) {
            this.name = name;
            this.quality = quality;
            this.style = style;
        }

        double qualityInLogGoals() {
            return QUALITY_SPREAD * (quality + QUALITY_SKEW * (quality * quality - 1));
        }

        double styleInLogGoals() {
            return STYLE_SPREAD * style;
        }

        void clearTable() {
            points = 0;
            goalDifference = 0;
            goals = 0;
        }

        void count(int scored, int conceded) {
            points += scored > conceded ? 3 : scored == conceded ? 1 : 0;
            goalDifference += scored - conceded;
            goals += scored;
        }
    }

    private static final Comparator<Team> WORST_FIRST = Comparator.comparingInt((Team team) -> team.points)
            .thenComparingInt(team -> team.goalDifference)
            .thenComparingInt(team -> team.goals)
            .thenComparing(team -> team.name);

    private static final List<String> REFEREES = List.of(
            "A Brockley", "B Tansworth", "C Hollin", "D Marchbank", "E Pellow", "F Ruddock", "G Sandling", "H Trevane",
            "I Underhay", "J Varley", "K Wexcombe", "L Yarrow", "M Ashgrove", "N Birkwell", "O Crundale", "P Dunsby",
            "R Eastgate", "S Farrowby");

    private static final List<LocalTime> SATURDAY = times("12:30", "14:00", "15:00", "15:00", "15:00", "17:30", "20:00");
    private static final List<LocalTime> SUNDAY = times("12:00", "14:00", "14:00", "16:30", "17:00", "19:45");
    private static final List<LocalTime> EVENING = times("18:00", "19:45", "19:45", "20:00");

    private final LeagueSettings settings;
    private final Division division;
    private final long key;
    private final Level level;
    private final List<String> names;
    private final List<Team> teams = new ArrayList<>();
    private int namesUsed;

    DivisionHistory(LeagueSettings settings, Division division) {
        this.settings = settings;
        this.division = division;
        key = division.code().hashCode(); // specified by String, so the same everywhere
        level = switch (division.code()) {
            case "E0" -> new Level(1.19, 10.8, 1.62, 0.063);
            case "SP1" -> new Level(1.17, 13.75, 2.5, 0.12);
            case "I1" -> new Level(1.22, 14.05, 2.3, 0.13);
            default -> new Level(1.29, 13.5, 1.82, 0.08);
        };
        names = TeamNames.shuffled(division.code(), stream(NAMES));
    }

    /** Adds the matches of all seasons. */
    void play(List<SimulatedMatch> matches) {
        start();
        for (int season = settings.firstSeason(); season < settings.firstSeason() + settings.seasons(); season++) {
            if (season > settings.firstSeason()) {
                summer(season);
            }
            playSeason(season, matches);
        }
    }

    private void start() {
        RandomStream random = stream(START);
        for (int i = 0; i < division.teams(); i++) {
            teams.add(new Team(nextName(), random.normal(), random.normal()));
        }
        standardise();
    }

    private void summer(int season) {
        RandomStream random = stream(SUMMER, season);
        List<Team> leaving = teams.stream().sorted(WORST_FIRST).limit(settings.drift().relegated()).toList();
        for (int i = 0; i < teams.size(); i++) {
            double quality = random.normal();
            double style = random.normal();
            if (leaving.contains(teams.get(i))) {
                teams.set(i, new Team(nextName(), PROMOTED_MEAN + PROMOTED_SPREAD * quality, style));
            } else {
                step(teams.get(i), settings.drift().summer(), quality, style);
            }
        }
        teams.forEach(Team::clearTable);
        if (!settings.drift().equals(StrengthDrift.NONE)) { // rounding would move constant strengths by a hair
            standardise();
        }
    }

    private void playSeason(int season, List<SimulatedMatch> matches) {
        List<SeasonCalendar.Fixture> fixtures =
                SeasonCalendar.of(season, division.teams(), stream(CALENDAR, season));
        int week = 0;
        for (int i = 0; i < fixtures.size(); i++) {
            SeasonCalendar.Fixture fixture = fixtures.get(i);
            for (; week < fixture.week(); week++) {
                RandomStream random = stream(WEEK, season, week);
                for (Team team : teams) {
                    step(team, settings.drift().weekly(), random.normal(), random.normal());
                }
            }
            matches.add(playMatch(season, i, fixture));
        }
    }

    private SimulatedMatch playMatch(int season, int number, SeasonCalendar.Fixture fixture) {
        Team home = teams.get(fixture.home());
        Team away = teams.get(fixture.away());
        LocalDate date = fixture.date();
        double supremacy =
                settings.homeAdvantageOn(date) + home.qualityInLogGoals() - away.qualityInLogGoals();
        double openness = (home.styleInLogGoals() + away.styleInLogGoals()) / 2;
        double homeMean = level.goals * StrictMath.exp(openness + supremacy / 2);
        double awayMean = level.goals * StrictMath.exp(openness - supremacy / 2);

        RandomStream random = stream(MATCH, season, number);
        int homeGoals = Math.min(random.poisson(homeMean), Scores.MOST_GOALS);
        int awayGoals = Math.min(random.poisson(awayMean), Scores.MOST_GOALS);
        home.count(homeGoals, awayGoals);
        away.count(awayGoals, homeGoals);
        double dominance = 0.22 * random.normal();
        double strictness = 0.15 * random.normal();
        boolean onTarget = !random.chance(MISSING_ON_TARGET);
        String referee = REFEREES.get(random.index(REFEREES.size()));
        LocalTime time = kickOff(date.getDayOfWeek(), random);
        boolean timed = !settings.columnHistory() || season >= FIRST_SEASON_WITH_TIME;
        TeamStatistics homeStatistics =
                statistics(homeGoals, homeMean, dominance, strictness, -0.05, onTarget, random);
        TeamStatistics awayStatistics =
                statistics(awayGoals, awayMean, -dominance, strictness, 0.05, onTarget, random);
        return new SimulatedMatch(
                division.code(),
                "%d-%02d".formatted(season, (season + 1) % 100),
                date,
                timed ? time : null,
                home.name,
                away.name,
                division.code().equals("E0") ? referee : null,
                homeStatistics,
                awayStatistics,
                Market.quote(
                        homeMean,
                        awayMean,
                        season,
                        settings.columnHistory(),
                        faultOn(date),
                        stream(ODDS, season, number)),
                new Scores(homeMean, awayMean).results());
    }

    private TeamStatistics statistics(
            int goals,
            double mean,
            double dominance,
            double strictness,
            double cardBias,
            boolean onTargetKnown,
            RandomStream random) {
        double pressure = StrictMath.sqrt(mean / 1.4) * StrictMath.exp(dominance);
        int onTarget = goals + random.poisson(3.0 * pressure);
        int shots = onTarget + random.poisson(8 * pressure);
        int corners = random.poisson(5 * StrictMath.sqrt(pressure * (shots + 2) / 14));
        double play = StrictMath.exp(strictness) / StrictMath.sqrt(StrictMath.sqrt(pressure));
        int fouls = random.poisson(0.97 * level.fouls * play);
        double rough = (0.4 + 0.6 * fouls / level.fouls) * StrictMath.exp(strictness + cardBias);
        int yellow = random.poisson(0.95 * level.yellow * rough);
        int red = random.poisson(level.red * rough);
        int halfTime = random.binomial(goals, FIRST_HALF);
        return new TeamStatistics(goals, halfTime, shots, onTargetKnown ? onTarget : null, fouls, corners, yellow, red);
    }

    private @Nullable FeedFault faultOn(LocalDate date) {
        FeedFault fault = settings.feedFault();
        return fault != null && !date.isBefore(fault.from()) ? fault : null;
    }

    private static void step(Team team, double persistence, double quality, double style) {
        double innovation = StrictMath.sqrt(1 - persistence * persistence);
        team.quality = persistence * team.quality + innovation * quality;
        team.style = persistence * team.style + innovation * style;
    }

    /** Gives the latent strengths mean 0 and standard deviation 1 exactly, so that each season is as uneven as the next. */
    private void standardise() {
        double[] quality = standardised(teams.stream().mapToDouble(team -> team.quality).toArray());
        double[] style = standardised(teams.stream().mapToDouble(team -> team.style).toArray());
        for (int i = 0; i < teams.size(); i++) {
            teams.get(i).quality = quality[i];
            teams.get(i).style = style[i];
        }
    }

    private static double[] standardised(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = StrictMath.sqrt(squares / values.length);
        double[] scaled = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = (values[i] - mean) / deviation;
        }
        return scaled;
    }

    private static LocalTime kickOff(DayOfWeek day, RandomStream random) {
        List<LocalTime> times = switch (day) {
            case SATURDAY -> SATURDAY;
            case SUNDAY -> SUNDAY;
            case MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY -> EVENING;
        };
        return times.get(random.index(times.size()));
    }

    private String nextName() {
        return names.get(namesUsed++);
    }

    private RandomStream stream(long... purpose) {
        long[] keys = new long[purpose.length + 1];
        keys[0] = key;
        System.arraycopy(purpose, 0, keys, 1, purpose.length);
        return RandomStream.of(settings.seed(), keys);
    }

    private static List<LocalTime> times(String... texts) {
        List<LocalTime> times = new ArrayList<>();
        for (String text : texts) {
            times.add(LocalTime.parse(text));
        }
        return List.copyOf(times);
    }
}
