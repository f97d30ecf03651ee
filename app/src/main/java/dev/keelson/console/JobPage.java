package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.JobRow;
import dev.keelson.console.view.JobView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One job: how far it is, what it told, what came of it, and how to end it. */
final class JobPage {
    /** Lines of the log that the service gives at once. */
    private static final int LINES = 1_000;

    private static final int PAST = 50;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    JobPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    JobView view(Shell shell, String id) {
        JsonNode job = backend.schedules().job(id, 0);
        JobRow row = JobRows.row(job, zone);
        boolean over = JobRows.isOver(job);
        List<JobView.Line> log = new ArrayList<>();
        job.path("log").forEach(each ->
                log.add(new JobView.Line(
                        Moments.exact(Instant.parse(each.path("at").asText()), zone), each.path("text").asText())));
        return new JobView(
                shell,
                Text.sentence(row.kind()) + ", " + row.about(),
                row,
                facts(job),
                over ? "" : JobRows.soFar(job, past(backend, job.path("kind").asText(), job.path("subject").asText()), backend.clock().instant()),
                log,
                log.size() == LINES,
                job.path("result").isObject() ? job.path("result").toPrettyString() : "",
                links(job),
                !over,
                cancel(job, over));
    }

    /** How long jobs of a kind about the same took, in seconds; those that came to their end and were not refused at once. */
    static List<Double> past(Backend backend, String kind, String subject) {
        List<Double> seconds = new ArrayList<>();
        backend.schedules()
                .jobs(new JobQuery(Set.of(Job.State.DONE), kind, subject, null, null, PAST))
                .path("jobs")
                .forEach(each -> {
                    if (each.path("seconds").isNumber() && !each.at("/result/status").asText().equals("refused")) {
                        seconds.add(each.path("seconds").asDouble());
                    }
                });
        return seconds;
    }

    private List<Fact> facts(JsonNode job) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("About", JobRows.row(job, zone).about()));
        facts.add(Fact.of("Due", Moments.of(job.path("due_at"), zone).text()));
        facts.add(Fact.of("Begun", Moments.of(job.path("started_at"), zone).text()));
        facts.add(Fact.of("Ended", Moments.of(job.path("ended_at"), zone).text()));
        facts.add(Fact.of("Took", JobRows.row(job, zone).took()));
        facts.add(Fact.of("Tries", JobRows.tries(job)));
        facts.add(Fact.of("Asked by", job.path("actor").asText()));
        if (!job.path("reason").asText().isEmpty()) {
            facts.add(Fact.of("Why", job.path("reason").asText()));
        }
        if (!job.path("worker").asText().isEmpty()) {
            facts.add(new Fact("Worker", job.path("worker").asText(), true));
        }
        return facts;
    }

    private static List<Section.Link> links(JsonNode job) {
        List<Section.Link> links = new ArrayList<>();
        String model = job.path("arguments").path("model").asText();
        if (!job.path("schedule").asText().isEmpty()) {
            links.add(new Section.Link(
                    "Jobs of this schedule", "/jobs?schedule=" + Paging.encoded(job.path("schedule").asText())));
        }
        if (!model.isEmpty()) {
            String page = "/models/" + Paging.encoded(model);
            links.add(job.path("kind").asText().equals("drift")
                    ? new Section.Link("Drift of " + model, page + "/drift")
                    : new Section.Link(model, page));
        }
        String training = job.path("result").path("training").asText();
        if (!training.isEmpty() && !model.isEmpty()) {
            links.add(new Section.Link(
                    "The training", "/models/%s/training?training=%s".formatted(Paging.encoded(model), Paging.encoded(training))));
        }
        String run = job.path("result").path("run").asText();
        if (!run.isEmpty() && job.path("result").path("run").isTextual()) {
            links.add(new Section.Link("The run", "/runs/" + Paging.encoded(run)));
        }
        links.add(new Section.Link("All jobs", "/jobs"));
        return links;
    }

    private @Nullable Action cancel(JsonNode job, boolean over) {
        if (over || !visit.may(Role.ADMIN)) {
            return null;
        }
        return new ActionDraft("Cancel", "/jobs/cancel")
                .danger()
                .hidden("id", job.path("id").asText())
                .effect(job.path("state").asText().equals("waiting")
                        ? "It does not begin."
                        : "It ends as soon as it listens; what it has stored stays.")
                .whoAndWhy("Why")
                .refused(job.path("cancelling").asBoolean() ? "It was told to stop." : null)
                .done();
    }
}
