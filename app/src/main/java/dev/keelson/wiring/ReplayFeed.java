package dev.keelson.wiring;

import dev.keelson.control.Comparison;
import dev.keelson.control.Replay;
import dev.keelson.control.ReplayWorld;
import dev.keelson.control.Requests;
import dev.keelson.control.policy.PeriodRows;
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
import dev.keelson.train.BacktestDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a replay from the sources of a project: each file is read once, its rows are loaded when they became known, features
 * are brought up to date time by time and read for each row as a request would. What was served is what later trains.
 */
final class ReplayFeed implements ReplayWorld {
    private static final Duration A_DAY = Duration.ofHours(23);

    private final List<Feed> feeds;
    private final DataLoad load;
    private final FeatureEngine engine;
    private final OnlineFeatures online;
    private final List<ModelPlan> plans;
    private final Map<String, ModelRows> rows;
    private final Map<String, LabelTable> labels = new HashMap<>();
    private final Map<String, Requests> prepared = new LinkedHashMap<>();
    private final Map<String, Map<Integer, double[]>> served = new HashMap<>();
    private final Map<String, Map<String, Integer>> positions = new HashMap<>();
    private @Nullable Instant reached;

    /**
     * The rows of a source or of an SQL view, in the order in which they become known, and how far they are. Those of a view are
     * computed before: what a query says was known by some time does not depend on what came later.
     */
    private static final class Feed {
        private final String name;
        private final @Nullable SourceRows source;
        private final Frame all;
        private final long[] eventTimes;
        private final long[] knownAts;
        private final List<ModelPlan> plans;
        private @Nullable LoadReport lastLoad;
        private @Nullable DatasetVersion version;
        private @Nullable Instant loadedAt;
        private int known;
        private int applied;

        private Feed(String name, @Nullable SourceRows source, Frame all, List<ModelPlan> plans) {
            this.name = name;
            this.source = source;
            this.all = all;
            this.eventTimes = all.longs(SystemColumns.EVENT_TIME).values();
            this.knownAts = all.longs(SystemColumns.KNOWN_AT).values();
            this.plans = plans;
        }

        static Feed of(SourceRows source, ProjectModels models) {
            String name = source.source().name();
            return new Feed(name, source, source.frame(), models.plansOf(name));
        }

        static Feed of(DatasetVersion view, Frame rows) {
            Feed feed = new Feed(view.source(), null, rows, List.of());
            feed.version = view;
            return feed;
        }

        String name() {
            return name;
        }

        /** Whether a day has gone since the last load; one of 23 hours counts. */
        boolean due(Instant at) {
            Instant last = loadedAt;
            return last == null || !at.isBefore(last.plus(A_DAY));
        }

        void load(DataLoad load, Instant at) {
            if (source != null && !at.equals(loadedAt)) {
                LoadReport report = load.load(source, at, at);
                lastLoad = report;
                version = report.version();
                loadedAt = at;
            }
        }

        /** How many rows are known strictly before an instant. */
        int knownBefore(Instant at) {
            int found = Arrays.binarySearch(knownAts, Micros.of(at));
            int end = found < 0 ? -found - 1 : found;
            while (end > 0 && knownAts[end - 1] == Micros.of(at)) {
                end--;
            }
            return end;
        }

        /** The rows that are known strictly before an instant. */
        Frame before(Instant at) {
            return all.take(IntStream.range(0, knownBefore(at)).toArray());
        }
    }

    /** Rows of a source that are asked about in a step, in the order of event time and key. */
    private final class Asked {
        private final Feed feed;
        private final int[] positions;
        private final Frame frame;
        private final Map<String, double[][]> features = new LinkedHashMap<>();
        private int next;

        Asked(Feed feed, long start, long end) {
            this.feed = feed;
            this.positions = IntStream.range(0, feed.all.rows())
                    .filter(i -> feed.eventTimes[i] >= start && feed.eventTimes[i] < end)
                    .boxed()
                    .sorted(Comparator.comparingLong((Integer i) -> feed.eventTimes[i])
                            .thenComparing(i -> feed.plans.getFirst().entity(feed.all, i)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            this.frame = feed.plans.getFirst().requestColumns(feed.all.take(positions));
            feed.plans.forEach(plan -> features.put(plan.name(), new double[positions.length][]));
        }

        boolean ended() {
            return next == positions.length;
        }

        long time() {
            return feed.eventTimes[positions[next]];
        }

        /** Reads the features of the rows of one time. */
        void serve(long time) {
            while (!ended() && time() == time) {
                for (ModelPlan plan : feed.plans) {
                    FrameRow row = new FrameRow(frame, plan.service().requestSchema()).at(next);
                    double[] values = online.get(plan.service(), row, Micros.toInstant(time))
                            .values();
                    double[][] mine = features.get(plan.name());
                    Map<Integer, double[]> kept = served.get(plan.name());
                    if (mine != null && kept != null) {
                        mine[next] = values;
                        kept.put(positions[next], values);
                    }
                }
                next++;
            }
        }
    }

    /**
     * @param sources the rows of every source that models and views read
     * @param views the rows of every SQL view in the order in which they become known, by their version
     * @param load stores what was known of them
     */
    ReplayFeed(
            List<SourceRows> sources,
            Map<DatasetVersion, Frame> views,
            DataLoad load,
            ProjectModels models,
            OnlineFeatures online,
            Map<String, ModelRows> rows) {
        List<Feed> all = new ArrayList<>();
        sources.forEach(source -> all.add(Feed.of(source, models)));
        views.forEach((version, frame) -> all.add(Feed.of(version, frame)));
        this.feeds = List.copyOf(all);
        this.load = load;
        this.engine = models.engine();
        this.online = online;
        this.plans = models.plans();
        this.rows = rows;
        for (Feed feed : feeds) {
            for (ModelPlan plan : feed.plans) {
                served.put(plan.name(), new HashMap<>());
                labels.put(plan.name(), plan.labels(feed.all));
            }
        }
    }

    private Feed feedOf(ModelPlan plan) {
        return feeds.stream()
                .filter(feed -> feed.plans.contains(plan))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There are no rows for the model " + plan.name() + "."));
    }

    @Override
    public void advance(Instant at) {
        reached = at;
        for (Feed feed : feeds) {
            if (feed.due(at)) {
                feed.load(load, at);
            }
        }
        Map<String, Frame> before = new LinkedHashMap<>();
        for (Feed feed : feeds) {
            int until = feed.knownBefore(at);
            if (until > feed.known) {
                if (!feed.plans.isEmpty()) {
                    take(feed, IntStream.range(feed.known, until).toArray(), at, before);
                }
                feed.known = until;
            }
        }
        apply(at);
    }

    /**
     * Gives rows that became known to the models.
     *
     * @param before the rows of every source known before, filled when they are needed
     */
    private void take(Feed feed, int[] fresh, Instant at, Map<String, Frame> before) {
        Frame frame = feed.all.take(fresh);
        // rows that nobody asked about: the history before the replay, and events that straddle its start
        boolean unasked = Arrays.stream(fresh).anyMatch(row -> feed.plans.stream()
                .anyMatch(plan -> !served.getOrDefault(plan.name(), Map.of()).containsKey(row)));
        List<FeatureTable> history = List.of();
        if (unasked) {
            feeds.forEach(each -> before.computeIfAbsent(each.name(), name -> each.before(at)));
            history = engine.history(
                    before, frame, feed.plans.stream().map(ModelPlan::service).toList());
        }
        for (int m = 0; m < feed.plans.size(); m++) {
            ModelPlan plan = feed.plans.get(m);
            double[][] features = new double[fresh.length][];
            for (int i = 0; i < fresh.length; i++) {
                double[] values = served.getOrDefault(plan.name(), Map.of()).get(fresh[i]);
                features[i] = values == null ? history.get(m).row(i) : values;
            }
            rowsOf(plan).add(frame, features, labelsOf(plan).take(fresh));
        }
    }

    private void apply(Instant at) {
        Map<String, Frame> fresh = new LinkedHashMap<>();
        for (Feed feed : feeds) {
            int until = Math.max(feed.applied, feed.knownBefore(at));
            fresh.put(feed.name(), feed.all.take(IntStream.range(feed.applied, until).toArray()));
            feed.applied = until;
        }
        online.advance(fresh, at);
    }

    @Override
    public void prepare(Instant from, Instant to) {
        List<Asked> asked = feeds.stream()
                .filter(feed -> !feed.plans.isEmpty())
                .map(feed -> new Asked(feed, Micros.of(from), Micros.of(to)))
                .toList();
        while (true) {
            OptionalLong time = asked.stream()
                    .filter(each -> !each.ended())
                    .mapToLong(Asked::time)
                    .min();
            if (time.isEmpty()) {
                break;
            }
            apply(Micros.toInstant(time.getAsLong()));
            asked.forEach(each -> each.serve(time.getAsLong()));
        }
        prepared.clear();
        for (Asked each : asked) {
            for (ModelPlan plan : each.feed.plans) {
                double[][] mine = each.features.get(plan.name());
                if (mine != null) {
                    prepared.put(plan.name(), plan.requests(each.frame, mine));
                }
            }
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
        Frame all = feedOf(plan).all;
        long start = Micros.of(from);
        long end = Micros.of(to);
        return IntStream.range(0, all.rows())
                .filter(i -> !known.isMissing(i) && known.knownAt()[i] >= start && known.knownAt()[i] < end)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> known.knownAt()[i]).thenComparingInt(i -> i))
                .map(i -> new OutcomeEvent(
                        model,
                        plan.entity(all, i),
                        plan.definition().isNumber()
                                ? Double.toString(known.values()[i])
                                : plan.definition().classes().get(known.classOf(i)),
                        Micros.toInstant(known.knownAt()[i])))
                .toList();
    }

    /** The prepared rows of a model with their labels, known or not yet. */
    PeriodRows rows(String model) {
        ModelPlan plan = plans.stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no model (%s).".formatted(model)));
        Requests requests = requests(model);
        LabelTable known = labelsOf(plan);
        Map<String, Integer> positions = positions(plan);
        double[] values = new double[requests.size()];
        long[] knownAt = new long[requests.size()];
        for (int i = 0; i < values.length; i++) {
            Integer at = positions.get(requests.entities().get(i));
            values[i] = at == null || known.isMissing(at) ? Double.NaN : known.values()[at];
            knownAt[i] = at == null ? 0 : known.knownAt()[at];
        }
        return new PeriodRows(
                requests, values, knownAt, odds(plan, requests, positions), quotes(plan, requests, positions));
    }

    /** What the model's portfolio could hold, and at which price; null where it has none. */
    private PeriodRows.@Nullable Quotes quotes(ModelPlan plan, Requests requests, Map<String, Integer> positions) {
        if (!(plan.definition().backtest() instanceof BacktestDefinition.Portfolio portfolio)) {
            return null;
        }
        Frame all = feedOf(plan).all;
        int column = plan.moneyColumns().indexOf(portfolio.price());
        String[] assets = new String[requests.size()];
        double[] prices = new double[requests.size()];
        for (int i = 0; i < prices.length; i++) {
            Integer at = positions.get(requests.entities().get(i));
            assets[i] = at == null ? "" : plan.asset(all, at);
            prices[i] = at == null ? Double.NaN : plan.money(all, at)[column];
        }
        return new PeriodRows.Quotes(assets, prices);
    }

    /** Odds by class, or those of the one class that the backtest bets on. */
    private double[][] odds(ModelPlan plan, Requests requests, Map<String, Integer> positions) {
        if (!(plan.definition().backtest() instanceof BacktestDefinition.Stakes stakes) || stakes.target() < 0) {
            return requests.odds();
        }
        Frame all = feedOf(plan).all;
        int column = plan.moneyColumns().indexOf(stakes.odds().getFirst());
        double[][] odds = new double[requests.size()][plan.definition().classes().size()];
        for (int i = 0; i < odds.length; i++) {
            Arrays.fill(odds[i], Double.NaN);
            Integer at = positions.get(requests.entities().get(i));
            if (at != null && column >= 0) {
                odds[i][stakes.target()] = plan.money(all, at)[column];
            }
        }
        return odds;
    }

    private Map<String, Integer> positions(ModelPlan plan) {
        return positions.computeIfAbsent(plan.name(), name -> {
            Frame all = feedOf(plan).all;
            Map<String, Integer> found = HashMap.newHashMap(all.rows());
            for (int i = 0; i < all.rows(); i++) {
                found.put(plan.entity(all, i), i);
            }
            return found;
        });
    }

    @Override
    public String datasetVersion() {
        return plans.isEmpty() ? "none" : datasetVersions().getOrDefault(plans.getFirst().source().name(), "none");
    }

    /**
     * Stores what is known by now. A version each hour would write a month's rows anew each hour, so steps shorter than a day
     * load when a day has gone, and when somebody asks what was read.
     */
    private void load() {
        Instant at = reached;
        if (at != null) {
            feeds.forEach(feed -> feed.load(load, at));
        }
    }

    /** The id of the version of each source that has one, by source. */
    synchronized Map<String, String> datasetVersions() {
        load();
        Map<String, String> ids = new LinkedHashMap<>();
        for (Feed feed : feeds) {
            DatasetVersion version = feed.version;
            if (version != null) {
                ids.put(feed.name(), version.id());
            }
        }
        return ids;
    }

    /** The last load of each source; none before the first step. */
    synchronized List<LoadReport> lastLoads() {
        load();
        List<LoadReport> loads = new ArrayList<>();
        for (Feed feed : feeds) {
            LoadReport load = feed.lastLoad;
            if (load != null) {
                loads.add(load);
            }
        }
        return loads;
    }

    /** Prices of every replayed row, and the class frequencies, or the mean of the numbers, known at the start of its step. */
    Comparison.Truth truth(ModelPlan plan, Replay.Settings settings) {
        Frame all = feedOf(plan).all;
        long[] eventTimes = feedOf(plan).eventTimes;
        List<Instant> starts = IntStream.range(0, settings.steps()).mapToObj(settings::at).toList();
        long[] micros = starts.stream().mapToLong(Micros::of).toArray();
        double[][] base = plan.definition().isNumber() ? rowsOf(plan).labelMeans(starts) : shares(rowsOf(plan).labelCounts(starts));
        long end = Micros.of(settings.to());
        Map<String, double[]> odds = new HashMap<>();
        Map<String, double[]> known = new HashMap<>();
        for (int i = 0; i < all.rows(); i++) {
            if (eventTimes[i] < micros[0] || eventTimes[i] >= end) {
                continue;
            }
            int found = Arrays.binarySearch(micros, eventTimes[i]);
            String entity = plan.entity(all, i);
            double[] before = base[found < 0 ? -found - 2 : found];
            if (!Double.isNaN(before[0])) {
                known.put(entity, before);
            }
            double[] prices = plan.odds(all, i);
            if (prices != null) {
                odds.put(entity, prices);
            }
        }
        return new Comparison.Truth(odds, known);
    }

    private static double[][] shares(long[][] counts) {
        return Arrays.stream(counts)
                .map(each -> {
                    double total = Arrays.stream(each).sum();
                    return Arrays.stream(each).mapToDouble(count -> count / total).toArray();
                })
                .toArray(double[][]::new);
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
