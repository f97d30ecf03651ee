package dev.keelson.monitor;

import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges one window by several baselines: the first decides, the others are judged beside it, each by its own earlier reports. A
 * frozen baseline shows creep that one that rolls on hides; one that rolls on shows what is new. Stateless.
 */
public final class BaselineCheck {
    /** Kind of the kept reports of baselines that do not decide. */
    public static final String BESIDE = "drift_beside";

    private BaselineCheck() {}

    /**
     * A baseline to be compared with.
     *
     * @param source as the monitor names it
     * @param id of the baseline; empty where it is not kept
     * @param profile its rows; null where there are fewer than {@link ReferenceProfile#WINDOWS}
     * @param earlier earlier reports by this source, newest first
     */
    public record Against(BaselineSource source, String id, @Nullable ReferenceProfile profile, List<DriftReport> earlier) {
        /** Copies the list. */
        public Against {
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * What came of it.
     *
     * @param report of the baseline that decides, with what all of them say
     * @param beside the reports of the others, in their order
     */
    public record Judged(DriftReport report, List<DriftReport> beside) {
        /** Copies the list. */
        public Judged {
            beside = List.copyOf(beside);
        }
    }

    /** What the reports of a baseline that does not decide are kept under. */
    public static String subject(String model, BaselineSource source) {
        return "%s against %s".formatted(model, source.text());
    }

    /** A report of a baseline that does not decide, as it is kept. */
    public static StoredReport stored(DriftReport report) {
        BaselineSource source =
                BaselineSource.parse(report.baselines().getFirst().source()).orElseThrow();
        return new StoredReport(
                "drift-%s-%s-%s".formatted(report.model(), report.at(), source.slug()),
                BESIDE,
                subject(report.model(), source),
                report.at(),
                report.verdict().word(),
                report.toJson().toString());
    }

    /** Rows of a window as one array for each column of the baselines, also where there is no row. */
    public static double[][] columns(List<Against> against, List<double[]> rows) {
        return DriftCheck.columns(
                rows,
                against.stream()
                        .map(Against::profile)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(profile -> profile.names().size())
                        .orElseGet(() -> rows.isEmpty() ? 0 : rows.getFirst().length));
    }

    /**
     * Checks a window.
     *
     * @param against at least one baseline, the one that decides first
     * @see DriftCheck#check
     */
    public static Judged check(
            String model,
            int version,
            List<Against> against,
            DriftCheck.Window window,
            DriftMonitorDefinition definition,
            Instant at) {
        List<DriftReport> reports = new ArrayList<>();
        List<BaselineVerdict> verdicts = new ArrayList<>();
        for (Against each : against) {
            DriftReport report = each.profile == null
                    ? DriftReport.withoutBaseline(model, version, each.source, window, definition, at)
                    : DriftCheck.check(model, version, each.profile, window, definition, at, each.earlier);
            BaselineVerdict verdict = report.against(each.source, each.id, each.profile);
            reports.add(report.with(List.of(verdict)));
            verdicts.add(verdict);
        }
        return new Judged(reports.getFirst().with(verdicts), reports.subList(1, reports.size()));
    }
}
