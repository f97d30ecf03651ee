package dev.keelson.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderSourceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path home;

    private final List<String> bad = new ArrayList<>();

    private void bad(String where, String why) {
        bad.add(where + ": " + why);
    }

    @Test
    void runsAreReadAsMlflowWroteThem() throws IOException {
        Source source = FolderSource.of(MlrunsFolder.complete(home.resolve("mlruns")).root());

        Source.FoundRun run = run(source, MlrunsFolder.RUN);
        Source.RunFacts facts = run.read(this::bad);
        List<MetricPoint> points = new ArrayList<>();
        run.points("loss", this::bad, points::addAll);
        List<String> files = new ArrayList<>();
        run.files(this::bad, file -> files.add(file.path()));

        assertThat(bad).isEmpty();
        assertThat(facts.info().name()).isEqualTo("first");
        assertThat(facts.info().status()).isEqualTo(Run.Status.FINISHED);
        assertThat(facts.info().user()).isEqualTo("ann");
        assertThat(facts.params()).isEqualTo(Map.of("learner", "logistic", "l2", ""));
        assertThat(facts.tags()).containsEntry("note", "two\nlines");
        assertThat(facts.metrics()).containsExactly("loss", "test/accuracy");
        assertThat(facts.inputs()).singleElement().satisfies(input -> {
            assertThat(input.name()).isEqualTo("matches");
            assertThat(input.digest()).isEqualTo("12ab");
            assertThat(input.schema()).isNull();
            assertThat(input.tags()).containsEntry("mlflow.data.context", "training");
        });
        assertThat(points)
                .containsExactly(
                        new MetricPoint("loss", 0.9, 1700000000001L, 0),
                        new MetricPoint("loss", 0.5, 1700000000002L, 1),
                        new MetricPoint("loss", Double.NaN, 1700000000003L, 2),
                        new MetricPoint("loss", Double.MAX_VALUE, 1700000000004L, 3));
        assertThat(files).containsExactly("importance.csv", "model/MLmodel", "model/model.pkl");
    }

    @Test
    void modelsHaveTheirVersionsStagesAndAliases() throws IOException {
        Source source = FolderSource.of(MlrunsFolder.complete(home.resolve("mlruns")).root());

        List<Source.FoundModel> models = source.models(this::bad);

        assertThat(bad).isEmpty();
        assertThat(models).singleElement().satisfies(found -> {
            assertThat(found.model().name()).isEqualTo("goals");
            assertThat(found.model().aliases()).isEqualTo(Map.of("champion", 3));
            assertThat(found.model().tags()).isEqualTo(Map.of("owner", "ann"));
            assertThat(found.versions()).extracting(version -> version.version()).containsExactly(1, 3);
            assertThat(found.versions().getLast().stage()).isEqualTo(Stage.PRODUCTION);
            assertThat(found.versions().getLast().source()).isEqualTo("runs:/%s/model".formatted(MlrunsFolder.RUN));
            assertThat(found.versions().getLast().tags()).isEqualTo(Map.of("checked", "yes"));
        });
    }

    @Test
    void deletedExperimentsAndRunsAreDeletedOnes() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.experiment("77", "old", "deleted");
        Files.createDirectories(folder.root().resolve(".trash"));
        Files.move(folder.root().resolve("77"), folder.root().resolve(".trash/77"));

        Source source = FolderSource.of(folder.root());

        assertThat(source.experiments(this::bad))
                .filteredOn(each -> each.name().equals("old"))
                .extracting(Experiment::lifecycle)
                .containsExactly(Lifecycle.DELETED);
        assertThat(run(source, MlrunsFolder.GONE).read(this::bad).info().lifecycle()).isEqualTo(Lifecycle.DELETED);
    }

    @Test
    void theFolderAroundMlrunsIsTakenToo() throws IOException {
        MlrunsFolder.complete(home.resolve("mlruns"));

        assertThat(FolderSource.of(home).experiments(this::bad)).hasSize(2);
    }

    @Test
    void aFolderOfSomethingElseIsRefused() {
        assertThatThrownBy(() -> FolderSource.of(home))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> FolderSource.of(home.resolve("nothing")))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void linksAreToldAndNeverFollowed() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        Path secret = Files.writeString(home.resolve("secret"), "key");
        Path run = folder.root().resolve("314159").resolve(MlrunsFolder.RUN);
        Files.createSymbolicLink(run.resolve("artifacts/stolen"), secret);
        Files.createSymbolicLink(run.resolve("params/stolen"), secret);
        Files.createSymbolicLink(run.resolve("artifacts/up"), home);
        Files.createSymbolicLink(folder.root().resolve("666"), home);
        Files.move(folder.root().resolve("314159/datasets"), home.resolve("datasets"));
        Files.createSymbolicLink(folder.root().resolve("314159/datasets"), home.resolve("datasets"));
        Source source = FolderSource.of(folder.root());

        source.experiments(this::bad);
        Source.FoundRun found = run(source, MlrunsFolder.RUN);
        Source.RunFacts facts = found.read(this::bad);
        List<String> files = new ArrayList<>();
        found.files(this::bad, file -> files.add(file.path()));

        assertThat(facts.params()).containsOnlyKeys("learner", "l2");
        assertThat(facts.inputs()).isEmpty();
        assertThat(files).containsExactly("importance.csv", "model/MLmodel", "model/model.pkl");
        assertThat(bad)
                .anyMatch(line -> line.startsWith("666: it is a link"))
                .anyMatch(line -> line.contains("artifacts/stolen: it is a link"))
                .anyMatch(line -> line.contains("artifacts/up: it is a link"))
                .anyMatch(line -> line.contains("params/stolen: it is a link"))
                .anyMatch(line -> line.contains("datasets") && line.contains("a link leads to it"));
    }

    @Test
    void brokenFilesAreAllToldAndTheRestIsRead() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.write("5/meta.yaml", "name: [unclosed");
        folder.write("6/meta.yaml", "experiment_id: '../../etc'\nname: x\n");
        folder.write("7/meta.yaml", "a: &a [x]\nb: *a\nname: bomb\nexperiment_id: '7'\n");
        folder.write("8/meta.yaml", "name: !!python/object/apply:os.system ['true']\nexperiment_id: '8'\n");
        folder.write("9/meta.yaml", "a: " + "[".repeat(5000) + "]".repeat(5000) + "\n");
        Files.write(folder.root().resolve("314159/" + MlrunsFolder.RUN + "/params/latin"), new byte[] {(byte) 0xE9});
        folder.append("314159/" + MlrunsFolder.RUN + "/metrics/loss", "half a li\n1700000000009 0.1 4\n");
        Source source = FolderSource.of(folder.root());

        List<Experiment> experiments = source.experiments(this::bad);
        Source.FoundRun run = run(source, MlrunsFolder.RUN);
        Source.RunFacts facts = run.read(this::bad);
        List<MetricPoint> points = new ArrayList<>();
        run.points("loss", this::bad, points::addAll);

        assertThat(experiments).extracting(Experiment::name).contains("Default", "goals").doesNotContain("bomb", "x");
        assertThat(facts.params()).containsOnlyKeys("learner", "l2");
        assertThat(points).hasSize(5);
        assertThat(bad)
                .anyMatch(line -> line.startsWith("5/meta.yaml: it is no valid YAML"))
                .anyMatch(line -> line.startsWith("6/meta.yaml: `experiment_id` (../../etc)"))
                .anyMatch(line -> line.startsWith("7/meta.yaml: it uses an alias"))
                .anyMatch(line -> line.startsWith("8/meta.yaml: it uses a tag"))
                .anyMatch(line -> line.startsWith("9/meta.yaml: it has more than"))
                .anyMatch(line -> line.contains("params/latin: the param cannot be read: it is no UTF-8 text"))
                .anyMatch(line -> line.contains("metrics/loss: line 5 (half a li)"));
    }

    @Test
    void aRunWhoseIdIsNotItsFolderIsToldApart() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.run("314159", MlrunsFolder.OTHER, "x", 3, "active");
        Files.move(
                folder.root().resolve("314159/" + MlrunsFolder.OTHER), folder.root().resolve("314159/another"));
        Source source = FolderSource.of(folder.root());

        assertThatThrownBy(() -> run(source, "another").read(this::bad)).hasMessageContaining("is not the name of its folder");
    }

    @Test
    void theFingerprintChangesWithTheRunAlone() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        Source source = FolderSource.of(folder.root());
        String before = run(source, MlrunsFolder.RUN).fingerprint(true);
        String other = run(source, MlrunsFolder.OTHER).fingerprint(true);

        folder.append("314159/" + MlrunsFolder.RUN + "/metrics/loss", "1700000000009 0.1 4\n");

        assertThat(run(source, MlrunsFolder.RUN).fingerprint(true)).isNotEqualTo(before);
        assertThat(run(source, MlrunsFolder.OTHER).fingerprint(true)).isEqualTo(other);
    }

    private Source.FoundRun run(Source source, String id) {
        Map<String, Source.FoundRun> runs = new TreeMap<>();
        source.experiments((where, why) -> {}).forEach(experiment -> source.runs(experiment, this::bad, run -> runs.put(run.id(), run)));
        return Objects.requireNonNull(runs.get(id), id);
    }
}
