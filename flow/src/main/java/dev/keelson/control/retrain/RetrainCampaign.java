package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobRun;
import dev.keelson.control.job.Planner;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Retrains several models, or follows the retrainings that the checks of one time of a schedule asked for: a job for each, as many at once as there are workers, and the summary of them, told when nothing runs any
 * more and once more when none waits for evidence. What becomes of one model is nothing to the others. It rests between its looks.
 * Safe for use by several threads.
 */
public final class RetrainCampaign implements JobBody {
    /** The kind of its jobs and of the reports that keep summaries. */
    public static final String KIND = "retraining";

    /** Field of its arguments: the time of a schedule whose checks asked for the retrainings. */
    private static final String CHECKS = "checks_due_at";

    private static final Duration SOON = Duration.ofSeconds(2);
    /** While models wait for evidence; what they came to is told so much later at most. */
    private static final Duration LATER = Duration.ofMinutes(1);
    private static final int ATTEMPTS = 5;
    private static final int CHECKED = 1_000;

    private final RetrainBook book;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Alerts alerts;

    /** Campaigns over a book of retrainings. */
    public RetrainCampaign(RetrainBook book, Catalog catalog, InstantSource clock, Alerts alerts) {
        this.book = book;
        this.catalog = catalog;
        this.clock = clock;
        this.alerts = alerts;
    }

    /**
     * What is asked for.
     *
     * @param models their names, at least one
     * @param trigger what asks
     * @param kind full, or how champions go on
     * @param thresholds limits in place of the policies'
     * @param ifDrifted whether only models that have drifted are trained; always so where drift asks
     */
    public record Asked(
            List<String> models, Trigger trigger, RetrainRequest.Kind kind, SortedMap<String, Double> thresholds, boolean ifDrifted) {
        public Asked {
            models = List.copyOf(models);
            if (models.isEmpty()) {
                throw new IllegalArgumentException("A retraining of no model?");
            }
            ifDrifted |= trigger == Trigger.DRIFT;
        }

        /** The arguments of its job. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("trigger", trigger.word()).put("kind", kind.word()).put("if_drifted", ifDrifted);
            models.forEach(node.putArray("models")::add);
            thresholds.forEach(node.putObject("thresholds")::put);
            return node;
        }

        static Asked of(JsonNode node) {
            List<String> models = new ArrayList<>();
            node.path("models").forEach(each -> models.add(each.asText()));
            SortedMap<String, Double> thresholds = new TreeMap<>();
            node.path("thresholds").properties().forEach(each -> thresholds.put(each.getKey(), each.getValue().asDouble()));
            return new Asked(
                    models,
                    Trigger.of(node.path("trigger").asText()).orElse(Trigger.CALL),
                    RetrainRequest.Kind.valueOf(node.path("kind").asText("full").toUpperCase(Locale.ROOT)),
                    thresholds,
                    node.path("if_drifted").asBoolean());
        }
    }

    @Override
    public JsonNode run(JobRun run) throws InterruptedException {
        JsonNode reached = run.checkpoint();
        if (!(reached instanceof ObjectNode)) {
            Optional<ObjectNode> asked = run.job().arguments().has(CHECKS) ? checked(run.job()) : Optional.of(ask(run.job()));
            if (asked.isEmpty()) {
                return run.rest(clock.instant().plus(SOON), "Waits for the checks of the other models.");
            }
            reached = JsonNodeFactory.instance.objectNode().set("jobs", asked.get());
            run.checkpoint(reached);
        }
        JsonNode jobs = reached.path("jobs");
        RetrainSummary summary = catalog.read(tx -> RetrainSummary.of(tx, jobs));
        if (summary.settled() && !reached.path("told").asText().equals(summary.sentence())) {
            keep(run.job(), summary);
            run.log("%s\n%s".formatted(summary.sentence(), summary.text()));
            run.checkpoint(((ObjectNode) reached).deepCopy().put("told", summary.sentence()));
        }
        if (!summary.ended()) {
            run.progress(share(summary), summary.sentence());
            return run.rest(clock.instant().plus(summary.settled() ? LATER : SOON), summary.sentence());
        }
        return summary.toJson().put("finding", summary.finding()).put("message", summary.sentence());
    }

    private static double share(RetrainSummary summary) {
        JsonNode models = summary.toJson().path("models");
        double sum = 0;
        for (JsonNode each : models) {
            sum += each.path("share").asDouble(1);
        }
        return models.isEmpty() ? 1 : sum / models.size();
    }

    private ObjectNode ask(Job campaign) {
        Asked asked = Asked.of(campaign.arguments());
        ObjectNode jobs = JsonNodeFactory.instance.objectNode();
        for (String model : asked.models()) {
            RetrainRequest request = new RetrainRequest(model, asked.trigger(), asked.kind(), asked.thresholds(), asked.ifDrifted(), null);
            RetrainBook.Asked answer = book.ask(request, campaign.id() + "." + model, campaign.schedule(), campaign.actor(), campaign.reason());
            jobs.putObject(model)
                    .put("job", answer.job() == null ? null : answer.job().id())
                    .put("asked", answer.asked())
                    .put("status", answer.suggestion() == null ? "refused" : "suggested")
                    .put("sentence", answer.sentence());
        }
        return jobs;
    }

    // ---- what checks of several models asked for

    /** What the checks of one time of a schedule are called together. */
    public static String batch(Job check) {
        return "%s@%s".formatted(check.schedule(), check.dueAt());
    }

    /** Follows the retrainings that the checks of that time ask for, however many do; to be called by each that does. */
    public static void follow(CatalogTransaction tx, Job check, Trigger trigger, Instant now) {
        List<String> models = checks(tx, check.schedule(), check.dueAt()).stream().map(RetrainCampaign::model).toList();
        ObjectNode arguments = new Asked(models, trigger, RetrainRequest.Kind.FULL, new TreeMap<>(), false)
                .toJson()
                .put(CHECKS, check.dueAt().toString());
        tx.jobs().add(Job.planned(
                batch(check), KIND, "", check.schedule(), arguments, now, now, ATTEMPTS, "keelson",
                "Checks of %s asked for retrainings.".formatted(check.schedule())));
    }

    private static List<Job> checks(CatalogTransaction tx, String schedule, Instant dueAt) {
        return tx.jobs().jobs(JobQuery.ofSchedule(schedule, CHECKED)).stream()
                .filter(each -> each.dueAt().equals(dueAt) && each.state() != Job.State.MISSED && each.subject().equals(Planner.subject(model(each))))
                .filter(each -> !RetrainRequest.JOBS.contains(each.kind()))
                .sorted(Comparator.comparing(RetrainCampaign::model))
                .toList();
    }

    private static String model(Job check) {
        return check.arguments().path("model").asText();
    }

    /** What each check came to; empty while one has not ended. */
    private Optional<ObjectNode> checked(Job campaign) {
        Instant dueAt = Instant.parse(campaign.arguments().path(CHECKS).asText());
        return catalog.read(tx -> {
            List<Job> checks = checks(tx, campaign.schedule(), dueAt);
            if (!checks.stream().allMatch(each -> each.state().ended())) {
                return Optional.empty();
            }
            ObjectNode jobs = JsonNodeFactory.instance.objectNode();
            for (Job check : checks) {
                Optional<Job> retraining = tx.jobs().job(campaign.id() + "." + model(check));
                ObjectNode told = jobs.putObject(model(check))
                        .put("job", retraining.map(Job::id).orElse(null))
                        .put("asked", retraining.isPresent())
                        .put("sentence", check.message());
                JsonNode result = check.result();
                if (check.state() == Job.State.FAILED) {
                    told.put("status", "failed");
                } else if (result != null) {
                    boolean refused = result.path("retraining").isTextual();
                    told.put("status", refused ? "refused" : "undrifted").set("drift", result.path("drift"));
                    if (refused) {
                        told.put("sentence", result.path("retraining").asText());
                    }
                }
            }
            return Optional.of(jobs);
        });
    }

    /**
     * Whether the summary of several models that a retraining is of will tell what became of it: it has told nothing yet, and does
     * when the last of its retrainings has come to rest.
     */
    static boolean willTell(CatalogTransaction tx, Job retraining, String model) {
        String suffix = "." + model;
        return retraining.id().endsWith(suffix)
                && tx.jobs().job(retraining.id().substring(0, retraining.id().length() - suffix.length()))
                        .filter(each -> each.kind().equals(KIND) && !each.state().ended() && each.arguments().path("models").size() > 1)
                        .filter(each -> each.checkpoint() == null || !each.checkpoint().has("told"))
                        .isPresent();
    }

    private void keep(Job campaign, RetrainSummary summary) {
        ObjectNode document = summary.toJson().put("id", campaign.id()).put("actor", campaign.actor()).put("reason", campaign.reason());
        document.set("asked", campaign.arguments());
        catalog.update(tx -> tx.putReport(new StoredReport(
                KIND + "-" + campaign.id(), KIND, "", clock.instant(), summary.ended() ? "ended" : "waiting", document.toString())));
        alerts.inform("%s-%s-%s".formatted(KIND, campaign.id(), summary.ended() ? "ended" : "settled"), new Alerts.News(
                "%s/%s/%s".formatted(KIND, campaign.id(), summary.ended()), KIND,
                summary.errors() > 0 ? Alert.Severity.WARNING : Alert.Severity.INFO, "",
                summary.sentence().replaceAll("\\.$", ""), summary.text(), "keelson schedule log " + campaign.id(), ""));
    }

    /** The summary of a campaign as it is now; what each model has come to so far. */
    public static ObjectNode summary(Catalog catalog, Job campaign) {
        JsonNode reached = campaign.checkpoint();
        return catalog.read(tx -> RetrainSummary.of(tx, reached == null ? JsonNodeFactory.instance.objectNode() : reached.path("jobs"))).toJson();
    }
}
