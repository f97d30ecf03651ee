package dev.keelson.registry.tracking;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for, in which order, which page.
 *
 * @param clauses all must hold
 * @param order by what, the first counts most; ties and an empty list are ordered as {@link Subject} says
 * @param view whether deleted ones are found
 * @param limit at most so many, at least 1
 * @param offset so many of the front are passed over
 */
public record Search(List<Clause> clauses, List<SortKey> order, Lifecycle.View view, int limit, long offset) {
    public Search {
        clauses = List.copyOf(clauses);
        order = List.copyOf(order);
        if (limit < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(limit));
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset (%d) must be at least 0.".formatted(offset));
        }
    }

    /** What can be searched, with its order by default. */
    public enum Subject {
        /** Newest first, then by id. */
        EXPERIMENTS,
        /** Latest start first, then by id. */
        RUNS,
        /** By name. */
        REGISTERED_MODELS,
        /** By name, the highest version first. */
        VERSIONS,
        /** Newest first, then by id. */
        LOGGED_MODELS
    }

    /** What a key is of. */
    public enum Entity {
        ATTRIBUTE,
        METRIC,
        PARAM,
        TAG,
        DATASET
    }

    /** How a value is compared. A subject that lacks the key matches by {@link #ABSENT} alone, not even by {@link #NOT_EQUAL}. */
    public enum Comparison {
        EQUAL("="),
        NOT_EQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">="),
        /** {@code %} any text, {@code _} any character; the case counts. */
        LIKE("LIKE"),
        /** As LIKE; the case does not count. */
        ILIKE("ILIKE"),
        IN("IN"),
        NOT_IN("NOT IN"),
        /** The subject has no such param or tag; nothing is compared. Keelson's own lists ask it, filters cannot. */
        ABSENT("IS ABSENT");

        private final String word;

        Comparison(String word) {
            this.word = word;
        }

        /** As filters spell it. */
        public String word() {
            return word;
        }
    }

    /**
     * One condition.
     *
     * @param entity what the key is of
     * @param key canonical name of an attribute ({@code run_id}, {@code start_time}, ...), or the name of a metric, param or tag
     * @param comparison how
     * @param number what a number is compared with, else null
     * @param texts what a text is compared with: one, or the list of IN and NOT IN
     * @param dataset of a metric of a logged model: the data set it was measured on, name and digest, or null
     */
    public record Clause(
            Entity entity,
            String key,
            Comparison comparison,
            @Nullable Double number,
            List<String> texts,
            @Nullable Dataset dataset) {
        public Clause {
            texts = List.copyOf(texts);
        }

        /** A condition on a number. */
        public static Clause number(Entity entity, String key, Comparison comparison, double number) {
            return new Clause(entity, key, comparison, number, List.of(), null);
        }

        /** A condition on a text. */
        public static Clause text(Entity entity, String key, Comparison comparison, String... texts) {
            return new Clause(entity, key, comparison, null, List.of(texts), null);
        }
    }

    /** A data set by name and, where it is told, digest. */
    public record Dataset(String name, @Nullable String digest) {}

    /**
     * One key of an order: NaN comes after numbers and what lacks the key after NaN, in both directions.
     *
     * @param entity what the key is of
     * @param key as in {@link Clause}
     * @param ascending whether small ones come first
     * @param dataset as in {@link Clause}
     */
    public record SortKey(Entity entity, String key, boolean ascending, @Nullable Dataset dataset) {
        /** Without a data set. */
        public SortKey(Entity entity, String key, boolean ascending) {
            this(entity, key, ascending, null);
        }
    }

    /** One more is asked for than is shown: so a page knows whether there is another. */
    public record Page<T>(List<T> items, boolean more) {
        public Page {
            items = List.copyOf(items);
        }
    }
}
