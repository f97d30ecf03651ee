package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.SeededBackend;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.StoredReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files for Prometheus and Grafana against the real promtool and a running server. */
final class MonitoringFilesIT {
    private static final String MODEL = "football-1x2";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
        String row = "{\"Div\":\"E0\",\"Date\":\"2020-07-07\",\"HomeTeam\":\"Northport\",\"AwayTeam\":\"Easthaven\"}";
        client.post("/api/v1/models/" + MODEL + "/predict", row);
        client.post("/api/v1/models/" + MODEL + "/predict", row.replace("Northport", "Guided"));
        client.post("/api/v1/models/" + MODEL + "/predict", "{\"HomeTeam\":1}");
        client.post("/api/v1/outcomes", "{\"outcomes\":[{\"model\":\"tips\",\"entity\":\"nobody\",\"outcome\":\"H\"}]}");
        client.post("/api/v1/models/" + MODEL + "/health", "");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static Path files() {
        Path here = Path.of("").toAbsolutePath();
        Path atRoot = here.resolve("deploy/monitoring");
        return Files.isDirectory(atRoot) ? atRoot : here.resolveSibling("deploy").resolve("monitoring");
    }

    /** What promtool says, with its exit code in front. */
    private static String promtool(Path input, String... args) throws IOException, InterruptedException {
        boolean there = Stream.of(System.getenv("PATH").split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, "promtool")));
        assumeThat(there).as("promtool is not installed (Debian: apt-get install prometheus)").isTrue();
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(input.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + " " + said;
    }

    private Path written(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void rulesAndScrapeFileAreValid() throws Exception {
        Path empty = written("empty", "");

        assertThat(promtool(empty, "check", "rules", files().resolve("alerts.yml").toString())).startsWith("0 ").contains("5 rules found");
        assertThat(promtool(empty, "check", "config", files().resolve("prometheus.yml").toString())).startsWith("0 ");
    }

    @Test
    void rulesFireBeyondTheirLimitsAndStayQuietOtherwise() throws Exception {
        String cases = new String(
                MonitoringFilesIT.class.getResourceAsStream("/monitoring/alerts_test.yml").readAllBytes(), StandardCharsets.UTF_8);
        Path test = written("test.yml", cases.replace("RULES", files().resolve("alerts.yml").toString()));

        assertThat(promtool(written("empty", ""), "test", "rules", test.toString())).startsWith("0 ").contains("SUCCESS");
        String broken = Files.readString(files().resolve("alerts.yml")).replace("> 0.2", "> 0.9");
        Path other = written("other.yml", cases.replace("RULES", written("broken.yml", broken).toString()));
        assertThat(promtool(folder.resolve("empty"), "test", "rules", other.toString())).startsWith("1 ").contains("ModelDriftHigh");
    }

    @Test
    void whatTheServerExportsPassesTheLinter() throws Exception {
        String scrape = client.get("/metrics").text();

        assertThat(promtool(written("metrics", scrape), "check", "metrics")).startsWith("0 ");
        assertThat(scrape)
                .contains(
                        "model_drift_score{feature=\"overall\",model=\"football-1x2\"}",
                        "model_performance_score{model=\"football-1x2\"}",
                        "model_calibration_error{model=\"football-1x2\"}",
                        "model_retraining_required{model=\"football-1x2\"}",
                        "ensemble_model_disagreement{model=\"football-1x2\"}",
                        "model_prediction_errors_total{code=\"",
                        "version=\"7\"}",
                        "model_retrainings_total{model=\"football-1x2\",outcome=\"failed\"} 0.0",
                        "model_training_duration_seconds{model=\"football-1x2\"}",
                        "model_artifacts_size_bytes{model=\"football-1x2\"}");
    }

    private static List<JsonNode> dashboards() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (Stream<Path> list = Files.list(files().resolve("grafana"))) {
            for (Path file : list.filter(each -> each.toString().endsWith(".json")).sorted().toList()) {
                all.add(MAPPER.readTree(file.toFile()));
            }
        }
        return all;
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        for (JsonNode dashboard : dashboards()) {
            dashboard.path("panels").forEach(panel -> panel.path("targets").forEach(target -> queries.add(target.path("expr").asText())));
            dashboard.at("/templating/list").forEach(variable -> {
                Matcher values = Pattern.compile("label_values\\(([^,]+), .*").matcher(variable.path("definition").asText(""));
                if (values.matches()) {
                    queries.add(values.group(1));
                }
            });
        }
        return queries;
    }

    @Test
    void everyQueryOfADashboardIsOneThatPrometheusUnderstands() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboards\n  rules:\n");
        int number = 0;
        for (String query : queries()) {
            String plain = query.replace("$__rate_interval", "1m").replace("$__range", "1h").replace("$model", ".*");
            rules.append("  - record: q").append(number++).append("\n    expr: ").append(MAPPER.writeValueAsString(plain)).append('\n');
        }

        assertThat(number).isGreaterThan(25);
        assertThat(promtool(written("empty", ""), "check", "rules", written("dashboards.yml", rules.toString()).toString()))
                .startsWith("0 ")
                .contains(number + " rules found");
    }

    @Test
    void dashboardsLoadAsTheyAreAndAskForWhatThereIs() throws Exception {
        Set<String> exported = client.get("/metrics").text().lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll("[{ ].*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        exported.add("up"); // Prometheus says that itself
        Set<String> asked = new TreeSet<>();
        Pattern name = Pattern.compile("\\b(?:model|keelson|ensemble|jvm|process|system|up)(?:_[a-z0-9_]+)?\\b(?=[{\\[) ]|$)");
        for (String query : queries()) {
            Matcher names = name.matcher(query.replaceAll("\\b(by|without) \\([^)]*\\)", ""));
            while (names.find()) {
                asked.add(names.group());
            }
        }

        assertThat(asked).hasSizeGreaterThan(25);
        assertThat(exported).containsAll(asked);
        for (JsonNode dashboard : dashboards()) {
            assertThat(dashboard.path("uid").asText()).matches("keelson-[a-z]+");
            assertThat(dashboard.has("__inputs")).isFalse(); // provisioning does not fill these in
            assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
            dashboard.path("panels").forEach(panel -> {
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                panel.path("targets").forEach(target -> assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}"));
            });
            assertThat(dashboard.path("panels").findValuesAsText("id")).doesNotHaveDuplicates();
        }
    }

    @Test
    void aThousandFeaturesAreAFewDozenKilobytesAndNoModelHasMore() {
        SeededBackend wide = SeededBackend.seeded();
        StoredReport newest = wide.reports("drift", MODEL, 1).getFirst();
        DriftReport report = DriftReport.fromJson(newest.document());
        FeatureDrift one = report.features().getFirst();
        List<FeatureDrift> features = new ArrayList<>();
        for (int i = 0; i < 1_200; i++) {
            features.add(new FeatureDrift(
                    "feature_%04d".formatted(i), one.importance(), one.effect(), one.band(), i / 2_400.0, one.pValue(), one.adjusted(),
                    one.psi(), one.psiExpected(), 0, 0, one.missingBand(), one.missingAdjusted(), one.designEffect(), one.effectiveRows(),
                    one.severity(), one.histogram(), null, one.shift(), null));
        }
        DriftReport many = new DriftReport(
                MODEL, report.version(), report.at(), report.from(), report.to(), report.policy(), report.referenceRows(), report.rows(),
                report.verdict(), report.reason(), report.importanceShare(), report.falseAlarmShare(), features);
        wide.catalog().update(tx -> tx.putReport(new StoredReport(
                "wide", "drift", MODEL, newest.at().plusSeconds(1), many.verdict().word(), many.toJson().toString())));

        String text = new ModelGauges(wide).scrape();

        assertThat(text.lines().filter(line -> line.startsWith("model_drift_score{") && line.contains("\"football-1x2\""))).hasSize(1_001);
        assertThat(text.length()).isLessThan(120_000);
    }

    @Test
    void aFeatureThatVanishedIsToldAndCountsInTheMean() {
        assertThat(scrapeWithAFeatureGone())
                .contains(
                        "model_drift_score{feature=\"gone\",model=\"football-1x2\"} 0.75",
                        "model_drift_score{feature=\"moved\",model=\"football-1x2\"} 0.125",
                        "model_drift_score{feature=\"never_there\",model=\"football-1x2\"} 0.0",
                        "model_drift_score{feature=\"overall\",model=\"football-1x2\"} " + 0.875 / 3);
    }

    @Test
    void theRulesFireForAFeatureThatVanishedByWhatTheServerExports() throws Exception {
        StringBuilder series = new StringBuilder();
        scrapeWithAFeatureGone().lines()
                .filter(line -> line.startsWith("model_drift_score{") && line.contains("\"football-1x2\""))
                .forEach(line -> series.append("      - { series: '%s', values: '%sx60' }\n"
                        .formatted(line.substring(0, line.lastIndexOf(' ')), line.substring(line.lastIndexOf(' ') + 1))));
        Path test = written("gone.yml", """
                rule_files: [%s]
                evaluation_interval: 1m
                tests:
                  - interval: 1m
                    input_series:
                %s    alert_rule_test:
                      - eval_time: 31m
                        alertname: ModelFeatureDriftHigh
                        exp_alerts:
                          - exp_labels: { severity: warning, category: model, model: football-1x2, feature: gone }
                            exp_annotations: { summary: "The feature gone of football-1x2 has drifted: `keelson drift report --model football-1x2`.", value: "0.75" }
                      - eval_time: 31m
                        alertname: ModelDriftHigh
                        exp_alerts:
                          - exp_labels: { severity: warning, category: model, model: football-1x2, feature: overall }
                            exp_annotations: { summary: "The features of football-1x2 have drifted: `keelson drift report --model football-1x2`.", value: "0.2916666666666667" }
                """.formatted(files().resolve("alerts.yml"), series));

        assertThat(promtool(written("empty", ""), "test", "rules", test.toString())).startsWith("0 ").contains("SUCCESS");
    }

    private static String scrapeWithAFeatureGone() {
        SeededBackend seeded = SeededBackend.seeded();
        StoredReport newest = seeded.reports("drift", MODEL, 1).getFirst();
        DriftReport report = DriftReport.fromJson(newest.document());
        FeatureDrift one = report.features().getFirst();
        List<FeatureDrift> features = List.of(
                feature(one, "gone", Double.NaN, Double.NaN, 0.25, 1), feature(one, "moved", 0.125, 3, 0, 0), feature(one, "never_there", Double.NaN, Double.NaN, 1, 1));
        DriftReport broken = new DriftReport(
                MODEL, report.version(), report.at(), report.from(), report.to(), report.policy(), report.referenceRows(), report.rows(),
                DriftReport.Verdict.ALARM, report.reason(), report.importanceShare(), report.falseAlarmShare(), features);
        seeded.catalog().update(tx -> tx.putReport(new StoredReport(
                "broken", "drift", MODEL, newest.at().plusSeconds(1), broken.verdict().word(), broken.toJson().toString())));
        return new ModelGauges(seeded).scrape();
    }

    private static FeatureDrift feature(FeatureDrift one, String name, double ks, double effect, double missingBefore, double missingNow) {
        return new FeatureDrift(
                name, one.importance(), effect, one.band(), ks, one.pValue(), one.adjusted(), one.psi(), one.psiExpected(), missingBefore, missingNow,
                one.missingBand(), one.missingAdjusted(), one.designEffect(), one.effectiveRows(), one.severity(), one.histogram(), null, one.shift(), null);
    }
}
