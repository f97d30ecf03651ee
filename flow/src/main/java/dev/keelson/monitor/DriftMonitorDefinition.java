package dev.keelson.monitor;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
 * @param methods by which test or distance columns are judged where the policy is {@code METHODS}
 * @param segments columns whose values part the rows; each part is judged by itself as well
 * @param multivariate whether a classifier also looks at all columns together
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
        @Nullable Location location,
        DriftMethods methods,
        List<String> segments,
        boolean multivariate) {
    public DriftMonitorDefinition {
        models = List.copyOf(models);
        segments = List.copyOf(segments);
        baselines = List.copyOf(baselines);
        if (baselines.isEmpty()) {
            throw new IllegalArgumentException("The drift monitor (%s) has no baseline.".formatted(name));
        }
        watch = Collections.unmodifiableMap(new LinkedHashMap<>(watch));
        if (minRows < 1) {
            throw new IllegalArgumentException("minRows (%d) must be at least 1.".formatted(minRows));
        }
    }

    /** One that compares with the champion's training data and watches no stream. */
    public DriftMonitorDefinition(
            String name,
            List<String> models,
            Duration window,
            int minRows,
            Policy policy,
            double share,
            Map<String, Located> watch,
            @Nullable Location location,
            DriftMethods methods,
            List<String> segments,
            boolean multivariate) {
        this(
                name, models, window, minRows, policy, share, List.of(BaselineSource.TRAINING), StreamDefinition.NONE, watch, location,
                methods, segments, multivariate);
    }

    /** Such a monitor of columns one by one, by its policy's own tests. */
    public DriftMonitorDefinition(
            String name,
            List<String> models,
            Duration window,
            int minRows,
            Policy policy,
            double share,
            Map<String, Located> watch,
            @Nullable Location location) {
        this(name, models, window, minRows, policy, share, watch, location, DriftMethods.defaults(), List.of(), false);
    }

    /** The rule that decides whether a set of features has drifted. */
    public enum Policy {
        /** Effect size, multiplicity, own history, persistence. */
        RECOMMENDED,
        /** KS p &lt; 0.05 on numeric and PSI on categorical features; drift from 3 features or any high. */
        PIKKIT,
        /** Share of features with KS p &lt; 0.05 or with PSI &ge; 0.2 against 0.30. */
        ACIS,
        /** Overall score above 0.1, or a feature with D &gt; 0.15 or PSI &gt; 0.2. */
        N1V1,
        /** No rule for columns: decay of the metrics alone decides; columns are shown. */
        WINMIX,
        /** Each column by a test or distance of its own; drift from a share of columns. */
        METHODS;

        /** Whether this is the rule of another system, followed to the letter. */
        public boolean preset() {
            return switch (this) {
                case PIKKIT, ACIS, N1V1, WINMIX -> true;
                case RECOMMENDED, METHODS -> false;
            };
        }

        /** The window that is judged where none is named: 30 days of {@code n1v1}, as its source has it, else 7. */
        public Duration window() {
            return Duration.ofDays(this == N1V1 ? 30 : 7);
        }

        /** So many rows the window holds at least where none is named; only 7 days come with a number of rows in the sources. */
        public int minRows() {
            return 100;
        }

        /** Lower-case word, for project files and JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
