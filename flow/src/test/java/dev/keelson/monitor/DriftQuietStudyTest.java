package dev.keelson.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.monitor.FeatureDrift.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A smoke of the study of quiet data: more seeds with {@code -Dkeelson.study.seeds=20}. */
class DriftQuietStudyTest {
    private static final int REFERENCE = 20_000;
    private static final int THREE_SEASONS = 3 * QuietWorld.ROWS_A_YEAR;

    @Test
    void threeQuietSeasonsRaiseNoAlarm() {
        int seeds = Integer.getInteger("keelson.study.seeds", 1);
        Map<String, int[]> counts = new LinkedHashMap<>();

        int alarmed = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            List<DriftReport> reports = new QuietWorld(seed, REFERENCE + THREE_SEASONS)
                    .replay(REFERENCE, DriftMonitorDefinition.Policy.RECOMMENDED);
            alarmed += reports.stream().anyMatch(r -> r.verdict() == DriftReport.Verdict.ALARM) ? 1 : 0;
            reports.forEach(report -> count(report, counts));
        }

        assertThat(alarmed).as("replays with an alarm: %s", text(counts)).isLessThanOrEqualTo(seeds / 20);
        counts.forEach((kind, count) -> assertThat(count[1] + count[3])
                .as("columns that warned: %s", text(counts))
                .isLessThanOrEqualTo(count[0] / 100));
        if (Boolean.getBoolean("keelson.study.print")) {
            org.junit.jupiter.api.Assertions.fail(alarmed + " of " + seeds + "; " + text(counts));
        }
    }

    private static void count(DriftReport report, Map<String, int[]> counts) {
        for (FeatureDrift feature : report.features()) {
            int[] count = counts.computeIfAbsent(
                    feature.name().substring(0, feature.name().indexOf('_')), kind -> new int[4]);
            count[0]++;
            count[1] += feature.severity() == Severity.WARNING ? 1 : 0;
            count[2] += feature.severity() == Severity.INSUFFICIENT ? 1 : 0;
            count[3] += feature.alarms() ? 1 : 0;
        }
    }

    private static String text(Map<String, int[]> counts) {
        StringBuilder text = new StringBuilder();
        counts.forEach((kind, c) -> text.append("%s: %d checks, %d warnings, %d insufficient, %d alarms. "
                .formatted(kind, c[0], c[1], c[2], c[3])));
        return text.toString();
    }
}
