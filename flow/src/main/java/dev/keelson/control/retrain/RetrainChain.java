package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobRun;
import dev.keelson.control.retrain.ChainState.Step;
import dev.keelson.control.retrain.RetrainRules.Answer;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Mode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A retraining from its reason to its end: check for drift, train, evaluate, compare with the limits, register, shadow, canary,
 * promote or reject. Each step that came to its end is in the checkpoint of the job, with its line of the audit trail in the same
 * transaction; a step that is begun again finds what it had done. While it waits for evidence, for other trainings or for a person,
 * it rests and holds no worker. Safe for use by several threads.
 */
public final class RetrainChain implements JobBody {
    /** How often it looks whether evidence or an answer came. */
    static final Duration LOOK = Duration.ofMinutes(10);
    /** How long it waits for other trainings. */
    static final Duration BUSY = Duration.ofSeconds(15);

    /** Where a version that is not to serve was worse than the champion. */
    static final String WORSE = "where_worse";

    /** Verdicts that tell nothing of drift. */
    private static final Set<String> UNTOLD = Set.of("insufficient", "unchecked");

    private static final int AUDITED = 1_000;

    private final RetrainWorld world;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Alerts alerts;

    /** Retrainings in a world. */
    public RetrainChain(RetrainWorld world, Catalog catalog, InstantSource clock, Alerts alerts) {
        this.world = world;
        this.catalog = catalog;
        this.clock = clock;
        this.alerts = alerts;
    }

    /** How a retraining ended. */
    enum Status {
        /** It was not to be: the rules say so. */
        REFUSED(false),
        /** Kept as a suggestion, or only written down. */
        SUGGESTED(false),
        /** Nothing had drifted, as was asked. */
        UNDRIFTED(false),
        /** Only what has drifted was to be trained, and too little data told whether it had. */
        UNKNOWN(false),
        /** There was nothing to learn. */
        NOTHING(false),
        /** The same model came out, or would have: nothing was new. */
        UNCHANGED(false),
        /** It is challenger; no policy says when it serves. */
        REGISTERED(false),
        PROMOTED(false),
        REJECTED(true),
        /** Nothing was known of it for too long. */
        EXPIRED(true),
        /** Another version took its place. */
        SUPERSEDED(false);

        private final boolean finding;

        Status(boolean finding) {
            this.finding = finding;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private sealed interface Outcome {
        /** The step came to its end. */
        record On(Step next) implements Outcome {}

        record Rest(Duration time, String why) implements Outcome {}

        record End(Status status, String sentence) implements Outcome {}
    }

    /** One try: what all steps need. */
    private record Try(JobRun run, RetrainRequest request, RetrainDefinition definition, ChainState state) {
        String model() {
            return request.model();
        }

        String job() {
            return run.job().id();
        }
    }

    @Override
    public JsonNode run(JobRun run) throws InterruptedException {
        RetrainRequest request = RetrainRequest.of(run.job());
        Try now = new Try(run, request, world.definition(request.model()), ChainState.of(run));
        while (now.state.next() != Step.END) {
            run.progress((double) now.state.next().ordinal() / Step.END.ordinal(), doing(now.state.next()));
            Outcome outcome = step(now);
            switch (outcome) {
                case Outcome.On(Step next) -> {
                    if (now.state.next() != next) { // else the step has stored it with more
                        now.state.next(next);
                        run.checkpoint(now.state.json());
                    }
                }
                case Outcome.Rest(Duration time, String why) -> {
                    return run.rest(clock.instant().plus(time), why);
                }
                case Outcome.End(Status status, String sentence) -> end(now, status, sentence);
            }
        }
        tell(now);
        return result(now);
    }

    private static String doing(Step step) {
        return switch (step) {
            case ADMIT -> "Looks whether it is to be.";
            case CHECK -> "Checks for drift.";
            case TRAIN -> "Trains.";
            case SHADOW -> "Looks at the evidence.";
            case CANARY -> "Answers a share of the requests.";
            case PROMOTE -> "Promotes.";
            case END -> "Ends.";
        };
    }

    private Outcome step(Try now) throws InterruptedException {
        return switch (now.state.next()) {
            case ADMIT -> admit(now);
            case CHECK -> check(now);
            case TRAIN -> train(now);
            case SHADOW -> shadow(now);
            case CANARY -> canary(now);
            case PROMOTE -> promote(now);
            case END -> throw new IllegalStateException("It has ended.");
        };
    }

    // ---- the steps

    private Outcome admit(Try now) {
        String reason = now.run.job().reason();
        return admit(now, now.request, reason.isEmpty() ? "the schedule %s was due.".formatted(now.run.job().schedule()) : reason, Step.CHECK);
    }

    private Outcome admit(Try now, RetrainRequest request, String because, Step next) {
        Answer answer = catalog.write(tx -> {
            Answer found = RetrainRules.of(tx, now.definition, request, now.run.job(), clock.instant());
            if (found instanceof Answer.Refused(String why, var _)) {
                RetrainBook.refused(tx, request, clock.instant(), now.run.job().actor(), why, now.run.job().reason());
            } else if (found instanceof Answer.Instead(Mode mode)) {
                ModelSuggestion kept = RetrainBook.instead(tx, now.definition, request, mode, because, clock.instant());
                if (kept.state() == ModelSuggestion.State.OPEN) {
                    alerts.raise(tx, suggestion(kept));
                }
            }
            return found;
        });
        return switch (answer) {
            case Answer.Go() -> new Outcome.On(next);
            case Answer.Refused(String why, var _) -> new Outcome.End(Status.REFUSED, "Not trained again: " + why);
            case Answer.Instead(Mode mode) -> new Outcome.End(
                    Status.SUGGESTED,
                    "Not trained: the mode is %s, so that it is %s."
                            .formatted(mode.word(), mode == Mode.SUGGEST ? "kept as a suggestion" : "only written down"));
        };
    }

    private Outcome check(Try now) throws InterruptedException {
        JsonNode asked = now.request.drift();
        JsonNode drift = asked == null ? world.drift(now.model()) : asked;
        Double limit = now.request.thresholds().get(Thresholds.DRIFT);
        boolean drifted = (limit == null || !drift.path("ratio").isNumber())
                ? drift.path("verdict").asText().equals("alarm")
                : drift.path("ratio").asDouble() >= limit;
        boolean known = known(drift);
        ObjectNode told = ((ObjectNode) drift).deepCopy().put("drift", known ? (Boolean) drifted : null);
        if (limit != null) {
            told.put("threshold", limit);
        }
        now.state.put("drift", told);
        String sentence = drift.path("sentence").asText()
                + (limit == null ? "" : " %s of the columns drifted; the limit of this call is %s.".formatted(drift.path("ratio").asText("nothing"), limit));
        if (now.request.ifDrifted() && !known) {
            return new Outcome.End(Status.UNKNOWN, "Not trained, as it is not known whether anything has drifted: " + sentence);
        }
        if (now.request.ifDrifted() && !drifted) {
            return new Outcome.End(Status.UNDRIFTED, "Not trained, as nothing has drifted: " + sentence);
        }
        if (now.request.unchecked() && admit(now, now.request.checked(told), sentence, Step.TRAIN) instanceof Outcome.End end) {
            return end;
        }
        if (now.request.onlyNew()) {
            Optional<String> same = world.nothingNew(now.model());
            if (same.isPresent()) {
                now.state.put(RetrainRules.UNCHANGED, BooleanNode.TRUE);
                return new Outcome.End(Status.UNCHANGED, same.get());
            }
        }
        return done(now, "check", sentence, Step.TRAIN, tx -> {});
    }

    /** Whether a check could tell whether anything has drifted. */
    private static boolean known(JsonNode drift) {
        return !UNTOLD.contains(drift.path("verdict").asText());
    }

    /** What a check for drift found, with {@code drift}: whether it has drifted, or null where that is not known. */
    public static ObjectNode judged(ObjectNode drift) {
        return drift.put("drift", known(drift) ? (Boolean) drift.path("verdict").asText().equals("alarm") : null);
    }

    private Outcome train(Try now) throws InterruptedException {
        Optional<ModelVersion> before = registered(now);
        if (before.isPresent()) { // and whoever did was killed before writing it down
            ModelVersion version = before.get();
            ObjectNode found = JsonNodeFactory.instance.objectNode()
                    .put("status", "registered")
                    .put("sentence", version.label() + " had been registered before the job was taken over.")
                    .put("run", version.runId())
                    .put("version", version.version())
                    .put("kind", version.kind().name());
            return trained(now, found);
        }
        Optional<JsonNode> result = world.train(now.run, now.request);
        if (result.isEmpty()) {
            return new Outcome.Rest(BUSY, "Waits for the end of other trainings.");
        }
        return trained(now, result.get());
    }

    private Optional<ModelVersion> registered(Try now) {
        return catalog.read(tx -> tx.audit(now.model(), AUDITED).stream()
                .filter(each -> each.action().equals("register") && each.version() != null)
                .filter(each -> each.evidence().contains("\"job\":\"%s\"".formatted(now.job())))
                .findFirst()
                .flatMap(each -> Optional.ofNullable(each.version()).flatMap(version -> tx.version(now.model(), version))));
    }

    private Outcome trained(Try now, JsonNode result) throws InterruptedException {
        String sentence = result.path("sentence").asText();
        now.state.put("run", result.path("run").textValue()).put("training", result.path("training").textValue());
        for (String told : List.of("metrics", "trained_on")) {
            if (result.path(told).isObject()) {
                now.state.put(told, result.path(told));
            }
        }
        String status = result.path("status").asText();
        boolean versioned = status.equals("registered") || status.equals("unchanged");
        now.state.put(RetrainRules.UNCHANGED, BooleanNode.valueOf(status.equals("unchanged")));
        if (versioned) {
            now.state.put("version", result.path("version").asInt());
        }
        return switch (status) {
            case "nothing" -> new Outcome.End(Status.NOTHING, sentence);
            case "forgets", "below" -> {
                steps(now, sentence, "train", "evaluate", "compare");
                yield new Outcome.End(Status.REJECTED, sentence);
            }
            case "unchanged" -> is(now, ModelVersion.CHALLENGER)
                    ? steps(now, sentence, "train", "evaluate", "compare", "register")
                    : new Outcome.End(Status.UNCHANGED, sentence);
            default -> {
                if (is(now, ModelVersion.CHAMPION)) {
                    steps(now, sentence, "train", "evaluate", "register");
                    yield new Outcome.End(Status.PROMOTED, sentence + " It is the first version and serves.");
                }
                yield steps(now, sentence, "train", "evaluate", "compare", "register");
            }
        };
    }

    /** What one training has done, step by step; the limits that the version is judged by are stored with it. */
    private Outcome steps(Try now, String sentence, String... names) throws InterruptedException {
        Instant at = clock.instant();
        boolean versioned = !now.state.get("version").isMissingNode();
        for (String name : names) {
            now.state.done(name, said(now, name, sentence), at);
        }
        now.state.put("shadow_since", at.toString());
        now.state.next(Step.SHADOW);
        now.run.checkpoint(now.state.json(), tx -> {
            for (String name : names) {
                audit(tx, now, name, said(now, name, sentence), at);
            }
            if (versioned && !now.request.thresholds().isEmpty()) {
                ObjectNode kept = JsonNodeFactory.instance.objectNode().put("job", now.job()).put("actor", now.run.job().actor());
                now.request.thresholds().forEach(kept.putObject("thresholds")::put);
                tx.putReport(new StoredReport(
                        Thresholds.report(now.model(), now.state.version()), Thresholds.KIND, now.model(), at, "set", kept.toString()));
            }
        });
        return new Outcome.On(Step.SHADOW);
    }

    private static String said(Try now, String step, String sentence) {
        return switch (step) {
            case "evaluate" -> evaluated(now.state.get("metrics"));
            case "compare" -> now.state.version() == 0
                    ? sentence
                    : "Its test period breaks no limit%s."
                            .formatted(now.request.thresholds().isEmpty() ? " of the policy" : "; this call set " + Thresholds.text(now.request.thresholds()));
            case "register" -> "v%d is registered.".formatted(now.state.version());
            default -> sentence;
        };
    }

    /** What the test period of a training shows, in one sentence. */
    private static String evaluated(JsonNode metrics) {
        List<String> shown = Stream.of("log_loss", "brier", "accuracy", "roc_auc", "rmse", "r2")
                .filter(each -> metrics.path("test_" + each).isNumber())
                .map(each -> String.format(Locale.ROOT, "%s %.4f", each.replace('_', ' '), metrics.path("test_" + each).asDouble()))
                .toList();
        return shown.isEmpty() ? "It has no test period of its own: what it serves beside the champion judges it." : "On its test period: " + String.join(", ", shown) + ".";
    }

    private Outcome shadow(Try now) throws InterruptedException {
        Optional<Outcome.End> over = over(now);
        if (over.isPresent()) {
            return over.get();
        }
        PolicyReport report = world.governance().check(now.model(), now.state.version());
        if (report.policy().isEmpty()) {
            return new Outcome.End(
                    Status.REGISTERED, "v%d is the challenger; %s".formatted(now.state.version(), report.sentence()));
        }
        Instant since = Objects.requireNonNullElse(now.state.instant("shadow_since"), clock.instant());
        String sentence = report.sentence();
        return switch (report.verdict()) {
            case FAILED -> rejected(now, sentence);
            case NOT_YET_KNOWN -> clock.instant().isBefore(since.plus(now.definition.giveUp()))
                    ? new Outcome.Rest(LOOK, "In the shadow. " + sentence)
                    : expired(now, sentence);
            case PASSED -> {
                Instant least = since.plus(now.definition.shadow());
                if (clock.instant().isBefore(least)) {
                    yield new Outcome.Rest(atMost(LOOK, Duration.between(clock.instant(), least)), "In the shadow until %s. %s".formatted(least, sentence));
                }
                boolean canary = now.definition.canary() != null && now.definition.mode(Action.PROMOTE) == Mode.ACT;
                yield done(now, "shadow", sentence, canary ? Step.CANARY : Step.PROMOTE, tx -> {});
            }
        };
    }

    private static Duration atMost(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Outcome canary(Try now) throws InterruptedException {
        Optional<Rollout> mine = catalog.read(tx -> now.state.get("rollout").isTextual()
                ? tx.rollouts().rollout(now.state.get("rollout").asText())
                : tx.rollouts().open(now.model()).filter(each -> each.candidate() == now.state.version()));
        if (mine.isEmpty()) {
            Optional<Outcome.End> over = over(now);
            if (over.isPresent()) {
                return over.get();
            }
            if (catalog.<Optional<Rollout>>read(tx -> tx.rollouts().open(now.model())).isPresent()) {
                return new Outcome.Rest(LOOK, "Waits for the end of another rollout of the model.");
            }
            Double share = now.definition.canary();
            if (share == null) {
                return new Outcome.On(Step.PROMOTE);
            }
            String id = world.canary(now.model(), now.state.version(), share, now.definition.hold(), "The retraining %s let it in.".formatted(now.job()));
            now.state.put("rollout", id);
            now.run.checkpoint(now.state.json());
            return new Outcome.Rest(atMost(LOOK, now.definition.hold()), canaryText(now));
        }
        Rollout rollout = mine.get();
        if (!now.state.get("rollout").isTextual()) { // begun before whoever began it was killed
            now.state.put("rollout", rollout.id());
            now.run.checkpoint(now.state.json());
        }
        return switch (rollout.state()) {
            case PROMOTED -> new Outcome.End(Status.PROMOTED, "v%d serves: %s".formatted(now.state.version(), rollout.verdict()));
            case ABORTED, ROLLED_BACK -> over(now).filter(end -> end.status() == Status.PROMOTED)
                    .orElseGet(() -> new Outcome.End(
                            Status.REJECTED, "v%d was taken back: %s".formatted(now.state.version(), rollout.verdict())));
            case PAUSED -> new Outcome.Rest(LOOK, "Its rollout is paused.");
            case RUNNING -> {
                Instant held = rollout.stepStartedAt().plus(now.definition.hold());
                if (clock.instant().isBefore(held)) {
                    yield new Outcome.Rest(atMost(LOOK, Duration.between(clock.instant(), held)), canaryText(now));
                }
                long answers = world.canaryAnswers(now.model());
                String time = RetrainDefinition.text(now.definition.hold());
                yield answers == 0
                        ? new Outcome.Rest(LOOK, "v%d has its share since %s and was not asked yet, so that nothing is known of it.".formatted(now.state.version(), time))
                        : done(now, "canary", "It answered %,d requests in %s and no guardrail objected.".formatted(answers, time), Step.PROMOTE, tx -> {});
            }
        };
    }

    private static String canaryText(Try now) {
        return "v%d answers %.0f %% of the requests.".formatted(now.state.version(), 100 * Objects.requireNonNullElse(now.definition.canary(), 0.0));
    }

    private Outcome promote(Try now) throws InterruptedException {
        Optional<Outcome.End> over = over(now);
        if (over.isPresent()) {
            return over.get();
        }
        if (now.state.get("approval").isTextual()) {
            return answered(now, now.state.get("approval").asText());
        }
        PolicyReport report = world.governance().check(now.model(), now.state.version());
        switch (report.verdict()) {
            case FAILED -> {
                return rejected(now, report.sentence());
            }
            case NOT_YET_KNOWN -> { // such as after an outcome was corrected
                return new Outcome.Rest(LOOK, report.sentence());
            }
            case PASSED -> {}
        }
        Mode mode = now.definition.mode(Action.PROMOTE);
        if (mode != Mode.ACT) {
            return suggested(now, mode, report);
        }
        String actor = now.request.trigger().wanted() ? now.run.job().actor() : "keelson";
        Governance.Promotion promotion;
        try {
            promotion = world.governance().promote(new Governance.Request(
                    now.model(), now.state.version(), actor, "Retraining %s: %s".formatted(now.job(), reason(now)), false));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.TRANSITION_REFUSED) {
                throw e;
            }
            return new Outcome.Rest(BUSY, String.valueOf(e.getMessage())); // what serves changed meanwhile: the next look tells
        }
        Approval asked = promotion.approval();
        if (asked == null) {
            return new Outcome.End(Status.PROMOTED, "v%d serves. %s".formatted(now.state.version(), report.sentence()));
        }
        now.state.put("approval", asked.id());
        now.run.checkpoint(now.state.json());
        return answered(now, asked.id());
    }

    private static String reason(Try now) {
        String reason = now.run.job().reason();
        return reason.isBlank() ? "asked by " + now.request.trigger().word() : reason;
    }

    private Outcome answered(Try now, String id) {
        Approval asked = world.governance().approvals(null).stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
        String cause = "approval/%s/v%d".formatted(now.model(), now.state.version());
        return switch (asked.state()) {
            case PENDING -> {
                alerts.raise(new Alerts.News(
                        cause, "approval", Alert.Severity.WARNING, now.model(), "v%d waits for a person".formatted(now.state.version()),
                        "%s Asked by %s: %s".formatted(asked.report().sentence(), asked.requester(), asked.reason()),
                        "keelson models approve %s %d --reason \"...\"".formatted(now.model(), now.state.version()), "/registry"));
                yield new Outcome.Rest(LOOK, "Waits for a person to agree.");
            }
            case APPROVED, WITHDRAWN -> {
                alerts.over(cause, "It was answered: %s.".formatted(asked.state().word()));
                yield over(now).orElse(new Outcome.End(Status.SUPERSEDED, "The request for v%d was withdrawn.".formatted(now.state.version())));
            }
            case REJECTED -> {
                alerts.over(cause, "It was answered: %s.".formatted(asked.state().word()));
                yield new Outcome.End(Status.REJECTED, "%s did not agree to v%d: %s".formatted(asked.decider(), now.state.version(), asked.comment()));
            }
        };
    }

    private Outcome suggested(Try now, Mode mode, PolicyReport report) throws InterruptedException {
        String text = "v%d of %s would have been promoted: %s".formatted(now.state.version(), now.model(), report.sentence());
        ModelSuggestion kept = catalog.write(tx ->
                Suggestions.put(tx, now.job(), now.model(), Action.PROMOTE, now.state.version(), mode, text, null, clock.instant()));
        return switch (kept.state()) {
            case OPEN -> {
                alerts.raise(suggestion(kept));
                yield new Outcome.Rest(LOOK, "Waits for an answer to a suggestion. " + text);
            }
            case ACCEPTED -> new Outcome.Rest(LOOK, "A person accepted; waits until it serves.");
            case DISMISSED -> {
                alerts.over("suggestion/" + kept.id(), "It was dismissed.");
                yield rejected(now, "%s dismissed the suggestion: %s".formatted(kept.decider(), kept.comment()));
            }
            case OVERTAKEN -> new Outcome.End(Status.SUPERSEDED, kept.comment());
            case OBSERVED -> new Outcome.End(Status.SUGGESTED, text + " The mode is observe: it stays the challenger.");
        };
    }

    /** The alert of a suggestion. */
    public static Alerts.News suggestion(ModelSuggestion kept) {
        return new Alerts.News(
                "suggestion/" + kept.id(), "suggestion", Alert.Severity.INFO, kept.model(), "a suggestion waits: " + kept.action().word().replace('_', ' '),
                kept.text(), "keelson suggestions accept " + kept.id(), kept.page());
    }

    // ---- what all of them need

    private boolean is(Try now, String alias) {
        return catalog.<Optional<ModelVersion>>read(tx -> tx.alias(now.model(), alias)).filter(each -> each.version() == now.state.version()).isPresent();
    }

    /** That somebody else decided. */
    private Optional<Outcome.End> over(Try now) {
        int version = now.state.version();
        if (is(now, ModelVersion.CHAMPION)) {
            catalog.update(tx -> Suggestions.overtaken(
                    tx, "%s-%s-%s-%s".formatted(ModelSuggestion.KIND, Action.PROMOTE.word(), now.model(), now.job()), "It serves.", clock.instant()));
            return Optional.of(new Outcome.End(Status.PROMOTED, "v%d serves.".formatted(version)));
        }
        if (is(now, ModelVersion.CHALLENGER)) {
            return Optional.empty();
        }
        boolean archived = world.governance().version(now.model(), version).stage() == Stage.ARCHIVED;
        return Optional.of(
                archived
                        ? new Outcome.End(Status.REJECTED, "v%d was archived.".formatted(version))
                        : new Outcome.End(Status.SUPERSEDED, "v%d is not the challenger any more.".formatted(version)));
    }

    private Outcome rejected(Try now, String why) {
        world.endCanary(now.model(), now.state.version(), why);
        world.governance().dismiss(now.model(), now.state.version(), "keelson", why);
        return new Outcome.End(Status.REJECTED, why);
    }

    private Outcome expired(Try now, String why) {
        String sentence = "Nothing was decided about v%d within %s: %s".formatted(now.state.version(), RetrainDefinition.text(now.definition.giveUp()), why);
        world.governance().dismiss(now.model(), now.state.version(), "keelson", sentence);
        return new Outcome.End(Status.EXPIRED, sentence);
    }

    private Outcome done(Try now, String step, String sentence, Step next, Consumer<CatalogTransaction> with) throws InterruptedException {
        Instant at = clock.instant();
        now.state.done(step, sentence, at);
        now.state.next(next);
        now.run.checkpoint(now.state.json(), tx -> {
            audit(tx, now, step, sentence, at);
            with.accept(tx);
        });
        return new Outcome.On(next);
    }

    private void end(Try now, Status status, String sentence) throws InterruptedException {
        Instant at = clock.instant();
        now.state.done(status.word(), sentence, at);
        now.state.put("status", status.word()).put("sentence", sentence);
        if (status.finding && now.state.version() > 0) {
            world.governance().whereWorse(now.model(), now.state.version()).ifPresent(found -> now.state.put(WORSE, found));
        }
        now.state.next(Step.END);
        boolean written = status == Status.REFUSED || status == Status.SUGGESTED; // by the step itself
        now.run.checkpoint(now.state.json(), tx -> {
            if (!written) {
                audit(tx, now, status.word(), sentence, at);
            }
            JsonNode worse = now.state.get(WORSE);
            if (worse.isObject()) {
                tx.putReport(new StoredReport(
                        worseReport(now.model(), now.state.version()), WORSE, now.model(), at,
                        worse.path("worse").asInt() > 0 ? "worse" : "none", worse.toString()));
            }
        });
    }

    private static void audit(CatalogTransaction tx, Try now, String step, String sentence, Instant at) {
        ObjectNode evidence = JsonNodeFactory.instance.objectNode().put("retraining", now.job()).put("trigger", now.request.trigger().word());
        if (!now.request.thresholds().isEmpty()) {
            now.request.thresholds().forEach(evidence.putObject("thresholds")::put);
        }
        Integer version = now.state.get("version").isInt() ? (Integer) now.state.version() : null;
        tx.addAudit(new AuditEntry(0, at, now.run.job().actor(), "retrain_" + step, now.model(), version, sentence, evidence.toString()));
    }

    private void tell(Try now) {
        String status = now.state.get("status").asText();
        String sentence = now.state.get("sentence").asText();
        String model = now.model();
        int version = now.state.version();
        if (status.equals(Status.PROMOTED.word())) {
            tell(now, "promotion-%s-v%d".formatted(model, version), new Alerts.News(
                    "promotion/%s/v%d".formatted(model, version), "promotion", Alert.Severity.INFO, model, "v%d serves now".formatted(version),
                    "%s Trained because of: %s.".formatted(sentence, reason(now).replaceAll("\\.$", "")),
                    "keelson models rollback %s --dry-run".formatted(model), "/registry/" + model));
        } else if (Stream.of(Status.REJECTED, Status.EXPIRED).anyMatch(each -> each.word().equals(status))) {
            tell(now, "rejection-" + now.job(), new Alerts.News(
                    "rejection/" + now.job(), "rejection", Alert.Severity.INFO, model,
                    version == 0 ? "what was trained is not registered" : "v%d does not come to serve".formatted(version),
                    "%s The champion stays.%s".formatted(sentence, worse(now.state.get(WORSE))), "keelson runs show " + now.state.get("run").asText(), "/registry/" + model));
        }
    }

    /** Where a summary of several models will tell it, only those are told who are not told summaries. */
    private void tell(Try now, String id, Alerts.News news) {
        if (catalog.<Boolean>read(tx -> RetrainCampaign.willTell(tx, now.run.job(), now.model()))) {
            alerts.informBeside(RetrainCampaign.KIND, id, news);
        } else {
            alerts.inform(id, news);
        }
    }

    /** The id of the report that tells where a version that was refused is worse than the champion. */
    public static String worseReport(String model, int version) {
        return "%s-%s-v%d".formatted(WORSE, model, version);
    }

    private static String worse(JsonNode found) {
        return found.path("rows").asInt() == 0 ? "" : " " + found.path("verdict").asText();
    }

    private static ObjectNode result(Try now) {
        ObjectNode result = now.state.json();
        result.remove("next");
        String status = now.state.get("status").asText();
        Status ended = Status.valueOf(status.toUpperCase(Locale.ROOT));
        boolean trained = !now.state.get("run").isMissingNode();
        boolean drifted = now.request.ifDrifted() && now.state.get("drift").path("drift").asBoolean();
        return result.put("model", now.model())
                .put("trigger", now.request.trigger().word())
                .put(RetrainRules.TRAINED, trained)
                .put("promoted", ended == Status.PROMOTED)
                .put("finding", ended.finding || (drifted && ended == Status.REFUSED))
                .put("message", "%s: %s".formatted(now.model(), now.state.get("sentence").asText()));
    }
}
