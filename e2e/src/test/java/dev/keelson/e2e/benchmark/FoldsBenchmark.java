package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.SystemColumns;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.expression.ArrayRow;
import dev.keelson.expression.Expression;
import dev.keelson.expression.FoldExpression;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureServiceDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.InMemoryOnlineStore;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.features.SourceSchema;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * Windows over events of many keys: all of history with a reading at each event, history with few readings, updates
 * online in batches and one by one, and expressions over a request.
 */
public final class FoldsBenchmark implements Task {
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("id", ColumnType.LONG),
            new Column("account", ColumnType.STRING),
            new Column("stake", ColumnType.DOUBLE),
            new Column("won", ColumnType.BOOLEAN)));

    private static final Map<String, String> FEATURES = features();
    private static final long BETWEEN_EVENTS = 500_000; // microseconds: about 5,000 keys see an event each 40 minutes
    private static final int ONLINE_BATCH = 1_000;
    private static final int EXPRESSION_CALLS = 1_000;

    private static Map<String, String> features() {
        Map<String, String> features = new LinkedHashMap<>();
        features.put("stake_mean", "mean(stake) over last 5 events");
        features.put("stake_std", "std(stake) over last 10 events");
        features.put("stake_day", "sum(stake) over 1d");
        features.put("win_rate", "rate(won) over 1d");
        features.put("bets", "count(*) over 1d");
        features.put("streak", "streak(won)");
        features.put("idle", "days since last event");
        return features;
    }

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int events = arguments.number("events", 2_000_000);
        int keys = arguments.number("keys", 5_000);
        int repeats = arguments.number("repeats", 5);
        Frame frame = events(events, keys);
        FeatureEngine engine = FeatureEngine.of(
                List.of(new FeatureViewDefinition(
                        "form",
                        "account",
                        "bets",
                        "account",
                        null,
                        null,
                        FEATURES.entrySet().stream()
                                .map(feature -> new FeatureDefinition(feature.getKey(), Located.of(feature.getValue())))
                                .toList(),
                        null)),
                Map.of("account", "account"),
                List.of(new SourceSchema("bets", SCHEMA, List.of("id"), List.of("won"))));
        FeatureService service = engine.service(new FeatureServiceDefinition(
                "m", "bets", Map.of("it", Map.of("account", "account")), List.of(Located.of("form.*")), Map.of()));
        Frame few = frame.take(IntStream.range(events - Math.min(1_000, events), events).toArray());

        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("events", events);
        node.put("keys", keys);
        node.put("windows", FEATURES.size());
        Timing history = Timing.of(2, repeats, () -> engine.history(frame, frame, service));
        long cpu = cpuNanos();
        engine.history(frame, frame, service);
        node.put("events_a_cpu_second_each_read", Math.round(events / ((cpuNanos() - cpu) / 1e9)));
        node.put("events_a_second_each_read", history.rate(events));
        node.set("history", history.millis());
        Timing folded = Timing.of(2, repeats, () -> engine.history(frame, few, service));
        cpu = cpuNanos();
        engine.history(frame, few, service);
        node.put("events_a_cpu_second_folded", Math.round(events / ((cpuNanos() - cpu) / 1e9)));
        node.put("events_a_second_folded", folded.rate(events));
        node.set("folded", folded.millis());
        online(node, engine, frame, "batches", ONLINE_BATCH, Math.min(events, 200_000), repeats);
        online(node, engine, frame, "single", 1, Math.min(events, 100_000), repeats);
        expressions(node);
        return node;
    }

    /** Of this thread: what a busy machine takes away does not count. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void online(
            ObjectNode node, FeatureEngine engine, Frame frame, String name, int batch, int events, int repeats)
            throws Exception {
        List<Frame> batches = new ArrayList<>();
        for (int from = 0; from + batch <= events; from += batch) {
            batches.add(frame.take(IntStream.range(from, from + batch).toArray()));
        }
        Timing timing = Timing.of(1, Math.min(3, repeats), () -> {
            OnlineFeatures online = OnlineFeatures.open(engine, new InMemoryOnlineStore());
            for (Frame some : batches) {
                long[] known = some.longs(SystemColumns.KNOWN_AT).values();
                online.advance(some, Micros.toInstant(known[known.length - 1] + 1));
            }
            return online;
        });
        long rows = (long) batches.size() * batch;
        node.put("online_" + name + "_rows_a_second", timing.rate((double) rows));
        node.put("online_" + name + "_window_updates_a_second", timing.rate((double) rows * FEATURES.size()));
    }

    /** Median time of one evaluation of each expression, in nanoseconds. */
    private static void expressions(ObjectNode node) throws Exception {
        Schema request = new Schema(List.of(
                new Column("AvgH", ColumnType.DOUBLE),
                new Column("AvgD", ColumnType.DOUBLE),
                new Column("AvgA", ColumnType.DOUBLE),
                new Column("league", ColumnType.STRING),
                new Column("at", ColumnType.TIMESTAMP)));
        ArrayRow row = new ArrayRow(request);
        row.set(0, 2.1).set(1, 3.4).set(2, 3.6).set(3, "E0").setLong(4, 1_600_000_000_000_000L);
        ObjectNode nanos = node.putObject("expression_ns");
        for (String text : List.of(
                "1/AvgH - 1/AvgA",
                "case when league in ('E0', 'D1') and AvgH < AvgA then ln(AvgA / AvgH) else 0 end",
                "hour(at)",
                "cyclic_sin(hour(at, 'Europe/London'), 24)")) {
            Expression expression = Expression.parse(Located.of(text), request);
            nanos.put(text, perCall(() -> {
                double sum = 0;
                for (int i = 0; i < EXPRESSION_CALLS; i++) {
                    sum += expression.asDouble(row);
                }
                return sum;
            }));
        }
        for (String text : List.of(
                "implied(AvgH, AvgD, AvgA)",
                "implied(AvgH, AvgD, AvgA, margin = power)",
                "implied(AvgH, AvgD, AvgA, margin = shin)")) {
            FoldExpression.RequestTransform implied =
                    (FoldExpression.RequestTransform) FoldExpression.parse(Located.of(text), request);
            double[] values = new double[3];
            nanos.put(text, perCall(() -> {
                for (int i = 0; i < EXPRESSION_CALLS; i++) {
                    implied.evaluate(row, values);
                }
                return values[0];
            }));
        }
    }

    private static double perCall(Callable<?> calls) throws Exception {
        return Timing.rounded(Timing.of(300, 300, calls).quantile(0.5) / (double) EXPRESSION_CALLS);
    }

    private static Frame events(int n, int keys) {
        Random random = new Random(1);
        String[] accounts = IntStream.range(0, keys).mapToObj(key -> "account-" + key).toArray(String[]::new);
        long[] id = new long[n];
        String[] account = new String[n];
        double[] stake = new double[n];
        boolean[] won = new boolean[n];
        long[] event = new long[n];
        for (int i = 0; i < n; i++) {
            id[i] = i;
            // as read from a file: equal texts are not the same object
            account[i] = new String(accounts[random.nextInt(keys)].toCharArray());
            stake[i] = 1 + random.nextInt(1_000) / 10.0;
            won[i] = random.nextBoolean();
            event[i] = i * BETWEEN_EVENTS;
        }
        long[] known = Arrays.stream(event).map(time -> time + BETWEEN_EVENTS / 2).toArray();
        return new Frame(
                        SCHEMA,
                        List.of(
                                new Vector.Longs(ColumnType.LONG, id, null),
                                new Vector.Strings(account),
                                new Vector.Doubles(stake, null),
                                new Vector.Booleans(won, null)),
                        n)
                .with(SystemColumns.EVENT_TIME, new Vector.Longs(ColumnType.TIMESTAMP, event, null))
                .with(SystemColumns.KNOWN_AT, new Vector.Longs(ColumnType.TIMESTAMP, known, null));
    }
}
