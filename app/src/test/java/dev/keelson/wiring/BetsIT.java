package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.http.Bets;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.monitor.performance.MoneyFigures;
import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.simulate.SimulatedBets;
import dev.keelson.stats.Interval;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of bets on simulated ones: scores, how bets did, opportunities and their webhook, over HTTP. */
@Timeout(240)
final class BetsIT {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2014-02-05T12:00:00Z"));
    private static final String SECRET = "0123456789abcdef-hook";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BET =
            """
            {"sport":"Football","league":"Serie A","market":"1X2","institution_name":"Bet365","odds":2.4,"fair_prob":0.45,"n_institutions":7}""";

    @TempDir
    Path folder;

    private record Answer(int status, String body) {
        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(body, e);
            }
        }
    }

    private record Delivery(String signature, String timestamp, String body) {}

    private Project project(Map<String, String> environment) throws IOException {
        ProjectTemplate.create(folder, "bets");
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                        .replace("walk_forward: 4 folds, test: 180d", "walk_forward: 2 folds, test: 60d"));
        Path data = folder.resolve("data/bets/bets.csv.gz");
        Files.createDirectories(data.getParent());
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            new SimulatedBets(400, 42).write(out);
        }
        Project project = Projects.read(folder, environment);
        try (Workspace workspace = new Workspace(project)) {
            RunPipeline.loadAll(workspace, project, CLOCK.instant(), step -> {});
        }
        return project;
    }

    private static Answer ask(HttpClient http, String url, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(
                (body.isEmpty() ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    @Test
    void extensionGetsScoresHistoryAndKeepsOpportunities() throws Exception {
        BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        AtomicInteger delivered = new AtomicInteger();
        hook.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            deliveries.add(new Delivery(
                    exchange.getRequestHeaders().getFirst("X-Keelson-Signature"),
                    exchange.getRequestHeaders().getFirst("X-Keelson-Timestamp"),
                    body));
            exchange.sendResponseHeaders(delivered.incrementAndGet() == 1 ? 503 : 204, -1);
            exchange.close();
        });
        hook.start();
        Project project = project(Map.of(
                "BETS_WEBHOOK", "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook",
                "BETS_WEBHOOK_SECRET", SECRET));

        Delivery first;
        Delivery second;
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            String id = backend.trainings().start(ModelTraining.full("bet-won", "ann")).id();
            JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
            try (KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                    HttpClient http = HttpClient.newHttpClient()) {
                String api = server.url() + "/api/v1/";
                scoresTellWhatABetIsWorth(http, api, project);
                performanceAddsUp(http, api);
                figuresOfAPartAreThoseOfItsBets(http, api);
                opportunitiesAreKeptOnceAndSettled(http, api);
                first = deliveries.poll(20, TimeUnit.SECONDS);
                second = deliveries.poll(20, TimeUnit.SECONDS);
            }
        } finally {
            hook.stop(0);
        }

        assertThat(first).isNotNull();
        assertThat(second).as("tried again after 503").isNotNull();
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.signature())
                .isEqualTo("sha256=" + Opportunities.signature(SECRET, second.timestamp() + "." + second.body()));
        assertThat(MAPPER.readTree(second.body()).at("/opportunity/id").asText()).isEqualTo("page-1");
        try (LiveBackend again = LiveBackend.open(project, CLOCK)) {
            assertThat(again.bets()
                            .opportunities(new Bets.Filter("settled", Map.of("sport", "Football"), null, null, null, null, 10))
                            .path("total")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    private static void scoresTellWhatABetIsWorth(HttpClient http, String api, Project project) throws Exception {
        String origin = project.serve().origins().getFirst();
        Answer answer = ask(http, api + "bets/score", "{\"bets\":[%s,%s],\"bankroll\":1000}".formatted(BET, BET), "Origin", origin);
        JsonNode score = answer.json().at("/scores/0");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("scores")).hasSize(2);
        double chance = score.path("probability").asDouble();
        assertThat(chance).isStrictlyBetween(0.0, 1.0);
        assertThat(score.path("edge").asDouble()).isCloseTo(chance * 2.4 - 1, within(1e-9));
        assertThat(score.path("edge_by_fair").asDouble()).isCloseTo(0.08, within(1e-9));
        assertThat(score.path("version").asInt()).isEqualTo(1);
        assertThat(score.at("/stake/fraction").asDouble()).isBetween(0.0, 0.05);
        assertThat(score.at("/stake/amount").asDouble()).isLessThanOrEqualTo(1000 * score.at("/stake/fraction").asDouble());
        assertThat(score.at("/stake/by").asText()).startsWith("stake-size");
        assertThat(score.path("history").findValuesAsText("by")).contains("sport", "market", "institution_name");
        assertThat(score.path("reasons").toString()).contains("settled bets", "in log odds");
        assertThat(score.path("warnings").toString()).doesNotContain("tells no interval");
        assertThat(score.at("/interval/kind").asText()).isEqualTo("venn_abers");
        assertThat(chance).isBetween(score.at("/interval/lower").asDouble(), score.at("/interval/upper").asDouble());
        assertThat(score.at("/edge_interval/lower").asDouble())
                .isCloseTo(score.at("/interval/lower").asDouble() * 2.4 - 1, within(1e-9));
        assertThat(score.path("reasons").toString()).contains("the chance lies between");
        assertThat(ask(http, api + "predictions/" + score.path("id").asText(), "").json().path("model").asText())
                .isIn("bet-won", ""); // the index may lag
        Answer wrong = ask(http, api + "bets/score", BET.replace("2.4", "0.5"));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(fields(wrong)).containsExactly("odds");
        Answer many = ask(
                http,
                api + "bets/score",
                "{\"bets\":[%s,{},%s],\"bankroll\":-1}".formatted(BET, BET.replace("2.4", "0.5").replace("7}", "\"x\"}")));
        assertThat(many.status()).isEqualTo(400);
        assertThat(fields(many))
                .contains("bankroll", "bets[1].odds", "bets[1].sport", "bets[1].market", "bets[1].institution_name")
                .contains("bets[2].odds", "bets[2].n_institutions")
                .doesNotHaveDuplicates()
                .noneMatch(field -> field.startsWith("rows") || field.startsWith("bets[0]"));
        assertThat(fields(ask(http, api + "bets/score", "{}")))
                .contains("odds", "sport", "league", "market", "institution_name");
        assertThat(fields(ask(http, api + "opportunities", "{\"bet\":{}, \"bankroll\":0}")))
                .contains("bankroll", "bet.odds", "bet.sport");
        assertThat(ask(http, api + "bets/score", BET, "Origin", "https://evil.example").status()).isEqualTo(403);
    }

    private static List<String> fields(Answer answer) {
        return answer.json().path("errors").findValuesAsText("field");
    }

    /**
     * A bet that the model never saw.
     *
     * @param lower of the interval of its chance
     */
    private record Held(double lower, double chance, double upper, boolean won) {}

    /** In how many of ten groups by the chance the share that was won lies within the interval, but for chance. */
    private static int covered(List<Held> held, double shift) {
        List<Held> sorted = held.stream().sorted(Comparator.comparingDouble(Held::chance)).toList();
        int covered = 0;
        for (int group = 0; group < 10; group++) {
            List<Held> part = sorted.subList(group * sorted.size() / 10, (group + 1) * sorted.size() / 10);
            double lower = part.stream().mapToDouble(Held::lower).average().orElseThrow() + shift;
            double upper = part.stream().mapToDouble(Held::upper).average().orElseThrow() + shift;
            double won = part.stream().filter(Held::won).count() / (double) part.size();
            double events = part.size() / 3.0; // some three bets are of the same event and share its fate
            double noise = 2.6 * Math.sqrt(won * (1 - won) / events);
            covered += won >= lower - noise && won <= upper + noise ? 1 : 0;
        }
        return covered;
    }

    @Test
    void intervalsOfChancesHoldForBetsThatTheModelNeverSaw() throws Exception {
        Project project = project(Map.of());
        StringBuilder all = new StringBuilder();
        new SimulatedBets(1_000, 42).write(all);
        List<String> columns = SimulatedBets.COLUMNS;
        List<Held> held = new ArrayList<>();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            String id = backend.trainings().start(ModelTraining.full("bet-won", "ann")).id();
            JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
            List<String[]> rows = all.toString()
                    .lines()
                    .skip(1)
                    .map(line -> line.split(",", -1))
                    .filter(row -> Instant.parse(row[columns.indexOf("placed_at")]).isAfter(CLOCK.instant()))
                    .filter(row -> !row[columns.indexOf("status")].equals("push"))
                    .toList();
            for (int from = 0; from < rows.size(); from += 1_000) {
                List<String[]> some = rows.subList(from, Math.min(rows.size(), from + 1_000));
                ObjectNode body = MAPPER.createObjectNode();
                some.forEach(row -> body.withArray("bets")
                        .addObject()
                        .put("sport", row[columns.indexOf("sport")])
                        .put("league", row[columns.indexOf("league")])
                        .put("market", row[columns.indexOf("market")])
                        .put("institution_name", row[columns.indexOf("institution_name")])
                        .put("odds", Double.valueOf(row[columns.indexOf("odds")]))
                        .put("fair_prob", Double.valueOf(row[columns.indexOf("fair_prob")]))
                        .put("n_institutions", Integer.valueOf(row[columns.indexOf("n_institutions")])));
                JsonNode scores = backend.bets().score(body).path("scores");
                for (int i = 0; i < some.size(); i++) {
                    held.add(new Held(
                            scores.get(i).at("/interval/lower").asDouble(Double.NaN),
                            scores.get(i).path("probability").asDouble(),
                            scores.get(i).at("/interval/upper").asDouble(Double.NaN),
                            some.get(i)[columns.indexOf("status")].endsWith("won")));
                }
            }
        }

        assertThat(held).hasSizeGreaterThan(8_000).allSatisfy(each -> {
            assertThat(each.lower()).isLessThan(each.upper());
            assertThat(each.chance()).isBetween(each.lower(), each.upper());
        });
        assertThat(covered(held, 0)).isGreaterThanOrEqualTo(9);
        assertThat(covered(held, 0.12)).as("the check bites").isLessThan(5);
    }

    private static void performanceAddsUp(HttpClient http, String api) throws Exception {
        JsonNode all = ask(http, api + "performance", "").json();
        JsonNode sports = ask(http, api + "performance?by=sport,market", "").json();
        Answer csv = ask(http, api + "performance?by=institution,odds_band&format=csv&from=2013-06-01", "");

        int bets = 0;
        double profit = 0;
        List<String> seen = new ArrayList<>();
        for (JsonNode group : sports.path("groups")) {
            bets += group.path("bets").asInt();
            profit += group.path("profit").asDouble();
            seen.add(group.at("/group/sport").asText());
            if (group.path("bets").asInt() > 1 && group.path("won").asInt() > 0) {
                assertThat(group.path("win_rate").asDouble())
                        .isBetween(group.path("win_rate_lower").asDouble(), group.path("win_rate_upper").asDouble());
                assertThat(group.path("roi").asDouble())
                        .isBetween(group.path("roi_lower").asDouble(-9), group.path("roi_upper").asDouble(9)); // none of one day
            }
        }
        assertThat(seen).contains("Football", "Tennis");
        assertThat(bets).isEqualTo(all.at("/total/bets").asInt()).isGreaterThan(1_000);
        assertThat(profit).isCloseTo(all.at("/total/profit").asDouble(), within(1e-6));
        assertThat(all.at("/total/clv_bets").asInt()).isPositive();
        assertThat(all.at("/total/roi").asDouble())
                .isCloseTo(all.at("/total/profit").asDouble() / all.at("/total/staked").asDouble(), within(1e-12));
        assertThat(csv.body()).startsWith("institution_name,odds_band,bets,won,").contains("Bet365,2 to 3,");
        List<String> bands = ask(http, api + "performance?by=odds_band", "").json().path("groups").findValuesAsText("odds_band");
        assertThat(List.of("below 1.5", "1.5 to 2", "2 to 3", "3 to 5", "5 and above")).containsSubsequence(bands);
        assertThat(bands).hasSizeGreaterThan(2);
        for (String time : List.of("week", "day", "month")) {
            JsonNode groups = ask(http, api + "performance?by=" + time, "").json().path("groups");
            assertThat(groups.findValuesAsText(time)).isSorted().doesNotHaveDuplicates();
            assertThat(groups.findValues("bets").stream().mapToLong(JsonNode::asLong).sum())
                    .isEqualTo(all.path("total").path("bets").asLong());
            assertThat(groups.findValues("profit").stream().mapToDouble(JsonNode::asDouble).sum())
                    .isCloseTo(all.path("total").path("profit").asDouble(), within(1e-6));
        }
        JsonNode week = ask(http, api + "performance?by=week", "").json().path("groups").path(0);
        String monday = week.path("group").path("week").asText();
        assertThat(LocalDate.parse(monday).getDayOfWeek()).isEqualTo(DayOfWeek.MONDAY);
        assertThat(ask(http, api + "performance?week=" + monday, "").json().path("total").path("bets")).isEqualTo(week.path("bets"));
        assertThat(ask(http, api + "performance?by=colour", "").status()).isEqualTo(400);
        assertThat(ask(http, api + "performance?model=bet-won", "").json().path("note").asText()).contains("No settled bet");
    }

    private static void figuresOfAPartAreThoseOfItsBets(HttpClient http, String api) throws Exception {
        String part = "sport=Tennis&odds_band=1.5%20to%202";
        JsonNode figures = ask(http, api + "performance?by=institution&" + part, "").json();
        JsonNode groups = ask(http, api + "performance?by=sport,odds_band", "").json().path("groups");
        JsonNode bets = ask(http, api + "performance/bets?limit=1000&" + part, "").json();
        JsonNode first = ask(http, api + "performance/bets?limit=2&" + part, "").json();
        JsonNode second = ask(http, api + "performance/bets?limit=2&cursor=%s&%s".formatted(first.path("next_cursor").asText(), part), "").json();

        JsonNode same = groups.valueStream()
                .filter(group -> group.at("/group/sport").asText().equals("Tennis")
                        && group.at("/group/odds_band").asText().equals("1.5 to 2"))
                .findFirst()
                .orElseThrow();
        double profit = bets.path("bets").valueStream().mapToDouble(bet -> bet.path("profit").asDouble()).sum();
        JsonNode last = figures.at("/timeline/points").get(figures.at("/timeline/points").size() - 1);
        int decided = figures.path("calibration").valueStream().mapToInt(bin -> bin.path("bets").asInt()).sum();
        assertThat(figures.at("/total/bets")).isEqualTo(same.path("bets")).isEqualTo(bets.path("total"));
        assertThat(bets.path("bets")).hasSize(bets.path("total").asInt());
        assertThat(profit).isCloseTo(same.path("profit").asDouble(), within(1e-6));
        assertThat(last.path("total").asDouble()).isCloseTo(profit, within(1e-6));
        assertThat(last.path("total").asDouble())
                .isBetween(last.path("total_lower").asDouble(), last.path("total_upper").asDouble());
        assertThat(last.path("bets")).isEqualTo(bets.path("total"));
        int[] days = bets.path("bets").valueStream().mapToInt(BetsIT::day).toArray();
        double[] stakes = bets.path("bets").valueStream().mapToDouble(bet -> bet.path("stake").asDouble()).toArray();
        double[] profits = bets.path("bets").valueStream().mapToDouble(bet -> bet.path("profit").asDouble()).toArray();
        Interval roi = MoneyFigures.roi(stakes, profits, days);
        Interval mean = MoneyFigures.roi(DoubleStream.generate(() -> 1).limit(days.length).toArray(), profits, days);
        assertThat(figures.at("/total/roi_lower").asDouble()).isCloseTo(roi.lower(), within(1e-9));
        assertThat(figures.at("/total/roi_upper").asDouble()).isCloseTo(roi.upper(), within(1e-9));
        assertThat(last.path("total_lower").asDouble()).as("a stake of 1 each: profit is their mean").isCloseTo(days.length * mean.lower(), within(1e-6));
        assertThat(decided).isEqualTo(same.path("won").asInt() + same.path("lost").asInt());
        assertThat(figures.at("/total/expected_win_rate").asDouble()).isBetween(0.4, 0.75);
        assertThat(figures.at("/values/sport").toString()).contains("Football", "Tennis");
        assertThat(second.at("/bets/0/key")).isEqualTo(bets.at("/bets/2/key"));
        assertThat(bets.at("/bets/0/placed_at").asText()).isGreaterThanOrEqualTo(bets.at("/bets/1/placed_at").asText());
        assertThat(bets.at("/bets/0/prediction").isNull()).isTrue();
        assertThat(ask(http, api + "performance?sport=Chess", "").json().path("total").isNull()).isTrue();
    }

    private static int day(JsonNode bet) {
        return Math.toIntExact(LocalDate.ofInstant(Instant.parse(bet.path("placed_at").asText()), ZoneOffset.UTC).toEpochDay());
    }

    private static void opportunitiesAreKeptOnceAndSettled(HttpClient http, String api) throws Exception {
        String capture = "{\"id\":\"page-1\",\"bet\":%s,\"seen\":{\"url\":\"https://prices.example/1\"}}".formatted(BET);
        Answer first = ask(http, api + "opportunities", capture);
        Answer again = ask(http, api + "opportunities", capture);
        Answer another = ask(http, api + "opportunities", capture.replace("Serie A", "Serie B"));
        JsonNode open = ask(http, api + "opportunities?state=open&sport=Football", "").json();
        Answer settled = ask(http, api + "opportunities/page-1/settle", "{\"result\":\"half_won\",\"stake\":10}");
        Answer same = ask(http, api + "opportunities/page-1/settle", "{\"result\":\"half_won\",\"stake\":10}");
        Answer other = ask(http, api + "opportunities/page-1/settle", "{\"result\":\"lost\"}");
        Answer corrected = ask(http, api + "opportunities/page-1/settle", "{\"result\":\"half_won\",\"stake\":20,\"correct\":true}");

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(again.json().path("repeated").asBoolean()).isTrue();
        assertThat(again.json().at("/score/id")).isEqualTo(first.json().at("/score/id"));
        assertThat(another.status()).isEqualTo(409);
        assertThat(another.json().path("detail").asText())
                .contains("another bet; it differs in league (\"Serie A\", now \"Serie B\").");
        assertThat(open.path("total").asInt()).isEqualTo(1);
        assertThat(ask(http, api + "opportunities?text=BET365", "").json().path("total").asInt()).isEqualTo(1);
        assertThat(ask(http, api + "opportunities?text=prices.example/1&institution=Bet365", "").json().path("total").asInt()).isEqualTo(1);
        assertThat(ask(http, api + "opportunities?text=prices.example/2", "").json().path("total").asInt()).isZero();
        assertThat(ask(http, api + "opportunities/page-1", "").json().path("id").asText()).isEqualTo("page-1");
        assertThat(ask(http, api + "opportunities/none", "").status()).isEqualTo(404);
        assertThat(open.at("/opportunities/0/seen/url").asText()).isEqualTo("https://prices.example/1");
        assertThat(settled.json().at("/settlement/profit").asDouble()).isCloseTo(7, within(1e-9));
        assertThat(same.json().path("repeated").asBoolean()).isTrue();
        assertThat(other.status()).isEqualTo(409);
        assertThat(corrected.json().at("/settlement/profit").asDouble()).isCloseTo(14, within(1e-9));
        assertThat(ask(http, api + "opportunities/none/settle", "{\"result\":\"won\"}").status()).isEqualTo(404);
        assertThat(ask(http, api + "opportunities/page-1/settle", "{\"result\":\"maybe\"}").status()).isEqualTo(400);
    }
}
