package dev.keelson.wiring;

import dev.keelson.error.Suggestion;
import dev.keelson.expression.Row;
import dev.keelson.features.FeatureService;
import dev.keelson.features.FeatureVector;
import dev.keelson.features.OnlineFeatures;
import dev.keelson.features.OnlineFeatures.UnknownEntity;
import dev.keelson.features.RepeatedEntity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of which entities of a request's rows nothing is known, and what was perhaps meant, and which stand there twice. One for each request. Not safe for
 * use by several threads.
 */
final class Newcomers {
    /** Looking for near names compares each with all known ones; a request full of strange names must stay cheap. */
    private static final int MOST_SUGGESTIONS = 20;

    private final OnlineFeatures features;
    private @Nullable Map<UnknownEntity, String> sentences;
    private @Nullable Map<String, List<String>> known;

    Newcomers(OnlineFeatures features) {
        this.features = features;
    }

    /**
     * One sentence for each entity of the row that stands there twice or has no history; usually none.
     *
     * @param vector the row's features
     */
    List<String> warnings(FeatureService service, Row row, FeatureVector vector) {
        List<UnknownEntity> unknown = features.unknown(service, row, vector);
        List<RepeatedEntity> repeated = features.repeated(service, row);
        if (unknown.isEmpty() && repeated.isEmpty()) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>(unknown.size() + repeated.size());
        for (RepeatedEntity entity : repeated) {
            warnings.add("The row names the %s `%s` twice, as %s and as %s."
                    .formatted(entity.entity(), entity.key(), entity.first(), entity.second()));
        }
        if (sentences == null || known == null) {
            sentences = new HashMap<>();
            known = new HashMap<>();
        }
        for (UnknownEntity entity : unknown) {
            String sentence = sentences.get(entity);
            if (sentence == null) {
                sentence = sentence(entity, sentences.size() < MOST_SUGGESTIONS, known);
                sentences.put(entity, sentence);
            }
            warnings.add(sentence);
        }
        return warnings;
    }

    private String sentence(UnknownEntity entity, boolean suggests, Map<String, List<String>> keys) {
        String near = suggests
                ? Suggestion.closest(entity.key(), keys.computeIfAbsent(entity.entity(), features::keys))
                        .map("; did you mean `%s`?"::formatted)
                        .orElse(".")
                : ".";
        return "No history for %s `%s` (%s)%s Its features are missing, as before its first event."
                .formatted(entity.entity(), entity.key(), entity.column(), near);
    }
}
