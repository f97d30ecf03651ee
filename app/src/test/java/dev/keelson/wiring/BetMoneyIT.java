package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.monitor.performance.MoneyFigures;
import dev.keelson.project.Project;
import dev.keelson.project.ProjectTemplate;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.simulate.SimulatedBets;
import dev.keelson.stats.Interval;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Money of a model that {@code serve.bets} names: what it was asked about, settled by data that came later. */
@Timeout(240)
final class BetMoneyIT {
    private static final Instant TRAINED = Instant.parse("2014-02-05T12:00:00Z");
    private static final Instant LATER = Instant.parse("2014-06-01T00:00:00Z");
    private static final List<String> COLUMNS = SimulatedBets.COLUMNS;
    private static final List<String> TEXTS = List.of("sport", "league", "market", "institution_name");
    private static final List<String> NUMBERS = List.of("odds", "fair_prob", "edge");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(TRAINED);

    /** Writes the bets that were settled by then, as a feed has them. */
    private void settledBy(List<String[]> bets, Instant time) throws IOException {
        Path data = folder.resolve("data/bets/bets.csv.gz");
        Files.createDirectories(data.getParent());
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(data)), StandardCharsets.UTF_8)) {
            out.write(String.join(",", COLUMNS) + "\n");
            for (String[] bet : bets) {
                if (Instant.parse(cell(bet, "settled_at")).isBefore(time)) {
                    out.write(String.join(",", bet) + "\n");
                }
            }
        }
    }

    private static String cell(String[] bet, String column) {
        return bet[COLUMNS.indexOf(column)];
    }

    private static double number(String[] bet, String column) {
        return Double.parseDouble(cell(bet, column));
    }

    private static Map<String, @Nullable Object> row(String[] bet) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("bet_id", cell(bet, "bet_id"));
        row.put("placed_at", cell(bet, "placed_at"));
        TEXTS.forEach(column -> row.put(column, cell(bet, column)));
        NUMBERS.forEach(column -> row.put(column, number(bet, column)));
        row.put("n_institutions", Integer.valueOf(cell(bet, "n_institutions")));
        return row;
    }

    private void load(Project project) {
        try (Workspace workspace = new Workspace(project)) {
            RunPipeline.loadAll(workspace, project, now.get(), step -> {});
        }
    }

    @Test
    void performanceTellsMoneyOfTheBetsThatWerePredictedOnceEach() throws Exception {
        ProjectTemplate.create(folder, "bets");
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("max_depth: 2", "max_depth: 2, rounds: 10")
                        .replace("walk_forward: 4 folds, test: 180d", "walk_forward: 2 folds, test: 60d"));
        StringBuilder all = new StringBuilder();
        new SimulatedBets(520, 42).write(all);
        List<String[]> bets = all.toString().lines().skip(1).map(line -> line.split(",", -1)).toList();
        settledBy(bets, TRAINED);
        Project project = Projects.read(folder, Map.of());
        load(project);
        List<String[]> asked = bets.stream()
                .filter(bet -> !Instant.parse(cell(bet, "placed_at")).isBefore(TRAINED))
                .filter(bet -> Instant.parse(cell(bet, "placed_at")).isBefore(LATER.minus(Duration.ofDays(1))))
                .filter(bet -> Integer.parseInt(cell(bet, "bet_id").substring(0, 1), 16) % 2 == 0)
                .toList();
        try (LiveBackend backend = LiveBackend.open(project, now::get)) {
            String id = backend.trainings().start(ModelTraining.full("bet-won", "ann")).id();
            JobWait.until(() -> backend.trainings().get(id).toJson(), (done, of) -> {});
            for (int from = 0; from < asked.size(); from += 500) {
                List<Map<String, @Nullable Object>> rows = new ArrayList<>();
                asked.subList(from, Math.min(asked.size(), from + 500)).forEach(bet -> rows.add(row(bet)));
                backend.predict("bet-won", rows, PredictOptions.DEFAULT);
            }
            backend.predict("bet-won", List.of(row(asked.getFirst())), PredictOptions.DEFAULT); // asked again: no second bet
        }

        now.set(LATER);
        settledBy(bets, LATER);
        load(project);
        JsonNode told;
        String page;
        try (LiveBackend backend = LiveBackend.open(project, now::get);
                KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
                HttpClient http = HttpClient.newHttpClient()) {
            backend.outcomes(asked.stream()
                    .filter(bet -> !cell(bet, "status").equals("push") && Instant.parse(cell(bet, "settled_at")).isBefore(LATER))
                    .map(bet -> new OutcomeEvent(
                            "bet-won",
                            cell(bet, "bet_id"),
                            cell(bet, "status").endsWith("won") ? "won" : "lost",
                            Instant.parse(cell(bet, "settled_at"))))
                    .toList());
            told = MAPPER.readTree(get(http, server.url() + "/api/v1/models/bet-won/performance?window=month"));
            page = get(http, server.url() + "/models/bet-won/performance?window=month");
        }

        List<String[]> settled =
                asked.stream().filter(bet -> Instant.parse(cell(bet, "settled_at")).isBefore(LATER)).toList();
        Interval roi = MoneyFigures.roi(
                settled.stream().mapToDouble(bet -> number(bet, "stake")).toArray(),
                settled.stream().mapToDouble(bet -> number(bet, "profit")).toArray(),
                settled.stream()
                        .mapToInt(bet -> (int) LocalDate.ofInstant(Instant.parse(cell(bet, "placed_at")), ZoneOffset.UTC).toEpochDay())
                        .toArray());
        JsonNode money = told.path("money");
        assertThat(settled).hasSizeGreaterThan(500);
        assertThat(money.at("/settled/bets").asInt()).as(money.toString()).isEqualTo(settled.size());
        assertThat(money.at("/settled/profit/value").asDouble())
                .isCloseTo(settled.stream().mapToDouble(bet -> number(bet, "profit")).sum(), within(1e-6));
        assertThat(money.at("/settled/roi/value").asDouble()).isCloseTo(roi.estimate(), within(1e-9));
        assertThat(money.at("/settled/roi/lower").asDouble()).isCloseTo(roi.lower(), within(1e-9));
        assertThat(money.at("/settled/roi/upper").asDouble()).isCloseTo(roi.upper(), within(1e-9));
        assertThat(money.at("/settled/clv_bets").asInt())
                .isEqualTo((int) settled.stream().filter(bet -> !cell(bet, "closing_odds").isEmpty()).count());
        assertThat(told.path("windows").valueStream().mapToInt(each -> each.at("/money/settled/bets").asInt()).sum()).isEqualTo(settled.size());
        assertThat(told.path("windows")).extracting(each -> each.path("from").asText().substring(0, 7)).contains("2014-03", "2014-04");
        assertThat(told.path("windows").valueStream().filter(each -> each.at("/money/expected/profit/lower").isNumber()))
                .as(told.path("windows").toString())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.at("/money/expected/bets").asInt()).isEqualTo(each.at("/money/bets").asInt()));
        assertThat(page).contains("Money</h2>", "Closing line value").doesNotContain("NaN");
    }

    private static String get(HttpClient http, String url) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
