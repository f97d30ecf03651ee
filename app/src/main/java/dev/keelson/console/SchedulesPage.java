package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.JobRow;
import dev.keelson.console.view.Moment;
import dev.keelson.console.view.SchedulesView;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Each schedule in words: what came of it last, when it runs next, and what can be done. */
final class SchedulesPage {
    private static final int RUNNING = 50;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    SchedulesPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    SchedulesView view(Shell shell) {
        List<SchedulesView.Row> rows = new ArrayList<>();
        backend.schedules().list().path("schedules").forEach(each -> rows.add(row(each)));
        List<JobRow> running = new ArrayList<>();
        JobQuery now = new JobQuery(Set.of(Job.State.RUNNING, Job.State.WAITING), null, null, null, null, RUNNING);
        backend.schedules().jobs(now).path("jobs").forEach(each -> running.add(JobRows.row(each, zone)));
        return new SchedulesView(
                shell,
                rows,
                zone.getId(),
                running,
                !running.isEmpty(),
                visit.may(Role.ADMIN) ? "" : "Your token may look at them; running or pausing one needs the role admin.");
    }

    private SchedulesView.Row row(JsonNode schedule) {
        String name = schedule.path("name").asText();
        boolean paused = schedule.path("paused").asBoolean();
        List<JobRow> last = new ArrayList<>();
        schedule.path("last").forEach(each -> last.add(JobRows.row(each, zone)));
        List<Moment> next = new ArrayList<>();
        schedule.path("next").forEach(each -> next.add(Moments.of(each, zone)));
        String runs = JobRows.kind(schedule.path("run").asText());
        return new SchedulesView.Row(
                name,
                schedule.path("on_drift").asText().equals("retrain") ? runs + "; an alarm trains" : runs,
                Text.sentence(schedule.path("sentence").asText()),
                schedule.path("cron").asText(),
                missed(schedule.path("missed").asText()),
                paused ? new Badge(Level.MODERATE, "paused") : new Badge(Level.OK, "on"),
                paused
                        ? "since %s by %s: %s".formatted(
                                Moments.of(schedule.path("paused_at"), zone).text(),
                                schedule.path("actor").asText(),
                                schedule.path("reason").asText())
                        : "",
                last,
                next,
                "/jobs?schedule=" + Paging.encoded(name),
                visit.may(Role.ADMIN) ? actions(name, paused) : List.of());
    }

    private static List<Action> actions(String name, boolean paused) {
        String address = "/schedules/" + Paging.encoded(name);
        return List.of(
                new ActionDraft("Run now", address + "/run")
                        .effect("It runs at once, beside its times" + (paused ? "; it stays paused." : "."))
                        .whoAndWhy("Why")
                        .done(),
                paused
                        ? new ActionDraft("Resume", address + "/resume")
                                .effect("It runs at its next time; what was due meanwhile is not made up for.")
                                .whoAndWhy("Why")
                                .done()
                        : new ActionDraft("Pause", address + "/pause")
                                .effect("Nothing of it runs until somebody resumes it; what is due meanwhile is not made up for.")
                                .whoAndWhy("Why")
                                .done());
    }

    private static String missed(String word) {
        return switch (word) {
            case "once" -> "the last of them runs";
            case "skip" -> "none runs";
            case "all" -> "each runs";
            default -> Text.words(word);
        };
    }
}
