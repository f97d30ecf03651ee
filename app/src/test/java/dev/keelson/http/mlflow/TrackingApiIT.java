package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MLflow's tracking calls over HTTP on a real store. Single quotes in bodies stand for double ones. */
class TrackingApiIT {
    private static final String INVALID = "400 INVALID_PARAMETER_VALUE";
    private static final String ABSENT = "404 RESOURCE_DOES_NOT_EXIST";

    @TempDir
    static Path folder;

    private static ServedCatalog served;
    private static Calls calls;
    private static int names;

    @BeforeAll
    static void start() {
        served = ServedCatalog.start(folder);
        calls = new Calls(served.url());
    }

    @AfterAll
    static void stop() {
        calls.close();
        served.close();
    }

    private static String experiment() {
        return calls.post("experiments/create", "{'name': 'experiment-%d'}".formatted(names++))
                .at("/experiment_id")
                .asText();
    }

    private static String run(String experiment) {
        return calls.post("runs/create", "{'experiment_id': '%s', 'user_id': 'ann', 'start_time': 1000}".formatted(experiment))
                .at("/run/info/run_id")
                .asText();
    }

    private static void ok(Calls.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private static void refused(Calls.Answer answer, String error, String... words) {
        assertThat(answer.error()).as(answer.text()).isEqualTo(error);
        for (String word : words) {
            assertThat(answer.message()).contains(word);
        }
    }

    private static List<String> texts(JsonNode list, String pointer) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(each -> each.at(pointer).asText())
                .toList();
    }

    private static JsonNode data(String run) {
        return calls.get("runs/get?run_id=" + run).at("/run/data");
    }

    private static String search(String experiment, String more) {
        return "{'experiment_ids': ['%s']%s}".formatted(experiment, more);
    }

    // ---- experiments

    @Test
    void theDefaultExperimentIsThere() {
        Calls.Answer byId = calls.get("experiments/get?experiment_id=0");

        assertThat(byId.at("/experiment/name").asText()).isEqualTo("Default");
        assertThat(byId.at("/experiment/artifact_location").asText()).isEqualTo("mlflow-artifacts:/0");
        assertThat(byId.at("/experiment/lifecycle_stage").asText()).isEqualTo("active");
        assertThat(calls.get("experiments/get-by-name?experiment_name=Default").json()).isEqualTo(byId.json());
    }

    @Test
    void experimentLivesThroughItsLife() {
        String id = calls.post("experiments/create", "{'name': 'life', 'tags': [{'key': 'a', 'value': '1'}]}")
                .at("/experiment_id")
                .asText();
        String run = run(id);

        refused(calls.post("experiments/create", "{'name': 'life'}"), "400 RESOURCE_ALREADY_EXISTS");
        ok(calls.post("experiments/set-experiment-tag", "{'experiment_id': '%s', 'key': 'b', 'value': '2'}".formatted(id)));
        ok(calls.post("experiments/update", "{'experiment_id': '%s', 'new_name': 'second life'}".formatted(id)));
        ok(calls.post("experiments/delete-experiment-tag", "{'experiment_id': '%s', 'key': 'a'}".formatted(id)));
        ok(calls.post("experiments/delete", "{'experiment_id': '%s'}".formatted(id)));
        JsonNode deleted = calls.get("experiments/get?experiment_id=" + id).at("/experiment");
        assertThat(deleted.path("lifecycle_stage").asText()).isEqualTo("deleted");
        assertThat(deleted.path("name").asText()).isEqualTo("second life");
        assertThat(texts(deleted.path("tags"), "/key")).containsExactly("b");
        assertThat(calls.get("runs/get?run_id=" + run).at("/run/info/lifecycle_stage").asText()).isEqualTo("deleted");
        refused(calls.post("experiments/create", "{'name': 'second life'}"), "400 RESOURCE_ALREADY_EXISTS");
        refused(calls.post("experiments/update", "{'experiment_id': '%s', 'new_name': 'x'}".formatted(id)), INVALID);
        refused(calls.post("runs/create", "{'experiment_id': '%s'}".formatted(id)), INVALID);
        refused(calls.post("experiments/delete", "{'experiment_id': '%s'}".formatted(id)), ABSENT);
        ok(calls.post("experiments/restore", "{'experiment_id': '%s'}".formatted(id)));
        assertThat(calls.get("runs/get?run_id=" + run).at("/run/info/lifecycle_stage").asText()).isEqualTo("active");
    }

    @Test
    void experimentsAreFoundByPage() {
        for (int i = 0; i < 5; i++) {
            calls.post("experiments/create", "{'name': 'paged-%d', 'tags': [{'key': 'page', 'value': 'yes'}]}".formatted(i));
        }
        List<String> found = new ArrayList<>();
        String token = "";
        do {
            String query = "experiments/search?max_results=2&order_by=name&filter=" + Calls.encoded("tags.page = 'yes'")
                    + "&page_token=" + Calls.encoded(token);
            Calls.Answer page = calls.get(query);
            ok(page);
            found.addAll(texts(page.json().path("experiments"), "/name"));
            token = page.json().path("next_page_token").asText();
        } while (!token.isEmpty());

        assertThat(found).containsExactly("paged-0", "paged-1", "paged-2", "paged-3", "paged-4");
        Calls.Answer whole = calls.get("experiments/search?max_results=5&filter=" + Calls.encoded("name ILIKE 'PAGED-%'"));
        assertThat(whole.json().path("experiments")).hasSize(5);
        assertThat(whole.json().has("next_page_token")).as("no token when all were shown").isFalse();
        refused(calls.get("experiments/search?max_results=5&page_token=abc"), INVALID, "page_token");
        refused(calls.get("experiments/search?max_results=0"), INVALID);
        refused(calls.get("experiments/search?max_results=50001"), INVALID);
        refused(calls.get("experiments/search?filter=nonsense"), INVALID, "Invalid clause(s) in filter string");
    }

    @Test
    void whatIsNotThereIsSaid() {
        refused(calls.get("experiments/get?experiment_id=987654"), ABSENT, "No Experiment with id=987654 exists");
        refused(calls.get("experiments/get-by-name?experiment_name=nobody"), ABSENT);
        refused(calls.get("runs/get?run_id=abc"), ABSENT, "Run 'abc' not found");
        refused(calls.post("runs/create", "{'experiment_id': '987654'}"), ABSENT);
        for (String path : List.of("log-metric", "log-parameter", "set-tag", "delete-tag", "update", "delete", "log-batch")) {
            refused(
                    calls.post("runs/" + path, "{'run_id': 'abc', 'key': 'k', 'value': 1, 'timestamp': 1}"
                            .replace("1,", path.equals("log-metric") ? "1," : "'1',")),
                    ABSENT,
                    "Run 'abc' not found");
        }
        refused(calls.get("metrics/get-history?run_id=abc&metric_key=m"), ABSENT, "Run 'abc' not found");
    }

    @Test
    void missingFieldIsNamed() {
        refused(
                calls.post("experiments/create", "{}"),
                INVALID,
                "Missing value for required parameter 'name'. See the API docs for more information about request parameters.");
        refused(calls.post("experiments/create", "{'name': ''}"), INVALID, "parameter 'name'");
        refused(calls.post("runs/log-metric", "{'key': 'k', 'value': 1, 'timestamp': 1}"), INVALID, "'run_id'");
        refused(calls.post("runs/log-metric", "{'run_id': 'a', 'key': 'k', 'timestamp': 1}"), INVALID, "'value'");
        refused(calls.post("runs/log-metric", "{'run_id': 'a', 'key': 'k', 'value': 1}"), INVALID, "'timestamp'");
        refused(
                calls.post("runs/log-batch", "{'run_id': 'a', 'metrics': [{'value': 1, 'timestamp': 1}]}"),
                INVALID,
                "'metrics[0].key'");
        refused(
                calls.post("runs/create", "{'tags': [{'value': 'x'}]}"), INVALID, "'tags[0].key'");
    }

    // ---- runs

    @Test
    void runHasANameAndATagOfIt() {
        Calls.Answer unnamed = calls.post("runs/create", "{'user_id': 'ann'}");
        Calls.Answer named = calls.post("runs/create", "{'run_name': 'one', 'tags': [{'key': 'x', 'value': 'y'}]}");
        Calls.Answer tagged = calls.post("runs/create", "{'tags': [{'key': 'mlflow.runName', 'value': 'two'}]}");

        assertThat(unnamed.at("/run/info/experiment_id").asText()).isEqualTo("0");
        assertThat(unnamed.at("/run/info/run_name").asText()).matches("[a-z]+-[a-z]+-\\d{1,3}");
        assertThat(unnamed.at("/run/data/tags/0/value").asText()).isEqualTo(unnamed.at("/run/info/run_name").asText());
        assertThat(unnamed.at("/run/info/status").asText()).isEqualTo("RUNNING");
        assertThat(unnamed.at("/run/info/run_uuid")).isEqualTo(unnamed.at("/run/info/run_id"));
        assertThat(unnamed.at("/run/info/artifact_uri").asText())
                .isEqualTo("mlflow-artifacts:/0/%s/artifacts".formatted(unnamed.at("/run/info/run_id").asText()));
        assertThat(named.at("/run/info/run_name").asText()).isEqualTo("one");
        assertThat(named.at("/run/info/user_id").asText()).isNotEmpty();
        assertThat(texts(named.at("/run/data/tags"), "/key")).containsExactlyInAnyOrder("x", "mlflow.runName");
        assertThat(tagged.at("/run/info/run_name").asText()).isEqualTo("two");
        refused(
                calls.post("runs/create", "{'run_name': 'a', 'tags': [{'key': 'mlflow.runName', 'value': 'b'}]}"),
                INVALID);
    }

    @Test
    void nameAndTagStayTheSame() {
        String run = run("0");

        Calls.Answer renamed = calls.post(
                "runs/update", "{'run_id': '%s', 'run_name': 'new', 'status': 'FINISHED', 'end_time': '2000'}".formatted(run));
        String tag = tag(run, "mlflow.runName");
        ok(calls.post("runs/set-tag", "{'run_id': '%s', 'key': 'mlflow.runName', 'value': 'newer'}".formatted(run)));

        assertThat(renamed.at("/run_info/run_name").asText()).isEqualTo("new");
        assertThat(renamed.at("/run_info/status").asText()).isEqualTo("FINISHED");
        assertThat(renamed.at("/run_info/end_time").asLong()).isEqualTo(2000);
        assertThat(tag).isEqualTo("new");
        assertThat(calls.get("runs/get?run_uuid=" + run).at("/run/info/run_name").asText()).isEqualTo("newer");
        assertThat(calls.post("runs/update", "{'run_uuid': '%s', 'status': 5}".formatted(run)).at("/run_info/status").asText())
                .isEqualTo("KILLED");
        refused(calls.post("runs/update", "{'run_id': '%s', 'status': 'DONE'}".formatted(run)), INVALID, "FINISHED");
    }

    private static String tag(String run, String key) {
        return StreamSupport.stream(data(run).path("tags").spliterator(), false)
                .filter(each -> each.path("key").asText().equals(key))
                .map(each -> each.path("value").asText())
                .collect(Collectors.joining());
    }

    @Test
    void deletedRunRefusesWrites() {
        String run = run(experiment());

        ok(calls.post("runs/delete", "{'run_id': '%s'}".formatted(run)));
        ok(calls.post("runs/delete", "{'run_id': '%s'}".formatted(run)));

        String id = "{'run_id': '%s', 'key': 'k', 'value': %s, 'timestamp': 1}";
        refused(calls.post("runs/log-metric", id.formatted(run, "1")), INVALID);
        refused(calls.post("runs/log-parameter", id.formatted(run, "'1'")), INVALID);
        refused(calls.post("runs/set-tag", id.formatted(run, "'1'")), INVALID);
        refused(calls.post("runs/update", "{'run_id': '%s', 'status': 'FAILED'}".formatted(run)), INVALID);
        refused(
                calls.post("runs/log-batch", "{'run_id': '%s', 'tags': [{'key': 'a', 'value': 'b'}]}".formatted(run)), INVALID);
        ok(calls.post("runs/restore", "{'run_id': '%s'}".formatted(run)));
        ok(calls.post("runs/log-metric", id.formatted(run, "1")));
    }

    @Test
    void paramsNeverChangeAndTagsDo() {
        String run = run(experiment());
        String body = "{'run_id': '%s', 'key': '%s', 'value': '%s'}";

        ok(calls.post("runs/log-parameter", body.formatted(run, "p", "1")));
        ok(calls.post("runs/log-parameter", body.formatted(run, "p", "1")));
        ok(calls.post("runs/log-parameter", body.formatted(run, "empty", "")));
        refused(calls.post("runs/log-parameter", body.formatted(run, "p", "2")), INVALID);
        refused(
                calls.post(
                        "runs/log-batch",
                        "{'run_id': '%s', 'metrics': [{'key': 'm', 'value': 1, 'timestamp': 1}], 'params': [{'key': 'p', 'value': '2'}]}"
                                .formatted(run)),
                INVALID);
        ok(calls.post("runs/set-tag", body.formatted(run, "t", "1")));
        ok(calls.post("runs/set-tag", body.formatted(run, "t", "2")));

        assertThat(texts(data(run).path("params"), "/value")).containsExactlyInAnyOrder("1", "");
        assertThat(data(run).has("metrics")).as("the batch that failed left nothing").isFalse();
        assertThat(tag(run, "t")).isEqualTo("2");
        ok(calls.post("runs/delete-tag", "{'run_id': '%s', 'key': 't'}".formatted(run)));
        refused(
                calls.post("runs/delete-tag", "{'run_id': '%s', 'key': 't'}".formatted(run)),
                ABSENT,
                "No tag with name: t in run with id " + run);
    }

    // ---- metrics

    @Test
    void latestIsTheGreatestByStepThenTimeThenValue() {
        String run = run(experiment());
        for (String point : List.of("5, 'timestamp': 30, 'step': 1", "7, 'timestamp': 10, 'step': '2'", "9, 'timestamp': '10', 'step': 2",
                "8, 'timestamp': 9, 'step': 2", "1, 'timestamp': 99, 'step': -1", "9, 'timestamp': 10, 'step': 2")) {
            ok(calls.post("runs/log-metric", "{'run_id': '%s', 'key': 'm', 'value': %s}".formatted(run, point)));
        }

        JsonNode latest = data(run).path("metrics").path(0);
        JsonNode history = calls.get("metrics/get-history?metric_key=m&run_id=" + run).json().path("metrics");

        assertThat(latest.path("value").asDouble()).isEqualTo(9);
        assertThat(latest.path("step").asLong()).isEqualTo(2);
        assertThat(history).as("what is logged twice is one point").hasSize(5);
    }

    @Test
    void numbersThatAreNoneAreKept() {
        String run = run(experiment());
        for (String value : List.of("NaN", "'NaN'", "Infinity", "'-Infinity'", "'1.5'", "-Infinity", "1e400")) {
            ok(calls.post(
                    "runs/log-batch",
                    "{'run_id': '%s', 'metrics': [{'key': 'm%s', 'value': %s, 'timestamp': 1}]}"
                            .formatted(run, Integer.toHexString(value.hashCode()), value)));
            ok(calls.post(
                    "runs/log-metric",
                    "{'run_id': '%s', 'key': 'n%s', 'value': %s, 'timestamp': 1}"
                            .formatted(run, Integer.toHexString(value.hashCode()), value)));
        }

        assertThat(texts(data(run).path("metrics"), "/value").stream().distinct())
                .containsExactlyInAnyOrder("NaN", "1.7976931348623157E308", "-1.7976931348623157E308", "1.5");
    }

    @Test
    void historyIsReadByPageButNotByTheJavaClient() {
        String run = run(experiment());
        String metrics = IntStream.range(0, 25)
                .mapToObj(i -> "{'key': 'm', 'value': %d, 'timestamp': %d, 'step': %d}".formatted(i, i, i))
                .collect(Collectors.joining(","));
        ok(calls.post("runs/log-batch", "{'run_id': '%s', 'metrics': [%s]}".formatted(run, metrics)));
        String address = "metrics/get-history?metric_key=m&max_results=10&run_id=" + run;

        List<Integer> values = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            JsonNode page = calls.get(address + (token.isEmpty() ? "" : "&page_token=" + Calls.encoded(token))).json();
            page.path("metrics").forEach(each -> values.add(each.path("value").asInt()));
            token = page.path("next_page_token").asText();
            pages++;
        } while (!token.isEmpty());
        JsonNode java = calls.get(address, "User-Agent", "mlflow-java-client/2.17.2").json();

        assertThat(values).isEqualTo(IntStream.range(0, 25).boxed().toList());
        assertThat(pages).isEqualTo(3);
        assertThat(java.path("metrics")).hasSize(25);
        assertThat(java.has("next_page_token")).isFalse();
        assertThat(calls.get("metrics/get-history?metric_key=other&run_id=" + run).at("/metrics")).isEmpty();
    }

    @Test
    void historiesOfSeveralRunsAreReadAtOnce() {
        String experiment = experiment();
        String first = run(experiment);
        String second = run(experiment);
        for (String run : List.of(first, second)) {
            String metrics = IntStream.range(0, 500)
                    .mapToObj(i -> "{'key': 'm', 'value': %d, 'timestamp': 1, 'step': %d}".formatted(i, i))
                    .collect(Collectors.joining(","));
            ok(calls.post("runs/log-batch", "{'run_id': '%s', 'metrics': [%s]}".formatted(run, metrics)));
        }
        String both = "?metric_key=m&run_ids=%s&run_ids=%s".formatted(first, second);

        JsonNode bulk = calls.get("metrics/get-history-bulk" + both.replace("run_ids", "run_id") + "&max_results=600")
                .json()
                .path("metrics");
        JsonNode thinned = calls.send(
                        "GET",
                        "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval" + both
                                + "&start_step=100&end_step=399&max_results=20",
                        new byte[0])
                .at("/metrics");

        assertThat(bulk).hasSize(600);
        assertThat(texts(bulk, "/run_id").stream().distinct()).containsExactlyInAnyOrder(first, second);
        assertThat(thinned.size()).isBetween(30, 60);
        assertThat(thinned.path(0).path("step").asInt()).isEqualTo(100);
        assertThat(texts(thinned, "/step")).contains("399").doesNotContain("99", "400");
        refused(calls.get("metrics/get-history-bulk-interval" + both + "&start_step=1"), INVALID);
        refused(calls.get("metrics/get-history-bulk-interval" + both + "&start_step=2&end_step=1"), INVALID);
        refused(calls.get("metrics/get-history-bulk-interval" + both + "&max_results=2501"), INVALID);
        refused(calls.get("metrics/get-history-bulk?metric_key=m"), INVALID, "run_id");
        refused(calls.get("metrics/get-history-bulk?metric_key=m" + "&run_id=a".repeat(101)), INVALID, "101");
    }

    // ---- limits

    @Test
    void batchHasLimits() {
        String run = run(experiment());
        String metric = "{'key': 'm', 'value': 1, 'timestamp': 1}";
        String pair = "{'key': 'k%d', 'value': 'v'}";

        refused(calls.post("runs/log-batch", batch(run, many(1001, metric), "", "")), INVALID, "1000 metrics", "1001");
        refused(calls.post("runs/log-batch", batch(run, "", many(101, pair), "")), INVALID, "100 params");
        refused(calls.post("runs/log-batch", batch(run, "", "", many(101, pair))), INVALID, "100 tags");
        refused(calls.post("runs/log-batch", batch(run, many(901, metric), many(50, pair), many(50, pair))), INVALID, "1001");
        refused(
                calls.post("runs/log-batch", batch(run, "", "", "{'key': 'k', 'value': '%s'}".formatted("x".repeat(1_000_000)))),
                INVALID,
                "1000000");
        ok(calls.post("runs/log-batch", batch(run, many(900, metric), many(50, pair), many(50, pair))));
        ok(calls.post("runs/log-batch", "{'run_id': '%s'}".formatted(run)));
        refused(
                calls.post("runs/log-batch", batch(run, "", "{'key': 'a', 'value': '1'}, {'key': 'a', 'value': '2'}", "")),
                INVALID,
                "twice");
    }

    private static String many(int count, String element) {
        return IntStream.range(0, count).mapToObj(element::formatted).collect(Collectors.joining(","));
    }

    private static String batch(String run, String metrics, String params, String tags) {
        return "{'run_id': '%s', 'metrics': [%s], 'params': [%s], 'tags': [%s]}".formatted(run, metrics, params, tags);
    }

    @Test
    void textsHaveLimits() {
        String experiment = experiment();
        String run = run(experiment);
        String body = "{'run_id': '%s', 'key': '%s', 'value': '%s'}";

        ok(calls.post("runs/log-parameter", body.formatted(run, "k".repeat(250), "v".repeat(6000))));
        refused(calls.post("runs/log-parameter", body.formatted(run, "k".repeat(251), "v")), INVALID, "250");
        refused(calls.post("runs/log-parameter", body.formatted(run, "k", "v".repeat(6001))), INVALID, "6000");
        ok(calls.post("runs/set-tag", body.formatted(run, "long", "v".repeat(9000))));
        assertThat(tag(run, "long")).as("long tags are cut").hasSize(8000);
        refused(
                calls.post(
                        "experiments/set-experiment-tag",
                        "{'experiment_id': '%s', 'key': 'k', 'value': '%s'}".formatted(experiment, "v".repeat(5001))),
                INVALID,
                "5000");
        refused(calls.post("experiments/create", "{'name': '%s'}".formatted("n".repeat(501))), INVALID, "500");
        refused(calls.post("runs/log-metric", "{'run_id': '%s', 'key': 'm', 'value': 1, 'timestamp': -1}".formatted(run)), INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/../b", "/a", "a//b", "a/", ".", "./a", "a\\nb", "a:b", "a;b", "a%b", "a*b", "\\u0000"})
    void keysThatAreNoNormalPathsAreRefused(String key) {
        String run = run("0");

        refused(calls.post("runs/set-tag", "{'run_id': '%s', 'key': '%s', 'value': 'v'}".formatted(run, key)), INVALID);
        refused(
                calls.post("runs/log-batch", batch(run, "{'key': '%s', 'value': 1, 'timestamp': 1}".formatted(key), "", "")),
                INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b c", "_x-y.z", "größe", "日本", "a/.b", "1"})
    void otherKeysAreTaken(String key) {
        String run = run("0");

        ok(calls.post("runs/set-tag", "{'run_id': '%s', 'key': '%s', 'value': 'v'}".formatted(run, key)));
        assertThat(tag(run, key)).isEqualTo("v");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-a", "a/b", "..", "a.b", "a%20b", "a'b", "_a"})
    void idsThatCannotBeAreRefused(String id) {
        refused(calls.get("runs/get?run_id=" + Calls.encoded(id)), INVALID, "Invalid run ID");
        refused(calls.get("experiments/get?experiment_id=" + Calls.encoded(id)), INVALID, "Invalid experiment ID");
    }

    // ---- search

    @Test
    void runsAreFoundAndOrdered() {
        String experiment = experiment();
        List<String> runs = new ArrayList<>();
        for (String value : List.of("0.9", "0.5", "NaN", "0.7")) {
            String run = run(experiment);
            runs.add(run);
            ok(calls.post("runs/log-metric", "{'run_id': '%s', 'key': 'auc', 'value': %s, 'timestamp': 1}".formatted(run, value)));
            ok(calls.post("runs/log-parameter", "{'run_id': '%s', 'key': 'p', 'value': 'V%s'}".formatted(run, value)));
        }
        runs.add(run(experiment)); // without the metric

        assertThat(found(experiment, ", 'order_by': ['metrics.auc DESC']"))
                .containsExactly(runs.get(0), runs.get(3), runs.get(1), runs.get(2), runs.get(4));
        assertThat(found(experiment, ", 'order_by': ['metrics.auc ASC']"))
                .containsExactly(runs.get(1), runs.get(3), runs.get(0), runs.get(2), runs.get(4));
        assertThat(found(experiment, ", 'filter': 'metrics.auc > 0.6', 'order_by': ['metric.auc']"))
                .containsExactly(runs.get(3), runs.get(0));
        assertThat(found(experiment, ", 'filter': 'metrics.auc != 0.9'")).doesNotContain(runs.get(4), runs.get(0));
        assertThat(filtered(experiment, "params.p ILIKE 'v0.%'")).hasSize(3);
        assertThat(filtered(experiment, "params.p LIKE 'v0.%'")).isEmpty();
        assertThat(filtered(experiment, "tags.none != 'x'")).isEmpty();
        assertThat(filtered(experiment, "run_id IN ('%s', '%s')".formatted(runs.get(0), runs.get(1)))).hasSize(2);
        assertThat(filtered(experiment, "attributes.user_id = 'ann' AND status = 'RUNNING' AND start_time = 1000")).hasSize(5);
        ok(calls.post("runs/delete", "{'run_id': '%s'}".formatted(runs.get(0))));
        assertThat(found(experiment, ", 'run_view_type': 'DELETED_ONLY'")).containsExactly(runs.get(0));
        assertThat(found(experiment, ", 'run_view_type': 3")).hasSize(5);
        assertThat(found(experiment, "")).hasSize(4);
        refused(calls.post("runs/search", search(experiment, ", 'max_results': 50001")), INVALID);
        refused(calls.post("runs/search", search(experiment, ", 'order_by': ['auc']")), INVALID, "Invalid clause(s)");
        refused(calls.post("runs/search", search(experiment, ", 'filter': 'metrics.auc > 1 OR 1 = 1'")), INVALID);
    }

    private static List<String> found(String experiment, String more) {
        Calls.Answer answer = calls.post("runs/search", search(experiment, more));
        ok(answer);
        return texts(answer.json().path("runs"), "/info/run_id");
    }

    private static List<String> filtered(String experiment, String filter) {
        byte[] body = "{\"experiment_ids\": [\"%s\"], \"filter\": \"%s\"}"
                .formatted(experiment, filter)
                .getBytes(StandardCharsets.UTF_8);
        Calls.Answer answer = calls.send("POST", "/api/2.0/mlflow/runs/search", body);
        ok(answer);
        return texts(answer.json().path("runs"), "/info/run_id");
    }

    @Test
    void runsAreFoundByPage() {
        String experiment = experiment();
        List<String> runs = IntStream.range(0, 7).mapToObj(i -> run(experiment)).toList();

        List<String> found = new ArrayList<>();
        String token = "";
        do {
            Calls.Answer page = calls.post("runs/search", search(experiment, ", 'max_results': 3, 'page_token': '%s'".formatted(token)));
            found.addAll(texts(page.json().path("runs"), "/info/run_id"));
            token = page.json().path("next_page_token").asText();
        } while (!token.isEmpty());

        assertThat(found).hasSize(7).containsExactlyInAnyOrderElementsOf(runs);
        assertThat(calls.post("runs/search", search(experiment, ", 'max_results': 7")).json().has("next_page_token"))
                .as("a full page is the last when there are no more")
                .isFalse();
        for (String bad : List.of("x", "e30=", Base64.getEncoder().encodeToString("{\"offset\": -1}".getBytes(StandardCharsets.UTF_8)))) {
            refused(calls.post("runs/search", search(experiment, ", 'page_token': '%s'".formatted(bad))), INVALID, "page_token");
        }
    }

    @Test
    void sqlInFiltersAndOrdersIsOnlyText() {
        String experiment = experiment();
        String run = run(experiment);
        String hostile = "x'; DROP TABLE runs; --";
        ok(calls.send(
                "POST",
                "/api/2.0/mlflow/runs/set-tag",
                "{\"run_id\": \"%s\", \"key\": \"t\", \"value\": \"%s\"}".formatted(run, hostile).getBytes(StandardCharsets.UTF_8)));

        assertThat(filtered(experiment, "tags.t = 'x''; DROP TABLE runs; --'")).containsExactly(run);
        assertThat(filtered(experiment, "tags.`t' OR '1'='1` = 'x'")).isEmpty();
        refused(calls.post("runs/search", search(experiment, ", 'order_by': ['start_time; DROP TABLE runs']")), INVALID);
        assertThat(found(experiment, ", 'order_by': ['metrics.`a) DESC; DROP TABLE runs; --`']")).containsExactly(run);
        assertThat(found(experiment, "")).containsExactly(run);
    }

    // ---- inputs, outputs, models

    @Test
    void inputsAreKeptAndFound() {
        String experiment = experiment();
        String run = run(experiment);
        String inputs = "{'run_id': '%s', 'datasets': [{'tags': [{'key': 'mlflow.data.context', 'value': 'training'}], "
                + "'dataset': {'name': 'games', 'digest': 'd1', 'source_type': 'local', 'source': '{}', 'schema': 's'}}]}";

        ok(calls.post("runs/log-inputs", inputs.formatted(run)));
        ok(calls.post("runs/log-inputs", inputs.formatted(run)));

        JsonNode input = calls.get("runs/get?run_id=" + run).at("/run/inputs/dataset_inputs");
        assertThat(input).hasSize(1);
        assertThat(input.at("/0/dataset/name").asText()).isEqualTo("games");
        assertThat(input.at("/0/tags/0/value").asText()).isEqualTo("training");
        assertThat(filtered(experiment, "datasets.digest IN ('d1', 'd2') AND dataset.context = 'training'")).containsExactly(run);
        JsonNode summary = calls.post("experiments/search-datasets", "{'experiment_ids': ['%s']}".formatted(experiment))
                .at("/dataset_summaries");
        assertThat(summary).hasSize(1);
        assertThat(summary.at("/0/context").asText()).isEqualTo("training");
        refused(
                calls.post("runs/log-inputs", "{'run_id': '%s', 'datasets': [{'dataset': {'name': 'a'}}]}".formatted(run)),
                INVALID,
                "'datasets[0].dataset.digest'");
        refused(calls.post("experiments/search-datasets", "{}"), INVALID, "experiment_ids");
    }

    @Test
    void describedModelsAreAddedToATag() {
        String run = run(experiment());
        String model = "{\\\"artifact_path\\\": \\\"m\\\", \\\"flavors\\\": {}, \\\"utc_time_created\\\": \\\"t\\\", \\\"run_id\\\": \\\"r\\\"}";
        String body = "{'run_id': '%s', 'model_json': '%s'}";

        ok(calls.post("runs/log-model", body.formatted(run, model)));
        ok(calls.post("runs/log-model", body.formatted(run, model)));

        assertThat(tag(run, "mlflow.log-model.history")).startsWith("[{\"artifact_path\":\"m\"").contains("},{");
        refused(calls.post("runs/log-model", body.formatted(run, "{}")), INVALID, "flavors");
        refused(calls.post("runs/log-model", body.formatted(run, "no")), INVALID, "JSON");
    }

    @Test
    void loggedModelLivesThroughItsLife() {
        String experiment = experiment();
        String run = run(experiment);
        JsonNode made = calls.post(
                        "logged-models",
                        "{'experiment_id': '%s', 'name': 'net', 'model_type': 'Classifier', 'source_run_id': '%s', 'params': [{'key': 'a', 'value': '1'}]}"
                                .formatted(experiment, run))
                .at("/model/info");
        String id = made.path("model_id").asText();
        String address = "logged-models/" + id;

        assertThat(id).matches("m-[0-9a-f]{32}");
        assertThat(made.path("status").asText()).isEqualTo("LOGGED_MODEL_PENDING");
        assertThat(made.path("artifact_uri").asText())
                .isEqualTo("mlflow-artifacts:/%s/models/%s/artifacts".formatted(experiment, id));
        assertThat(calls.patch(address, "{'status': 'LOGGED_MODEL_READY'}").at("/model/info/status").asText())
                .isEqualTo("LOGGED_MODEL_READY");
        assertThat(calls.patch(address, "{'model_id': '%s', 'status': 3}".formatted(id)).at("/model/info/status").asText())
                .isEqualTo("LOGGED_MODEL_UPLOAD_FAILED");
        refused(calls.patch(address, "{}"), INVALID, "status");
        ok(calls.patch(address + "/tags", "{'tags': [{'key': 'a b', 'value': 'v'}]}"));
        ok(calls.post(address + "/params", "{'params': [{'key': 'b', 'value': '2'}]}"));
        ok(calls.post(
                "runs/log-batch",
                batch(run, "{'key': 'acc', 'value': 0.5, 'timestamp': 1, 'step': 1, 'model_id': '%s', 'dataset_name': 'd', 'dataset_digest': 'x'}".formatted(id), "", "")));
        ok(calls.post("runs/outputs", "{'run_id': '%s', 'models': [{'model_id': '%s', 'step': '3'}]}".formatted(run, id)));
        ok(calls.post("runs/log-inputs", "{'run_id': '%s', 'models': [{'model_id': '%s'}]}".formatted(run, id)));
        JsonNode model = calls.get(address).at("/model");
        assertThat(model.at("/info/tags/0/key").asText()).isEqualTo("a b");
        assertThat(texts(model.at("/data/params"), "/value")).containsExactlyInAnyOrder("1", "2");
        assertThat(model.at("/data/metrics/0/value").asDouble()).isEqualTo(0.5);
        assertThat(calls.get("runs/get?run_id=" + run).at("/run/outputs/model_outputs/0/step").asInt()).isEqualTo(3);
        assertThat(calls.get("runs/get?run_id=" + run).at("/run/inputs/model_inputs/0/model_id").asText()).isEqualTo(id);
        assertThat(calls.get(address + "/artifacts/directories").at("/files")).isEmpty();
        refused(calls.get(address + "/artifacts/directories?artifact_directory_path=" + Calls.encoded("../x")), INVALID);
        ok(calls.delete(address + "/tags/a%20b"));
        refused(calls.delete(address + "/tags/a%20b"), ABSENT);
        ok(calls.delete(address));
        refused(calls.get(address), ABSENT);
        ok(calls.get(address + "?allow_deleted=true"));
        refused(calls.get("logged-models/m-0"), ABSENT);
    }

    @Test
    void loggedModelsAreFound() {
        String experiment = experiment();
        String run = run(experiment);
        List<String> ids = new ArrayList<>();
        for (String accuracy : List.of("0.2", "0.9", "0.5")) {
            String id = calls.post("logged-models", "{'experiment_id': '%s', 'name': 'net'}".formatted(experiment))
                    .at("/model/info/model_id")
                    .asText();
            ids.add(id);
            ok(calls.post(
                    "runs/log-metric",
                    "{'run_id': '%s', 'key': 'acc', 'value': %s, 'timestamp': 1, 'model_id': '%s', 'dataset_name': 'd', 'dataset_digest': 'x'}"
                            .formatted(run, accuracy, id)));
        }
        String body = "{'experiment_ids': ['%s'], %s}";

        JsonNode found = calls.post(
                        "logged-models/search",
                        body.formatted(
                                experiment,
                                "'filter': 'metrics.acc > 0.3', 'datasets': [{'dataset_name': 'd'}], 'order_by': [{'field_name': 'metrics.acc', 'ascending': false}]"))
                .at("/models");
        JsonNode page = calls.post(
                        "logged-models/search",
                        body.formatted(experiment, "'max_results': 2, 'order_by': [{'field_name': 'metrics.acc'}]"))
                .json();

        assertThat(texts(found, "/info/model_id")).containsExactly(ids.get(1), ids.get(2));
        assertThat(texts(page.path("models"), "/info/model_id")).containsExactly(ids.get(0), ids.get(2));
        assertThat(page.path("next_page_token").asText()).isNotEmpty();
        refused(
                calls.post("logged-models/search", body.formatted(experiment, "'filter': 'metrics.acc LIKE 1'")),
                INVALID,
                "Invalid clause(s)");
    }

    // ---- the wire

    @Test
    void bodyMayBeEncodedTwice() {
        Calls.Answer made = calls.send(
                "POST",
                "/api/2.0/mlflow/experiments/create",
                "\"{\\\"name\\\": \\\"twice encoded\\\", \\\"unknown\\\": {\\\"a\\\": [1]}}\"".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/json; charset=utf-8");
        String run = run("0");
        Calls.Answer batch = calls.send(
                "POST",
                "/ajax-api/2.0/mlflow/runs/log-batch",
                "\"{\\\"run_uuid\\\": \\\"%s\\\", \\\"tags\\\": [{\\\"key\\\": \\\"a\\\", \\\"value\\\": \\\"b\\\"}]}\""
                        .formatted(run)
                        .getBytes(StandardCharsets.UTF_8));

        ok(made);
        ok(batch);
        assertThat(tag(run, "a")).isEqualTo("b");
    }

    @Test
    void bodiesThatCannotBeReadAreRefused() {
        String path = "/api/2.0/mlflow/experiments/create";
        byte[] name = "{\"name\": \"bad\"}".getBytes(StandardCharsets.UTF_8);
        byte[] notUtf8 = name.clone();
        notUtf8[11] = (byte) 0xff;

        refused(calls.send("POST", path, notUtf8), "400 BAD_REQUEST");
        refused(calls.send("POST", path, "{\"name\": \"a\"".getBytes(StandardCharsets.UTF_8)), "400 BAD_REQUEST");
        refused(calls.send("POST", path, "[1]".getBytes(StandardCharsets.UTF_8)), "400 BAD_REQUEST");
        refused(calls.send("POST", path, "{\"name\": \"a\"} x".getBytes(StandardCharsets.UTF_8)), "400 BAD_REQUEST");
        refused(
                calls.send("POST", path, ("{\"x\": " + "[".repeat(200) + "]".repeat(200) + "}").getBytes(StandardCharsets.UTF_8)),
                "400 BAD_REQUEST");
        refused(
                calls.send("POST", "/api/2.0/mlflow/runs/log-batch", ("{\"x\": " + "[".repeat(200) + "]".repeat(200) + "}").getBytes(StandardCharsets.UTF_8)),
                "400 BAD_REQUEST");
        refused(calls.send("POST", path, name, "Content-Type", "text/plain"), INVALID, "application/json");
        refused(calls.post("experiments/create", "{'name': 'a\\u0000b'}"), INVALID, "NUL");
        refused(calls.post("experiments/create", "{'name': 'a\\ud800b'}"), INVALID);
        refused(calls.post("experiments/create", "{'name': 5}"), INVALID, "string");
        refused(calls.get("experiments/get-by-name?experiment_name=%ff"), "400 BAD_REQUEST");
    }

    @Test
    void otherAddressesAreNoEndpoints() {
        for (String path : List.of("traces/search", "scorers/list", "gateway/endpoints/list", "nothing", "runs/search/more")) {
            refused(calls.post(path, "{}"), "404 ENDPOINT_NOT_FOUND");
        }
        refused(calls.send("POST", "/api/3.0/mlflow/traces/search", "{}".getBytes(StandardCharsets.UTF_8)), "404 ENDPOINT_NOT_FOUND");
        refused(calls.get("runs/create"), "404 ENDPOINT_NOT_FOUND", "POST");
    }

    @Test
    void pageOfAnotherOriginMayNotWrite() {
        refused(
                calls.send(
                        "POST",
                        "/api/2.0/mlflow/experiments/create",
                        "{\"name\": \"x\"}".getBytes(StandardCharsets.UTF_8),
                        "Origin",
                        "http://evil.example",
                        "Content-Type",
                        "application/json"),
                "403 PERMISSION_DENIED");
    }

    @Test
    void clientsLearnWhatServerThisIs() {
        assertThat(calls.send("GET", "/version", new byte[0]).text()).isEqualTo("2.17.2");
        assertThat(calls.send("GET", "/health", new byte[0], "User-Agent", "mlflow-python-client/3.1").text()).isEqualTo("OK");
        assertThat(calls.send("GET", "/health", new byte[0]).at("/status").asText()).isEqualTo("up");
        assertThat(calls.send("GET", "/api/3.0/mlflow/server-info", new byte[0]).at("/store_type").asText()).isEqualTo("SqlStore");
    }

    @Test
    void profileOfADataSetMayBeLargerThanOtherBodies() {
        String run = calls.post("runs/create", "{'experiment_id': '0'}").at("/run/info/run_id").asText();
        String body = "{\"run_id\": \"%s\", \"datasets\": [{\"dataset\": {\"name\": \"d\", \"digest\": \"1\", \"source_type\": \"local\", \"source\": \"s\", \"profile\": \"%s\"}}]}";

        Calls.Answer taken = calls.post("runs/log-inputs", body.formatted(run, "p".repeat(16_777_215)));
        Calls.Answer refused = calls.post("runs/log-inputs", body.formatted(run, "p".repeat(16_777_216)));

        assertThat(taken.status()).as(taken.text()).isEqualTo(200);
        assertThat(refused.error()).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(refused.message()).contains("16777216 characters, and 16777215 are the most");
    }

    @Test
    void refusalsSayWhatWasWrong() {
        String run = calls.post("runs/create", "{'experiment_id': '0'}").at("/run/info/run_id").asText();

        Calls.Answer list = calls.post("runs/log-batch", "{'run_id': '%s', 'metrics': {'a': 1}}".formatted(run));
        Calls.Answer name = calls.post("registered-models/create", "{'name': '..'}");
        Calls.Answer location = calls.post("experiments/create", "{'name': 'hash', 'artifact_location': 's3://b/x#f'}");
        Calls.Answer large = calls.post("runs/set-tag", "{'run_id': '%s', 'key': 'k', 'value': '%s'}".formatted(run, "x".repeat(9 << 20)));

        assertThat(list.message()).startsWith("Invalid value {\"a\":1} for parameter 'metrics'");
        assertThat(name.message()).isEqualTo("Invalid registered model name: '..'. In a path it is a folder and no name.");
        assertThat(location.error()).isEqualTo("400 INVALID_PARAMETER_VALUE");
        assertThat(location.message()).contains("fragment");
        assertThat(large.error()).isEqualTo("413 INVALID_PARAMETER_VALUE");
        assertThat(large.message()).startsWith("The body is larger than 8 MiB.");
    }

    @Test
    void experimentOfAModelOfTheProjectStays() {
        String id = calls.post("experiments/create", "{'name': 'winner'}").at("/experiment_id").asText();

        Calls.Answer renamed = calls.post("experiments/update", "{'experiment_id': '%s', 'new_name': 'other'}".formatted(id));
        Calls.Answer deleted = calls.post("experiments/delete", "{'experiment_id': '%s'}".formatted(id));
        Calls.Answer own = calls.send("DELETE", "/api/v1/experiments/" + id, new byte[0]);

        assertThat(List.of(renamed.error(), deleted.error())).containsOnly("403 PERMISSION_DENIED");
        assertThat(deleted.message()).contains("(winner) is that of a model of the project file");
        assertThat(own.status()).isEqualTo(403);
        assertThat(own.text()).contains("K310");
        assertThat(calls.get("experiments/get?experiment_id=" + id).at("/experiment/lifecycle_stage").asText()).isEqualTo("active");
    }
}
