package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureVector;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.id.Sha256;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.metrics.ConfusionMatrix;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.BenchmarkScores;
import dev.keelson.train.TrainingTable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One benchmark: the champions of a set on the same rows, none of which their training has seen. A row counts for a model
 * when its event came after everything the version was trained on, which then predicts it, or when it lies in the test period
 * of the full training whose weights and calibration the version has: then what the members fitted before that period told of
 * it counts. Models of the same label are judged on the rows that count for all of them.
 *
 * <p>Models are judged side by side; latency is measured after that, one model at a time, as a request is served: checked,
 * its online features read, predicted, advised; all but the entry in the log.
 */
final class BenchmarkRun {
    private static final Logger LOG = System.getLogger(BenchmarkRun.class.getName());
    private static final int SAMPLE = 200;
    private static final int WARM = 200;
    private static final int CALLS = 600;
    private static final int BATCH = 10_000;

    /** What is benchmarked and with what. */
    record Parts(
            Workspace workspace,
            ProjectModels models,
            Map<String, ModelRows> rows,
            Map<String, BundleTrainer> trainers,
            Map<String, DatasetVersion> versions,
            EntityKeys keys,
            OnlineFeatures online) {}

    private final Parts parts;
    private final BenchmarkDefinition set;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Runnable progress;

    BenchmarkRun(Parts parts, BenchmarkDefinition set, InstantSource clock, LongSupplier nanos, Runnable progress) {
        this.parts = parts;
        this.set = set;
        this.clock = clock;
        this.nanos = nanos;
        this.progress = progress;
    }

    /** What counts for one model: row to its prediction. */
    private record Evidence(
            ModelPlan plan,
            ModelVersion version,
            Trained trained,
            TrainingTable table,
            Map<Integer, double[]> told,
            int asked,
            int unseen,
            int holdout) {}

    /** A model, measured or failed. */
    private static final class Entry {
        private final String model;
        private @Nullable Evidence evidence;
        private @Nullable Problem failure;
        private @Nullable BenchmarkScores scores;
        private int[] judged = new int[0];

        Entry(String model) {
            this.model = model;
        }
    }

    /**
     * Measures.
     *
     * @param threads models that are judged side by side
     * @return a document for each model, in the order of the set
     */
    ArrayNode measure(int threads) {
        List<Entry> entries = set.models().stream().map(Entry::new).toList();
        Instant now = clock.instant();
        each(entries, threads, entry -> entry.evidence = evidence(entry.model, now));
        Map<String, Set<String>> common = common(entries);
        each(entries, threads, entry -> judge(entry, common));
        ArrayNode documents = JsonNodeFactory.instance.arrayNode();
        for (Entry entry : entries) {
            documents.add(document(entry));
            progress.run();
        }
        return documents;
    }

    private interface Work {
        void on(Entry entry);
    }

    /** Does some work for every model that has not failed; one that fails does not stop the others. */
    private static void each(List<Entry> entries, int threads, Work work) {
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(threads, entries.size())))) {
            Map<Entry, Future<?>> futures = new LinkedHashMap<>();
            for (Entry entry : entries) {
                if (entry.failure == null) {
                    futures.put(entry, pool.submit(() -> work.on(entry)));
                }
            }
            futures.forEach((entry, future) -> {
                try {
                    future.get();
                } catch (InterruptedException e) {
                    pool.shutdownNow();
                    Thread.currentThread().interrupt();
                    throw new KeelsonException(ErrorCode.TRANSITION_REFUSED, "The benchmark was interrupted.", null, e);
                } catch (ExecutionException e) {
                    entry.failure = failure(entry.model, e.getCause());
                }
            });
        }
    }

    private static Problem failure(String model, @Nullable Throwable cause) {
        if (cause instanceof KeelsonException expected) {
            return expected.problems().getFirst();
        }
        if (cause instanceof Error error) {
            throw error;
        }
        LOG.log(Level.ERROR, "The benchmark of the model %s failed.".formatted(model), cause);
        return Problem.of(
                ErrorCode.INTERNAL,
                "Something went wrong inside Keelson (%s)."
                        .formatted(cause == null ? "no cause" : cause.getClass().getSimpleName()),
                null);
    }

    // ---- what counts

    private Evidence evidence(String model, Instant now) {
        ModelPlan plan = plan(model);
        BundleTrainer trainer = parts.trainers().get(model);
        ModelRows known = parts.rows().get(model);
        Optional<ModelVersion> champion =
                parts.workspace().catalog().read(tx -> tx.alias(model, ModelVersion.CHAMPION));
        if (trainer == null || known == null || champion.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY, "The model (%s) has no champion yet.".formatted(model), "Maybe run `keelson run`.");
        }
        ModelVersion version = champion.get();
        Trained trained = trainer.load(version, RunPipeline.run(parts.workspace().catalog(), version));
        String unfit = trainer.unfit(trained.run());
        if (unfit != null) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The champion (%s: %s) was trained by other definitions than the project file has."
                            .formatted(version.label(), unfit),
                    "Maybe run `keelson run`.");
        }
        TrainingTable table = known.table(now);
        long trainedTo = Micros.of(version.trainedTo());
        long from = set.window() == null || table.rows() == 0
                ? Long.MIN_VALUE
                : Arrays.stream(table.eventTime()).max().orElseThrow() - Micros.of(set.window());
        Map<String, double[]> stored = stored(trained.run());
        Map<Integer, double[]> told = new LinkedHashMap<>();
        int asked = 0;
        int unseen = 0;
        int holdout = 0;
        double[] row = new double[table.features().width()];
        for (int i = 0; i < table.rows(); i++) {
            if (table.eventTime()[i] < from) {
                continue;
            }
            asked++;
            double[] forecast = stored.get(table.rowIds().get(i));
            if (table.eventTime()[i] >= trainedTo) {
                double[] out = new double[trained.model().outputs().size()];
                table.features().row(i, row);
                trained.model().predict(row, out);
                told.put(i, out);
                unseen++;
            } else if (forecast != null) {
                told.put(i, forecast);
                holdout++;
            }
        }
        if (told.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The model (%s) was trained on all of the %d rows that were asked for, up to %s, and none of them lies in its test period."
                            .formatted(version.label(), asked, version.trainedTo()),
                    "Maybe a longer `rows`, or `rows: test`, was meant.");
        }
        return new Evidence(plan, version, trained, table, told, asked, unseen, holdout);
    }

    private ModelPlan plan(String model) {
        return parts.models().plans().stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_READY, "The model (%s) waits for data.".formatted(model), "Maybe run `keelson run`."));
    }

    /** What the training that gave a run its weights and calibration told of its test period, by row. */
    private Map<String, double[]> stored(Run run) {
        Map<String, double[]> stored = new LinkedHashMap<>();
        Run full = run;
        if (!"full".equals(run.params().get(BundleTrainer.MODE))) {
            String fitted = run.params().get("recipe_as_of");
            full = parts.workspace().catalog().read(tx -> tx.versions(run.experiment())).stream()
                    .map(version -> RunPipeline.run(parts.workspace().catalog(), version))
                    .filter(each -> "full".equals(each.params().get(BundleTrainer.MODE)))
                    .filter(each -> fitted != null && fitted.equals(each.params().get("recipe_as_of")))
                    .findFirst()
                    .orElse(run);
        }
        JsonNode outcome = ModelExplanations.outcome(full, parts.workspace()).orElse(null);
        if (outcome == null) {
            return stored; // an imported model
        }
        JsonNode test = outcome.path("test");
        JsonNode values = outcome.path("test_values");
        int width = values.isMissingNode() ? test.path("classes").asInt() : 1;
        JsonNode ids = values.isMissingNode() ? test.path("row_ids") : values.path("row_ids");
        JsonNode numbers = values.isMissingNode() ? test.path("probabilities") : values.path("predictions");
        for (int i = 0; i < ids.size(); i++) {
            double[] told = new double[width];
            for (int k = 0; k < width; k++) {
                told[k] = numbers.path(i * width + k).asDouble();
            }
            stored.put(ids.path(i).asText(), told);
        }
        return stored;
    }

    /** By label the rows that count for all of its models. */
    private static Map<String, Set<String>> common(List<Entry> entries) {
        Map<String, Set<String>> common = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Evidence evidence = entry.evidence;
            if (entry.failure == null && evidence != null) {
                Set<String> mine = new TreeSet<>();
                evidence.told().keySet().forEach(i -> mine.add(evidence.table().rowIds().get(i)));
                common.merge(label(evidence), mine, (before, also) -> {
                    before.retainAll(also);
                    return before;
                });
            }
        }
        return common;
    }

    private static String label(Evidence evidence) {
        return evidence.plan().definition().label().address();
    }

    private static void judge(Entry entry, Map<String, Set<String>> common) {
        Evidence evidence = entry.evidence;
        if (evidence == null) {
            return;
        }
        TrainingTable table = evidence.table();
        Set<String> counting = common.getOrDefault(label(evidence), Set.of());
        int[] rows = evidence.told().keySet().stream()
                .filter(i -> counting.contains(table.rowIds().get(i)))
                .mapToInt(Integer::intValue)
                .toArray();
        if (rows.length == 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "No row counts for all models of the label %s: %d count for this one."
                            .formatted(label(evidence), evidence.told().size()),
                    "Maybe the models were trained up to moments that are too far apart.");
        }
        int width = table.hasValues() ? 1 : evidence.trained().model().outputs().size();
        double[] told = new double[rows.length * width];
        int[] day = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            double[] one = evidence.told().get(rows[i]);
            System.arraycopy(Objects.requireNonNull(one), 0, told, i * width, width);
            day[i] = table.day()[rows[i]];
        }
        if (table.hasValues()) {
            double[] targets = Arrays.stream(rows).mapToDouble(i -> table.values()[i]).toArray();
            entry.scores = BenchmarkScores.ofValues(told, targets, day);
        } else {
            int[] labels = Arrays.stream(rows).map(i -> table.labels()[i]).toArray();
            entry.scores = BenchmarkScores.ofClasses(
                    evidence.plan().definition().classes(),
                    told,
                    labels,
                    day,
                    evidence.trained().model() instanceof EnsembleModel model ? model.guidance().threshold() : null);
        }
        entry.judged = rows;
    }

    // ---- documents

    private ObjectNode document(Entry entry) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", entry.model);
        Problem failure = entry.failure;
        Evidence evidence = entry.evidence;
        BenchmarkScores scores = entry.scores;
        if (failure != null || evidence == null || scores == null) {
            node.put("status", "failed");
            node.put("code", failure == null ? null : failure.code().code());
            node.put("failure", failure == null ? null : failure.message());
            node.put("hint", failure == null ? null : failure.hint());
            List<String> classes = parts.models().plans().stream()
                    .filter(each -> each.name().equals(entry.model))
                    .flatMap(each -> each.definition().classes().stream())
                    .toList();
            if (!classes.isEmpty()) {
                classes.forEach(node.putArray("outputs")::add);
            }
            return node;
        }
        node.put("status", "ok");
        node.put("version", evidence.version().version()).put("run", evidence.version().runId());
        node.put("trained_to", evidence.version().trainedTo().toString());
        node.put("label", label(evidence));
        ObjectNode rows = node.putObject("rows");
        TrainingTable table = evidence.table();
        rows.put("asked", evidence.asked()).put("judged", entry.judged.length);
        rows.put("unseen", evidence.unseen()).put("holdout", evidence.holdout());
        rows.put("seen", evidence.asked() - evidence.unseen() - evidence.holdout());
        rows.put("from", Micros.toInstant(table.eventTime()[entry.judged[0]]).toString());
        rows.put("to", Micros.toInstant(table.eventTime()[entry.judged[entry.judged.length - 1]]).toString());
        Sha256 sha = new Sha256();
        Arrays.stream(entry.judged).mapToObj(i -> table.rowIds().get(i)).sorted().forEach(sha::add);
        rows.put("sha256", sha.hex());
        ObjectNode metrics = node.putObject("metrics");
        scores.values().forEach(metrics::put);
        ConfusionMatrix confusion = scores.confusion();
        if (confusion != null) {
            evidence.plan().definition().classes().forEach(node.putArray("outputs")::add);
            ArrayNode matrix = node.putArray("confusion");
            confusion.counts().forEach(line -> line.forEach(matrix.addArray()::add));
            node.put("decision", scores.decision() == null ? "most probable class" : scores.decision());
        }
        node.set("latency", latency(evidence, entry.judged));
        return node;
    }

    // ---- latency

    private ObjectNode latency(Evidence evidence, int[] judged) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        FeatureMatrix batch = evidence.table().features().take(Arrays.stream(judged).limit(BATCH).toArray());
        evidence.trained().model().predictAll(batch);
        long begun = nanos.getAsLong();
        evidence.trained().model().predictAll(batch);
        node.put("batch_row_ms", (nanos.getAsLong() - begun) / 1e6 / batch.rows()).put("batch_rows", batch.rows());
        try {
            single(evidence, node);
        } catch (KeelsonException e) { // such as a shared store that does not answer: the metrics stand all the same
            node.put("failure", e.getMessage());
        }
        return node;
    }

    private void single(Evidence evidence, ObjectNode node) {
        ModelPlan plan = evidence.plan();
        List<Map<String, @Nullable Object>> requests = requests(plan);
        RequestReader reader = new RequestReader(plan, parts.keys());
        ToDoubleFunction<Map<String, @Nullable Object>> serve = request -> {
            List<Problem> problems = new ArrayList<>();
            RequestRow row = reader.read(request, 0, problems);
            if (!problems.isEmpty()) {
                throw new KeelsonException(problems, null);
            }
            FeatureVector vector = parts.online().latest(plan.service(), row.row(), clock.instant());
            double[] told = new double[evidence.trained().model().outputs().size()];
            evidence.trained().model().predict(vector.values(), told);
            plan.watched(row.row());
            return told[0] + (plan.advice(evidence.trained().model(), row, vector.values(), told) == null ? 0 : 1);
        };
        double sum = 0; // what nobody reads could be left out of the loop
        for (int i = 0; i < WARM; i++) {
            sum += serve.applyAsDouble(requests.get(i % requests.size()));
        }
        double[] millis = new double[CALLS];
        for (int i = 0; i < CALLS; i++) {
            Map<String, @Nullable Object> request = requests.get(i % requests.size());
            long begun = nanos.getAsLong();
            sum += serve.applyAsDouble(request);
            millis[i] = (nanos.getAsLong() - begun) / 1e6;
        }
        if (!Double.isFinite(sum)) {
            throw new IllegalStateException("A prediction of the model " + plan.name() + " is not finite.");
        }
        Arrays.sort(millis);
        node.put("calls", CALLS).put("distinct_rows", requests.size());
        node.put("p50_ms", millis[CALLS / 2 - 1]);
        node.put("p95_ms", millis[CALLS * 95 / 100 - 1]);
        node.put("p99_ms", millis[CALLS * 99 / 100 - 1]);
    }

    /** The newest rows of a model's source, as requests hold them. */
    private List<Map<String, @Nullable Object>> requests(ModelPlan plan) {
        DatasetVersion version = parts.versions().get(plan.source().name());
        if (version == null) {
            throw new IllegalStateException("There is no version of the source " + plan.source().name() + ".");
        }
        Frame frame = plan.requestColumns(parts.workspace().datasets().read(version));
        List<String> columns = frame.schema().names().stream()
                .filter(name -> plan.service().requestSchema().contains(name) && !SystemColumns.NAMES.contains(name))
                .toList();
        List<Map<String, @Nullable Object>> requests = new ArrayList<>();
        for (int row = frame.rows() - 1; row >= 0 && requests.size() < SAMPLE; row--) {
            Map<String, @Nullable Object> request = new LinkedHashMap<>();
            for (String column : columns) {
                Object value = frame.vector(column).get(row);
                boolean plain = value instanceof Number || value instanceof Boolean;
                request.put(column, value == null || plain ? value : value.toString());
            }
            requests.add(request);
        }
        return requests;
    }
}
