package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.job.Planner;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ScheduleService;
import dev.keelson.project.Project;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.wiring.LiveProject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson schedule}. */
@Command(
        name = "schedule",
        description = "What runs when: look, run now, pause, and see what came of it.",
        subcommands = {
            ScheduleCommand.Listing.class,
            ScheduleCommand.Run.class,
            ScheduleCommand.Pause.class,
            ScheduleCommand.Resume.class,
            ScheduleCommand.Log.class,
            ScheduleCommand.Cancel.class,
            ScheduleCommand.Export.class
        })
final class ScheduleCommand extends CommandGroup {
    private static final long LOOK_MILLIS = 200;
    /** A job that looks again so soon is waited for. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static JsonNode ask(Session session, Function<ScheduleService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.schedules());
        }
    }

    private static String seconds(JsonNode job) {
        return job.path("seconds").isNumber() ? String.format(Locale.ROOT, "%.1f s", job.path("seconds").asDouble()) : "";
    }

    /** Whether a job that has begun waits for evidence or a person, and not just for its next look. */
    static boolean rests(JsonNode job, Instant now) {
        return job.path("state").asText().equals("waiting")
                && job.path("started_at").isTextual()
                && job.path("attempt").asInt() == 0
                && Instant.parse(job.path("not_before").asText()).isAfter(now.plus(SOON));
    }

    private static List<String> row(JsonNode job) {
        String state = job.path("state").asText();
        String now = state.equals("running")
                ? String.format(Locale.ROOT, "%.0f %%, %s", 100 * job.path("share").asDouble(), job.path("step").asText())
                : job.path(state.equals("waiting") ? "step" : "message").asText();
        return List.of(
                job.path("id").asText(),
                job.path("kind").asText(),
                job.path("due_at").asText(),
                state,
                "%d of %d".formatted(job.path("attempt").asInt(), job.path("attempts").asInt()),
                seconds(job),
                now);
    }

    private static void table(Session session, JsonNode jobs) {
        List<List<String>> rows = new ArrayList<>();
        jobs.forEach(job -> rows.add(row(job)));
        session.console().table(List.of("JOB", "RUN", "DUE", "STATE", "TRY", "TOOK", "WHAT CAME OF IT"), rows);
    }

    /** {@code keelson schedule list}. */
    @Command(name = "list", description = "Every schedule with its last run and its next ones.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            JsonNode answer = ask(session, ScheduleService::list);
            List<List<String>> rows = new ArrayList<>();
            answer.path("schedules").forEach(each -> {
                JsonNode last = each.path("last").path(0);
                rows.add(List.of(
                        each.path("name").asText(),
                        each.path("run").asText(),
                        each.path("sentence").asText(),
                        each.path("paused").asBoolean() ? "paused" : each.path("next").path(0).asText("never"),
                        last.isMissingNode() ? "" : "%s, %s".formatted(last.path("due_at").asText(), each.at("/outcome/state").asText()),
                        each.at("/outcome/message").asText()));
            });
            if (rows.isEmpty()) {
                session.console().note("The project file declares nothing under `schedules`.");
            }
            session.console().table(List.of("NAME", "RUN", "WHEN", "NEXT", "LAST", "WHAT CAME OF IT"), rows);
            session.console().document(answer);
            return YES;
        }
    }

    /** What is asked of one schedule, with a reason. */
    abstract static class OfOne extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The schedule, by its name in the project file.")
        String name = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
        String reason = "by hand";
    }

    /** {@code keelson schedule run}. */
    @Command(
            name = "run",
            description = "Run it now and wait until it has ended or waits for evidence: exit code 0 done, 1 a finding such as drift, 2 an error.")
    static final class Run extends OfOne {
        @Override
        int run(Session session) {
            try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
                JsonNode asked = live.schedules().run(name, ModelsChange.actor(session), reason);
                ObjectNode document = Catalogued.object();
                var ended = document.putArray("jobs");
                for (JsonNode job : asked.path("jobs")) {
                    ended.add(end(session, live, job.path("id").asText()));
                }
                table(session, ended);
                session.console().document(document);
                return code(ended);
            }
        }

        private static int code(JsonNode jobs) {
            int code = YES;
            for (JsonNode job : jobs) {
                if (!job.path("state").asText().equals("done") && !job.path("state").asText().equals("waiting")) {
                    return ERROR;
                }
                code = job.at("/result/finding").asBoolean() ? NO : code;
            }
            return code;
        }

        private static JsonNode end(Session session, LiveProject live, String id) {
            ProgressLine progress = session.progress(id);
            while (true) {
                JsonNode job = live.schedules().job(id, 0);
                if (Job.State.of(job.path("state").asText()).ended() || rests(job, session.clock().instant())) {
                    return job;
                }
                if (!live.workOnce()) {
                    progress.at((int) (100 * job.path("share").asDouble()), 100, job.path("step").asText());
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
                        ErrorCode.TRANSITION_REFUSED, "The wait was interrupted; the job goes on.", null, e);
            }
        }
    }

    /** {@code keelson schedule pause}. */
    @Command(name = "pause", description = "Let it rest; what is due meanwhile is not made up for.")
    static final class Pause extends OfOne {
        @Override
        int run(Session session) {
            session.console().document(ask(session, service -> service.pause(name, true, ModelsChange.actor(session), reason)));
            session.console().line("The schedule %s rests.".formatted(name));
            return YES;
        }
    }

    /** {@code keelson schedule resume}. */
    @Command(name = "resume", description = "Let it go on after a pause.")
    static final class Resume extends OfOne {
        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.pause(name, false, ModelsChange.actor(session), reason));
            session.console()
                    .line("The schedule %s goes on: next %s.".formatted(name, answer.path("next").path(0).asText("never")));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson schedule log}. */
    @Command(name = "log", description = "The jobs that ran, run or wait, newest first; with JOB the log of one of them.")
    static final class Log extends KeelsonCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "JOB", description = "A job, as the list names it.")
        @Nullable String job;

        @Option(names = "--schedule", paramLabel = "NAME", description = "Of this schedule only.")
        @Nullable String schedule;

        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only those that are waiting, running, done, failed, cancelled or missed.")
        Job.@Nullable State state;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 20).")
        int limit = 20;

        @Override
        int run(Session session) {
            String id = job;
            return id == null ? list(session) : one(session, id);
        }

        private int list(Session session) {
            String about = model;
            JsonNode answer = ask(session, service -> service.jobs(new JobQuery(
                    state == null ? Set.of() : Set.of(state), null, about == null ? null : Planner.subject(about), schedule, null,
                    Math.max(1, limit))));
            table(session, answer.path("jobs"));
            session.console().document(answer);
            return YES;
        }

        private static int one(Session session, String id) {
            JsonNode answer = ask(session, service -> service.job(id, 0));
            table(session, JsonNodeFactory.instance.arrayNode().add(answer));
            answer.path("log").forEach(line -> session.console()
                    .line("%s  %s".formatted(line.path("at").asText(), line.path("text").asText())));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson schedule cancel}. */
    @Command(name = "cancel", description = "Ask for the end of a job that waits or runs.")
    static final class Cancel extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "JOB", description = "A job, as `keelson schedule log` names it.")
        String job = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail.")
        String reason = "by hand";

        @Override
        int run(Session session) {
            JsonNode answer = ask(session, service -> service.cancel(job, ModelsChange.actor(session), reason));
            session.console().line(
                    answer.path("state").asText().equals("cancelled")
                            ? "The job %s is cancelled.".formatted(job)
                            : "The job %s ends as soon as it can.".formatted(job));
            session.console().document(answer);
            return YES;
        }
    }

    /** {@code keelson schedule export}. */
    @Command(
            name = "export",
            description = "Print the schedules for something else that starts programs at times.",
            footer = "What is exported should not be done by `keelson serve` as well: pause it there.")
    static final class Export extends KeelsonCommand {
        /** For whom. */
        static final class Form {
            @Option(names = "--cron", description = "Lines of a crontab.")
            boolean cron;

            @Option(names = "--systemd", description = "Units of systemd: a service and a timer for each.")
            boolean systemd;

            @Option(names = "--kubernetes", description = "A CronJob of Kubernetes for each.")
            boolean kubernetes;
        }

        @ArgGroup(multiplicity = "1")
        Form form = new Form();

        @Option(names = "--image", paramLabel = "IMAGE", description = "The container image (with --kubernetes; default: keelson).")
        String image = "keelson";

        @Override
        int run(Session session) {
            Project project = session.project();
            ScheduleExport export = new ScheduleExport(project, project.folder());
            String text = form.cron ? export.cron() : form.systemd ? export.systemd() : export.kubernetes(image);
            session.console().line(text.stripTrailing());
            session.console().document(Catalogued.object()
                    .put("form", form.cron ? "cron" : form.systemd ? "systemd" : "kubernetes")
                    .put("text", text));
            return YES;
        }
    }
}
