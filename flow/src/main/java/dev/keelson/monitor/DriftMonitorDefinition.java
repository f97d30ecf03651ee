package dev.keelson.monitor;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A drift monitor as the project file declares it.
 *
 * @param name its name in the project
 * @param models the models it watches (already expanded from patterns)
 * @param window length of the current window
 * @param minRows the window is extended back until it holds so many rows
 * @param policy the rule that decides
 * @param share for the {@code acis} policy: share of drifted features from which the set has drifted
 * @param baselines what is compared with; the first decides, the others are judged beside it
 * @param streams what is watched value by value beside
 * @param watch further monitored values: name to an expression over the request row, e.g. a bookmaker's own overround
 */
public record DriftMonitorDefinition(
        String name,
        List<String> models,
        Duration window,
        int minRows,
        Policy policy,
        double share,
        List<BaselineSource> baselines,
        StreamDefinition streams,
        Map<String, Located> watch,
        @Nullable Location location) {
    /** One that compares with the champion's training data. */
    public DriftMonitorDefinition(
            String name,
            List<String> models,
            Duration window,
            int minRows,
            Policy policy,
            double share,
            Map<String, Located> watch,
            @Nullable Location location) {
        this(name, models, window, minRows, policy, share, List.of(BaselineSource.TRAINING), StreamDefinition.NONE, watch, location);
    }

    public DriftMonitorDefinition {
        models = List.copyOf(models);
        baselines = List.copyOf(baselines);
        if (baselines.isEmpty()) {
            throw new IllegalArgumentException("The drift monitor (%s) has no baseline.".formatted(name));
        }
        watch = Collections.unmodifiableMap(new LinkedHashMap<>(watch));
        if (minRows < 1) {
            throw new IllegalArgumentException("minRows (%d) must be at least 1.".formatted(minRows));
        }
    }

    /** The rule that decides whether a set of features has drifted. */
    public enum Policy {
        /** Effect size, multiplicity, own history, persistence. */
        RECOMMENDED,
        /** KS p &lt; 0.05 on numeric and PSI on categorical features; drift from 3 features or any high. */
        PIKKIT,
        /** Share of features with KS p &lt; 0.05 or with PSI &ge; 0.2 against 0.30. */
        ACIS
    }
}
