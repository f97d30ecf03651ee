package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulate.StrengthDrift;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Two leagues and two lengths of history of the whole study. */
final class TruthStudyIT {
    private static final int SHORT = 2;
    private static final int LONG = 5;
    private static final int ROUNDS = 20;

    @Test
    void longerHistoryBringsProbabilitiesCloserToTheTruth() {
        double after = meanError(LONG);

        assertThat(after).isLessThan(meanError(SHORT));
        assertThat(after).isLessThan(0.06);
    }

    private static double meanError(int seasons) {
        return LongStream.of(1, 2)
                .mapToDouble(seed -> TruthStudy.league(seed, StrengthDrift.NONE, seasons, LONG, ROUNDS)
                        .error()
                        .getOrDefault("football-1x2", Double.NaN))
                .average()
                .orElseThrow();
    }
}
