package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.id.CanonicalJson;
import dev.keelson.train.spi.TrainingCache;
import org.junit.jupiter.api.Test;

/** What every training cache owes its callers. An implementation's test extends it. */
public abstract class TrainingCacheContract {

    /** An empty cache. */
    protected abstract TrainingCache cache();

    @Test
    void unknownKeyIsAbsent() {
        assertThat(cache().get("0".repeat(64))).isEmpty();
    }

    @Test
    void outcomeComesBackWhole() {
        TrainingCache cache = cache();
        TrainingRequest request = TrainingFixture.request(TrainingFixture.table(400, 1), new TrainingMode.Full());
        String key = TrainingKey.of(request);
        TrainingOutcome outcome = TrainingFixture.training(1).run(request);

        cache.put(key, outcome);
        cache.put(key, outcome);

        TrainingOutcome found = cache.get(key).orElseThrow();
        assertThat(CanonicalJson.write(found.toJson())).isEqualTo(CanonicalJson.write(outcome.toJson()));
        assertThat(found.bundle().sha256()).isEqualTo(outcome.bundle().sha256());
    }
}
