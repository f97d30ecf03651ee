package dev.keelson.features;

import java.time.Instant;
import java.util.List;

/**
 * Features of one request. The arrays are the caller's own.
 *
 * @param names of the features, in order
 * @param values one for each name; NaN unless the status is PRESENT
 * @param statuses {@link FeatureStatus#code()} of each value
 * @param ageMicros how long before the request the entity's newest event happened, in microseconds; {@link #NO_AGE} for
 *     values that come from no entity, and where nothing is known about it
 * @param asOf only what was known strictly before is contained
 */
public record FeatureVector(List<String> names, double[] values, byte[] statuses, long[] ageMicros, Instant asOf) {
    /** Stands for the age where there is none. */
    public static final long NO_AGE = Long.MIN_VALUE;

    public FeatureVector {
        names = List.copyOf(names);
        if (values.length != names.size() || statuses.length != names.size() || ageMicros.length != names.size()) {
            throw new IllegalArgumentException("values (%d), statuses (%d) and ageMicros (%d) must match %d names."
                    .formatted(values.length, statuses.length, ageMicros.length, names.size()));
        }
    }

    /**
     * The value of a feature.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public double value(String name) {
        return values[index(name)];
    }

    /** Why a feature has, or lacks, its value. */
    public FeatureStatus status(String name) {
        return FeatureStatus.of(statuses[index(name)]);
    }

    /** The age of a feature in microseconds, or {@link #NO_AGE}. */
    public long ageMicros(String name) {
        return ageMicros[index(name)];
    }

    private int index(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("There is no feature (%s); there are %s.".formatted(name, names));
        }
        return index;
    }
}
