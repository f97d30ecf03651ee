package dev.keelson.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.mlflow.ServedCatalog;
import dev.keelson.registry.AuditEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.ModelRegistry.ModelVersionTag;
import org.mlflow.api.proto.ModelRegistry.RegisteredModel;
import org.mlflow.api.proto.Service.CreateExperiment;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.ExperimentTag;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.Page;
import org.mlflow.tracking.RunsPage;

/**
 * MLflow's own Java client, as it is on Maven Central, against the real server and store: everything it can do but for files,
 * for which it starts a program: see {@link MlflowJavaArtifactsIT}.
 */
@SuppressWarnings("deprecation") // what the client has is tried, old or not
final class MlflowJavaClientIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static ServedCatalog server;
    private static MlflowClient client;

    @BeforeAll
    static void start() {
        server = ServedCatalog.start(folder);
        client = new MlflowClient(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static String name(String topic) {
        return topic + "-" + UUID.randomUUID();
    }

    private static ObjectNode object() {
        return JSON.createObjectNode();
    }

    private static JsonNode post(String path, ObjectNode body) {
        return read(client.sendPost(path, body.toString()));
    }

    private static JsonNode patch(String path, ObjectNode body) {
        return read(client.sendPatch(path, body.toString()));
    }

    private static JsonNode read(String answer) {
        try {
            return JSON.readTree(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refused(int status, String code, String text, ThrowingCallable call) {
        assertThatExceptionOfType(MlflowHttpException.class).isThrownBy(call).satisfies(failure -> {
            assertThat(failure.getStatusCode()).isEqualTo(status);
            assertThat(read(failure.getBodyMessage()).path("error_code").asText()).isEqualTo(code);
            assertThat(read(failure.getBodyMessage()).path("message").asText()).contains(text);
        });
    }

    private static <T> List<T> all(Page<T> first) {
        List<T> items = new ArrayList<>();
        for (Page<T> page = first; ; page = page.getNextPage()) {
            page.getItems().forEach(items::add);
            if (!page.hasNextPage()) {
                return items;
            }
        }
    }

    // ---- experiments

    @Test
    void theDefaultExperimentIsThere() {
        Experiment byId = client.getExperiment("0");
        Optional<Experiment> byName = client.getExperimentByName("Default");

        assertThat(byId.getName()).isEqualTo("Default");
        assertThat(byName.orElseThrow().getExperimentId()).isEqualTo("0");
        assertThat(client.getExperimentByName(name("none"))).isEmpty();
    }

    @Test
    void anExperimentLivesThroughAllThatCanBeDoneToIt() {
        String name = name("experiment");
        String id = client.createExperiment(CreateExperiment.newBuilder()
                .setName(name)
                .addTags(ExperimentTag.newBuilder().setKey("team").setValue("red"))
                .build());
        client.setExperimentTag(id, "season", "2020");
        client.renameExperiment(id, name + " renamed");
        client.deleteExperiment(id);
        Experiment deleted = client.getExperiment(id);
        client.restoreExperiment(id);
        Experiment restored = client.getExperiment(id);

        assertThat(deleted.getLifecycleStage()).isEqualTo("deleted");
        assertThat(restored.getLifecycleStage()).isEqualTo("active");
        assertThat(restored.getName()).isEqualTo(name + " renamed");
        assertThat(restored.getArtifactLocation()).isEqualTo("mlflow-artifacts:/" + id);
        assertThat(restored.getTagsList().stream().collect(Collectors.toMap(ExperimentTag::getKey, ExperimentTag::getValue)))
                .isEqualTo(Map.of("team", "red", "season", "2020"));
        refused(400, "RESOURCE_ALREADY_EXISTS", name, () -> client.createExperiment(name + " renamed"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "999999", () -> client.getExperiment("999999"));
        refused(400, "INVALID_PARAMETER_VALUE", "", () -> client.createExperiment(""));
    }

    @Test
    void experimentsAreFoundPageByPage() {
        String prefix = name("paged");
        IntStream.range(0, 7).forEach(i -> client.createExperiment(prefix + "-" + i));
        List<String> order = List.of("name ASC");

        List<Experiment> found =
                all(client.searchExperiments("name LIKE '" + prefix + "%'", ViewType.ACTIVE_ONLY, 3, order));

        assertThat(found).extracting(Experiment::getName).containsExactlyElementsOf(
                IntStream.range(0, 7).mapToObj(i -> prefix + "-" + i).toList());
        assertThat(client.searchExperiments("name = '" + prefix + "-0'").hasNextPage()).isFalse();
        assertThat(client.searchExperiments().getItems()).isNotEmpty();
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid", () -> client.searchExperiments("nome ~ 'x'"));
    }

    // ---- runs

    @Test
    void aRunKeepsWhatWasLoggedBitByBit() {
        String experiment = client.createExperiment(name("bits"));
        RunInfo made = client.createRun(CreateRun.newBuilder()
                .setExperimentId(experiment)
                .setUserId("ada")
                .setRunName("first")
                .setStartTime(1_600_000_000_000L)
                .addTags(RunTag.newBuilder().setKey("team").setValue("red"))
                .build());
        String id = made.getRunId();
        client.logParam(id, "depth", "6");
        client.logParam(id, "depth", "6");
        client.logParam(id, "note", "Grüße, 世界, \uD83D\uDE80");
        client.logMetric(id, "loss", 0.5, 1_600_000_000_100L, 1);
        client.logMetric(id, "loss", 0.25, 1_600_000_000_200L, 2);
        client.logMetric(id, "loss", 9.0, 1_600_000_000_300L, -3);
        client.logMetric(id, "accuracy", 0.75);
        client.logMetric(id, "undefined", Double.NaN);
        client.logMetric(id, "endless", Double.POSITIVE_INFINITY, 1, 0);
        client.setTag(id, "season", "2020");
        client.setTag(id, "season", "2021");
        client.setTag(id, "gone", "x");
        client.deleteTag(id, "gone");
        client.setTerminated(id, RunStatus.FINISHED, 1_600_000_001_000L);
        Run run = client.getRun(id);

        assertThat(made.getRunUuid()).isEqualTo(id);
        assertThat(run.getInfo().getRunName()).isEqualTo("first");
        assertThat(run.getInfo().getUserId()).isEqualTo("ada");
        assertThat(run.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.getInfo().getStartTime()).isEqualTo(1_600_000_000_000L);
        assertThat(run.getInfo().getEndTime()).isEqualTo(1_600_000_001_000L);
        assertThat(run.getInfo().getLifecycleStage()).isEqualTo("active");
        assertThat(run.getInfo().getArtifactUri()).isEqualTo("mlflow-artifacts:/" + experiment + "/" + id + "/artifacts");
        assertThat(params(run)).isEqualTo(Map.of("depth", "6", "note", "Grüße, 世界, \uD83D\uDE80"));
        assertThat(tags(run)).isEqualTo(Map.of("mlflow.runName", "first", "team", "red", "season", "2021"));
        Map<String, Double> metrics =
                run.getData().getMetricsList().stream().collect(Collectors.toMap(Metric::getKey, Metric::getValue));
        assertThat(metrics)
                .containsEntry("loss", 0.25)
                .containsEntry("accuracy", 0.75)
                .containsEntry("undefined", Double.NaN)
                .containsEntry("endless", Double.MAX_VALUE);
        assertThat(client.getMetricHistory(id, "loss")).extracting(Metric::getStep).containsExactlyInAnyOrder(-3L, 1L, 2L);
        assertThat(client.getMetricHistory(id, "none")).isEmpty();
    }

    private static Map<String, String> params(Run run) {
        return run.getData().getParamsList().stream().collect(Collectors.toMap(Param::getKey, Param::getValue));
    }

    private static Map<String, String> tags(Run run) {
        return run.getData().getTagsList().stream().collect(Collectors.toMap(RunTag::getKey, RunTag::getValue));
    }

    @Test
    void aRunWithoutANameGetsOne() {
        RunInfo made = client.createRun();

        assertThat(made.getExperimentId()).isEqualTo("0");
        assertThat(made.getRunName()).isNotBlank();
        assertThat(made.getUserId()).isNotBlank();
        assertThat(tags(client.getRun(made.getRunId()))).isEqualTo(Map.of("mlflow.runName", made.getRunName()));
    }

    @Test
    void aDeletedRunCannotBeWrittenUntilItIsRestored() {
        String experiment = client.createExperiment(name("deleted"));
        String id = client.createRun(experiment).getRunId();
        client.deleteRun(id);

        refused(400, "INVALID_PARAMETER_VALUE", id, () -> client.logParam(id, "a", "b"));
        refused(400, "INVALID_PARAMETER_VALUE", id, () -> client.logMetric(id, "a", 1));
        refused(400, "INVALID_PARAMETER_VALUE", id, () -> client.setTag(id, "a", "b"));
        assertThat(client.searchRuns(List.of(experiment), "")).isEmpty();
        assertThat(client.searchRuns(List.of(experiment), "", ViewType.DELETED_ONLY)).hasSize(1);
        client.restoreRun(id);
        client.logParam(id, "a", "b");
        assertThat(client.searchRuns(List.of(experiment), "", ViewType.ALL)).hasSize(1);
    }

    @Test
    void whatCannotBeLoggedIsRefusedWithTheCodeOfMlflow() {
        String id = client.createRun().getRunId();
        client.logParam(id, "depth", "6");
        List<Metric> tooMany = points("m", 0, 1_001);

        refused(400, "INVALID_PARAMETER_VALUE", "depth", () -> client.logParam(id, "depth", "7"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "No tag with name: nope in run with id " + id, () -> client.deleteTag(id, "nope"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "Run 'nope' not found", () -> client.getRun("nope"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "Run 'nope' not found", () -> client.logMetric("nope", "a", 1));
        refused(400, "INVALID_PARAMETER_VALUE", "", () -> client.logBatch(id, tooMany, List.of(), List.of()));
        refused(400, "INVALID_PARAMETER_VALUE", "", () -> client.logMetric(id, "../a", 1));
        refused(400, "INVALID_PARAMETER_VALUE", "", () -> client.logParam(id, "k".repeat(251), "v"));
        refused(400, "INVALID_PARAMETER_VALUE", "", () -> client.logParam(id, "k", "v".repeat(6_001)));
        refused(404, "ENDPOINT_NOT_FOUND", "", () -> client.sendPost("runs/no-such-thing", "{}"));
        assertThat(params(client.getRun(id))).isEqualTo(Map.of("depth", "6"));
    }

    private static List<Metric> points(String key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Metric.newBuilder()
                        .setKey(key)
                        .setValue(i / 7.0)
                        .setTimestamp(1_600_000_000_000L + i)
                        .setStep(i)
                        .build())
                .toList();
    }

    @Test
    void twentySixThousandPointsComeBackInOnePiece() {
        String id = client.createRun().getRunId();
        for (int i = 0; i < 26; i++) {
            client.logBatch(id, points("loss", 1_000 * i, 1_000 * (i + 1)), List.of(), List.of());
        }
        client.logBatch(id, points("loss", 25_000, 26_000), List.of(), List.of()); // a retry adds nothing

        List<Metric> history = client.getMetricHistory(id, "loss");

        assertThat(history).isEqualTo(points("loss", 0, 26_000));
    }

    @Test
    void aBatchIsTakenAsAWholeOrNotAtAll() {
        String id = client.createRun().getRunId();
        client.logParam(id, "depth", "6");
        List<Param> params = List.of(
                Param.newBuilder().setKey("rounds").setValue("100").build(),
                Param.newBuilder().setKey("depth").setValue("7").build());
        List<RunTag> tags = List.of(RunTag.newBuilder().setKey("team").setValue("red").build());

        refused(400, "INVALID_PARAMETER_VALUE", "depth", () -> client.logBatch(id, points("loss", 0, 10), params, tags));
        assertThat(client.getMetricHistory(id, "loss")).isEmpty();
        client.logBatch(id, points("loss", 0, 10), params.subList(0, 1), tags);
        Run run = client.getRun(id);
        assertThat(params(run)).isEqualTo(Map.of("depth", "6", "rounds", "100"));
        assertThat(tags(run)).containsEntry("team", "red");
        assertThat(client.getMetricHistory(id, "loss")).hasSize(10);
    }

    @Test
    void runsAreFilteredOrderedAndPaged() {
        String experiment = client.createExperiment(name("search"));
        List<String> ids = IntStream.range(0, 25)
                .mapToObj(i -> {
                    String id = client.createRun(CreateRun.newBuilder()
                                    .setExperimentId(experiment)
                                    .setRunName("run " + i)
                                    .setStartTime(1_600_000_000_000L + i)
                                    .build())
                            .getRunId();
                    client.logMetric(id, "loss", i % 2 == 0 ? i : -i);
                    client.logParam(id, "parity", i % 2 == 0 ? "even" : "odd");
                    client.setTag(id, "number", Integer.toString(i));
                    return id;
                })
                .toList();
        List<String> mine = List.of(experiment);

        RunsPage page = client.searchRuns(mine, "params.parity = 'even'", ViewType.ACTIVE_ONLY, 4, List.of("metrics.loss DESC"));
        List<Run> even = all(page);
        List<RunInfo> some = client.searchRuns(
                mine, "metrics.loss > 3 and tags.number != '10' AND attributes.run_name LIKE 'run 1%'");
        List<RunInfo> named = client.searchRuns(mine, "attributes.run_id IN ('%s', '%s')".formatted(ids.get(3), ids.get(4)));
        List<Run> byDefault = all(client.searchRuns(mine, "", ViewType.ACTIVE_ONLY, 10));

        assertThat(page.getPageSize()).isEqualTo(4);
        assertThat(even).extracting(run -> run.getInfo().getRunId()).containsExactlyElementsOf(
                IntStream.rangeClosed(0, 12).mapToObj(i -> ids.get(24 - 2 * i)).toList());
        assertThat(some).extracting(RunInfo::getRunName).containsExactly("run 18", "run 16", "run 14", "run 12");
        assertThat(named).extracting(RunInfo::getRunId).containsExactly(ids.get(4), ids.get(3));
        assertThat(byDefault).extracting(run -> run.getInfo().getRunId()).containsExactlyElementsOf(ids.reversed());
        assertThat(client.listRunInfos(experiment)).hasSize(25);
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid", () -> client.searchRuns(mine, "metrics.loss LIKE 'x'"));
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid", () -> client.searchRuns(mine, "params.parity = 'even' OR 1 = 1"));
    }

    @Test
    void aDeletedExperimentTakesItsRunsWithIt() {
        String experiment = client.createExperiment(name("cascade"));
        String id = client.createRun(experiment).getRunId();
        client.deleteExperiment(experiment);
        String deleted = client.getRun(id).getInfo().getLifecycleStage();
        client.restoreExperiment(experiment);

        assertThat(deleted).isEqualTo("deleted");
        assertThat(client.getRun(id).getInfo().getLifecycleStage()).isEqualTo("active");
    }

    @Test
    void theContextLogsRunsWithinRuns() {
        String experiment = name("context");
        MlflowContext context = new MlflowContext(client);
        context.setExperimentId(client.createExperiment(experiment));
        ActiveRun parent = context.startRun("parent");
        parent.logParams(Map.of("a", "1", "b", "2"));
        parent.logMetrics(Map.of("x", 1.0, "y", 2.0), 3);
        parent.setTags(Map.of("c", "3"));
        ActiveRun child = context.startRun("child", parent.getId());
        child.endRun(RunStatus.FAILED);
        parent.endRun();
        context.withActiveRun("third", run -> run.logMetric("x", 4));

        assertThat(context.getExperimentId()).isEqualTo(client.getExperimentByName(experiment).orElseThrow().getExperimentId());
        assertThat(tags(client.getRun(child.getId()))).containsEntry("mlflow.parentRunId", parent.getId());
        assertThat(client.getRun(child.getId()).getInfo().getStatus()).isEqualTo(RunStatus.FAILED);
        assertThat(client.getRun(parent.getId()).getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
        assertThat(params(client.getRun(parent.getId()))).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(client.searchRuns(
                        List.of(context.getExperimentId()), "tags.`mlflow.parentRunId` = '%s'".formatted(parent.getId())))
                .hasSize(1);
        assertThat(parent.getArtifactUri()).endsWith(parent.getId() + "/artifacts");
    }

    // ---- registry

    private static String model(String topic) {
        String name = name(topic);
        assertThat(post("registered-models/create", object().put("name", name)).at("/registered_model/name").asText())
                .isEqualTo(name);
        return name;
    }

    private static String version(String model, String runId) {
        return post(
                        "model-versions/create",
                        object().put("name", model).put("source", "runs:/" + runId + "/model").put("run_id", runId))
                .at("/model_version/version")
                .asText();
    }

    private static JsonNode stage(String model, String version, String stage) {
        return post("model-versions/transition-stage", object().put("name", model).put("version", version).put("stage", stage));
    }

    @Test
    void aVersionIsRegisteredOfARunThatIsNotThere() {
        String model = model("registered");
        String first = version(model, "no-such-run");
        String second = version(model, "no-such-run");
        ModelVersion read = client.getModelVersion(model, second);

        assertThat(List.of(first, second)).containsExactly("1", "2");
        assertThat(read.getName()).isEqualTo(model);
        assertThat(read.getVersion()).isEqualTo("2");
        assertThat(read.getCurrentStage()).isEqualTo("None");
        assertThat(read.getRunId()).isEqualTo("no-such-run");
        assertThat(read.getStatus().name()).isEqualTo("READY");
        assertThat(read.getCreationTimestamp()).isPositive();
        assertThat(client.getModelVersionDownloadUri(model, second)).isEqualTo("runs:/no-such-run/model");
        refused(404, "RESOURCE_DOES_NOT_EXIST", "not found", () -> client.getModelVersion(model, "3"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "not found", () -> client.getRegisteredModel(name("none")));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "not found", () -> client.getLatestVersions(name("none")));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "not found", () -> client.getModelVersionDownloadUri(model, "3"));
    }

    @Test
    void stagesAreMovedAndTheOthersArchived() {
        String model = model("stages");
        version(model, "r1");
        version(model, "r2");
        version(model, "r3");
        stage(model, "1", "staging");
        stage(model, "2", "PRODUCTION");
        JsonNode moved = post(
                "model-versions/transition-stage",
                object().put("name", model).put("version", "3").put("stage", "Production").put("archive_existing_versions", true));

        assertThat(moved.at("/model_version/current_stage").asText()).isEqualTo("Production");
        assertThat(latest(model)).isEqualTo(Map.of("Staging", "1", "Archived", "2", "Production", "3"));
        assertThat(client.getLatestVersions(model, List.of("production"))).extracting(ModelVersion::getVersion).containsExactly("3");
        assertThat(client.getLatestVersions(model, List.of("None"))).isEmpty();
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid Model Version stage", () -> stage(model, "1", "Retired"));
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid Model Version stage", () -> client.getLatestVersions(model, List.of("x")));
        refused(
                400,
                "INVALID_PARAMETER_VALUE",
                "archive",
                () -> post(
                        "model-versions/transition-stage",
                        object().put("name", model).put("version", "3").put("stage", "None").put("archive_existing_versions", true)));
        List<AuditEntry> trail = server.catalog().read(tx -> tx.audit(model, 100));
        assertThat(trail).anySatisfy(entry -> {
            assertThat(entry.actor()).isEqualTo("mlflow client");
            assertThat(entry.version()).isEqualTo(3);
            assertThat(entry.reason()).contains("mlflow-java-client");
        });
    }

    private static Map<String, String> latest(String model) {
        return client.getLatestVersions(model).stream()
                .collect(Collectors.toMap(ModelVersion::getCurrentStage, ModelVersion::getVersion));
    }

    @Test
    void aModelIsDescribedTaggedRenamedAndRead() {
        String model = model("described");
        version(model, "r1");
        patch("registered-models/update", object().put("name", model).put("description", "Who wins."));
        patch("model-versions/update", object().put("name", model).put("version", "1").put("description", "The first."));
        post("registered-models/set-tag", object().put("name", model).put("key", "team").put("value", "red"));
        post(
                "model-versions/set-tag",
                object().put("name", model).put("version", "1").put("key", "checked").put("value", "yes"));
        post("registered-models/alias", object().put("name", model).put("alias", "candidate").put("version", "1"));
        post("registered-models/rename", object().put("name", model).put("new_name", model + " renamed"));
        RegisteredModel read = client.getRegisteredModel(model + " renamed");
        ModelVersion version = client.getModelVersion(model + " renamed", "1");

        assertThat(read.getDescription()).isEqualTo("Who wins.");
        assertThat(read.getTagsList()).extracting(tag -> tag.getKey() + "=" + tag.getValue()).containsExactly("team=red");
        assertThat(read.getAliasesList()).extracting(each -> each.getAlias() + "=" + each.getVersion()).containsExactly("candidate=1");
        assertThat(read.getLatestVersionsList()).extracting(ModelVersion::getName).containsExactly(model + " renamed");
        assertThat(version.getDescription()).isEqualTo("The first.");
        assertThat(version.getAliasesList()).containsExactly("candidate");
        assertThat(version.getTagsList().stream().collect(Collectors.toMap(ModelVersionTag::getKey, ModelVersionTag::getValue)))
                .isEqualTo(Map.of("checked", "yes"));
        refused(404, "RESOURCE_DOES_NOT_EXIST", "not found", () -> client.getRegisteredModel(model));
        refused(400, "RESOURCE_ALREADY_EXISTS", "already exists", () -> post(
                "registered-models/create", object().put("name", model + " renamed")));
    }

    @Test
    void versionsAreSearchedPageByPage() {
        String model = model("versions");
        String other = model("versions");
        IntStream.range(0, 7).forEach(i -> version(model, "r" + i));
        version(other, "r3");
        String mine = "name = '%s'".formatted(model);

        List<ModelVersion> ascending = all(client.searchModelVersions(mine, 3, List.of("version_number ASC")));
        List<ModelVersion> byDefault = client.searchModelVersions(mine).getItems();
        List<ModelVersion> ofRuns = client.searchModelVersions(mine + " AND run_id IN ('r3', 'r5')").getItems();
        List<ModelVersion> bySource = client.searchModelVersions("source_path = 'runs:/r3/model' and name LIKE 'versions-%'").getItems();

        assertThat(ascending).extracting(ModelVersion::getVersion).containsExactly("1", "2", "3", "4", "5", "6", "7");
        assertThat(byDefault).hasSize(7);
        assertThat(ofRuns).extracting(ModelVersion::getRunId).containsExactlyInAnyOrder("r3", "r5");
        assertThat(bySource).extracting(ModelVersion::getName).containsExactlyInAnyOrder(model, other);
        assertThat(client.searchModelVersions().getItems()).hasSizeGreaterThanOrEqualTo(8);
        refused(400, "INVALID_PARAMETER_VALUE", "Invalid", () -> client.searchModelVersions("stage = 'Production'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd", "/etc/passwd", "s3://bucket/../x", "s3://bucket/%252e%252e/x", "http://169.254.169.254/latest",
                "http://localhost/x", "mlflow-artifacts:/../x", "gopher://example.com/x"
            })
    void aSourceThatLeadsAstrayIsRefused(String source) {
        String model = model("sources");

        refused(400, "INVALID_PARAMETER_VALUE", "Invalid model version source", () -> post(
                "model-versions/create", object().put("name", model).put("source", source)));
        assertThat(client.getRegisteredModel(model).getLatestVersionsList()).isEmpty();
    }
}
