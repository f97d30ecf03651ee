package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.ServiceHistory;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Micros;
import dev.keelson.http.Bandits;
import dev.keelson.id.Sha256;
import dev.keelson.learn.bandit.BanditLearner;
import dev.keelson.learn.bandit.BanditPolicy;
import dev.keelson.learn.bandit.Draws;
import dev.keelson.learn.bandit.LoggedDecisions;
import dev.keelson.learn.bandit.OffPolicyEvaluation;
import dev.keelson.learn.bandit.OffPolicyReport;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Roles;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.stats.BcaBootstrap;
import dev.keelson.store.files.FileDecisionLog;
import dev.keelson.train.BanditDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bandits over the real stores, for the owner of the project. A version of a bandit is one of the catalogue's model
 * {@code bandit/NAME}, a name that no model can have; its artifact is the policy as JSON. One call runs at a time.
 */
final class ProjectBandits implements Bandits, AutoCloseable {
    /** In front of the name of a bandit in the catalogue. */
    static final String PREFIX = "bandit/";
    /** The kind of the reports; their subject is the bandit. */
    static final String KIND = "bandit";

    private static final int LEAST_ROWS = 100;
    private static final int AUDIT_SHOWN = 20;
    private static final String POLICY = "policy.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Supplier<Project> project;
    private final Workspace workspace;
    private final Catalog catalog;
    private final InstantSource clock;
    private final PredictionIds ids = new PredictionIds();
    private final Map<String, FileDecisionLog> logs = new TreeMap<>();
    /** Event to its decision, by bandit. */
    private final Map<String, Map<String, JsonNode>> decided = new TreeMap<>();

    ProjectBandits(Supplier<Project> project, Workspace workspace, InstantSource clock) {
        this.project = project;
        this.workspace = workspace;
        this.catalog = workspace.catalog();
        this.clock = clock;
    }

    // ---- looking

    @Override
    public synchronized JsonNode list() {
        ObjectNode document = object();
        ArrayNode list = document.putArray("bandits");
        for (BanditDefinition bandit : project.get().bandits()) {
            ObjectNode node = list.addObject();
            head(node, bandit);
        }
        return document;
    }

    private void head(ObjectNode node, BanditDefinition bandit) {
        node.put("name", bandit.name()).put("source", bandit.source());
        node.put("algorithm", bandit.settings().algorithm().key()).put("explore", bandit.settings().explore());
        node.put("reward", bandit.reward().key()).put("log", bandit.log().key());
        bandit.actions().forEach(node.putArray("actions")::add);
        bandit.context().forEach(node.putArray("context")::add);
        Optional<ModelVersion> champion = champion(bandit);
        node.put("champion", champion.map(ModelVersion::version).orElse(null));
        node.put("versions", catalog.read(tx -> tx.versions(key(bandit))).size());
        List<JsonNode> entries = FileDecisionLog.look(workspace.state().decisions(bandit.name()));
        node.put("decisions", entries.stream().filter(each -> each.has("propensity")).count());
        node.put("rewards", entries.stream()
                .filter(each -> each.has("profit"))
                .map(each -> each.path("decision").asText())
                .distinct()
                .count());
    }

    @Override
    public synchronized JsonNode show(String name) {
        BanditDefinition bandit = project.get().bandit(name);
        ObjectNode document = object();
        head(document, bandit);
        ArrayNode list = document.putArray("versions");
        catalog.read(tx -> {
            for (ModelVersion version : tx.versions(key(bandit))) {
                ObjectNode node = list.addObject();
                version(node, version);
                tx.run(version.runId()).ifPresent(run -> {
                    ObjectNode metrics = node.putObject("metrics");
                    run.metrics().forEach(metrics::put);
                    node.put("verdict", run.tags().get("verdict"));
                });
            }
            ArrayNode audit = document.putArray("audit");
            for (AuditEntry entry : tx.audit(key(bandit), AUDIT_SHOWN)) {
                audit.addObject()
                        .put("at", entry.at().toString())
                        .put("action", entry.action())
                        .put("version", entry.version())
                        .put("actor", entry.actor())
                        .put("reason", entry.reason());
            }
            return true;
        });
        return document;
    }

    private static void version(ObjectNode node, ModelVersion version) {
        node.put("version", version.version()).put("run_id", version.runId()).put("sha256", version.sha256());
        node.put("kind", version.kind().name().toLowerCase(Locale.ROOT));
        node.put("trained_to", version.trainedTo().toString()).put("created_at", version.createdAt().toString());
    }

    // ---- learning and judging

    @Override
    public synchronized JsonNode train(String name, Training request) {
        BanditDefinition bandit = project.get().bandit(name);
        SourceDefinition source = Projects.source(project.get(), bandit.source());
        Instant started = clock.instant();
        BanditRows rows = rows(bandit);
        if (rows.rows().size() < LEAST_ROWS) {
            throw notEnough(bandit, rows.rows().size());
        }
        long boundary = rows.boundary(source);
        List<BanditRows.Row> early = rows.before(boundary);
        if (early.isEmpty()) {
            throw notEnough(bandit, 0);
        }
        LoggedDecisions log = BanditRows.log(early);
        BanditPolicy policy = BanditLearner.of(bandit.settings(), bandit.shares(), bandit.context(), log).policy();
        Optional<ModelVersion> champion = champion(bandit);
        ObjectNode document = object().put("name", name).put("trained_to", Micros.toInstant(boundary).toString());
        training(document.putObject("training"), bandit, early, policy);
        rows.leftOut().forEach(document.putObject("left_out")::put);
        OffPolicyReport report = judge(document, bandit, rows, policy, boundary, champion.orElse(null));
        ModelVersion version = register(bandit, rows, policy, boundary, report, document, started, request.actor());
        document.put("version", version.version()).put("run", version.runId());
        boolean serves = champion.filter(version::equals).isPresent();
        if (request.promote() && report.better() && !serves) {
            champion(bandit, version, "promote", request.actor(), report.sentence(), document.path("evaluation"));
            serves = true;
        }
        document.put("champion", serves);
        document.put("sentence", "%s v%d %s.".formatted(name, version.version(), report.sentence()));
        keep(bandit, version, document, report);
        return document;
    }

    private static KeelsonException notEnough(BanditDefinition bandit, int rows) {
        return new KeelsonException(
                ErrorCode.NOT_ENOUGH_ROWS,
                "The bandit (%s) has %d decisions with a known outcome to learn from; at least %d are needed."
                        .formatted(bandit.name(), rows, LEAST_ROWS),
                bandit.log() instanceof BanditDefinition.Decided
                        ? "Maybe wait for more outcomes, or use `log: simulated`."
                        : null);
    }

    @Override
    public synchronized JsonNode evaluate(String name, @Nullable Integer number) {
        BanditDefinition bandit = project.get().bandit(name);
        ModelVersion version = number == null
                ? catalog.read(tx -> tx.versions(key(bandit))).stream()
                        .findFirst()
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.VERSION_NOT_FOUND,
                                "The bandit (%s) has no version yet.".formatted(name),
                                "Maybe run `keelson bandit train %s`.".formatted(name)))
                : catalog.read(tx -> version(tx, bandit, number));
        return evaluated(bandit, version);
    }

    private ObjectNode evaluated(BanditDefinition bandit, ModelVersion version) {
        BanditRows rows = rows(bandit);
        ModelVersion champion = champion(bandit).filter(each -> !each.equals(version)).orElse(null);
        long boundary = Micros.of(version.trainedTo());
        ObjectNode document = object()
                .put("name", bandit.name())
                .put("version", version.version())
                .put("trained_to", version.trainedTo().toString());
        rows.leftOut().forEach(document.putObject("left_out")::put);
        OffPolicyReport report = judge(document, bandit, rows, policy(bandit, version), boundary, champion);
        document.put("sentence", "%s v%d %s.".formatted(bandit.name(), version.version(), report.sentence()));
        keep(bandit, version, document, report);
        return document;
    }

    private void keep(BanditDefinition bandit, ModelVersion version, ObjectNode document, OffPolicyReport report) {
        Instant now = clock.instant();
        catalog.update(tx -> tx.putReport(new StoredReport(
                "%s-%s-v%d-%s".formatted(KIND, bandit.name(), version.version(), now),
                KIND,
                bandit.name(),
                now,
                report.better() ? "better" : "refused",
                document.toString())));
    }

    /** Judges by decisions that neither of the two policies was learnt from. */
    private OffPolicyReport judge(
            ObjectNode document,
            BanditDefinition bandit,
            BanditRows rows,
            BanditPolicy policy,
            long boundary,
            @Nullable ModelVersion champion) {
        long from = champion == null ? boundary : Math.max(boundary, Micros.of(champion.trainedTo()));
        List<BanditRows.Row> late = rows.from(from);
        if (late.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS,
                    "The bandit (%s) has no decision from %s on to be judged by.".formatted(bandit.name(), Micros.toInstant(from)),
                    "Maybe wait for new outcomes.");
        }
        LoggedDecisions log = BanditRows.log(late);
        BanditPolicy other = champion == null ? null : policy(bandit, champion);
        Integer standard = bandit.current();
        double[][] current = other != null
                ? propensities(other, late)
                : standard == null ? null : late.stream().map(row -> always(bandit, standard)).toArray(double[][]::new);
        List<BanditRows.Row> earlier = rows.before(from);
        OffPolicyReport report = OffPolicyEvaluation.evaluate(
                log,
                earlier.isEmpty() ? null : BanditRows.log(earlier),
                bandit.shares(),
                propensities(policy, late),
                current,
                rows.outcomes(late),
                new OffPolicyEvaluation.Settings(bandit.clip(), 0.95, BcaBootstrap.DEFAULT_RESAMPLES, bandit.seed()));
        document.put("dataset", rows.dataset()).put("log", bandit.log().key()).put("reward", bandit.reward().key());
        document.put(
                "current",
                champion != null
                        ? "v" + champion.version()
                        : standard == null ? "what the log did" : "always " + bandit.actions().get(standard));
        document.put("judged_from", Micros.toInstant(late.getFirst().eventTime()).toString());
        document.put("judged_to", Micros.toInstant(late.getLast().eventTime()).toString());
        ArrayNode shares = document.putArray("shares");
        double[] sums = new double[bandit.actions().size()];
        for (double[] p : propensities(policy, late)) {
            for (int a = 0; a < p.length; a++) {
                sums[a] += p[a] / late.size();
            }
        }
        for (double sum : sums) {
            shares.add(sum);
        }
        document.set("evaluation", report.toJson());
        return report;
    }

    private static double[][] propensities(BanditPolicy policy, List<BanditRows.Row> rows) {
        return rows.stream().map(row -> policy.propensities(row.context())).toArray(double[][]::new);
    }

    private static double[] always(BanditDefinition bandit, int action) {
        double[] p = new double[bandit.actions().size()];
        p[action] = 1;
        return p;
    }

    private static void training(
            ObjectNode node, BanditDefinition bandit, List<BanditRows.Row> rows, BanditPolicy policy) {
        node.put("rows", rows.size());
        node.put("from", Micros.toInstant(rows.getFirst().eventTime()).toString());
        node.put("to", Micros.toInstant(rows.getLast().eventTime()).toString());
        ArrayNode list = node.putArray("actions");
        for (int a = 0; a < bandit.actions().size(); a++) {
            int action = a;
            double mean = rows.stream()
                    .filter(row -> row.action() == action)
                    .mapToDouble(BanditRows.Row::reward)
                    .average()
                    .orElse(Double.NaN);
            ObjectNode each = list.addObject().put("action", bandit.actions().get(a));
            each.put("rows", rows.stream().filter(row -> row.action() == action).count());
            each.put("learnt_from", policy.rows(a));
            each.put("mean_reward", Double.isNaN(mean) ? null : mean);
        }
    }

    private ModelVersion register(
            BanditDefinition bandit,
            BanditRows rows,
            BanditPolicy policy,
            long boundary,
            OffPolicyReport report,
            ObjectNode document,
            Instant started,
            String actor) {
        byte[] bytes = policy.toJson().toString().getBytes(StandardCharsets.UTF_8);
        String sha = Sha256.ofBytes(bytes);
        List<ModelVersion> known = catalog.read(tx -> tx.versions(key(bandit)));
        Instant trainedTo = Micros.toInstant(boundary);
        Optional<ModelVersion> same = known.stream()
                .filter(each -> each.sha256().equals(sha) && each.trainedTo().equals(trainedTo))
                .findFirst();
        if (same.isPresent()) {
            return same.get();
        }
        byte[] evaluation = document.toPrettyString().getBytes(StandardCharsets.UTF_8);
        Map<String, Double> metrics = new TreeMap<>();
        report.estimates().forEach((estimator, estimate) -> {
            metrics.put(estimator.key(), estimate.candidate().estimate());
            metrics.put(estimator.key() + "_difference", estimate.difference().estimate());
            if (Double.isFinite(estimate.lowerBound())) {
                metrics.put(estimator.key() + "_lower_bound", estimate.lowerBound());
            }
        });
        metrics.put("effective_rows", report.overlap().effectiveRows());
        metrics.put("max_weight", report.overlap().maxWeight());
        metrics.put("clipped", report.overlap().clipped());
        metrics.put("judged_rows", (double) report.overlap().rows());
        Map<String, String> params = parameters(bandit);
        params.put("dataset_version", rows.dataset());
        ObjectNode provenance = object();
        provenance.put("dataset_version", rows.dataset()).put("code_version", Environment.codeVersion());
        String id = Sha256.ofBytes((key(bandit) + params + sha + trainedTo).getBytes(StandardCharsets.UTF_8)).substring(0, 32);
        Map<String, byte[]> files = new TreeMap<>(Map.of(POLICY, bytes, "evaluation.json", evaluation));
        files.putAll(signature(bandit, id, sha, started, rows.before(boundary)));
        List<Run.Artifact> artifacts = new ArrayList<>();
        files.forEach((path, content) ->
                artifacts.add(new Run.Artifact(path, workspace.artifacts().put(content), content.length)));
        Run run = new Run(
                id,
                key(bandit),
                Run.Status.FINISHED,
                started,
                clock.instant(),
                params,
                metrics,
                Map.of("kind", KIND, "verdict", report.better() ? "better" : "refused"),
                artifacts,
                provenance.toString());
        workspace.artifacts().describeRun(id, files);
        return catalog.write(tx -> {
            tx.putRun(run);
            int number = tx.nextVersion(key(bandit));
            ModelVersion version = new ModelVersion(
                    key(bandit),
                    number,
                    id,
                    sha,
                    known.isEmpty() ? ModelVersion.Kind.INITIAL : ModelVersion.Kind.REFRESH,
                    trainedTo,
                    clock.instant());
            tx.addVersion(version);
            tx.addAudit(new AuditEntry(
                    0, clock.instant(), actor, "register", key(bandit), number, report.sentence(), "{}"));
            return version;
        });
    }

    /** The context that it decides by, and how likely it takes each action. */
    private static Map<String, byte[]> signature(
            BanditDefinition bandit, String run, String sha256, Instant made, List<BanditRows.Row> rows) {
        Set<String> missing = new HashSet<>();
        for (BanditRows.Row row : rows) {
            for (int j = 0; j < row.context().length; j++) {
                if (Double.isNaN(row.context()[j])) {
                    missing.add(bandit.context().get(j));
                }
            }
        }
        return new ModelSignature(
                        bandit.context(), List.of(), bandit.actions().stream().map(share -> "propensity of " + share).toList())
                .files(
                        run,
                        sha256,
                        POLICY,
                        made,
                        rows.stream().limit(ModelSignature.ROWS).map(BanditRows.Row::context).toList(),
                        missing,
                        _ -> null);
    }

    private static Map<String, String> parameters(BanditDefinition bandit) {
        Map<String, String> params = new LinkedHashMap<>();
        params.put("source", bandit.source());
        params.put("profit", bandit.profit().address());
        params.put("probability", bandit.probability());
        params.put("odds", bandit.odds());
        params.put("context", String.join(",", bandit.context()));
        params.put("actions", bandit.actions().toString());
        params.put("algorithm", bandit.settings().algorithm().key());
        params.put("explore", Double.toString(bandit.settings().explore()));
        params.put("width", Double.toString(bandit.settings().width()));
        params.put("ridge", Double.toString(bandit.settings().ridge()));
        params.put("reward", bandit.reward().key());
        params.put("cap", Double.toString(bandit.cap()));
        params.put("log", bandit.log().key());
        params.put("test", Double.toString(bandit.test()));
        params.put("seed", Long.toString(bandit.seed()));
        return params;
    }

    // ---- what decides

    @Override
    public synchronized JsonNode promote(String name, int number, String actor, String reason) {
        BanditDefinition bandit = project.get().bandit(name);
        requireReason(reason);
        ModelVersion wanted = catalog.read(tx -> version(tx, bandit, number));
        if (champion(bandit).filter(wanted::equals).isPresent()) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED, "%s v%d is the champion already.".formatted(name, number), null);
        }
        ObjectNode document = evaluated(bandit, wanted);
        if (!document.at("/evaluation/better").asBoolean()) {
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    document.path("sentence").asText(),
                    "Maybe look at `keelson bandit evaluate %s --version %d`.".formatted(name, number));
        }
        champion(bandit, wanted, "promote", actor, reason, document.path("evaluation"));
        return document.put("champion", true);
    }

    private void champion(
            BanditDefinition bandit, ModelVersion version, String action, String actor, String reason, JsonNode evidence) {
        catalog.update(tx -> {
            Roles.champion(tx, key(bandit), version.version(), clock.instant());
            ObjectNode kept = object();
            kept.set("lower_bound", evidence.path("estimates").path(evidence.path("judge").asText()).path("lower_bound"));
            tx.addAudit(new AuditEntry(
                    0, clock.instant(), actor, action, key(bandit), version.version(), reason, kept.toString()));
        });
    }

    @Override
    public synchronized JsonNode rollback(String name, String actor, String reason) {
        BanditDefinition bandit = project.get().bandit(name);
        requireReason(reason);
        ModelVersion back = catalog.write(tx -> {
            ModelVersion champion = tx.alias(key(bandit), ModelVersion.CHAMPION)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED, "The bandit (%s) has no champion.".formatted(name), null));
            int earlier = ServiceHistory.of(tx.audit(key(bandit), Integer.MAX_VALUE), champion.version())
                    .before()
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED,
                            "There is no version to roll back to: before %s v%d none decided that was not rolled back from."
                                    .formatted(name, champion.version()),
                            null));
            Roles.champion(tx, key(bandit), earlier, clock.instant());
            tx.addAudit(new AuditEntry(
                    0, clock.instant(), actor, "rollback", key(bandit), earlier, reason,
                    "{\"rolled_back_from\":%d}".formatted(champion.version())));
            return version(tx, bandit, earlier);
        });
        ObjectNode document = object().put("name", name);
        version(document, back);
        return document.put("champion", true);
    }

    private static void requireReason(String reason) {
        if (reason.isBlank()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "A reason is needed: it stays in the audit trail.", null);
        }
    }

    // ---- deciding

    @Override
    public synchronized JsonNode decide(String name, @Nullable String event, Map<String, @Nullable Object> row) {
        BanditDefinition bandit = project.get().bandit(name);
        SourceDefinition source = Projects.source(project.get(), bandit.source());
        String about = event;
        List<Problem> problems = new ArrayList<>();
        if (about == null || about.isBlank()) {
            about = RequestRow.entity(source, row);
            source.key().stream()
                    .filter(column -> row.get(column) == null)
                    .forEach(column -> problems.add(BanditChecks.wrong(column, "is missing; expected a value, or `event`")));
        }
        double chance = BanditChecks.number(bandit, source, row, bandit.probability(), true, problems);
        double price = BanditChecks.number(bandit, source, row, bandit.odds(), true, problems);
        double[] context = new double[bandit.context().size()];
        for (int c = 0; c < context.length; c++) {
            String column = bandit.context().get(c);
            context[c] = column.equals(bandit.probability())
                    ? chance
                    : column.equals(bandit.odds())
                            ? price
                            : BanditChecks.number(bandit, source, row, column, false, problems);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        FileDecisionLog log = log(bandit);
        JsonNode before = decided.getOrDefault(name, Map.of()).get(about);
        if (before != null) {
            ObjectNode again = before.deepCopy();
            return again.put("repeated", true);
        }
        ModelVersion champion = champion(bandit).orElse(null);
        double kelly = bandit.kelly(chance, price);
        double[] propensities;
        if (kelly == 0) {
            propensities = always(bandit, 0);
        } else if (champion != null) {
            propensities = policy(bandit, champion).propensities(context);
        } else {
            propensities = always(bandit, bandit.current() == null ? 0 : bandit.current());
            for (int a = 0; a < propensities.length; a++) {
                propensities[a] = (1 - bandit.settings().explore()) * propensities[a]
                        + bandit.settings().explore() / propensities.length;
            }
        }
        long seed = bandit.seed() ^ (champion == null ? 0L : 0x9E3779B97F4A7C15L * champion.version());
        int action = Draws.action(propensities, Draws.uniform(seed, about));
        Instant now = clock.instant();
        double share = kelly == 0 ? 0 : bandit.actions().get(action);
        ObjectNode entry = object()
                .put("id", ids.next(now).toString())
                .put("bandit", name)
                .put("version", champion == null ? 0 : champion.version())
                .put("event", about)
                .put("at", now.toString())
                .put("action", share)
                .put("propensity", kelly == 0 ? 1 : propensities[action])
                .put("kelly", kelly)
                .put("odds", price)
                .put("stake", share * kelly);
        ObjectNode chances = entry.putObject("propensities");
        for (int a = 0; a < propensities.length; a++) {
            if (kelly > 0) {
                chances.put(bandit.actions().get(a).toString(), propensities[a]);
            }
        }
        ObjectNode values = entry.putObject("context");
        for (int c = 0; c < context.length; c++) {
            values.put(bandit.context().get(c), Double.isNaN(context[c]) ? null : context[c]);
        }
        log.append(entry);
        decided.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(about, entry.deepCopy());
        return entry;
    }

    @Override
    public synchronized JsonNode reward(String name, String decision, double profit, boolean correct) {
        BanditDefinition bandit = project.get().bandit(name);
        FileDecisionLog log = log(bandit);
        JsonNode found = log.entries().stream()
                .filter(each -> each.path("id").asText().equals(decision))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The bandit (%s) has no decision (%s).".formatted(name, decision),
                        "Maybe the id is that of another bandit."));
        BanditChecks.requireProfit(bandit, found, profit);
        JsonNode before = log.entries().stream()
                .filter(each -> each.has("profit") && each.path("decision").asText().equals(decision))
                .reduce((first, second) -> second)
                .orElse(null);
        if (before != null && before.path("profit").asDouble() == profit) {
            ObjectNode again = rewarded(bandit, found, before);
            return again.put("repeated", true);
        }
        BanditChecks.requireFirst(decision, before, correct);
        ObjectNode entry = object()
                .put("decision", decision)
                .put("event", found.path("event").asText())
                .put("at", clock.instant().toString())
                .put("profit", profit);
        if (before != null) {
            entry.put("corrects", before.path("profit").asDouble());
        }
        log.append(entry);
        return rewarded(bandit, found, entry);
    }

    /** What was told of a decision, with the reward that it is. */
    private static ObjectNode rewarded(BanditDefinition bandit, JsonNode decision, JsonNode told) {
        ObjectNode document = told.deepCopy();
        int action = bandit.actions().indexOf(decision.path("action").asDouble());
        if (action >= 0) {
            document.put(
                    "reward", bandit.reward(action, decision.path("kelly").asDouble(), told.path("profit").asDouble()));
        }
        return document;
    }

    private FileDecisionLog log(BanditDefinition bandit) {
        return logs.computeIfAbsent(bandit.name(), name -> {
            FileDecisionLog log = new FileDecisionLog(workspace.state().decisions(name));
            Map<String, JsonNode> known = new LinkedHashMap<>();
            log.entries().stream()
                    .filter(each -> each.has("propensity"))
                    .forEach(each -> known.putIfAbsent(each.path("event").asText(), each));
            decided.put(name, known);
            return log;
        });
    }

    // ---- parts

    private BanditRows rows(BanditDefinition bandit) {
        return BanditRows.read(workspace, bandit, FileDecisionLog.look(workspace.state().decisions(bandit.name())));
    }

    /**
     * A stake that is suggested and not decided.
     *
     * @param share of the Kelly stake, the mean of the policy's draw
     * @param kelly the Kelly stake as a share of the bank, at most the cap
     * @param cap the greatest Kelly stake
     * @param by who says so
     */
    record Suggestion(double share, double kelly, double cap, String by) {}

    /**
     * What the policy would stake on average; nothing is logged.
     *
     * @param chance of winning, which the Kelly stake is worked out from
     * @param row the columns that the bandit reads; what is missing is unknown to the policy
     */
    Suggestion suggest(String name, double chance, double price, Map<String, @Nullable Object> row) {
        BanditDefinition bandit = project.get().bandit(name);
        double kelly = bandit.kelly(chance, price);
        ModelVersion champion = champion(bandit).orElse(null);
        Integer usual = bandit.current();
        if (champion == null) {
            return new Suggestion(usual == null ? 0 : bandit.actions().get(usual), kelly, bandit.cap(), name + ", which has learnt nothing yet");
        }
        double[] context = bandit.context().stream()
                .mapToDouble(column -> column.equals(bandit.odds())
                        ? price
                        : row.get(column) instanceof Number number ? number.doubleValue() : Double.NaN)
                .toArray();
        double[] propensities;
        synchronized (this) {
            propensities = policy(bandit, champion).propensities(context);
        }
        double share = 0;
        for (int a = 0; a < propensities.length; a++) {
            share += propensities[a] * bandit.actions().get(a);
        }
        return new Suggestion(share, kelly, bandit.cap(), "%s v%d".formatted(name, champion.version()));
    }

    private Optional<ModelVersion> champion(BanditDefinition bandit) {
        return catalog.read(tx -> tx.alias(key(bandit), ModelVersion.CHAMPION));
    }

    private static ModelVersion version(CatalogTransaction tx, BanditDefinition bandit, int number) {
        return tx.version(key(bandit), number)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "The bandit (%s) has no version %d; it has %s."
                                .formatted(
                                        bandit.name(),
                                        number,
                                        tx.versions(key(bandit)).stream().map(ModelVersion::version).toList()),
                        null));
    }

    private BanditPolicy policy(BanditDefinition bandit, ModelVersion version) {
        byte[] bytes = workspace.artifacts()
                .get(version.sha256())
                .orElseThrow(() -> new KeelsonException(damaged(bandit, version)));
        BanditPolicy policy;
        try {
            policy = BanditPolicy.fromJson(MAPPER.readTree(bytes));
        } catch (IOException | IllegalArgumentException e) {
            throw new KeelsonException(List.of(damaged(bandit, version)), e);
        }
        if (!policy.context().equals(bandit.context()) || !Arrays.equals(policy.actions(), bandit.shares())) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "%s v%d was learnt with other actions or another context than the project file has."
                            .formatted(bandit.name(), version.version()),
                    "Maybe give the changed bandit another name, so that it is judged anew.");
        }
        return policy;
    }

    private static Problem damaged(BanditDefinition bandit, ModelVersion version) {
        return Problem.of(
                ErrorCode.STORE_DAMAGED,
                "The policy of %s v%d is missing or no policy.".formatted(bandit.name(), version.version()),
                "Maybe restore `.keelson` from a backup.");
    }

    private static String key(BanditDefinition bandit) {
        return PREFIX + bandit.name();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public synchronized void close() {
        logs.values().forEach(FileDecisionLog::close);
        logs.clear();
    }
}
