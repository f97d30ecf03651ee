package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
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
    void everyHourIsRealTimeWhenClocksChange() {
        assertThat(Cron.times("30 * * * *", LONDON, Instant.parse("2024-10-26T23:00:00Z")).limit(4))
                .containsExactly(
                        Instant.parse("2024-10-26T23:30:00Z"),
                        Instant.parse("2024-10-27T00:30:00Z"), // 01:30
                        Instant.parse("2024-10-27T01:30:00Z"), // 01:30 again
                        Instant.parse("2024-10-27T02:30:00Z"));
        assertThat(Cron.times("30 * * * *", LONDON, Instant.parse("2024-03-31T00:00:00Z")).limit(2))
                .containsExactly(Instant.parse("2024-03-31T00:30:00Z"), Instant.parse("2024-03-31T01:30:00Z"));
    }

    @Test
    void everyTimeComesOnceAndInItsOrderOverManyYears() {
        for (String cron : List.of("30 1 * * *", "0,30 0-4 * * *", "*/20 * * * *", "15 2 * * SUN", "0 0 29 2 *")) {
            for (String zone : List.of("Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu")) {
                List<Instant> times = Cron.times(cron, ZoneId.of(zone), Instant.parse("2023-01-01T00:00:00Z"))
                        .limit(3_000)
                        .takeWhile(each -> each.isBefore(Instant.parse("2033-01-01T00:00:00Z")))
                        .toList();

                assertThat(times).as("%s %s", cron, zone).isSorted().doesNotHaveDuplicates().isNotEmpty();
            }
        }
    }

    @Test
    void dailyTimeIsDueOnEveryDayOfTenYears() {
        Instant from = Instant.parse("2020-01-01T12:00:00Z");
        assertThat(Cron.times("30 1 * * *", LONDON, from).takeWhile(each -> each.isBefore(from.plus(Duration.ofDays(3_650)))))
                .hasSize(3_650);
    }

    @Test
    void whatIsNeverDueHasNoTimes() {
        assertThat(Cron.times("0 0 30 2 *", ZoneOffset.UTC, Instant.EPOCH)).isEmpty();
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
