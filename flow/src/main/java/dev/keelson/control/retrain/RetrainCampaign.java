package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobRun;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.Catalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Retrains several models: a job for each, as many at once as there are workers, and the summary of them, told when nothing runs any
 * more and once more when none waits for evidence. What becomes of one model is nothing to the others. It rests between its looks.
 * Safe for use by several threads.
 */
public final class RetrainCampaign implements JobBody {
    /** The kind of its jobs and of the reports that keep summaries. */
    public static final String KIND = "retraining";

    private static final Duration SOON = Duration.ofSeconds(2);

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
            reached = JsonNodeFactory.instance.objectNode().set("jobs", ask(run.job()));
            run.checkpoint(reached);
        }
        JsonNode jobs = reached.path("jobs");
        RetrainSummary summary = catalog.read(tx -> RetrainSummary.of(tx, jobs));
        if (summary.settled() && !reached.path("told").asText().equals(summary.sentence())) {
            keep(run.job(), summary);
            run.log(summary.text());
            run.checkpoint(((ObjectNode) reached).deepCopy().put("told", summary.sentence()));
        }
        if (!summary.ended()) {
            run.progress(share(summary), summary.sentence());
            return run.rest(clock.instant().plus(summary.settled() ? RetrainChain.LOOK : SOON), summary.sentence());
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
