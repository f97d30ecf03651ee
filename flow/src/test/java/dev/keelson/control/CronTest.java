package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CronTest {
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    @Test
    void startIsExclusiveAndEndInclusive() {
        Instant three = Instant.parse("2024-01-07T03:00:00Z");

        assertThat(due("0 3 * * 0", three.minusSeconds(1), three)).isTrue();
        assertThat(due("0 3 * * 0", three, three.plusSeconds(60))).isFalse();
        assertThat(due("0 3 * * 0", three.minusSeconds(60), three.minusSeconds(1))).isFalse();
    }

    @Test
    void weeklyScheduleIsDueOnceInEveryWeeklyStep() {
        Instant start = Instant.parse("2024-01-03T00:00:00Z");
        for (int week = 0; week < 200; week++) {
            Instant from = start.plus(Duration.ofDays(7L * week));

            assertThat(Cron.dueBetween("0 3 * * 0", LONDON, from, from.plus(Duration.ofDays(7)))).isTrue();
        }
    }

    @Test
    void monthlyScheduleIsDueTwelveTimesAYear() {
        Instant start = Instant.parse("2024-01-03T00:00:00Z");
        int due = 0;
        for (int week = 0; week < 52; week++) {
            Instant from = start.plus(Duration.ofDays(7L * week));
            due += due("0 4 15 * *", from, from.plus(Duration.ofDays(7))) ? 1 : 0;
        }

        assertThat(due).isEqualTo(12);
    }

    @Test
    void fieldsAreReadInTheZone() {
        Instant summer = Instant.parse("2024-07-01T00:00:00Z"); // 01:00 in London

        assertThat(Cron.dueBetween("0 1 * * *", LONDON, summer.minusSeconds(1), summer)).isTrue();
        assertThat(Cron.dueBetween("0 1 * * *", ZoneOffset.UTC, summer.minusSeconds(1), summer)).isFalse();
    }

    @Test
    void nightWithoutThatHourIsNotLost() {
        Instant before = Instant.parse("2024-03-30T12:00:00Z"); // at 01:00 clocks in London go to 02:00

        assertThat(Cron.dueBetween("30 1 * * *", LONDON, before, before.plus(Duration.ofDays(1)))).isTrue();
    }

    @Test
    void hourThatHappensTwiceIsDueOnce() {
        Instant first = Instant.parse("2024-10-27T00:30:00Z"); // 01:30 in London, and again an hour later

        assertThat(Cron.dueBetween("30 1 * * *", LONDON, first.minusSeconds(1), first)).isTrue();
        assertThat(Cron.dueBetween("30 1 * * *", LONDON, first, first.plus(Duration.ofHours(12)))).isFalse();
    }

    @Test
    void longWindowIsDueAtOnce() {
        assertThat(due("* * * * *", Instant.EPOCH, Instant.parse("2024-01-01T00:00:00Z"))).isTrue();
        assertThat(due("0 0 30 2 *", Instant.EPOCH, Instant.parse("2024-01-01T00:00:00Z"))).isFalse();
    }

    private static boolean due(String cron, Instant after, Instant upTo) {
        return Cron.dueBetween(cron, ZoneOffset.UTC, after, upTo);
    }
}
