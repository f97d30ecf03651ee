package dev.keelson.cli;

import static dev.keelson.cli.ExampleData.cell;
import static dev.keelson.cli.ExampleData.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of bets from the first command to the last, its features against sums over the file by hand. */
final class ExampleBetsIT {
    private static final int ASKED = 50;

    @TempDir
    Path folder;

    private Cli keelson(Map<String, String> environment, String... words) {
        Cli cli = Cli.run(folder, "", environment, words);
        assertThat(cli.code()).as(String.join(" ", words) + "\n" + cli.err() + cli.out()).isZero();
        return cli;
    }

    @Test
    void simulatedBetsGoFromFileToPrediction() throws IOException {
        ExampleData.init(folder, "bets");
        keelson(Map.of(), "simulate", "bets", "--days", "730", "--out", "data");
        List<Map<String, String>> bets = ExampleData.rows(folder.resolve("data/bets/bets.csv.gz"));

        JsonNode run = keelson(Map.of(), "run", "--json").json();
        checkFeatures(Map.of(), bets);

        assertThat(run.path("models").path("bet-won").path("version").asInt()).isEqualTo(1);
        assertThat(run.path("rows_loaded").asInt()).isEqualTo(bets.size());
        Map<String, String> last = bets.getLast();
        String now = Instant.parse(cell(last, "settled_at")).plusSeconds(3_600).toString();
        Map<String, String> known = keys(last);
        List<Map<String, String>> then = ExampleData.history(
                folder, Map.of(), List.of("sport_market_key,as_of", cell(known, "sport_market_key") + "," + now), "historical_performance:*");
        keelson(Map.of(), "features", "materialize");
        Cli status = keelson(Map.of(), "features", "status");
        assertThat(number(then.getFirst(), "historical_performance.sport_market_bets")).isPositive();
        assertThat(status.out()).contains("historical_performance", "league_features");
        Cli won = keelson(Map.of(), "labels", "show", "won");
        assertThat(won.out()).contains("2013-02");
        lineageGoesThroughKeysThatAreMadeOfParts(last, now);
        betsAreScoredAndCounted(last, bets.size());
    }

    private void betsAreScoredAndCounted(Map<String, String> like, int bets) {
        List<String> command = new ArrayList<>(List.of("bets", "score", "--bankroll", "1000", "--json"));
        for (String column : List.of("sport", "league", "market", "institution_name", "odds", "fair_prob", "n_institutions")) {
            command.addAll(List.of("--row", column + "=" + cell(like, column)));
        }
        JsonNode score = keelson(Map.of(), command.toArray(String[]::new)).json().at("/scores/0");
        JsonNode sports = keelson(Map.of(), "bets", "performance", "--by", "sport,odds_band", "--json").json();

        assertThat(score.path("edge").asDouble())
                .isCloseTo(score.path("probability").asDouble() * number(like, "odds") - 1, within(1e-9));
        assertThat(score.at("/stake/amount").isNumber()).isTrue();
        assertThat(sports.at("/total/bets").asInt()).isEqualTo(bets);
        assertThat(keelson(Map.of(), "bets", "performance", "--by", "month").out()).contains("2013-02");
        assertThat(keelson(Map.of(), "opportunities", "list", "--json").json().path("total").asInt()).isZero();
        assertThat(Cli.run(folder, "", Map.of(), "opportunities", "settle", "none", "won").code()).isEqualTo(2);
    }

    /** The bet's key names none of what its views are asked for: the journal does. */
    private void lineageGoesThroughKeysThatAreMadeOfParts(Map<String, String> like, String at) throws IOException {
        List<String> command = new ArrayList<>(List.of("predict", "bet-won", "--json"));
        for (String column : List.of("sport", "league", "market", "institution_name", "odds", "fair_prob", "edge", "n_institutions")) {
            command.addAll(List.of("--row", column + "=" + cell(like, column)));
        }
        command.addAll(List.of("--row", "bet_id=0123456789ab", "--row", "placed_at=" + at));
        String id = keelson(Map.of(), command.toArray(String[]::new))
                .json()
                .findValuesAsText("id")
                .getFirst();

        JsonNode up = keelson(Map.of(), "lineage", id, "--up", "--depth", "1", "--json").json();

        List<String> rows = up.path("nodes").findValuesAsText("id").stream()
                .filter(node -> node.startsWith("row/"))
                .toList();
        assertThat(rows).as(up.toPrettyString()).isNotEmpty();
        assertThat(up.path("notes").toString()).doesNotContain("not known");
        JsonNode down = keelson(
                        Map.of(), "lineage", rows.getFirst().substring("row/".length()), "--down", "--depth", "1", "--json")
                .json();
        assertThat(down.path("nodes").findValuesAsText("name")).contains(id);
        assertThat(keelson(Map.of(), "predictions", "list", "--text", cell(like, "sport") + "_" + cell(like, "market")).out())
                .contains("0123456789ab");
    }

    @Test
    void checksFindTheFaultsOfSimulatedBets() throws IOException {
        ExampleData.init(folder, "bets");
        keelson(Map.of(), "simulate", "bets", "--days", "400", "--out", "data");
        List<Map<String, String>> bets = ExampleData.rows(folder.resolve("data/bets/bets.csv.gz"));

        JsonNode report = keelson(Map.of(), "data", "check", "--json").json();

        long edges = bets.stream().filter(bet -> number(bet, "edge") > 0.25).count();
        long years = bets.stream()
                .filter(bet -> cell(bet, "sport").equals("Tennis")
                        && !cell(bet, "event_start").startsWith(cell(bet, "season")))
                .count();
        assertThat(edges).isPositive();
        assertThat(years).isPositive();
        assertThat(report.path("rows_quarantined").asInt()).isZero();
        assertThat(report.path("rows_marked").asLong()).isBetween(Math.max(edges, years), edges + years);
        assertThat(report.path("verdict").asText()).isEqualTo("warned");
    }

    @Test
    void realBetsHaveTheFeaturesThatAFileReadByHandHas() throws IOException {
        Path data = ExampleData.real("bets");
        Map<String, String> environment = Map.of("KEELSON_DATA", data.toString());
        ExampleData.init(folder, "bets");

        JsonNode load = keelson(environment, "data", "load", "--json").json();
        JsonNode report = keelson(environment, "data", "check", "--json").json();

        assertThat(load.path("rows_loaded").asInt()).as(load.toString()).isEqualTo(61_723);
        assertThat(report.path("rows_marked").asInt()).isEqualTo(681); // 512 edges above 0.25, 169 tennis bets of another year
        checkFeatures(environment, ExampleData.rows(data.resolve("bets/bets.csv.gz")));
    }

    private static Map<String, String> keys(Map<String, String> bet) {
        return Map.of(
                "sport_market_key", cell(bet, "sport") + "_" + cell(bet, "market"),
                "institution_name", cell(bet, "institution_name"),
                "sport_league_key", cell(bet, "sport") + "_" + cell(bet, "league"));
    }

    /** Asks for random bets at the moment they were placed, and computes the same by going through all the others. */
    private void checkFeatures(Map<String, String> environment, List<Map<String, String>> bets) throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        List<Map<String, String>> chosen = new ArrayList<>();
        List<String> asked = new ArrayList<>(List.of("sport_market_key,institution_name,sport_league_key,as_of"));
        for (int i = 0; i < ASKED; i++) {
            Map<String, String> bet = bets.get(random.nextInt(bets.size()));
            Map<String, String> keys = keys(bet);
            chosen.add(bet);
            asked.add(String.join(
                    ",",
                    cell(keys, "sport_market_key"),
                    cell(keys, "institution_name"),
                    cell(keys, "sport_league_key"),
                    cell(bet, "placed_at")));
        }

        List<Map<String, String>> answered = ExampleData.history(
                folder,
                environment,
                asked,
                "historical_performance:*,institution_features:*,league_features:*");

        assertThat(answered).hasSize(ASKED);
        int present = 0;
        for (int i = 0; i < ASKED; i++) {
            Map<String, String> bet = chosen.get(i);
            Map<String, String> answer = answered.get(i);
            Window market = window(bets, bet, b -> same(b, bet, "sport") && same(b, bet, "market"));
            Window sport = window(bets, bet, b -> same(b, bet, "sport"));
            Window institution = window(bets, bet, b -> same(b, bet, "institution_name"));
            Window league = window(bets, bet, b -> same(b, bet, "sport") && same(b, bet, "league"));
            expect(answer, "historical_performance.sport_market_win_rate", market.winRate());
            expect(answer, "historical_performance.sport_market_roi", market.roi());
            expect(answer, "historical_performance.sport_market_bets", market.size());
            expect(answer, "historical_performance.sport_win_rate", market.size() > 0 ? sport.winRate() : Double.NaN);
            expect(answer, "historical_performance.sport_bets", market.size() > 0 ? sport.size() : Double.NaN);
            expect(answer, "institution_features.institution_win_rate", institution.winRate());
            expect(answer, "institution_features.institution_roi", institution.roi());
            expect(answer, "institution_features.institution_bets", institution.size());
            expect(answer, "league_features.league_avg_edge", league.meanEdge());
            expect(answer, "league_features.league_roi", league.roi());
            expect(answer, "league_features.league_bets", league.size());
            present += market.bets().isEmpty() ? 0 : 1;
        }
        assertThat(present).isGreaterThan(ASKED / 2);
    }

    private static boolean same(Map<String, String> one, Map<String, String> other, String column) {
        return cell(one, column).equals(cell(other, column));
    }

    private static void expect(Map<String, String> answer, String column, double expected) {
        double told = number(answer, column);
        if (Double.isNaN(expected)) {
            assertThat(told).as(column).isNaN();
        } else {
            assertThat(told).as(column + " of " + answer).isCloseTo(expected, within(1e-9));
        }
    }

    /** Bets placed in the 90 days before a bet and settled before it was placed. */
    private static Window window(
            List<Map<String, String>> bets, Map<String, String> of, Predicate<Map<String, String>> wanted) {
        String now = cell(of, "placed_at"); // texts of one form are in the order of their times
        String from = Instant.parse(now).minus(Duration.ofDays(90)).toString();
        return new Window(bets.stream()
                .filter(wanted)
                .filter(bet -> cell(bet, "settled_at").compareTo(now) < 0)
                .filter(bet -> cell(bet, "placed_at").compareTo(from) >= 0)
                .toList());
    }

    private record Window(List<Map<String, String>> bets) {
        /** NaN of none: the view is stale then. */
        double size() {
            return bets.isEmpty() ? Double.NaN : bets.size();
        }

        double winRate() {
            double won = 0;
            double lost = 0;
            for (Map<String, String> bet : bets) {
                String status = cell(bet, "status");
                won += status.equals("won") || status.equals("half_won") ? 1 : 0;
                lost += status.equals("lost") || status.equals("half_lost") ? 1 : 0;
            }
            return won / (won + lost);
        }

        double roi() {
            double profit = 0;
            double stake = 0;
            for (Map<String, String> bet : bets) {
                profit += number(bet, "profit");
                stake += number(bet, "stake");
            }
            return profit / stake;
        }

        double meanEdge() {
            return bets.stream().mapToDouble(bet -> number(bet, "edge")).average().orElse(Double.NaN);
        }
    }
}
