package dev.keelson.features.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers for the keys of some rows, so that each key is looked up once for each column, not for each fold. */
public final class KeyIndex {
    /** Stands for a missing key. */
    public static final int NULL = -1;

    /** Stands for a key that is not among those of the rows. */
    public static final int UNKNOWN = -2;

    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String> keys = new ArrayList<>();
    private final Map<String, int[]> columns = new HashMap<>();

    KeyIndex() {}

    /** How many keys there are. */
    public int size() {
        return keys.size();
    }

    /** The key of a number. */
    public String key(int id) {
        return keys.get(id);
    }

    /** The number of a key, or {@link #UNKNOWN}. */
    public int find(String key) {
        Integer id = ids.get(key);
        return id == null ? UNKNOWN : id;
    }

    /** The numbers of keys that may be of other rows. */
    public int[] find(@Nullable String[] asked) {
        int[] found = new int[asked.length];
        for (int row = 0; row < found.length; row++) {
            String key = asked[row];
            found[row] = key == null ? NULL : find(key);
        }
        return found;
    }

    /** Gives the keys of a column. */
    interface Values {
        @Nullable String[] get();
    }

    /** The numbers of a column's keys, numbered when the column is met first. */
    int[] column(String name, Values values) {
        int[] known = columns.get(name);
        if (known != null) {
            return known;
        }
        @Nullable String[] texts = values.get();
        int[] numbers = new int[texts.length];
        String before = null;
        int beforeNumber = NULL;
        for (int row = 0; row < numbers.length; row++) {
            String key = texts[row];
            if (key == null) {
                numbers[row] = NULL;
                continue;
            }
            if (!key.equals(before)) {
                Integer id = ids.get(key);
                if (id == null) {
                    id = keys.size();
                    ids.put(key, id);
                    keys.add(key);
                }
                before = key;
                beforeNumber = id;
            }
            numbers[row] = beforeNumber;
        }
        columns.put(name, numbers);
        return numbers;
    }
}
