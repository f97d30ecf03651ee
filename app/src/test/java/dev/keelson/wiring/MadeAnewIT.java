package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.ValidationReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.Materialization;
import dev.keelson.frame.Frame;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureServing;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets whose source is declared otherwise than before. */
final class MadeAnewIT {
    private static final String PROJECT = """
            keelson: 1
            project: rides
            timezone: UTC
            sources:
              trips:
                file: trips.csv
                key: [id]
                event_time: at
                late_window: 30d
                columns:
                  id:     { type: string, required: true }
                  driver: { type: string, required: true }
                  at:     { type: timestamp, required: true }
                  paid:   { type: timestamp }
                  fare:   { type: double, min: 0 }
            entities:
              driver: { key: driver_id }
            feature_views:
              stats:
                entity: driver
                source: trips
                key: driver
                features:
                  trips: count(*) over last 100 events
                  fares: sum(fare) over last 100 events
            """;

    private static final String TRIPS = """
            id,driver,at,paid,fare
            1,ann,2024-03-01T08:00:00Z,2024-03-01T09:00:00Z,10
            2,ann,2024-03-02T08:00:00Z,2024-03-09T08:00:00Z,20
            3,bob,2024-02-20T09:00:00Z,2024-02-20T10:00:00Z,700
            4,cid,2024-03-03T10:00:00Z,2024-03-03T10:30:00Z,-5
            """;

    private static final List<String> FEATURES = List.of("stats:trips", "stats:fares");
    private static final List<String> DRIVERS = List.of("ann", "bob", "cid", "dan");

    @TempDir
    Path root;

    private Path folder;
    private Instant now = Instant.parse("2024-03-04T00:00:00Z");

    @BeforeEach
    void load() throws IOException {
        folder = root.resolve("grown");
        write(folder, PROJECT, TRIPS);
        loadAll();
        materialize();
    }

    private static void write(Path folder, String project, String trips) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("keelson.yaml"), project);
        Files.writeString(folder.resolve("trips.csv"), trips);
    }

    private void change(String from, String to) throws IOException {
        Path file = folder.resolve("keelson.yaml");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private Project project() {
        return Projects.read(folder, Map.of());
    }

    private LoadReport loadAll() {
        return Datasets.change(project(), () -> now, data -> data.load(null)).getFirst();
    }

    private static DatasetVersion version(LoadReport report) {
        return Objects.requireNonNull(report.version());
    }

    /** The version that the same file and the same definition make of nothing. */
    private DatasetVersion fresh() throws IOException {
        Path other = root.resolve("fresh");
        write(other, Files.readString(folder.resolve("keelson.yaml")), Files.readString(folder.resolve("trips.csv")));
        return version(Datasets.change(Projects.read(other, Map.of()), () -> now, data -> data.load(null))
                .getFirst());
    }

    private void push(String id, String driver, String at, @Nullable String paid, double fare) {
        try (LiveBackend backend = LiveBackend.open(project(), () -> now)) {
            java.util.HashMap<String, @Nullable Object> row = new java.util.HashMap<>();
            row.put("id", id);
            row.put("driver", driver);
            row.put("at", at);
            row.put("paid", paid);
            row.put("fare", fare);
            features(backend).push("trips", List.of(row), FeatureServing.Destination.ONLINE_AND_OFFLINE);
        }
    }

    private static FeatureServing features(LiveBackend backend) {
        return Objects.requireNonNull(backend.features());
    }

    private void apply() {
        ProjectDefinitions.apply(project(), ProjectDefinitions.plan(project()), () -> now, "ann");
    }

    private List<Materialization.Outcome> materialize() {
        try (LiveBackend backend = LiveBackend.open(project(), () -> now)) {
            return features(backend).materialize(Materialization.Request.INCREMENTAL, (source, rows, total) -> {});
        }
    }

    private List<String> ids() {
        try (Workspace workspace = Workspace.reading(project())) {
            Frame rows = workspace.datasets().read(workspace.datasets().latest("trips").orElseThrow());
            List<String> ids = new ArrayList<>();
            for (int row = 0; row < rows.rows(); row++) {
                ids.add(String.valueOf(rows.vector("id").get(row)));
            }
            return ids;
        }
    }

    /** What is served is what history says of now. */
    private void assertServedAsHistory() throws IOException {
        Path asked = root.resolve("asked.csv");
        StringBuilder csv = new StringBuilder("driver_id,t\n");
        DRIVERS.forEach(driver -> csv.append("%s,%s%n".formatted(driver, now)));
        Files.writeString(asked, csv);
        try (LiveBackend backend = LiveBackend.open(project(), () -> now)) {
            Frame history = backend.history()
                    .rows(new FeatureHistory.Question(asked, "t", FEATURES, Map.of()))
                    .rows();
            FeatureServing.Answer served = features(backend).get(FEATURES, Map.of("driver_id", new ArrayList<>(DRIVERS)));
            for (int f = 0; f < FEATURES.size(); f++) {
                String name = FEATURES.get(f);
                for (int row = 0; row < DRIVERS.size(); row++) {
                    Object was = history.vector(history.schema().names().stream()
                                    .filter(each -> each.endsWith(name.substring(name.indexOf(':') + 1)))
                                    .findFirst()
                                    .orElseThrow())
                            .get(row);
                    Double expected = was == null ? Double.NaN : ((Number) was).doubleValue();
                    assertThat(served.columns().get(f).values()[row])
                            .as(name + " of " + DRIVERS.get(row))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void otherTimeOfKnowledgeMakesTheDatasetAnewAndKeepsWhatWasPushed() throws IOException {
        push("5", "dan", "2024-03-03T12:00:00Z", "2024-03-03T13:00:00Z", 40);
        DatasetVersion before = version(loadAll());
        assertThat(ids()).contains("5");
        now = now.plusSeconds(60);
        change("event_time: at", "event_time: at\n    created: paid");

        ValidationReport checked = Datasets.change(project(), () -> now, data -> data.check(null, null));
        LoadReport report = loadAll();

        assertThat(checked.changes()).containsExactly("created was none, is paid");
        assertThat(report.anew()).isEqualTo(new LoadReport.Anew(List.of("created was none, is paid"), 1));
        assertThat(report.changed()).isTrue();
        assertThat(report.previous()).isEqualTo(before);
        assertThat(version(report).parent()).isEqualTo(before.id());
        assertThat(ids()).containsExactly("3", "1", "5"); // the second is not paid yet
        assertThat(ProjectDatasets.loads(project(), null, 1).getFirst().report().path("made_anew").asText())
                .isEqualTo("created was none, is paid");
        try (Workspace workspace = Workspace.reading(project())) {
            assertThat(workspace.datasets().read(before).rows()).isEqualTo(4);
        }
        apply();
        assertThat(materialize()).allMatch(Materialization.Outcome::filledAnew);
        assertServedAsHistory();

        now = Instant.parse("2024-03-10T00:00:00Z");
        LoadReport next = loadAll();
        assertThat(next.anew()).isNull();
        assertThat(ids()).containsExactly("3", "1", "5", "2");
    }

    @Test
    void newRangeGivesTheDatasetThatAFreshFolderHas() throws IOException {
        DatasetVersion before = version(loadAll());
        change("fare:   { type: double, min: 0 }", "fare:   { type: double, min: 0, max: 500 }");

        LoadReport report = loadAll();

        assertThat(Objects.requireNonNull(report.anew()).text()).isEqualTo("made anew: fare: max was none, is 500");
        assertThat(report.quarantined()).extracting(QuarantinedRow::line).containsExactly(4, 5);
        assertThat(version(report).id()).isEqualTo(fresh().id()).isNotEqualTo(before.id());
        materialize();
        assertServedAsHistory();
    }

    @Test
    void relaxedRangeBringsRowsBack() throws IOException {
        DatasetVersion before = version(loadAll());
        change("min: 0", "min: -10, max: 500");
        DatasetVersion strict = version(loadAll());
        assertThat(ids()).containsExactly("1", "2", "4");
        assertThat(strict.id()).isEqualTo(fresh().id());

        change("min: -10, max: 500", "min: 0");
        LoadReport relaxed = loadAll();

        assertThat(version(relaxed).id()).isEqualTo(before.id());
        materialize();
        assertServedAsHistory();
    }

    @Test
    void ruleThatAPushedRowBreaksSetsItAside() throws IOException {
        push("5", "dan", "2024-03-03T12:00:00Z", null, 900);
        push("6", "dan", "2024-03-03T13:00:00Z", null, 90);
        loadAll();
        change("event_time: at", "event_time: at\n    rules: [{ check: fare < 600, on_fail: quarantine }]");
        push("7", "dan", "2024-03-03T14:00:00Z", null, 91); // not loaded yet

        LoadReport report = loadAll();

        assertThat(ids()).containsExactly("1", "2", "6", "7");
        assertThat(report.quarantined())
                .extracting(row -> row.rawLine().replace("\"", "").substring(0, 1))
                .containsExactlyInAnyOrder("3", "4", "5");
        assertThat(Objects.requireNonNull(report.anew()).kept()).isEqualTo(2);
        assertThat(loadAll().changed()).isFalse();
        materialize();
        assertServedAsHistory();

        change("fare < 600", "fare < 800");
        loadAll();
        assertThat(ids()).containsExactly("3", "1", "2", "6", "7");
        change("fare < 800", "fare < 950");
        assertThat(loadAll().quarantined()).extracting(QuarantinedRow::line).containsExactly(5);
        assertThat(ids()).containsExactly("3", "1", "2", "5", "6", "7");
        materialize();
        assertServedAsHistory();
    }

    @Test
    void decisionsOfAReviewStay() throws IOException {
        List<Review.Item> open = Datasets.look(project(), () -> now, data -> data.review((String) null));
        assertThat(open).hasSize(1);
        Datasets.change(
                project(),
                () -> now,
                data -> data.decide(null, open.getFirst().id(), ReviewDecision.Action.ACCEPT, Map.of(), "eve", "A refund."));
        now = now.plusSeconds(1);
        assertThat(loadAll().loaded()).isEqualTo(1);
        change("min: 0", "min: 0, max: 500");

        loadAll();

        assertThat(ids()).containsExactly("1", "2", "4");
    }

    @Test
    void zoneInTheKeyDoesNotDoubleRows() throws IOException {
        folder = root.resolve("zoned");
        write(
                folder,
                PROJECT.replace("key: [id]", "key: [id, at]"),
                TRIPS.replace("Z", "").replace("-5", "5"));
        loadAll();
        push("5", "dan", "2024-03-03T12:00:00Z", null, 40);
        loadAll();
        change("event_time: at", "event_time: at\n    zone: Asia/Tokyo");

        String made = recipe();
        LoadReport report = loadAll();
        recipe(made); // as if the process had been killed before the recipe was kept
        LoadReport again = loadAll();

        assertThat(ids()).containsExactly("3", "1", "2", "4", "5");
        assertThat(Objects.requireNonNull(report.anew()).kept()).isEqualTo(1);
        assertThat(again.anew()).isEqualTo(report.anew());
        assertThat(again.changed()).isFalse();
    }

    @Test
    void changeFeedKeepsWhatItNoLongerTellsAndBringsBackNothing() throws IOException {
        folder = root.resolve("feed");
        String feed = PROJECT.replace("key: [id]", "key: [id]\n    operation: { column: op, insert: insert, update: update, delete: delete }");
        write(folder, feed, TRIPS.replace("fare\n", "fare,op\n").replaceAll("(?<=\\d)\n", ",insert\n"));
        loadAll();
        assertThat(ids()).containsExactly("3", "1", "2");
        Files.writeString(folder.resolve("trips.csv"), """
                id,driver,at,paid,fare,op
                1,ann,2024-03-03T08:00:00Z,,12,update
                3,bob,2024-03-03T09:00:00Z,,700,delete
                """);
        change("min: 0", "min: 0, max: 500");

        LoadReport report = loadAll();

        assertThat(Objects.requireNonNull(report.anew()).kept()).isEqualTo(1);
        assertThat(report.quarantined()).isEmpty(); // the third is gone, whatever it was
        assertThat(ids()).containsExactly("2", "1");
    }

    @Test
    void keyAndTypeMayChange() throws IOException {
        change("key: [id]", "key: [id, driver]");
        change("      fares: sum(fare) over last 100 events\n", "");
        change("fare:   { type: double, min: 0 }", "fare:   { type: string }");

        LoadReport report = loadAll();

        assertThat(Objects.requireNonNull(report.anew()).changes())
                .containsExactly("key was [id], is [id, driver]", "fare: type was double, is string", "fare: min was 0, is none");
        assertThat(version(report).id()).isEqualTo(fresh().id());
        assertThat(version(report).key()).containsExactly("id", "driver");
    }

    @Test
    void failedOrInterruptedMakingKeepsTheDataset() throws IOException {
        DatasetVersion before = version(loadAll());
        change("min: 0", "min: 0, max: 500");
        Files.move(folder.resolve("trips.csv"), folder.resolve("away.csv"));

        assertThatThrownBy(this::loadAll)
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.problems().getFirst().code()).isEqualTo(ErrorCode.BAD_VALUE);
                    assertThat(e.problems().getFirst().message())
                            .contains("fare: max was none, is 500")
                            .contains("cannot be read");
                    assertThat(e.problems().getFirst().hint()).contains("views and models name it, too");
                    assertThat(e.problems().getLast().code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
                });
        Files.move(folder.resolve("away.csv"), folder.resolve("trips.csv"));
        change("late_window: 30d", "late_window: 30d\n    checks: [{ block: row_count > 3 }]");
        assertThatThrownBy(this::loadAll).isInstanceOfSatisfying(
                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_BLOCKED));

        assertThat(ProjectDatasets.latest(project()).get("trips")).isEqualTo(before);
        assertThat(Datasets.changes(project())).containsOnlyKeys("trips");
        assertThat(folder.resolve(".keelson/anew")).doesNotExist();

        // as if the process had been killed after the new version became the latest and before its recipe was kept
        change("\n    checks: [{ block: row_count > 3 }]", "");
        String made = recipe();
        DatasetVersion anew = version(loadAll());
        recipe(made);
        Files.createDirectories(folder.resolve(".keelson/anew/trips"));
        LoadReport again = loadAll();
        assertThat(again.anew()).isNotNull();
        assertThat(version(again)).isEqualTo(anew);
        assertThat(loadAll().anew()).isNull();
        assertThat(folder.resolve(".keelson/anew")).doesNotExist();
    }

    private String recipe() {
        try (Workspace workspace = Workspace.reading(project())) {
            return workspace.catalog().read(tx -> tx.step("recipe-of-dataset trips")).orElseThrow();
        }
    }

    private void recipe(String text) {
        try (Workspace workspace = new Workspace(project())) {
            workspace.catalog().update(tx -> tx.putStep("recipe-of-dataset trips", "recipe", text));
        }
    }

    @Test
    void nothingIsMadeAnewWhereNothingChanged() throws IOException {
        change("late_window: 30d", "late_window: 60d\n    checks: [{ warn: row_count > 1 }]");
        Map<Path, FileTime> before = files();

        LoadReport report = loadAll();

        assertThat(report.anew()).isNull();
        assertThat(report.changed()).isFalse();
        assertThat(files()).isEqualTo(before);
    }

    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> times = new java.util.TreeMap<>();
        try (Stream<Path> files = Files.walk(folder.resolve(".keelson/datasets"))) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void projectOfTheReleaseBeforeGoesOn() throws IOException {
        Project project = project();
        String times = "event_time at, created none, known_after PT0S, outcomes [fare], zone UTC";
        try (Workspace workspace = new Workspace(project)) {
            workspace.catalog().update(tx -> tx.putStep("times-of-source trips", "times", times));
            forgetRecipe(workspace);
        }

        assertThat(loadAll().anew()).isNull();

        try (Workspace workspace = new Workspace(project)) {
            forgetRecipe(workspace);
        }
        change("event_time: at", "event_time: at\n    known_after: 1h");
        assertThat(Objects.requireNonNull(loadAll().anew()).changes()).containsExactly("known_after was 0s, is 1h");
    }

    /** As if the release before had made the dataset. */
    private static void forgetRecipe(Workspace workspace) throws IOException {
        workspace.close();
        try (java.sql.Connection db = java.sql.DriverManager.getConnection(
                        "jdbc:sqlite:" + workspace.state().catalog());
                java.sql.Statement statement = db.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM steps WHERE key LIKE 'recipe-of-dataset%'")).isOne();
        } catch (java.sql.SQLException e) {
            throw new IOException(e);
        }
    }

    @Test
    void versionThatARunReadStaysReadable() throws IOException {
        DatasetVersion before = version(loadAll());
        try (Workspace workspace = new Workspace(project())) {
            workspace.catalog()
                    .update(tx -> tx.putRun(new Run(
                            "0123456789abcdef0123456789abcdef",
                            "fares",
                            Run.Status.FINISHED,
                            now,
                            now,
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            List.of(),
                            "{\"dataset\": \"%s\"}".formatted(before.id()))));
        }
        change("min: 0", "min: 0, max: 500");
        DatasetVersion anew = version(loadAll());

        Datasets.change(project(), () -> now, data -> data.collect(null, false));

        assertThat(Datasets.look(project(), () -> now, data -> data.verify(null, before.id())).rows()).isEqualTo(3);
        assertThat(Datasets.look(project(), () -> now, data -> data.versionAt(null, now)).id()).isEqualTo(anew.id());
    }
}
