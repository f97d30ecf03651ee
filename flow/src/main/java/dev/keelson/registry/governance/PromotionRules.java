package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.ModelVersion;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a project asks of a version before it may serve. Safe for use by several threads. */
public interface PromotionRules {

    /** Nothing is served, so nothing is asked. */
    PromotionRules NONE = new PromotionRules() {
        @Override
        public boolean serves(String model) {
            return false;
        }

        @Override
        public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
            return PolicyReport.unasked(
                    version.model(),
                    version.version(),
                    Optional.ofNullable(champion).map(ModelVersion::version).orElse(null),
                    at);
        }
    };

    /** Whether the project serves a model of that name: then its champion is what answers. */
    boolean serves(String model);

    /**
     * For how many settlement epochs a champion that was replaced goes on predicting beside its successor, to come back when it
     * is shown to be better; 0 for none.
     */
    default int watch(String model) {
        return 0;
    }

    /** Looks at every condition that the model's policy has. */
    PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at);

    /**
     * Where a version was worse than the champion on the settled events that both predicted.
     *
     * @return {@code rows}: how many events; {@code verdict} in a sentence; {@code segments}, the worst first; nothing where nothing was served
     */
    default Optional<ObjectNode> whereWorse(ModelVersion version, ModelVersion champion) {
        return Optional.empty();
    }
}
