package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.JobRow;
import dev.keelson.console.view.JobsView;
import dev.keelson.console.view.Pages;
import dev.keelson.console.view.Shell;
import dev.keelson.control.job.Planner;
import dev.keelson.http.Backend;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What was done and what is being done, newest first. */
final class JobsPage {
    private static final String ADDRESS = "/jobs";
    /** Of so many jobs the kinds are offered. */
    private static final int KINDS = 200;

    private final Backend backend;
    private final ZoneId zone;

    JobsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    JobsView view(Shell shell, JobsView.Asked asked, int page) {
        int from = (page - 1) * Paging.SIZE;
        JsonNode found = backend.schedules()
                .jobs(new JobQuery(
                        asked.state().isEmpty() ? Set.of() : Set.of(Job.State.of(asked.state())),
                        asked.kind().isEmpty() ? null : asked.kind(),
                        asked.model().isEmpty() ? null : Planner.subject(asked.model()),
                        asked.schedule().isEmpty() ? null : asked.schedule(),
                        null,
                        from + Paging.SIZE + 1))
                .path("jobs");
        List<JobRow> rows = new ArrayList<>();
        for (int i = from; i < Math.min(found.size(), from + Paging.SIZE); i++) {
            rows.add(JobRows.row(found.path(i), zone));
        }
        boolean narrowed = asked.parameters().values().stream().anyMatch(each -> !each.isEmpty());
        return new JobsView(
                shell,
                form(asked),
                rows,
                pages(asked, page, found.size() > from + Paging.SIZE),
                page > 1
                        ? "Nothing on this page."
                        : narrowed
                                ? "Filtered away: there is no such job."
                                : "Nothing yet: no schedule was due, and nobody asked for a job.");
    }

    private static Pages pages(JobsView.Asked asked, int page, boolean more) {
        Map<String, String> parameters = asked.parameters();
        parameters.put("page", Integer.toString(page + 1));
        String next = more ? Paging.address(ADDRESS, parameters) : null;
        parameters.put("page", page == 2 ? "" : Integer.toString(page - 1));
        return new Pages("", "", page == 1 ? null : Paging.address(ADDRESS, parameters), next);
    }

    private Action form(JobsView.Asked asked) {
        Set<String> kinds = new TreeSet<>();
        Set<String> schedules = new TreeSet<>();
        backend.schedules().jobs(JobQuery.newest(KINDS)).path("jobs").forEach(each -> {
            kinds.add(each.path("kind").asText());
            schedules.add(each.path("schedule").asText());
        });
        backend.schedules().list().path("schedules").forEach(each -> schedules.add(each.path("name").asText()));
        schedules.remove("");
        return new ActionDraft("Show", ADDRESS)
                .get()
                .choice("state", "State", asked.state(), options("every state", Stream.of(Job.State.values()).map(Job.State::word)))
                .choice("kind", "Kind", asked.kind(), options("every kind", kinds.stream()))
                .choice("model", "Model", asked.model(), options(
                        "every model", backend.project().models().stream().map(ModelDefinition::name)))
                .choice("schedule", "Schedule", asked.schedule(), options("every schedule", schedules.stream()))
                .done();
    }

    private static List<Option> options(String all, Stream<String> words) {
        return Stream.concat(Stream.of(new Option("", all)), words.map(each -> new Option(each, Text.words(each)))).toList();
    }
}
