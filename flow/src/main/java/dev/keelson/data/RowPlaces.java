package dev.keelson.data;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Where rows stand in the files of their source, as these are now. Immutable.
 *
 * @param sha256 as {@link SourceRows#sha256}: where it is that of a load, the load read the same bytes
 * @param places key values joined by {@code |} to the place of the row that counts; keys that are not there are left out
 */
public record RowPlaces(String sha256, Map<String, Place> places) {
    /**
     * A place.
     *
     * @param file as the project names it
     * @param line from 1; of tables the number of the row
     */
    public record Place(String file, int line) {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    public RowPlaces {
        places = Map.copyOf(places);
    }

    /**
     * Finds rows.
     *
     * @param rows all of a source
     * @param keys of the rows that are looked for
     */
    public static RowPlaces of(SourceRows rows, Set<String> keys) {
        Map<String, Integer> found = new HashMap<>();
        for (int row = 0; row < rows.frame().rows(); row++) {
            String key = key(rows, row);
            Integer before = found.get(key);
            if (keys.contains(key) && (before == null || rows.isAfter(row, before))) {
                found.put(key, row);
            }
        }
        Map<String, Place> places = new HashMap<>();
        found.forEach((key, row) -> places.put(key, new Place(rows.file(row), rows.line(row))));
        return new RowPlaces(rows.sha256(), places);
    }

    private static String key(SourceRows rows, int row) {
        StringJoiner joined = new StringJoiner("|");
        for (String column : rows.source().key()) {
            joined.add(String.valueOf(rows.frame().vector(column).get(row)));
        }
        return joined.toString();
    }
}
