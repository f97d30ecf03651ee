package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.AlertsView;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.BacktestView;
import dev.keelson.console.view.FailureView;
import dev.keelson.console.view.JobsView;
import dev.keelson.console.view.LoginView;
import dev.keelson.console.view.RunsView;
import dev.keelson.console.view.Shell;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.BaselineService;
import dev.keelson.http.LoggedModel;
import dev.keelson.lineage.LineageQuery;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.train.ModelDefinition;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The pages of the console. Every method renders one page; nothing is kept between two requests. */
public final class Console {
    /**
     * The content security policy of every page: scripts, styles and fonts of this server alone, nothing inline, no frame,
     * no foreign form.
     */
    public static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final Backend backend;

    /** A console of a running product. */
    public Console(Backend backend) {
        this.backend = backend;
    }

    /**
     * A rendered page.
     *
     * @param status HTTP status
     * @param html the document
     */
    public record Page(int status, String html) {}

    /** How pages look. */
    public enum Theme {
        /** As the system is set. */
        SYSTEM,
        LIGHT,
        DARK;

        /** The theme of that word, {@code SYSTEM} for any other. */
        public static Theme of(String word) {
            return switch (word) {
                case "light" -> LIGHT;
                case "dark" -> DARK;
                default -> SYSTEM;
            };
        }

        /** Lower-case word. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a page knows of its request.
     *
     * @param theme how it should look
     * @param address path and query, to come back to
     * @param role what the visitor may do; everything where the server has no tokens
     * @param host the server as the visitor named it
     */
    public record Visit(Theme theme, String address, Role role, String host) {
        boolean may(Role needed) {
            return role.covers(needed);
        }
    }

    /** One row for each model and what needs a person. */
    public Page overview(Visit visit) {
        return page("overview.jte", new OverviewPage(backend).view(shell(visit, "Overview", "overview", null, "")));
    }

    /** A model: versions, metrics against baselines, reliability, decisions; or what is known of one that others serve. */
    public Page model(Visit visit, String name) {
        LoggedModel logged = LoggedModel.of(backend.project(), name);
        if (logged.elsewhere()) {
            return page("blocks.jte", new ElsewherePage(backend, logged).view(shell(visit, name, "", name, "model")));
        }
        ModelDefinition model = find(name);
        return page("model.jte", new ModelPage(backend, model).view(shell(visit, name, "", name, "model")));
    }

    /**
     * A drift report of a model, also of one that others serve.
     *
     * @param id of the report, or null for the latest
     */
    public Page drift(Visit visit, String name, @Nullable String id) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        return page(
                "drift.jte",
                new DriftPage(backend, model, visit)
                        .view(shell(visit, name + " drift", "", name, "drift"), id));
    }

    /** A baseline of a model, column by column. */
    public Page baseline(Visit visit, String name, String id) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        JsonNode baseline = backend.baselines().one(id);
        if (!baseline.path("model").asText().equals(model.name())) {
            throw BaselineService.unknown(id);
        }
        Shell shell = shell(visit, id, "", name, "drift");
        return page("blocks.jte", new BlocksView(shell, "", List.of(), new BaselineSections(backend, visit, name).one(baseline)));
    }

    /** How well a model is. */
    public Page health(Visit visit, String name) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        return page("blocks.jte", new HealthPage(backend, model).view(shell(visit, name + " health", "", name, "health")));
    }

    /** Streaks of a model's results. */
    public Page streaks(Visit visit, String name, StreaksPage.Asked asked) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        return page("blocks.jte", new StreaksPage(backend, model).view(shell(visit, name + " streaks", "", name, "streaks"), asked));
    }

    /**
     * The drift reports that are kept.
     *
     * @param of a model or comparison whose reports are shown side by side, or null
     */
    public Page driftChecks(Visit visit, @Nullable String of) {
        return page("blocks.jte", new DriftChecksPage(backend).list(shell(visit, "Drift", "data", null, ""), of));
    }

    /** One of them. */
    public Page driftCheck(Visit visit, String id) {
        return page("driftReport.jte", new DriftChecksPage(backend).one(shell(visit, "Drift report", "data", null, ""), id));
    }

    /**
     * A replay.
     *
     * @param id of the replay, or null for the latest
     * @param all whether to list every step
     */
    public Page replay(Visit visit, String name, @Nullable String id, boolean all) {
        ModelDefinition model = find(name);
        return page(
                "replay.jte",
                new ReplayPage(backend, model).view(shell(visit, name + " replay", "", name, "replay"), id, all));
    }

    /**
     * Policies of retraining, compared.
     *
     * @param id of the comparison, or null for the latest that is done
     */
    public Page policies(Visit visit, String name, @Nullable String id) {
        ModelDefinition model = find(name);
        return page(
                "blocks.jte",
                new PolicyPage(backend, model).view(shell(visit, name + " policies", "", name, "policies"), id));
    }

    /**
     * The trainings of a model.
     *
     * @param id of the one that is shown, or null for the latest
     */
    public Page training(Visit visit, String name, @Nullable String id) {
        ModelDefinition model = find(name);
        return page(
                "training.jte",
                new TrainingPage(backend, model).view(shell(visit, name + " training", "", name, "training"), id));
    }

    /** The searches for settings of a model. */
    public Page studies(Visit visit, String name) {
        ModelDefinition model = find(name);
        return page(
                "studies.jte",
                new StudyPage(backend, model).list(shell(visit, name + " settings", "", name, "studies")));
    }

    /**
     * A search for settings.
     *
     * @param byLoss whether the best trials come first
     * @param page of its trials, from 1
     */
    public Page study(Visit visit, String name, String id, boolean byLoss, int page) {
        ModelDefinition model = find(name);
        Shell shell = shell(visit, name + " settings", "", name, "studies");
        return page("study.jte", new StudyPage(backend, model).one(shell, id, byLoss, page));
    }

    /**
     * Calibration and threshold of a model.
     *
     * @param run id of a run, or null for the champion's
     */
    public Page calibration(Visit visit, String name, @Nullable String run) {
        ModelDefinition model = find(name);
        Shell shell = shell(visit, name + " calibration", "", name, "calibration");
        return page("sections.jte", new CalibrationPage(backend, model).view(shell, run));
    }

    /** What a model's predictions would have earned. */
    public Page backtest(Visit visit, String name, BacktestView.Asked asked) {
        ModelDefinition model = find(name);
        Shell shell = shell(visit, name + " backtest", "", name, "backtest");
        return page("backtest.jte", new BacktestPage(backend, model).view(shell, asked));
    }

    /**
     * What matters to a model and its versions.
     *
     * @param rows by how many rows its contributions are computed, or null to leave them out
     */
    public Page importance(Visit visit, String name, @Nullable Integer rows) {
        ModelDefinition model = find(name);
        Shell shell = shell(visit, name + " importance", "", name, "importance");
        return page("sections.jte", new ImportancePage(backend, model).view(shell, rows));
    }

    /** The benchmarks of sets of models. */
    public Page benchmarks(Visit visit) {
        return page(
                "benchmarks.jte",
                new BenchmarkPage(backend).list(shell(visit, "Benchmarks", "benchmarks", null, "")));
    }

    /** One benchmark. */
    public Page benchmark(Visit visit, String id) {
        return page(
                "sections.jte", new BenchmarkPage(backend).one(shell(visit, "Benchmark", "benchmarks", null, ""), id));
    }

    /** The policies that size stakes. */
    public Page bandits(Visit visit) {
        return page("sections.jte", new BanditPage(backend).list(shell(visit, "Bandits", "", null, "")));
    }

    /** One of them. */
    public Page bandit(Visit visit, String name) {
        return page("sections.jte", new BanditPage(backend).one(shell(visit, name, "", null, ""), name));
    }

    /** The rollout of a model: the open one, or the last. */
    public Page rollout(Visit visit, String name) {
        ModelDefinition model = find(name);
        return page("blocks.jte", new RolloutPage(backend, visit.may(Role.ADMIN)).model(shell(visit, name + " rollout", "", name, "rollout"), model.name()));
    }

    /** The rollouts of all models. */
    public Page rollouts(Visit visit) {
        return page("blocks.jte", new RolloutPage(backend, visit.may(Role.ADMIN)).list(shell(visit, "Rollouts", "registry", null, "")));
    }

    /** Any rollout, also one that ended long ago. */
    public Page rolloutById(Visit visit, String id) {
        return page("blocks.jte", new RolloutPage(backend, visit.may(Role.ADMIN)).one(shell(visit, "Rollout", "registry", null, ""), id));
    }

    /**
     * What can be asked of the server.
     *
     * @param group whose addresses are shown with all that belongs to them, or null for a list of all
     */
    public Page api(Visit visit, @Nullable String group) {
        return page("api.jte", new ApiPage(backend).view(shell(visit, "API", "", null, ""), group));
    }

    /**
     * How good the answers of a model were, also of one that others serve.
     *
     * @param window day, week, month or days such as 7d
     * @param metric what is drawn; empty for the first
     */
    public Page servedPerformance(Visit visit, String name, String window, String metric) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        return page(
                "blocks.jte",
                new ServedPerformancePage(backend, model)
                        .view(shell(visit, name + " performance", "", name, "performance"), window, metric));
    }

    /** How settled bets did. */
    public Page performance(Visit visit, PerformancePage.Asked asked) {
        return page(
                "blocks.jte",
                new PerformancePage(backend).view(shell(visit, "Performance", "bets", null, "performance"), asked));
    }

    /**
     * The settled bets behind figures of their performance.
     *
     * @param offset so many are passed over
     */
    public Page settledBets(Visit visit, PerformancePage.Asked asked, int offset) {
        return page(
                "blocks.jte",
                new PerformancePage(backend).bets(shell(visit, "Settled bets", "bets", null, "performance"), asked, offset));
    }

    /** Opportunities that were captured. */
    public Page opportunities(Visit visit, OpportunitiesPage.Asked asked) {
        return page(
                "opportunities.jte",
                new OpportunitiesPage(backend, visit).view(shell(visit, "Opportunities", "bets", null, "opportunities"), asked));
    }

    /** One of them. */
    public Page opportunity(Visit visit, String id) {
        return page(
                "blocks.jte",
                new OpportunitiesPage(backend, visit).one(shell(visit, "Opportunity", "bets", null, "opportunities"), id));
    }

    /** The log of predictions. */
    public Page predictions(Visit visit, PredictionsPage.Asked asked) {
        return page(
                "predictions.jte",
                new PredictionsPage(backend).view(shell(visit, "Predictions", "predictions", null, ""), asked));
    }

    /** One prediction. */
    public Page prediction(Visit visit, UUID id) {
        return page(
                "prediction.jte",
                new PredictionsPage(backend).one(shell(visit, "Prediction", "predictions", null, ""), id));
    }

    /**
     * The runs.
     *
     * @param query what is chosen
     * @param page from 1
     */
    public Page runs(Visit visit, RunsView.Query query, int page) {
        return page("runs.jte", new RunListPage(backend).view(shell(visit, "Runs", "runs", null, ""), query, page));
    }

    /** The experiments. */
    public Page experiments(Visit visit, int page, boolean deleted) {
        return page(
                "sections.jte",
                new ExperimentsPage(backend).view(shell(visit, "Experiments", "runs", null, ""), page, deleted));
    }

    /**
     * Runs side by side.
     *
     * @param ids of the runs
     * @param all also what is alike
     * @param metric what settings are drawn against, or null
     * @param curves metrics that are drawn, or none for the first ones
     */
    public Page compareRuns(Visit visit, List<String> ids, boolean all, @Nullable String metric, List<String> curves) {
        return page(
                "sections.jte",
                new RunComparisonPage(backend)
                        .view(shell(visit, "Runs side by side", "runs", null, ""), ids, all, metric, curves));
    }

    /** One run. */
    public Page run(Visit visit, String id) {
        return page("run.jte", new RunsPage(backend).one(shell(visit, "Run", "runs", null, ""), id));
    }

    /**
     * The registered models, and what waits for a person.
     *
     * @param page from 1
     */
    public Page registry(Visit visit, int page) {
        return page("blocks.jte", new RegistryPage(backend).view(shell(visit, "Registry", "registry", null, ""), page));
    }

    /**
     * A registered model, the project's or a client's: versions, what served when, and what can be done.
     *
     * @param page of its versions, from 1
     */
    public Page registered(Visit visit, String model, int page) {
        return page(
                "blocks.jte",
                new RegisteredModelPage(backend, model).view(shell(visit, model, "registry", null, ""), page));
    }

    /** A registered version. */
    public Page registeredVersion(Visit visit, String model, int version) {
        Shell shell = shell(visit, model + " v" + version, "registry", null, "");
        return page("blocks.jte", new RegisteredVersionPage(backend, model, version).view(shell));
    }

    /**
     * What a rollback would change.
     *
     * @param version the version to go back to, or null for the one that served before
     */
    public Page rollback(Visit visit, String model, @Nullable Integer version) {
        Shell shell = shell(visit, model + " rollback", "registry", null, "");
        return page("blocks.jte", new RollbackPage(backend, model).view(shell, version));
    }

    /** Versions of a model side by side. */
    public Page compareVersions(Visit visit, String model, List<Integer> versions) {
        Shell shell = shell(visit, model + " versions", "registry", null, "");
        return page("sections.jte", new VersionComparisonPage(backend).versions(shell, model, versions));
    }

    /** What the models have at one stage, side by side. */
    public Page compareStage(Visit visit, Stage stage) {
        Shell shell = shell(visit, stage.word(), "registry", null, "");
        return page("sections.jte", new VersionComparisonPage(backend).stage(shell, stage));
    }

    /**
     * The audit trail; an empty text asks for nothing.
     *
     * @param model about which model
     * @param actor who did it
     * @param action what was done
     * @param head a hash that was noted earlier and should be of one of the lines
     * @param whole whether every line is verified, and not those alone that are new since the last look
     * @param page from 1
     */
    public Page audit(Visit visit, String model, String actor, String action, String head, boolean whole, int page) {
        Shell shell = shell(visit, "Audit trail", "registry", null, "");
        AuditPage.Asked asked = new AuditPage.Asked(model, actor, action, head, whole);
        return page("blocks.jte", new AuditPage(backend).view(shell, asked, page));
    }

    /** What the checks of each source found. */
    public Page quality(Visit visit) {
        return page("quality.jte", new QualityPage(backend).view(shell(visit, "Data quality", "data", null, "")));
    }

    /**
     * Rows of a source that something is wrong with.
     *
     * @param report the validation that found them, or null for those of the latest load
     * @param page from 1
     */
    public Page failing(Visit visit, String source, @Nullable String report, int page) {
        return page(
                "failing.jte",
                new QualityPage(backend).rows(shell(visit, "Rows at fault", "data", null, ""), source, report, page));
    }

    /**
     * The rows that wait for a person.
     *
     * @param source its name, or null for the first that something waits in
     * @param state {@code open}, {@code decided} or {@code all}
     * @param page from 1
     */
    public Page review(Visit visit, @Nullable String source, String state, int page) {
        return page(
                "review.jte",
                new ReviewPage(backend).view(shell(visit, "Review", "data", null, ""), source, state, page));
    }

    /** The versions of each source's data. */
    public Page versions(Visit visit) {
        return page("versions.jte", new VersionsPage(backend).view(shell(visit, "Versions", "data", null, "")));
    }

    /**
     * A version of a source's data.
     *
     * @param name its id, a unique beginning of it, a tag or {@code latest}
     */
    public Page version(Visit visit, String source, String name) {
        return page(
                "version.jte",
                new VersionsPage(backend).one(shell(visit, source + " " + name, "data", null, ""), source, name));
    }

    /** How a version differs from another one of the same source. */
    public Page difference(Visit visit, String source, String before, String after) {
        return page(
                "difference.jte",
                new VersionsPage(backend)
                        .difference(shell(visit, "Difference", "data", null, ""), source, before, after));
    }

    /** The feature catalogue. */
    public Page features(Visit visit) {
        return page("features.jte", new FeaturesPage(backend).view(shell(visit, "Features", "features", null, "")));
    }

    /**
     * A feature view.
     *
     * @param key the entity whose values are asked for, or null
     */
    public Page featureView(Visit visit, String name, @Nullable String key) {
        return page(
                "featureView.jte",
                new FeaturesPage(backend).one(shell(visit, name, "features", null, ""), name, key));
    }

    /**
     * What came from what.
     *
     * @param query about which node, or null to ask for one
     */
    public Page lineage(Visit visit, @Nullable LineageQuery query) {
        return page("lineage.jte", new LineagePage(backend).view(shell(visit, "Lineage", "lineage", null, ""), query));
    }

    /** What is administered, on one page. */
    public Page admin(Visit visit) {
        return page("blocks.jte", new AdminPage(backend, visit).view(shell(visit, "Admin", "admin", null, "status")));
    }

    /** The buttons that train, what runs and what came of it. */
    public Page retraining(Visit visit) {
        return page("blocks.jte", new RetrainingPage(backend, visit).view(shell(visit, "Retraining", "admin", null, "retraining")));
    }

    /** Thresholds, windows and times of the project file. */
    public Page settings(Visit visit) {
        return page("settings.jte", new SettingsPage(backend, visit).view(shell(visit, "Settings", "admin", null, "settings")));
    }

    /** The inbox: what somebody should know, and where it is told. */
    public Page alerts(Visit visit, AlertsView.Asked asked, int page) {
        return page("alerts.jte", new AlertsPage(backend, visit).view(shell(visit, "Alerts", "alerts", null, "alerts"), asked, page));
    }

    /** One alert. */
    public Page alert(Visit visit, String id) {
        return page("blocks.jte", new AlertPage(backend, visit).view(shell(visit, "Alert", "alerts", null, ""), id));
    }

    /** What the loop would have done by itself, and who answered what. */
    public Page suggestions(Visit visit, SuggestionsPage.Asked asked, int page) {
        Shell shell = shell(visit, "Suggestions", "alerts", null, "suggestions");
        return page("blocks.jte", new SuggestionsPage(backend, visit).view(shell, asked, page));
    }

    /** One suggestion and what it rests on. */
    public Page suggestion(Visit visit, String id) {
        Shell shell = shell(visit, "Suggestion", "alerts", null, "");
        return page("blocks.jte", new SuggestionPage(backend, visit).view(shell, id));
    }

    /** When what is done, and what came of it last. */
    public Page schedules(Visit visit) {
        return page(
                "schedules.jte",
                new SchedulesPage(backend, visit).view(shell(visit, "Schedules", "schedules", null, "schedules")));
    }

    /**
     * What was done and what is being done, newest first.
     *
     * @param page from 1
     */
    public Page jobs(Visit visit, JobsView.Asked asked, int page) {
        return page("jobs.jte", new JobsPage(backend).view(shell(visit, "Jobs", "schedules", null, "jobs"), asked, page));
    }

    /** One job: how far it is, what it told, what came of it. */
    public Page job(Visit visit, String id) {
        return page("job.jte", new JobPage(backend, visit).view(shell(visit, "Job", "schedules", null, "jobs"), id));
    }

    /**
     * What is shown instead of a page that failed, with times of the project's zone.
     *
     * @param back the page of this server that was left, such as that of the form that was refused; null where it is not known
     */
    public Page failure(int status, List<Problem> problems, Visit visit, @Nullable String back) {
        String title = status == 404 ? "Not found" : status >= 500 ? "Something went wrong" : "That cannot be done";
        List<FailureView.Item> items = problems.stream()
                .map(problem -> new FailureView.Item(
                        problem.code().code(), Text.withMinutes(problem.message(), backend.project().zone()), problem.hint()))
                .toList();
        return new Page(
                status,
                Templates.render("failure.jte", new FailureView(shell(visit, title, "", null, "", ""), status, items, back)));
    }

    /**
     * Signing in.
     *
     * @param to where to go then
     * @param refused whether a token was shown that is none of the server's
     */
    public Page login(Visit visit, String to, boolean refused) {
        return new Page(
                refused ? 401 : 200,
                Templates.render("login.jte", new LoginView(shell(visit, "Sign in", "", null, "", ""), to, refused)));
    }

    private static Page page(String template, Object view) {
        return new Page(200, Templates.render(template, view));
    }

    private Shell shell(Visit visit, String title, String section, @Nullable String model, String tab) {
        return shell(visit, title, section, model, tab, AlertsPage.open(backend));
    }

    private Shell shell(
            Visit visit, String title, String section, @Nullable String model, String tab, String alerts) {
        return new Shell(
                title,
                backend.project().name(),
                section,
                visit.theme().word(),
                visit.address(),
                Assets.VERSION,
                model,
                model != null && LoggedModel.isElsewhere(backend.project(), model),
                tab,
                alerts);
    }

    /** A model of the project; one that others serve has no such page. */
    private ModelDefinition find(String name) {
        LoggedModel.of(backend.project(), name);
        KeelsonException elsewhere = LoggedModel.elsewhere(backend.project(), name);
        if (elsewhere != null) {
            throw elsewhere;
        }
        return backend.project().models().stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow();
    }
}
