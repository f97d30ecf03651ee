package dev.keelson.features;

import static dev.keelson.features.FeatureEnginePropertyTest.bits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Random;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The real matches, where they are at hand. */
final class FootballFeaturesIT {
    @Test
    void onlineValuesOfTheLastSeasonAreThoseOfHistory() throws IOException {
        MatchRows rows = matches();
        Frame frame = rows.frame();
        FeatureEngine engine = MatchRows.footballEngine();
        FeatureService plain = engine.service(MatchRows.footballService("football-1x2"));
        FeatureService odds =
                engine.service(MatchRows.footballService("football-1x2-odds", "implied(AvgH, AvgD, AvgA)"));

        List<FeatureTable> tables = engine.history(Map.of("matches", frame), frame, List.of(plain, odds));

        assertThat(tables.get(0).rows()).isEqualTo(frame.rows());
        double[] elo = tables.get(0).column("home.ratings.elo");
        assertThat(Arrays.stream(elo)
                        .filter(rating -> !Double.isNaN(rating))
                        .average()
                        .orElseThrow())
                .isBetween(1450.0, 1600.0);
        // the stronger side by rating wins more often than not, but far from always: a leak would show here
        int right = 0;
        int decided = 0;
        double[] gap = tables.get(0).column("elo_gap");
        for (int row = 0; row < gap.length; row++) {
            if (Math.abs(gap[row]) > 100) {
                decided++;
                String result = rows.matches.get(row).result();
                right += (gap[row] > 0 ? "H" : "A").equals(result) ? 1 : 0;
            }
        }
        assertThat(right / (double) decided).isBetween(0.5, 0.7);
        OnlineFeatures online = OnlineFeatures.open(engine, new InMemoryOnlineStore());
        FrameRow request = new FrameRow(frame, odds.requestSchema());
        // the file is in order of time: what happened before a day has been given by then
        int given = 0;
        for (int row = frame.rows() - 1_446; row < frame.rows(); row++) {
            long asOf = rows.matches.get(row).eventTime();
            int happened = row;
            while (rows.matches.get(happened - 1).eventTime() == asOf) {
                happened--;
            }
            if (happened > given) {
                online.advance(frame.take(IntStream.range(given, happened).toArray()), Micros.toInstant(asOf));
                given = happened;
            }
            FeatureVector vector = online.get(odds, request.at(row), Micros.toInstant(asOf));
            assertThat(bits(vector.values()))
                    .as("row %d", row)
                    .isEqualTo(bits(tables.get(1).row(row)));
        }
    }

    @Test
    void everyRatingAndWindowOnlineIsThatOfHistoryWithLateRows() throws IOException {
        MatchRows rows = new MatchRows();
        // results of every 40th match become known late
        List<MatchRows.Match> all = matches().matches;
        all.subList(all.size() - 6_000, all.size()).forEach(match -> rows.add(new MatchRows.Match(
                match.eventTime(),
                match.knownAt() + (rows.matches.size() % 40 == 0 ? 12 * Micros.PER_DAY : 0),
                match.div(),
                match.home(),
                match.away(),
                match.homeGoals(),
                match.awayGoals(),
                match.homeOdds())));
        Frame frame = rows.frame();
        FeatureEngine engine = FeatureEngine.of(
                List.of(
                        MatchRows.teamView(
                                null,
                                "median", "median(goals_for) over 60d",
                                "ewm", "ewm(goals_for, half_life = 5 events)",
                                "ewm_days", "ewm(goals_against, half_life = 40d)",
                                "rsi", "rsi(goals_for, 14)",
                                "macd", "macd(points, 3, 8, 5)",
                                "ratio", "ratio(goals_for, goals_against) over last 10 events",
                                "arsenal", "corr(points, Arsenal.points) over 300d",
                                "dry", "days since goals_for = 0",
                                "lag", "lag(points, 3)",
                                "next", "transitions(case when points = 3 then 'W' else 'N' end, 'W', 'N') over 200d"),
                        new FeatureViewDefinition(
                                "rated",
                                "team",
                                "matches",
                                null,
                                null,
                                null,
                                MatchRows.features(
                                        "pi",
                                        "pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG)",
                                        "strength",
                                        "strength(home = HomeTeam, away = AwayTeam, home_count = FTHG,"
                                                + " away_count = FTAG, group = div)"),
                                null)),
                MatchRows.ENTITIES,
                List.of(MatchRows.SOURCE));
        FeatureService service = engine.service(MatchRows.service(
                "m", MatchRows.located("home.team_form.*", "away.team_form.*", "home.rated.*", "away.rated.*"), Map.of()));

        FeatureTable table = engine.history(frame, frame, service);

        OnlineFeatures online = OnlineFeatures.open(engine, new InMemoryOnlineStore());
        FrameRow request = new FrameRow(frame, service.requestSchema());
        for (int row = 3_000; row < frame.rows(); row += 61) {
            long asOf = rows.matches.get(row).eventTime();
            online.advance(frame, Micros.toInstant(asOf));
            assertThat(bits(online.get(service, request.at(row), Micros.toInstant(asOf)).values()))
                    .as("row %d", row)
                    .isEqualTo(bits(table.row(row)));
        }
        double[] attack = table.column("home.rated.strength_attack");
        assertThat(attack[frame.rows() - 1]).isBetween(0.3, 3.0);
    }

    /** Loads that come every nine days, some rows of each only with the next one; a restart after each load. */
    @Test
    void materialisedLoadsWithLateRowsAndRestartsAreThoseOfHistory() throws IOException {
        MatchRows all = matches();
        FeatureEngine engine = MatchRows.footballEngine();
        FeatureService service = engine.service(MatchRows.footballService("football-1x2"));
        InMemoryDatasetStore datasets = new InMemoryDatasetStore();
        InMemoryOnlineStore store = new InMemoryOnlineStore();
        MatchRows loaded = new MatchRows();
        List<MatchRows.Match> late = new ArrayList<>();
        Random random = new Random(9);
        long end = all.matches.getLast().eventTime();
        int next = 0;
        long mark = Long.MIN_VALUE;
        int compared = 0;
        int lateRows = 0;
        for (long until = end - 90 * Micros.PER_DAY; until <= end; until += 9 * Micros.PER_DAY) {
            for (MatchRows.Match match : late) {
                loaded.add(knownFrom(match, mark + 1));
                lateRows++;
            }
            late.clear();
            while (next < all.matches.size() && all.matches.get(next).knownAt() < until) {
                MatchRows.Match match = all.matches.get(next++);
                if (random.nextInt(20) == 0 && mark > Long.MIN_VALUE) {
                    late.add(match);
                } else {
                    loaded.add(knownFrom(match, mark + 1));
                }
            }
            mark = loaded.matches.stream()
                    .mapToLong(MatchRows.Match::knownAt)
                    .max()
                    .orElseThrow();
            OnlineFeatures online = OnlineFeatures.open(engine, store, 50); // as after a restart
            List<Materialization.Outcome> outcomes = new Materialization(datasets, 20_000)
                    .run(
                            online,
                            Map.of("matches", TestDatasets.put(datasets, loaded)),
                            Materialization.Request.INCREMENTAL,
                            (source, rows, total) -> {});
            assertThat(outcomes).noneMatch(Materialization.Outcome::filledAnew);
            int first = next;
            int[] asked = IntStream.range(first, Math.min(first + 40, all.matches.size())).toArray();
            if (asked.length == 0) {
                break;
            }
            Frame requests = TestDatasets.at(all.frame().take(asked), mark + Micros.PER_DAY);
            FeatureTable history = engine.history(loaded.frame(), requests, service);
            FrameRow row = new FrameRow(requests, service.requestSchema());
            for (int i = 0; i < asked.length; i++) {
                FeatureVector vector = online.get(service, row.at(i), Micros.toInstant(mark + Micros.PER_DAY));
                assertThat(bits(vector.values())).isEqualTo(bits(history.row(i)));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(200);
        assertThat(lateRows).isPositive();
    }

    private static MatchRows.Match knownFrom(MatchRows.Match match, long known) {
        return new MatchRows.Match(
                match.eventTime(),
                Math.max(match.knownAt(), known),
                match.div(),
                match.home(),
                match.away(),
                match.homeGoals(),
                match.awayGoals(),
                match.homeOdds());
    }

    private static MatchRows matches() throws IOException {
        String folder = System.getenv("KEELSON_DATA");
        assumeThat(folder).as("KEELSON_DATA names the folder of the real data").isNotBlank();
        Path file = Path.of(folder, "football", "matches.csv.gz");
        assumeThat(file).as("the real matches are at hand").isRegularFile();
        MatchRows rows = new MatchRows();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            List<String> header = Arrays.asList(reader.readLine().split(",", -1));
            reader.lines().forEach(line -> {
                String[] cells = line.split(",", -1);
                long event = LocalDate.parse(cells[header.indexOf("date")]).toEpochDay() * Micros.PER_DAY;
                String price = cells[header.indexOf("AvgH")];
                rows.add(new MatchRows.Match(
                        event,
                        event + Micros.PER_DAY,
                        cells[header.indexOf("div")],
                        cells[header.indexOf("HomeTeam")],
                        cells[header.indexOf("AwayTeam")],
                        (long) Double.parseDouble(cells[header.indexOf("FTHG")]),
                        (long) Double.parseDouble(cells[header.indexOf("FTAG")]),
                        price.isEmpty() ? null : (Double) Double.parseDouble(price)));
            });
        }
        return rows;
    }
}
