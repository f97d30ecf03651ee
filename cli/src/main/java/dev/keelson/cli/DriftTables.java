package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.DriftService;
import dev.keelson.monitor.CategoryShares;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.monitor.MethodResult;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectDrift;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who compares tables for the command line, and how a report is shown there. */
final class DriftTables {
    private DriftTables() {}

    /**
     * Lets the project compare, which keeps the report; two files are compared without one where there is none, or where
     * another process serves it that would not read them: then nothing is kept, and that is said.
     *
     * @param sides those that were named
     * @param out the file that is to be written; null for none
     * @param reports whether there will be a report
     */
    static <T> T with(
            Session session, List<@Nullable String> sides, @Nullable String out, boolean reports, Function<DriftService, T> work) {
        boolean files = sides.stream().allMatch(side -> side != null && ProjectDrift.isFile(side));
        Project project;
        try {
            project = session.project();
        } catch (KeelsonException e) {
            if (files && e.code() == ErrorCode.PROJECT_NOT_FOUND) {
                return work.apply(ProjectDrift.ofFiles(session.base(), session.clock()));
            }
            throw e;
        }
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            List<String> outside = live.served() && files ? outside(session, project.folder(), sides, out) : List.of();
            if (outside.isEmpty()) {
                return work.apply(live.drift(session.base()));
            }
            T made = work.apply(ProjectDrift.ofFiles(session.base(), session.clock()));
            if (reports) {
                session.console()
                        .note("The report is not kept: another process serves the project, and reads and writes files of %s only, not %s. Maybe copy them there."
                                .formatted(project.folder(), String.join(", ", outside)));
            }
            return made;
        }
    }

    private static List<String> outside(Session session, Path folder, List<@Nullable String> sides, @Nullable String out) {
        return Stream.concat(sides.stream(), Stream.ofNullable(out))
                .filter(Objects::nonNull)
                .filter(each -> !ProjectDrift.isFileOf(folder, session.base(), each))
                .toList();
    }

    /** One report, column by column, with what else was found. */
    static void show(Session session, DriftReport report) {
        List<List<String>> rows = new ArrayList<>();
        for (FeatureDrift feature : report.features()) {
            rows.add(row(report.model(), feature));
        }
        report.details().outputs().forEach(each -> rows.add(row(report.model(), each)));
        session.console()
                .note("%s%s at %s: %s. %s"
                        .formatted(
                                report.model(),
                                report.version() == 0 ? "" : " v" + report.version(),
                                report.at().truncatedTo(ChronoUnit.SECONDS),
                                report.verdict().word(),
                                report.reason()));
        report.details().findings().forEach(each -> session.console().note("  " + each.sentence()));
        if (Double.isFinite(report.falseAlarmShare()) && Double.isFinite(report.details().recommendedFalseAlarmShare())) {
            session.console()
                    .note(String.format(
                            Locale.ROOT,
                            "  On the reference's own quiet windows this rule alarms in %.0f %%, recommended in %.0f %%.",
                            100 * report.falseAlarmShare(),
                            100 * report.details().recommendedFalseAlarmShare()));
        }
        session.console()
                .table(
                        List.of("MODEL", "COLUMN", "SEVERITY", "EFFECT", "BAND", "PSI", "KS", "P", "IMPORTANCE", "CATEGORY", "METHOD"),
                        rows);
    }

    private static List<String> row(String model, FeatureDrift feature) {
        CategoryShares shares = feature.categories();
        MethodResult method = feature.method();
        return List.of(
                model,
                feature.name(),
                feature.severity().name().toLowerCase(Locale.ROOT),
                Texts.number(feature.effect()),
                Texts.number(feature.band()),
                Texts.number(feature.psi()),
                Texts.number(feature.ks()),
                Texts.number(feature.adjusted()),
                Texts.number(feature.importance()),
                shares == null ? "" : shares.most(),
                method == null ? "" : method.shown());
    }

    /** The exit code: 1 for an alarm; too little data is said, and 2 where evidence is required. */
    static int exitCode(Session session, DriftReport report, boolean requireEvidence) {
        return switch (report.verdict()) {
            case ALARM -> KeelsonCommand.NO;
            case INSUFFICIENT -> requireEvidence ? KeelsonCommand.ERROR : KeelsonCommand.YES;
            case NONE, WARNING -> KeelsonCommand.YES;
        };
    }
}
