package dev.keelson.lineage;

import dev.keelson.data.DataLoad;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.Sources;
import dev.keelson.data.spi.InMemoryDatasetStore;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.features.FeatureViewDefinition.FeatureDefinition;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.frame.ColumnType;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.project.Project;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionPlan;
import dev.keelson.registry.InMemoryCatalog;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.ProjectDefinitions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Four matches in two loads, one view, one run, one model version, and predictions of it; held in memory. */
final class SmallWorld {
    static final Instant NOW = Instant.parse("2020-03-01T00:00:00Z");
    static final String RUN = "ab".repeat(16);
    static final UUID PREDICTION = new UUID(1, 2);
    static final UUID EARLY = new UUID(1, 3);

    final SourceDefinition source = Sources.matches()
            .key("date", "home", "away")
            .column("date", ColumnType.DATE)
            .column("home", ColumnType.STRING)
            .column("away", ColumnType.STRING)
            .column("result", ColumnType.STRING)
            .outcomes("result")
            .build();
    final InMemoryDatasetStore datasets = new InMemoryDatasetStore();
    final InMemoryCatalog catalog = new InMemoryCatalog();
    final InMemoryPredictionLog log = new InMemoryPredictionLog();
    final Project project;
    final DatasetVersion first;
    final DatasetVersion second;

    SmallWorld() {
        this("count(result) over last 2 events");
    }

    SmallWorld(String feature) {
        project = project(feature);
        first = load("date,home,away,result\n2020-01-01,A,B,H\n2020-01-08,C,A,D\n", NOW.minusSeconds(60));
        second = load(
                "date,home,away,result\n2020-01-01,A,B,H\n2020-01-08,C,A,D\n2020-01-15,A,C,H\n2020-01-22,B,C,H\n", NOW);
        List<Definition> definitions = ProjectDefinitions.of(project);
        catalog.update(tx -> {
            DefinitionPlan.of(definitions, List.of()).apply(definitions, tx, NOW);
            tx.putRun(run(definitions));
            tx.addVersion(new ModelVersion("tips", 1, RUN, "cd".repeat(32), ModelVersion.Kind.INITIAL, NOW, NOW));
            tx.setAlias("tips", ModelVersion.CHAMPION, 1);
        });
        log.append(
                List.of(
                        prediction(PREDICTION, "2020-02-01|A|D", "2020-02-01T00:00:00Z"),
                        prediction(EARLY, "2020-01-05|A|E", "2020-01-05T00:00:00Z"),
                        prediction(new UUID(1, 4), "2020-02-02|AA|BB", "2020-02-02T00:00:00Z")),
                true);
        log.appendOutcomes(List.of(new OutcomeEvent("tips", "2020-02-01|A|D", "H", NOW)), true);
        log.catchUp();
    }

    StoredLineage lineage() {
        return new StoredLineage(project, catalog, datasets, LoggedPredictions.of(log));
    }

    private DatasetVersion load(String csv, Instant at) {
        LoadReport report = new DataLoad(datasets).load(Sources.read(source, csv), null, at);
        DatasetVersion version = report.version();
        if (version == null) {
            throw new IllegalStateException("Nothing was loaded.");
        }
        catalog.update(tx -> tx.putReport(new StoredReport(
                "load-matches-" + at,
                "load",
                "matches",
                at,
                "changed",
                "{\"from\":\"data/matches.csv\",\"from_sha256\":\"%s\",\"dataset_version\":\"%s\",\"read\":2,\"loaded\":2}"
                        .formatted(report.sha256(), version.id()))));
        return version;
    }

    private Run run(List<Definition> definitions) {
        List<String> pins = new ArrayList<>();
        definitions.forEach(each -> pins.add("\"%s\":\"%s\"".formatted(each.id(), each.essenceSha256())));
        return new Run(
                RUN,
                "tips",
                Run.Status.FINISHED,
                NOW,
                NOW.plusSeconds(3),
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(),
                "{\"dataset_version\":\"%s\",\"rows\":4,\"definitions\":{%s}}".formatted(second.id(), String.join(",", pins)));
    }

    static PredictionEvent prediction(UUID id, String entity, String at) {
        Instant time = Instant.parse(at);
        return new PredictionEvent(
                id, "tips", 1, "champion", entity, "", time, time, time, new double[] {1, 0, 0}, new double[0], new double[0]);
    }

    private Project project(String feature) {
        FeatureViewDefinition view = new FeatureViewDefinition(
                "form",
                "team",
                "matches",
                null,
                new FeatureViewDefinition.Unpivot(
                        "team", Map.of("home", "home", "away", "away"), Map.of("own", Map.of("home", "home", "away", "away")), Map.of()),
                null,
                List.of(new FeatureDefinition("recent", new Located(feature, new Location("keelson.yaml", 1, 1)))),
                null);
        ModelDefinition model = ModelDefinition.builder("tips", LabelDefinition.ofColumn("matches", "result", List.of("H", "D", "A"), Duration.ZERO))
                .entities(Map.of("home", Map.of("team", "home"), "away", Map.of("team", "away")))
                .features(List.of(new Located("home.form.*", new Location("keelson.yaml", 2, 1))))
                .learners(List.of(new ModelDefinition.LearnerDefinition("logistic", Map.of())))
                .test(Duration.ofDays(60))
                .embargo(Duration.ofDays(2))
                .calibration(ModelDefinition.Calibration.NONE)
                .seed(1)
                .folding(ModelDefinition.Folding.walkForward(6))
                .build();
        return new Project(
                Path.of("small"),
                Path.of("small", "keelson.yaml"),
                "small",
                ZoneOffset.UTC,
                List.of(source),
                Map.of("team", "team"),
                List.of(view),
                List.of(),
                List.of(),
                List.of(model),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null);
    }
}
