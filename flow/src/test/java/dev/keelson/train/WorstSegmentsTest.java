package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class WorstSegmentsTest {
    private static final int ROWS = 1_600;

    /** Two classes of which the chances are right, but in the group that is turned round. */
    private static JsonNode search(int turned, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] told = new double[2 * ROWS];
        double[] happened = new double[ROWS];
        int[] days = new int[ROWS];
        List<double[]> features = new ArrayList<>();
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double x = random.nextGaussian();
            double p = 1 / (1 + Math.exp(-x));
            told[2 * i] = 1 - p;
            told[2 * i + 1] = p;
            happened[i] = random.nextDouble() < p == (i % 4 != turned) ? 1 : 0;
            days[i] = i / 20;
            features.add(new double[] {x, i % 4});
            segments.add(i % 2 == 0 ? "even" : "odd");
        }
        return WorstSegments.of(
                told, happened, 2, days, Map.of("segment", segments), List.of("x", "group"), features, seed);
    }

    @Test
    void theSegmentThatIsWrongIsNamedFirstWithItsShareOfTheLoss() {
        JsonNode worst = search(3, 7);

        JsonNode first = worst.path("segments").get(0);
        assertThat(first.path("conditions").get(0).asText()).isEqualTo("group = 3");
        assertThat(first.path("worse").asBoolean()).isTrue();
        assertThat(first.path("effect_lower").asDouble()).isPositive().isLessThan(first.path("effect").asDouble());
        assertThat(first.path("effect_upper").asDouble()).isGreaterThan(first.path("effect").asDouble());
        assertThat(first.path("share_of_loss").asDouble()).isGreaterThan(first.path("share_of_rows").asDouble());
        assertThat(first.path("share_of_rows").asDouble()).isEqualTo(0.25);
        assertThat(worst.path("segments").size()).isBetween(1, WorstSegments.TOLD);
    }

    @Test
    void whereNothingIsWrongNothingIsCalledWorse() {
        int named = 0;
        for (long seed = 0; seed < 20; seed++) {
            named += search(-1, seed).path("worse").asInt() > 0 ? 1 : 0;
        }

        assertThat(named).isLessThanOrEqualTo(3);
    }

    @Test
    void withoutRowsThereIsNoSegment() {
        JsonNode none = WorstSegments.of(new double[0], new double[0], 2, new int[0], Map.of(), List.of(), List.of(), 1);

        assertThat(none.path("segments")).isEmpty();
        assertThat(none.path("verdict").asText()).startsWith("No segment could be looked at");
    }
}
