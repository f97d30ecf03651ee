package dev.keelson.console;

import dev.keelson.console.view.Fact;
import dev.keelson.console.view.RunView;
import dev.keelson.console.view.RunsView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The runs and one of them. */
final class RunsPage {
    private static final int LIMIT = 200;

    private final Backend backend;
    private final ZoneId zone;

    RunsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    RunsView view(Shell shell, @Nullable String model) {
        List<Run> runs = backend.runs(model, LIMIT + 1);
        Map<String, String> versions = new HashMap<>();
        backend.project().models().forEach(definition -> backend.versions(definition.name())
                .forEach(version -> versions.put(version.runId(), "v" + version.version())));
        return new RunsView(
                shell,
                backend.project().models().stream().map(ModelDefinition::name).toList(),
                model == null ? "" : model,
                runs.stream().limit(LIMIT).map(run -> row(run, versions)).toList(),
                runs.size() > LIMIT);
    }

    private RunsView.Row row(Run run, Map<String, String> versions) {
        RunMetrics metrics = new RunMetrics(run);
        return new RunsView.Row(
                run.id(),
                run.id().substring(0, Math.min(8, run.id().length())),
                run.experiment(),
                Badges.status(run.status()),
                Text.minute(run.startedAt(), zone),
                took(run),
                Text.fixed(metrics.own("log_loss"), 4),
                Text.fixed(metrics.own("brier"), 4),
                Text.percent(metrics.own("accuracy")),
                versions.getOrDefault(run.id(), Text.NONE));
    }

    private static String took(Run run) {
        return run.endedAt() == null ? Text.NONE : Text.duration(Duration.between(run.startedAt(), run.endedAt()));
    }

    private List<Section.Link> links(Run run) {
        String model = run.experiment();
        if (backend.project().models().stream().noneMatch(each -> each.name().equals(model))) {
            return List.of();
        }
        String of = "/models/" + Paging.encoded(model);
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("Calibration and threshold", of + "/calibration?run=" + run.id()));
        if (run.artifacts().stream().anyMatch(artifact -> artifact.path().equals("backtest_input.json"))) {
            links.add(new Section.Link("Backtest", of + "/backtest?run=" + run.id()));
        }
        links.add(new Section.Link("Importance of its features", of + "/importance"));
        return links;
    }

    RunView one(Shell shell, String id) {
        Run run = backend.run(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s), or several begin so.".formatted(id),
                        "Maybe look at the list of runs; at least 4 characters of an id are needed."));
        RunMetrics metrics = new RunMetrics(run);
        List<String> columns = new ArrayList<>(List.of("this run"));
        columns.addAll(metrics.baselines());
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Model", run.experiment()));
        facts.add(Fact.of("Started", Text.minute(run.startedAt(), zone)));
        facts.add(Fact.of("Took", took(run)));
        backend.versions(run.experiment()).stream()
                .filter(version -> version.runId().equals(run.id()))
                .map(ModelVersion::label)
                .findFirst()
                .ifPresent(label -> facts.add(Fact.of("Registered as", label)));
        run.tags().forEach((name, value) -> facts.add(Fact.of(name, value)));
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
                LearningCurves.section(backend, run).stream().toList());
    }
}
