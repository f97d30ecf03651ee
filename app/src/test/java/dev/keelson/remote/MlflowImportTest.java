package dev.keelson.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.mlflow.ServedCatalog;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.registry.tracking.TrackedRun;
import dev.keelson.remote.ImportReport.What;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MlflowImportTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final MlflowImport.Options ALL = new MlflowImport.Options(List.of(), true, false, false, "ann");
    private static final String RUN = MlrunsFolder.RUN;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path home;

    @SuppressWarnings("NullAway.Init")
    private Catalog catalog;

    private final HeldBlobs blobs = new HeldBlobs();

    @BeforeEach
    void open() {
        catalog = SqliteCatalog.open(home.resolve("keelson.db"));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void everythingOfAFolderIsTakenOver() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));

        ImportReport report = take(folder.root(), ALL);

        assertThat(report.bad()).isEmpty();
        assertThat(report.clashes()).isEmpty();
        assertThat(report.count(What.RUNS)).isEqualTo(new ImportReport.Count(What.RUNS, 3, 3));
        assertThat(report.count(What.POINTS)).isEqualTo(new ImportReport.Count(What.POINTS, 5, 5));
        assertThat(report.count(What.FILES)).isEqualTo(new ImportReport.Count(What.FILES, 3, 3));
        assertThat(report.count(What.VERSIONS)).isEqualTo(new ImportReport.Count(What.VERSIONS, 2, 2));
        TrackedRun run = run(RUN);
        assertThat(run.info().status()).isEqualTo(Run.Status.FINISHED);
        assertThat(run.info().startedAt()).isEqualTo(Instant.ofEpochMilli(1700000000000L));
        assertThat(run.info().endedAt()).isEqualTo(Instant.ofEpochMilli(1700000009000L));
        assertThat(run.params()).isEqualTo(Map.of("learner", "logistic", "l2", ""));
        assertThat(run.tags()).containsEntry("note", "two\nlines").containsEntry("mlflow.runName", "first");
        assertThat(run.inputs()).singleElement().satisfies(input -> assertThat(input.digest()).isEqualTo("12ab"));
        assertThat(points(RUN, "loss")).hasSize(4).contains(new MetricPoint("loss", 0.5, 1700000000002L, 1));
        assertThat(text(run, "model/model.pkl")).isEqualTo("not opened");
        assertThat(run(MlrunsFolder.OTHER).info().status()).isEqualTo(Run.Status.RUNNING);
        assertThat(run(MlrunsFolder.GONE).info().lifecycle()).isEqualTo(Lifecycle.DELETED);
        RegisteredVersion third = version(3);
        assertThat(third.stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(third.aliases()).containsExactly("champion");
        assertThat(third.source()).isEqualTo("runs:/%s/model".formatted(RUN));
        assertThat(third.tags()).isEqualTo(Map.of("checked", "yes"));
        assertThat(third.createdAt()).isEqualTo(Instant.ofEpochMilli(1700000003000L));
        assertThat(version(1).stage()).isEqualTo(Stage.ARCHIVED);
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit("goals", 10)))
                .anySatisfy(entry -> assertThat(entry.reason()).startsWith("Imported from "));
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit("goals", 100)))
                .filteredOn(entry -> entry.action().equals("register"))
                .extracting(AuditEntry::version)
                .contains(1, 3)
                .doesNotHaveDuplicates();
    }

    @Test
    void importingAgainTakesNothingTwice() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        take(folder.root(), ALL);
        int audit = catalog.read(tx -> tx.audit(null, 1000)).size();

        ImportReport again = take(folder.root(), ALL);
        ImportReport whole = take(folder.root(), new MlflowImport.Options(List.of(), true, false, true, "ann"));

        for (ImportReport report : List.of(again, whole)) {
            assertThat(report.complete()).isTrue();
            assertThat(report.counts()).allSatisfy(count -> assertThat(count.imported()).isZero());
        }
        assertThat(points(RUN, "loss")).hasSize(4);
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit(null, 1000))).hasSize(audit);
    }

    @Test
    void whatIsNewIsTakenTheNextTime() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        take(folder.root(), ALL);
        folder.append("314159/" + RUN + "/metrics/loss", "1700000000009 0.1 4\n");
        folder.write("314159/" + RUN + "/tags/note", "changed there");
        folder.write("314159/" + RUN + "/artifacts/importance.csv", "feature,gain\nform,1\n");
        folder.run("314159", MlrunsFolder.OTHER, "second", 4, "active");
        folder.version(4, "Production", RUN);
        folder.version(3, "Archived", RUN);
        folder.write("models/goals/aliases/champion", "4");

        ImportReport report = take(folder.root(), ALL);

        assertThat(report.complete()).isTrue();
        assertThat(report.count(What.POINTS).imported()).isEqualTo(1);
        assertThat(report.count(What.FILES).imported()).isEqualTo(1);
        assertThat(run(RUN).tags()).containsEntry("note", "changed there");
        assertThat(text(run(RUN), "importance.csv")).isEqualTo("feature,gain\nform,1\n");
        assertThat(run(MlrunsFolder.OTHER).info().status()).isEqualTo(Run.Status.FAILED);
        assertThat(version(4).aliases()).containsExactly("champion");
        assertThat(version(4).stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(version(3).stage()).isEqualTo(Stage.ARCHIVED);
    }

    @Test
    void whatWasChangedHereStaysAndWhatWasChangedOnBothSidesIsTold() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.write("314159/" + RUN + "/tags/mine", "before");
        take(folder.root(), ALL);
        catalog.update(tx -> tx.tracking().log(RUN, List.of(), Map.of(), Map.of("note", "mine", "mine", "after")));
        governance().alias("goals", "champion", 1, "bob", "Better.");
        folder.write("314159/" + RUN + "/tags/note", "theirs");
        folder.write("314159/" + RUN + "/params/learner", "boosted");
        folder.write("models/goals/aliases/champion", "2");
        folder.version(2, "None", RUN);

        ImportReport report = take(folder.root(), ALL);

        assertThat(report.clashes())
                .extracting(ImportReport.Clash::what)
                .containsExactlyInAnyOrder(
                        "run %s tag note".formatted(RUN), "run %s param learner".formatted(RUN), "goals alias champion");
        assertThat(run(RUN).tags()).containsEntry("note", "mine").containsEntry("mine", "after");
        assertThat(run(RUN).params()).containsEntry("learner", "logistic");
        assertThat(version(1).aliases()).containsExactly("champion");
        assertThat(version(2).stage()).isEqualTo(Stage.NONE);
    }

    @Test
    void anImportThatWasKilledGoesOn() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        blobs.left = 1;

        assertThatThrownBy(() -> take(folder.root(), ALL)).isInstanceOf(IllegalStateException.class);
        blobs.left = Integer.MAX_VALUE;
        ImportReport report = take(folder.root(), ALL);

        assertThat(report.complete()).isTrue();
        assertThat(points(RUN, "loss")).hasSize(4);
        assertThat(text(run(RUN), "model/model.pkl")).isEqualTo("not opened");
        assertThat(run(RUN).info().status()).isEqualTo(Run.Status.FINISHED);
        assertThat(version(3).stage()).isEqualTo(Stage.PRODUCTION);
    }

    @Test
    void aDryRunCountsAndWritesNothing() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));

        ImportReport dry = take(folder.root(), new MlflowImport.Options(List.of(), true, true, false, "ann"));
        boolean written = catalog.read(tx -> tx.tracking().runInfo(RUN)).isPresent();
        ImportReport real = take(folder.root(), ALL);

        assertThat(written).isFalse();
        assertThat(dry.counts()).isEqualTo(real.counts());
    }

    @Test
    void oneExperimentWithoutFilesIsTakenAlone() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));

        ImportReport report =
                take(folder.root(), new MlflowImport.Options(List.of("goals"), false, false, false, "ann"));

        assertThat(report.count(What.RUNS).imported()).isEqualTo(2);
        assertThat(report.count(What.FILES).found()).isZero();
        assertThat(report.count(What.MODELS).found()).isZero();
        assertThatThrownBy(() ->
                        take(folder.root(), new MlflowImport.Options(List.of("goal"), false, false, false, "ann")))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThat(take(folder.root(), ALL).count(What.FILES).imported()).isEqualTo(3);
    }

    @Test
    void badFilesAreToldAndTheRestIsTaken() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.write("314159/bad/meta.yaml", "run_id: bad\nstatus: 17\n");
        Path secret = Files.writeString(home.resolve("secret"), "key");
        Files.createSymbolicLink(folder.root().resolve("314159/" + RUN + "/artifacts/stolen"), secret);
        folder.write("models/goals/version-9/meta.yaml", "version: 8\n");

        ImportReport report = take(folder.root(), ALL);

        assertThat(report.bad()).extracting(ImportReport.Bad::where).containsExactlyInAnyOrder(
                "314159/bad", "314159/" + RUN + "/artifacts/stolen", "models/goals/version-9/meta.yaml");
        assertThat(report.count(What.RUNS).imported()).isEqualTo(3);
        assertThat(blobs.held.values()).noneMatch(bytes -> new String(bytes, StandardCharsets.UTF_8).equals("key"));
    }

    @Test
    void anotherRunOfTheSameIdIsToldAndStays() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        catalog.update(tx -> {
            tx.tracking().createRun(RUN, "0", "own", "bob", CLOCK.instant(), Map.of("mlflow.runName", "own"));
            tx.tracking().log(RUN, List.of(), Map.of("learner", "another"), Map.of());
        });

        ImportReport report = take(folder.root(), ALL);

        assertThat(report.clashes()).extracting(ImportReport.Clash::what).containsExactly("run " + RUN);
        assertThat(run(RUN).info().name()).isEqualTo("own");
        assertThat(points(RUN, "loss")).isEmpty();
    }

    @Test
    void aServerIsImportedAsItsFolderIs() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        Path other = Files.createDirectories(home.resolve("served"));
        try (ServedCatalog served = ServedCatalog.start(other)) {
            new MlflowImport(
                            served.catalog(),
                            new Governance(served.catalog(), CLOCK, model -> {}),
                            blobs,
                            CLOCK,
                            new MlflowImport.Options(List.of(), false, false, false, "ann"),
                            (what, runs, bytes) -> {})
                    .from(folder.root());
            byte[] bytes = "not opened".getBytes(StandardCharsets.UTF_8);
            String root = Objects.requireNonNull(ServerSource.proxied(served.catalog()
                    .read(tx -> tx.tracking().runInfo(RUN))
                    .orElseThrow()
                    .artifactUri()));
            try (MlflowClient client = client(served.url())) {
                client.upload(root + "/model/model.pkl", bytes.length, () -> new ByteArrayInputStream(bytes));
            }

            ImportReport report = importer(ALL).from(client(served.url()));
            ImportReport again = importer(ALL).from(client(served.url()));

            assertThat(report.bad()).isEmpty();
            assertThat(report.clashes()).isEmpty();
            assertThat(report.count(What.RUNS).imported()).isEqualTo(3);
            assertThat(report.count(What.POINTS).imported()).isEqualTo(5);
            assertThat(again.complete()).isTrue();
            assertThat(again.counts()).allSatisfy(count -> assertThat(count.imported()).isZero());
            TrackedRun there = served.catalog()
                    .<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(RUN), Detail.ALL))
                    .getFirst();
            assertThat(run(RUN).params()).isEqualTo(there.params());
            assertThat(run(RUN).tags()).isEqualTo(there.tags());
            assertThat(run(RUN).inputs()).isEqualTo(there.inputs());
            assertThat(run(RUN).info().status()).isEqualTo(there.info().status());
            assertThat(points(RUN, "loss")).hasSize(4);
            assertThat(text(run(RUN), "model/model.pkl")).isEqualTo("not opened");
            assertThat(run(MlrunsFolder.GONE).info().lifecycle()).isEqualTo(Lifecycle.DELETED);
            assertThat(version(3).stage()).isEqualTo(Stage.PRODUCTION);
            assertThat(version(3).aliases()).containsExactly("champion");
            assertThat(version(3).tags()).isEqualTo(Map.of("checked", "yes"));
        }
    }

    @Test
    void loggedModelsOfAFolderAreTakenOver() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.loggedModel();

        ImportReport report = take(folder.root(), ALL);
        ImportReport again = take(folder.root(), ALL);

        assertThat(report.bad()).isEmpty();
        assertThat(report.clashes()).isEmpty();
        assertThat(report.count(What.LOGGED_MODELS)).isEqualTo(new ImportReport.Count(What.LOGGED_MODELS, 1, 1));
        assertThat(report.count(What.FILES).imported()).isEqualTo(5);
        assertThat(again.complete()).isTrue();
        assertThat(again.counts()).allSatisfy(count -> assertThat(count.imported()).isZero());
        loggedModelIsHere();
        assertThat(run(MlrunsFolder.GONE).info().lifecycle()).isEqualTo(Lifecycle.DELETED);
        assertThat(logged().metrics())
                .extracting(LoggedModel.Metric::runId)
                .containsExactlyInAnyOrder(RUN, MlrunsFolder.GONE);
    }

    @Test
    void loggedModelsOfAServerAreTakenOver() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.loggedModel();
        Path other = Files.createDirectories(home.resolve("served"));
        try (ServedCatalog served = ServedCatalog.start(other)) {
            new MlflowImport(
                            served.catalog(),
                            new Governance(served.catalog(), CLOCK, model -> {}),
                            blobs,
                            CLOCK,
                            new MlflowImport.Options(List.of(), false, false, false, "ann"),
                            (what, runs, bytes) -> {})
                    .from(folder.root());
            String root = Objects.requireNonNull(ServerSource.proxied(served.catalog()
                    .read(tx -> tx.tracking().loggedModel(MlrunsFolder.LOGGED))
                    .orElseThrow()
                    .artifactUri()));
            try (MlflowClient client = client(served.url())) {
                for (var file : Map.of("MLmodel", "flavors: {}\n", "data/model.bin", "bytes").entrySet()) {
                    byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
                    client.upload(root + "/" + file.getKey(), bytes.length, () -> new ByteArrayInputStream(bytes));
                }
            }

            ImportReport report = importer(ALL).from(client(served.url()));
            ImportReport again = importer(ALL).from(client(served.url()));

            assertThat(report.bad()).isEmpty();
            assertThat(report.clashes()).isEmpty();
            assertThat(report.count(What.LOGGED_MODELS)).isEqualTo(new ImportReport.Count(What.LOGGED_MODELS, 1, 1));
            assertThat(again.complete()).isTrue();
            assertThat(again.counts()).allSatisfy(count -> assertThat(count.imported()).isZero());
            loggedModelIsHere();
        }
    }

    @Test
    void whatOfALoggedModelCannotBeTakenIsNamed() throws IOException {
        MlrunsFolder folder = MlrunsFolder.complete(home.resolve("mlruns"));
        folder.loggedModel();
        String model = "314159/models/" + MlrunsFolder.LOGGED;
        folder.append(model + "/metrics/loss", "1700000000009 0.3 0 ffffffffffffffffffffffffffffffff\n");
        folder.write(model + "/metrics/odd", "1700000000009 0.3\n");
        folder.write("314159/models/m-1/meta.yaml", "model_id: m-2\n");
        folder.write("314159/traces/tr-1/trace_info.yaml", "request_id: tr-1\n");

        ImportReport report = take(folder.root(), ALL);
        catalog.update(tx -> tx.tracking().putLoggedModel(tagged(logged(), "mine")));
        folder.write(model + "/tags/reviewed", "yes");
        ImportReport again = take(folder.root(), ALL);

        assertThat(report.bad())
                .extracting(ImportReport.Bad::where)
                .containsExactlyInAnyOrder(
                        model + "/metrics/odd",
                        "logged model %s metrics [loss]".formatted(MlrunsFolder.LOGGED),
                        "314159/m-1");
        assertThat(report.count(What.LOGGED_MODELS)).isEqualTo(new ImportReport.Count(What.LOGGED_MODELS, 2, 1));
        assertThat(report.remarks()).containsExactly("314159/traces holds 1 traces, which are not imported.");
        assertThat(again.clashes())
                .extracting(ImportReport.Clash::what)
                .containsExactly("logged model %s tag reviewed".formatted(MlrunsFolder.LOGGED));
        assertThat(logged().tags()).isEqualTo(Map.of("reviewed", "mine"));
    }

    // ---- helpers

    private void loggedModelIsHere() {
        LoggedModel model = logged();
        assertThat(model.name()).isEqualTo("winner");
        assertThat(model.status()).isEqualTo(LoggedModel.Status.READY);
        assertThat(model.modelType()).isEqualTo("classifier");
        assertThat(model.sourceRunId()).isEqualTo(RUN);
        assertThat(model.createdAt()).isEqualTo(Instant.ofEpochMilli(1700000006000L));
        assertThat(model.params()).isEqualTo(Map.of("depth", "6"));
        assertThat(model.tags()).isEqualTo(Map.of("reviewed", "no"));
        assertThat(model.metrics()).contains(new LoggedModel.Metric(
                new MetricPoint("loss", 0.5, 1700000000002L, 1, MlrunsFolder.LOGGED, "matches", "12ab"), RUN));
        assertThat(model.registrations()).containsExactly(new LoggedModel.Registration("goals", 4));
        assertThat(version(4).source()).isEqualTo("models:/" + MlrunsFolder.LOGGED);
        assertThat(points(RUN, "loss")).hasSize(4);
        assertThat(run(RUN).modelOutputs()).isEqualTo(Map.of(MlrunsFolder.LOGGED, 5L));
        assertThat(run(MlrunsFolder.OTHER).modelInputs()).containsExactly(MlrunsFolder.LOGGED);
        String root = Objects.requireNonNull(ServerSource.proxied(model.artifactUri()));
        assertThat(catalog.<Optional<StoredFile>>read(tx -> tx.files().file(root + "/data/model.bin")).orElseThrow().bytes())
                .isEqualTo(5);
    }

    private LoggedModel logged() {
        return catalog.<Optional<LoggedModel>>read(tx -> tx.tracking().loggedModel(MlrunsFolder.LOGGED)).orElseThrow();
    }

    private static LoggedModel tagged(LoggedModel model, String reviewed) {
        return new LoggedModel(
                model.id(),
                model.experimentId(),
                model.name(),
                model.artifactUri(),
                model.status(),
                model.modelType(),
                model.sourceRunId(),
                model.lifecycle(),
                model.createdAt(),
                model.updatedAt(),
                model.params(),
                new TreeMap<>(Map.of("reviewed", reviewed)),
                model.metrics(),
                model.registrations());
    }

    private ImportReport take(Path folder, MlflowImport.Options options) {
        return importer(options).from(folder);
    }

    private MlflowImport importer(MlflowImport.Options options) {
        return new MlflowImport(catalog, governance(), blobs, CLOCK, options, (what, runs, bytes) -> {});
    }

    private Governance governance() {
        return new Governance(catalog, CLOCK, model -> {});
    }

    private static MlflowClient client(String url) {
        return new MlflowClient(
                RemoteAddress.of(url, Credentials.NONE),
                new MlflowClient.Patience(Duration.ofSeconds(20), 1, Duration.ofMillis(1), pause -> {}),
                new SplittableRandom(1));
    }

    private TrackedRun run(String id) {
        return catalog.<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(id), Detail.ALL)).getFirst();
    }

    private RegisteredVersion version(int number) {
        return catalog.<Optional<RegisteredVersion>>read(tx -> tx.registry().registered("goals", number)).orElseThrow();
    }

    private List<MetricPoint> points(String run, String key) {
        return catalog.<List<MetricPoint>>read(tx -> tx.tracking().history(run, key, 0, 1000).items());
    }

    private String text(TrackedRun run, String path) {
        String root = Objects.requireNonNull(ServerSource.proxied(run.info().artifactUri()));
        StoredFile file = catalog.<Optional<StoredFile>>read(tx -> tx.files().file(root + "/" + path)).orElseThrow();
        return new String(Objects.requireNonNull(blobs.held.get(file.sha256())), StandardCharsets.UTF_8);
    }

    /** Bytes in memory; what stores them may die. */
    private static final class HeldBlobs implements Blobs {
        private final Map<String, byte[]> held = new TreeMap<>();
        private int left = Integer.MAX_VALUE;

        @Override
        public Stored put(InputStream in) throws IOException {
            if (left-- <= 0) {
                throw new IllegalStateException("killed");
            }
            byte[] bytes = in.readAllBytes();
            String sha256 = HexFormat.of().formatHex(FolderSource.sha256().digest(bytes));
            held.put(sha256, bytes);
            return new Stored(sha256, bytes.length);
        }

        @Override
        public InputStream open(String sha256) {
            return new ByteArrayInputStream(Objects.requireNonNull(held.get(sha256)));
        }
    }
}
