package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoopService;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson retrain}. */
@Command(
        name = "retrain",
        description = "Train models again, from the drift check to the version that serves or is dropped.",
        footer = {
            "Each model goes its own way: check, train, evaluate, compare, register, shadow, canary, promote or reject.",
            "What waits for evidence goes on while `keelson serve` runs. Exit code 1: a retraining was refused, or what was trained is not to serve; 2: a model failed."
        })
final class RetrainCommand extends KeelsonCommand {
    private static final long LOOK_MILLIS = 200;

    @Parameters(paramLabel = "MODEL", arity = "0..*", description = "Their names.")
    List<String> models = List.of();

    @Option(names = "--all", description = "All models of the project.")
    boolean all;

    @Option(names = "--incremental", description = "Let champions go on from recent rows, as `train --update` does.")
    boolean incremental;

    @Option(names = "--if-drifted", description = "Train only those that have drifted.")
    boolean ifDrifted;

    @Option(
            names = "--auto",
            description = "As the loop would by itself: only those that have drifted, within the cool-down, the budget and the mode of each model.")
    boolean auto;

    @Option(
            names = "--threshold",
            paramLabel = "NAME=VALUE",
            description = "A limit in place of the policy's: drift, margin, alpha, predictions, days, better_than_champion, or a metric of the test period.")
    Map<String, Double> thresholds = Map.of();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
    String reason = "by hand";

    @Option(names = "--wait", description = "Wait until each has ended or waits for evidence or a person; always so where no server runs.")
    boolean waits;

    @Option(names = "--show", paramLabel = "ID", description = "Tell what became of one that was asked for before.")
    @Nullable String show;

    @Option(names = "--list", description = "List what was asked for.")
    boolean list;

    @Override
    int run(Session session) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            if (list) {
                return list(session, live.loop().retrainings(20));
            }
            String id = show;
            if (id != null) {
                return told(session, live.loop().retraining(id));
            }
            JsonNode asked = live.loop().retrain(asked(session), new LoopService.By(ModelsChange.actor(session), reason, null));
            return told(session, waits || live.worksHere() ? settled(session, live, asked.path("id").asText()) : asked);
        }
    }

    private RetrainCampaign.Asked asked(Session session) {
        List<String> names = all
                ? session.project().models().stream().map(ModelDefinition::name).toList()
                : new ArrayList<>(new LinkedHashSet<>(models));
        if (all == !models.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "Either models or --all was expected.", "Maybe `keelson retrain --all` is meant.");
        }
        return new RetrainCampaign.Asked(
                names, auto ? Trigger.DRIFT : Trigger.MANUAL, incremental ? RetrainRequest.Kind.UPDATE : RetrainRequest.Kind.FULL, new TreeMap<>(thresholds), ifDrifted);
    }

    private static JsonNode settled(Session session, LiveProject live, String id) {
        ProgressLine progress = session.progress(id);
        while (true) {
            JsonNode now = live.loop().retraining(id);
            boolean failed = now.path("state").asText().equals("failed") || now.path("state").asText().equals("cancelled");
            if (failed || now.at("/summary/settled").asBoolean()) {
                return now;
            }
            if (!live.workOnce()) {
                progress.at((int) (100 * now.path("share").asDouble()), 100, now.at("/summary/sentence").asText(now.path("step").asText()));
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED, "The wait was interrupted; the retraining goes on where a server runs.", null, e);
        }
    }

    private static int list(Session session, JsonNode document) {
        List<List<String>> rows = new ArrayList<>();
        document.path("retrainings").forEach(each -> rows.add(List.of(
                each.path("id").asText(),
                each.path("due_at").asText(),
                each.path("actor").asText(),
                each.path("state").asText(),
                each.at("/summary/sentence").asText("It has not begun."))));
        session.console().table(List.of("ID", "ASKED", "BY", "STATE", "SUMMARY"), rows);
        session.console().document(document);
        return YES;
    }

    private static int told(Session session, JsonNode document) {
        JsonNode summary = document.path("summary");
        List<List<String>> rows = new ArrayList<>();
        summary.path("models").forEach(each -> rows.add(List.of(
                each.path("model").asText(),
                each.path("state").asText(),
                drift(each),
                each.path("run_id").asText("").replaceAll("^null$", ""),
                each.path("version").isInt() ? "v" + each.path("version").asInt() : "",
                each.path("promoted").asBoolean() ? "yes" : "no",
                each.path("sentence").asText())));
        if (!rows.isEmpty()) {
            session.console().table(List.of("MODEL", "STATE", "DRIFTED", "RUN", "VERSION", "SERVES", "WHAT CAME OF IT"), rows);
        }
        summary.path("models").forEach(each ->
                PerformanceCommand.Show.worse(session.console(), each.path("model").asText(), each.path("where_worse")));
        String id = document.path("id").asText();
        session.console().line(
                summary.isObject() ? summary.path("sentence").asText() : "It was asked for: %s.".formatted(id));
        if (!summary.path("ended").asBoolean()) {
            session.console().note("It goes on while a server runs: `keelson retrain --show %s` tells.".formatted(id));
        }
        session.console().document(document);
        return code(document);
    }

    /** The exit code for what became of a retraining so far. */
    static int code(JsonNode document) {
        JsonNode summary = document.path("summary");
        if (document.path("state").asText().equals("failed") || summary.path("errors").asInt() > 0) {
            return ERROR;
        }
        return summary.path("rejected").asInt() > 0 || summary.path("refused").asInt() > 0 ? NO : YES;
    }

    /** What a model's line tells of drift. */
    static String drift(JsonNode each) {
        if (!each.path("features_analysed").isNumber()) {
            return "not checked";
        }
        if (!each.path("drifted").isBoolean()) {
            return "not known: too little data";
        }
        return String.format(
                Locale.ROOT, "%d of %d (%.0f %%)%s",
                each.path("features_drifted").asInt(), each.path("features_analysed").asInt(), 100 * each.path("drift_ratio").asDouble(),
                each.path("drifted").asBoolean() ? ", yes" : ", no");
    }
}
