package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.ReviewDecision;
import dev.keelson.data.ReviewDecision.Action;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.Materialization;
import dev.keelson.frame.Frame;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureServing;
import dev.keelson.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows about which persons decided otherwise after a load. */
final class ReviewAgainIT {
    private static final String PROJECT = """
            keelson: 1
            project: rides
            timezone: UTC
            sources:
              trips:
                file: trips.csv
                key: [id]
                event_time: at
                created: paid
                late_window: 1d
                columns:
                  id:     { type: string, required: true }
                  driver: { type: string, required: true }
                  at:     { type: timestamp, required: true }
                  paid:   { type: timestamp }
                  fare:   { type: double, min: 0 }
                rules: [{ check: fare < 600, on_fail: warn }]
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
            2,ann,2024-03-02T08:00:00Z,2024-03-02T09:00:00Z,20
            3,bob,2024-02-20T09:00:00Z,2024-02-20T10:00:00Z,700
            4,cid,2024-02-21T10:00:00Z,2024-02-21T10:30:00Z,-5
            5,ann,2024-02-22T10:00:00Z,2024-02-22T10:30:00Z,-6
            """;

    private static final List<String> FEATURES = List.of("stats:trips", "stats:fares");
    private static final List<String> DRIVERS = List.of("ann", "bob", "cid");

    @TempDir
    Path root;

    private Path folder;
    private Instant now = Instant.parse("2024-03-04T00:00:00Z");

    @BeforeEach
    void load() throws IOException {
        folder = root.resolve("grown");
        write(folder, TRIPS);
        loadAll();
        materialize();
    }

    private static void write(Path folder, String trips) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Files.writeString(folder.resolve("trips.csv"), trips);
    }

    private Project project() {
        return Projects.read(folder, Map.of());
    }

    private LoadReport loadAll() {
        now = now.plusSeconds(1);
        return Datasets.change(project(), () -> now, data -> data.load(null)).getFirst();
    }

    private static DatasetVersion version(LoadReport report) {
        return Objects.requireNonNull(report.version());
    }

    /** The row of the queue with an id in its key. */
    private String row(String id) {
        return Datasets.look(project(), () -> now, data -> data.review((String) null)).stream()
                .filter(item -> item.row().rawLine().startsWith(id + ","))
                .map(Review.Item::id)
                .findFirst()
                .orElseThrow();
    }

    private ReviewDecision decide(String row, Action action, Map<String, String> cells) {
        now = now.plusSeconds(1);
        return Datasets.change(project(), () -> now, data -> data.decide(null, row, action, cells, "eve", "So it is."));
    }

    private void revert(ReviewDecision decision) {
        now = now.plusSeconds(1);
        Datasets.change(project(), () -> now, data -> data.revert(null, decision.id(), "eve", "A mistake."));
    }

    private List<String> ids() {
        try (Workspace workspace = Workspace.reading(project())) {
            Frame rows = workspace.datasets().read(workspace.datasets().latest("trips").orElseThrow());
            List<String> ids = new ArrayList<>();
            for (int row = 0; row < rows.rows(); row++) {
                ids.add(String.valueOf(rows.vector("id").get(row)));
            }
            return ids.stream().sorted().toList();
        }
    }

    /** What this folder has is what another one has of the same file and the decisions that hold. */
    private void assertAsFresh() throws IOException {
        LoadReport again = loadAll();
        assertThat(again.changed()).isFalse();
        List<ReviewDecision> decisions = Datasets.look(project(), () -> now, data -> data.decisions(null));
        Path grown = folder;
        folder = Files.createDirectories(root.resolve("fresh"));
        write(folder, Files.readString(grown.resolve("trips.csv")));
        loadAll();
        Review.inForce(decisions).forEach((row, decision) -> decide(row, decision.action(), decision.cells()));
        LoadReport fresh = loadAll();
        folder = grown;
        assertThat(version(again).id()).isEqualTo(version(fresh).id());
        assertThat(again.quarantined())
                .extracting(QuarantinedRow::line)
                .isEqualTo(fresh.quarantined().stream().map(QuarantinedRow::line).toList());
        materialize();
        assertServedAsHistory();
    }

    private static FeatureServing features(LiveBackend backend) {
        return Objects.requireNonNull(backend.features());
    }

    private void materialize() {
        try (LiveBackend backend = LiveBackend.open(project(), () -> now)) {
            features(backend).materialize(Materialization.Request.INCREMENTAL, (source, rows, total) -> {});
        }
    }

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
                String feature = FEATURES.get(f).substring("stats:".length());
                String column = history.schema().names().stream()
                        .filter(name -> name.endsWith(feature))
                        .findFirst()
                        .orElseThrow();
                for (int row = 0; row < DRIVERS.size(); row++) {
                    Object was = history.vector(column).get(row);
                    Double expected = was == null ? Double.NaN : ((Number) was).doubleValue();
                    assertThat(served.columns().get(f).values()[row])
                            .as(feature + " of " + DRIVERS.get(row))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void revertedAcceptanceTakesTheRowOutAgain() throws IOException {
        DatasetVersion before = version(loadAll());
        ReviewDecision accepted = decide(row("4"), Action.ACCEPT, Map.of());
        DatasetVersion with = version(loadAll());
        materialize();
        assertThat(ids()).containsExactly("1", "2", "3", "4");

        revert(accepted);
        LoadReport report = loadAll();

        assertThat(version(report).id()).isEqualTo(before.id());
        assertThat(report.anew()).isNull();
        assertThat(report.quarantined()).extracting(QuarantinedRow::line).containsExactly(5, 6);
        try (Workspace workspace = Workspace.reading(project())) {
            assertThat(workspace.datasets().read(with).rows()).isEqualTo(4);
        }
        assertAsFresh();
    }

    @Test
    void otherDecisionsStayWhenOneIsReverted() throws IOException {
        ReviewDecision accepted = decide(row("4"), Action.ACCEPT, Map.of());
        decide(row("5"), Action.CORRECT, Map.of("fare", "6"));
        loadAll();
        materialize();
        assertThat(ids()).containsExactly("1", "2", "3", "4", "5");

        revert(accepted);
        loadAll();

        assertThat(ids()).containsExactly("1", "2", "3", "5");
        assertAsFresh();
    }

    @Test
    void acceptedRowIsRejectedWithoutARevert() throws IOException {
        String row = row("4");
        decide(row, Action.ACCEPT, Map.of());
        loadAll();
        materialize();

        decide(row, Action.REJECT, Map.of());
        loadAll();

        assertThat(ids()).containsExactly("1", "2", "3");
        assertAsFresh();
        assertThatThrownBy(() -> decide("0000", Action.REJECT, Map.of()))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REVIEW_NOT_FOUND));
    }

    @Test
    void acceptedRowIsCorrectedWithoutARevert() throws IOException {
        String row = row("4");
        decide(row, Action.ACCEPT, Map.of());
        loadAll();
        materialize();

        decide(row, Action.CORRECT, Map.of("id", "9", "fare", "5"));
        loadAll();

        assertThat(ids()).containsExactly("1", "2", "3", "9");
        assertAsFresh();
    }

    @Test
    void revertedCorrectionTakesTheRowOutAgainWhateverItsKey() throws IOException {
        ReviewDecision other = decide(row("4"), Action.CORRECT, Map.of("id", "9", "fare", "5"));
        ReviewDecision same = decide(row("5"), Action.CORRECT, Map.of("fare", "5"));
        ReviewDecision marked = decide(row("3"), Action.CORRECT, Map.of("id", "8"));
        loadAll();
        materialize();
        assertThat(ids()).containsExactly("1", "2", "5", "8", "9");

        revert(other);
        revert(same);
        revert(marked);
        loadAll();

        assertThat(ids()).containsExactly("1", "2", "3");
        assertAsFresh();
    }

    @Test
    void rowThatTurnedBadIsTakenOutByItsRejection() throws IOException {
        write(folder, TRIPS.replace(",20\n", ",twenty\n"));
        loadAll();
        assertThat(ids()).containsExactly("1", "2", "3");

        revert(decide(row("2"), Action.REJECT, Map.of()));
        assertThat(loadAll().changed()).isFalse(); // what was never loaded changes nothing
        decide(row("2"), Action.REJECT, Map.of());
        loadAll();

        assertThat(ids()).containsExactly("1", "3");
        assertAsFresh();
    }

    @Test
    void revertHoldsWhenTheDatasetIsMadeAnew() throws IOException {
        ReviewDecision accepted = decide(row("4"), Action.ACCEPT, Map.of());
        loadAll();

        revert(accepted);
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT.replace("min: 0", "min: 0, max: 900"));
        LoadReport report = loadAll();

        assertThat(Objects.requireNonNull(report.anew()).kept()).isZero();
        assertThat(ids()).containsExactly("1", "2", "3");
        assertThat(loadAll().changed()).isFalse();
    }
}
