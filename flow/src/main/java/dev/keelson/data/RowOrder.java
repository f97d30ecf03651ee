package dev.keelson.data;

/** An order of the rows of one frame. */
@FunctionalInterface
interface RowOrder {
    int FEW = 8;

    /** Negative, zero or positive as one row comes before, beside or after another. */
    int compare(int row, int other);

    /** This order, and another where this one makes no difference. */
    default RowOrder then(RowOrder next) {
        return (a, b) -> {
            int order = compare(a, b);
            return order != 0 ? order : next.compare(a, b);
        };
    }

    /** Rows in this order; those that are equal in it keep theirs. */
    default int[] sort(int[] rows) {
        boolean sorted = true;
        for (int i = 1; i < rows.length && sorted; i++) {
            sorted = compare(rows[i - 1], rows[i]) <= 0;
        }
        return sorted ? rows : merged(rows, new int[rows.length]);
    }

    /** Whether a merge of the runs that are in order already takes few passes. */
    default boolean hasFewRuns(int[] rows) {
        int runs = 0;
        for (int i = 0; i < rows.length && runs <= FEW; runs++) {
            i = runEnd(rows, i);
        }
        return runs <= FEW;
    }

    /** Merges runs of rows that are in order already, two by two (natural merge sort). */
    private int[] merged(int[] from, int[] to) {
        int[] rows = from;
        int[] free = to;
        boolean given = true; // the caller's own array is never written to
        int runs;
        do {
            runs = 0;
            int at = 0;
            while (at < rows.length) {
                int middle = runEnd(rows, at);
                int end = middle == rows.length ? middle : runEnd(rows, middle);
                merge(rows, at, middle, end, free);
                at = end;
                runs++;
            }
            int[] merged = free;
            free = given ? new int[rows.length] : rows;
            given = false;
            rows = merged;
        } while (runs > 1);
        return rows;
    }

    private int runEnd(int[] rows, int start) {
        int end = start + 1;
        while (end < rows.length && compare(rows[end - 1], rows[end]) <= 0) {
            end++;
        }
        return end;
    }

    private void merge(int[] rows, int start, int middle, int end, int[] to) {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeLeft = left < middle && (right >= end || compare(rows[left], rows[right]) <= 0);
            to[i] = takeLeft ? rows[left++] : rows[right++];
        }
    }
}
