package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.DriftReportView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.DriftComparison;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All drift reports that are kept: listed, one of them, side by side; any two tables compared, and made wrong on purpose. */
final class DriftChecksPage {
    private static final String KIND = "drift";
    private static final int LISTED = 100;
    private static final int BESIDE = 8;
    private static final int COLUMNS = 100;

    private final Backend backend;
    private final ZoneId zone;

    DriftChecksPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    static String overTime(String subject) {
        return "/drift?of=" + Paging.encoded(subject);
    }

    /**
     * The list.
     *
     * @param of a model or comparison whose reports are shown side by side; null for the list alone
     */
    BlocksView list(Shell shell, @Nullable String of) {
        List<Block> blocks = new ArrayList<>();
        if (of != null) {
            blocks.add(Block.of(sideBySide(of)));
        }
        blocks.add(Block.of(kept()));
        blocks.add(Block.of(
                new SectionDraft("Compare any two tables")
                        .lead("A file of the project's folder, champion, served, baseline:ID, a source or a dataset version; each with @7d or @2024-01-01..2024-02-01 for a time of it.")
                        .done(),
                List.of(compare(), simulate(""))));
        return new BlocksView(shell, "Drift", List.of(), blocks);
    }

    private Section kept() {
        SheetDraft sheet = new SheetDraft("Drift reports").words("Of", "When", "Drift", "");
        for (StoredReport each : backend.reports(KIND, null, LISTED)) {
            sheet.row(List.of(
                    Cell.link(each.subject(), "/drift/" + Paging.encoded(each.id())),
                    Cell.of(Text.minute(each.at(), zone)),
                    Cell.of(each.verdict()),
                    Cell.link("over time", overTime(each.subject()))));
        }
        SectionDraft section = new SectionDraft("Reports that are kept");
        if (!sheet.isEmpty()) {
            return section.sheet(sheet).done();
        }
        boolean serves = backend.project().models().stream()
                .anyMatch(each -> backend.alias(each.name(), ModelVersion.CHAMPION).isPresent());
        return section.empty("Nothing yet: nothing was checked for drift.", serves ? "keelson drift check" : "keelson run")
                .done();
    }

    private Section sideBySide(String subject) {
        List<StoredReport> stored = backend.reports(KIND, subject, BESIDE);
        SectionDraft section = new SectionDraft(subject + " over time");
        if (stored.isEmpty()) {
            return section.empty("There is no drift report of it.", "keelson drift list").done();
        }
        DriftComparison comparison = DriftComparison.of(stored.stream()
                .map(each -> new DriftComparison.Kept(each.id(), DriftReport.fromJson(each.document())))
                .toList());
        SheetDraft sheet = new SheetDraft("Columns, the most changed first").words("Column").numbers("Change");
        comparison.reports().forEach(each -> sheet.words(Text.minute(each.report().at(), zone)));
        for (DriftComparison.Column column : comparison.columns().stream().limit(COLUMNS).toList()) {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(column.name()), Cell.of(Text.fixed(column.change(), 2))));
            for (FeatureDrift each : column.features()) {
                row.add(
                        each == null
                                ? Cell.of(Text.NONE)
                                : Cell.of(Text.fixed(each.effect(), 2), each.severity().name().toLowerCase(Locale.ROOT)));
            }
            sheet.row(row);
        }
        section.lead("Effect of each column in the last %d checks, oldest first.".formatted(comparison.reports().size()));
        return section.sheet(sheet).done();
    }

    /** One report. */
    DriftReportView one(Shell shell, String id) {
        StoredReport stored = backend.report(id)
                .filter(report -> report.kind().equals(KIND))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND, "There is no drift report (%s).".formatted(id), "Maybe /drift lists it."));
        return new DriftReportView(
                shell,
                Reports.view(DriftReport.fromJson(stored.document()), List.of(), zone),
                id,
                overTime(stored.subject()));
    }

    private Action compare() {
        return new ActionDraft("Compare", "/drift")
                .effect("Compares them now and keeps the report.")
                .text("reference", "Reference", "champion", true)
                .text("current", "Current", "served", true)
                .choice("model", "Model", "", models())
                .choice("policy", "Rule", "", policies())
                .text("method", "Methods: ks, or odds=psi, …", "", false)
                .text("segments", "Segments: columns", "", false)
                .text("cluster", "Cluster: a column", "", false)
                .text("time", "Time: a column of files", "", false)
                .tick("multivariate", "Also all columns together")
                .done();
    }

    /** The form that makes a table wrong on purpose and judges it. */
    Action simulate(String model) {
        ActionDraft form = new ActionDraft("Simulate a fault", "/drift/simulate")
                .effect("Changes a copy of the rows and judges it against what they were: would it be noticed?");
        if (model.isEmpty()) {
            form.text("data", "Rows", "champion", true).choice("model", "Model", "", models());
        } else {
            form.choice(
                            "data",
                            "Rows",
                            "champion",
                            List.of(
                                    new Action.Option("champion", "what the champion was trained on"),
                                    new Action.Option("served", "what it was asked")))
                    .hidden("model", model);
        }
        return form.choice(
                        "change",
                        "Fault",
                        "scale",
                        List.of(
                                new Action.Option("scale", "scale: COLUMN=FACTOR"),
                                new Action.Option("shift", "shift: COLUMN=STANDARD DEVIATIONS"),
                                new Action.Option("noise", "noise: COLUMN=STANDARD DEVIATIONS"),
                                new Action.Option("swap", "swap: COLUMN:A=B"),
                                new Action.Option("drop", "drop: COLUMN"),
                                new Action.Option("stuck", "stuck: COLUMN")))
                .text("how", "Column and size, such as odds=1.2", "", true)
                .choice("policy", "Rule", "", policies())
                .done();
    }

    private List<Action.Option> models() {
        List<Action.Option> options = new ArrayList<>(List.of(new Action.Option("", "any")));
        LoggedModel.all(backend.project()).forEach(each -> options.add(new Action.Option(each.name(), each.name())));
        return options;
    }

    private static List<Action.Option> policies() {
        List<Action.Option> options = new ArrayList<>(List.of(new Action.Option("", "the monitor's, or recommended")));
        Arrays.stream(Policy.values()).forEach(each -> options.add(new Action.Option(each.word(), each.word())));
        return options;
    }
}
