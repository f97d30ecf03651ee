package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.registry.RunCheck.Line;
import dev.keelson.registry.RunCheck.State;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunDifference;
import dev.keelson.wiring.Reproduced.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real trainings done again, and what stands in the way of it. */
final class ReproductionIT {
    private static final String MODEL = "football-1x2";
    private static final String OLDER = "2016-11-01";

    @TempDir
    static Path made;

    @TempDir
    Path folder;

    /** A project with two versions of its models: of half the matches, then of all. */
    @BeforeAll
    static void train() throws IOException {
        TinyLeague.create(made);
        Project project = TinyLeague.read(made);
        Path data = made.resolve("data/football/matches.csv.gz");
        byte[] all = Files.readAllBytes(data);
        TinyLeague.keepBefore(data, OLDER);
        RunPipeline.run(project, InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z")), line -> {});
        Files.write(data, all);
        RunPipeline.run(project, InstantSource.fixed(Instant.parse("2030-01-02T00:00:00Z")), line -> {});
    }

    private Project copy() throws IOException {
        try (Stream<Path> files = Files.walk(made)) {
            for (Path file : files.toList()) {
                Path to = folder.resolve(made.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return TinyLeague.read(folder);
    }

    private static Run run(ProjectReading state, int version) {
        return state.named(MODEL + "@v" + version);
    }

    @Test
    void trainingAgainGivesTheSameBytes() throws IOException {
        try (ProjectReading state = ProjectReading.open(copy())) {
            for (int version = 1; version <= 2; version++) {
                Reproduced again = state.reproduce(run(state, version));

                assertThat(again.parts()).as("v" + version).isNotEmpty().allMatch(part -> part.state() == Reproduced.State.IDENTICAL);
                assertThat(again.parts()).extracting(Part::group).contains("model", "training", "importance", "metric");
                assertThat(again.identical()).isTrue();
            }
        }
    }

    @Test
    void countThatATimeLimitReachedIsUsedAgain() throws IOException {
        TinyLeague.create(folder);
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "(?m)^    learner: .*$",
                                """
                                    learner: { greedy: { members: [logistic, { logistic: { l2: 900 } }], folds: 2 } }
                                    time_limit: 1ms\
                                """));
        Project project = TinyLeague.read(folder);
        RunPipeline.run(project, InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z")), line -> {});

        try (ProjectReading state = ProjectReading.open(project)) {
            Run run = run(state, 1);
            Reproduced again = state.reproduce(run);

            assertThat(run.params()).containsEntry("members_reached", "1");
            assertThat(again.identical()).as(again.parts().toString()).isTrue();
        }
    }

    @Test
    void nothingIsStoredByIt() throws IOException {
        Project project = copy();
        List<String> before = files();

        try (ProjectReading state = ProjectReading.open(project)) {
            state.reproduce(run(state, 1));
        }

        assertThat(files()).isEqualTo(before);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(".keelson"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().matches(".*-(?:wal|shm)"))
                    .map(file -> file + " " + file.toFile().length())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void flippedByteOfAModelIsReported() throws IOException {
        Project project = copy();
        try (ProjectReading state = ProjectReading.open(project)) {
            Run run = run(state, 2);
            Run.Artifact model = run.artifacts().stream()
                    .filter(artifact -> artifact.path().startsWith("model/"))
                    .findFirst()
                    .orElseThrow();
            Path file = folder.resolve(".keelson/artifacts/" + model.sha256().substring(0, 2) + "/" + model.sha256());
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);

            RunCheck check = state.check(run);
            Reproduced again = state.reproduce(run);

            assertThat(check.failures()).singleElement().satisfies(line -> {
                assertThat(line.name()).isEqualTo(model.path());
                assertThat(line.state()).isEqualTo(State.DIFFERENT);
            });
            assertThat(again.trained()).isTrue();
            assertThat(again.identical()).isFalse();
            assertThat(state.checklist(run).items())
                    .filteredOn(item -> item.name().equals("files"))
                    .singleElement()
                    .extracting(RunChecklist.Item::passed)
                    .isEqualTo(false);
        }
    }

    @Test
    void changedDefinitionIsNamedAndNotTrained() throws IOException {
        copy();
        Path file = folder.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replace("rounds: 10", "rounds: 11"));
        try (ProjectReading state = ProjectReading.open(TinyLeague.read(folder))) {
            Run run = run(state, 2);

            RunCheck check = state.check(run);
            Reproduced again = state.reproduce(run);

            assertThat(check.failures())
                    .singleElement()
                    .extracting(Line::group, Line::name, Line::state)
                    .containsExactly("definition", "model " + MODEL, State.DIFFERENT);
            assertThat(again.trained()).isFalse();
            assertThat(again.identical()).isFalse();
        }
    }

    @Test
    void removedDatasetIsMissing() throws IOException {
        Project project = copy();
        try (Workspace workspace = new Workspace(project)) {
            workspace.datasets().collect("matches", Set.of(), false);
        }
        try (ProjectReading state = ProjectReading.open(project)) {
            RunCheck first = state.check(run(state, 1));

            assertThat(first.failures())
                    .singleElement()
                    .extracting(Line::group, Line::name, Line::state)
                    .containsExactly("data", "matches", State.MISSING);
            assertThat(state.reproduce(run(state, 1)).trained()).isFalse();
            assertThat(state.check(run(state, 2)).holds()).isTrue();
        }
    }

    @Test
    void otherLibraryMattersToTheLearnersThatUseIt() {
        Map<String, String> then = Map.of("xgboost", "3.0.0", "lightgbm", "4.2.0", "git.commit", "a", "memory_mib", "1");
        Map<String, String> now = Map.of(
                "xgboost", "3.1.1", "lightgbm", "4.3.0", "git.commit", "b", "memory_mib", "2", "duckdb", "2", "env.TZ", "UTC");

        List<Line> lines = Reproduction.environment(then, now, "{\"learner\":\"random_forest\"}");

        assertThat(lines).filteredOn(Line::fails).singleElement().extracting(Line::name, Line::then, Line::now)
                .containsExactly("xgboost", "3.0.0", "3.1.1");
        assertThat(lines).filteredOn(line -> line.state() == State.UNKNOWN).extracting(Line::name).containsExactly("duckdb");
    }

    @Test
    void otherEnvironmentIsShownByTheCheck() throws IOException {
        Project project = copy();
        try (Workspace workspace = Workspace.reading(project)) {
            Run run = workspace.catalog().read(tx -> tx.runs(MODEL, 1)).getFirst();
            TreeMap<String, String> other = new TreeMap<>(Environment.snapshot(folder));
            other.put("xgboost", "99.0.0");

            RunCheck check = new Reproduction(workspace).check(run, other);

            assertThat(check.holds()).isFalse();
            assertThat(check.failures()).extracting(Line::name).containsExactly("xgboost");
        }
    }

    @Test
    void differingNumberIsNamedWithItsPlace() throws IOException {
        Project project = copy();
        try (Workspace workspace = Workspace.reading(project)) {
            List<Run> runs = workspace.catalog().read(tx -> tx.runs(MODEL, 2));

            List<Part> parts = new RunComparison(runs.get(1), runs.get(0), workspace.artifacts(), false).parts();

            assertThat(parts).filteredOn(part -> part.name().equals("importance.csv")).singleElement().satisfies(part -> {
                assertThat(part.at()).startsWith("line ");
                assertThat(part.then()).isNotEqualTo(part.now());
            });
            assertThat(parts).filteredOn(part -> part.name().equals("outcome.json")).singleElement().satisfies(part -> {
                assertThat(part.state()).isEqualTo(Reproduced.State.DIFFERENT);
                assertThat(part.at()).startsWith("/");
            });
        }
    }

    @Test
    void differenceShowsWhatDiffersOnly() throws IOException {
        try (ProjectReading state = ProjectReading.open(copy())) {
            RunDifference difference = RunDifference.of(run(state, 1), run(state, 2));

            assertThat(difference.lines()).extracting(RunDifference.Line::section).contains("data", "param", "file")
                    .doesNotContain("definition", "configuration");
            assertThat(difference.metrics())
                    .extracting(RunDifference.Metric::name)
                    .noneMatch(name -> name.endsWith("_lower") || name.endsWith("_upper"));
            assertThat(RunDifference.of(run(state, 1), run(state, 1)).isEmpty()).isTrue();
        }
    }

    @Test
    void runsAreFoundByVersionAndAlias() throws IOException {
        try (ProjectReading state = ProjectReading.open(copy())) {
            Run first = run(state, 1);

            assertThat(state.named("models:/" + MODEL + "/1")).isEqualTo(first);
            assertThat(state.named(MODEL + "@champion")).isEqualTo(first);
            assertThat(state.named(first.id().substring(0, 8))).isEqualTo(first);
            assertThatThrownBy(() -> state.named(MODEL + "@7")).isInstanceOf(KeelsonException.class);
        }
    }
}
