package dev.keelson.data;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * In which month each key of a file has its rows, by hashes of 64 bits, eight bytes a row: two keys of one hash make a
 * file look as if a key were in two months, which costs no more than a slower load. Not safe for use by several threads.
 */
final class KeyMonths {
    private static final int PREFIX_BITS = 8;

    private final NavigableMap<Integer, Hashes> months = new TreeMap<>();
    private final long most;
    private long size;

    /** @param bytes how much memory the keys may take */
    KeyMonths(long bytes) {
        this.most = bytes / Long.BYTES;
    }

    /** The hashes of one month. */
    private static final class Hashes {
        private long[] values = new long[256];
        private int size;

        void add(long hash) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size + size / 4);
            }
            values[size++] = hash;
        }

        /** Puts them in order, each once. */
        void settle() {
            Arrays.sort(values, 0, size);
            int kept = Math.min(1, size);
            for (int i = 1; i < size; i++) {
                if (values[i] != values[i - 1]) {
                    values[kept++] = values[i];
                }
            }
            size = kept;
        }
    }

    /** Takes a key; false when there is no room for it. Any number names a month. */
    boolean put(long hash, int month) {
        months.computeIfAbsent(month, _ -> new Hashes()).add(hash);
        return ++size <= most;
    }

    /** Whether every key taken is in one month only; none is taken any more. */
    boolean settle() {
        months.values().forEach(Hashes::settle);
        int[] from = new int[months.size()];
        long[] some = new long[1024];
        for (long prefix = -(1L << (PREFIX_BITS - 1)); prefix < 1L << (PREFIX_BITS - 1); prefix++) {
            int count = 0;
            int m = 0;
            for (Hashes month : months.values()) {
                int start = from[m];
                int end = start;
                while (end < month.size && month.values[end] >> (Long.SIZE - PREFIX_BITS) == prefix) {
                    end++;
                }
                if (count + end - start > some.length) {
                    some = Arrays.copyOf(some, 2 * (count + end - start));
                }
                System.arraycopy(month.values, start, some, count, end - start);
                count += end - start;
                from[m++] = end;
            }
            Arrays.sort(some, 0, count);
            for (int i = 1; i < count; i++) {
                if (some[i] == some[i - 1]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether a key was taken; only after {@link #settle}. */
    boolean contains(long hash) {
        return months.values().stream()
                .anyMatch(month -> Arrays.binarySearch(month.values, 0, month.size, hash) >= 0);
    }
}
