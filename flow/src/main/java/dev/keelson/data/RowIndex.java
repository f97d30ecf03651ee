package dev.keelson.data;

import java.util.Arrays;

/**
 * Rows by the 128-bit hash of their key, each with the 128-bit hash of its content and a number. A hash table with open
 * addressing on primitive arrays: 36 bytes a slot.
 */
final class RowIndex {
    private static final int FREE = Integer.MIN_VALUE;

    private long[] keys;
    private long[] contents;
    private int[] numbers;
    private int size;

    /** @param expected how many rows are likely */
    RowIndex(int expected) {
        allocate(Math.max(64, Integer.highestOneBit(Math.max(1, expected)) * 4));
    }

    private void allocate(int slots) {
        keys = new long[2 * slots];
        contents = new long[2 * slots];
        numbers = new int[slots];
        Arrays.fill(numbers, FREE);
    }

    /** The slot of a key, or -1. */
    int find(long high, long low) {
        int slot = probe(high, low);
        return numbers[slot] == FREE ? -1 : slot;
    }

    private int probe(long high, long low) {
        int mask = numbers.length - 1;
        int slot = (int) high & mask;
        while (numbers[slot] != FREE && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    boolean hasContent(int slot, long high, long low) {
        return contents[2 * slot] == high && contents[2 * slot + 1] == low;
    }

    int number(int slot) {
        return numbers[slot];
    }

    /** Adds a row, or replaces the one of the same key. */
    void put(long keyHigh, long keyLow, long contentHigh, long contentLow, int number) {
        if (3 * size >= 2 * numbers.length) {
            grow();
        }
        int slot = probe(keyHigh, keyLow);
        size += numbers[slot] == FREE ? 1 : 0;
        keys[2 * slot] = keyHigh;
        keys[2 * slot + 1] = keyLow;
        contents[2 * slot] = contentHigh;
        contents[2 * slot + 1] = contentLow;
        numbers[slot] = number;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldContents = contents;
        int[] oldNumbers = numbers;
        allocate(2 * oldNumbers.length);
        size = 0;
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] != FREE) {
                put(oldKeys[2 * i], oldKeys[2 * i + 1], oldContents[2 * i], oldContents[2 * i + 1], oldNumbers[i]);
            }
        }
    }
}
