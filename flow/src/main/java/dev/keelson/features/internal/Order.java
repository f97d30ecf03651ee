package dev.keelson.features.internal;

/** Sorts positions without objects; keeps the order of equal ones. */
public final class Order {
    private Order() {}

    /** Compares the rows at two positions. */
    @FunctionalInterface
    public interface Comparison {
        /** Negative, zero or positive, as of a comparator. */
        int compare(int a, int b);
    }

    /** The positions 0 to {@code n - 1} in order. */
    public static int[] of(int n, Comparison comparison) {
        int[] order = new int[n];
        boolean sorted = true;
        for (int i = 0; i < n; i++) {
            order[i] = i;
            sorted &= i == 0 || comparison.compare(i - 1, i) <= 0;
        }
        if (!sorted) {
            sort(order, order.clone(), 0, n, comparison);
        }
        return order;
    }

    /** Merges halves of {@code source}, which holds the same content, into {@code target}. */
    private static void sort(int[] target, int[] source, int from, int to, Comparison comparison) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        sort(source, target, from, middle, comparison);
        sort(source, target, middle, to, comparison);
        if (comparison.compare(source[middle - 1], source[middle]) <= 0) {
            System.arraycopy(source, from, target, from, to - from);
            return;
        }
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takeLeft =
                    left < middle && (right >= to || comparison.compare(source[left], source[right]) <= 0);
            target[i] = takeLeft ? source[left++] : source[right++];
        }
    }
}
