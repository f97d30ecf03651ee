package dev.keelson.lineage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of nodes, in the order in which data flows. */
public enum LineageKind {
    /** A source of the project file; named by its name. */
    SOURCE(0),
    /** What a load read; named by its SHA-256. */
    FILE(1),
    /** A dataset version; named by its id. */
    DATASET(2),
    /** A row of a source; named {@code SOURCE:key}, the key's values joined by {@code |}. */
    ROW(3),
    /** A registered version of a feature view; named {@code name@v2}. */
    VIEW(3),
    /** A training; named by its id. */
    RUN(4),
    /** A model version; named {@code name@v3}. */
    MODEL(5),
    /** A logged prediction; named by its id. */
    PREDICTION(6);

    private final int layer;

    LineageKind(int layer) {
        this.layer = layer;
    }

    /** The column in which a picture shows it, from 0. */
    public int layer() {
        return layer;
    }

    /** As documents spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that documents spell so. */
    public static Optional<LineageKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }
}
