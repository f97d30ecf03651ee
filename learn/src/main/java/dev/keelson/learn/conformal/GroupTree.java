package dev.keelson.learn.conformal;

import java.util.Arrays;
import java.util.List;

/**
 * Groups of rows, such as leagues within countries, each with the larger group to fall back on.
 *
 * @param parents for each group the position of its parent, which comes before it; the first group holds all rows and
 *     has parent -1
 */
public record GroupTree(List<Integer> parents) {
    private static final GroupTree ALL_ROWS = new GroupTree(List.of(-1));

    /** Checks that there is one root, first, and that parents come before their children. */
    public GroupTree {
        parents = List.copyOf(parents);
        for (int g = 0; g < parents.size(); g++) {
            int parent = parents.get(g);
            if (g == 0 ? parent != -1 : parent < 0 || parent >= g) {
                throw new IllegalArgumentException("The parent of group %d (%d) must be %s."
                        .formatted(g, parent, g == 0 ? "-1" : "an earlier group"));
            }
        }
        if (parents.isEmpty()) {
            throw new IllegalArgumentException("There is no group; the group of all rows is needed.");
        }
    }

    /** One group of all rows. */
    public static GroupTree allRows() {
        return ALL_ROWS;
    }

    /**
     * Groups side by side under the group of all rows: rows of group g are numbered from 1.
     *
     * @param groups number of groups, at least 0
     */
    public static GroupTree flat(int groups) {
        Integer[] parents = new Integer[groups + 1];
        Arrays.fill(parents, 0);
        parents[0] = -1;
        return new GroupTree(List.of(parents));
    }

    /** Number of groups with that of all rows. */
    public int size() {
        return parents.size();
    }

    /** The position itself where it is a group, else 0: a group never seen counts as all rows. */
    int known(int group) {
        return group >= 0 && group < size() ? group : 0;
    }
}
