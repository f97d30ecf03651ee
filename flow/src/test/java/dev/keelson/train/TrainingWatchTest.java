package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.learn.logistic.LogisticProvider;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class TrainingWatchTest {
    private static final TrainingRequest REQUEST =
            TrainingFixture.request(TrainingFixture.table(400, 1), new TrainingMode.Full());

    private static Training training(TrainingWatch watch) {
        return new Training(List.of(new LogisticProvider()), 1, false, watch);
    }

    @Test
    void everyFitIsToldBeforeAndAfterItAndChangesNothing() {
        List<String> told = new CopyOnWriteArrayList<>();

        TrainingOutcome outcome = training((done, of) -> told.add(done + "/" + of)).run(REQUEST);

        int of = REQUEST.definition().learners().size() * (2 + REQUEST.definition().folds());
        assertThat(told).hasSize(2 * of).startsWith("0/" + of, "1/" + of).endsWith(of + "/" + of);
        assertThat(outcome.bundle().sha256())
                .isEqualTo(training(TrainingWatch.NONE).run(REQUEST).bundle().sha256());
    }

    @Test
    void aWatchEndsTheTraining() {
        List<Integer> told = new CopyOnWriteArrayList<>();
        Training training = training((done, of) -> {
            told.add(done);
            if (done == 2) {
                throw new CancellationException();
            }
        });

        assertThatThrownBy(() -> training.run(REQUEST)).isInstanceOf(CancellationException.class);
        assertThat(told).doesNotContain(3);
    }
}
