package dev.keelson.store.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.governance.Role;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.governance.VersionComparison;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Governance over a real catalogue. */
public abstract class GovernanceContract {
    private static final String MODEL = "m";
    private static final Instant T0 = Instant.parse("2026-03-01T00:00:00Z");

    private Catalog catalog;
    private Instant now = T0;
    private PolicyLine.State verdict = PolicyLine.State.PASSED;
    private boolean approval;
    private final List<String> changed = new ArrayList<>();
    private Governance governance;

    /** A new, empty catalogue. */
    protected abstract Catalog newCatalog();

    @BeforeEach
    void open() {
        catalog = newCatalog();
        InstantSource clock = () -> now;
        governance = new Governance(catalog, clock, new Rules(), changed::add);
        for (int v = 1; v <= 4; v++) {
            int number = v;
            catalog.update(tx -> {
                tx.putRun(run(number));
                tx.addVersion(version(number));
                if (number == 1) {
                    Roles.champion(tx, MODEL, 1, T0);
                    tx.addAudit(new AuditEntry(0, T0, "system", "promote", MODEL, 1, "It is the first.", "{}"));
                }
            });
        }
        catalog.update(tx -> {
            tx.registry().createModel("theirs", "", Map.of(), T0);
            tx.registry().createVersion("theirs", "s3://b/p", null, null, null, "eve", "", Map.of(), T0);
            tx.registry().createVersion(MODEL, "s3://b/q", null, null, null, "eve", "", Map.of(), T0);
        });
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void promotionSetsChampionAndStageWithItsAuditLine() {
        catalog.update(tx -> Roles.challenger(tx, MODEL, 2, T0));
        later();

        Governance.Promotion promotion = governance.promote(request(2, "ann"));

        assertThat(promotion.serves()).isTrue();
        assertThat(registered(2).stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(registered(2).aliases()).containsExactly("champion");
        assertThat(Role.of(registered(2))).isEqualTo(Role.CHAMPION);
        assertThat(registered(1).stage()).isEqualTo(Stage.ARCHIVED);
        assertThat(registered(1).aliases()).isEmpty();
        AuditEntry line = trail().getFirst();
        assertThat(line.action()).isEqualTo("promote");
        assertThat(line.actor()).isEqualTo("ann");
        assertThat(line.evidence()).contains("\"accuracy > 0.7\"").doesNotContain("forced");
        assertThat(changed).containsExactly(MODEL);
    }

    @Test
    void promotionThatThePolicyRefusesChangesNothing() {
        verdict = PolicyLine.State.FAILED;

        assertRefused(() -> governance.promote(request(2, "ann")), "`accuracy > 0.7`: accuracy is 0.65.");

        assertThat(champion()).isEqualTo(1);
        assertThat(trail()).hasSize(1);
    }

    @Test
    void forceServesAndIsTold() {
        verdict = PolicyLine.State.NOT_YET_KNOWN;

        governance.promote(new Governance.Request(MODEL, 2, "ann", "We must.", true));

        assertThat(champion()).isEqualTo(2);
        assertThat(trail().getFirst().evidence()).contains("\"forced\":true").contains("not_yet_known");
        assertThat(governance.history(MODEL).now().orElseThrow().forced()).isTrue();
        assertThatThrownBy(() -> new Governance.Request(MODEL, 2, "ann", " ", true)).isInstanceOf(KeelsonException.class);
    }

    @Test
    void clientThatAsksForProductionAsksForAPromotion() {
        verdict = PolicyLine.State.FAILED;
        assertRefused(
                () -> governance.transition(MODEL, 2, Stage.PRODUCTION, false, "client", "mlflow"), "accuracy is 0.65");
        assertRefused(() -> governance.alias(MODEL, "champion", 2, "client", "mlflow"), "accuracy is 0.65");

        verdict = PolicyLine.State.PASSED;
        RegisteredVersion moved = governance.transition(MODEL, 2, Stage.PRODUCTION, false, "client", "mlflow");

        assertThat(moved.aliases()).containsExactly("champion");
        assertThat(registered(1).stage()).isEqualTo(Stage.ARCHIVED);
        governance.alias(MODEL, "champion", 3, "client", "mlflow");
        assertThat(registered(3).stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(registered(2).stage()).isEqualTo(Stage.ARCHIVED);
    }

    @Test
    void championLeavesProductionForAnotherOnly() {
        assertRefused(() -> governance.transition(MODEL, 1, Stage.ARCHIVED, false, "client", "x"), "stays in Production");
        assertRefused(() -> governance.alias(MODEL, "champion", null, "client", "x"), "stays it");
        assertRefused(() -> governance.deleteVersion(MODEL, 1, "client", "x"), "cannot be deleted");
        assertRefused(() -> governance.deleteModel(MODEL, "client", "x"), "cannot be deleted");
    }

    @Test
    void versionOfAClientHasStagesAndAliasesAndNeverServes() {
        governance.transition(MODEL, 5, Stage.STAGING, false, "client", "x");
        governance.alias(MODEL, "blue", 5, "client", "x");

        assertThat(registered(5).stage()).isEqualTo(Stage.STAGING);
        assertThat(registered(5).aliases()).containsExactly("blue");
        assertThat(Role.of(registered(5))).isEqualTo(Role.CHALLENGER);
        assertRefused(
                () -> governance.transition(MODEL, 5, Stage.PRODUCTION, true, "client", "x"), "registered by a client");
        assertRefused(() -> governance.alias(MODEL, "challenger", 5, "client", "x"), "registered by a client");
        assertThat(trail()).extracting(AuditEntry::action).containsExactly("alias", "stage", "promote");
    }

    @Test
    void modelThatTheProjectDoesNotServeIsFree() {
        RegisteredVersion moved = governance.transition("theirs", 1, Stage.PRODUCTION, true, "client", "x");
        governance.alias("theirs", "champion", 1, "client", "x");
        governance.alias("theirs", "champion", null, "client", "x");
        governance.deleteVersion("theirs", 1, "client", "x");

        assertThat(moved.stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(catalog.<List<AuditEntry>>read(tx -> tx.audit("theirs", 9)))
                .extracting(AuditEntry::action)
                .containsExactly("delete", "alias", "alias", "stage");
    }

    @Test
    void personIsAskedAndAnswers() {
        approval = true;

        Governance.Promotion asked = governance.promote(request(2, "ann"));
        Governance.Promotion again = governance.promote(request(2, "bob"));

        assertThat(asked.serves()).isFalse();
        assertThat(again.approval()).isEqualTo(asked.approval());
        assertThat(champion()).isEqualTo(1);
        assertThat(governance.pending()).extracting(Approval::version).containsExactly(2);
        assertRefused(() -> governance.approve(MODEL, 2, "ann", "I like it."), "asked for the promotion");
        assertRefused(asked::orRefuse, "asks for a person");
        later();

        governance.approve(MODEL, 2, "cleo", "Looked at the slices.");

        assertThat(champion()).isEqualTo(2);
        assertThat(governance.pending()).isEmpty();
        assertThat(governance.approvals(null).getFirst())
                .extracting(Approval::state, Approval::decider, Approval::comment)
                .containsExactly(Approval.State.APPROVED, "cleo", "Looked at the slices.");
        assertThat(trail()).extracting(AuditEntry::action).containsExactly("promote", "approve", "request", "promote");
        assertThat(trail().getFirst().evidence()).contains("\"requested_by\":\"ann\"", "\"approved_by\":\"cleo\"");
    }

    @Test
    void approvalIsRefusedWhenThePolicyIsNotMetAnyMore() {
        approval = true;
        governance.promote(request(2, "ann"));
        verdict = PolicyLine.State.FAILED;

        assertRefused(() -> governance.approve(MODEL, 2, "cleo", "Fine."), "accuracy is 0.65");
        assertThat(governance.pending()).hasSize(1);
    }

    @Test
    void rejectedVersionIsNoChallengerAnyMore() {
        approval = true;
        catalog.update(tx -> Roles.challenger(tx, MODEL, 2, T0));
        governance.promote(request(2, "ann"));

        governance.reject(MODEL, 2, "cleo", "Too few rows.");

        assertThat(registered(2).stage()).isEqualTo(Stage.ARCHIVED);
        assertThat(registered(2).aliases()).isEmpty();
        assertThat(trail().getFirst().action()).isEqualTo("reject");
        assertThatThrownBy(() -> governance.reject(MODEL, 2, "cleo", "Again."))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void forcedPromotionWithdrawsTheRequest() {
        approval = true;
        governance.promote(request(2, "ann"));

        governance.promote(new Governance.Request(MODEL, 2, "ann", "Nobody is here.", true));

        assertThat(champion()).isEqualTo(2);
        assertThat(governance.pending()).isEmpty();
        assertThat(trail().getFirst().evidence()).contains("\"forced\":true");
    }

    @Test
    void rollbackGoesToAnyVersionIsPreviewedAndUndone() {
        promote(2);
        promote(3);
        later();

        RollbackPreview preview = governance.preview(MODEL, 1);
        ModelVersion back = governance.rollback(MODEL, 1, "ann", "v3 misses draws.", false);

        assertThat(preview.from().version()).isEqualTo(3);
        assertThat(preview.served()).hasSize(1);
        assertThat(preview.changes())
                .containsExactly("champion: v3 -> v1", "stage of v1: Archived -> Production", "stage of v3: Production -> Archived");
        assertThat(preview.difference()).isNotNull();
        assertThat(Objects.requireNonNull(preview.difference()).metrics()).extracting(metric -> metric.name()).containsExactly("test_accuracy");
        assertThat(preview.undo()).startsWith("keelson models rollback m 3 ");
        assertThat(back.version()).isEqualTo(1);
        assertThat(registered(1).stage()).isEqualTo(Stage.PRODUCTION);
        later();
        assertThat(governance.rollback(MODEL, 3, "ann", "Undo.", false).version()).isEqualTo(3);
        assertThat(registered(3).stage()).isEqualTo(Stage.PRODUCTION);
        assertThat(registered(1).stage()).isEqualTo(Stage.ARCHIVED);
    }

    @Test
    void previewChangesNothing() {
        promote(2);

        governance.preview(MODEL, null);

        assertThat(champion()).isEqualTo(2);
        assertThat(trail()).hasSize(2);
    }

    @Test
    void versionThatNeverServedComesInByThePolicy() {
        promote(2);
        verdict = PolicyLine.State.FAILED;

        assertRefused(() -> governance.rollback(MODEL, 4, "ann", "Try it.", false), "never served");
        assertThat(governance.rollback(MODEL, 1, "ann", "Back.", false).version()).isEqualTo(1);
        governance.rollback(MODEL, 4, "ann", "Try it.", true);

        assertThat(champion()).isEqualTo(4);
        assertThat(trail().getFirst().evidence()).contains("\"forced\":true");
    }

    @Test
    void historyTellsWhatServedWhen() {
        promote(2);
        promote(3);
        later();
        governance.rollback(MODEL, null, "ann", "Worse.", false);

        ServingTimeline timeline = governance.history(MODEL);

        assertThat(timeline.spans()).extracting(ServingTimeline.Span::version).containsExactly(1, 2, 3, 2);
        assertThat(timeline.spans().getFirst().to()).isEqualTo(timeline.spans().get(1).from());
        assertThat(timeline.now().orElseThrow().to()).isNull();
        assertThat(timeline.toJson().path("history").path(3).path("action").asText()).isEqualTo("rollback");
    }

    @Test
    void versionsAreComparedWithTheirIntervals() {
        VersionComparison ofModel = governance.compare(MODEL, List.of(1, 3));
        VersionComparison atStage = governance.compare(Stage.PRODUCTION);

        assertThat(ofModel.metrics()).containsOnlyKeys("test_accuracy");
        assertThat(ofModel.csv())
                .startsWith("what,m v1,m v1 lower,m v1 upper,m v3,m v3 lower,m v3 upper\n")
                .contains("test_accuracy,0.61,0.6,0.62,0.63,0.6,0.66\n");
        assertThat(ofModel.markdown()).contains("| test_accuracy | 0.61 [0.6, 0.62] | 0.63 [0.6, 0.66] |");
        assertThat(ofModel.facts()).containsKeys("stage", "role", "sha256", "param/rows").doesNotContainKey("param/same");
        assertThat(atStage.columns()).extracting(VersionComparison.Column::label).containsExactly("m v1");
    }

    @Test
    void oneOfTwoPromotionsAtOnceWins() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> asks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int version = 2 + i % 3;
                asks.add(() -> {
                    try {
                        return governance.promote(request(version, "ann")).serves();
                    } catch (KeelsonException e) {
                        assertThat(e.code()).isIn(ErrorCode.CONFLICT, ErrorCode.TRANSITION_REFUSED);
                        return false;
                    }
                });
            }
            int won = 0;
            for (Future<Boolean> done : pool.invokeAll(asks)) {
                won += done.get() ? 1 : 0;
            }

            assertThat(trail()).hasSize(1 + won);
        }
        assertThat(governance.verify(null).sound()).isTrue();
        assertThat(governance.compare(Stage.PRODUCTION).columns()).hasSize(1);
        assertThat(registered(champion()).stage()).isEqualTo(Stage.PRODUCTION);
    }

    private void promote(int version) {
        later();
        governance.promote(request(version, "ann"));
    }

    private void later() {
        now = now.plusSeconds(60);
    }

    private Governance.Request request(int version, String actor) {
        return new Governance.Request(MODEL, version, actor, "It is better.", false);
    }

    private RegisteredVersion registered(int version) {
        return governance.version(MODEL, version);
    }

    private int champion() {
        return catalog.<ModelVersion>read(tx -> tx.alias(MODEL, ModelVersion.CHAMPION).orElseThrow()).version();
    }

    private List<AuditEntry> trail() {
        return governance.audit(MODEL, 100);
    }

    private static void assertRefused(ThrowingCallable work, String part) {
        assertThatThrownBy(work).isInstanceOfSatisfying(KeelsonException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.TRANSITION_REFUSED);
            assertThat(e.getMessage()).contains(part);
        });
    }

    private static ModelVersion version(int number) {
        return new ModelVersion(
                MODEL, number, ("" + number).repeat(32), ("" + number).repeat(64), ModelVersion.Kind.REFRESH, T0, T0);
    }

    private static Run run(int number) {
        return new Run(
                ("" + number).repeat(32),
                MODEL,
                Run.Status.FINISHED,
                T0,
                T0,
                Map.of("rows", "" + 100 * number, "same", "1"),
                Map.of(
                        "test_accuracy", 0.6 + number / 100.0,
                        "test_accuracy_lower", 0.6,
                        "test_accuracy_upper", (60 + 2 * number) / 100.0),
                Map.of(),
                List.of(),
                "{}");
    }

    private final class Rules implements PromotionRules {
        @Override
        public boolean serves(String model) {
            return model.equals(MODEL);
        }

        @Override
        public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
            return new PolicyReport(
                    version.model(),
                    version.version(),
                    champion == null ? null : champion.version(),
                    "promote",
                    approval,
                    at,
                    List.of(new PolicyLine("acis", "accuracy > 0.7", 0.65, 0.6, 0.7, "> 0.7", verdict, "accuracy is 0.65.")));
        }
    }
}
