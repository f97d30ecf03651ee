package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureTable;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jspecify.annotations.Nullable;

/** Daily prices with reports that are published months after the year they are about. */
final class SeveralSourcesIT {
    private static final LocalDate FIRST = LocalDate.of(2022, 1, 1);
    private static final int DAYS = 500;
    /** The midnight at which a bar begins, so that it is asked about at the moment of its event. */
    private static final Instant NOW = day(DAYS);

    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final List<String> SYMBOLS = List.of("AAA", "BBB", "CCC", "DDD");
    private static final String DATA = """
            keelson: 1
            project: shares
            timezone: UTC
            sources:
              prices:
                file: prices.csv
                key: [symbol, time]
                event_time: time
                known_after: 1h
                columns: { symbol: string, time: timestamp, close: double }
                labels:
                  up_5d: forward_return(close, 5d) > 0.0
              reports:
                file: reports.csv
                key: [ticker, year_end]
                event_time: year_end
                created: published
                late_window: 3650d
                columns:
                  ticker: string
                  year_end: date
                  published: timestamp
                  eps: { type: double, min: 0 }
                rules:
                  - { check: eps < 1000, on_fail: block }
            entities:
              company: { key: company }
            feature_views:
              trend:
                entity: company
                source: prices
                key: symbol
                features:
                  last_close: last(close) over last event
              fundamentals:
                entity: company
                source: reports
                key: ticker
                features:
                  eps: last(eps) over last event
                  reports: count(*) over last 10 events
            """;
    private static final String MODELS = """
            models:
              direction:
                label: prices.up_5d
                entities: { company: { company: symbol } }
                features: [company.trend.*, company.fundamentals.*]
                learner: logistic
                validate: { walk_forward: 2 folds, test: 60d }
            """;

    @TempDir
    Path folder;

    /** A report as it is in the file. */
    private record Report(String ticker, LocalDate yearEnd, Instant published, double eps) {
        String line() {
            return String.format(Locale.ROOT, "%s,%s,%s,%.2f%n", ticker, yearEnd, published, eps);
        }
    }

    private final List<Report> reports = new ArrayList<>();

    private static Instant day(int day) {
        return FIRST.plusDays(day).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private Project create(String definitions) throws IOException {
        Random random = new Random(11);
        StringBuilder prices = new StringBuilder("symbol,time,close\n");
        for (String symbol : SYMBOLS) {
            double close = 100;
            for (int day = 0; day <= DAYS; day++) {
                close *= Math.exp(0.02 * random.nextGaussian());
                prices.append(String.format(Locale.ROOT, "%s,%s,%.4f%n", symbol, day(day), close));
            }
        }
        reports.clear();
        for (int s = 0; s < SYMBOLS.size(); s++) {
            String symbol = SYMBOLS.get(s);
            reports.add(new Report(symbol, LocalDate.of(2021, 12, 31), day(60 + 10 * s), 1 + s));
            // published a moment before the last bar begins, at that moment, and after it
            reports.add(new Report(symbol, LocalDate.of(2022, 12, 31), NOW.plusSeconds(s - 1), 10 + s));
        }
        write("prices.csv", prices.toString());
        write("reports.csv", csv());
        write("keelson.yaml", definitions);
        return Projects.validate(folder, Map.of());
    }

    private String csv() {
        StringBuilder text = new StringBuilder("ticker,year_end,published,eps\n");
        reports.forEach(report -> text.append(report.line()));
        return text.toString();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text.replace("\r", ""));
    }

    /** What a price row of a company may know at a moment, by looking at every report. */
    private double[] expected(String symbol, Instant asOf) {
        List<Report> known = reports.stream()
                .filter(report -> report.ticker().equals(symbol) && report.published().isBefore(asOf))
                .toList();
        return new double[] {known.isEmpty() ? Double.NaN : known.getLast().eps(), known.size()};
    }

    /** The report features of a vector, a count of nothing as zero. */
    private static double[] told(List<String> names, double[] values) {
        double count = values[names.indexOf("company.fundamentals.reports")];
        return new double[] {values[names.indexOf("company.fundamentals.eps")], Double.isNaN(count) ? 0 : count};
    }

    @Test
    void reportCountsOnlyForRowsAfterItsPublication() throws IOException {
        Project project = create(DATA + MODELS);

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(report.loads()).extracting(load -> load.source()).containsExactly("prices", "reports");
        assertThat(report.toJson().findValuesAsText("name")).contains("prices", "reports");
        try (Workspace workspace = new Workspace(project)) {
            History history = history(workspace);
            assertThat(history.table().rows()).isEqualTo(SYMBOLS.size() * DAYS);
            int without = 0;
            for (int i = 0; i < history.table().rows(); i++) {
                double[] expected = expected(history.symbol(i), history.time(i));
                assertThat(told(history.table().names(), history.table().row(i))).isEqualTo(expected);
                without += expected[1] == 0 ? 1 : 0;
            }
            assertThat(without).isEqualTo(61 + 71 + 81 + 91);
        }
    }

    @Test
    void whatIsServedOnlineEqualsHistoryBitForBit() throws IOException {
        Project project = create(DATA + MODELS);
        RunPipeline.run(project, CLOCK, line -> {});
        List<LoggedPrediction> served = new ArrayList<>();
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThat(backend.notReadyReason()).isNull();
            for (String symbol : SYMBOLS) {
                Prediction prediction = backend.predict("direction", List.of(request(symbol)), PredictOptions.DEFAULT)
                        .getFirst();
                served.add(backend.prediction(prediction.id()).orElseThrow());
            }
        }
        InstantSource later = InstantSource.fixed(NOW.plus(Duration.ofDays(1)));
        RunPipeline.run(project, later, line -> {});

        try (Workspace workspace = new Workspace(project)) {
            History history = history(workspace);
            for (int s = 0; s < SYMBOLS.size(); s++) {
                double[] online = served.get(s).event().features();
                int row = history.find(SYMBOLS.get(s), NOW);
                assertThat(online).containsExactly(history.table().row(row));
                assertThat(told(history.table().names(), online)).isEqualTo(expected(SYMBOLS.get(s), NOW));
            }
        }
        assertThat(served.stream().map(each -> told(names(), each.event().features())[0]))
                .containsExactly(10.0, 2.0, 3.0, 4.0);
    }

    private static List<String> names() {
        return List.of("company.trend.last_close", "company.fundamentals.eps", "company.fundamentals.reports");
    }

    @Test
    void newReportMakesAnotherTrainingAndNothingNewMakesNone() throws IOException {
        Project project = create(DATA + MODELS);
        RunPipeline.RunReport first = RunPipeline.run(project, CLOCK, line -> {});

        RunPipeline.RunReport again = RunPipeline.run(project, CLOCK, line -> {});
        reports.add(new Report("AAA", LocalDate.of(2020, 12, 31), day(30), 0.5));
        write("reports.csv", csv());
        RunPipeline.RunReport more = RunPipeline.run(project, CLOCK, line -> {});

        assertThat(again.steps())
                .filteredOn(step -> !step.name().equals("checks"))
                .noneMatch(RunPipeline.Step::changed);
        assertThat(more.steps())
                .filteredOn(RunPipeline.Step::changed)
                .extracting(RunPipeline.Step::name)
                .contains("data", "features", "train");
        assertThat(more.main().version()).isEqualTo(first.main().version());
        ModelVersion version = first.versions().get("direction");
        try (Workspace workspace = new Workspace(project)) {
            Run run = RunPipeline.run(workspace.catalog(), Objects.requireNonNull(version));
            JsonNode versions = RunPipeline.parsed(run.provenance()).path("dataset_versions");
            DatasetVersion prices = Objects.requireNonNull(first.main().version());
            assertThat(run.tags()).containsEntry("dataset_version", prices.id());
            assertThat(versions.path("prices").asText()).isEqualTo(prices.id());
            assertThat(versions.path("reports").asText())
                    .isEqualTo(Objects.requireNonNull(first.loads().get(1).version())
                            .id());
        }
    }

    @Test
    void blockedSourceStopsTheRunAndTheOneBeforeStaysLoaded() throws IOException {
        Project project = create(DATA + MODELS);
        reports.add(new Report("AAA", LocalDate.of(2020, 12, 31), day(30), 5000));
        write("reports.csv", csv());

        assertThatThrownBy(() -> RunPipeline.run(project, CLOCK, line -> {}))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_BLOCKED));

        assertThat(ProjectDatasets.latest(project)).containsOnlyKeys("prices");
        assertThat(ProjectDatasets.loads(project, "reports", 9))
                .singleElement()
                .satisfies(load -> assertThat(load.outcome()).isEqualTo("blocked"));
        assertThat(ProjectDatasets.loads(project, null, 9)).hasSize(2);
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            assertThat(backend.notReadyReason()).contains("(reports)");
        }
        write("reports.csv", csv().replace("5000.00", "-1"));
        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, line -> {});
        assertThat(report.loads().get(1).quarantined()).hasSize(1);
        assertThat(ProjectDatasets.quarantine(project, null).orElseThrow().rows()).hasSize(1);
        assertThat(ProjectDatasets.quarantine(project, "prices").orElseThrow().rows()).isEmpty();
    }

    @Test
    void modelThatReadsASourceWithoutRowsWaitsAndTheOthersGoOn() throws IOException {
        Project project = create(DATA + MODELS + """
              momentum:
                label: prices.up_5d
                entities: { company: { company: symbol } }
                features: [company.trend.*]
                learner: logistic
                validate: { walk_forward: 2 folds, test: 60d }
            """);
        List<Report> published = List.copyOf(reports);
        reports.clear();
        reports.add(new Report("AAA", LocalDate.of(2022, 12, 31), NOW.plusSeconds(5), 3));
        write("reports.csv", csv());
        List<String> lines = new ArrayList<>();

        RunPipeline.RunReport first = RunPipeline.run(project, CLOCK, lines::add);

        assertThat(first.versions()).containsOnlyKeys("momentum");
        assertThat(lines).anyMatch(line -> line.contains("direction waits: no row of the source (reports) is known yet"));
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            Map<String, @Nullable Object> row = request("AAA");
            assertThat(backend.notReadyReason()).contains("(direction)").contains("(reports)");
            assertThat(backend.predict("momentum", List.of(row), PredictOptions.DEFAULT)).hasSize(1);
            assertThatThrownBy(() -> backend.predict("direction", List.of(row), PredictOptions.DEFAULT))
                    .hasMessageContaining("waits");
            assertThat(Objects.requireNonNull(backend.features()).status()).hasSize(1);
        }

        reports.addAll(0, published);
        write("reports.csv", csv());
        RunPipeline.RunReport second = RunPipeline.run(project, CLOCK, line -> {});
        assertThat(second.versions()).containsOnlyKeys("direction", "momentum");
    }

    @Test
    void projectWithoutModelsLoadsAppliesAndMaterialises() throws IOException {
        Project project = create(DATA);
        List<String> lines = new ArrayList<>();

        RunPipeline.RunReport report = RunPipeline.run(project, CLOCK, lines::add);

        assertThat(report.versions()).isEmpty();
        assertThat(lines).anyMatch(line -> line.startsWith("train:") && line.contains("the project has no models"));
        try (LiveBackend backend = LiveBackend.open(project, CLOCK)) {
            FeatureServing features = Objects.requireNonNull(backend.features());
            assertThat(backend.notReadyReason()).isNull();
            assertThat(features.status()).allMatch(view -> view.keys() == SYMBOLS.size());
            assertThat(eps(features, "AAA")).isEqualTo(10);
            assertThat(eps(features, "BBB")).isEqualTo(2);
        }
    }

    @Test
    void pushedRowOfAnotherSourceThanTheModelsIsVisibleToTheNextRead() throws IOException {
        Project project = create(DATA + MODELS);
        RunPipeline.run(project, CLOCK, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, () -> NOW.plusSeconds(60))) {
            FeatureServing features = Objects.requireNonNull(backend.features());
            Map<String, @Nullable Object> row = Map.of(
                    "ticker", "DDD", "year_end", "2022-12-31", "published", NOW.plusSeconds(30).toString(), "eps", 44.0);

            FeatureServing.PushOutcome outcome =
                    features.push("reports", List.of(row), FeatureServing.Destination.ONLINE_AND_OFFLINE);

            assertThat(outcome.visible()).isEqualTo(1);
            assertThat(eps(features, "DDD")).isEqualTo(44);
            assertThatThrownBy(() -> features.push("report", List.of(row), FeatureServing.Destination.ONLINE))
                    .hasMessageContaining("there is prices, reports");
        }
    }

    private static double eps(FeatureServing features, String company) {
        return features.get(List.of("fundamentals:eps"), Map.of("company", List.of(company)))
                .columns()
                .getFirst()
                .values()[0];
    }

    @Test
    void replayFeedsEverySourceAsItBecameKnown() throws IOException {
        Project project = create(DATA + MODELS);
        ReplayJob.Request request = new ReplayJob.Request(
                FIRST.plusDays(380), FIRST.plusDays(430), Duration.ofDays(7), Set.of(LoopPolicy.values()));
        reports.add(new Report("CCC", LocalDate.of(2022, 6, 30), day(400).plusSeconds(3600), 7));
        reports.add(new Report("CCC", LocalDate.of(2022, 9, 30), day(410), 8));
        write("reports.csv", csv());

        assertThatThrownBy(() -> replay(project, request, 3)).hasMessage("stopped");
        ObjectNode document = replay(project, request, -1);
        ObjectNode again = replay(project, request, -1);

        assertThat(again.toString()).isEqualTo(document.toString());
        assertThat(document.path("sources").findValuesAsText("name")).containsExactly("prices", "reports");
        int checked = 0;
        try (JournaledPredictionLog log = JournaledPredictionLog.open(Workspace.stateFolder(project)
                .replay(document.path("replay").asText(), LoopPolicy.THIS_POLICY.word()))) {
            log.catchUp();
            for (LoggedPrediction each : log.find(new PredictionQuery(
                    "direction", null, "champion", null, null, null, null, true, 100_000))) {
                String symbol = each.event().entity().substring(0, 3);
                // reports of one company came in the order of their years until here
                assertThat(told(names(), each.event().features()))
                        .as(each.event().entity())
                        .isEqualTo(expected(symbol, each.event().eventTime()));
                checked++;
            }
        }
        assertThat(checked).isGreaterThanOrEqualTo(50 * SYMBOLS.size());
        write("reports.csv", csv().replace("7.00", "9.00"));
        assertThat(replay(project, request, -1).path("replay")).isNotEqualTo(document.path("replay"));
    }

    private static ObjectNode replay(Project project, ReplayJob.Request request, int stop) {
        try (Workspace workspace = new Workspace(project)) {
            return ReplayJob.run(workspace, request, (done, of, at) -> {
                        if (done == stop) {
                            throw new IllegalStateException("stopped");
                        }
                    })
                    .toJson();
        }
    }

    private static Map<String, @Nullable Object> request(String symbol) {
        return Map.of("symbol", symbol, "time", NOW.toString());
    }

    /** The features of every price row that was loaded, as they were when it happened. */
    private record History(FeatureTable table, Frame frame) {
        String symbol(int row) {
            return String.valueOf(frame.vector("symbol").get(row));
        }

        Instant time(int row) {
            return Micros.toInstant(frame.longs("time").values()[row]);
        }

        int find(String symbol, Instant time) {
            for (int row = 0; row < frame.rows(); row++) {
                if (symbol(row).equals(symbol) && time(row).equals(time)) {
                    return row;
                }
            }
            throw new AssertionError(symbol + " " + time + " is missing.");
        }
    }

    private static History history(Workspace workspace) {
        Map<String, DatasetVersion> versions = workspace.latest();
        ProjectModels models = ProjectModels.ofVersions(workspace.project(), versions);
        Map<String, Frame> frames = workspace.read(models, versions);
        Frame prices = Objects.requireNonNull(frames.get("prices"));
        return new History(
                models.engine()
                        .history(frames, prices, List.of(models.plans().getFirst().service()))
                        .getFirst(),
                prices);
    }
}
