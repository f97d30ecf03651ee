package dev.keelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.train.WorsenedSegments;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How {@code retrain --show} and {@code models check} tell where a refused version is worse. */
final class WhereWorseTextTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private void tell(JsonNode found) {
        Console console = new Console(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), true);
        PerformanceCommand.Show.worse(console, "football-1x2", found);
    }

    /** Of two hundred events on ten days those of one league may have been lost. */
    private static ObjectNode found(double lostMore) {
        double[] before = IntStream.range(0, 200).mapToDouble(i -> 1 + 0.01 * (i % 7)).toArray();
        double[] after = IntStream.range(0, 200).mapToDouble(i -> 0.99 + 0.01 * (i % 5) + lostMore * (i % 2)).toArray();
        return WorsenedSegments.of(
                        new WorsenedSegments.Compared(
                                1,
                                new double[200],
                                before,
                                after,
                                IntStream.range(0, 200).map(i -> i / 20).toArray(),
                                Map.of("league", IntStream.range(0, 200).mapToObj(i -> "E" + i % 2).toList()),
                                List.of(),
                                Collections.nCopies(200, new double[0])),
                        "log_loss",
                        1)
                .put("version", 3)
                .put("champion", 2);
    }

    @Test
    void worstSegmentHasItsLineAndTheSentenceNamesIt() {
        tell(found(1));

        assertThat(out.toString(UTF_8)).contains("LOSS MORE THAN THE CHAMPION", "league = E1", "worse").doesNotContain("league = E0");
        assertThat(err.toString(UTF_8))
                .contains("football-1x2 v3 beside v2: Worst where league = E1 (100 of 200 events)", "1 of 2 segments looked at is worse");
    }

    @Test
    void whereItIsNowhereWorseThatIsSaid() {
        tell(found(0));

        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(err.toString(UTF_8)).contains("football-1x2 v3 beside v2: No segment stands out: of 2 looked at on 200 events");
    }

    @Test
    void whatWasNotLookedAtIsNotTold() {
        tell(MissingNode.getInstance());

        assertThat(out.toString(UTF_8) + err.toString(UTF_8)).isEmpty();
    }
}
