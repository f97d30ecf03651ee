package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.journal.PredictionOutbox;
import dev.keelson.store.postgres.PostgresEvaluationLog;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Holds the index against the journal, and a table of PostgreSQL where {@code --store} gives its address. Options: {@code --events}
 * (1,000, a tenth of them outcomes), {@code --features} (10).
 */
public final class ReconcileBenchmark implements Task {
    private static final int AT_ONCE = 5_000;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int events = arguments.number("events", 1_000);
        int features = arguments.number("features", 10);
        String store = arguments.text("store", "");
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Path folder = Files.createTempDirectory("keelson-reconcile-");
        try (JournaledPredictionLog log = JournaledPredictionLog.open(new StateFolder(folder))) {
            long since = System.nanoTime();
            fill(log, events, features);
            log.catchUp();
            node.put("events", events);
            node.put("features", features);
            node.put("filled_s", (System.nanoTime() - since) / 1e9);
            resetPeaks();
            ReconciliationReport unused = log.reconcile(false).index(); // warm
            measured(node.putObject("index"), () -> log.reconcile(false).index());
            if (!store.isEmpty()) {
                try (PredictionOutbox outbox = log.outbox(
                        new PostgresEvaluationLog(Located.of(store), "evaluation_log", "benchmark"), InstantSource.system())) {
                    long copying = System.nanoTime();
                    outbox.copyAll();
                    node.put("copied_s", (System.nanoTime() - copying) / 1e9);
                    measured(node.putObject("remote"), () -> log.reconcile(outbox, false));
                }
            }
            node.put("peak_heap_mib", peakHeap() >> 20);
        } finally {
            SimulatedProject.delete(folder);
        }
        return node;
    }

    private interface Comparison {
        ReconciliationReport compare();
    }

    private static void measured(ObjectNode node, Comparison comparison) {
        long since = System.nanoTime();
        ReconciliationReport report = comparison.compare();
        double seconds = (System.nanoTime() - since) / 1e9;
        node.put("seconds", seconds);
        node.put("records", report.records());
        node.put("records_a_second", Math.round(report.records() / seconds));
        node.put("differences", report.differences());
    }

    private static void fill(JournaledPredictionLog log, int events, int features) {
        Random random = new Random(1);
        int predictions = events - events / 10;
        for (int from = 0; from < predictions; from += AT_ONCE) {
            List<PredictionEvent> batch = new ArrayList<>();
            List<OutcomeEvent> outcomes = new ArrayList<>();
            for (int i = from; i < Math.min(predictions, from + AT_ONCE); i++) {
                Instant at = Instant.ofEpochSecond(1_700_000_000L + i);
                double[] values = random.doubles(features).toArray();
                double p = random.nextDouble();
                batch.add(new PredictionEvent(
                        new UUID(random.nextLong(), random.nextLong()), "m", 1, "champion", "e" + i, "", at, at, at,
                        new double[] {p, 1 - p}, values, new double[0]));
                if (i % 9 == 0) {
                    outcomes.add(new OutcomeEvent("m", "e" + i, p > 0.5 ? "a" : "b", at));
                }
            }
            log.append(batch, false);
            log.appendOutcomes(outcomes, false);
        }
    }

    private static void resetPeaks() {
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
