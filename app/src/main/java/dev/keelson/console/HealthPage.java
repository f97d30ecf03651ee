package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.HealthReports;
import dev.keelson.http.LoggedModel;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** How well a model is now, what to do next, and how it was before. */
final class HealthPage {
    private static final int KEPT = 200;
    private static final int LISTED = 20;

    private final HealthReports health;
    private final LoggedModel model;
    private final ZoneId zone;

    HealthPage(Backend backend, LoggedModel model) {
        this.health = new HealthReports(backend);
        this.model = model;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell) {
        List<Block> blocks = new ArrayList<>();
        String name = model.name();
        try {
            JsonNode now = health.judge(name).toJson();
            Action keep = new ActionDraft("Keep this report", "/models/" + name + "/health")
                    .effect("The report stays in the history below.")
                    .done();
            blocks.add(Block.of(HealthSections.verdict(now, zone), List.of(keep)));
            blocks.add(Block.of(HealthSections.scores(now)));
            blocks.add(Block.of(HealthSections.advice(now)));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_READY) {
                throw e;
            }
            blocks.add(Block.of(new SectionDraft("Health").empty("Nothing yet: no version serves.", "keelson run").done()));
        }
        blocks.add(Block.of(history(health.history(name, KEPT))));
        return new BlocksView(shell, "", List.of(), blocks);
    }

    private Section history(List<StoredReport> kept) {
        SectionDraft draft = new SectionDraft("Before");
        if (kept.isEmpty()) {
            return draft.empty("Nothing yet: no health report was kept.", "keelson health " + model.name()).done();
        }
        List<JsonNode> reports = kept.reversed().stream().map(each -> Documents.read(each.document())).toList();
        List<double[]> scores = new ArrayList<>();
        for (String name : HealthSections.NAMES) {
            scores.add(reports.stream().mapToDouble(each -> SheetDraft.number(each.path("scores").path(name).path("score"))).toArray());
        }
        SheetDraft sheet = new SheetDraft("Kept reports, newest first").words("Judged", "Version", "Verdict").numbers("Overall");
        HealthSections.NAMES.forEach(name -> sheet.numbers(Text.sentence(name)));
        for (JsonNode report : reports.reversed().subList(0, Math.min(LISTED, reports.size()))) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(Text.minute(Instant.parse(report.path("at").asText()), zone)),
                    Cell.of(HealthSections.version(report)),
                    Cell.of(HealthSections.badge(report)),
                    Cell.of(HealthSections.score(report.path("overall")))));
            HealthSections.NAMES.forEach(name -> cells.add(Cell.of(HealthSections.score(report.path("scores").path(name)))));
            sheet.row(cells);
        }
        if (reports.size() > 1) {
            List<Instant> times = reports.stream().map(each -> Instant.parse(each.path("at").asText())).toList();
            draft.broad(HealthChart.of(times, HealthSections.NAMES, scores, zone));
        }
        return draft.lead("%s; the last of %s.".formatted(
                        reports.size() == 1 ? "1 kept report" : Text.count(reports.size()) + " kept reports", Text.minute(Instant.parse(reports.getLast().path("at").asText()), zone)))
                .sheet(sheet)
                .link("As JSON", "/api/v1/models/" + model.name() + "/health/history")
                .done();
    }
}
