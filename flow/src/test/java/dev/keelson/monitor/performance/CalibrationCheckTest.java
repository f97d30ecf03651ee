package dev.keelson.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whether probabilities of the newest block of settled days are off. */
final class CalibrationCheckTest {
    private static final int FIRST_DAY = (int) LocalDate.parse("2024-01-01").toEpochDay();
    private static final int PER_DAY = 20;

    /**
     * Chances of two classes; all days shift by what their day draws.
     *
     * @param off added to the chance of what happens from a day on
     * @param spread of what each day adds to its chances, on the scale of log odds
     */
    private static PerformanceRows rows(int days, int offFrom, double off, double spread, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = days * PER_DAY;
        double[] told = new double[2 * n];
        double[] happened = new double[n];
        int[] day = new int[n];
        long[] event = new long[n];
        long[] known = new long[n];
        double shift = 0;
        for (int i = 0; i < n; i++) {
            shift = i % PER_DAY == 0 ? spread * random.nextGaussian() : shift;
            double logit = random.nextGaussian();
            double p = 1 / (1 + Math.exp(-logit));
            double truth = 1 / (1 + Math.exp(-logit - shift)) + (i / PER_DAY >= offFrom ? off : 0);
            told[2 * i] = 1 - p;
            told[2 * i + 1] = p;
            happened[i] = random.nextDouble() < truth ? 1 : 0;
            day[i] = FIRST_DAY + i / PER_DAY;
            event[i] = day[i] * 86_400_000_000L;
            known[i] = event[i] + 3_600_000_000L;
        }
        return new PerformanceRows(2, told, happened, day, event, known, Collections.nCopies(n, new double[0]), Collections.nCopies(n, ""));
    }

    private static JsonNode check(PerformanceRows rows) {
        Instant now = LocalDate.ofEpochDay(FIRST_DAY + 400).atStartOfDay(ZoneOffset.UTC).toInstant();
        return CalibrationCheck.of(rows, List.of("lost", "won"), now, 42);
    }

    @Test
    void probabilitiesThatAreOffAreToldWithTheClass() {
        JsonNode told = check(rows(75, 30, 0.15, 0, 1));

        assertThat(told.path("verdict").asText()).isEqualTo(CalibrationCheck.OFF);
        assertThat(told.path("sentence").asText()).contains("from 2024-01-31 to 2024-02-29", "won happened", "more often than predicted");
        assertThat(told.path("rows").asInt()).isEqualTo(30 * PER_DAY);
        assertThat(told.path("classes")).hasSize(1);
    }

    @Test
    void theNewestFullBlockIsJudgedOnceWhateverCameSince() {
        PerformanceRows all = rows(89, 60, 0.2, 0, 2);
        JsonNode before = check(all);
        JsonNode after = check(rows(90, 60, 0.2, 0, 2));

        assertThat(before.path("verdict").asText()).isEqualTo(CalibrationCheck.FINE);
        assertThat(check(all.newest(0)).path("verdict").asText()).isEqualTo("insufficient");
        assertThat(after.path("verdict").asText()).isEqualTo(CalibrationCheck.OFF);
    }

    @Test
    void tooFewDaysAreNotJudged() {
        assertThat(check(rows(29, 0, 0.4, 0, 3)).path("sentence").asText()).isEqualTo("Calibration is not judged yet: 29 of 30 settled days.");
    }

    @Test
    void rightProbabilitiesAreSeldomCalledOff() {
        int independent = 0;
        int clustered = 0;
        for (int seed = 0; seed < 15; seed++) {
            independent += check(rows(30, 99, 0, 0, seed)).path("verdict").asText().equals(CalibrationCheck.OFF) ? 1 : 0;
            clustered += check(rows(30, 99, 0, 0.4, 5_000 + seed)).path("verdict").asText().equals(CalibrationCheck.OFF) ? 1 : 0;
        }

        assertThat(independent).isLessThanOrEqualTo(1); // at 1 % more than one of 15 comes in 1 of 100 tries
        assertThat(clustered).isLessThanOrEqualTo(1);
    }
}
