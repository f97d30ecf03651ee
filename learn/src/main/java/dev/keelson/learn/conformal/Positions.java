package dev.keelson.learn.conformal;

/** The order of classes by probability. */
final class Positions {

    private Positions() {}

    /** Classes from the most to the least probable; the lower index first among equals. */
    static int[] descending(double[] p, int offset, int classes) {
        int[] order = new int[classes];
        for (int k = 0; k < classes; k++) { // insertion keeps the order of equals, and there are few classes
            int at = k;
            while (at > 0 && p[offset + order[at - 1]] < p[offset + k]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = k;
        }
        return order;
    }

    static void requireShape(double[] p, int classes, int[] labels, double[] u) {
        if (classes < 2
                || labels.length == 0
                || p.length != (long) labels.length * classes
                || u.length != labels.length) {
            throw new IllegalArgumentException(
                    "There are %d probabilities and %d row numbers for %d labels of %d classes; at least one row is needed."
                            .formatted(p.length, u.length, labels.length, classes));
        }
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0 && p[i] <= 1 + 1e-6)) { // written so that NaN fails too
                throw new IllegalArgumentException("The probability of class %d in row %d (%s) must be between 0 and 1."
                        .formatted(i % classes, i / classes, p[i]));
            }
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes || !(u[i] >= 0 && u[i] <= 1)) {
                throw new IllegalArgumentException(
                        "Row %d has label %d and number %s; a label from 0 to %d and a number from 0 to 1 are expected."
                                .formatted(i, labels[i], u[i], classes - 1));
            }
        }
    }
}
