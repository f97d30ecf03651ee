package dev.keelson.console;

import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.governance.VersionComparison;
import dev.keelson.registry.tracking.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Versions side by side: of one model, or of all models at one stage. */
final class VersionComparisonPage {
    private final Backend backend;

    VersionComparisonPage(Backend backend) {
        this.backend = backend;
    }

    SectionsView stage(Shell shell, Stage stage) {
        VersionComparison comparison = backend.governance().compare(stage);
        return view(
                shell,
                "What is in " + stage.word(),
                comparison,
                Map.of("stage", stage.word()),
                List.of(new Section.Link("Registry", "/registry")),
                "Nothing yet: no version is in the stage %s.".formatted(stage.word()));
    }

    SectionsView versions(Shell shell, String model, List<Integer> versions) {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("model", model);
        asked.put("versions", versions.stream().map(number -> Integer.toString(number)).collect(Collectors.joining(",")));
        return view(
                shell,
                "Versions of " + model + " side by side",
                backend.governance().compare(model, versions),
                asked,
                List.of(new Section.Link("All versions", Promotions.address(model))),
                "No version was named.");
    }

    private static SectionsView view(
            Shell shell,
            String heading,
            VersionComparison comparison,
            Map<String, String> asked,
            List<Section.Link> back,
            String empty) {
        List<Section.Link> links = new ArrayList<>(back);
        if (comparison.columns().isEmpty()) {
            Section section = new SectionDraft("Versions").empty(empty, "keelson run").done();
            return new SectionsView(shell, heading, links, List.of(section));
        }
        for (String format : List.of("csv", "json", "md")) {
            Map<String, String> parameters = new LinkedHashMap<>(asked);
            parameters.put("format", format);
            links.add(new Section.Link(
                    "As " + (format.equals("md") ? "Markdown" : format.toUpperCase(Locale.ROOT)),
                    Paging.address("/api/v1/version-comparison", parameters)));
        }
        return new SectionsView(shell, heading, links, List.of(facts(comparison), metrics(comparison)));
    }

    private static String[] labels(VersionComparison comparison) {
        return comparison.columns().stream().map(VersionComparison.Column::label).toArray(String[]::new);
    }

    private static Section facts(VersionComparison comparison) {
        SheetDraft sheet = new SheetDraft("What differs").words("What").words(labels(comparison));
        List<Cell> own = new ArrayList<>(List.of(Cell.of("page")));
        comparison.columns().forEach(column -> own.add(Cell.link(
                column.label(),
                Promotions.address(column.version().model(), column.version().version()))));
        sheet.row(own);
        comparison.facts().forEach((name, values) -> {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(name)));
            values.forEach(value -> row.add(RollbackPage.text(value)));
            sheet.row(row);
        });
        return new SectionDraft("What differs")
                .note("Stage and role always; what is alike is left out.")
                .sheet(sheet)
                .done();
    }

    private static Section metrics(VersionComparison comparison) {
        SheetDraft sheet = new SheetDraft("Metrics").words("Metric").numbers(labels(comparison));
        comparison.metrics().forEach((name, values) -> {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(name)));
            values.forEach(value -> row.add(RollbackPage.measured(value)));
            sheet.row(row);
        });
        SectionDraft draft = new SectionDraft("Metrics");
        if (sheet.isEmpty()) {
            draft.empty("None of them has a run with metrics.", "");
        } else {
            draft.note("With 95 % intervals where they are known. Versions were judged on test periods of their own: "
                    + "compare them only where those are alike.");
        }
        return draft.sheet(sheet).done();
    }
}
