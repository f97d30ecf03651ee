package dev.keelson.features;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a join came to.
 *
 * @param rows how many rows were asked about, and written
 * @param views one for each view, in order
 */
public record JoinSummary(long rows, List<ViewSummary> views) {
    public JoinSummary {
        views = List.copyOf(views);
    }

    /**
     * A view's part.
     *
     * @param name its name
     * @param statuses how many rows have which status; all five are there
     * @param inEventOrder whether its rows were known to be in event order, so that they need not be put in known order
     */
    public record ViewSummary(String name, Map<FeatureStatus, Long> statuses, boolean inEventOrder) {
        public ViewSummary {
            Map<FeatureStatus, Long> all = new EnumMap<>(FeatureStatus.class);
            for (FeatureStatus status : FeatureStatus.values()) {
                all.put(status, statuses.getOrDefault(status, 0L));
            }
            statuses = Collections.unmodifiableMap(all);
        }
    }
}
