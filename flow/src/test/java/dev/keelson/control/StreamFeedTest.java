package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.StreamChange;
import dev.keelson.monitor.StreamDefinition;
import dev.keelson.serve.PredictionEvent;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StreamFeedTest {
    private static final StreamDefinition WATCHED =
            new StreamDefinition(List.of("log_loss", "x"), List.of(StreamDefinition.Detector.ADWIN));

    private final Random random = new Random(3);

    private static StreamFeed feed(JsonNode before) {
        return new StreamFeed(
                FakeLeague.MODEL,
                FakeLeague.definition(FakeLeague.gate(0.05), null, ScheduleDefinition.OnFinding.ALERT).model().classes(),
                WATCHED,
                List.of("x", "y"),
                before);
    }

    private PredictionEvent event(int i, double x, double p) {
        Instant at = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(60L * i);
        return new PredictionEvent(
                new UUID(1, i), FakeLeague.MODEL, 1, "champion", "e" + i, "", at, at, at,
                new double[] {p, (1 - p) / 2, (1 - p) / 2}, new double[] {x, 0}, new double[0], "");
    }

    private void play(StreamFeed feed, int from, int to, double shift, double p) {
        for (int i = from; i < to; i++) {
            PredictionEvent event = event(i, random.nextGaussian() + shift, p + 0.1 * random.nextDouble());
            feed.inputs(event);
            feed.errors(event, FakeLeague.CLASSES.getFirst());
        }
    }

    @Test
    void anInputThatMovesAndAnErrorThatRisesAreFound() {
        StreamFeed feed = feed(MissingNode.getInstance());

        play(feed, 0, 600, 0, 0.6);
        assertThat(feed.takeFound()).isEmpty();
        play(feed, 600, 1_000, 2, 0.2);

        List<StreamChange> found = feed.takeFound();
        assertThat(found).extracting(StreamChange::of).contains("x", "log_loss");
        assertThat(found).noneMatch(StreamChange::better);
        assertThat(feed.takeFound()).isEmpty();
        assertThat(feed.values()).isEqualTo(2_000);
    }

    @Test
    void itGoesOnFromItsDocument() {
        StreamFeed whole = feed(MissingNode.getInstance());
        play(whole, 0, 500, 0, 0.6);
        StreamFeed other = feed(whole.toJson());
        for (int i = 500; i < 800; i++) {
            PredictionEvent event = event(i, 1.5 + 0.01 * i, 0.5);
            whole.inputs(event);
            other.inputs(event);
        }

        assertThat(other.toJson()).isEqualTo(whole.toJson());
        assertThat(other.takeFound()).isEqualTo(whole.takeFound()).isNotEmpty();
    }

    @Test
    void aStreamThatTheModelDoesNotHaveIsRefused() {
        StreamDefinition wrong = new StreamDefinition(List.of("z"), List.of(StreamDefinition.Detector.ADWIN));

        assertThatThrownBy(() -> new StreamFeed(
                        FakeLeague.MODEL,
                FakeLeague.definition(FakeLeague.gate(0.05), null, ScheduleDefinition.OnFinding.ALERT).model().classes(),
                        wrong,
                        List.of("x", "y"),
                        MissingNode.getInstance()))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("has no input (z)");
    }
}
