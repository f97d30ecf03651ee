package dev.keelson.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.mlflow.ServedCatalog;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.RegistryConflict;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.registry.tracking.TrackedRun;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistryLinkTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final String MODEL = "winner";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    Path home;

    @SuppressWarnings("NullAway.Init")
    private Catalog catalog;

    @SuppressWarnings("NullAway.Init")
    private FileArtifactStore artifacts;

    @SuppressWarnings("NullAway.Init")
    private FakeMlflow server;

    private final AtomicInteger nudges = new AtomicInteger();

    @BeforeEach
    void open() throws IOException {
        catalog = queueing();
        artifacts = new FileArtifactStore(home.resolve("artifacts"));
        server = new FakeMlflow();
    }

    private Catalog queueing() {
        return new QueueingCatalog(
                SqliteCatalog.open(home.resolve("keelson.db")), CLOCK, true, true, nudges::incrementAndGet);
    }

    @AfterEach
    void close() {
        server.close();
        catalog.close();
    }

    @Test
    void aTrainingIsToldWithItsRunVersionAliasAndStage() {
        train(1);
        governance().transition(MODEL, 1, Stage.PRODUCTION, false, "ann", "Good.");

        RegistryLink.Sent sent = send();

        assertThat(sent).isEqualTo(new RegistryLink.Sent(4, 0, 0, null));
        ObjectNode run = server.runs.values().iterator().next();
        assertThat(FakeMlflow.value(run, "tags", RegistryLink.RUN_ID)).isEqualTo(runId(1));
        assertThat(FakeMlflow.value(run, "params", "rounds")).isEqualTo("1");
        assertThat(FakeMlflow.value(run, "metrics", "log_loss")).isEqualTo("0.5");
        assertThat(run.path("info").path("status").asText()).isEqualTo("FINISHED");
        assertThat(server.files.keySet()).allMatch(path -> path.endsWith("/artifacts/model.bundle"));
        ObjectNode version = Objects.requireNonNull(Objects.requireNonNull(Objects.requireNonNull(server.versions.get(MODEL)).get(1)));
        assertThat(RemoteSide.tag(version, RegistryLink.SHA256)).isEqualTo(hash(1));
        assertThat(version.path("source").asText()).endsWith("/artifacts/model.bundle");
        assertThat(version.path("current_stage").asText()).isEqualTo("Production");
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 1));
        assertThat(nudges.get()).isEqualTo(2);
    }

    @Test
    void whatFailsIsNeitherStoredNorQueued() {
        assertThatThrownBy(() -> catalog.update(tx -> {
                    tx.putRun(aRun(1));
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(waiting()).isZero();
        assertThat(nudges.get()).isZero();
    }

    @Test
    void whileTheServerIsDownChangesWaitAndComeInTheirOrder() throws IOException {
        server.stop();
        train(1);
        train(2);
        RegistryLink.Sent down = send();
        catalog.close();
        catalog = queueing(); // another process
        server.start();

        RegistryLink.Sent up = send();

        assertThat(down.sent()).isZero();
        assertThat(down.waiting()).isEqualTo(6);
        assertThat(down.problem()).contains("cannot be reached");
        assertThat(up.waiting()).isZero();
        assertThat(up.conflicts()).isZero();
        assertThat(Objects.requireNonNull(server.versions.get(MODEL)).keySet()).containsExactly(1, 2);
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 1, "challenger", 2));
    }

    @Test
    void aServerThatDiesAtAnyCallGetsEverythingOnce() {
        for (int dies = 0; dies < 26; dies++) {
            train(dies + 1);
            AtomicInteger left = new AtomicInteger(dies);
            boolean after = dies % 2 == 0;
            int status = dies % 3 == 0 ? 0 : 500;
            server.failing((call, done) -> done == after && left.getAndDecrement() == 0 ? status : -1);

            send();
            server.failing(null);
            RegistryLink.Sent sent = send();

            assertThat(sent.waiting()).isZero();
            assertThat(sent.conflicts()).isZero();
        }

        assertThat(server.runs).hasSize(26);
        assertThat(Objects.requireNonNull(server.versions.get(MODEL))).hasSize(26);
        assertThat(server.runs.values()).allSatisfy(run -> {
            assertThat(run.path("points")).hasSize(1);
            assertThat(run.path("info").path("status").asText()).isEqualTo("FINISHED");
        });
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void whatWasSentAndNotMarkedIsNotDoneTwice() {
        train(1);
        List<QueuedChange> queue = catalog.<List<QueuedChange>>read(tx -> tx.outbox().waiting(100));
        send();
        catalog.update(tx -> queue.forEach(tx.outbox()::add)); // the sender was killed before it could mark them

        RegistryLink.Sent again = send();

        assertThat(again.waiting()).isZero();
        assertThat(again.conflicts()).isZero();
        assertThat(server.runs).hasSize(1);
        assertThat(Objects.requireNonNull(server.versions.get(MODEL))).hasSize(1);
    }

    @Test
    void aVersionNumberOfAnotherHashIsAConflictThatAPersonSettles() {
        another("first");
        train(1);

        RegistryLink.Sent sent = send();
        List<RegistryConflict> found = conflicts();
        RegistryConflict version = found.stream()
                .filter(each -> each.what().equals("winner version 1"))
                .findFirst()
                .orElseThrow();
        settle(version.id(), RegistryLink.Keep.LOCAL);
        send();

        assertThat(sent.conflicts()).isEqualTo(1);
        assertThat(RemoteSide.tag(Objects.requireNonNull(Objects.requireNonNull(server.versions.get(MODEL)).get(1)), RegistryLink.SHA256))
                .isEqualTo("first");
        assertThat(RemoteSide.tag(Objects.requireNonNull(Objects.requireNonNull(server.versions.get(MODEL)).get(2)), RegistryLink.SHA256))
                .isEqualTo(hash(1));
        assertThatThrownBy(() -> settle(version.id(), RegistryLink.Keep.REMOTE))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRANSITION_REFUSED));
    }

    @Test
    void anAliasMovedOnBothSidesStaysUntilAPersonDecides() {
        train(1);
        train(2);
        train(3);
        send();
        Objects.requireNonNull(server.aliases.get(MODEL)).put("champion", 2);
        governance().alias(MODEL, "champion", 3, "ann", "Better.");

        RegistryLink.Sent sent = send();
        RegistryConflict conflict = conflicts().getFirst();

        assertThat(sent.conflicts()).isEqualTo(1);
        assertThat(conflict.what()).isEqualTo("winner alias champion");
        assertThat(conflict.local()).isEqualTo("version 3");
        assertThat(conflict.remote()).isEqualTo("version 2");
        assertThat(server.aliases.get(MODEL)).containsEntry("champion", 2);
        assertThat(alias("champion")).isEqualTo(3);

        settle(conflict.id(), RegistryLink.Keep.REMOTE);
        RegistryLink.Sent after = send();

        assertThat(alias("champion")).isEqualTo(2);
        assertThat(after.conflicts()).isZero();
        assertThat(conflicts()).isEmpty();
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit(MODEL, 1)).getFirst().reason()).contains(conflict.id());
    }

    @Test
    void whatIsOfAVersionInConflictWaitsForItsDecision() {
        train(1);
        send();
        train(2);
        governance().alias(MODEL, "champion", 2, "ann", "Better.");
        governance().transition(MODEL, 2, Stage.PRODUCTION, false, "ann", "Better.");
        another("theirs");
        Objects.requireNonNull(server.aliases.get(MODEL)).remove("champion");

        RegistryLink.Sent sent = send();
        List<RegistryConflict> found = conflicts();
        List<ObjectNode> listed = listed();

        assertThat(sent.problem()).isNull();
        assertThat(found)
                .extracting(RegistryConflict::what)
                .containsExactlyInAnyOrder("winner version 2", "winner alias champion");
        assertThat(sent.waiting()).isEqualTo(2); // the alias challenger and the stage
        assertThat(listed.stream()
                        .filter(each -> each.path("what").asText().equals("winner version 2"))
                        .findFirst()
                        .orElseThrow()
                        .path("waiting"))
                .extracting(each -> each.asText())
                .containsExactly("alias challenger", "stage Production");
        assertThat(there(2).path("current_stage").asText()).isEqualTo("None");
        assertThat(server.aliases.get(MODEL)).isEmpty();

        found.forEach(each -> settle(each.id(), RegistryLink.Keep.LOCAL));
        RegistryLink.Sent after = send();
        RegistryLink.Comparison comparison;
        try (RegistryLink link = link()) {
            comparison = link.compare(true, true);
        }

        assertThat(after).isEqualTo(new RegistryLink.Sent(4, 0, 0, null));
        assertThat(RemoteSide.tag(there(2), RegistryLink.SHA256)).isEqualTo("theirs");
        assertThat(there(2).path("current_stage").asText()).isEqualTo("None");
        assertThat(RemoteSide.tag(there(3), RegistryLink.SHA256)).isEqualTo(hash(2));
        assertThat(there(3).path("current_stage").asText()).isEqualTo("Production");
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 3, "challenger", 3));
        assertThat(conflicts()).isEmpty();
        assertThat(comparison.differing()).isEmpty();
        assertThat(comparison.missingThere()).isEmpty();
        assertThat(comparison.missingHere()).isEmpty();
    }

    @Test
    void aVersionThatGotAnotherNumberThereIsKnownByItFromThenOn() {
        another("theirs");
        train(1);
        send();
        settle(conflicts().getFirst().id(), RegistryLink.Keep.LOCAL);
        train(2);
        governance().alias(MODEL, "champion", 2, "ann", "Better.");
        governance().transition(MODEL, 2, Stage.STAGING, false, "ann", "Try it.");

        RegistryLink.Sent sent = send();

        assertThat(sent.conflicts()).isZero();
        assertThat(sent.waiting()).isZero();
        assertThat(RemoteSide.tag(there(2), RegistryLink.SHA256)).isEqualTo(hash(1));
        assertThat(RemoteSide.tag(there(3), RegistryLink.SHA256)).isEqualTo(hash(2));
        assertThat(there(2).path("current_stage").asText()).isEqualTo("None");
        assertThat(there(3).path("current_stage").asText()).isEqualTo("Staging");
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 3, "challenger", 3));

        Objects.requireNonNull(server.aliases.get(MODEL)).put("champion", 2);
        try (RegistryLink link = link()) {
            assertThat(link.compare(true, true).differing()).hasSize(1);
        }
        settle(conflicts().getFirst().id(), RegistryLink.Keep.REMOTE);

        assertThat(alias("champion")).isEqualTo(1);
    }

    @Test
    void whatIsOfAVersionThatStaysAwayIsNotTold() {
        train(1);
        send();
        train(2);
        governance().alias(MODEL, "champion", 2, "ann", "Better.");
        another("theirs");

        send();
        settle(conflicts().getFirst().id(), RegistryLink.Keep.REMOTE);
        RegistryLink.Sent sent = send();
        RegistryLink.Comparison comparison;
        try (RegistryLink link = link()) {
            comparison = link.compare(true, true);
        }

        assertThat(sent).isEqualTo(new RegistryLink.Sent(0, 0, 0, null));
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 1));
        assertThat(comparison.differing()).isEmpty();
        assertThat(comparison.missingThere()).isEmpty();
        train(3);
        governance().alias(MODEL, "champion", 3, "ann", "Better still.");
        assertThat(send().conflicts()).isZero();
        assertThat(server.aliases.get(MODEL)).containsEntry("champion", 3);
    }

    @Test
    void aSideThatTheRulesHereRefuseSaysWhatSettlesIt() {
        train(1);
        train(2);
        send();
        Objects.requireNonNull(server.aliases.get(MODEL)).put("champion", 2);
        try (RegistryLink link = link()) {
            link.compare(true, true);
        }
        RegistryConflict conflict = conflicts().getFirst();
        PromotionRules strict = new PromotionRules() {
            @Override
            public boolean serves(String model) {
                return true;
            }

            @Override
            public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
                throw new KeelsonException(ErrorCode.TRANSITION_REFUSED, "Too few outcomes.", null);
            }
        };

        try (RegistryLink link = new RegistryLink(
                catalog,
                new Governance(catalog, CLOCK, strict, model -> {}),
                new KilledSender.Stored(artifacts),
                client(server.address()),
                CLOCK)) {
            assertThatThrownBy(() -> link.settle(conflict.id(), RegistryLink.Keep.REMOTE, "ann"))
                    .isInstanceOfSatisfying(KeelsonException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.TRANSITION_REFUSED);
                        assertThat(e.getMessage()).contains("is not settled", "Too few outcomes.");
                    });
        }

        assertThat(conflicts()).containsExactly(conflict);
        catalog.update(tx -> tx.setAlias(MODEL, "champion", 2)); // promoted here
        send();
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void keepingTheLocalAliasMovesItThere() {
        train(1);
        train(2);
        send();
        Objects.requireNonNull(server.aliases.get(MODEL)).put("challenger", 1);
        governance().alias(MODEL, "challenger", null, "ann", "None.");
        send();

        settle(conflicts().getFirst().id(), RegistryLink.Keep.LOCAL);
        send();

        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 1));
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void aParamThatDiffersThereIsToldAndNotOverwritten() {
        train(1);
        send();
        FakeMlflow.put(
                server.runs.values().iterator().next(),
                "params",
                JsonNodeFactory.instance.objectNode().put("key", "rounds").put("value", "99"));
        catalog.update(tx -> tx.putRun(aRun(1)));

        send();
        RegistryConflict conflict = conflicts().getFirst();

        assertThat(conflict.local()).isEqualTo("1");
        assertThat(conflict.remote()).isEqualTo("99");
        assertThatThrownBy(() -> settle(conflict.id(), RegistryLink.Keep.LOCAL))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRANSITION_REFUSED));
        settle(conflict.id(), RegistryLink.Keep.REMOTE);
        assertThat(conflicts()).isEmpty();
    }

    @Test
    void comparingFindsWhatIsMissingAndWhatDiffers() {
        try (Catalog own = SqliteCatalog.open(home.resolve("alone.db"))) {
            catalog.close();
            catalog = own; // nothing was queued: the other registry was named later
            train(1);
            train(2);
            another("first");
            another("second");
            another("third");

            RegistryLink.Comparison comparison = link().compare(true, true);

            assertThat(comparison.missingThere())
                    .contains("run " + runId(1), "run " + runId(2), "winner alias champion", "winner alias challenger");
            assertThat(comparison.missingHere()).containsExactly("winner version 3");
            assertThat(comparison.differing())
                    .extracting(RegistryConflict::what)
                    .containsExactlyInAnyOrder("winner version 1", "winner version 2");
            assertThat(link().compare(true, true).differing()).hasSize(2);
            assertThat(conflicts()).hasSize(2);
            comparison.differing().forEach(each -> settle(each.id(), RegistryLink.Keep.REMOTE));
            assertThat(link().compare(true, true).differing()).isEmpty();
        }
    }

    @Test
    void anotherKeelsonIsTold() throws IOException {
        train(1);
        train(2);
        governance().transition(MODEL, 2, Stage.STAGING, false, "ann", "Try it.");
        Path other = Files.createDirectories(home.resolve("served"));
        try (ServedCatalog served = ServedCatalog.start(other);
                RegistryLink link = link(RemoteAddress.of(served.url(), Credentials.NONE))) {
            RegistryLink.Sent sent = link.send();
            List<RegistryConflict> asking = conflicts();
            RegistryLink.Comparison comparison = link.compare(true, true);
            RegistryLink.Sent again = link.send();

            assertThat(sent.problem()).isNull();
            assertThat(sent.conflicts()).isZero();
            assertThat(asking) // what serves there is decided there: versions of clients have no role
                    .allMatch(RegistryLink::asks)
                    .extracting(RegistryConflict::what)
                    .containsExactlyInAnyOrder("winner alias champion", "winner alias challenger");
            assertThat(asking).allMatch(each -> each.remote().startsWith("asks there for promotion: "));
            assertThat(comparison.asking()).containsExactlyInAnyOrder("winner alias champion", "winner alias challenger");
            assertThat(comparison.missingThere()).isEmpty();
            assertThat(comparison.differing()).isEmpty();
            assertThat(again).isEqualTo(new RegistryLink.Sent(0, 0, 0, null));
            assertThat(conflicts()).isEqualTo(asking);
            served.catalog().update(tx -> tx.setAlias(MODEL, "champion", 1)); // the other side promotes it
            RegistryLink.Comparison promoted = link.compare(true, true);

            assertThat(promoted.asking()).containsExactly("winner alias challenger");
            assertThat(conflicts()).extracting(RegistryConflict::what).containsExactly("winner alias challenger");
            link.settle(conflicts().getFirst().id(), RegistryLink.Keep.REMOTE, "ann");
            assertThat(link.compare(true, true).missingThere()).isEmpty();
            assertThat(conflicts()).isEmpty();
            assertThat(served.catalog().read(tx -> tx.registry().registered(MODEL, 2)).orElseThrow().stage())
                    .isEqualTo(Stage.STAGING);
            String there = Objects.requireNonNull(
                    served.catalog().read(tx -> tx.registry().registered(MODEL, 1)).orElseThrow().runId());
            TrackedRun run = served.catalog()
                    .<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(there), Detail.ALL))
                    .getFirst();
            assertThat(run.params()).containsEntry("rounds", "1");
            assertThat(run.metrics()).containsKey("log_loss");
            try (MlflowClient client = client(RemoteAddress.of(served.url(), Credentials.NONE));
                    InputStream in = client.download(
                            Objects.requireNonNull(ServerSource.proxied(run.info().artifactUri())) + "/model.bundle")) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("bundle 1");
            }
        }
    }

    @Test
    void aReferenceIsLookedUpThereFirstAndHereWhenItCannotBe() throws IOException {
        train(1);
        train(2);
        send();
        Objects.requireNonNull(server.aliases.get(MODEL)).put("champion", 2);
        another("theirs");
        Objects.requireNonNull(server.aliases.get(MODEL)).put("other", 3);

        try (ModelLookup lookup = lookup()) {
            ModelLookup.Found champion = lookup.find("models:/winner@champion");
            assertThat(champion.origin()).isEqualTo("remote");
            assertThat(champion.version()).isEqualTo(2);
            assertThat(champion.here()).isEqualTo(2);
            assertThat(lookup.find("models:/winner@other").here()).isNull();
            assertThat(lookup.pull(champion, home.resolve("pulled"))).containsExactly("model.bundle");
            assertThat(Files.readString(home.resolve("pulled/model.bundle"))).isEqualTo("bundle 2");
            assertThatThrownBy(() -> lookup.find("models:/winner@nothing"))
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
            assertThatThrownBy(() -> lookup.find("winner"))
                    .isInstanceOfSatisfying(
                            KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));

            server.stop();
            ModelLookup.Found local = lookup.find("models:/winner@champion");
            assertThat(local.origin()).isEqualTo("local");
            assertThat(local.version()).isEqualTo(1);
            assertThat(local.problem()).contains("cannot be reached");
            assertThat(lookup.find("models:/winner/2").version()).isEqualTo(2);
        }
    }

    @Test
    void whatWasTrainedHereIsPulledAsTheFolderOfItsModel() throws IOException {
        String first = artifacts.put("trees".getBytes(StandardCharsets.UTF_8));
        String second = artifacts.put("form".getBytes(StandardCharsets.UTF_8));
        catalog.update(tx -> {
            tx.putRun(new Run(
                    runId(1),
                    MODEL,
                    Run.Status.FINISHED,
                    NOW,
                    NOW.plusSeconds(60),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    List.of(
                            new Run.Artifact("model/manifest.json", second, 4),
                            new Run.Artifact("model/trees/1.bin", first, 5),
                            new Run.Artifact("outcome.json", second, 4)),
                    "{}"));
            tx.addVersion(new ModelVersion(MODEL, 1, runId(1), "ab".repeat(32), ModelVersion.Kind.INITIAL, NOW, NOW));
        });

        try (ModelLookup lookup = new ModelLookup(catalog, new KilledSender.Stored(artifacts), null)) {
            List<String> files = lookup.pull(lookup.find("models:/winner/1"), home.resolve("own"));

            assertThat(files).containsExactly("manifest.json", "trees/1.bin");
            assertThat(home.resolve("own/trees/1.bin")).hasContent("trees");
        }
        send();
        try (ModelLookup lookup = lookup()) {
            ModelLookup.Found found = lookup.find("models:/winner/1");

            assertThat(found.origin()).isEqualTo("remote");
            assertThat(lookup.pull(found, home.resolve("again"))).containsExactly("manifest.json", "trees/1.bin");
        }
    }

    @Test
    void aVersionWhoseSourceIsARunIsPulledFromItsRun() throws IOException {
        train(1);
        send();
        String run = server.runs.keySet().iterator().next();
        try (MlflowClient client = client(server.address())) {
            ObjectNode body = MlflowClient.object().put("name", MODEL).put("source", "runs:/" + run + "/model.bundle");
            client.post("model-versions/create", body, MlflowClient.Repeat.NEVER);
        }

        try (ModelLookup lookup = lookup()) {
            ModelLookup.Found found = lookup.find("models:/winner/2");

            assertThat(found.here()).isNull();
            assertThat(lookup.pull(found, home.resolve("pulled"))).containsExactly("model.bundle");
            assertThat(home.resolve("pulled/model.bundle")).hasContent("bundle 1");
        }
    }

    @Test
    void aVersionThatAClientRegisteredHereIsPulledFromItsRunHere() throws IOException {
        String bytes = artifacts.put("weights".getBytes(StandardCharsets.UTF_8));
        String run = runId(7);
        catalog.update(tx -> {
            tx.tracking().createRun(run, "0", "first", "ann", NOW, Map.of());
            String root = FileTree.place(tx, "runs:/" + run + "/model").orElseThrow().text();
            tx.files().put(root + "/weights/w.bin", bytes, 7, NOW);
            tx.registry().createModel("iris", "", Map.of(), NOW);
            tx.registry().createVersion("iris", "runs:/" + run + "/model", run, null, null, "ann", "", Map.of(), NOW);
        });

        try (ModelLookup lookup = new ModelLookup(catalog, new KilledSender.Stored(artifacts), null)) {
            assertThat(lookup.pull(lookup.find("models:/iris/1"), home.resolve("iris"))).containsExactly("weights/w.bin");
            assertThat(home.resolve("iris/weights/w.bin")).hasContent("weights");
        }
    }

    private ModelLookup lookup() {
        return new ModelLookup(catalog, new KilledSender.Stored(artifacts), client(server.address()));
    }

    @Test
    void aSenderThatIsKilledBetweenSendingAndMarkingDoesNothingTwice() throws IOException, InterruptedException {
        train(1);
        train(2);
        for (String at : List.of("POST runs/create", "POST model-versions/create", "POST registered-models/alias", "POST runs/update")) {
            catalog.close();
            AtomicReference<@Nullable Process> sender =
                    new AtomicReference<>();
            CountDownLatch started = new CountDownLatch(1);
            server.failing((call, done) -> {
                if (!done || !call.equals(at)) {
                    return -1;
                }
                try {
                    started.await();
                    Objects.requireNonNull(sender.get()).destroyForcibly().waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return 0;
            });
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            classPath(),
                            KilledSender.class.getName(),
                            home.resolve("keelson.db").toString(),
                            home.resolve("artifacts").toString(),
                            server.address().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            sender.set(process);
            started.countDown();
            int code = process.waitFor();
            catalog = queueing();

            assertThat(code).as(at).isNotZero();
            assertThat(waiting()).as(at).isPositive();
        }
        server.failing(null);

        RegistryLink.Sent sent = send();

        assertThat(sent.waiting()).isZero();
        assertThat(conflicts()).isEmpty();
        assertThat(server.runs).hasSize(2);
        assertThat(Objects.requireNonNull(server.versions.get(MODEL)).keySet()).containsExactly(1, 2);
        assertThat(server.runs.values()).allSatisfy(run -> assertThat(run.path("points")).hasSize(1));
        assertThat(server.aliases.get(MODEL)).isEqualTo(Map.of("champion", 1, "challenger", 2));
    }

    /** Where the classes of this test and of what it uses are, however it was started. */
    private static String classPath() {
        Set<String> places = new LinkedHashSet<>(List.of(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator)));
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            for (URL url : loader.getURLs()) {
                places.add(Path.of(URI.create(url.toString())).toString());
            }
        }
        return String.join(File.pathSeparator, places);
    }

    // ---- helpers

    private void train(int number) {
        catalog.update(tx -> {
            tx.putRun(aRun(number));
            tx.addVersion(new ModelVersion(
                    MODEL, number, runId(number), hash(number), ModelVersion.Kind.INITIAL, NOW, NOW));
            tx.setAlias(MODEL, number == 1 ? "champion" : "challenger", number);
        });
    }

    private Run aRun(int number) {
        String sha256 = artifacts.put(bundle(number));
        return new Run(
                runId(number),
                MODEL,
                Run.Status.FINISHED,
                NOW,
                NOW.plusSeconds(60),
                Map.of("rounds", Integer.toString(number)),
                Map.of("log_loss", 0.5),
                Map.of("kind", "test"),
                List.of(new Run.Artifact("model.bundle", sha256, bundle(number).length)),
                "{}");
    }

    private static byte[] bundle(int number) {
        return ("bundle " + number).getBytes(StandardCharsets.UTF_8);
    }

    private static String hash(int number) {
        return HexFormat.of().formatHex(FolderSource.sha256().digest(bundle(number)));
    }

    private static String runId(int number) {
        return "%032x".formatted(number);
    }

    /** A version that somebody else registered there. */
    private void another(String hash) {
        try (MlflowClient client = client(server.address())) {
            if (client.find("registered-models/get", "name", MODEL).isEmpty()) {
                client.post("registered-models/create", MlflowClient.object().put("name", MODEL), MlflowClient.Repeat.SAFE);
            }
            ObjectNode body = MlflowClient.object().put("name", MODEL).put("source", "s3://bucket/model");
            body.putArray("tags").addObject().put("key", RegistryLink.SHA256).put("value", hash);
            client.post("model-versions/create", body, MlflowClient.Repeat.NEVER);
        }
    }

    private ObjectNode there(int version) {
        return Objects.requireNonNull(Objects.requireNonNull(server.versions.get(MODEL)).get(version));
    }

    private List<ObjectNode> listed() {
        return RegistryLink.toJson(
                conflicts(), catalog.<List<QueuedChange>>read(tx -> tx.outbox().waiting(100)));
    }

    private RegistryLink.Sent send() {
        try (RegistryLink link = link()) {
            return link.send();
        }
    }

    private void settle(String id, RegistryLink.Keep keep) {
        try (RegistryLink link = link()) {
            link.settle(id, keep, "ann");
        }
    }

    private RegistryLink link() {
        return link(server.address());
    }

    private RegistryLink link(RemoteAddress address) {
        return new RegistryLink(
                catalog, governance(), new KilledSender.Stored(artifacts), client(address), CLOCK);
    }

    private static MlflowClient client(RemoteAddress address) {
        return new MlflowClient(
                address,
                new MlflowClient.Patience(Duration.ofSeconds(10), 1, Duration.ofMillis(1), pause -> {}),
                new SplittableRandom(1));
    }

    private Governance governance() {
        return new Governance(catalog, CLOCK, model -> {});
    }

    private long waiting() {
        return catalog.<Long>read(tx -> tx.outbox().count());
    }

    private List<RegistryConflict> conflicts() {
        return catalog.read(tx -> tx.outbox().conflicts(false, 100));
    }

    private int alias(String alias) {
        return catalog.<Optional<ModelVersion>>read(tx -> tx.alias(MODEL, alias)).orElseThrow().version();
    }
}
