package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopDefinition;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobBody;
import dev.keelson.control.job.JobBook;
import dev.keelson.control.job.JobRun;
import dev.keelson.data.LoadReport;
import dev.keelson.data.ValidationReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.Materialization;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.Jobs;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelTraining;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What each kind of scheduled job does, by what the project can do anyway. */
final class LiveJobs {
    /** Whether it found something that a person should look at: exit code 1. */
    static final String FINDING = "finding";

    private static final String RETRAIN = "retrain";
    private static final long LOOK_MILLIS = 200;
    /** So many columns a title names. */
    private static final int NAMED = 3;

    private final Backend backend;
    private final JobBook book;
    private final Alerts alerts;

    LiveJobs(Backend backend, JobBook book, Alerts alerts) {
        this.backend = backend;
        this.book = book;
        this.alerts = alerts;
    }

    Map<String, JobBody> bodies() {
        return Map.of(
                "materialize", told(this::materialize),
                "validate", told(this::validate),
                "drift", told(this::drift),
                "decay", told(this::decay),
                RETRAIN, told(run -> train(run, ModelTraining.Kind.FULL)),
                "update", told(run -> train(run, ModelTraining.Kind.UPDATE)),
                "reinforce", told(run -> train(run, ModelTraining.Kind.REINFORCE)));
    }

    /** The same, its failures told: by each try that fails for good, and the end of it by the next that does not. */
    private JobBody told(JobBody body) {
        return run -> {
            Job job = run.job();
            String cause = "failure/%s/%s".formatted(job.kind(), job.subject());
            try {
                JsonNode result = body.run(run);
                alerts.over(cause, "The job %s came to its end.".formatted(job.id()));
                return result;
            } catch (KeelsonException e) {
                if (e.code().kind() == ErrorCode.Kind.USER || job.attempt() >= job.attempts()) {
                    alerts.raise(new Alerts.News(
                            cause,
                            "failure",
                            Alert.Severity.WARNING,
                            model(run),
                            "%s failed".formatted(job.kind()),
                            "%s It was tried %d times; the schedule is %s."
                                    .formatted(e.getMessage(), job.attempt(), job.schedule().isEmpty() ? "none" : job.schedule()),
                            "keelson schedule log " + job.id(),
                            ""));
                }
                throw e;
            }
        };
    }

    private static ObjectNode result(boolean finding, String message) {
        return JsonNodeFactory.instance.objectNode().put(FINDING, finding).put("message", message);
    }

    private JsonNode materialize(JobRun run) throws InterruptedException {
        run.progress(0, "Loads the sources.");
        long loaded = 0;
        long quarantined = 0;
        for (LoadReport report : backend.data().load(null)) {
            run.log("%s: %,d rows read, %,d new, %,d quarantined."
                    .formatted(report.source(), report.read(), report.loaded() + report.updated(), report.quarantined().size()));
            loaded += report.loaded() + report.updated();
            quarantined += report.quarantined().size();
        }
        run.progress(0.5, "Brings the online features up to date.");
        FeatureServing features = backend.features();
        if (features == null) {
            run.log("No online features: no data had been loaded when the server started.");
            return result(quarantined > 0, "%,d rows loaded, %,d quarantined.".formatted(loaded, quarantined));
        }
        long written = 0;
        for (Materialization.Outcome outcome : features.materialize(Materialization.Request.INCREMENTAL, (source, rows, total) -> {})) {
            written += outcome.rows();
        }
        return result(
                quarantined > 0,
                "%,d rows loaded, %,d quarantined, %,d online rows written.".formatted(loaded, quarantined, written));
    }

    private JsonNode validate(JobRun run) throws InterruptedException {
        run.progress(0, "Checks the sources.");
        List<ValidationReport> reports = backend.data().checkAll();
        long blocked = 0;
        for (ValidationReport report : reports) {
            boolean passed = report.accepted();
            run.log("%s: %s.".formatted(report.source(), passed ? "passed" : "blocked"));
            blocked += passed ? 0 : 1;
        }
        return result(blocked > 0, "%d of %d sources passed.".formatted(reports.size() - blocked, reports.size()));
    }

    private JsonNode drift(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Checks the newest predictions against the training data.");
        DriftReport report = backend.checkDrift(model);
        boolean alarm = report.verdict() == DriftReport.Verdict.ALARM;
        String said = "%s: %s".formatted(report.verdict().word(), report.reason());
        run.log(said);
        tell(model, report, said);
        ObjectNode result = result(alarm, said);
        result.put("verdict", report.verdict().word());
        if (alarm && run.job().arguments().path("on_drift").asText().equals(RETRAIN)) {
            result.put("retraining", retrain(run, model, said));
        }
        return result;
    }

    private void tell(String model, DriftReport report, String said) {
        String cause = "drift/" + model;
        switch (report.verdict()) {
            case ALARM -> {
                List<String> columns = report.alarming().stream().map(FeatureDrift::name).toList();
                alerts.raise(new Alerts.News(
                        cause,
                        "drift",
                        Alert.Severity.WARNING,
                        model,
                        "%d %s moved: %s"
                                .formatted(
                                        columns.size(),
                                        columns.size() == 1 ? "column" : "columns",
                                        String.join(", ", columns.subList(0, Math.min(NAMED, columns.size())))),
                        "%s %,d rows were looked at.".formatted(said, report.rows()),
                        "keelson drift report --model " + model,
                        ""));
            }
            case NONE -> alerts.over(cause, said);
            case WARNING, INSUFFICIENT -> {
                // neither an alarm nor its end
            }
        }
    }

    private JsonNode decay(JobRun run) throws InterruptedException {
        String model = model(run);
        run.progress(0, "Compares the settled predictions with what the model was when it was tested.");
        JsonNode report = backend.checkDecay(model);
        String verdict = report.path("verdict").asText();
        boolean decayed = verdict.equals(DecayCheck.Verdict.DECAYED.word());
        String said = "%s: %s".formatted(verdict, report.path("reason").asText());
        run.log(said);
        alerts(model, verdict, report);
        ObjectNode result = result(decayed, said);
        result.put("verdict", verdict).put("report", report.path("id").asText());
        if (decayed && run.job().arguments().path("on_decay").asText().equals(RETRAIN)) {
            result.put("retraining", retrain(run, model, said));
        }
        return result;
    }

    /** Raises, or ends, what should be known of decay; too little evidence does neither. */
    private void alerts(String model, String verdict, JsonNode report) {
        String cause = "decay/" + model;
        if (verdict.equals(DecayCheck.Verdict.DECAYED.word())) {
            List<String> metrics = new ArrayList<>();
            report.path("metrics").forEach(each -> {
                if (each.path("verdict").asText().equals(verdict)) {
                    metrics.add(each.path("metric").asText());
                }
            });
            alerts.raise(new Alerts.News(
                    cause,
                    "decay",
                    Alert.Severity.WARNING,
                    model,
                    "Worse than when it was judged: %s".formatted(String.join(", ", metrics)),
                    "%s It was compared with %s. %s"
                            .formatted(
                                    report.path("reason").asText(),
                                    report.path("against").asText(),
                                    report.path("worst").path("verdict").asText())
                            .strip(),
                    "keelson performance show " + model,
                    ""));
        } else if (verdict.equals(DecayCheck.Verdict.NONE.word())) {
            alerts.over(cause, report.path("reason").asText());
        }
    }

    /** Asks for a training unless one was just done; what came of that, in a sentence. */
    private String retrain(JobRun run, String model, String why) {
        if (LoggedModel.elsewhere(backend.project(), model) != null) {
            return "Others serve %s: it cannot be trained here.".formatted(model);
        }
        Instant now = backend.clock().instant();
        String subject = run.job().subject();
        Optional<Job> last = book
                .jobs(new JobQuery(Set.of(Job.State.DONE, Job.State.RUNNING, Job.State.WAITING), RETRAIN, subject, null, null, 1))
                .stream()
                .filter(each -> each.dueAt().plus(LoopDefinition.COOL_DOWN).isAfter(now))
                .findFirst();
        String answer = last.map(each -> "Not trained again: the training of %s is less than %d days ago."
                        .formatted(each.dueAt(), LoopDefinition.COOL_DOWN.toDays()))
                .orElseGet(() -> {
                    ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("model", model);
                    Job asked = book.ask(RETRAIN, subject, run.job().schedule(), arguments, "schedule", why);
                    return "A training was asked for: %s.".formatted(asked.id());
                });
        run.log(answer);
        return answer;
    }

    private static String model(JobRun run) {
        return run.job().arguments().path("model").asText();
    }

    private JsonNode train(JobRun run, ModelTraining.Kind kind) throws InterruptedException {
        String model = model(run);
        Jobs<ModelTraining> trainings = backend.trainings();
        String id = trainings
                .start(new ModelTraining(model, kind, null, null, null, null, null, 1, false, run.job().actor()))
                .id();
        run.log("Training %s.".formatted(id));
        try {
            while (true) {
                Jobs.Job<ModelTraining> job = trainings.get(id);
                Jobs.Progress progress = job.progress();
                String stage = progress.stage();
                run.progress(
                        progress.of() == 0 ? 0 : Math.min(1, (double) progress.done() / progress.of()), stage == null ? "Trains." : stage);
                switch (job.state()) {
                    case RUNNING -> TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                    case DONE -> {
                        return trained(model, id, job.result());
                    }
                    case CANCELLED -> throw new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED, "The training %s was cancelled.".formatted(id), null);
                    case FAILED -> throw failure(job.toJson());
                }
            }
        } catch (InterruptedException e) {
            trainings.cancel(id);
            throw e;
        }
    }

    private static JsonNode trained(String model, String training, @Nullable JsonNode result) {
        ObjectNode told = JsonNodeFactory.instance.objectNode().put("training", training);
        if (result == null) {
            return told;
        }
        String status = result.path("status").asText();
        told.setAll(result(
                status.equals("forgets"), "%s: %s. %s".formatted(model, status, result.path("sentence").asText()).strip()));
        for (String each : List.of("status", "run", "version", "promoted")) {
            told.set(each, result.path(each).isMissingNode() ? null : result.path(each));
        }
        return told;
    }

    private static KeelsonException failure(JsonNode job) {
        return new KeelsonException(
                ErrorCode.find(job.path("code").asText()).orElse(ErrorCode.INTERNAL),
                job.path("failure").asText(),
                job.path("hint").isTextual() ? job.path("hint").asText() : null);
    }
}
