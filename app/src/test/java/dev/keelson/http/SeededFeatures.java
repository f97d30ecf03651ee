package dev.keelson.http;

import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.Materialization;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Online features that know two teams, whose last matches were two and twelve days ago. */
final class SeededFeatures implements FeatureServing {
    static final String KNOWN = "Northport";
    static final String RESTED = "Redcliff";

    private final List<FeatureViewDefinition> views;
    private final Instant now;

    SeededFeatures(List<FeatureViewDefinition> views, Instant now) {
        this.views = views;
        this.now = now;
    }

    @SuppressWarnings("NullAway") // the class file of a record does not say that its lists may hold null
    @Override
    public Answer get(
            List<String> features, Map<String, ? extends List<? extends @Nullable Object>> entities) {
        FeatureViewDefinition view = views.stream()
                .filter(each -> features.equals(List.of(each.name() + ":*")))
                .findFirst()
                .orElseThrow();
        Map<String, List<@Nullable Object>> keys = new LinkedHashMap<>();
        entities.forEach((key, values) -> keys.put(key, new ArrayList<>(values)));
        Object key = keys.values().iterator().next().getFirst();
        boolean known = KNOWN.equals(key) || RESTED.equals(key);
        Duration rest = Duration.ofDays(RESTED.equals(key) ? 12 : 2);
        List<FeatureValues> columns = new ArrayList<>();
        for (FeatureDefinition feature : view.features()) {
            columns.add(new FeatureValues(
                    view.name(),
                    feature.name(),
                    new double[] {known ? 1.625 : Double.NaN},
                    new byte[] {(known ? FeatureStatus.PRESENT : FeatureStatus.NOT_FOUND).code()},
                    new long[] {known ? Micros.of(now.minus(rest)) : Long.MIN_VALUE}));
        }
        return new Answer(1, keys, columns, now);
    }

    @Override
    public List<ServedView> views() {
        return views.stream()
                .map(view -> {
                    Map<String, ColumnType> types = new LinkedHashMap<>();
                    view.features().forEach(feature -> types.put(feature.name(), ColumnType.DOUBLE));
                    return new ServedView(view, types);
                })
                .toList();
    }

    @Override
    public Answer service(String service, List<Map<String, @Nullable Object>> rows) {
        return new Answer(0, Map.of(), List.of(), now);
    }

    @Override
    public PushOutcome push(String source, List<Map<String, @Nullable Object>> rows, Destination to) {
        return new PushOutcome(rows.size(), rows.size(), 0);
    }

    @Override
    public String sourceOf(String view) {
        return "matches";
    }

    @Override
    public List<Materialization.Outcome> materialize(
            Materialization.Request request, Materialization.Progress progress) {
        return List.of();
    }

    @Override
    public String store() {
        return "SQLite, embedded";
    }

    @Override
    public List<ViewStatus> status() {
        Instant newest = now.minus(Duration.ofDays(2));
        return views.stream()
                .map(view -> new ViewStatus(
                        new OnlineFeatures.Status(view.name(), now, newest, 0, null),
                        view.entity(),
                        view.features().size(),
                        freshnessSeconds(view.name()),
                        12,
                        18_432))
                .toList();
    }

    @Override
    public double freshnessSeconds(String view) {
        return Duration.ofDays(2).toSeconds();
    }
}
