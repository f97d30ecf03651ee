package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.JobRow;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.control.job.Planner;
import dev.keelson.control.retrain.RetrainCampaign;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs;
import dev.keelson.http.ModelTraining.Kind;
import dev.keelson.http.ModelTraining;
import dev.keelson.http.TrainingButton;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The buttons that train, for all models and for one, with the time they take, what runs now, and what came of the last ones. */
final class RetrainingPage {
    private static final String ADDRESS = "/retraining";
    private static final Set<String> JOBS = Set.of("retrain", "update", "reinforce", "drift", RetrainCampaign.KIND);
    private static final int SEEN = 200;
    private static final int LISTED = 20;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;
    private final List<Jobs.Job<ModelTraining>> trainings;

    RetrainingPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
        this.trainings = backend.trainings().list();
    }

    BlocksView view(Shell shell) {
        List<JsonNode> jobs = new ArrayList<>();
        backend.schedules().jobs(JobQuery.newest(SEEN)).path("jobs").forEach(each -> {
            if (JOBS.contains(each.path("kind").asText())) {
                jobs.add(each);
            }
        });
        boolean live = jobs.stream().anyMatch(each -> !JobRows.isOver(each));
        List<Block> blocks = new ArrayList<>();
        blocks.add(all());
        blocks.add(Block.of(models(jobs)));
        if (visit.may(Role.ADMIN) && models().size() > 1) {
            blocks.add(Block.of(new SectionDraft("One model").done(), one()));
        }
        blocks.addAll(asked());
        return new BlocksView(shell, "", List.of(), blocks, live);
    }

    private List<String> models() {
        return backend.project().models().stream().map(ModelDefinition::name).toList();
    }

    // ---- buttons

    private Block all() {
        SectionDraft draft = new SectionDraft("All models")
                .lead("Each model is trained in a job of its own; one that fails does not stop the others. What comes of it is a challenger that the policy of the model judges. A model of which a retraining is under way is not trained twice.");
        for (TrainingButton button : TrainingButton.values()) {
            draft.fact(title(button), expected(button, models()));
        }
        if (!visit.may(Role.ADMIN)) {
            draft.note("Your token may look; training needs the role admin.");
        }
        return Block.of(draft.done(), visit.may(Role.ADMIN) ? actions() : List.of());
    }

    /** The buttons for all models. */
    List<Action> actions() {
        List<Action> actions = new ArrayList<>();
        for (TrainingButton button : TrainingButton.values()) {
            actions.add(button(title(button), button)
                    .effect(effect(button) + " Expected time: " + expected(button, models()))
                    .whoAndWhy("Why")
                    .refused(models().isEmpty() ? "The project file has no model." : null)
                    .done());
        }
        return actions;
    }

    /** The buttons for a model that is chosen. */
    private List<Action> one() {
        List<Action> actions = new ArrayList<>();
        for (TrainingButton button : TrainingButton.values()) {
            List<Option> options = models().stream()
                    .map(each -> new Option(each, "%s: %s".formatted(each, Expected.range(seconds(each, button)))))
                    .toList();
            actions.add(button(titleOfOne(button), button)
                    .effect(effect(button))
                    .choice("model", "Model, and how long it took before", models().getFirst(), options)
                    .whoAndWhy("Why")
                    .done());
        }
        return actions;
    }

    private static ActionDraft button(String title, TrainingButton button) {
        return new ActionDraft(title, ADDRESS).hidden("button", button.name().toLowerCase(Locale.ROOT));
    }

    private static String title(TrainingButton button) {
        return switch (button) {
            case FULL -> "Train all";
            case INCREMENTAL -> "Train all incrementally";
            case AUTO -> "Auto-retrain";
        };
    }

    private static String titleOfOne(TrainingButton button) {
        return switch (button) {
            case FULL -> "Train one";
            case INCREMENTAL -> "Train one incrementally";
            case AUTO -> "Auto-retrain one";
        };
    }

    private static String effect(TrainingButton button) {
        return switch (button) {
            case FULL -> "Fitted anew on the data as loaded.";
            case INCREMENTAL -> "The champion goes on from recent rows; what forgets the old ones is not registered.";
            case AUTO -> "As the loop would by itself: checked for drift, fitted anew only where that alarms, and not within the cool-down, beyond the budget or against the mode of a model; what refused one is told below.";
        };
    }

    /** The sum of the medians, where they are known, since one training runs at a time. */
    private String expected(TrainingButton button, List<String> models) {
        double sum = 0;
        List<String> unknown = new ArrayList<>();
        for (String model : models) {
            List<Double> seconds = seconds(model, button).stream().sorted().toList();
            if (seconds.isEmpty()) {
                unknown.add(model);
            } else {
                sum += Expected.median(seconds);
            }
        }
        if (models.size() == 1 && unknown.isEmpty()) {
            return Expected.range(seconds(models.getFirst(), button)) + "." + then(button);
        }
        if (unknown.size() == models.size()) {
            return "unknown, since none has come to its end yet." + then(button);
        }
        return "about %s one after the other%s."
                        .formatted(
                                Expected.duration(sum),
                                unknown.isEmpty() ? "" : ", without " + String.join(", ", unknown) + ", of which none has come to its end yet")
                + then(button);
    }

    private static String then(TrainingButton button) {
        return button == TrainingButton.AUTO ? " That is the check; where it alarms, a training follows." : "";
    }

    private List<Double> seconds(String model, TrainingButton button) {
        return switch (button) {
            case FULL -> seconds(model, Kind.FULL);
            case INCREMENTAL -> seconds(model, Kind.UPDATE);
            case AUTO -> JobPage.past(backend, button.first(), Planner.subject(model));
        };
    }

    /** How long trainings of a kind took, in seconds; those that came to their end, or else the run of the newest version. */
    private List<Double> seconds(String model, Kind kind) {
        List<Double> seconds = new ArrayList<>();
        for (Jobs.Job<ModelTraining> each : trainings) {
            JsonNode result = each.result();
            if (each.state() == Jobs.State.DONE
                    && each.request().model().equals(model)
                    && each.request().kind() == kind
                    && result != null
                    && result.path("seconds").isNumber()) {
                seconds.add(result.path("seconds").asDouble());
            }
        }
        if (seconds.isEmpty() && kind == Kind.FULL) {
            backend.versions(model).stream()
                    .findFirst()
                    .flatMap(each -> backend.run(each.runId()))
                    .filter(run -> run.endedAt() != null && run.endedAt().isAfter(run.startedAt()))
                    .ifPresent(run -> seconds.add(Duration.between(run.startedAt(), run.endedAt()).toMillis() / 1000.0));
        }
        return seconds;
    }

    // ---- what is and was

    private Section models(List<JsonNode> jobs) {
        SheetDraft sheet = new SheetDraft("Models").words("Model", "Serves", "Now", "Last training", "Takes, anew", "Takes, incrementally");
        for (String model : models()) {
            String subject = Planner.subject(model);
            String champion = backend.alias(model, ModelVersion.CHAMPION).map(each -> "v" + each.version()).orElse("none yet");
            sheet.row(List.of(
                    Cell.link(model, "/models/" + Paging.encoded(model) + "/training"),
                    Cell.of(champion),
                    jobs.stream()
                            .filter(each -> each.path("subject").asText().equals(subject) && !JobRows.isOver(each))
                            .min((a, b) -> a.path("state").asText().compareTo(b.path("state").asText())) // running before waiting
                            .map(this::now)
                            .orElse(Cell.of(Text.NONE)),
                    trainings.stream()
                            .filter(each -> each.request().model().equals(model))
                            .findFirst()
                            .map(this::last)
                            .or(() -> backend.versions(model).stream().findFirst().map(this::made))
                            .orElse(Cell.of("never yet")),
                    Cell.of(Expected.range(seconds(model, Kind.FULL))),
                    Cell.of(Expected.range(seconds(model, Kind.UPDATE)))));
        }
        return new SectionDraft("Models").sheet(sheet).done();
    }

    private Cell now(JsonNode job) {
        JobRow row = JobRows.row(job, zone);
        return new Cell(
                row.kind(),
                row.share() < 0 ? "" : "%d %% %s".formatted(row.share(), row.message()),
                row.href(),
                row.state());
    }

    /** Of a version that no training of this server made, such as one of the command line. */
    private Cell made(ModelVersion version) {
        return Cell.link(
                Text.minute(version.createdAt(), zone),
                "/registry/%s/versions/%d".formatted(Paging.encoded(version.model()), version.version()));
    }

    private Cell last(Jobs.Job<ModelTraining> training) {
        return new Cell(
                Text.minute(training.startedAt(), zone),
                training.request().kind() == Kind.FULL ? "" : Text.words(training.request().kind().key()),
                "/models/%s/training?training=%s"
                        .formatted(Paging.encoded(training.request().model()), Paging.encoded(training.id())),
                JobText.badge(training.state()));
    }

    // ---- retrainings

    /** The last one, model by model, and those before it. */
    private List<Block> asked() {
        List<JsonNode> all = backend.loop().retrainings(LISTED).path("retrainings").valueStream().toList();
        if (all.isEmpty()) {
            return List.of(Block.of(new SectionDraft("Asked for last")
                    .empty("Nothing yet: nobody pressed a button here.", "keelson retrain --all")
                    .done()));
        }
        List<Block> blocks = new ArrayList<>(List.of(Block.of(last(all.getFirst()))));
        if (all.size() > 1) {
            blocks.add(Block.of(before(all.subList(1, all.size()))));
        }
        return blocks;
    }

    private Section last(JsonNode retraining) {
        SheetDraft sheet = new SheetDraft("Model by model").words("Model", "State", "What came of it", "Drifted", "Version");
        for (JsonNode each : retraining.at("/summary/models")) {
            String model = each.path("model").asText();
            sheet.row(List.of(
                    Cell.link(model, "/models/" + Paging.encoded(model)),
                    job(each),
                    Cell.of(each.path("sentence").asText()),
                    Cell.of(drifted(each)),
                    each.path("version").isInt()
                            ? Cell.link("v" + each.path("version").asInt(), Promotions.address(model, each.path("version").asInt()))
                            : Cell.of(Text.NONE)));
        }
        return new SectionDraft("Asked for last")
                .badge(JobRows.badge(retraining))
                .lead(summary(retraining))
                .fact("What", what(retraining))
                .fact("Asked", Moments.of(retraining.path("due_at"), zone).text())
                .fact("By", retraining.path("actor").asText())
                .fact("Why", retraining.path("reason").asText())
                .sheet(sheet)
                .link("Its job", JobRows.address(retraining.path("id").asText()))
                .link("All jobs", "/jobs")
                .done();
    }

    private static Cell job(JsonNode each) {
        return each.path("job").isTextual()
                ? new Cell("its job", "", JobRows.address(each.path("job").asText()), JobRows.badge(each))
                : Cell.of(JobRows.badge(each));
    }

    private static String drifted(JsonNode each) {
        if (each.path("drifted").isBoolean()) {
            return each.path("drifted").asBoolean() ? "yes" : "no";
        }
        return each.path("drift").asText().equals("insufficient") ? "not known" : Text.NONE;
    }

    private Section before(List<JsonNode> retrainings) {
        SheetDraft sheet = new SheetDraft("Retrainings before, newest first").words("Asked", "What", "State", "What came of it", "By");
        for (JsonNode each : retrainings) {
            sheet.row(List.of(
                    Cell.link(Moments.of(each.path("due_at"), zone).text(), JobRows.address(each.path("id").asText())),
                    Cell.of(what(each)),
                    Cell.of(JobRows.badge(each)),
                    Cell.of(summary(each)),
                    Cell.of(each.path("actor").asText(), each.path("reason").asText())));
        }
        return new SectionDraft("Before").sheet(sheet).done();
    }

    /** {@code 2 models, only where they have drifted}. */
    private static String what(JsonNode retraining) {
        JsonNode asked = retraining.path("arguments");
        List<String> names = asked.path("models").valueStream().map(JsonNode::asText).toList();
        return (names.size() == 1 ? names.getFirst() : names.size() + " models")
                + (asked.path("if_drifted").asBoolean() ? ", only where they have drifted" : "")
                + (asked.path("trigger").asText().equals(Trigger.DRIFT.word()) ? ", as the loop would by itself" : "")
                + (asked.path("kind").asText().equals("update") ? ", incrementally" : "");
    }

    private static String summary(JsonNode retraining) {
        String sentence = retraining.at("/summary/sentence").asText();
        return sentence.isEmpty() ? "It has not begun." : sentence;
    }
}
