package dev.keelson.wiring;

import dev.keelson.control.Comparison;
import dev.keelson.control.Replay;
import dev.keelson.control.ReplayWorld;
import dev.keelson.control.Requests;
import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceRows;
import dev.keelson.data.SystemColumns;
import dev.keelson.expression.FrameRow;
import dev.keelson.features.FeatureEngine;
import dev.keelson.features.FeatureTable;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.labels.LabelTable;
import dev.keelson.serve.OutcomeEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a replay from one source: its file is read once, its rows are loaded when they became known, features are brought up
 * to date day by day and read for each row as a request would. What was served is what later trains.
 */
final class ReplayFeed implements ReplayWorld {
    private final SourceRows source;
    private final Frame all;
    private final long[] eventTimes;
    private final DataLoad load;
    private final FeatureEngine engine;
    private final OnlineFeatures online;
    private final List<ModelPlan> plans;
    private final Map<String, ModelRows> rows;
    private final Map<String, LabelTable> labels = new HashMap<>();
    private final Map<String, Requests> prepared = new LinkedHashMap<>();
    private final Map<String, Map<Integer, double[]>> served = new HashMap<>();
    private @Nullable LoadReport lastLoad;
    private @Nullable DatasetVersion version;
    private int known;
    private int applied;

    ReplayFeed(
            SourceRows source,
            DataLoad load,
            FeatureEngine engine,
            OnlineFeatures online,
            List<ModelPlan> plans,
            Map<String, ModelRows> rows) {
        this.source = source;
        this.all = source.frame();
        this.eventTimes = all.longs(SystemColumns.EVENT_TIME).values();
        this.load = load;
        this.engine = engine;
        this.online = online;
        this.plans = List.copyOf(plans);
        this.rows = rows;
        plans.forEach(plan -> served.put(plan.name(), new HashMap<>()));
        plans.forEach(plan -> labels.put(plan.name(), plan.labels(all)));
    }

    @Override
    public void advance(Instant at) {
        LoadReport report = load.load(source, at, at);
        lastLoad = report;
        version = report.version();
        int until = source.knownBefore(at);
        if (until > known) {
            int[] fresh = IntStream.range(known, until).toArray();
            Frame frame = all.take(fresh);
            // rows that nobody asked about: the history before the replay, and events that straddle its start
            boolean unasked = Arrays.stream(fresh).anyMatch(this::unasked);
            Frame before = all.take(IntStream.range(0, until).toArray());
            List<FeatureTable> history = unasked
                    ? engine.history(
                            Map.of(source.source().name(), before),
                            frame,
                            plans.stream().map(ModelPlan::service).toList())
                    : List.of();
            for (int m = 0; m < plans.size(); m++) {
                ModelPlan plan = plans.get(m);
                double[][] features = new double[fresh.length][];
                for (int i = 0; i < fresh.length; i++) {
                    double[] values = served.getOrDefault(plan.name(), Map.of()).get(fresh[i]);
                    features[i] = values == null ? history.get(m).row(i) : values;
                }
                rowsOf(plan).add(frame, features, labelsOf(plan).take(fresh));
            }
            known = until;
        }
        apply(at);
    }

    private boolean unasked(int row) {
        return served.values().stream().anyMatch(mine -> !mine.containsKey(row));
    }

    private void apply(Instant at) {
        int until = source.knownBefore(at);
        Frame frame = all.take(IntStream.range(applied, Math.max(applied, until)).toArray());
        online.advance(frame, at);
        applied = Math.max(applied, until);
    }

    @Override
    public void prepare(Instant from, Instant to) {
        long start = Micros.of(from);
        long end = Micros.of(to);
        int[] positions = IntStream.range(0, all.rows())
                .filter(i -> eventTimes[i] >= start && eventTimes[i] < end)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> eventTimes[i])
                        .thenComparing(i -> plans.getFirst().entity(all, i)))
                .mapToInt(Integer::intValue)
                .toArray();
        Map<String, double[][]> features = new LinkedHashMap<>();
        plans.forEach(plan -> features.put(plan.name(), new double[positions.length][]));
        long last = Long.MIN_VALUE;
        Frame asked = plans.getFirst().requestColumns(all.take(positions));
        for (int i = 0; i < positions.length; i++) {
            long eventTime = eventTimes[positions[i]];
            if (eventTime != last) {
                apply(Micros.toInstant(eventTime));
                last = eventTime;
            }
            for (ModelPlan plan : plans) {
                FrameRow row = new FrameRow(asked, plan.service().requestSchema()).at(i);
                double[] values = online.get(plan.service(), row, Micros.toInstant(eventTime)).values();
                double[][] mine = features.get(plan.name());
                Map<Integer, double[]> kept = served.get(plan.name());
                if (mine != null && kept != null) {
                    mine[i] = values;
                    kept.put(positions[i], values);
                }
            }
        }
        prepared.clear();
        for (ModelPlan plan : plans) {
            double[][] mine = features.get(plan.name());
            if (mine == null) {
                continue;
            }
            Requests requests = plan.requests(asked, mine);
            prepared.put(plan.name(), requests);
        }
    }

    @Override
    public Requests requests(String model) {
        Requests requests = prepared.get(model);
        if (requests == null) {
            throw new IllegalArgumentException("Nothing was prepared for the model (%s).".formatted(model));
        }
        return requests;
    }

    @Override
    public List<OutcomeEvent> outcomes(String model, Instant from, Instant to) {
        ModelPlan plan = plans.stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no model (%s).".formatted(model)));
        LabelTable known = labelsOf(plan);
        long start = Micros.of(from);
        long end = Micros.of(to);
        return IntStream.range(0, all.rows())
                .filter(i -> !known.isMissing(i) && known.knownAt()[i] >= start && known.knownAt()[i] < end)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> known.knownAt()[i]).thenComparingInt(i -> i))
                .map(i -> new OutcomeEvent(
                        model,
                        plan.entity(all, i),
                        plan.definition().classes().get(known.classOf(i)),
                        Micros.toInstant(known.knownAt()[i])))
                .toList();
    }

    @Override
    public String datasetVersion() {
        return version == null ? "none" : version.id();
    }

    /** The last load. */
    @Nullable LoadReport lastLoad() {
        return lastLoad;
    }

    /** Prices of every replayed row, and the class frequencies known at the start of its step. */
    Comparison.Truth truth(ModelPlan plan, Replay.Settings settings) {
        Map<String, double[]> odds = new HashMap<>();
        Map<String, double[]> frequencies = new HashMap<>();
        for (int step = 0; step < settings.steps(); step++) {
            long start = Micros.of(settings.at(step));
            long end = Micros.of(settings.at(step + 1));
            double[] shares = null;
            for (int i = 0; i < all.rows(); i++) {
                if (eventTimes[i] < start || eventTimes[i] >= end) {
                    continue;
                }
                if (shares == null) {
                    long[] counts = rowsOf(plan).labelCounts(settings.at(step));
                    double total = Arrays.stream(counts).sum();
                    shares = Arrays.stream(counts).mapToDouble(count -> count / total).toArray();
                }
                String entity = plan.entity(all, i);
                frequencies.put(entity, shares);
                double[] prices = plan.odds(all, i);
                if (prices != null) {
                    odds.put(entity, prices);
                }
            }
        }
        return new Comparison.Truth(odds, frequencies);
    }

    private LabelTable labelsOf(ModelPlan plan) {
        LabelTable mine = labels.get(plan.name());
        if (mine == null) {
            throw new IllegalStateException("There are no labels for the model " + plan.name() + ".");
        }
        return mine;
    }

    private ModelRows rowsOf(ModelPlan plan) {
        ModelRows mine = rows.get(plan.name());
        if (mine == null) {
            throw new IllegalStateException("There are no rows for the model " + plan.name() + ".");
        }
        return mine;
    }
}
