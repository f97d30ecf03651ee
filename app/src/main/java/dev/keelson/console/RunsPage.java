package dev.keelson.console;

import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.RunView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** One run. */
final class RunsPage {
    private static final int CURVES = 12;
    private static final int POINTS = 500;
    private static final int REGISTERED = 10;

    private final Backend backend;
    private final ZoneId zone;

    RunsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    private static String took(Run run) {
        return run.endedAt() == null ? Text.NONE : Text.duration(Duration.between(run.startedAt(), run.endedAt()));
    }

    private List<Section.Link> links(Run run) {
        String model = run.experiment();
        List<Section.Link> links = registered(run.id());
        if (backend.project().models().stream().noneMatch(each -> each.name().equals(model))) {
            return links;
        }
        String of = "/models/" + Paging.encoded(model);
        links.add(new Section.Link("Calibration and threshold", of + "/calibration?run=" + run.id()));
        if (run.artifacts().stream().anyMatch(artifact -> artifact.path().equals("backtest_input.json"))) {
            links.add(new Section.Link("Backtest", of + "/backtest?run=" + run.id()));
        }
        links.add(new Section.Link("Importance of its features", of + "/importance"));
        return links;
    }

    /** The versions that were registered from it. */
    private List<Section.Link> registered(String run) {
        Search search = new Search(
                List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "run_id", Search.Comparison.EQUAL, run)),
                List.of(),
                Lifecycle.View.ACTIVE_ONLY,
                REGISTERED,
                0);
        List<Section.Link> links = new ArrayList<>();
        backend.catalog().read(tx -> tx.registry().searchVersions(search)).items().forEach(version -> links.add(new Section.Link(
                "Registered as %s v%d".formatted(version.model(), version.version()),
                Promotions.address(version.model(), version.version()))));
        return links;
    }

    RunView one(Shell shell, String id) {
        TrackedRuns tracked = new TrackedRuns(backend.catalog(), backend.clock());
        RunInfo info = tracked.info(id);
        Run run = tracked.run(info.id());
        RunMetrics metrics = new RunMetrics(run);
        List<String> columns = new ArrayList<>(List.of("this run"));
        columns.addAll(metrics.baselines());
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Name", info.name()));
        facts.add(Fact.of("Experiment", run.experiment()));
        facts.add(Fact.of("By", info.user()));
        facts.add(Fact.of("Started", Text.minute(run.startedAt(), zone)));
        facts.add(Fact.of("Took", took(run)));
        backend.versions(run.experiment()).stream()
                .filter(version -> version.runId().equals(run.id()))
                .map(ModelVersion::label)
                .findFirst()
                .ifPresent(label -> facts.add(Fact.of("Registered as", label)));
        run.tags().forEach((name, value) -> {
            if (!name.equals(RunTags.NOTE) && !name.equals(RunTags.NAME)) {
                facts.add(Fact.of(name, value));
            }
        });
        List<Fact> others = new ArrayList<>();
        metrics.others().forEach((name, value) -> others.add(Fact.of(name, Text.short3(value))));
        List<Fact> params = new ArrayList<>();
        run.params().forEach((name, value) -> params.add(Fact.of(name, value)));
        List<Fact> artifacts = new ArrayList<>();
        run.artifacts()
                .forEach(artifact -> artifacts.add(new Fact(
                        artifact.path(),
                        Text.bytes(artifact.bytes()) + "  "
                                + artifact.sha256().substring(0, Math.min(12, artifact.sha256().length())),
                        true)));
        return new RunView(
                shell,
                run.id(),
                Badges.status(run.status()),
                facts,
                columns,
                metrics.table(),
                others,
                params,
                Documents.facts(run.provenance()),
                artifacts,
                links(run),
                SlicesSection.of(backend, run),
                curves(info, run),
                run.tags().getOrDefault(RunTags.NOTE, ""),
                info.lifecycle() == Lifecycle.DELETED);
    }

    /** The metrics that have more than one point. */
    private List<Section> curves(RunInfo run, Run stored) {
        List<Section> sections = new ArrayList<>(LearningCurves.section(backend, stored).stream().toList());
        SectionDraft draft = new SectionDraft("Metrics over their steps");
        TrackedRuns tracked = new TrackedRuns(backend.catalog(), backend.clock());
        List<String> keys = tracked.curveKeys(List.of(run.id()));
        List<Markup> charts = keys.stream()
                .limit(CURVES)
                .map(key -> CurveChart.of(
                        key,
                        List.of(new CurveChart.Line(
                                key, RunComparisonPage.points(tracked.points(run.id(), key, POINTS))))))
                .toList();
        List<Markup> drawn = charts.stream().filter(chart -> !chart.isEmptyContent()).toList();
        drawn.forEach(draft::chart);
        if (keys.size() > CURVES) {
            draft.note("The first %d of %d metrics with a curve are drawn.".formatted(CURVES, keys.size()));
        }
        if (!drawn.isEmpty()) {
            sections.add(draft.done());
        }
        return sections;
    }
}
