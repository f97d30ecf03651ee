package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.console.CurveChart.Line;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunTable;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RunInfo;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Several runs side by side: what differs, all settings together against one metric, and curves. */
final class RunComparisonPage {
    /** More runs than these stand below each other instead of side by side. */
    private static final int SIDE_BY_SIDE = 6;

    private static final int MOST_COLUMNS = 14;
    private static final int MOST_CURVES = 6;
    private static final int MOST_AXES = 8;
    private static final int POINTS = 200;

    private final Backend backend;
    private final ZoneId zone;

    RunComparisonPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    /**
     * The page.
     *
     * @param ids of the runs, or beginnings of them
     * @param all also what is alike
     * @param metric what the settings are drawn against, or null for the first one that differs
     * @param keys metrics whose curves are drawn; none for the first ones that have a curve
     */
    SectionsView view(Shell shell, List<String> ids, boolean all, @Nullable String metric, List<String> keys) {
        TrackedRuns tracked = new TrackedRuns(backend.catalog(), backend.clock());
        if (ids.size() < 2) {
            Section nothing = new SectionDraft("Nothing to compare")
                    .empty("At least two runs are needed: mark them in the list.", "")
                    .link("The runs", "/runs")
                    .done();
            return new SectionsView(shell, "Runs side by side", List.of(), List.of(nothing));
        }
        RunTable plain = tracked.compare(ids, Set.of(), 2);
        List<String> whole = plain.runs().stream().map(RunInfo::id).toList();
        Set<String> drawn = new LinkedHashSet<>(
                keys.isEmpty() ? tracked.curveKeys(whole).stream().limit(MOST_CURVES).toList() : keys);
        RunTable table = drawn.isEmpty() ? plain : tracked.compare(ids, drawn, POINTS);
        List<Section> sections = new ArrayList<>();
        sections.add(runs(table));
        sections.add(lines("Metrics", table, table.metrics(), all));
        sections.add(lines("Parameters", table, table.params(), all));
        sections.add(settings(table, metric));
        curves(table).ifPresent(sections::add);
        sections.add(lines("Data", table, table.inputs(), all));
        sections.add(lines("Tags", table, table.tags(), all));
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("All runs", "/runs"));
        links.add(new Section.Link(all ? "Only what differs" : "Also what is alike", address(ids, !all, metric, keys)));
        links.add(new Section.Link("As JSON", "/api/v1/runs/compare?ids=" + Paging.encoded(String.join(",", ids))));
        return new SectionsView(shell, "%d runs side by side".formatted(table.runs().size()), links, sections);
    }

    private static String address(List<String> ids, boolean all, @Nullable String metric, List<String> keys) {
        StringBuilder address = new StringBuilder("/runs/compare?all=").append(all);
        ids.forEach(id -> address.append("&id=").append(Paging.encoded(id)));
        keys.forEach(key -> address.append("&curve=").append(Paging.encoded(key)));
        return metric == null ? address.toString() : address.append("&metric=").append(Paging.encoded(metric)).toString();
    }

    private Section runs(RunTable table) {
        SectionDraft draft = new SectionDraft("Runs");
        SheetDraft sheet = new SheetDraft("Runs").words("Run", "Experiment", "Status", "Started");
        for (int i = 0; i < table.runs().size(); i++) {
            RunInfo run = table.runs().get(i);
            sheet.row(List.of(
                    Cell.link(name(run), "/runs/" + run.id()),
                    Cell.of(table.experiments().get(i)),
                    Cell.of(Badges.status(run.status())),
                    Cell.of(Text.minute(run.startedAt(), zone))));
        }
        return draft.sheet(sheet).done();
    }

    private static String name(RunInfo run) {
        return run.name().isBlank() ? run.id().substring(0, Math.min(8, run.id().length())) : run.name();
    }

    private static <T> Section lines(String title, RunTable table, List<RunTable.Line<T>> lines, boolean all) {
        List<RunTable.Line<T>> shown =
                lines.stream().filter(line -> all || line.differs()).toList();
        SectionDraft draft = new SectionDraft(title);
        if (shown.isEmpty()) {
            return draft.empty(lines.isEmpty() ? "None of the runs has any." : "All %d are alike.".formatted(lines.size()), "")
                    .done();
        }
        if (shown.size() < lines.size()) {
            draft.note("%d more are alike.".formatted(lines.size() - shown.size()));
        }
        if (table.runs().size() <= SIDE_BY_SIDE) {
            SheetDraft sheet = new SheetDraft(title).words("Name").numbers(names(table));
            for (RunTable.Line<T> line : shown) {
                List<Cell> cells = new ArrayList<>(List.of(Cell.of(line.name())));
                line.values().forEach(value -> cells.add(Cell.of(RunListPage.cell(value))));
                sheet.row(cells);
            }
            return draft.sheet(sheet).done();
        }
        List<RunTable.Line<T>> first = shown.subList(0, Math.min(MOST_COLUMNS, shown.size()));
        if (first.size() < shown.size()) {
            draft.note("The first %d of %d are shown; the JSON has them all.".formatted(first.size(), shown.size()));
        }
        SheetDraft sheet = new SheetDraft(title)
                .words("Run")
                .numbers(first.stream().map(RunTable.Line::name).toArray(String[]::new));
        for (int i = 0; i < table.runs().size(); i++) {
            List<Cell> cells = new ArrayList<>(
                    List.of(Cell.link(name(table.runs().get(i)), "/runs/" + table.runs().get(i).id())));
            for (RunTable.Line<T> line : first) {
                cells.add(Cell.of(RunListPage.cell(line.values().get(i))));
            }
            sheet.row(cells);
        }
        return draft.sheet(sheet).done();
    }

    private static String[] names(RunTable table) {
        return table.runs().stream().map(RunComparisonPage::name).toArray(String[]::new);
    }

    // ---- all settings together

    private static Section settings(RunTable table, @Nullable String asked) {
        SectionDraft draft = new SectionDraft("All settings together");
        RunTable.Line<Double> metric = table.metrics().stream()
                .filter(line -> asked == null ? line.differs() : line.name().equals(asked))
                .findFirst()
                .orElse(null);
        List<RunTable.Line<String>> params =
                table.params().stream().filter(RunTable.Line::differs).toList();
        if (metric == null || params.isEmpty()) {
            return draft.empty(
                            metric == null ? "No metric differs." : "No parameter differs, so that there is nothing to draw.", "")
                    .done();
        }
        List<StudyCharts.Trial> trials = new ArrayList<>();
        Map<String, String> domains = new LinkedHashMap<>();
        List<RunTable.Line<String>> axes = params.subList(0, Math.min(MOST_AXES, params.size()));
        axes.forEach(line -> domains.put(line.name(), ""));
        for (int i = 0; i < table.runs().size(); i++) {
            Map<String, JsonNode> settings = new TreeMap<>();
            for (RunTable.Line<String> line : axes) {
                String value = line.values().get(i);
                if (value != null) {
                    settings.put(line.name(), node(value));
                }
            }
            Double value = metric.values().get(i);
            trials.add(new StudyCharts.Trial(i, "complete", value == null ? Double.NaN : value, settings));
        }
        StudyCharts charts = new StudyCharts(trials, metric.name(), !RunColumns.smaller(metric.name()));
        Markup drawn = charts.parallel(domains);
        if (drawn.isEmptyContent()) {
            return draft.empty("Fewer than two runs have the metric %s.".formatted(metric.name()), "").done();
        }
        return draft.broad(drawn)
                .note("Each run is a line through its settings to its %s; the best are drawn thick and last.".formatted(metric.name()))
                .note(
                        params.size() > axes.size()
                                ? "%d of %d settings that differ are drawn.".formatted(axes.size(), params.size())
                                : "")
                .done();
    }

    private static JsonNode node(String value) {
        try {
            return JsonNodeFactory.instance.numberNode(Double.parseDouble(value));
        } catch (NumberFormatException e) {
            return JsonNodeFactory.instance.textNode(value); // a word
        }
    }

    private static Optional<Section> curves(RunTable table) {
        SectionDraft draft = new SectionDraft("Curves");
        boolean any = false;
        for (Map.Entry<String, Map<String, List<MetricPoint>>> metric : table.curves().entrySet()) {
            List<Line> lines = new ArrayList<>();
            for (RunInfo run : table.runs()) {
                List<MetricPoint> points = metric.getValue().getOrDefault(run.id(), List.of());
                if (!points.isEmpty()) {
                    lines.add(new Line(name(run), points(points)));
                }
            }
            Markup chart = CurveChart.of(metric.getKey(), lines);
            if (!chart.isEmptyContent()) {
                draft.chart(chart);
                any = true;
            }
        }
        return any ? Optional.of(draft.done()) : Optional.empty();
    }

    static List<double[]> points(List<MetricPoint> points) {
        return points.stream()
                .map(point -> new double[] {point.step(), point.value()})
                .toList();
    }
}
