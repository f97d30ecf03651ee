package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.StudyCharts.Trial;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Shell;
import dev.keelson.console.view.StudiesView;
import dev.keelson.console.view.StudyView;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.StudyRequest;
import dev.keelson.learn.tune.Direction;
import dev.keelson.learn.tune.ParameterImportance;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.learn.tune.TrialState;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TuneDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The searches for settings of a model, and one of them. */
final class StudyPage {
    private static final int SHOWN = 50;
    private static final int MOST_COLUMNS = 10;
    /** Fewer complete trials leave the importance of settings to chance. */
    private static final int ENOUGH = 30;
    private static final List<String> SAMPLERS =
            Sampler.NAMES.stream().map(name -> name.replace('-', '_')).toList();

    private final Backend backend;
    private final ModelDefinition model;
    private final ZoneId zone;
    private final @Nullable TuneDefinition tuning;

    StudyPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
        this.tuning = backend.project().tuning().get(model.name());
    }

    // ---- all

    StudiesView list(Shell shell) {
        List<Fact> space = new ArrayList<>();
        List<Fact> facts = new ArrayList<>();
        if (tuning != null) {
            tuning.space().parameters().forEach(each -> space.add(Fact.of(each.name(), each.text())));
            facts.add(Fact.of("Loss", Text.words(tuning.metric().key())));
            facts.add(Fact.of("Trials", Integer.toString(tuning.trials())));
            facts.add(Fact.of("Side by side", Integer.toString(tuning.batch())));
        }
        return new StudiesView(
                shell,
                space,
                facts,
                tuning == null ? "" : Integer.toString(tuning.trials()),
                SAMPLERS,
                blocked(null),
                backend.studies().list().stream()
                        .filter(job -> job.request().model().equals(model.name()))
                        .limit(SHOWN)
                        .map(this::row)
                        .toList());
    }

    private StudiesView.Row row(Job<StudyRequest> job) {
        Double best = job.progress().best();
        String sampler = sampler(job);
        return new StudiesView.Row(
                job.id(),
                Text.minute(job.startedAt(), zone),
                JobText.badge(job.state()),
                "%d of %d".formatted(job.progress().done(), job.progress().of()),
                sampler.isEmpty() ? Text.NONE : Text.words(sampler),
                best == null ? Text.NONE : Text.fixed(best, 5),
                sentence(job));
    }

    private static String sampler(Job<StudyRequest> job) {
        JsonNode result = job.result();
        String asked = job.request().sampler();
        return result != null && result.has("sampler") ? result.path("sampler").asText() : asked == null ? "" : asked;
    }

    /** Why none can begin or go on; empty when one can. */
    private String blocked(@Nullable String except) {
        return backend.studies().list().stream()
                .filter(job -> JobText.running(job) && !job.id().equals(except))
                .findFirst()
                .map(job -> "Settings of %s are searched now, and one search runs at a time.".formatted(job.request().model()))
                .orElse("");
    }

    private String sentence(Job<StudyRequest> job) {
        int done = job.progress().done();
        int of = job.progress().of();
        Double best = job.progress().best();
        String found = best == null ? "" : " The best %s so far is %s.".formatted(metric(job), Text.fixed(best, 5));
        return switch (job.state()) {
            case RUNNING -> JobText.stopping(job)
                    ? "Stopping: the trials that run come to the end of their folds first."
                    : (done == 0
                                    ? "Running: reading the data and judging the settings of the project file; "
                                    : "Running: %d of %d trials have ended; ".formatted(done, of))
                            + JobText.time(job, backend.clock().instant()) + "." + found;
            case DONE -> result(job).path("sentence").asText("Done: %d trials.".formatted(done));
            case CANCELLED ->
                "Stopped after %d of %d trials. They are kept: the same search goes on with the next one.%s"
                        .formatted(done, of, found);
            case FAILED -> "Failed after %d of %d trials: %s".formatted(done, of, JobText.failure(job));
        };
    }

    private static JsonNode result(Job<StudyRequest> job) {
        JsonNode result = job.result();
        return result == null ? Documents.read("{}") : result;
    }

    private String metric(Job<StudyRequest> job) {
        String key = result(job).path("metric").asText(tuning == null ? "loss" : tuning.metric().key());
        return Text.words(key);
    }

    // ---- one

    /**
     * One search.
     *
     * @param byLoss whether the best trials come first in the table
     * @param page of the table, from 1
     */
    StudyView one(Shell shell, String id, boolean byLoss, int page) {
        Job<StudyRequest> job = backend.studies()
                .find(id)
                .filter(each -> each.request().model().equals(model.name()))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The model %s has no search for settings (%s).".formatted(model.name(), id),
                        "Maybe it was stopped, and the process that ran it has ended; its trials are kept."));
        JsonNode result = result(job);
        List<JsonNode> documents = backend.studies().told(id);
        List<Trial> trials = documents.stream()
                .map(Trial::of)
                .sorted(Comparator.comparingInt(Trial::number))
                .toList();
        StudyCharts charts = new StudyCharts(trials, metric(job));
        Map<String, Double> importance = importance(result, trials);
        Map<String, String> domains = domains(result, trials, importance);
        double file = result.path("file_loss").asDouble(Double.NaN);
        boolean told = importance.values().stream().anyMatch(share -> share > 0);
        List<Map.Entry<String, Double>> shares = List.copyOf(importance.entrySet());
        return new StudyView(
                shell,
                id,
                JobText.badge(job.state()),
                JobText.running(job),
                JobText.stopping(job),
                sentence(job),
                job.progress().done(),
                job.progress().of(),
                facts(job, result, trials),
                job.state() == State.CANCELLED || job.state() == State.FAILED ? "Resume" : "",
                blocked(id),
                result.path("yaml").asText(""),
                charts.history(file),
                charts.historyNote(file),
                told
                        ? Charts.shares(
                                shares,
                                "Importance of the settings",
                                "Share of each setting in what makes the best tenth of the trials")
                        : Markup.EMPTY,
                told
                        ? "How far the best tenth of the trials differs from all of them in each setting (PED-ANOVA)."
                                + few(trials)
                        : "Nothing can be told yet: too few trials have come to their end, or all are equally good.",
                charts.parallel(domains),
                charts.parallelNote(domains),
                domains.entrySet().stream()
                        .map(each -> charts.slice(each.getKey(), each.getValue()))
                        .filter(chart -> !chart.isEmptyContent())
                        .toList(),
                columns(domains),
                rows(documents, charts.best(), columns(domains), byLoss, page),
                Paging.pages(
                        documents.size(),
                        page,
                        new String[] {"trial", "trials"},
                        "/models/%s/studies/%s".formatted(model.name(), Paging.encoded(id)),
                        byLoss ? Map.of("sort", "loss") : Map.of()),
                byLoss);
    }

    private List<Fact> facts(Job<StudyRequest> job, JsonNode result, List<Trial> trials) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Started", Text.minute(job.startedAt(), zone)));
        facts.add(Fact.of("Loss", metric(job) + ", out of fold"));
        String sampler = sampler(job);
        if (!sampler.isEmpty()) {
            facts.add(Fact.of("Sampler", Text.words(sampler)));
        }
        if (result.has("pruner")) {
            facts.add(Fact.of("Pruner", Text.words(result.path("pruner").asText())));
        }
        Long seed = job.request().seed();
        if (seed != null) {
            facts.add(Fact.of("Seed", Long.toString(seed)));
        }
        for (String state : List.of("complete", "pruned", "failed")) {
            long count = trials.stream().filter(trial -> trial.state().equals(state)).count();
            facts.add(Fact.of(word(state), Text.count(count)));
        }
        if (result.path("rows").isNumber()) {
            facts.add(Fact.of("Rows judged", Text.count(result.path("rows").asLong())));
        }
        return facts;
    }

    /** What is said of an importance that rests on few trials. */
    private static String few(List<Trial> trials) {
        long complete = trials.stream().filter(Trial::isComplete).count();
        return complete < ENOUGH
                ? " Of %d complete trials the best tenth is one or two: another search may tell otherwise.".formatted(complete)
                : "";
    }

    private static String word(String state) {
        return switch (state) {
            case "complete" -> "Came to their end";
            case "pruned" -> "Stopped early";
            default -> "Failed";
        };
    }

    /** Setting to its share, the greatest first: as found at the end, or of the trials so far. */
    private Map<String, Double> importance(JsonNode result, List<Trial> trials) {
        Map<String, Double> shares = new LinkedHashMap<>();
        if (result.has("importance")) {
            result.path("importance").forEach(
                    each -> shares.put(each.path("setting").asText(), each.path("share").asDouble()));
            return shares;
        }
        if (tuning == null) {
            return shares;
        }
        SearchSpace space = tuning.space();
        List<dev.keelson.learn.tune.Trial> told = new ArrayList<>();
        for (Trial trial : trials) {
            if (trial.isComplete()) {
                Map<String, Object> values = new TreeMap<>();
                trial.settings().forEach((name, value) -> values.put(name, value(value)));
                try {
                    told.add(new dev.keelson.learn.tune.Trial(
                            trial.number(), space.read(values), Collections.emptySortedMap(), TrialState.COMPLETE, trial.loss()));
                } catch (KeelsonException e) {
                    return shares; // searched in another space than that of the file
                }
            }
        }
        ParameterImportance.of(space, Direction.MINIMISE, told).entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(each -> shares.put(each.getKey(), each.getValue()));
        return shares;
    }

    private static Object value(JsonNode value) {
        return value.isIntegralNumber()
                ? (Object) value.longValue()
                : value.isNumber() ? (Object) value.doubleValue() : value.isBoolean() ? value.booleanValue() : value.asText();
    }

    /** Setting to its values as searched, the most important first; those of which nothing is known last. */
    private Map<String, String> domains(JsonNode result, List<Trial> trials, Map<String, Double> importance) {
        Map<String, String> known = new TreeMap<>();
        if (tuning != null) {
            tuning.space().parameters().forEach(each -> known.put(each.name(), each.text()));
        }
        result.path("space").properties().forEach(each -> known.put(each.getKey(), each.getValue().asText()));
        TreeSet<String> tried = new TreeSet<>();
        trials.forEach(trial -> tried.addAll(trial.settings().keySet()));
        Map<String, String> domains = new LinkedHashMap<>();
        importance.keySet().stream()
                .filter(tried::contains)
                .forEach(setting -> domains.put(setting, known.getOrDefault(setting, "")));
        tried.forEach(setting -> domains.putIfAbsent(setting, known.getOrDefault(setting, "")));
        return domains;
    }

    private static List<String> columns(Map<String, String> domains) {
        return domains.keySet().stream().limit(MOST_COLUMNS).toList();
    }

    private static List<StudyView.Row> rows(
            List<JsonNode> documents, int best, List<String> columns, boolean byLoss, int page) {
        Comparator<JsonNode> number = Comparator.comparingInt(each -> each.path("number").asInt());
        List<JsonNode> sorted = documents.stream()
                .sorted(byLoss
                        ? Comparator.<JsonNode>comparingDouble(each -> each.path("loss").asDouble(Double.POSITIVE_INFINITY))
                                .thenComparing(number)
                        : number)
                .toList();
        return Paging.slice(sorted, page).stream()
                .map(each -> new StudyView.Row(
                        each.path("number").asInt(),
                        each.path("number").asInt() == best,
                        badge(each.path("state").asText("complete")),
                        Text.fixed(each.path("loss").asDouble(Double.NaN), 5),
                        each.path("folds").asText(Text.NONE),
                        columns.stream()
                                .map(name -> each.path("settings").has(name)
                                        ? SettingAxis.label(each.path("settings").get(name))
                                        : Text.NONE)
                                .toList(),
                        each.path("run").asText(""),
                        each.path("failure").asText("")))
                .toList();
    }

    private static Badge badge(String state) {
        return switch (state) {
            case "complete" -> new Badge(Level.OK, "complete");
            case "pruned" -> new Badge(Level.OFF, "stopped early");
            default -> new Badge(Level.HIGH, "failed");
        };
    }
}
