package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.PredictionScores;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model that others serve: what was handed in of it, how good it was by version, and what checks said last. */
final class ElsewherePage {
    private final Backend backend;
    private final LoggedModel model;
    private final ZoneId zone;

    ElsewherePage(Backend backend, LoggedModel model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell) {
        JsonNode scores = new PredictionScores(backend::predictions, backend::countPredictions)
                .of(model, new PredictionScores.Asked(null, null, null));
        return new BlocksView(shell, "", List.of(), List.of(Block.of(known(scores)), Block.of(checks()), Block.of(versions(scores))));
    }

    private Section known(JsonNode scores) {
        SectionDraft draft = new SectionDraft("Served elsewhere")
                .lead("Others serve this model: its predictions and outcomes are here, but neither its versions nor what it was trained on."
                        + " What needs them, such as training, promotion, rollout and explanation, is done where it is served.")
                .fact("Predicts", model.isNumber() ? "a number" : String.join(", ", model.classes()))
                .fact("Features", model.features().isEmpty() ? "none are handed in" : String.join(", ", model.features()))
                .fact("Predictions", Text.count(scores.path("predicted").asLong()))
                .fact("Outcomes known", Text.count(scores.path("settled").asLong()));
        event(false).forEach(each -> draft.fact("First event", Text.minute(each.event().eventTime(), zone)));
        event(true).forEach(each -> draft.fact("Newest event", Text.minute(each.event().eventTime(), zone)));
        return draft.note("Hand in more with `keelson predictions submit %s FILE` and `keelson predictions outcomes FILE`.".formatted(model.name()))
                .link("Predictions", "/predictions?model=" + Paging.encoded(model.name()))
                .link("As JSON", "/api/v1/models/" + Paging.encoded(model.name()))
                .done();
    }

    private List<LoggedPrediction> event(boolean newest) {
        return backend.predictions(new PredictionQuery(model.name(), null, null, null, null, null, null, newest, 1));
    }

    /** What each kind of check said last. */
    private Section checks() {
        SheetDraft sheet = new SheetDraft("Last checks").words("Check", "Says", "When", "Command");
        check(sheet, "Health", "health", "health", "keelson health " + model.name());
        check(sheet, "Drift", "drift", "drift", "keelson drift check --model " + model.name());
        check(sheet, "Decay", "decay", "performance", "keelson performance check --model " + model.name());
        return new SectionDraft("What checks said").sheet(sheet).done();
    }

    private void check(SheetDraft sheet, String title, String kind, String page, String command) {
        String address = "/models/%s/%s".formatted(Paging.encoded(model.name()), page);
        List<StoredReport> last = backend.reports(kind, model.name(), 1);
        sheet.row(List.of(
                Cell.link(title, address),
                Cell.of(
                        kind.equals("health") && !last.isEmpty()
                                ? HealthSections.badge(Documents.read(last.getFirst().document()))
                                : Reports.latest(last)),
                Cell.of(last.isEmpty() ? Text.NONE : Text.minute(last.getFirst().at(), zone)),
                Cell.of(command)));
    }

    private Section versions(JsonNode scores) {
        SectionDraft draft = new SectionDraft("How good it was, by version");
        if (scores.path("versions").isEmpty()) {
            return draft.empty("Nothing yet: no outcome of a prediction is known.", "keelson predictions outcomes FILE").done();
        }
        Set<String> metrics = new LinkedHashSet<>();
        scores.path("versions").forEach(each -> each.path("metrics").properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !name.endsWith("_lower") && !name.endsWith("_upper"))
                .forEach(metrics::add));
        SheetDraft sheet = new SheetDraft("By version").words("Version", "Answer or shadow").numbers("Rows");
        metrics.forEach(name -> sheet.numbers(PerformanceMetric.of(name).map(PerformanceMetric::words).map(Text::sentence).orElse(Text.words(name))));
        for (JsonNode each : scores.path("versions")) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.of(each.path("version_name").asText(each.path("version").asText())));
            cells.add(Cell.of(each.path("served").asBoolean() ? "answer" : "shadow"));
            cells.add(Cell.of(Text.count(each.path("rows").asLong())));
            metrics.forEach(name -> cells.add(Cell.of(
                    each.path("metrics").has(name) ? Text.fixed(each.path("metrics").path(name).asDouble(), 4) : Text.NONE)));
            sheet.row(cells);
        }
        return draft.sheet(sheet)
                .link("Window by window", "/models/%s/performance".formatted(Paging.encoded(model.name())))
                .done();
    }
}
