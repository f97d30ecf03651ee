package dev.keelson.learn.tune;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Walks a scrambled Halton sequence, which fills the space more evenly than random numbers do. Every parameter, active or
 * not, has a dimension of its own, in the order of names; trial {@code i} takes point {@code i}. Takes no account of
 * results.
 *
 * <p>Source: Halton, J. H. (1960); scrambled by a random permutation for each digit of each dimension as in Owen, A. B.
 * (2017), A randomized Halton algorithm in R, arXiv:1706.02808. Each point alone is uniform over seeds.
 */
public record QuasiRandomSampler() implements Sampler {
    private static final long STREAM = 2;

    @Override
    public SortedMap<String, Object> ask(
            SearchSpace space, Direction direction, List<Trial> history, long seed, int number) {
        double[] point = point(seed, number, space.parameters().size());
        List<String> names = space.names();
        SortedMap<String, Object> values = new TreeMap<>();
        for (SearchSpace.Group group : space.groups()) {
            if (group.active(values)) {
                for (Parameter parameter : group.parameters()) {
                    double position = point[Collections.binarySearch(names, parameter.name())];
                    values.put(parameter.name(), parameter.domain().at(position));
                }
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    /** One point of the sequence in the unit cube. */
    static double[] point(long seed, int index, int dimensions) {
        double[] point = new double[dimensions];
        int base = 1;
        for (int d = 0; d < dimensions; d++) {
            base = nextPrime(base);
            point[d] = coordinate(seed, d, base, index);
        }
        return point;
    }

    private static double coordinate(long seed, int dimension, int base, int index) {
        Draws draws = Draws.of(seed, STREAM, dimension);
        double value = 0;
        double weight = 1.0 / base;
        int rest = index;
        for (int remaining = digits(base); remaining > 0; remaining--) {
            value += permuted(draws, base, rest % base) * weight;
            weight /= base;
            rest /= base;
        }
        return Math.min(value, Math.nextDown(1.0));
    }

    /** Digits after which nothing is left of a double's 53 bits. */
    private static int digits(int base) {
        return (int) Math.ceil(53 / (StrictMath.log(base) / StrictMath.log(2)));
    }

    /** Where a random permutation of 0 .. base-1 takes a digit. */
    private static int permuted(Draws draws, int base, int digit) {
        int[] order = new int[base];
        for (int i = 0; i < base; i++) {
            int j = draws.index(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order[digit];
    }

    private static int nextPrime(int after) {
        int candidate = after + 1;
        while (!prime(candidate)) {
            candidate++;
        }
        return candidate;
    }

    private static boolean prime(int number) {
        for (int divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String name() {
        return "quasi-random";
    }
}
