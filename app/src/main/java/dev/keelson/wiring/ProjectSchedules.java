package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.Cron;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.CronText;
import dev.keelson.control.job.JobBook;
import dev.keelson.control.job.JobWorkers;
import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelPerformance;
import dev.keelson.http.ScheduleOutcome;
import dev.keelson.http.ScheduleService;
import dev.keelson.project.Project;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobLine;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.job.ScheduleState;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The schedules of a project over its catalogue; once {@link #start}ed, what is due is planned and done in this process. */
final class ProjectSchedules implements ScheduleService, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProjectSchedules.class.getName());
    private static final int NEXT = 3;
    private static final int LINES = 1_000;

    private final Supplier<Project> project;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Planner planner;
    private final JobBook book;
    private final RetrainBook retrainings;
    private final JobWorkers workers;
    private final List<String> models;
    private @Nullable ScheduledExecutorService planning;

    /** @param nothingNew as {@link dev.keelson.control.retrain.RetrainWorld#nothingNew} */
    ProjectSchedules(
            Supplier<Project> project,
            Catalog catalog,
            InstantSource clock,
            Backend backend,
            Alerts alerts,
            Function<String, Optional<String>> nothingNew) {
        this.project = project;
        this.catalog = catalog;
        this.clock = clock;
        this.planner = new Planner(catalog, clock);
        this.book = new JobBook(catalog, clock, () -> UUID.randomUUID().toString());
        this.retrainings = new RetrainBook(
                catalog, clock, () -> UUID.randomUUID().toString(), model -> project.get().policy(model).retrain(), nothingNew);
        this.workers = new JobWorkers(
                catalog,
                clock,
                "%s/%d/%s".formatted(project.get().name(), ProcessHandle.current().pid(), UUID.randomUUID()),
                JobWorkers.Settings.STANDARD,
                new LiveJobs(backend, new LiveRetraining(backend, nothingNew), retrainings, alerts).bodies(),
                new FailedJobs(alerts));
        this.models = project.get().models().stream().map(ModelDefinition::name).toList();
    }

    /** Begins to plan and to work. */
    synchronized void start() {
        if (project.get().catalogStore() == null) { // the owner of an embedded catalogue is alone with it
            int left = workers.inherit();
            LOG.log(System.Logger.Level.DEBUG, "{0} jobs were left running.", left);
        }
        workers.start();
        ScheduledExecutorService each = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("keelson-schedules").factory());
        var _ = each.scheduleWithFixedDelay(this::plan, 0, Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
        planning = each;
    }

    /** Where jobs are asked for. */
    JobBook book() {
        return book;
    }

    /** Where retrainings are. */
    RetrainBook retrainings() {
        return retrainings;
    }

    /** Something was asked for. */
    void wake() {
        workers.wake();
    }

    private void plan() {
        try {
            if (planner.plan(project.get().schedules(), this::models) > 0) {
                workers.wake();
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Schedules cannot be looked at: {0}", e.getMessage());
        }
    }

    /**
     * The models that a schedule is about. Decay is looked for where a monitor has a metric that suits; of those that others serve
     * drift is checked, and baselines are made, where a monitor names them, and how well they are is judged.
     */
    private List<String> models(ScheduleDefinition schedule) {
        return models(schedule.job());
    }

    /** The models that a job can be about. */
    List<String> models(ScheduleDefinition.Job job) {
        return switch (job) {
            case DECAY -> ModelPerformance.Watched.of(project.get()).judged();
            case DRIFT, BASELINE -> with(LoggedModel.all(project.get()).stream()
                    .map(LoggedModel::name)
                    .filter(each -> Projects.drift(project.get(), each).isPresent()));
            case HEALTH -> with(LoggedModel.all(project.get()).stream().map(LoggedModel::name));
            case MATERIALIZE, VALIDATE, RETRAIN, UPDATE, REINFORCE -> models;
        };
    }

    private List<String> with(Stream<String> watched) {
        return Stream.concat(models.stream(), watched).distinct().toList();
    }

    @Override
    public synchronized void close() {
        ScheduledExecutorService each = planning;
        if (each != null) {
            each.shutdownNow();
            planning = null;
        }
        workers.close();
    }

    @Override
    public JsonNode list() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("schedules");
        Map<String, ScheduleState> states = catalog.read(tx -> tx.jobs().schedules());
        for (ScheduleDefinition each : project.get().schedules()) {
            list.add(one(each, states.get(each.name())));
        }
        return document;
    }

    private ObjectNode one(ScheduleDefinition schedule, @Nullable ScheduleState state) {
        Instant now = clock.instant();
        boolean paused = state != null && state.isPaused();
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("name", schedule.name())
                .put("run", word(schedule.job()))
                .put("cron", schedule.cron())
                .put("zone", schedule.zone().getId())
                .put("sentence", CronText.sentence(schedule.cron(), schedule.zone()))
                .put("missed", word(schedule.missed()))
                .put("jitter", schedule.jitter().toString())
                .put("paused", paused);
        if (schedule.job() == ScheduleDefinition.Job.DRIFT || schedule.job() == ScheduleDefinition.Job.DECAY) {
            node.put("on_" + word(schedule.job()), word(schedule.onFinding()));
        }
        if (state != null && paused) {
            node.put("paused_at", String.valueOf(state.pausedAt())).put("actor", state.actor()).put("reason", state.reason());
        }
        ArrayNode next = node.putArray("next");
        if (!paused) {
            Cron.times(schedule.cron(), schedule.zone(), now).limit(NEXT).forEach(each -> next.add(each.toString()));
        }
        ArrayNode last = node.putArray("last");
        int most = perModel(schedule) ? Math.max(1, models(schedule).size()) : 1;
        List<Job> known = book.jobs(JobQuery.ofSchedule(schedule.name(), most));
        Instant newest = known.isEmpty() ? now : known.getFirst().dueAt();
        known.stream().filter(job -> job.dueAt().equals(newest)).forEach(job -> last.add(json(job)));
        if (!last.isEmpty()) {
            node.set("outcome", ScheduleOutcome.json(last));
        }
        return node;
    }

    private static boolean perModel(ScheduleDefinition schedule) {
        return switch (schedule.job()) {
            case MATERIALIZE, VALIDATE -> false;
            case DRIFT, DECAY, BASELINE, HEALTH, RETRAIN, UPDATE, REINFORCE -> true;
        };
    }

    private static String word(Enum<?> each) {
        return each.name().toLowerCase(Locale.ROOT);
    }

    private ScheduleDefinition schedule(String name) {
        return project.get().schedules().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ScheduleService.unknown(name));
    }

    @Override
    public JsonNode run(String name, String actor, String reason) {
        ScheduleDefinition schedule = schedule(name);
        List<Job> asked = new ArrayList<>();
        Instant now = clock.instant();
        for (String model : perModel(schedule) ? models(schedule) : List.of("")) {
            asked.add(book.ask(
                    word(schedule.job()), Planner.subject(model), name, Planner.arguments(schedule, model), actor, reason, now));
        }
        return asked(asked);
    }

    private ObjectNode asked(List<Job> asked) {
        workers.wake();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode jobs = document.putArray("jobs");
        asked.forEach(job -> jobs.add(json(job)));
        return document;
    }

    /** Does in this thread what a retraining that was woken can do now, where no server does. */
    void goOn(String model) {
        retrainings.resting(model).forEach(workers::work);
    }

    /** Does what is due in this thread, where no server does; false when nothing was. */
    boolean workOnce() {
        return workers.workOnce();
    }

    @Override
    public JsonNode pause(String name, boolean paused, String actor, String reason) {
        ScheduleDefinition schedule = schedule(name);
        return one(schedule, book.pause(name, paused, actor, reason));
    }

    @Override
    public JsonNode jobs(JobQuery query) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode jobs = document.putArray("jobs");
        book.jobs(query).forEach(job -> jobs.add(json(job)));
        return document;
    }

    @Override
    public JsonNode job(String id, long after) {
        ObjectNode node = json(book.job(id));
        ArrayNode log = node.putArray("log");
        for (JobLine line : catalog.<List<JobLine>>read(tx -> tx.jobs().lines(id, after, LINES))) {
            log.addObject()
                    .put("number", line.number())
                    .put("at", line.at().toString())
                    .put("attempt", line.attempt())
                    .put("text", line.text());
        }
        return node;
    }

    @Override
    public JsonNode cancel(String id, String actor, String reason) {
        return json(book.cancel(id, actor, reason));
    }

    static ObjectNode json(Job job) {
        ObjectNode node = job.toJson();
        Instant begun = job.startedAt();
        Instant ended = job.endedAt();
        node.put("seconds", begun == null || ended == null ? null : (Double) (Duration.between(begun, ended).toMillis() / 1e3));
        return node;
    }
}
