package dev.keelson.registry.tracking;

import static java.util.stream.Collectors.joining;

import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Subject;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be asked of each subject: the words for it, and how it is compared. */
final class SearchKeys {
    /** How values of a kind are compared. */
    enum Kind {
        NUMBER,
        TEXT,
        /** A text that can also be one of a list. */
        LISTED;

        boolean has(Comparison comparison) {
            return switch (comparison) {
                case EQUAL, NOT_EQUAL -> true;
                case LESS, AT_MOST, GREATER, AT_LEAST -> this == NUMBER;
                case LIKE, ILIKE -> this != NUMBER;
                case IN, NOT_IN -> this == LISTED;
                case ABSENT -> false; // asked by programs, not by filters
            };
        }

        String words() {
            return Arrays.stream(Comparison.values()).filter(this::has).map(Comparison::word).collect(joining(", "));
        }
    }

    private static final Map<String, Entity> ENTITIES = Map.ofEntries(
            Map.entry("metric", Entity.METRIC),
            Map.entry("metrics", Entity.METRIC),
            Map.entry("parameter", Entity.PARAM),
            Map.entry("parameters", Entity.PARAM),
            Map.entry("param", Entity.PARAM),
            Map.entry("params", Entity.PARAM),
            Map.entry("tag", Entity.TAG),
            Map.entry("tags", Entity.TAG),
            Map.entry("attribute", Entity.ATTRIBUTE),
            Map.entry("attributes", Entity.ATTRIBUTE),
            Map.entry("attr", Entity.ATTRIBUTE),
            Map.entry("run", Entity.ATTRIBUTE),
            Map.entry("dataset", Entity.DATASET),
            Map.entry("datasets", Entity.DATASET));

    private static final Map<Subject, Set<Entity>> HAS = Map.of(
            Subject.RUNS, EnumSet.allOf(Entity.class),
            Subject.EXPERIMENTS, EnumSet.of(Entity.ATTRIBUTE, Entity.TAG),
            Subject.REGISTERED_MODELS, EnumSet.of(Entity.ATTRIBUTE, Entity.TAG),
            Subject.VERSIONS, EnumSet.of(Entity.ATTRIBUTE, Entity.TAG),
            Subject.LOGGED_MODELS, EnumSet.of(Entity.ATTRIBUTE, Entity.METRIC, Entity.PARAM, Entity.TAG));

    private static final Map<Subject, Map<String, Kind>> FILTERED = Map.of(
            Subject.RUNS,
            Map.of(
                    "run_id", Kind.LISTED,
                    "run_name", Kind.TEXT,
                    "status", Kind.TEXT,
                    "artifact_uri", Kind.TEXT,
                    "user_id", Kind.TEXT,
                    "start_time", Kind.NUMBER,
                    "end_time", Kind.NUMBER),
            Subject.EXPERIMENTS,
            Map.of("name", Kind.TEXT, "creation_time", Kind.NUMBER, "last_update_time", Kind.NUMBER),
            Subject.REGISTERED_MODELS,
            Map.of("name", Kind.TEXT),
            Subject.VERSIONS,
            Map.of("name", Kind.TEXT, "version_number", Kind.NUMBER, "run_id", Kind.LISTED, "source_path", Kind.TEXT),
            Subject.LOGGED_MODELS,
            Map.of(
                    "name", Kind.LISTED,
                    "model_id", Kind.LISTED,
                    "model_type", Kind.LISTED,
                    "status", Kind.LISTED,
                    "source_run_id", Kind.LISTED,
                    "creation_timestamp", Kind.NUMBER,
                    "last_updated_timestamp", Kind.NUMBER));

    private static final Map<Subject, Set<String>> ORDERED = Map.of(
            Subject.RUNS,
            Set.of("run_id", "run_name", "status", "artifact_uri", "user_id", "start_time", "end_time"),
            Subject.EXPERIMENTS,
            Set.of("name", "experiment_id", "creation_time", "last_update_time"),
            Subject.REGISTERED_MODELS,
            Set.of("name", "creation_timestamp", "last_updated_timestamp"),
            Subject.VERSIONS,
            Set.of("name", "version_number", "creation_timestamp", "last_updated_timestamp"),
            Subject.LOGGED_MODELS,
            Set.of("name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp", "last_updated_timestamp"));

    private static final Map<Subject, Map<String, String>> OTHER_WORDS = Map.of(
            Subject.RUNS,
            Map.of(
                    "created", "start_time",
                    "Created", "start_time",
                    "run name", "run_name",
                    "Run name", "run_name",
                    "Run Name", "run_name",
                    "run_uuid", "run_id"),
            Subject.EXPERIMENTS,
            Map.of(),
            Subject.REGISTERED_MODELS,
            Map.of("timestamp", "last_updated_timestamp"),
            Subject.VERSIONS,
            Map.of("timestamp", "last_updated_timestamp"),
            Subject.LOGGED_MODELS,
            Map.of("creation_time", "creation_timestamp", "last_updated_time", "last_updated_timestamp"));

    private static final Set<String> OF_DATASETS = Set.of("name", "digest", "context");

    private SearchKeys() {}

    /** What a word before a dot means; null when it means nothing. */
    static @Nullable Entity entity(String word) {
        return ENTITIES.get(word.toLowerCase(Locale.ROOT));
    }

    static boolean has(Subject subject, Entity entity) {
        return HAS.getOrDefault(subject, Set.of()).contains(entity);
    }

    /** The name of an attribute; what has no other is its own. */
    static String canonical(Subject subject, Entity entity, String key) {
        return entity == Entity.ATTRIBUTE ? OTHER_WORDS.getOrDefault(subject, Map.of()).getOrDefault(key, key) : key;
    }

    /** How a key is compared; null when it cannot be asked for. */
    static @Nullable Kind kind(Subject subject, Entity entity, String key) {
        return switch (entity) {
            case ATTRIBUTE -> FILTERED.getOrDefault(subject, Map.of()).get(key);
            case METRIC -> Kind.NUMBER;
            case PARAM, TAG -> subject == Subject.LOGGED_MODELS ? Kind.LISTED : Kind.TEXT;
            case DATASET -> OF_DATASETS.contains(key) ? Kind.LISTED : null;
        };
    }

    /** Whether a key can be ordered by. */
    static boolean orders(Subject subject, Entity entity, String key) {
        return switch (entity) {
            case ATTRIBUTE -> ORDERED.getOrDefault(subject, Set.of()).contains(key);
            case METRIC, PARAM, TAG -> subject == Subject.RUNS || subject == Subject.LOGGED_MODELS;
            case DATASET -> false;
        };
    }
}
