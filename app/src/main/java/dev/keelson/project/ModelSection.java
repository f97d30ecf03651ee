package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.monitor.health.HealthCosts;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.JudgingDefinition;
import dev.keelson.train.LearnerPresets;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.ModelDefinition.Baseline;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import dev.keelson.train.ModelDefinition.Folding.Kind;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import dev.keelson.train.ModelDefinition.Weighting;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TuneDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code models}: {@code extends} first, then each model as a whole. */
final class ModelSection {
    private static final String EVERYTHING = "...";
    private static final int MOST_FOLDS = 100;
    private static final int STANDARD_FOLDS = 6;
    private static final Duration MOST_WINDOW = Duration.ofDays(36_500);
    private static final int MOST_BLOCKS = 60;
    private static final int MOST_CHOICES = 1000;

    private final Problems problems;
    private final ShapeCheck shapes;
    private final LabelSection labels;
    private final Map<String, String> entities;
    private final ViewSection views;
    private final LearnerSection learnerSection;
    private final Map<String, Table> written = new LinkedHashMap<>();
    private final Map<String, Set<String>> keysByModel = new LinkedHashMap<>();
    private final Map<String, Table> resolved = new LinkedHashMap<>();
    private final List<ModelDefinition> definitions = new ArrayList<>();
    private final Map<String, SourceColumns> sourceByModel = new LinkedHashMap<>();
    private final Map<String, ModelInputs> inputsByModel = new LinkedHashMap<>();
    private final TuneSection tuneSection;
    private final Map<String, TuneDefinition> tuneByModel = new LinkedHashMap<>();
    private final Map<String, JudgingDefinition> judgingByModel = new LinkedHashMap<>();
    private final Map<String, TrainingPolicy> policyByModel = new LinkedHashMap<>();
    private final Map<String, HealthCosts> costsByModel = new LinkedHashMap<>();

    ModelSection(
            Problems problems,
            ShapeCheck shapes,
            LabelSection labels,
            ViewSection views,
            Map<String, Set<String>> learnerSettings,
            Set<String> installed) {
        this.problems = problems;
        this.shapes = shapes;
        this.labels = labels;
        this.entities = views.entities();
        this.views = views;
        this.learnerSection = new LearnerSection(problems, shapes, learnerSettings, installed);
        this.tuneSection = new TuneSection(problems, learnerSettings);
    }

    /** The models that could be read, in the order of the file. */
    List<ModelDefinition> definitions() {
        return definitions;
    }

    /** What is searched for each model that says so. */
    Map<String, TuneDefinition> tuneByModel() {
        return tuneByModel;
    }

    /** What each model is judged by beside the standard metrics, of those that say so. */
    Map<String, JudgingDefinition> judgingByModel() {
        return judgingByModel;
    }

    /** What trainings look at first and how models go on, of the models that say so. */
    Map<String, HealthCosts> costsByModel() {
        return costsByModel;
    }

    Map<String, TrainingPolicy> policyByModel() {
        return policyByModel;
    }

    /** The source of each model, as far as it is known. */
    Map<String, SourceColumns> sourceByModel() {
        return sourceByModel;
    }

    /** What of each model can be watched, of those that could be read. */
    Map<String, ModelInputs> inputsByModel() {
        return inputsByModel;
    }

    /**
     * @param project the file, what does not fit its grammar left out
     * @param unfitted the file as it is
     */
    void read(Table project, Table unfitted) {
        for (Entry entry : unfitted.entriesOf("models")) {
            if (entry.value() instanceof Table table) {
                keysByModel.put(entry.name(), table.entries().keySet());
            }
        }
        for (Entry entry : project.entriesOf("models")) {
            if (entry.value() instanceof Table table) {
                written.put(entry.name(), table);
            }
        }
        for (Entry entry : project.entriesOf("models")) {
            if (written.containsKey(entry.name())) {
                Table whole = resolve(entry.name(), new LinkedHashSet<>());
                if (whole != null) {
                    model(entry, whole);
                }
            }
        }
    }

    // ---- extends

    /** A model with the keys that it inherits; null when that cannot be told. */
    private @Nullable Table resolve(String name, Set<String> path) {
        Table done = resolved.get(name);
        if (done != null) {
            return done;
        }
        Table own = written.get(name);
        if (own == null) {
            return null;
        }
        Scalar parentName = own.scalar("extends");
        if (parentName == null) {
            Table whole = spliced(own, null);
            resolved.put(name, whole);
            return whole;
        }
        path.add(name);
        if (path.contains(parentName.text())) {
            List<String> circle = new ArrayList<>(path);
            circle.add(parentName.text());
            problems.add(
                    ErrorCode.BAD_VALUE,
                    parentName.textLocation(),
                    "models extend each other in a circle: " + String.join(" -> ", circle),
                    "Maybe one of them should stand on its own.");
            return null;
        }
        if (!written.containsKey(parentName.text())) {
            List<String> others = written.keySet().stream()
                    .filter(other -> !other.equals(name))
                    .toList();
            ProjectText.unknown("model", parentName.text(), others, parentName.textLocation(), problems);
            return null;
        }
        Table parent = resolve(parentName.text(), path);
        if (parent == null) {
            return null;
        }
        Map<String, Entry> entries = new LinkedHashMap<>(parent.entries());
        entries.putAll(spliced(own, parent).entries());
        Table whole = new Table(entries, own.location());
        resolved.put(name, whole);
        return whole;
    }

    /** The model with {@code ...} in its features replaced by those of its parent. */
    private Table spliced(Table own, @Nullable Table parent) {
        Entry features = own.entries().get("features");
        if (features == null || !(features.value() instanceof Items list)) {
            return own;
        }
        List<Value> items = new ArrayList<>();
        boolean seen = false;
        for (Value item : list.values()) {
            if (!(item instanceof Scalar scalar) || !scalar.text().equals(EVERYTHING)) {
                items.add(item);
            } else if (seen) {
                problems.add(ErrorCode.DUPLICATE_KEY, scalar.textLocation(), "`...` occurs twice in `features`", null);
            } else if (parent == null) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        scalar.textLocation(),
                        "`...` stands for everything of the model that is extended, and this model extends none",
                        "Maybe add `extends: MODEL`.");
            } else {
                items.addAll(parent.items("features"));
                seen = true;
            }
        }
        Map<String, Entry> entries = new LinkedHashMap<>(own.entries());
        entries.put("features", new Entry(features.key(), features.location(), new Items(items, list.location())));
        return new Table(entries, own.location());
    }

    // ---- one model

    private void model(Entry entry, Table table) {
        String path = "models." + entry.name();
        for (String key : List.of("label", "features")) {
            boolean unfit = keysByModel.getOrDefault(entry.name(), Set.of()).stream()
                    .anyMatch(other -> Suggestion.closest(
                                    other, ProjectGrammar.MODEL_KEYS.keys().keySet())
                            .equals(Optional.of(key)));
            if (!table.has(key) && !unfit && !table.has("extends")) { // the report on the extended model says it
                String example = key.equals("label") ? "label: SOURCE.COLUMN" : "features: [ROLE.VIEW.*]";
                shapes.missingKey(key, entry.location(), path, "Maybe add `%s`.".formatted(example));
            }
        }
        Scalar labelText = table.scalar("label");
        Label label = labelText == null ? null : labels.ofModel(labelText).orElse(null);
        SourceColumns source = label == null ? null : label.source();
        if (source != null) {
            sourceByModel.put(entry.name(), source);
        }
        Map<String, Map<String, String>> roles = roles(table, source);
        FeatureSelection features =
                new FeatureSelection(problems, views, source, label == null ? Set.of() : label.outcomes(), roles);
        for (Scalar feature : table.scalars("features")) {
            features.read(feature);
        }
        Map<String, Located> derive = new LinkedHashMap<>();
        for (Entry derived : table.entriesOf("derive")) {
            if (derived.value() instanceof Scalar text) {
                derive.put(derived.name(), text.located());
                features.derive(derived, text);
            }
        }
        LabelDefinition taken = label == null ? null : rows(table.scalar("rows"), label, features);
        Entry learnerEntry = table.entries().get("learner");
        List<LearnerDefinition> learners = learnerEntry == null
                ? List.of(new LearnerDefinition("xgboost", Map.of()))
                : learnerSection.read(
                        learnerEntry.value(),
                        label != null && label.definition().isNumber(),
                        "models." + writerOf(learnerEntry, entry.name()) + ".learner",
                        learnerEntry.location());
        if (label != null && learnerEntry != null) {
            checkLearners(learners, label, learnerEntry);
        }
        Table validate = table.table("validate");
        Folding folding = folding(validate);
        Duration test =
                ProjectText.duration(validate == null ? null : validate.scalar("test"), Duration.ofDays(60), problems);
        Duration embargo = embargo(validate, label);
        checkWindow(folding, embargo, validate);
        BacktestDefinition backtest = new BacktestSection(problems).read(table, label);
        List<Baseline> baselines = baselines(table, label);
        Long seed =
                Optional.ofNullable(table.text("seed")).flatMap(Numbers::whole).orElse(42L);
        if (label == null || taken == null) {
            return;
        }
        inputsByModel.put(
                entry.name(),
                new ModelInputs(label.definition().isNumber(), new LinkedHashSet<>(features.known()), features.allKnown(), Set.of()));
        if (label.definition().isNumber()) {
            checkNumber(table, label);
        }
        Table tune = table.table("tune");
        if (tune != null) {
            tuneSection
                    .read(tune, learners, label.definition().isNumber())
                    .ifPresent(search -> tuneByModel.put(entry.name(), search));
        }
        JudgingDefinition judging =
                new JudgingSection(problems).read(table, label, features.known(), features.allKnown());
        if (!judging.equals(JudgingDefinition.NONE)) {
            judgingByModel.put(entry.name(), judging);
        }
        new TrainingSection(problems)
                .read(table, label.definition().isNumber())
                .ifPresent(policy -> policyByModel.put(entry.name(), policy));
        Table costs = table.table("costs");
        if (costs != null) {
            costsByModel.put(
                    entry.name(),
                    new HealthCosts(money(costs, "retrain"), money(costs, "wrong_promotion"), money(costs, "unit_of_loss")));
        }
        GuidanceDefinition guidance = new GuidanceSection(problems).read(table, label, backtest);
        definitions.add(ModelDefinition.builder(entry.name(), taken)
                .entities(roles)
                .features(table.scalars("features").stream().map(Scalar::located).toList())
                .derive(derive)
                .learners(learners)
                .folding(folding)
                .test(test)
                .embargo(embargo)
                .calibration(calibration(table, label))
                .backtest(backtest)
                .baselines(baselines)
                .seed(seed)
                .weighting(weighting(table, label))
                .timeLimit(timeLimit(table, learners))
                .guidance(guidance)
                .form(new FormSection(problems).read(
                        table, label, features.texts(), learners, guidance.uncertainty()))
                .location(entry.location())
                .build());
    }

    private @Nullable Duration timeLimit(Table table, List<LearnerDefinition> learners) {
        Scalar text = table.scalar("time_limit");
        if (text == null) {
            return null;
        }
        if (learners.size() != 1 || learners.getFirst().members().isEmpty()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`time_limit` ends an ensemble after some of its members, and the learner is none that has members of its own",
                    "Maybe `learner: best` was meant, or leave it out.");
            return null;
        }
        return ProjectText.duration(text, Duration.ofDays(1), problems);
    }

    /** The label of the rows that the model takes. */
    private static LabelDefinition rows(@Nullable Scalar condition, Label label, FeatureSelection features) {
        if (condition == null) {
            return label.definition();
        }
        features.rows(condition);
        return label.definition().ofRows(condition.text());
    }

    private Weighting weighting(Table table, Label label) {
        Scalar text = table.scalar("weights");
        if (text == null) {
            return new Weighting.Equal();
        }
        if (!text.text().equals("balanced")) {
            label.source().checkNumeric(text.located(), text.textLocation(), problems);
            return new Weighting.Column(text.text());
        }
        if (label.definition().isNumber()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`weights: balanced` weighs classes, and the label `%s` is a number"
                            .formatted(label.definition().name()),
                    "Maybe name a column of weights.");
            return new Weighting.Equal();
        }
        return new Weighting.Balanced();
    }

    private void checkLearners(List<LearnerDefinition> learners, Label label, Entry entry) {
        boolean number = label.definition().isNumber();
        for (LearnerDefinition learner : learners) {
            checkLearners(learner.members(), label, entry);
            String only = number ? "logistic" : "linear";
            if (learner.name().equals(only)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "the learner `%s` predicts %s, and the label `%s` %s"
                                .formatted(
                                        only,
                                        number ? "classes" : "numbers",
                                        label.definition().name(),
                                        number ? "is a number" : "has classes"),
                        "Maybe `%s` was meant.".formatted(number ? "linear" : "logistic"));
            }
        }
    }

    /** The model under which an entry is written, which another may inherit. */
    private String writerOf(Entry entry, String standard) {
        return written.entrySet().stream()
                .filter(model -> model.getValue().all().contains(entry))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(standard);
    }

    private Map<String, Map<String, String>> roles(Table table, @Nullable SourceColumns source) {
        Map<String, Map<String, String>> roles = new LinkedHashMap<>();
        for (Entry role : table.entriesOf("entities")) {
            Map<String, String> columnByKey = new LinkedHashMap<>();
            if (role.value() instanceof Table keys) {
                for (Entry key : keys.all()) {
                    columnByKey.put(key.name(), keyColumn(key, source));
                }
            }
            roles.put(role.name(), columnByKey);
        }
        return roles;
    }

    private String keyColumn(Entry key, @Nullable SourceColumns source) {
        Set<String> known = new LinkedHashSet<>(entities.values());
        if (!known.contains(key.name())) {
            ProjectText.unknown("key of an entity", key.name(), known, key.location(), problems);
        }
        if (source != null && KeyText.check(key.value(), source, problems)) {
            for (KeyText.Part part : KeyText.parts(key.value())) {
                if (source.isOutcome(part.column().text())) {
                    Location at = part.column().location();
                    problems.add(
                            ErrorCode.FEATURE_READS_OWN_OUTCOME,
                            at == null ? part.location() : at,
                            "the key `%s` is read from `%s`, an outcome that is not known yet when it is needed"
                                    .formatted(key.name(), part.column().text()),
                            null);
                }
            }
        }
        String text = KeyText.text(key.value());
        return text == null ? key.name() : text;
    }

    // ---- validation, money, baselines

    /** Reports what a number has no use for. */
    private void checkNumber(Table table, Label label) {
        Scalar calibrate = table.scalar("calibrate");
        if (calibrate != null && !calibrate.text().equals("none")) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    calibrate.textLocation(),
                    "`calibrate: %s` corrects probabilities, and the label `%s` is a number"
                            .formatted(calibrate.raw(), label.definition().name()),
                    "Maybe leave it out.");
        }
    }

    private static Calibration calibration(Table table, Label label) {
        if (label.definition().isNumber()) {
            return Calibration.NONE;
        }
        String method = table.text("calibrate");
        if (method == null) {
            return LearnerPresets.N1V1.equals(table.text("learner")) 
                    ? Calibration.ISOTONIC_OR_TEMPERATURE
                    : Calibration.TEMPERATURE;
        }
        return Calibration.valueOf(method.toUpperCase(Locale.ROOT));
    }

    private Folding folding(@Nullable Table validate) {
        Folding standard = Folding.walkForward(STANDARD_FOLDS);
        if (validate == null) {
            return standard;
        }
        List<Scalar> schemes = new ArrayList<>();
        Duration window = window(validate);
        Folding folding = new Folding(Kind.WALK_FORWARD, STANDARD_FOLDS, 1, window);
        for (Kind kind : Kind.values()) {
            Scalar text = validate.scalar(kind.key());
            if (text == null) {
                continue;
            }
            schemes.add(text);
            folding = switch (kind) {
                case WALK_FORWARD -> walkForward(text, window).orElse(standard);
                case KFOLD, GROUPED, PURGED_KFOLD ->
                    new Folding(kind, Numbers.whole(text.text()).orElseThrow().intValue(), 1, null);
                case COMBINATORIAL_PURGED -> combinatorial(text).orElse(standard);
            };
        }
        if (schemes.size() > 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    schemes.getLast().textLocation(),
                    "`validate` has %d ways to part the rows, and one was expected".formatted(schemes.size()),
                    "Maybe keep one of `%s`."
                            .formatted(String.join(
                                    "`, `",
                                    Stream.of(Kind.values()).map(Kind::key).toList())));
        }
        return folding;
    }

    private Optional<Folding> walkForward(Scalar text, @Nullable Duration window) {
        int folds = Integer.parseInt(
                text.text().substring(0, text.text().indexOf('f')).strip());
        if (folds < 2 || folds > MOST_FOLDS) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`walk_forward` is %d folds, and 2 to %d were expected".formatted(folds, MOST_FOLDS),
                    null);
            return Optional.empty();
        }
        return Optional.of(new Folding(Kind.WALK_FORWARD, folds, 1, window));
    }

    private @Nullable Duration window(Table validate) {
        Scalar window = validate.scalar("window");
        return window == null ? null : ProjectText.duration(window, MOST_WINDOW, problems);
    }

    private Optional<Folding> combinatorial(Scalar text) {
        String[] parts = text.text().split("\\s+of\\s+", -1);
        int tested = Integer.parseInt(parts[0]);
        int blocks = Integer.parseInt(parts[1]);
        double choices = 1;
        for (int i = 1; i <= tested; i++) {
            choices *= (blocks - tested + i) / (double) i;
        }
        if (tested < 1 || tested >= blocks || blocks > MOST_BLOCKS || Math.round(choices) > MOST_CHOICES) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`combinatorial_purged` is `%s`, and fewer blocks than there are, of at most %d, in at most %d choices were expected"
                            .formatted(text.raw(), MOST_BLOCKS, MOST_CHOICES),
                    "Maybe `2 of 6` was meant.");
            return Optional.empty();
        }
        return Optional.of(new Folding(Kind.COMBINATORIAL_PURGED, blocks, tested, null));
    }

    private void checkWindow(Folding folding, Duration embargo, @Nullable Table validate) {
        Scalar text = validate == null ? null : validate.scalar("window");
        if (text == null) {
            return;
        }
        Duration window = folding.window();
        if (folding.kind() != Kind.WALK_FORWARD) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`window` has no effect with `%s`".formatted(folding.kind().key()),
                    "Maybe `walk_forward` was meant.");
        } else if (window != null && window.compareTo(embargo) <= 0) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "the window (%s) is not longer than the embargo (%s): no row would be left to train on"
                            .formatted(text.raw(), Durations.format(embargo)),
                    null);
        }
    }

    private Duration embargo(@Nullable Table validate, @Nullable Label label) {
        Duration delay = label == null ? Duration.ZERO : label.definition().delay();
        Scalar text = validate == null ? null : validate.scalar("embargo");
        Duration embargo = ProjectText.duration(text, delay, problems);
        if (text != null && embargo.compareTo(delay) < 0) {
            problems.add(
                    ErrorCode.EMBARGO_TOO_SHORT,
                    text.textLocation(),
                    ("the embargo (%s) is shorter than the delay of the label (%s): rows that train "
                                    + "would know outcomes of the rows that judge them")
                            .formatted(text.raw(), Durations.format(delay)),
                    "Maybe write `embargo: %s`.".formatted(Durations.format(delay)));
            return delay;
        }
        return embargo;
    }

    private void checkCount(int columns, Label label, @Nullable Location at, String what) {
        if (columns != label.definition().classes().size()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    at,
                    "%s names %d columns, and one for each value of `%s` (%s) was expected"
                            .formatted(
                                    what,
                                    columns,
                                    label.definition().name(),
                                    String.join(", ", label.definition().classes())),
                    null);
        }
    }

    /** NaN where nothing is said; what is no number from 0 the grammar has told. */
    private static double money(Table costs, String key) {
        return Optional.ofNullable(costs.text(key)).flatMap(Numbers::real).filter(each -> each >= 0).orElse(Double.NaN);
    }

    private List<Baseline> baselines(Table table, @Nullable Label label) {
        boolean number = label != null && label.definition().isNumber();
        if (!table.has("baselines")) {
            return List.of(number ? new Baseline.Mean() : new Baseline.Frequencies());
        }
        List<Baseline> baselines = new ArrayList<>();
        for (Scalar text : table.scalars("baselines")) {
            Optional<Baseline> baseline = baseline(text, label);
            if (baseline.isPresent() && baselines.contains(baseline.get())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        text.textLocation(),
                        "the baseline `%s` occurs twice".formatted(text.raw()),
                        null);
            }
            baseline.ifPresent(baselines::add);
        }
        return baselines;
    }

    private Optional<Baseline> baseline(Scalar text, @Nullable Label label) {
        if (label != null && label.definition().isNumber() != text.text().equals("mean")) {
            boolean number = label.definition().isNumber();
            if (number || text.text().equals("mean")) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        text.textLocation(),
                        "the baseline `%s` is none of a label that %s"
                                .formatted(text.raw(), number ? "is a number" : "has classes"),
                        "Maybe `%s` was meant.".formatted(number ? "mean" : "frequencies"));
                return Optional.empty();
            }
        }
        if (text.text().equals("mean")) {
            return Optional.of(new Baseline.Mean());
        }
        if (text.text().equals("frequencies")) {
            return Optional.of(new Baseline.Frequencies());
        }
        Optional<ColumnCall> probability = ColumnCall.parse(text, "probability");
        if (probability.isPresent()) {
            return Optional.of(probability(probability.get().columns(), text, label));
        }
        Optional<ColumnCall> market = ColumnCall.parse(text, "market");
        if (market.isEmpty()) {
            String word = text.text().replaceAll("\\(.*", "");
            problems.add(
                    ErrorCode.BAD_VALUE,
                    text.textLocation(),
                    "`%s` is no baseline, and `frequencies`, `market(COLUMN, …)` or `probability(COLUMN, …)` was expected"
                            .formatted(text.raw()),
                    Suggestion.sentence(word, List.of("frequencies", "market", "probability")).orElse(null));
            return Optional.empty();
        }
        List<Located> odds = market.get().columns();
        if (label != null) {
            odds.forEach(column -> label.source().checkNumeric(column, text.textLocation(), problems));
            checkCount(odds.size(), label, text.textLocation(), "`market`");
        }
        return Optional.of(new Baseline.Market(odds.stream().map(Located::text).toList()));
    }

    private Baseline probability(List<Located> columns, Scalar text, @Nullable Label label) {
        if (label != null) {
            columns.forEach(column -> {
                label.source().checkNumeric(column, text.textLocation(), problems);
                if (label.outcomes().contains(column.text()) || label.source().isOutcome(column.text())) {
                    problems.add(
                            ErrorCode.BAD_VALUE,
                            column.location(),
                            "the baseline `%s` reads `%s`, an outcome that is not known beforehand"
                                    .formatted(text.raw(), column.text()),
                            null);
                }
            });
            if (columns.size() != 1 || label.definition().classes().size() != 2) {
                checkCount(columns.size(), label, text.textLocation(), "`probability`");
            }
        }
        return new Baseline.Probability(columns.stream().map(Located::text).toList());
    }
}
