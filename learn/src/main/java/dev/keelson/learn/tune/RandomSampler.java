package dev.keelson.learn.tune;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Draws each active parameter independently from its domain's own law. Takes no account of results. */
public record RandomSampler() implements Sampler {
    /** Sets the streams of the samplers apart. */
    private static final long STREAM = 1;

    @Override
    public SortedMap<String, Object> ask(
            SearchSpace space, Direction direction, List<Trial> history, long seed, int number) {
        return draw(space, Draws.of(seed, STREAM, number));
    }

    static SortedMap<String, Object> draw(SearchSpace space, Draws draws) {
        SortedMap<String, Object> values = new TreeMap<>();
        for (SearchSpace.Group group : space.groups()) {
            if (group.active(values)) {
                for (Parameter parameter : group.parameters()) {
                    values.put(parameter.name(), parameter.domain().at(draws.uniform()));
                }
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    @Override
    public String name() {
        return "random";
    }
}
