package dev.keelson.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopTrainer.Trained;
import dev.keelson.control.ModelHistory.Entry;
import dev.keelson.control.ScheduleDefinition.Job;
import dev.keelson.frame.Micros;
import dev.keelson.id.Ids;
import dev.keelson.monitor.BaselineCheck;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftCheck;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.LabelShiftReport;
import dev.keelson.monitor.LabelShiftWatch;
import dev.keelson.monitor.StreamChange;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.governance.ServingTimeline;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.RetrainDefinition.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of one model under one policy: predict, receive outcomes, watch, retrain, compare, promote or refuse. Replay
 * and live jobs call the same methods; time is a parameter. What it knows beyond its catalogue and prediction log is a
 * cache that can be rebuilt from them. Not safe for use by several threads.
 */
final class ModelLoop {
    /** A drift check looks at answers, segments and all columns together once in this time, as a daily job does. */
    private static final Duration WIDELY = Duration.ofDays(1);
    /** What the model answered before a window: the newest so many count, as when a server looks. */
    private static final int ANSWERS = 50_000;
    /**
     * Earlier drift reports kept at hand for the rule of persistence. It needs the last two windows that share no row; with
     * daily checks of windows of a month these lie two months back.
     */
    private static final int REMEMBERED = 90;
    /** What the streams know is kept under this and the name of the model, as a server keeps it. */
    private static final String STREAMS = "streams-";
    /** What a step decided that gave a challenger its share of the requests. */
    private static final String CANARY = "canary";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final UUID namespace;
    private final String actor;
    private final LoopDefinition definition;
    private final LoopPolicy policy;
    private final LoopTrainer trainer;
    private final ModelHistory history;
    private final List<DriftReport> driftReports;
    private final LoopBaselines baselines;
    private @Nullable ModelVersion champion;
    private @Nullable ModelVersion challenger;
    private @Nullable Trained championModel;
    private @Nullable Trained challengerModel;
    private @Nullable Trained firstModel;
    private @Nullable LabelShiftWatch labels;
    /** Whether the challenger is a champion that was replaced. */
    private boolean former;
    /** Since when the challenger answers its share of the requests; null while it answers none. */
    private @Nullable Instant canary;

    private @Nullable Instant lastTraining;
    private @Nullable Instant lookedWidely;
    private @Nullable StreamFeed streams;
    private final JsonNode streamsBefore;
    private final List<Instant> trainings = new ArrayList<>();
    private int lastVersion;

    /**
     * Opens the loop on its state.
     *
     * @param namespace space of the ids of its predictions
     * @param actor who acts in the audit trail: {@code replay} or {@code system}
     */
    ModelLoop(
            UUID namespace,
            String actor,
            LoopDefinition definition,
            LoopPolicy policy,
            Catalog catalog,
            PredictionLog log,
            LoopTrainer trainer) {
        this.namespace = namespace;
        this.actor = actor;
        this.definition = definition;
        this.policy = policy;
        this.trainer = trainer;
        String model = definition.model().name();
        this.history = ModelHistory.of(definition.model(), definition.zone(), log);
        this.driftReports = new ArrayList<>(catalog.read(tx -> tx.reports("drift", model, REMEMBERED)).stream()
                .map(report -> DriftReport.fromJson(report.document()))
                .toList());
        this.baselines = new LoopBaselines(model, trainer, definition.drift(), catalog);
        this.streamsBefore = catalog.read(tx -> tx.report(STREAMS + model))
                .map(report -> parsed(report.document()))
                .orElseGet(MissingNode::getInstance);
        catalog.read(tx -> {
            List<ModelVersion> versions = tx.versions(model);
            lastVersion = tx.nextVersion(model) - 1;
            versions.reversed().forEach(version -> trainings.add(version.createdAt()));
            if (!versions.isEmpty()) {
                lastTraining = versions.getFirst().trainedTo();
                ModelVersion first = versions.getLast();
                firstModel = trainer.load(first, run(tx, first));
            }
            champion = tx.alias(model, ModelVersion.CHAMPION).orElse(null);
            challenger = tx.alias(model, ModelVersion.CHALLENGER).orElse(null);
            if (champion != null) {
                championModel = trainer.load(champion, run(tx, champion));
            }
            if (challenger != null) {
                challengerModel = trainer.load(challenger, run(tx, challenger));
                List<AuditEntry> trail = tx.audit(model, Integer.MAX_VALUE);
                former = ServingTimeline.of(model, trail).served(challenger.version());
                int version = challenger.version();
                canary = former ? null : trail.stream()
                        .filter(entry -> entry.action().equals(CANARY) && Objects.equals(entry.version(), version))
                        .map(AuditEntry::at)
                        .findFirst()
                        .orElse(null);
            }
            return Boolean.TRUE;
        });
    }

    String model() {
        return definition.model().name();
    }

    ModelHistory history() {
        return history;
    }

    Optional<ModelVersion> champion() {
        return Optional.ofNullable(champion);
    }

    /** Trains and promotes the first version, when there is none yet. */
    Consumer<CatalogTransaction> start(Instant now) {
        if (champion != null) {
            return tx -> {};
        }
        Trained trained = trainer.train(now, Kind.INITIAL, null);
        ModelVersion version = version(trained, Kind.INITIAL, now);
        champion = version;
        championModel = trained;
        firstModel = trained;
        return tx -> {
            register(tx, trained, version, now, "The first version of its model.");
            Roles.champion(tx, version.model(), version.version(), now);
            tx.addAudit(entry(now, "promote", version, "It is the first version of its model.", "{}"));
        };
    }

    /** Predicts rows by the champion and, in shadow, by the challenger; where that has a share of the requests, it answers these alone. */
    List<PredictionEvent> predict(Requests requests) {
        Trained serving = require(championModel);
        ModelVersion version = require(champion);
        ModelVersion other = challenger;
        List<PredictionEvent> events = new ArrayList<>(requests.size());
        List<PredictionEvent> shadow = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            if (other != null && inCanary(other, requests.entities().get(i))) {
                events.add(event(requests, i, other, ModelVersion.CHAMPION, require(challengerModel)));
                continue;
            }
            events.add(event(requests, i, version, ModelVersion.CHAMPION, serving));
            if (other != null) {
                shadow.add(event(requests, i, other, ModelVersion.CHALLENGER, require(challengerModel)));
            }
        }
        events.addAll(shadow);
        history.add(events);
        StreamFeed watched = streams();
        if (watched != null) {
            events.stream().filter(event -> event.role().equals(ModelVersion.CHAMPION)).forEach(watched::inputs);
        }
        return events;
    }

    /** Whether a challenger in its canary answers about an entity: always the same ones, its share of all. */
    private boolean inCanary(ModelVersion judged, String entity) {
        Double share = definition.retrain().canary();
        if (canary == null || share == null) {
            return false;
        }
        UUID drawn = Ids.uuid5(namespace, "canary|%d|%s".formatted(judged.version(), entity));
        return (drawn.getMostSignificantBits() >>> 16) * 0x1.0p-48 < share;
    }

    /** What a step did, and the writes that make it visible. */
    record Step(StepRecord record, Consumer<CatalogTransaction> writes) {}

    /**
     * Ends a step: joins the outcomes that arrived, watches, decides about a challenger, retrains.
     *
     * @param from end of the step before
     * @param now end of this step
     * @param outcomes those that became known since
     */
    Step close(Instant from, Instant now, List<OutcomeEvent> outcomes) {
        history.settle(outcomes);
        feedErrors(outcomes);
        return switch (policy) {
            case NEVER_RETRAIN -> quiet(now, null, "", tx -> {});
            case ALWAYS_RETRAIN -> always(now);
            case THIS_POLICY -> watch(from, now);
        };
    }

    private Step quiet(Instant now, @Nullable Integer retrained, String reason, Consumer<CatalogTransaction> writes) {
        StepRecord record = new StepRecord(
                day(now), "off", "", "off", "", null, retrained, reason, retrained == null ? "none" : "promote", reason,
                require(champion).version(), List.of());
        return new Step(record, writes);
    }

    private Step always(Instant now) {
        Trained trained = trainer.train(now, Kind.REFRESH, require(championModel));
        if (trained.sha256().equals(require(champion).sha256())) {
            return quiet(now, null, "", tx -> {});
        }
        ModelVersion version = version(trained, Kind.REFRESH, now);
        champion = version;
        championModel = trained;
        String reason = "always_retrain promotes without a question.";
        return quiet(now, version.version(), reason, tx -> {
            register(tx, trained, version, now, reason);
            Roles.champion(tx, version.model(), version.version(), now);
            tx.addAudit(entry(now, "promote", version, reason, "{}"));
        });
    }

    private Step watch(Instant from, Instant now) {
        List<Consumer<CatalogTransaction>> writes = new ArrayList<>();
        boolean looks = looks(from, now);
        DriftReport drift = looks ? drift(now) : null;
        if (drift != null) {
            driftReports.addFirst(drift);
            while (driftReports.size() > REMEMBERED) {
                driftReports.removeLast();
            }
            writes.add(tx -> tx.putReport(report("drift", now, drift.verdict().word(), drift.toJson())));
            baselines.takeBeside().forEach(each -> writes.add(tx -> tx.putReport(each)));
        }
        DecayCheck.Report decay = looks ? decay(now) : null;
        if (decay != null) {
            writes.add(tx -> tx.putReport(report("decay", now, decay.verdict().word(), decay.toJson())));
        }
        LabelShiftReport shares = looks && !definition.model().isNumber() ? labelShift(now) : null;
        if (shares != null) {
            writes.add(tx -> tx.putReport(report("label_shift", now, shares.verdict(), shares.toJson())));
        }
        List<String> changed = streamChanges(now, writes);
        Decided decided = decide(now);
        Retrained retrained = retrain(from, now, drift, decay);
        writes.add(decided.writes());
        writes.add(retrained.writes());
        StepRecord record = new StepRecord(
                day(now),
                drift == null ? "off" : drift.verdict().word(),
                drift == null ? "" : drift.reason(),
                decay == null ? "off" : decay.verdict().word(),
                decay == null ? "" : decay.reason(),
                shares == null ? null : shares.toJson(),
                retrained.version(),
                retrained.reason(),
                decided.word(),
                decided.reason(),
                require(champion).version(),
                changed);
        return new Step(record, tx -> writes.forEach(write -> write.accept(tx)));
    }

    /** Whether drift, decay and the shares of outcomes are looked at: when the drift job is due; at each step where there is none. */
    private boolean looks(Instant from, Instant now) {
        return definition.schedules().stream().noneMatch(schedule -> schedule.job() == Job.DRIFT) || scheduled(Job.DRIFT, from, now);
    }

    private record Decided(String word, String reason, Consumer<CatalogTransaction> writes) {}

    /** Judges the challenger, if there is one. */
    private Decided decide(Instant now) {
        if (challenger == null) {
            return new Decided("none", "", tx -> {});
        }
        ModelVersion judged = challenger;
        PromotionPolicyDefinition gate = replayed(definition.gate(require(championModel).run().metrics()));
        if (former) {
            PromotionGate.Verdict since =
                    PromotionGate.watch(ServedEvidence.of(definition, settled(now), require(champion), judged), gate);
            boolean back = since.decision() instanceof PromotionDecision.Promote;
            return new Decided(back ? "rollback" : "none", back ? since.decision().reason() : "", watched(judged, since, now));
        }
        if (canary != null) {
            return canaryEnds(canary, judged, now);
        }
        PromotionGate.Verdict verdict = PromotionGate.decide(
                ServedEvidence.of(definition, settled(now), null, judged),
                judged.kind(),
                gate,
                require(challengerModel).run().metrics());
        PromotionDecision waits = waits(judged, verdict.decision(), now);
        if (waits != null) {
            verdict = new PromotionGate.Verdict(waits, verdict.evidence());
        }
        Double share = definition.retrain().canary();
        if (share != null && verdict.decision() instanceof PromotionDecision.Promote) {
            return canaryBegins(share, judged, verdict, now);
        }
        return new Decided(verdict.decision().word(), verdict.decision().reason(), apply(judged, verdict, now));
    }

    private Decided canaryBegins(double share, ModelVersion judged, PromotionGate.Verdict verdict, Instant now) {
        canary = now;
        String reason = "It answers %.0f %% of the requests for %s at least. %s".formatted(
                100 * share, RetrainDefinition.text(definition.retrain().hold()), verdict.decision().reason());
        String evidence = verdict.json();
        return new Decided(CANARY, reason, tx -> tx.addAudit(entry(now, CANARY, judged, reason, evidence)));
    }

    /** Promotes once the canary was asked and its time is over. A replay has no latency or errors that could take it back. */
    private Decided canaryEnds(Instant since, ModelVersion judged, Instant now) {
        long answers = history.entries().stream()
                .filter(entry -> entry.champion.version() == judged.version())
                .count();
        if (answers == 0 || now.isBefore(since.plus(definition.retrain().hold()))) {
            return new Decided("none", "", tx -> {});
        }
        PromotionGate.Verdict verdict = new PromotionGate.Verdict(
                new PromotionDecision.Promote("It answered %,d requests since %s beside the champion.".formatted(answers, since)),
                Map.of("canary_answers", (double) answers));
        return new Decided(verdict.decision().word(), verdict.decision().reason(), apply(judged, verdict, now));
    }

    /** A policy without what only a server has. */
    private static PromotionPolicyDefinition replayed(PromotionPolicyDefinition gate) {
        return gate.with(gate.plan().inReplay());
    }

    /** In the shadow it stays for as long as the project says, and no longer than its patience; null where neither holds. */
    private @Nullable PromotionDecision waits(ModelVersion judged, PromotionDecision decision, Instant now) {
        RetrainDefinition rules = definition.retrain();
        Instant least = judged.createdAt().plus(rules.shadow());
        if (decision instanceof PromotionDecision.Promote && now.isBefore(least)) {
            return new PromotionDecision.Hold("In the shadow until %s. %s".formatted(least, decision.reason()), null);
        }
        return decision instanceof PromotionDecision.Hold && !now.isBefore(judged.createdAt().plus(rules.giveUp()))
                ? new PromotionDecision.Expired("Nothing was decided about it until %s. %s"
                        .formatted(judged.createdAt().plus(rules.giveUp()), decision.reason()))
                : null;
    }

    private record Retrained(@Nullable Integer version, String reason, Consumer<CatalogTransaction> writes) {}

    /** Trains a challenger if one is due and none is being compared. */
    private Retrained retrain(
            Instant from, Instant now, @Nullable DriftReport drift, DecayCheck.@Nullable Report decay) {
        if (challenger != null && !former) {
            String reason = scheduled(from, now)
                    ? "The schedule asks for a refresh, but version " + challenger.version()
                            + " is still being compared; until then no other is trained."
                    : "";
            return new Retrained(null, reason, tx -> {});
        }
        Retraining retraining = retraining(from, now, drift, decay);
        String reason = retraining.reason();
        if (!retraining.due()) {
            return new Retrained(null, reason, tx -> {});
        }
        Budget budget = definition.retrain().budget();
        if (budget != null) {
            long spent = trainings.stream().filter(at -> at.plus(budget.within()).isAfter(now)).count();
            if (spent >= budget.most()) {
                String over = " The budget of %d trainings in %s is spent.".formatted(budget.most(), RetrainDefinition.text(budget.within()));
                return new Retrained(null, reason + over, tx -> {});
            }
        }
        trainings.add(now);
        Trained trained;
        if (retraining.job() == Job.RETRAIN) {
            trained = trainer.train(now, Kind.REFRESH, require(championModel));
        } else {
            LoopTrainer.GoneOn came =
                    trainer.goOn(now, require(championModel), retraining.job() == Job.REINFORCE);
            trained = came.trained();
            reason = reason + " " + came.reason();
            if (trained == null) {
                return new Retrained(null, reason, tx -> {});
            }
        }
        String why = reason;
        if (trained.sha256().equals(require(champion).sha256())) {
            return new Retrained(
                    null, reason + " Training gave the champion again; nothing new was known.", tx -> {});
        }
        ModelVersion version = version(trained, Kind.REFRESH, now);
        ModelVersion watched = challenger; // a new challenger ends the watch over the last promotion
        challenger = version;
        challengerModel = trained;
        former = false;
        canary = null;
        return new Retrained(version.version(), reason, tx -> {
            if (watched != null) {
                Roles.dismiss(tx, watched.model(), watched.version(), now);
            }
            register(tx, trained, version, now, why);
            Roles.challenger(tx, version.model(), version.version(), now);
        });
    }

    private Consumer<CatalogTransaction> apply(ModelVersion judged, PromotionGate.Verdict verdict, Instant now) {
        String evidence = verdict.json();
        String reason = verdict.decision().sentence();
        return switch (verdict.decision()) {
            case PromotionDecision.Promote ignored -> {
                ModelVersion replaced = require(champion);
                Trained replacedModel = championModel;
                champion = judged;
                championModel = challengerModel;
                noChallenger();
                boolean watched = definition.promotion().watch() > 0 && !definition.model().isNumber();
                if (watched) {
                    challenger = replaced;
                    challengerModel = replacedModel;
                    former = true;
                }
                yield tx -> {
                    Roles.champion(tx, judged.model(), judged.version(), now);
                    if (watched) {
                        Roles.challenger(tx, replaced.model(), replaced.version(), now);
                    }
                    tx.addAudit(entry(now, "promote", judged, reason, evidence));
                };
            }
            case PromotionDecision.Reject ignored -> dismissed(judged, verdict, now);
            case PromotionDecision.Expired ignored -> dismissed(judged, verdict, now);
            case PromotionDecision.Hold hold -> tx -> tx.addAudit(entry(now, hold.word(), judged, reason, evidence));
        };
    }

    private Consumer<CatalogTransaction> dismissed(ModelVersion judged, PromotionGate.Verdict verdict, Instant now) {
        noChallenger();
        return tx -> {
            Roles.dismiss(tx, judged.model(), judged.version(), now);
            tx.addAudit(entry(
                    now, verdict.decision().word(), judged, verdict.decision().sentence(), verdict.json()));
        };
    }

    /** What follows a look after a promotion. */
    private Consumer<CatalogTransaction> watched(ModelVersion judged, PromotionGate.Verdict verdict, Instant now) {
        String reason = verdict.decision().reason();
        return switch (verdict.decision()) {
            case PromotionDecision.Hold ignored -> tx -> {};
            case PromotionDecision.Promote ignored -> {
                champion = judged;
                championModel = challengerModel;
                noChallenger();
                yield tx -> {
                    Roles.champion(tx, judged.model(), judged.version(), now);
                    tx.addAudit(entry(now, "rollback", judged, "ROLLBACK: it is better than what replaced it: " + reason, verdict.json()));
                };
            }
            case PromotionDecision.Reject ignored -> over(judged, verdict, now);
            case PromotionDecision.Expired ignored -> over(judged, verdict, now);
        };
    }

    private Consumer<CatalogTransaction> over(ModelVersion judged, PromotionGate.Verdict verdict, Instant now) {
        noChallenger();
        return tx -> {
            Roles.dismiss(tx, judged.model(), judged.version(), now);
            tx.addAudit(entry(now, "watch_over", judged, verdict.decision().reason(), verdict.json()));
        };
    }

    private void noChallenger() {
        challenger = null;
        challengerModel = null;
        former = false;
        canary = null;
    }

    private record Retraining(boolean due, Job job, String reason) {
        Retraining(boolean due, String reason) {
            this(due, Job.RETRAIN, reason);
        }
    }

    private boolean scheduled(Instant from, Instant now) {
        return scheduled(Job.RETRAIN, from, now);
    }

    private boolean scheduled(Job job, Instant from, Instant now) {
        return definition.schedules().stream()
                .filter(schedule -> schedule.job() == job)
                .anyMatch(schedule -> Cron.dueBetween(schedule.cron(), schedule.zone(), from, now));
    }

    private Retraining retraining(
            Instant from, Instant now, @Nullable DriftReport drift, DecayCheck.@Nullable Report decay) {
        Duration coolDown = definition.retrain().coolDown();
        boolean rested = lastTraining == null || !lastTraining.plus(coolDown).isAfter(now);
        String tired = ", but the last training is less than %s old.".formatted(RetrainDefinition.text(coolDown));
        if (scheduled(from, now)) {
            return new Retraining(true, "The schedule asks for a refresh.");
        }
        if (scheduled(Job.UPDATE, from, now)) {
            return new Retraining(true, Job.UPDATE, "The schedule asks for an update.");
        }
        if (scheduled(Job.REINFORCE, from, now)) {
            return new Retraining(true, Job.REINFORCE, "The schedule asks for reinforcement.");
        }
        if (decay != null && decay.verdict() == DecayCheck.Verdict.DECAYED) {
            return rested
                    ? new Retraining(true, "The champion has decayed. " + decay.reason())
                    : new Retraining(false, "The champion has decayed" + tired);
        }
        if (drift != null && drift.verdict() == DriftReport.Verdict.ALARM && definition.retrainsOnDrift()) {
            Optional<String> notWorth = WideDrift.notWorth(drift);
            if (notWorth.isPresent()) {
                return new Retraining(false, "Drift. " + notWorth.get());
            }
            return rested
                    ? new Retraining(true, "Drift in columns that matter. " + drift.reason())
                    : new Retraining(false, "Drift" + tired);
        }
        return new Retraining(false, "");
    }

    private @Nullable DriftReport drift(Instant now) {
        DriftMonitorDefinition monitor = definition.drift();
        if (monitor == null) {
            return null;
        }
        List<Entry> entries = history.entries();
        if (!driftReports.isEmpty()) {
            DriftReport last = driftReports.getFirst();
            if (entries.isEmpty() || entries.getLast().champion.eventTime().isBefore(last.to())) {
                return DriftCheck.nothingNew(last, now);
            }
        }
        Instant start = now.minus(monitor.window());
        int first = entries.size();
        while (first > 0
                && (!entries.get(first - 1).champion.eventTime().isBefore(start)
                        || entries.size() - first < monitor.minRows())) {
            first--;
        }
        List<double[]> rows = new ArrayList<>();
        for (Entry entry : entries.subList(first, entries.size())) {
            double[] features = entry.champion.features();
            double[] watched = entry.champion.watched();
            double[] row = Arrays.copyOf(features, features.length + watched.length);
            System.arraycopy(watched, 0, row, features.length, watched.length);
            rows.add(row);
        }
        ModelVersion version = require(champion);
        Instant from = rows.isEmpty() ? start : entries.get(first).champion.eventTime();
        List<BaselineCheck.Against> against = baselines.of(monitor, version, require(championModel), from, now, driftReports);
        DriftReport report = baselines.kept(BaselineCheck.check(
                version.model(),
                version.version(),
                against,
                new DriftCheck.Window(BaselineCheck.columns(against, rows), from, now),
                monitor,
                now));
        if (lookedWidely != null && lookedWidely.plus(WIDELY).isAfter(now)) {
            return report;
        }
        lookedWidely = now;
        return widened(report, against.getFirst().earlier(), monitor, first, from, now, rows);
    }

    private DriftReport widened(
            DriftReport report,
            List<DriftReport> earlier,
            DriftMonitorDefinition monitor,
            int first,
            Instant from,
            Instant now,
            List<double[]> rows) {
        ModelVersion version = require(champion);
        List<Entry> window = history.entries().subList(first, history.entries().size());
        List<double[]> before = history.entries().subList(0, first).stream()
                .filter(entry -> entry.champion.version() == version.version())
                .map(entry -> entry.champion.probabilities())
                .toList();
        return WideDrift.of(
                report,
                earlier,
                monitor,
                definition.model().task().outputs(),
                before.subList(Math.max(0, before.size() - ANSWERS), before.size()),
                window.stream().map(entry -> entry.champion.probabilities()).toList(),
                () -> trainer.tables(
                        version,
                        new LoopTrainer.Asked(rows, window.stream().map(entry -> entry.champion.segment()).toList(), from, now),
                        monitor,
                        now));
    }

    // ---- streams

    /** The streams that the monitor names, as far as they were fed; null without any. */
    private @Nullable StreamFeed streams() {
        DriftMonitorDefinition monitor = definition.drift();
        if (policy != LoopPolicy.THIS_POLICY || monitor == null || monitor.streams().of().isEmpty()) {
            return null;
        }
        StreamFeed feed = streams;
        if (feed == null) {
            List<String> inputs = trainer.profile(require(champion), require(championModel)).names();
            feed = new StreamFeed(definition.model().name(), definition.model().isNumber() ? List.of() : definition.model().classes(), monitor.streams(), inputs, streamsBefore.path("streams"));
            streams = feed;
        }
        return feed;
    }

    private void feedErrors(List<OutcomeEvent> outcomes) {
        StreamFeed feed = streams();
        if (feed == null) {
            return;
        }
        for (OutcomeEvent outcome : outcomes) {
            Entry entry = history.of(outcome.entity());
            if (entry != null) {
                feed.errors(entry.champion, outcome.outcome());
            }
        }
    }

    /** Keeps what the streams know, and the changes found; tells those for the worse. */
    private List<String> streamChanges(Instant now, List<Consumer<CatalogTransaction>> writes) {
        StreamFeed feed = streams();
        if (feed == null) {
            return List.of();
        }
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("model", model());
        state.set("streams", feed.toJson());
        writes.add(tx -> tx.putReport(
                new StoredReport(STREAMS + model(), "stream_state", model(), now, "ready", state.toString())));
        List<String> worse = new ArrayList<>();
        for (StreamChange change : feed.takeFound()) {
            String id = "stream-%s-%s-%s-%s".formatted(model(), change.of(), change.detector().word(), change.found());
            writes.add(tx -> tx.putReport(
                    new StoredReport(id, "stream", model(), change.found(), "change", change.toJson().toString())));
            if (!change.better()) {
                worse.add(change.sentence());
            }
        }
        return worse;
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What is known of streams is not JSON.", e);
        }
    }

    // ---- losses

    /** Settled events of complete match days. The embargo is at least the delay of the label, so it bounds the wait. */
    private List<Entry> settled(Instant now) {
        return history.settled(now, definition.model().embargo());
    }

    private DecayCheck.@Nullable Report decay(Instant now) {
        DecayMonitorDefinition monitor = definition.decay();
        if (monitor == null) {
            return null;
        }
        ModelVersion version = require(champion);
        Trained serving = require(championModel);
        List<Entry> served = settled(now).stream()
                .filter(e -> e.champion.version() == version.version())
                .toList();
        // not clipped: what it is compared with, the loss on the run's test period, is not either
        double[] losses = ServedEvidence.losses(served, definition.decayMetric(), entry -> entry.champion, 0);
        List<Double> epochs = new ArrayList<>();
        int start = 0;
        while (start < losses.length) {
            int end = start;
            double sum = 0;
            while (end < losses.length && served.get(end).day == served.get(start).day) {
                sum += losses[end];
                end++;
            }
            epochs.add(sum / (end - start));
            start = end;
        }
        return DecayCheck.check(
                epochs.stream().mapToDouble(Double::doubleValue).toArray(),
                serving.expectedLoss(),
                serving.expectedError(),
                monitor.worseBy());
    }

    private LabelShiftReport labelShift(Instant now) {
        List<LocalDate> days = new ArrayList<>();
        List<long[]> counts = new ArrayList<>();
        int last = Integer.MIN_VALUE;
        for (Entry entry : settled(now)) {
            if (entry.day != last) {
                days.add(LocalDate.ofEpochDay(entry.day));
                counts.add(new long[definition.model().classes().size()]);
                last = entry.day;
            }
            counts.getLast()[(int) entry.outcome]++;
        }
        LabelShiftWatch watch = labels == null
                ? new LabelShiftWatch(definition.model().classes(), require(firstModel).labelCounts())
                : labels;
        labels = watch;
        return watch.report(days, counts);
    }

    private PredictionEvent event(Requests requests, int i, ModelVersion version, String role, Trained by) {
        double[] told = new double[by.model().outputs().size()];
        by.model().predict(requests.features()[i], told);
        double[] probabilities = definition.model().isNumber() ? new double[] {told[0]} : told;
        Instant eventTime = Micros.toInstant(requests.eventTimes()[i]);
        String name = version.model() + "|" + requests.entities().get(i) + "|" + eventTime
                + (role.equals(ModelVersion.CHAMPION) ? "" : "|v" + version.version());
        return new PredictionEvent(
                Ids.uuid5(namespace, name),
                version.model(),
                version.version(),
                role,
                requests.entities().get(i),
                requests.segments().get(i),
                eventTime,
                eventTime,
                eventTime,
                probabilities,
                requests.features()[i],
                requests.watched()[i],
                requests.keys().get(i));
    }

    private ModelVersion version(Trained trained, Kind kind, Instant now) {
        lastVersion++;
        lastTraining = now;
        return new ModelVersion(
                definition.model().name(), lastVersion, trained.run().id(), trained.sha256(), kind, now, now);
    }

    private void register(CatalogTransaction tx, Trained trained, ModelVersion version, Instant now, String reason) {
        tx.putRun(trained.run());
        tx.addVersion(version);
        tx.addAudit(entry(now, "register", version, reason, "{}"));
    }

    private AuditEntry entry(Instant now, String action, ModelVersion version, String reason, String evidence) {
        return new AuditEntry(0, now, actor, action, version.model(), version.version(), reason, evidence);
    }

    private StoredReport report(String kind, Instant now, String verdict, ObjectNode document) {
        String model = definition.model().name();
        return new StoredReport(kind + "-" + model + "-" + now, kind, model, now, verdict, document.toString());
    }

    private static Run run(CatalogTransaction tx, ModelVersion version) {
        return tx.run(version.runId())
                .orElseThrow(() -> new IllegalStateException(
                        "The catalogue holds the version " + version.label() + " but not its run " + version.runId() + "."));
    }

    private LocalDate day(Instant now) {
        return now.atZone(definition.zone()).toLocalDate();
    }

    private static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("The loop has no champion yet; start() comes first.");
        }
        return value;
    }
}
