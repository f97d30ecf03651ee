package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobEnd;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.CatalogTransaction;

/**
 * An alert for each job that fails for good, whatever ended it, also a worker that was killed at each try; the next job of its
 * kind and subject that comes to its end resolves it. The alert is written with the job's end.
 */
record FailedJobs(Alerts alerts) implements JobEnd {
    @Override
    public void ended(CatalogTransaction tx, Job job) {
        String cause = "failure/%s/%s".formatted(job.kind(), job.subject());
        switch (job.state()) {
            case DONE -> alerts.over(tx, cause, "The job %s came to its end.".formatted(job.id()));
            case FAILED -> alerts.raise(
                    tx,
                    new Alerts.News(
                            cause,
                            "failure",
                            Alert.Severity.WARNING,
                            job.arguments().path("model").asText(),
                            RetrainRequest.JOBS.contains(job.kind()) ? "retraining failed" : "%s failed".formatted(job.kind()),
                            failure(job),
                            "keelson schedule log " + job.id(),
                            ""));
            case WAITING, RUNNING, CANCELLED, MISSED -> {
                // no failure
            }
        }
    }

    private static String failure(Job job) {
        String tried = "It was tried %d %s; the schedule is %s."
                .formatted(job.attempt(), job.attempt() == 1 ? "time" : "times", job.schedule().isEmpty() ? "none" : job.schedule());
        JsonNode reached = job.checkpoint();
        return reached == null || !RetrainRequest.JOBS.contains(job.kind())
                ? "%s %s".formatted(job.message(), tried)
                : "At the step `%s`: %s %s The champion stays.".formatted(reached.path("next").asText(), job.message(), tried);
    }
}
