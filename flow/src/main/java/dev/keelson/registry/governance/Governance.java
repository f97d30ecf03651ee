package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunDifference;
import dev.keelson.registry.ServiceHistory;
import dev.keelson.registry.governance.PolicyLine.State;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every change of what a registered version is used for, with its audit line in the same transaction. Safe for use by
 * several threads.
 *
 * <p>What serves is the version that the alias {@code champion} points to. Of a model that the project serves, the champion is
 * in Production and alone there; whoever asks for one of the three (promotion, the alias, the stage) asks for a promotion and
 * meets its policy. Other models, such as clients register, are free in both.
 */
public final class Governance {
    private static final int ALL = Integer.MAX_VALUE;
    private static final int VERSIONS_AT_ONCE = 1_000;
    private static final int PAGE = 1_000;

    private final Catalog catalog;
    private final InstantSource clock;
    private final PromotionRules rules;
    private final Consumer<String> changed;
    /** Up to where this object found the trail sound. */
    private final AtomicReference<AuditChain.@Nullable Mark> sound = new AtomicReference<>();

    /** @param changed told the model's name after each change that may change what serves */
    public Governance(Catalog catalog, InstantSource clock, Consumer<String> changed) {
        this(catalog, clock, PromotionRules.NONE, changed);
    }

    /**
     * As {@link #Governance(Catalog, InstantSource, Consumer)}, for a project that serves.
     *
     * @param rules what it asks of a promotion
     */
    public Governance(Catalog catalog, InstantSource clock, PromotionRules rules, Consumer<String> changed) {
        this.catalog = catalog;
        this.clock = clock;
        this.rules = rules;
        this.changed = changed;
    }

    // ---- promotion

    /**
     * What is asked for.
     *
     * @param model the model
     * @param version the version that is to serve
     * @param actor who asks
     * @param reason why; not blank
     * @param force whether it is to serve even when its policy refuses or asks for a person; the trail says so
     */
    public record Request(String model, int version, String actor, String reason, boolean force) {
        public Request {
            requireReason(reason);
        }
    }

    /**
     * What came of it.
     *
     * @param version the version
     * @param report what the policy found
     * @param approval the request that waits for a person, or null when the version serves now
     */
    public record Promotion(ModelVersion version, PolicyReport report, @Nullable Approval approval) {
        /** Whether it serves. */
        public boolean serves() {
            return approval == null;
        }

        /** The version where it serves; who cannot tell of a request that waits is refused: TRANSITION_REFUSED. */
        public ModelVersion orRefuse() {
            if (approval != null) {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        "%s meets its policy, which asks for a person: %s asked at %s, and nobody has answered yet."
                                .formatted(version.label(), approval.requester(), approval.requestedAt()),
                        "Maybe somebody else runs `keelson models approve %s %d --reason ...`."
                                .formatted(version.model(), version.version()));
            }
            return version;
        }
    }

    /** Looks at every condition that a version must meet to serve, and changes nothing. */
    public PolicyReport check(String model, int version) {
        Standing standing = catalog.read(tx -> standing(tx, model, version));
        return rules.check(standing.wanted, standing.champion, clock.instant());
    }

    /**
     * Where a version was worse than the champion on the settled events that both predicted.
     *
     * @return as {@link PromotionRules#whereWorse}, with {@code version} and {@code champion}; nothing where there is no other champion
     */
    public Optional<ObjectNode> whereWorse(String model, int version) {
        return whereWorse(catalog.read(tx -> standing(tx, model, version)));
    }

    /** What {@link #check} tells as a document; of a version that fails with {@code where_worse} as {@link #whereWorse} tells it. */
    public ObjectNode checked(String model, int version) {
        PolicyReport report = check(model, version);
        ObjectNode document = report.toJson();
        if (report.verdict() == State.FAILED) {
            whereWorse(model, version).ifPresent(found -> document.set("where_worse", found));
        }
        return document;
    }

    private Optional<ObjectNode> whereWorse(Standing standing) {
        ModelVersion champion = standing.champion;
        if (champion == null || champion.equals(standing.wanted)) {
            return Optional.empty();
        }
        return rules.whereWorse(standing.wanted, champion)
                .map(found -> found.put("version", standing.wanted.version()).put("champion", champion.version()));
    }

    private KeelsonException refusal(PolicyReport report, Standing standing) {
        return report.refusal(report.verdict() == State.FAILED ? whereWorse(standing).orElse(null) : null);
    }

    /**
     * Lets a version serve when its policy is met, or asks for a person when the policy wants one. Champion, stage and audit
     * line are one transaction.
     *
     * @throws KeelsonException MODEL_NOT_FOUND, VERSION_NOT_FOUND; TRANSITION_REFUSED with the lines of the policy that do not
     *     hold, when it serves already, or when a client registered it; CONFLICT when another one was promoted meanwhile
     */
    public Promotion promote(Request request) {
        Instant at = clock.instant();
        Standing standing = catalog.read(tx -> standing(tx, request.model(), request.version()));
        if (standing.wanted.equals(standing.champion)) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The version (%s) is the champion already.".formatted(standing.wanted.label()),
                    null);
        }
        PolicyReport report = rules.check(standing.wanted, standing.champion, at);
        boolean met = report.verdict() == State.PASSED;
        if (!met && !request.force()) {
            throw refusal(report, standing);
        }
        if (report.approval() && !request.force()) {
            return new Promotion(standing.wanted, report, ask(request, report, at));
        }
        boolean forced = request.force() && (!met || report.approval());
        ObjectNode evidence = evidence(report);
        if (forced) {
            evidence.put("forced", true);
        }
        catalog.update(tx -> {
            unchanged(tx, standing);
            Roles.champion(tx, request.model(), request.version(), at);
            keepFormer(tx, standing, at);
            withdraw(tx, request.model(), request.version(), request.actor(), at);
            tx.addAudit(new AuditEntry(
                    0, at, request.actor(), "promote", request.model(), request.version(), request.reason(), evidence.toString()));
        });
        changed.accept(request.model());
        return new Promotion(standing.wanted, report, null);
    }

    /** The version that was replaced goes on predicting beside its successor, where the project watches over promotions. */
    private void keepFormer(CatalogTransaction tx, Standing standing, Instant at) {
        ModelVersion former = standing.champion;
        String model = standing.wanted.model();
        if (former != null && rules.watch(model) > 0 && tx.alias(model, ModelVersion.CHALLENGER).isEmpty()) {
            Roles.challenger(tx, model, former.version(), at);
        }
    }

    /**
     * Ends that a version is compared with the champion.
     *
     * @param action what the audit trail calls it
     * @param evidence a JSON object with the numbers
     * @throws KeelsonException CONFLICT when it is no challenger any more
     */
    public void dismiss(ModelVersion challenger, String actor, String action, String reason, String evidence) {
        requireReason(reason);
        Instant at = clock.instant();
        String model = challenger.model();
        catalog.update(tx -> {
            if (!tx.alias(model, ModelVersion.CHALLENGER).equals(Optional.of(challenger))) {
                throw new KeelsonException(
                        ErrorCode.CONFLICT, "%s is not the challenger any more; nothing was changed.".formatted(challenger.label()), null);
            }
            Roles.dismiss(tx, model, challenger.version(), at);
            tx.addAudit(new AuditEntry(0, at, actor, action, model, challenger.version(), reason, evidence));
        });
        changed.accept(model);
    }

    private Approval ask(Request request, PolicyReport report, Instant at) {
        return catalog.write(tx -> {
            Optional<Approval> asked = pending(tx, request.model(), request.version());
            if (asked.isPresent()) {
                return asked.get();
            }
            Approval approval = Approval.request(request.actor(), request.reason(), report, at);
            tx.putReport(approval.stored());
            tx.addAudit(new AuditEntry(
                    0,
                    at,
                    request.actor(),
                    "request",
                    request.model(),
                    request.version(),
                    request.reason(),
                    evidence(report).put("approval", approval.id()).toString()));
            return approval;
        });
    }

    /** Requests that wait for a person, oldest first. */
    public List<Approval> pending() {
        return approvals(Approval.State.PENDING).reversed();
    }

    /** All requests, newest first; in one state when it is not null. */
    public List<Approval> approvals(Approval.@Nullable State state) {
        return catalog.read(tx -> tx.reports(Approval.KIND, null, ALL)).stream()
                .map(Approval::of)
                .filter(approval -> state == null || approval.state() == state)
                .toList();
    }

    /**
     * Agrees that a version serves. Its policy is looked at once more: what was met when somebody asked may not be now.
     *
     * @param actor who agrees; not who asked
     * @param comment what they say; not blank
     * @throws KeelsonException NOT_FOUND when nobody asked; TRANSITION_REFUSED when who asked agrees, or the policy is not met
     *     any more; CONFLICT
     */
    public Promotion approve(String model, int version, String actor, String comment) {
        requireReason(comment);
        Instant at = clock.instant();
        Standing standing = catalog.read(tx -> standing(tx, model, version));
        Approval asked = catalog.read(tx -> requirePending(tx, model, version));
        if (asked.requester().equals(actor)) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "%s asked for the promotion of %s v%d and cannot agree to it; another person must."
                            .formatted(actor, model, version),
                    "Maybe `keelson models promote %s %d --force --reason ...` is meant: the trail then says that nobody agreed."
                            .formatted(model, version));
        }
        PolicyReport report = rules.check(standing.wanted, standing.champion, at);
        if (report.verdict() != State.PASSED) {
            throw refusal(report, standing);
        }
        ObjectNode evidence = evidence(report);
        evidence.put("approval", asked.id()).put("requested_by", asked.requester()).put("approved_by", actor);
        catalog.update(tx -> {
            unchanged(tx, standing);
            Approval still = requirePending(tx, model, version);
            tx.putReport(still.decided(Approval.State.APPROVED, actor, comment, at).stored());
            tx.addAudit(new AuditEntry(0, at, actor, "approve", model, version, comment, "{\"approval\":\"%s\"}".formatted(still.id())));
            Roles.champion(tx, model, version, at);
            keepFormer(tx, standing, at);
            tx.addAudit(new AuditEntry(0, at, asked.requester(), "promote", model, version, asked.reason(), evidence.toString()));
        });
        changed.accept(model);
        return new Promotion(standing.wanted, report, null);
    }

    /**
     * Refuses that a version serves: it is no challenger any more, and archived.
     *
     * @throws KeelsonException NOT_FOUND when nobody asked
     */
    public Approval reject(String model, int version, String actor, String comment) {
        requireReason(comment);
        Instant at = clock.instant();
        Approval rejected = catalog.write(tx -> {
            Approval decided = requirePending(tx, model, version).decided(Approval.State.REJECTED, actor, comment, at);
            tx.putReport(decided.stored());
            Roles.dismiss(tx, model, version, at);
            tx.addAudit(new AuditEntry(0, at, actor, "reject", model, version, comment, "{\"approval\":\"%s\"}".formatted(decided.id())));
            return decided;
        });
        changed.accept(model);
        return rejected;
    }

    /**
     * Ends that a version is compared with the champion: it is archived, and its open rollout ends. One that serves, or that is
     * neither challenger nor candidate, stays as it is.
     */
    public void dismiss(String model, int version, String actor, String reason) {
        Instant at = clock.instant();
        boolean dismissed = catalog.write(tx -> {
            boolean compared = tx.alias(model, ModelVersion.CHALLENGER).filter(each -> each.version() == version).isPresent();
            if (compared) {
                withdraw(tx, model, version, actor, at);
                Roles.dismiss(tx, model, version, at);
                tx.addAudit(new AuditEntry(0, at, actor, "reject", model, version, reason, "{}"));
            }
            return compared;
        });
        if (dismissed) {
            changed.accept(model);
        }
    }

    private static void requireReason(String reason) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "A reason is needed: it stays in the audit trail.", "Maybe add --reason \"...\".");
        }
    }

    private static void withdraw(CatalogTransaction tx, String model, int version, String actor, Instant at) {
        pending(tx, model, version)
                .ifPresent(asked -> tx.putReport(asked.decided(Approval.State.WITHDRAWN, actor, "It was decided without an answer.", at)
                        .stored()));
    }

    private static Optional<Approval> pending(CatalogTransaction tx, String model, int version) {
        return tx.reports(Approval.KIND, model, ALL).stream()
                .map(Approval::of)
                .filter(each -> each.version() == version && each.state() == Approval.State.PENDING)
                .findFirst();
    }

    private static Approval requirePending(CatalogTransaction tx, String model, int version) {
        return pending(tx, model, version)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "Nobody asked for the promotion of %s v%d, or it was answered.".formatted(model, version),
                        "Maybe `keelson status` tells which promotions wait."));
    }

    private static ObjectNode evidence(PolicyReport report) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode();
        if (!report.policy().isEmpty()) {
            evidence.set("policy", report.toJson());
        }
        return evidence;
    }

    // ---- rollback

    /**
     * What a rollback would change.
     *
     * @param version the version to go back to; null for the one that served before
     * @throws KeelsonException as {@link #rollback}
     */
    public RollbackPreview preview(String model, @Nullable Integer version) {
        return catalog.read(tx -> preview(tx, model, version));
    }

    /**
     * Lets an earlier version serve again, or any other one. Without a version, while a rollout is open, the candidate is taken
     * back and the champion stays. It is undone by going back to the version that served. Without a
     * version, doing it again goes further back: a version that was rolled back from is passed over until it serves again.
     *
     * @param version the version to go back to; null for the one that served before
     * @param force whether a version that never served is let in without meeting its policy
     * @throws KeelsonException VERSION_NOT_FOUND; TRANSITION_REFUSED when there is none to go back to, when it serves already,
     *     when a client registered it, or when it never served and does not meet the policy
     */
    public ModelVersion rollback(
            String model, @Nullable Integer version, String actor, String reason, boolean force) {
        requireReason(reason);
        Instant at = clock.instant();
        RollbackPreview before = preview(model, version);
        ObjectNode evidence = JsonNodeFactory.instance.objectNode();
        evidence.put("rolled_back_from", before.from().version());
        if (version != null && before.served().isEmpty()) {
            PolicyReport report = rules.check(before.to(), before.from(), at);
            boolean met = report.verdict() == State.PASSED && !report.approval();
            if (!met && !force) {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        "%s never served, so that going to it is a promotion. %s".formatted(before.to().label(), report.sentence()),
                        "Maybe `keelson models promote %s %d --reason ...` is meant.".formatted(model, before.to().version()));
            }
            evidence.setAll(evidence(report));
            if (!met) {
                evidence.put("forced", true);
            }
        }
        ModelVersion back = catalog.write(tx -> {
            RollbackPreview now = preview(tx, model, version);
            if (!now.from().equals(before.from()) || !now.to().equals(before.to())) {
                throw conflict(model);
            }
            Optional<Rollout> open = version == null ? tx.rollouts().open(model) : Optional.empty();
            if (open.isPresent()) {
                Rollout ended = open.get().ended(Rollout.State.ROLLED_BACK, at, "%s took it back: %s".formatted(actor, reason));
                tx.rollouts().replace(ended);
                Roles.dismiss(tx, model, ended.candidate(), at);
                tx.addAudit(new AuditEntry(
                        0,
                        at,
                        actor,
                        "rollout_rollback",
                        model,
                        ended.candidate(),
                        reason,
                        evidence.put("rollout", ended.id()).put("revision", ended.revision()).toString()));
                return now.to();
            }
            Roles.champion(tx, model, now.to().version(), at);
            withdraw(tx, model, now.to().version(), actor, at);
            tx.addAudit(new AuditEntry(
                    0, at, actor, "rollback", model, now.to().version(), reason, evidence.toString()));
            return now.to();
        });
        changed.accept(model);
        return back;
    }

    private RollbackPreview preview(CatalogTransaction tx, String model, @Nullable Integer version) {
        ModelVersion champion = tx.alias(model, ModelVersion.CHAMPION)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        rules.serves(model) || !tx.versions(model).isEmpty()
                                ? "The model (%s) has no champion.".formatted(model)
                                : "Nothing serves of the model (%s): Keelson has no version of it that could.".formatted(model),
                        null));
        List<AuditEntry> trail = tx.audit(model, ALL);
        Optional<Rollout> open = version == null ? tx.rollouts().open(model) : Optional.empty();
        if (open.isPresent()) {
            return takenBack(tx, champion, open.get(), trail);
        }
        int target = version != null
                ? version
                : ServiceHistory.of(trail, champion.version())
                        .before()
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.TRANSITION_REFUSED,
                                "There is no version to roll back to: before %s none served that was not rolled back from."
                                        .formatted(champion.label()),
                                "Maybe name the version that should serve: `keelson models rollback %s VERSION --reason ...`."
                                        .formatted(model)));
        ModelVersion wanted = standing(tx, model, target).wanted;
        if (wanted.equals(champion)) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED, "The version (%s) is the champion already.".formatted(wanted.label()), null);
        }
        ServingTimeline timeline = ServingTimeline.of(model, trail);
        List<String> changes = new ArrayList<>();
        changes.add("champion: v%d -> v%d".formatted(champion.version(), wanted.version()));
        tx.registry().registered(model, wanted.version()).ifPresent(registered -> changes.add(
                "stage of v%d: %s -> Production".formatted(wanted.version(), registered.stage().word())));
        changes.add("stage of v%d: Production -> Archived".formatted(champion.version()));
        if (tx.alias(model, ModelVersion.CHALLENGER).filter(wanted::equals).isPresent()) {
            changes.add("challenger: v%d -> none".formatted(wanted.version()));
        }
        Optional<Run> serving = tx.run(champion.runId());
        Optional<Run> other = tx.run(wanted.runId());
        return new RollbackPreview(
                champion,
                wanted,
                timeline.now()
                        .filter(span -> span.version() == champion.version())
                        .map(ServingTimeline.Span::from)
                        .orElse(null),
                timeline.spans().stream()
                        .filter(span -> span.version() == wanted.version())
                        .toList(),
                changes,
                serving.isPresent() && other.isPresent() ? RunDifference.of(serving.get(), other.get()) : null);
    }

    private RollbackPreview takenBack(
            CatalogTransaction tx, ModelVersion champion, Rollout open, List<AuditEntry> trail) {
        ModelVersion candidate = standing(tx, open.model(), open.candidate()).wanted;
        ServingTimeline timeline = ServingTimeline.of(open.model(), trail);
        Optional<Run> serving = tx.run(candidate.runId());
        Optional<Run> other = tx.run(champion.runId());
        return new RollbackPreview(
                candidate,
                champion,
                open.startedAt(),
                timeline.spans().stream()
                        .filter(span -> span.version() == champion.version())
                        .toList(),
                List.of(
                        "rollout of v%d: %s -> rolled_back".formatted(candidate.version(), open.state().word()),
                        "stage of v%d: Staging -> Archived".formatted(candidate.version())),
                serving.isPresent() && other.isPresent() ? RunDifference.of(serving.get(), other.get()) : null);
    }

    // ---- stages and aliases, as clients ask for them

    /**
     * Moves a version to a stage. Of a model that the project serves, Production is a promotion, and the champion leaves it
     * only when another version is promoted.
     *
     * @param archiveExisting whether the others of that stage are archived; those of Production of a model that the project
     *     serves always are
     * @throws KeelsonException VERSION_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it or asks for a person
     */
    public RegisteredVersion transition(
            String model, int version, Stage stage, boolean archiveExisting, String actor, String reason) {
        RegisteredVersion now = catalog.read(tx -> registered(tx, model, version));
        if (rules.serves(model)) {
            boolean champion = now.aliases().contains(ModelVersion.CHAMPION);
            if (stage == Stage.PRODUCTION && !champion) {
                promote(new Request(model, version, actor, reason, false)).orRefuse();
                return catalog.read(tx -> registered(tx, model, version));
            }
            if (champion && stage != Stage.PRODUCTION) {
                throw serving(model, version, "stays in Production until another version is promoted");
            }
        }
        Instant at = clock.instant();
        RegisteredVersion moved = catalog.write(tx -> {
            tx.registry().setStage(model, version, stage, archiveExisting, at);
            boolean leaves = rules.serves(model) && (stage == Stage.ARCHIVED || stage == Stage.NONE);
            if (leaves && registered(tx, model, version).aliases().contains(ModelVersion.CHALLENGER)) {
                tx.setAlias(model, ModelVersion.CHALLENGER, null);
            }
            ObjectNode evidence = JsonNodeFactory.instance.objectNode();
            evidence.put("from", now.stage().word()).put("stage", stage.word()).put("archive_existing", archiveExisting);
            tx.addAudit(new AuditEntry(0, at, actor, "stage", model, version, reason, evidence.toString()));
            return registered(tx, model, version);
        });
        changed.accept(model);
        return moved;
    }

    /**
     * Points an alias to a version, or removes it when the version is null. Of a model that the project serves, the alias
     * {@code champion} is a promotion and cannot be removed.
     *
     * @throws KeelsonException VERSION_NOT_FOUND, or TRANSITION_REFUSED when a policy forbids it or asks for a person
     */
    public void alias(String model, String alias, @Nullable Integer version, String actor, String reason) {
        if (rules.serves(model) && alias.equals(ModelVersion.CHAMPION)) {
            Optional<ModelVersion> champion = catalog.read(tx -> tx.alias(model, ModelVersion.CHAMPION));
            if (champion.isPresent() && version != null && champion.get().version() == version) {
                return;
            }
            if (version != null) {
                promote(new Request(model, version, actor, reason, false)).orRefuse();
                return;
            }
            if (champion.isPresent()) {
                throw serving(model, champion.get().version(), "stays it until another version is promoted");
            }
        }
        boolean challenger = rules.serves(model) && alias.equals(ModelVersion.CHALLENGER);
        Instant at = clock.instant();
        catalog.update(tx -> {
            if (version != null) {
                registered(tx, model, version);
            }
            if (challenger && version != null) {
                ModelVersion wanted = standing(tx, model, version).wanted;
                if (tx.alias(model, ModelVersion.CHAMPION).filter(wanted::equals).isPresent()) {
                    throw serving(model, version, "is not compared with itself");
                }
                Roles.challenger(tx, model, version, at);
            } else {
                tx.setAlias(model, alias, version);
            }
            ObjectNode evidence = JsonNodeFactory.instance.objectNode().put("alias", alias);
            if (version == null) {
                evidence.put("removed", true);
            }
            tx.addAudit(new AuditEntry(0, at, actor, "alias", model, version, reason, evidence.toString()));
        });
        changed.accept(model);
    }

    /**
     * Removes a version, with an audit line; what serves or is compared is not removed.
     *
     * @throws KeelsonException VERSION_NOT_FOUND, TRANSITION_REFUSED
     */
    public void deleteVersion(String model, int version, String actor, String reason) {
        Instant at = clock.instant();
        catalog.update(tx -> {
            RegisteredVersion now = registered(tx, model, version);
            if (rules.serves(model)
                    && (now.aliases().contains(ModelVersion.CHAMPION) || now.aliases().contains(ModelVersion.CHALLENGER))) {
                throw serving(model, version, "is in use and cannot be deleted");
            }
            tx.registry().deleteVersion(model, version);
            tx.addAudit(new AuditEntry(0, at, actor, "delete", model, version, reason, what(now).toString()));
        });
        changed.accept(model);
    }

    /**
     * Removes a model with its versions, with an audit line; one that the project serves is not removed.
     *
     * @throws KeelsonException MODEL_NOT_FOUND, TRANSITION_REFUSED
     */
    public void deleteModel(String model, String actor, String reason) {
        Instant at = clock.instant();
        catalog.update(tx -> {
            if (rules.serves(model) && tx.alias(model, ModelVersion.CHAMPION).isPresent()) {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        "The model (%s) serves in this project and cannot be deleted.".formatted(model),
                        "Maybe take it out of the project file first.");
            }
            ObjectNode evidence = JsonNodeFactory.instance.objectNode();
            ArrayNode versions = evidence.putArray("versions");
            versions(tx, model).forEach(each -> versions.add(what(each).put("version", each.version())));
            tx.registry().deleteModel(model);
            tx.addAudit(new AuditEntry(0, at, actor, "delete", model, null, reason, evidence.toString()));
        });
        changed.accept(model);
    }

    /** What a version that is deleted was made of: what was predicted by it must be found all the same. */
    private static ObjectNode what(RegisteredVersion version) {
        ObjectNode what = JsonNodeFactory.instance.objectNode().put("source", version.source());
        if (version.runId() != null) {
            what.put("run", version.runId());
        }
        if (version.modelId() != null) {
            what.put("logged_model", version.modelId());
        }
        ModelVersion trained = version.trained();
        return trained == null ? what : what.put("sha256", trained.sha256());
    }

    private static List<RegisteredVersion> versions(CatalogTransaction tx, String model) {
        List<RegisteredVersion> all = new ArrayList<>();
        Search.Page<RegisteredVersion> page;
        do {
            page = tx.registry().searchVersions(new Search(
                    List.of(Search.Clause.text(Search.Entity.ATTRIBUTE, "name", Search.Comparison.EQUAL, model)),
                    List.of(),
                    Lifecycle.View.ACTIVE_ONLY,
                    VERSIONS_AT_ONCE,
                    all.size()));
            all.addAll(page.items());
        } while (page.more());
        return all;
    }

    private static KeelsonException serving(String model, int version, String what) {
        return new KeelsonException(
                ErrorCode.TRANSITION_REFUSED,
                "%s v%d is the champion or challenger: it %s.".formatted(model, version, what),
                "Maybe promote another version first: `keelson models promote %s VERSION --reason ...`.".formatted(model));
    }

    // ---- what is told

    /** All registered models by name, also those that the project does not declare. */
    public List<RegisteredModel> models() {
        return catalog.read(tx -> {
            List<RegisteredModel> all = new ArrayList<>();
            Search.Page<RegisteredModel> page;
            do {
                page = tx.registry().searchModels(new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, PAGE, all.size()));
                all.addAll(page.items());
            } while (page.more());
            return all;
        });
    }

    /** All versions of a registered model, whoever registered them, the highest first; none of one that is not there. */
    public List<RegisteredVersion> registered(String model) {
        return catalog.read(tx -> versions(tx, model));
    }

    /** The registered model of that name. */
    public Optional<RegisteredModel> model(String name) {
        return catalog.read(tx -> tx.registry().model(name));
    }

    /** Which version of a model served when. */
    public ServingTimeline history(String model) {
        return ServingTimeline.of(model, catalog.read(tx -> tx.audit(model, ALL)));
    }

    /** Entries of the trail, newest first; of one model when it is not null. */
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        return catalog.read(tx -> tx.audit(model, limit));
    }

    /**
     * Looks along the whole audit trail.
     *
     * @param anchor a hash that was noted earlier, or null
     */
    public AuditChain.Verification verify(@Nullable String anchor) {
        return catalog.read(tx -> AuditChain.verify(tx, anchor));
    }

    /**
     * Looks along the lines of the audit trail that came since the last look of this object, and again at the last one of those
     * before: cheap, however long the trail is. What was altered further back since is found by {@link #verify} and by a look
     * that begins anew.
     *
     * @param anew whether every line is looked at
     */
    public AuditChain.Look look(boolean anew) {
        AuditChain.Mark mark = anew ? null : sound.get();
        AuditChain.Look look = catalog.read(tx -> AuditChain.look(tx, mark));
        sound.set(look.mark());
        return look;
    }

    /**
     * A version with all that is said of it.
     *
     * @throws KeelsonException VERSION_NOT_FOUND
     */
    public RegisteredVersion version(String model, int version) {
        return catalog.read(tx -> registered(tx, model, version));
    }

    /**
     * Versions of one model side by side.
     *
     * @throws KeelsonException VERSION_NOT_FOUND
     */
    public VersionComparison compare(String model, List<Integer> versions) {
        return catalog.read(tx -> VersionComparison.of(versions.stream()
                .map(version -> column(tx, registered(tx, model, version)))
                .toList()));
    }

    /** What each model has at a stage, side by side, by model; the highest version of each. */
    public VersionComparison compare(Stage stage) {
        return catalog.read(tx -> {
            List<VersionComparison.Column> columns = new ArrayList<>();
            String last = "";
            for (RegisteredVersion version : versions(tx)) {
                if (version.stage() == stage && !version.model().equals(last)) {
                    columns.add(column(tx, version));
                    last = version.model();
                }
            }
            return VersionComparison.of(columns);
        });
    }

    private static List<RegisteredVersion> versions(CatalogTransaction tx) {
        List<RegisteredVersion> all = new ArrayList<>();
        Search.Page<RegisteredVersion> page;
        do {
            page = tx.registry()
                    .searchVersions(new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, PAGE, all.size()));
            all.addAll(page.items());
        } while (page.more());
        return all;
    }

    private static VersionComparison.Column column(CatalogTransaction tx, RegisteredVersion version) {
        String run = version.runId();
        return new VersionComparison.Column(version, run == null ? null : tx.run(run).orElse(null));
    }

    // ---- what all of them need

    /** The version that is meant and the one that serves. */
    private record Standing(ModelVersion wanted, @Nullable ModelVersion champion) {}

    private Standing standing(CatalogTransaction tx, String model, int version) {
        Optional<ModelVersion> wanted = tx.version(model, version);
        if (wanted.isEmpty()) {
            RegisteredVersion registered = registered(tx, model, version);
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "%s v%d was registered by a client: Keelson has no model of it that could serve."
                            .formatted(registered.model(), registered.version()),
                    rules.serves(model)
                            ? "Maybe import its file: `keelson models import FILE --model %s --samples CSV`.".formatted(model)
                            : "Maybe a client sets its alias or its stage, which are free: nothing serves of the model (%s), which the project file does not declare."
                                    .formatted(model));
        }
        return new Standing(wanted.get(), tx.alias(model, ModelVersion.CHAMPION).orElse(null));
    }

    private static void unchanged(CatalogTransaction tx, Standing standing) {
        String model = standing.wanted.model();
        if (!Objects.equals(tx.alias(model, ModelVersion.CHAMPION).orElse(null), standing.champion)) {
            throw conflict(model);
        }
    }

    private static KeelsonException conflict(String model) {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "Another version of the model (%s) came to serve at the same time; nothing was changed.".formatted(model),
                "Maybe look at `keelson models history %s` and ask again.".formatted(model));
    }

    private static RegisteredVersion registered(CatalogTransaction tx, String model, int version) {
        return tx.registry()
                .registered(model, version)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "The model (%s) has no version %d; its versions are %s."
                                .formatted(
                                        model,
                                        version,
                                        versions(tx, model).stream().map(RegisteredVersion::version).toList().reversed()),
                        "Maybe list them with `keelson models show %s`.".formatted(model)));
    }
}
