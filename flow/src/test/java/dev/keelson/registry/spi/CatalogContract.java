package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.jspecify.annotations.Nullable;

/** What every catalogue must do. */
public abstract class CatalogContract {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123456Z");
    private Catalog catalog;

    /** A new, empty catalogue. */
    protected abstract Catalog newCatalog();

    /**
     * The catalogue after a restart of the process: the given one is closed and opened again.
     *
     * @return empty when the catalogue does not outlive the process
     */
    protected abstract Optional<Catalog> reopen(Catalog open);

    @BeforeEach
    void open() {
        catalog = newCatalog();
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void runComesBackWhole() {
        Run run = new Run(
                "a".repeat(32),
                "football-1x2",
                Run.Status.FINISHED,
                T0,
                Instant.parse("1969-12-31T23:59:59.999999Z"),
                Map.of("rounds", "80", "π", "it's \"quoted\"\n"),
                Map.of("log_loss", 0.9833, "nothing", Double.NaN, "endless", Double.NEGATIVE_INFINITY, "tiny", 4.9e-324),
                Map.of("seed", "42"),
                List.of(new Run.Artifact("z.ubj", "f".repeat(64), 12), new Run.Artifact("a.json", "e".repeat(64), 0)),
                "{\"data\":1}");

        catalog.update(tx -> tx.putRun(run));

        assertThat(catalog.<Optional<Run>>read(tx -> tx.run(run.id()))).hasValue(run);
    }

    @Test
    void runningRunHasNoEnd() {
        Run run = run("b".repeat(32), "m", T0);

        catalog.update(tx -> tx.putRun(run));

        assertThat(catalog.<Optional<Run>>read(tx -> tx.run(run.id()))).hasValue(run);
    }

    @Test
    void runPutAgainReplacesTheFormer() {
        Run first = new Run(
                "c".repeat(32), "m", Run.Status.RUNNING, T0, null, Map.of("a", "1"), Map.of("m", 1.0), Map.of("t", "1"),
                List.of(new Run.Artifact("p", "0".repeat(64), 1)), "{}");
        Run second = new Run(
                first.id(), "m", Run.Status.FINISHED, T0, T0.plusSeconds(1), Map.of("b", "2"), Map.of(), Map.of(),
                List.of(), "{}");

        catalog.update(tx -> tx.putRun(first));
        catalog.update(tx -> tx.putRun(second));

        assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(second);
    }

    @Test
    void runIsFoundByTheUniqueBeginningOfItsId() {
        Run one = run("abcd1" + "0".repeat(27), "m", T0);
        Run two = run("abcd2" + "0".repeat(27), "m", T0);
        catalog.update(tx -> {
            tx.putRun(one);
            tx.putRun(two);
        });

        assertThat(found("abcd1")).hasValue(one);
        assertThat(found("abcd")).isEmpty();
        assertThat(found("abc")).isEmpty();
        assertThat(found("abce")).isEmpty();
    }

    @Test
    void runsAreNewestFirst() {
        Run old = run("1".repeat(32), "m", T0);
        Run newer = run("2".repeat(32), "n", T0.plusSeconds(1));
        Run sameTime = run("3".repeat(32), "m", T0.plusSeconds(1));
        catalog.update(tx -> List.of(newer, old, sameTime).forEach(tx::putRun));

        assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 10))).containsExactly(sameTime, newer, old);
        assertThat(catalog.<List<Run>>read(tx -> tx.runs("m", 10))).containsExactly(sameTime, old);
        assertThat(catalog.<List<Run>>read(tx -> tx.runs(null, 1))).containsExactly(sameTime);
    }

    @Test
    void finerPartsOfTimesAreCut() {
        catalog.update(tx -> tx.putRun(run("d".repeat(32), "m", T0.plusNanos(999))));

        assertThat(found("d".repeat(32)).orElseThrow().startedAt()).isEqualTo(T0);
    }

    @Test
    void versionsAreNewestFirst() {
        catalog.update(tx -> {
            tx.addVersion(version("m", 2));
            tx.addVersion(version("m", 10));
            tx.addVersion(version("m", 1));
            tx.addVersion(version("a", 1));
        });

        assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("m")))
                .containsExactly(version("m", 10), version("m", 2), version("m", 1));
        assertThat(catalog.<List<String>>read(CatalogTransaction::models)).containsExactly("a", "m");
        assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.version("m", 2))).hasValue(version("m", 2));
        assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.version("m", 3))).isEmpty();
        assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("x"))).isEmpty();
    }

    @Test
    void versionIsAddedOnce() {
        catalog.update(tx -> tx.addVersion(version("m", 1)));

        assertThatThrownBy(() -> catalog.update(tx -> tx.addVersion(version("m", 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(m)");
    }

    @Test
    void aliasMovesAndGoes() {
        catalog.update(tx -> {
            tx.addVersion(version("m", 1));
            tx.addVersion(version("m", 2));
            tx.setAlias("m", ModelVersion.CHAMPION, 1);
        });
        assertThat(champion()).hasValue(version("m", 1));

        catalog.update(tx -> tx.setAlias("m", ModelVersion.CHAMPION, 2));
        assertThat(champion()).hasValue(version("m", 2));

        catalog.update(tx -> tx.setAlias("m", ModelVersion.CHAMPION, null));
        assertThat(champion()).isEmpty();
    }

    @Test
    void aliasOfAMissingVersionIsRefused() {
        catalog.update(tx -> tx.addVersion(version("m", 1)));

        assertThatThrownBy(() -> catalog.update(tx -> tx.setAlias("m", ModelVersion.CHAMPION, 2)))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
    }

    @Test
    void auditTrailIsAChain() {
        catalog.update(tx -> {
            tx.addAudit(audit("m", 1, "first: \u00e4\n|"));
            tx.addAudit(audit("n", null, "second"));
        });
        catalog.update(tx -> tx.addAudit(audit("m", 2, "third")));

        List<AuditLine> lines = catalog.read(tx -> tx.auditChain(0, 10));
        List<AuditLine> last = catalog.read(tx -> tx.auditChain(2, 10));
        AuditChain.Verification found = catalog.read(tx -> AuditChain.verify(tx, null));

        assertThat(lines).extracting(line -> line.entry().sequence()).containsExactly(1L, 2L, 3L);
        assertThat(last).containsExactly(lines.getLast());
        assertThat(lines.getFirst().hash()).isEqualTo(AuditChain.hash(AuditChain.START, lines.getFirst().entry()));
        assertThat(found.sound()).isTrue();
        assertThat(found.lines()).isEqualTo(3);
        assertThat(found.head()).isEqualTo(lines.getLast().hash());
    }

    @Test
    void aLookAtTheTrailGoesOnWhereTheOneBeforeEnded() {
        catalog.update(tx -> {
            tx.addAudit(audit("m", 1, "first"));
            tx.addAudit(audit("m", 2, "second"));
        });

        AuditChain.Look whole = catalog.read(tx -> AuditChain.look(tx, null));
        catalog.update(tx -> tx.addAudit(audit("m", 3, "third")));
        AuditChain.Look next = catalog.read(tx -> AuditChain.look(tx, whole.mark()));
        AuditChain.Mark other = new AuditChain.Mark(2, AuditChain.START, "ab".repeat(32), 2);
        AuditChain.Look anew = catalog.read(tx -> AuditChain.look(tx, other));

        assertThat(whole.from()).isZero();
        assertThat(next.from()).isEqualTo(2);
        assertThat(next.verification())
                .isEqualTo(catalog.<AuditChain.Verification>read(tx -> AuditChain.verify(tx, null)));
        assertThat(anew.from()).isZero();
        assertThat(anew.verification()).isEqualTo(next.verification());
        assertThat(anew.mark()).isEqualTo(next.mark());
    }

    @Test
    void hashThatWasNotedMustBeInTheTrail() {
        catalog.update(tx -> tx.addAudit(audit("m", 1, "first")));

        String head = catalog.<AuditChain.Verification>read(tx -> AuditChain.verify(tx, null)).head();
        catalog.update(tx -> tx.addAudit(audit("m", 2, "second")));

        assertThat(catalog.<AuditChain.Verification>read(tx -> AuditChain.verify(tx, head)).sound()).isTrue();
        assertThat(catalog.<AuditChain.Verification>read(tx -> AuditChain.verify(tx, "ab".repeat(32))).finding())
                .contains("the head is not in this trail: no line has the hash");
        assertThat(catalog.<AuditChain.Verification>read(tx -> AuditChain.verify(tx, "0".repeat(64))).sound()).isFalse();
    }

    @Test
    void auditTrailIsNumberedAndNewestFirst() {
        catalog.update(tx -> {
            tx.addAudit(audit("m", 1, "first"));
            tx.addAudit(audit("n", null, "second"));
            tx.addAudit(audit("m", 2, "third"));
        });

        List<AuditEntry> all = catalog.read(tx -> tx.audit(null, 10));
        assertThat(all).extracting(AuditEntry::reason).containsExactly("third", "second", "first");
        assertThat(all).extracting(AuditEntry::sequence).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(all.getLast().sequence()).isPositive();
        assertThat(all.get(1).version()).isNull();
        List<AuditEntry> ofModel = catalog.read(tx -> tx.audit("m", 1));
        assertThat(ofModel).extracting(AuditEntry::reason).containsExactly("third");
    }

    @Test
    void reportsAreListedByKindAndSubject() {
        StoredReport a = report("a", "drift", "m", T0);
        StoredReport b = report("b", "drift", "n", T0);
        StoredReport c = report("c", "drift", "m", T0.plusSeconds(1));
        catalog.update(tx -> List.of(c, a, b, report("d", "decay", "m", T0)).forEach(tx::putReport));

        assertThat(catalog.<List<StoredReport>>read(tx -> tx.reports("drift", null, 10))).containsExactly(c, b, a);
        assertThat(catalog.<List<StoredReport>>read(tx -> tx.reports("drift", "m", 10))).containsExactly(c, a);
        assertThat(catalog.<List<StoredReport>>read(tx -> tx.reports("drift", "m", 1))).containsExactly(c);
        assertThat(catalog.<Optional<StoredReport>>read(tx -> tx.report("b"))).hasValue(b);
    }

    @Test
    void reportPutAgainReplacesTheFormer() {
        catalog.update(tx -> tx.putReport(report("a", "drift", "m", T0)));
        StoredReport second = new StoredReport("a", "drift", "m", T0, "quiet", "{\"n\":2}");

        catalog.update(tx -> tx.putReport(second));

        assertThat(catalog.<List<StoredReport>>read(tx -> tx.reports("drift", null, 10))).containsExactly(second);
    }

    @Test
    void stepIsRemembered() {
        catalog.update(tx -> tx.putStep("key", "train", "{\"run\":1}"));
        catalog.update(tx -> tx.putStep("key", "train", "{\"run\":2}"));

        assertThat(catalog.<Optional<String>>read(tx -> tx.step("key"))).hasValue("{\"run\":2}");
        assertThat(catalog.<Optional<String>>read(tx -> tx.step("other"))).isEmpty();
    }

    @Test
    void writeSeesItsOwnWrites() {
        Optional<String> seen = catalog.write(tx -> {
            tx.putStep("key", "train", "output");
            return tx.step("key");
        });

        assertThat(seen).hasValue("output");
    }

    @Test
    void failedWriteLeavesNothing() {
        IllegalStateException failure = new IllegalStateException("on purpose");

        assertThatThrownBy(() -> catalog.update(tx -> {
                    tx.putRun(run("e".repeat(32), "m", T0));
                    tx.addVersion(version("m", 1));
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(found("e".repeat(32))).isEmpty();
        assertThat(catalog.<List<String>>read(CatalogTransaction::models)).isEmpty();
        catalog.update(tx -> tx.addVersion(version("m", 1)));
        assertThat(catalog.<List<String>>read(CatalogTransaction::models)).containsExactly("m");
    }

    @Test
    void definitionsAreKeptByVersion() {
        DefinitionVersion first = definition(Definition.Kind.VIEW, "form", 1, false);
        DefinitionVersion second = definition(Definition.Kind.VIEW, "form", 2, true);
        DefinitionVersion other = definition(Definition.Kind.SOURCE, "matches", 1, false);

        catalog.update(tx -> List.of(first, other, second).forEach(tx::addDefinition));

        assertThat(catalog.<List<DefinitionVersion>>read(tx -> tx.definitions())).containsExactly(other, second);
        assertThat(catalog.<List<DefinitionVersion>>read(tx -> tx.definitions(Definition.Kind.VIEW, "form")))
                .containsExactly(second, first);
        assertThat(catalog.<List<DefinitionVersion>>read(tx -> tx.definitions(Definition.Kind.VIEW, "matches")))
                .isEmpty();
        assertThatThrownBy(() -> catalog.update(tx -> tx.addDefinition(first)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("form");
    }

    private static DefinitionVersion definition(Definition.Kind kind, String name, int version, boolean removed) {
        return new DefinitionVersion(
                kind, name, version, "a".repeat(64), "b".repeat(64), "entity: team\nttl: 4d", T0, removed);
    }

    @Test
    void transactionEndsWithItsWork() {
        List<CatalogTransaction> kept = new ArrayList<>();
        catalog.update(kept::add);

        assertThatThrownBy(() -> kept.getFirst().models()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void writeWithinAWriteIsRefused() {
        assertThatThrownBy(() -> catalog.update(tx -> catalog.update(inner -> {})))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void limitBelowOneIsRefused() {
        assertThatThrownBy(() -> catalog.read(tx -> tx.runs(null, 0))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesOfSeveralThreadsAreSerialised() throws Exception {
        List<Future<?>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 40; i++) {
                done.add(threads.submit(() -> catalog.update(tx -> {
                    int last = tx.versions("m").stream().mapToInt(ModelVersion::version).findFirst().orElse(0);
                    tx.addVersion(version("m", last + 1));
                })));
                done.add(threads.submit(() -> catalog.read(tx -> tx.versions("m"))));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }

        assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("m"))).hasSize(40);
    }

    @Test
    void whatWasWrittenOutlivesTheProcess(TestInfo test) {
        catalog.update(tx -> {
            tx.putRun(run("f".repeat(32), "m", T0));
            tx.addVersion(version("m", 1));
            tx.setAlias("m", ModelVersion.CHAMPION, 1);
            tx.addAudit(audit("m", 1, test.getDisplayName()));
        });

        Optional<Catalog> reopened = reopen(catalog);

        reopened.ifPresent(again -> {
            catalog = again;
            assertThat(found("f".repeat(32))).isPresent();
            assertThat(champion()).hasValue(version("m", 1));
            assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit(null, 10))).hasSize(1);
        });
    }

    private Optional<Run> found(String id) {
        return catalog.read(tx -> tx.run(id));
    }

    private Optional<ModelVersion> champion() {
        return catalog.read(tx -> tx.alias("m", ModelVersion.CHAMPION));
    }

    private static Run run(String id, String experiment, Instant startedAt) {
        return new Run(
                id, experiment, Run.Status.RUNNING, startedAt, null, Map.of(), Map.of(), Map.of(), List.of(), "{}");
    }

    private static ModelVersion version(String model, int version) {
        return new ModelVersion(
                model, version, "a".repeat(32), "b".repeat(64), ModelVersion.Kind.REFRESH, T0, T0.plusSeconds(version));
    }

    private static AuditEntry audit(String model, @Nullable Integer version, String reason) {
        return new AuditEntry(0, T0, "system", "promote", model, version, reason, "{}");
    }

    private static StoredReport report(String id, String kind, String subject, Instant at) {
        return new StoredReport(id, kind, subject, at, "alarm", "{}");
    }
}
