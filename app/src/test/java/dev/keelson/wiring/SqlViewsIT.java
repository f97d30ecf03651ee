package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.Materialization;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.PredictOptions;
import dev.keelson.lineage.LineageGraph;
import dev.keelson.lineage.LineageKind;
import dev.keelson.lineage.LineageNode;
import dev.keelson.lineage.LineageQuery;
import dev.keelson.project.Project;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.store.journal.JournaledPredictionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Views of queries in models, replays and online: daily prices known an hour after, reports known when they are published. */
final class SqlViewsIT {
    private static final LocalDate FIRST = LocalDate.of(2022, 1, 1);
    private static final int DAYS = 300;
    private static final Instant NOW = day(DAYS);
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final List<String> SYMBOLS = List.of("AAA", "BBB", "CCC");
    private static final List<String> NAMES = List.of(
            "company.momentum.return_5",
            "company.momentum.bars",
            "company.momentum.above",
            "company.surprise.eps");
    private static final String PROJECT = """
            keelson: 1
            project: shares
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [symbol, time]
                event_time: time
                known_after: 1h
                late_window: 400d
                columns: { symbol: string, time: timestamp, close: double }
                labels:
                  up_5d: forward_return(close, 5d) > 0.0
              reports:
                file: reports.csv
                key: [ticker, year_end]
                event_time: year_end
                created: published
                late_window: 3650d
                columns: { ticker: string, year_end: date, published: timestamp, eps: double }
            entities:
              company: { key: company }
            feature_views:
              momentum:
                entity: company
                sources: [prices]
                ttl: 30d
                sql: |
                  SELECT symbol AS company, _event_time AS event_time,
                    close / lag(close, 5) OVER past - 1 AS return_5,
                    count(*) OVER past AS bars,
                    close > 100 AS above,
                    'of ' || symbol AS remark
                  FROM prices
                  WINDOW past AS (PARTITION BY symbol ORDER BY _event_time)
              surprise:
                entity: company
                sources: [reports]
                sql: |
                  SELECT ticker AS company, _event_time AS event_time, _known_at AS known_at, eps
                  FROM reports
            models:
              direction:
                label: prices.up_5d
                entities: { company: { company: symbol } }
                features: [company.momentum.*, surprise.eps]
                derive:
                  quiet: case when company.momentum.return_5 < 0.01 then 1 else 0 end
                learner: logistic
                validate: { walk_forward: 2 folds, test: 60d }
            """;

    @TempDir
    Path folder;

    /** Symbol to its closing prices by day. */
    private final Map<String, TreeMap<Integer, Double>> closes = new TreeMap<>();

    private static Instant day(int day) {
        return FIRST.plusDays(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private Project create(String definitions) throws IOException {
        Random random = new Random(11);
        for (String symbol : SYMBOLS) {
            double close = 100;
            TreeMap<Integer, Double> mine = new TreeMap<>();
            for (int day = 0; day <= DAYS; day++) {
                close *= Math.exp(0.02 * random.nextGaussian());
                mine.put(day, Math.round(close * 10_000) / 10_000.0);
            }
            closes.put(symbol, mine);
        }
        writePrices();
        write("reports.csv", "ticker,year_end,published,eps\nAAA,2021-12-31,%s,1.5\nBBB,2021-12-31,%s,2.5\nAAA,2022-06-30,%s,3.5\n"
                .formatted(day(60), day(70), day(200).plusSeconds(1)));
        write("keelson.yaml", definitions);
        return Projects.validate(folder, Map.of());
    }

    private void writePrices() throws IOException {
        StringBuilder text = new StringBuilder("symbol,time,close\n");
        closes.forEach((symbol, days) -> days.forEach(
                (day, close) -> text.append(String.format(Locale.ROOT, "%s,%s,%.4f%n", symbol, day(day), close))));
        write("prices.csv", text.toString());
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text.replace("\r", ""));
    }

    /** The features of a symbol at midnight of a day, by looking at every row known before. */
    private double[] expected(String symbol, int asOf) {
        TreeMap<Integer, Double> past = new TreeMap<>(
                Objects.requireNonNull(closes.get(symbol)).headMap(asOf, false));
        double return5 = Double.NaN;
        if (past.size() > 5) {
            double then = List.copyOf(past.values()).get(past.size() - 6);
            return5 = past.lastEntry().getValue() / then - 1;
        }
        double eps = switch (symbol) {
            case "AAA" -> asOf > 200 ? 3.5 : asOf > 60 ? 1.5 : Double.NaN;
            case "BBB" -> asOf > 70 ? 2.5 : Double.NaN;
            default -> Double.NaN;
        };
        return past.isEmpty()
                ? new double[] {Double.NaN, Double.NaN, Double.NaN, eps}
                : new double[] {return5, past.size(), past.lastEntry().getValue() > 100 ? 1 : 0, eps};
    }

    private static double[] told(List<String> names, double[] values) {
        return NAMES.stream()
                .map(name -> name.startsWith("company.surprise") && !names.contains(name) ? "surprise.eps" : name)
                .mapToDouble(name -> values[names.indexOf(name)])
                .toArray();
    }

    /** The features of every price row that was loaded, as they were when it happened. */
    private record History(FeatureTable table, Frame frame) {
        static History of(Workspace workspace) {
            Map<String, DatasetVersion> versions = workspace.latestWithViews(NOW);
            ProjectModels models = ProjectModels.ofVersions(workspace.project(), versions);
            Map<String, Frame> frames = workspace.read(models, versions);
            Frame prices = Objects.requireNonNull(frames.get("prices"));
            return new History(
                    models.engine()
                            .history(frames, prices, List.of(models.plans().getFirst().service()))
                            .getFirst(),
                    prices);
        }

        String symbol(int row) {
            return String.valueOf(frame.vector("symbol").get(row));
        }

        Instant time(int row) {
            return Micros.toInstant(frame.longs("time").values()[row]);
        }

        int day(int row) {
            return Math.toIntExact(Duration.between(SqlViewsIT.day(0), time(row)).toDays());
        }
    }

    @Test
    void rowOfAModelSeesWhatWasKnownBeforeIt() throws IOException {
        Project project = create(PROJECT);

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(report.versions()).containsKey("direction");
        try (Workspace workspace = new Workspace(project)) {
            History history = History.of(workspace);
            assertThat(history.table().rows()).isEqualTo(SYMBOLS.size() * DAYS);
            for (int row = 0; row < history.table().rows(); row++) {
                assertThat(told(history.table().names(), history.table().row(row)))
                        .as("%s %s", history.symbol(row), history.time(row))
                        .isEqualTo(expected(history.symbol(row), history.day(row)));
            }
            JsonNode run = RunPipeline.parsed(workspace.catalog()
                    .<String>read(tx -> tx.runs(null, 1).getFirst().provenance()));
            assertThat(run.path("dataset_versions").has("view.momentum")).isTrue();
            assertThat(run.path("definitions").has("view momentum")).isTrue();
        }
    }

    @Test
    void whatIsServedOnlineEqualsHistory() throws IOException {
        Project project = create(PROJECT);
        RunPipeline.run(project, CLOCK, line -> {});
        String last = "";

        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThat(backend.notReadyReason()).isNull();
            FeatureServing features = Objects.requireNonNull(backend.features());
            for (String symbol : SYMBOLS) {
                var prediction = backend.predict(
                                "direction",
                                List.of(Map.<String, @Nullable Object>of("symbol", symbol, "time", NOW.toString())),
                                PredictOptions.DEFAULT)
                        .getFirst();
                LoggedPrediction logged = backend.prediction(prediction.id()).orElseThrow();
                assertThat(told(names(), logged.event().features())).isEqualTo(expected(symbol, DAYS));
                last = prediction.id().toString();
            }
            LineageGraph run = backend.lineage().graph(new LineageQuery("direction", true, false, 3, 20, 0));
            assertThat(run.nodes(LineageKind.DATASET))
                    .extracting(node -> node.facts().get("source"))
                    .contains("prices", "reports", "view.momentum", "view.surprise");
            assertThat(run.edges())
                    .anyMatch(edge -> run.node(edge.from()).orElseThrow().label().startsWith("prices ")
                            && run.node(edge.to()).orElseThrow().label().startsWith("view.momentum "));
            FeatureServing.Answer answer =
                    features.get(List.of("momentum:*", "surprise:eps"), Map.of("company", List.of("AAA", "nobody")));
            assertThat(answer.columns())
                    .extracting(FeatureServing.FeatureValues::address)
                    .containsExactly("momentum:return_5", "momentum:bars", "momentum:above", "surprise:eps");
            double[] told = answer.columns().stream()
                    .mapToDouble(column -> column.values()[0])
                    .toArray();
            assertThat(told).isEqualTo(expected("AAA", DAYS));
            assertThat(answer.columns().getFirst().statuses()[1]).isEqualTo(FeatureStatus.NOT_FOUND.code());
            assertThat(features.status())
                    .filteredOn(status -> status.status().view().equals("momentum"))
                    .singleElement()
                    .satisfies(status -> {
                        assertThat(status.keys()).isEqualTo(SYMBOLS.size());
                        assertThat(status.freshnessSeconds()).isEqualTo(86_400);
                    });
            assertThat(features.views())
                    .flatExtracting(view -> view.types().entrySet())
                    .extracting(Object::toString)
                    .contains("return_5=DOUBLE", "bars=LONG", "above=BOOLEAN");
        }
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW.plus(Duration.ofDays(40)))) {
            LineageGraph graph = backend.lineage()
                    .graph(new LineageQuery(last, true, false, 1, 5, 0));
            assertThat(graph.nodes(LineageKind.ROW))
                    .extracting(LineageNode::name)
                    .contains("prices:%s|%s".formatted("CCC", day(DAYS - 1)))
                    .allMatch(name -> name.contains("CCC"));
            assertThat(graph.notes()).anyMatch(note -> note.contains("query of `momentum`"));
            FeatureServing.Answer old = Objects.requireNonNull(backend.features())
                    .get(List.of("momentum:bars"), Map.of("company", List.of("AAA")));
            assertThat(old.columns().getFirst().statuses()[0]).isEqualTo(FeatureStatus.STALE.code());
        }
        history(project);
    }

    /** The same by the join that writes files, which also gives texts. */
    private void history(Project project) throws IOException {
        write("asked.csv", "company,as_of\nAAA,%s\nBBB,%s\nCCC,%s\n".formatted(day(3), day(120), day(280)));

        ProjectFeatures.history(
                project,
                new FeatureHistory.Question(
                        folder.resolve("asked.csv"),
                        "as_of",
                        List.of("momentum:return_5", "momentum:bars", "momentum:remark", "surprise:eps"),
                        Map.of()),
                folder.resolve("told.csv"),
                CLOCK);

        List<String> lines = Files.readAllLines(folder.resolve("told.csv"));
        assertThat(lines.getFirst()).startsWith("company,as_of,momentum.return_5,momentum.bars,momentum.remark");
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split(",", -1);
            double[] expected = expected(cells[0], new int[] {0, 3, 120, 280}[i]);
            assertThat(cells[2].isEmpty() ? Double.NaN : Double.parseDouble(cells[2])).isEqualTo((Double) expected[0]);
            assertThat(Double.parseDouble(cells[3])).isEqualTo(expected[1]);
            assertThat(cells[4]).isEqualTo("of " + cells[0]);
        }
    }

    private static List<String> names() {
        return List.of(
                "company.momentum.return_5",
                "company.momentum.bars",
                "company.momentum.above",
                "company.surprise.eps",
                "quiet");
    }

    @Test
    void replayServesAndTrainsOnWhatWasKnown() throws IOException {
        Project project = create(PROJECT);
        ReplayJob.Request request = new ReplayJob.Request(
                FIRST.plusDays(240), FIRST.plusDays(270), Duration.ofDays(7), Set.of(LoopPolicy.THIS_POLICY));

        String replay;
        try (Workspace workspace = new Workspace(project)) {
            replay = ReplayJob.run(workspace, request, (done, of, at) -> {}).id();
        }

        int checked = 0;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(
                Workspace.stateFolder(project).replay(replay, LoopPolicy.THIS_POLICY.word()))) {
            log.catchUp();
            for (LoggedPrediction each : log.find(
                    new PredictionQuery("direction", null, "champion", null, null, null, null, true, 10_000))) {
                String symbol = each.event().entity().substring(0, 3);
                int day = Math.toIntExact(
                        Duration.between(day(0), each.event().eventTime()).toDays());
                assertThat(told(names(), each.event().features())).isEqualTo(expected(symbol, day));
                checked++;
            }
        }
        assertThat(checked).isGreaterThanOrEqualTo(30 * SYMBOLS.size());
    }

    @Test
    void rowThatCameInLateChangesNothingBeforeItWasKnown() throws IOException {
        Project project = create(PROJECT);
        Double late = Objects.requireNonNull(closes.get("AAA")).remove(150);
        writePrices();
        RunPipeline.run(project, CLOCK, line -> {});
        double[][] before = features(project);

        Objects.requireNonNull(closes.get("AAA")).put(150, Objects.requireNonNull(late) * 3);
        writePrices();
        InstantSource next = InstantSource.fixed(NOW.plus(Duration.ofDays(1)));
        RunPipeline.run(project, next, line -> {});

        assertThat(Arrays.deepToString(features(project))).isEqualTo(Arrays.deepToString(before));
        try (LiveBackend backend = LiveBackend.open(project, next)) {
            FeatureServing.Answer answer = Objects.requireNonNull(backend.features())
                    .get(List.of("momentum:bars"), Map.of("company", List.of("AAA")));
            assertThat(answer.columns().getFirst().values()[0]).isEqualTo(DAYS + 1);
        }
    }

    /** Of the rows of the first run, in an order that does not depend on when they were loaded. */
    private static double[][] features(Project project) {
        Map<String, double[]> byRow = new TreeMap<>();
        try (Workspace workspace = new Workspace(project)) {
            History history = History.of(workspace);
            for (int row = 0; row < history.table().rows(); row++) {
                if (history.time(row).isBefore(NOW) && !(history.symbol(row).equals("AAA") && history.day(row) == 150)) {
                    byRow.put(
                            history.symbol(row) + history.time(row),
                            told(history.table().names(), history.table().row(row)));
                }
            }
        }
        return byRow.values().toArray(double[][]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "close / lead(close) OVER past AS return_5",
                "avg(close) OVER (PARTITION BY symbol) AS return_5",
                "max(close) OVER (PARTITION BY symbol ORDER BY _event_time ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS return_5"
            })
    void queryThatLooksAheadIsRefused(String column) throws IOException {
        Project project = create(PROJECT.replace("close / lag(close, 5) OVER past - 1 AS return_5", column));

        assertThatThrownBy(() -> RunPipeline.run(project, CLOCK, line -> {}))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.BAD_VALUE);
                    assertThat(e.problems().getFirst().location()).isNotNull();
                    assertThat(e).hasMessageContaining("looks ahead");
                });
    }

    @Test
    void dayIsNotKnownAtItsBeginning() throws IOException {
        Project project = create(PROJECT.replace(
                "SELECT ticker AS company, _event_time AS event_time, _known_at AS known_at, eps",
                "SELECT ticker AS company, _event_time AS event_time, _event_time AS known_at, eps"));

        assertThatThrownBy(() -> RunPipeline.run(project, CLOCK, line -> {})).hasMessageContaining("looks ahead");
    }

    @Test
    void viewIsBroughtUpToDateBySourcesAndIsNotPushedTo() throws IOException {
        Project project = create(PROJECT);
        RunPipeline.run(project, CLOCK, line -> {});
        RunPipeline.RunReport again = RunPipeline.run(project, CLOCK, line -> {});
        assertThat(again.steps())
                .filteredOn(step -> !step.name().equals("checks"))
                .noneMatch(RunPipeline.Step::changed);
        try (LiveFeatures features = LiveFeatures.open(project, () -> NOW.plus(Duration.ofHours(2)))) {
            assertThatThrownBy(() -> features.sourceOf("momentum"))
                    .hasMessageContaining("computed by a query")
                    .hasMessageContaining("prices");
            assertThatThrownBy(() -> features.push(
                            "momentum", List.of(Map.of("company", "AAA")), FeatureServing.Destination.ONLINE))
                    .hasMessageContaining("computed by a query");
            assertThat(features.materialize(Materialization.Request.INCREMENTAL, (view, done, total) -> {}))
                    .extracting(Materialization.Outcome::view)
                    .contains("momentum", "surprise");
        }
        JsonNode shown = FeatureReports.show(project, "momentum", CLOCK);
        assertThat(shown.path("features").findValuesAsText("type")).containsExactly("double", "long", "boolean");
        assertThat(shown.path("features").get(1).at("/statistics/distinct").asInt()).isEqualTo(DAYS - 1);
        assertThat(shown.path("features").get(1).path("models").get(0).asText()).isEqualTo("direction");
        assertThat(ProjectFeatures.list(project))
                .filteredOn(view -> view.name().equals("momentum"))
                .singleElement()
                .satisfies(view -> assertThat(view.features()).containsOnlyKeys("return_5", "bars", "above", "remark"));
    }
}
