package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.learn.tune.ChoiceDomain;
import dev.keelson.learn.tune.Condition;
import dev.keelson.learn.tune.NoPruner;
import dev.keelson.learn.tune.Parameter;
import dev.keelson.learn.tune.PercentilePruner;
import dev.keelson.learn.tune.Pruner;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.learn.tune.SpaceSyntax;
import dev.keelson.learn.tune.TpeSampler;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.TuneDefinition;
import dev.keelson.train.TuneMetric;
import dev.keelson.train.TunedSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code tune} of a model. */
final class TuneSection {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final double PERCENTILE = 25;

    /** What other tools call a setting. */
    private static final Map<String, List<String>> OTHER_NAMES = Map.of(
            "n_estimators", List.of("rounds", "trees"),
            "learning_rate", List.of("eta"),
            "eta", List.of("learning_rate"));

    private final Problems problems;
    private final Map<String, Set<String>> learnerSettings;

    TuneSection(Problems problems, Map<String, Set<String>> learnerSettings) {
        this.problems = problems;
        this.learnerSettings = learnerSettings;
    }

    /**
     * The search of a model; empty when something was reported that it cannot do without.
     *
     * @param learners the model's
     * @param number whether it predicts a number
     */
    Optional<TuneDefinition> read(Table table, List<LearnerDefinition> learners, boolean number) {
        TuneMetric metric = metric(table.scalar("metric"), number);
        Map<String, Location> places = new LinkedHashMap<>();
        List<Parameter> parameters = new ArrayList<>();
        boolean sound = table.has("space");
        Map<String, LearnerDefinition> members = TunedSettings.members(learners);
        for (Entry entry : table.entriesOf("space")) {
            Optional<String> name = name(entry, members);
            Optional<Parameter> parameter = name.isPresent() ? parameter(name.get(), entry, members) : Optional.empty();
            if (parameter.isEmpty()) {
                sound = false;
            } else if (places.putIfAbsent(parameter.get().name(), entry.location())
                    != null) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        entry.location(),
                        "the setting `%s` is searched twice".formatted(parameter.get().name()),
                        null);
                sound = false;
            } else {
                parameters.add(parameter.get());
            }
        }
        Scalar limitText = table.scalar("time_limit");
        Duration limit = limitText == null ? null : ProjectText.duration(limitText, LONGEST, problems);
        if (!sound) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TuneDefinition(
                    number(table, "trials", TuneDefinition.TRIALS),
                    sampler(Objects.requireNonNullElse(table.text("sampler"), "tpe")),
                    pruner(Objects.requireNonNullElse(table.text("pruner"), "none")),
                    number(table, "batch", TuneDefinition.BATCH),
                    number(table, "stop_after", 0),
                    limit,
                    everySteps(table, learners, metric),
                    metric,
                    new SearchSpace(parameters)));
        } catch (KeelsonException e) {
            Location whole = Objects.requireNonNull(table.entries().get("space")).location();
            for (Problem problem : e.problems()) {
                Location at = places.entrySet().stream()
                        .filter(place -> problem.message().contains(" of " + place.getKey() + " "))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(whole);
                problems.add(problem.code(), at, problem.message(), problem.hint());
            }
            return Optional.empty();
        }
    }

    /** A sampler by its name in project files. */
    static Sampler sampler(String name) {
        return name.equals("tpe") ? TpeSampler.defaults() : Sampler.named(name.replace('_', '-'));
    }

    private static Pruner pruner(String name) {
        return switch (name) {
            case "none" -> new NoPruner();
            case "percentile" -> PercentilePruner.of(PERCENTILE);
            default -> Pruner.named(name.replace('_', '-'));
        };
    }

    /** The learners that go step by step, by boosting rounds or epochs. */
    private static final List<String> STEPPING = List.of("xgboost", "lightgbm", "mlp", "lstm");

    private @Nullable Integer everySteps(Table table, List<LearnerDefinition> learners, TuneMetric metric) {
        Scalar text = table.scalar("every_steps");
        if (text == null) {
            return null;
        }
        LearnerDefinition first = learners.getFirst();
        boolean stops = first.settings().getOrDefault("early_stopping", 0L) instanceof Long patience && patience > 0;
        String wrong = null;
        if (learners.size() > 1 || !STEPPING.contains(first.name())) {
            wrong = "the model is none of one learner that goes step by step (%s)"
                    .formatted(Shape.list(STEPPING, "or"));
        } else if (stops || table.entriesOf("space").stream().anyMatch(each -> each.name().equals("early_stopping"))) {
            wrong = "with `early_stopping` the rows of a fold would choose the number of steps and judge it";
        } else if (metric != TuneMetric.LOG_LOSS && metric != TuneMetric.RMSE) {
            wrong = "learners tell `log_loss` or `rmse` after a step, and the metric is `%s`".formatted(metric.key());
        } else if (List.of("none", "wilcoxon").contains(Objects.requireNonNullElse(table.text("pruner"), "none"))) {
            wrong = "the pruner `%s` says nothing between steps".formatted(Objects.requireNonNullElse(table.text("pruner"), "none"));
        }
        if (wrong != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`every_steps` has no effect: " + wrong,
                    "Maybe leave it out: trials are then pruned between folds.");
            return null;
        }
        return Numbers.whole(text.text()).map(Long::intValue).orElse(null);
    }

    private static int number(Table table, String key, int standard) {
        return Optional.ofNullable(table.text(key))
                .flatMap(Numbers::whole)
                .map(Long::intValue)
                .orElse(standard);
    }

    private TuneMetric metric(@Nullable Scalar text, boolean number) {
        TuneMetric standard = TuneMetric.standard(number);
        if (text == null) {
            return standard;
        }
        TuneMetric metric = TuneMetric.valueOf(text.text().toUpperCase(Locale.ROOT));
        if (metric.ofNumbers() != number) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "the metric `%s` judges %s, and the label %s"
                            .formatted(
                                    text.text(),
                                    metric.ofNumbers() ? "numbers" : "probabilities of classes",
                                    number ? "is a number" : "has classes"),
                    "Maybe `%s` was meant.".formatted(standard.key()));
            return standard;
        }
        return metric;
    }

    // ---- the space

    /** The name of a setting as its learner knows it, with its member in front. */
    private Optional<String> name(Entry entry, Map<String, LearnerDefinition> members) {
        String written = entry.name();
        String prefix = prefix(written);
        LearnerDefinition member = members.get(prefix);
        if (member == null) {
            boolean single = members.containsKey("");
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    entry.location(),
                    single
                            ? "the model has one learner, and `%s` names a member".formatted(written)
                            : prefix.isEmpty()
                                    ? "the model has several learners, and `%s` does not say whose setting it is"
                                            .formatted(written)
                                    : "there is no member named `%s`".formatted(prefix),
                    single
                            ? "Maybe `%s` was meant.".formatted(written.substring(prefix.length() + 1))
                            : prefix.isEmpty()
                                    ? "Maybe `%s.%s` was meant."
                                            .formatted(members.keySet().stream().findFirst().orElse("MEMBER"), written)
                                    : Suggestion.sentence(prefix, members.keySet())
                                            .orElse("Maybe one of these was meant: "
                                                    + Shape.list(List.copyOf(members.keySet()), "or") + "."));
            return Optional.empty();
        }
        Set<String> known = learnerSettings.get(member.name());
        String setting = known == null ? setting(written) : setting(setting(written), known);
        if (known != null && !known.contains(setting)) {
            List<String> names = known.stream().sorted().toList();
            problems.add(
                    ErrorCode.UNKNOWN_KEY,
                    entry.location(),
                    "unknown setting `%s` of the learner `%s`".formatted(setting, member.name()),
                    Suggestion.sentence(setting, names)
                            .orElse("Maybe one of these was meant: " + Shape.list(names, "or") + "."));
            return Optional.empty();
        }
        return Optional.of(prefix.isEmpty() ? setting : prefix + "." + setting);
    }

    private static String prefix(String name) {
        return name.indexOf('.') < 0 ? "" : name.substring(0, name.indexOf('.'));
    }

    private static String setting(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    private static String setting(String name, Set<String> known) {
        return known.contains(name)
                ? name
                : OTHER_NAMES.getOrDefault(name, List.of()).stream()
                        .filter(known::contains)
                        .findFirst()
                        .orElse(name);
    }

    private Optional<Parameter> parameter(
            String name, Entry entry, Map<String, LearnerDefinition> members) {
        Location at = entry.value() instanceof Scalar scalar ? scalar.textLocation() : entry.value().location();
        try {
            if (entry.value() instanceof Items list) {
                List<Object> choices = new ArrayList<>();
                list.values().forEach(value -> choices.add(LearnerSection.setting((Scalar) value)));
                return Optional.of(Parameter.of(name, new ChoiceDomain(choices)));
            }
            Parameter parameter = SpaceSyntax.parameter(name, ((Scalar) entry.value()).text());
            Condition condition = parameter.condition();
            if (condition == null) {
                return Optional.of(parameter);
            }
            String parent = condition.parent();
            LearnerDefinition member = members.get(prefix(parent));
            Set<String> known = member == null ? null : learnerSettings.get(member.name());
            String setting = known == null ? setting(parent) : setting(setting(parent), known);
            return Optional.of(new Parameter(
                    name,
                    parameter.domain(),
                    new Condition(prefix(parent).isEmpty() ? setting : prefix(parent) + "." + setting, condition.values())));
        } catch (KeelsonException e) {
            e.problems()
                    .forEach(problem -> problems.add(
                            problem.code(), at, "`%s`: %s".formatted(entry.name(), problem.message()), problem.hint()));
            return Optional.empty();
        }
    }
}
