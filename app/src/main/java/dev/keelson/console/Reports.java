package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.FeatureRow;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.ReportView;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.CategoryShares;
import dev.keelson.monitor.DriftDetails;
import dev.keelson.monitor.DriftFinding;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.monitor.MethodResult;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Drift reports in words. */
final class Reports {
    private static final int WORST = 3;
    /** Beyond so many columns a page draws pictures of the worst only, so that it stays small. */
    private static final int DRAWN = 200;

    private Reports() {}

    /**
     * Shows a report.
     *
     * @param history reports up to this one, oldest first; empty for a report that stands alone
     */
    static ReportView view(DriftReport report, List<DriftReport> history, ZoneId zone) {
        boolean weighed = report.features().stream().anyMatch(each -> each.importance() > 0);
        List<FeatureRow> features = new ArrayList<>();
        for (FeatureDrift feature : report.features()) {
            boolean drawn = features.size() < DRAWN;
            features.add(row(feature, drawn, drawn && !history.isEmpty() ? trend(feature, history) : Markup.EMPTY, weighed));
        }
        List<FeatureRow> outputs = report.details().outputs().stream()
                .map(each -> row(each, true, Markup.EMPTY, false))
                .toList();
        List<Markup> worst = report.features().stream()
                .filter(feature -> feature.alarms() || feature.severity() == FeatureDrift.Severity.WARNING)
                .limit(WORST)
                .map(feature -> Charts.histogram(feature.histogram(), feature.name(), categories(feature)))
                .toList();
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Checked", Text.minute(report.at(), zone)));
        facts.add(Fact.of(
                "Window",
                "%s%s rows".formatted(period(report, zone), Text.count(report.rows()))));
        facts.add(Fact.of(
                "Baseline",
                "%s, %s rows"
                        .formatted(
                                report.details().reference().isEmpty()
                                        ? "training period of v%d".formatted(report.version())
                                        : Text.withDays(report.details().reference().replaceAll("([0-9a-f]{8})[0-9a-f]{56}", "$1"), zone),
                                Text.count(report.referenceRows()))));
        boolean byColumns = report.policy() == Policy.RECOMMENDED;
        long moved = report.features().stream()
                .filter(each -> byColumns ? each.alarms() : each.severity() == FeatureDrift.Severity.WARNING)
                .count();
        facts.add(Fact.of(
                "Columns",
                "%d %s, %d checked".formatted(moved, byColumns ? "alarm" : "drifted", report.features().size())));
        if (report.importanceShare() > 0) {
            facts.add(Fact.of("Importance that moved", Text.percent(report.importanceShare())));
        }
        if (Double.isFinite(report.falseAlarmShare())) {
            facts.add(Fact.of("False alarms of this rule here", Text.percent(report.falseAlarmShare())));
        }
        if (Double.isFinite(report.details().recommendedFalseAlarmShare())) {
            facts.add(Fact.of("False alarms of recommended", Text.percent(report.details().recommendedFalseAlarmShare())));
        }
        return new ReportView(
                report.model(),
                Badges.verdict(report.verdict().word()),
                headline(report.verdict()),
                report.reason(),
                facts,
                rule(report.policy()),
                worst,
                findings(report),
                outputs,
                features,
                !history.isEmpty(),
                weighed);
    }

    /**
     * @param weighed whether a model says how much its columns matter
     */
    private static FeatureRow row(FeatureDrift feature, boolean drawn, Markup trend, boolean weighed) {
        MethodResult method = feature.method();
        return new FeatureRow(
                method == null ? feature.name() : "%s (%s)".formatted(feature.name(), method.shown()),
                Badges.severity(feature.severity()),
                drawn ? Charts.smallHistogram(feature.histogram(), feature.name()) : Markup.EMPTY,
                trend,
                Text.fixed(feature.effect(), 2),
                Text.fixed(feature.band(), 2),
                probability(feature.adjusted()),
                Text.fixed(feature.psi(), 3),
                missing(feature),
                weighed ? Text.percent(feature.importance()) : "",
                Text.count(Math.round(feature.effectiveRows())));
    }

    /** What was found besides the columns, and which were left aside. */
    private static List<String> findings(DriftReport report) {
        DriftDetails details = report.details();
        List<String> sentences =
                new ArrayList<>(details.findings().stream().map(DriftFinding::sentence).toList());
        DriftDetails.Multivariate together = details.multivariate();
        if (together.looked() && !together.drifted()) {
            sentences.add("All columns together: a classifier does not surely tell the rows apart (AUC %s).".formatted(Text.fixed(together.auc(), 2)));
        }
        if (details.segments() > 0) {
            sentences.add("%d segments were judged by themselves.".formatted(details.segments()));
        }
        details.unjudged().forEach((column, reason) -> sentences.add("%s was not judged: %s.".formatted(column, reason)));
        return sentences;
    }

    private static List<String> categories(FeatureDrift feature) {
        CategoryShares shares = feature.categories();
        return shares == null
                ? List.of()
                : shares.values().stream().map(CategoryShares.Value::shown).toList();
    }

    private static Markup trend(FeatureDrift feature, List<DriftReport> history) {
        double[] effects = new double[history.size()];
        for (int i = 0; i < effects.length; i++) {
            effects[i] = history.get(i).features().stream()
                    .filter(f -> f.name().equals(feature.name()))
                    .mapToDouble(FeatureDrift::effect)
                    .findFirst()
                    .orElse(Double.NaN);
        }
        return Charts.sparkline(
                effects,
                feature.band(),
                "Effect of %s over the last %d checks, dashed: its band".formatted(feature.name(), effects.length));
    }

    private static String probability(double p) {
        return !Double.isFinite(p) ? Text.NONE : p < 0.001 ? "< 0.001" : Text.fixed(p, 3);
    }

    private static String missing(FeatureDrift feature) {
        return feature.referenceMissing() == 0 && feature.currentMissing() == 0
                ? "0 %"
                : "%s\u00a0→ %s".formatted(unbroken(feature.referenceMissing()), unbroken(feature.currentMissing()));
    }

    private static String unbroken(double share) {
        return Text.percent(share).replace(' ', '\u00a0');
    }

    private static String headline(DriftReport.Verdict verdict) {
        return switch (verdict) {
            case NONE -> "No drift";
            case INSUFFICIENT -> "Too little data to say";
            case WARNING -> "Something moved, watch it";
            case ALARM -> "Drift";
        };
    }

    private static String rule(Policy policy) {
        return switch (policy) {
            case RECOMMENDED ->
                "Rule recommended: a column warns when it moved by at least 0.1 standard deviations (or its share of missing values by "
                        + "0.1), significantly (Benjamini-Hochberg at 0.05 on effective rows), beyond what windows of its own history show, "
                        + "on at least 30 effective rows. It alarms when it warns in two of three separate windows, or at once when it moved "
                        + "far: 0.25, twice its band, significant at 0.001.";
            case PIKKIT -> "Rule pikkit: drift from 3 features with KS p < 0.05, or PSI of at least 0.1 as categories, or one with PSI of at least 0.25.";
            case ACIS -> "Rule acis: drift from a share of features with KS p < 0.05 or PSI of at least 0.2.";
            case N1V1 -> "Rule n1v1: drift from a mean score above 0.1 (KS distance, PSI of categories), or one feature with a distance above 0.15 or PSI above 0.2.";
            case WINMIX -> "Rule winmix: no rule for columns; decay of the metrics alone decides.";
            case METHODS -> "Rule methods: each column is judged by the test or distance chosen for it; drift from the share of columns chosen, or from one.";
        };
    }

    /** The verdict of the latest report of a kind as a badge. */
    static Badge latest(List<StoredReport> reports) {
        return reports.isEmpty() ? Badges.NEVER : Badges.verdict(reports.getFirst().verdict());
    }

    /** Tables whose rows have no time have none. */
    private static String period(DriftReport report, ZoneId zone) {
        Instant from = report.from();
        Instant to = report.to();
        return from == null || to == null ? "" : "%s to %s, ".formatted(Text.day(from, zone), Text.day(to, zone));
    }
}
