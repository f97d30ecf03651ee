package dev.keelson.project;

import dev.keelson.control.AlphaBudget;
import dev.keelson.control.Cron;
import dev.keelson.control.DecisionPlan;
import dev.keelson.control.EpochKey;
import dev.keelson.control.PromotionPolicyDefinition;
import dev.keelson.control.PromotionPolicyDefinition.Preset;
import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ScheduleDefinition.Job;
import dev.keelson.control.ScheduleDefinition.Missed;
import dev.keelson.control.ScheduleDefinition.OnFinding;
import dev.keelson.control.Together;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.expression.Condition;
import dev.keelson.monitor.BaselineSource;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.monitor.DriftMethod;
import dev.keelson.monitor.DriftMethods;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.monitor.StreamDefinition;
import dev.keelson.monitor.StreamDefinition.Detector;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code stores}, {@code monitors}, {@code policies} and {@code schedules}. */
final class OperationsSection {
    private static final List<String> DRIFT_KEYS = List.of(
            "policy", "baseline", "current", "share", "watch", "method", "threshold", "psi", "segments", "multivariate", "streams", "detectors");
    private static final List<String> DECAY_KEYS = List.of("metric", "worse_by", "limits");
    private static final String EMBEDDED = "embedded";
    private static final List<String> ONLINE_SCHEMES =
            List.of("postgres://", "postgresql://", "jdbc:postgresql://", "redis://", "rediss://");
    private static final List<String> CATALOG_SCHEMES =
            List.of("postgres://", "postgresql://", "jdbc:postgresql://");
    private static final List<Map.Entry<String, String>> CRON_FIELDS = List.of(
            Map.entry("the minute", "0 to 59"),
            Map.entry("the hour", "0 to 23"),
            Map.entry("the day of month", "1 to 31"),
            Map.entry("the month", "1 to 12, or JAN to DEC"),
            Map.entry("the day of week", "0 to 7, or SUN to SAT"));
    private static final Set<String> GUARDS = Set.of("days", "predictions");
    private static final Set<String> WHEN = Set.of(
            "accuracy", "balanced_accuracy", "macro_f1", "macro_precision", "macro_recall", "weighted_f1", "f1", "precision", "recall",
            "roc_auc", "pr_auc", "mcc", "ece", "log_loss",
            "brier", "rps", "rmse", "mae", "r2", "predictions", "days", "better_than_champion");
    private static final Pattern CURRENT =
            Pattern.compile("last\\s+([0-9]+[a-z]+)(?:\\s*,\\s*at least\\s+([0-9]+)\\s+rows)?");

    private final Problems problems;
    private final ShapeCheck shapes;
    private final Set<String> modelNames;
    private final Set<String> watchable;
    private final Map<String, Boolean> numbers;
    private final Map<String, SourceColumns> sourceByModel;
    private final MonitorNames monitorNames;
    private final ZoneId projectZone;
    private final List<DriftMonitorDefinition> drift = new ArrayList<>();
    private final List<DecayMonitorDefinition> decay = new ArrayList<>();
    private final List<PromotionPolicyDefinition> promotion = new ArrayList<>();
    private final List<ScheduleDefinition> schedules = new ArrayList<>();
    private @Nullable Located onlineStore;
    private @Nullable Located catalogStore;

    /**
     * @param modelNames all names under {@code models}, also of those that could not be read
     * @param elsewhere names of models that others serve; they can be watched
     * @param numbers whether a model predicts a number, of each that could be read
     * @param inputsByModel what monitors can name, of each that could be read
     */
    OperationsSection(
            Problems problems,
            ShapeCheck shapes,
            Set<String> modelNames,
            Set<String> elsewhere,
            Map<String, Boolean> numbers,
            Map<String, SourceColumns> sourceByModel,
            Map<String, ModelInputs> inputsByModel,
            ZoneId projectZone) {
        this.problems = problems;
        this.shapes = shapes;
        this.modelNames = modelNames;
        this.watchable = new LinkedHashSet<>(modelNames);
        this.watchable.addAll(elsewhere);
        this.numbers = numbers;
        this.sourceByModel = sourceByModel;
        this.monitorNames = new MonitorNames(problems, inputsByModel);
        this.projectZone = projectZone;
    }

    List<DriftMonitorDefinition> drift() {
        return drift;
    }

    List<DecayMonitorDefinition> decay() {
        return decay;
    }

    List<PromotionPolicyDefinition> promotion() {
        return promotion;
    }

    List<ScheduleDefinition> schedules() {
        return schedules;
    }

    /** Address of the shared online store, or null for the embedded one. */
    @Nullable
    Located onlineStore() {
        return onlineStore;
    }

    /** Address of the shared catalogue, or null for the embedded one. */
    @Nullable
    Located catalogStore() {
        return catalogStore;
    }

    void read(Table project) {
        stores(project.table("stores"));
        for (Entry entry : project.entriesOf("monitors")) {
            if (entry.value() instanceof Table table) {
                monitor(entry, table);
            }
        }
        for (Entry entry : project.entriesOf("policies")) {
            if (entry.value() instanceof Table table) {
                promote(entry, table);
            }
        }
        for (Entry entry : project.entriesOf("schedules")) {
            if (entry.value() instanceof Table table) {
                schedule(entry, table);
            }
        }
        for (Entry entry : project.entriesOf("schedules")) {
            if (entry.value() instanceof Scalar preset) { // what the file says itself comes first
                SchedulePresets.of(preset.text(), projectZone, entry.location()).stream()
                        .filter(each -> schedules.stream().noneMatch(known -> known.name().equals(each.name())))
                        .forEach(schedules::add);
            }
        }
    }

    // ---- stores

    private void stores(@Nullable Table stores) {
        onlineStore = address(
                stores, "online", ONLINE_SCHEMES, List.of("`embedded`", "`postgresql://...`", "`redis://...`"));
        catalogStore = address(stores, "catalog", CATALOG_SCHEMES, List.of("`embedded`", "`postgresql://...`"));
    }

    private @Nullable Located address(@Nullable Table stores, String key, List<String> schemes, List<String> expected) {
        Scalar store = stores == null ? null : stores.scalar(key);
        if (store == null || store.text().isBlank() || store.text().equals(EMBEDDED)) {
            return null;
        }
        if (schemes.stream().noneMatch(store.text().strip()::startsWith)) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    store.textLocation(),
                    "`stores.%s` is no address of a store: one of %s was expected"
                            .formatted(key, Shape.list(expected, "or")),
                    "Maybe a variable in it is not set as meant.");
            return null;
        }
        return store.located();
    }

    // ---- monitors

    private void monitor(Entry entry, Table table) {
        String path = "monitors." + entry.name();
        List<String> models = models(entry, table, path, watchable);
        boolean isDrift = DRIFT_KEYS.stream().anyMatch(table::has);
        boolean isDecay = DECAY_KEYS.stream().anyMatch(table::has);
        if (isDrift && isDecay) {
            Entry stray = DECAY_KEYS.stream()
                    .filter(table::has)
                    .map(key -> table.entries().get(key))
                    .findFirst()
                    .orElse(entry);
            problems.add(
                    ErrorCode.BAD_VALUE,
                    stray == null ? entry.location() : stray.location(),
                    ("`%s` has keys of a drift monitor (`policy`) and of a performance monitor " + "(`metric`)")
                            .formatted(path),
                    "Maybe make two monitors of it.");
            return;
        }
        if (isDecay) {
            decay(entry, table, path, models);
        } else if (isDrift) {
            drift(entry, table, models);
        } else {
            shapes.missingKey(
                    "policy",
                    entry.location(),
                    path,
                    "Maybe add `policy: recommended` to watch for drift, or `metric: log_loss` to watch performance.");
        }
    }

    private void decay(Entry entry, Table table, String path, List<String> models) {
        Map<PerformanceMetric, Double> limits = limits(table);
        List<PerformanceMetric> metrics = table.scalars("metric").stream()
                .flatMap(each -> PerformanceMetric.of(each.text()).stream())
                .distinct()
                .toList();
        if (metrics.isEmpty() && !limits.isEmpty()) {
            metrics = List.copyOf(limits.keySet());
        }
        if (metrics.isEmpty()) {
            shapes.missingKey("metric", entry.location(), path, "Maybe add `metric: log_loss`.");
            return;
        }
        DecayMonitorDefinition monitor = new DecayMonitorDefinition(
                entry.name(), models, metrics, share(table, "worse_by", 0.05), limits, entry.location());
        suitable(table, path, monitor);
        decay.add(monitor);
    }

    /** The worst value of each metric that is good enough. */
    private Map<PerformanceMetric, Double> limits(Table table) {
        Set<String> known = Arrays.stream(PerformanceMetric.values()).map(PerformanceMetric::key).collect(Collectors.toSet());
        Map<PerformanceMetric, Double> limits = new EnumMap<>(PerformanceMetric.class);
        for (Scalar text : table.scalars("limits")) {
            Condition condition = Expressions.measure(text, known, problems).orElse(null);
            PerformanceMetric metric = condition == null ? null : PerformanceMetric.of(condition.name()).orElse(null);
            if (condition == null || metric == null) {
                continue;
            }
            String expected = metric.higherIsBetter() ? ">=" : "<=";
            if (!condition.op().symbol().startsWith(expected.substring(0, 1)) || condition.value() < 0 || condition.value() > metric.most()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        text.textLocation(),
                        "the limit `%s` is none that `%s` can have: `%s %s` and a number from 0%s was expected"
                                .formatted(
                                        text.raw(),
                                        metric.key(),
                                        metric.key(),
                                        expected,
                                        metric.most() < Double.POSITIVE_INFINITY ? " to %.0f".formatted(metric.most()) : ""),
                        metric.higherIsBetter() && condition.value() > 1
                                ? "Maybe `%s >= %s%%` was meant.".formatted(metric.key(), BigDecimal.valueOf(condition.value()).stripTrailingZeros().toPlainString())
                                : "Maybe turn the sign round: more of it is %s.".formatted(metric.higherIsBetter() ? "better" : "worse"));
            } else if (limits.putIfAbsent(metric, condition.value()) != null) {
                problems.add(
                        ErrorCode.BAD_VALUE, text.textLocation(), "`%s` has two limits, and one was expected".formatted(metric.key()), null);
            }
        }
        return limits;
    }

    /** A model that is named by itself must be judged by something; one that a pattern finds is left out. */
    private void suitable(Table table, String path, DecayMonitorDefinition monitor) {
        for (Scalar named : patterns(table)) {
            Boolean number = numbers.get(named.text());
            if (number == null || monitor.judges(number)) {
                continue;
            }
            List<String> suited = Arrays.stream(PerformanceMetric.values())
                    .filter(metric -> metric.ofNumbers() == number)
                    .map(PerformanceMetric::key)
                    .toList();
            problems.add(
                    ErrorCode.BAD_VALUE,
                    named.textLocation(),
                    "the model `%s` predicts %s, and `%s.metric` has nothing that suits it: one of %s was expected"
                            .formatted(named.text(), number ? "numbers" : "classes", path, Shape.list(suited, "or")),
                    "Maybe add `%s` to `metric`.".formatted(number ? "mae" : "log_loss"));
        }
    }

    private void drift(Entry entry, Table table, List<String> models) {
        boolean methodical = table.has("method") || table.has("threshold") || table.has("psi");
        String policyName = Optional.ofNullable(table.text("policy")).orElse(methodical ? "methods" : "recommended");
        Policy policy = Policy.valueOf(policyName.toUpperCase(Locale.ROOT));
        Entry share = table.entries().get("share");
        for (String key : List.of("method", "threshold", "psi")) {
            Entry entryOf = table.entries().get(key);
            if (entryOf != null && policy != Policy.METHODS) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entryOf.location(),
                        "`%s` has no effect with `policy: %s`".formatted(key, policyName),
                        "Maybe `policy: methods` was meant.");
            }
        }
        if (share != null && policy != Policy.ACIS && policy != Policy.METHODS) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    share.location(),
                    "`share` has no effect with `policy: %s`".formatted(policyName),
                    "Maybe `policy: acis` was meant.");
        }
        Duration window = policy.window();
        int minRows = policy.minRows();
        Scalar current = table.scalar("current");
        if (current != null) {
            Matcher matcher = CURRENT.matcher(current.text());
            if (matcher.matches()) {
                Scalar length = new Scalar(
                        matcher.group(1), matcher.group(1), current.kind(), current.location(), current.textLocation());
                window = ProjectText.duration(length, policy.window(), problems);
                minRows = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
            }
            if (window.isZero() || minRows < 1) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        current.textLocation(),
                        ("`current` is `%s`, and a window and a number of rows above 0 were " + "expected")
                                .formatted(current.raw()),
                        null);
                return;
            }
        }
        Map<String, Located> watch = new LinkedHashMap<>();
        for (Entry watched : table.entriesOf("watch")) {
            if (watched.value() instanceof Scalar text) {
                watch.put(watched.name(), text.located());
                watch(watched.name(), text, models);
            }
        }
        monitorNames.streams(table.scalars("streams"), models, watch.keySet());
        monitorNames.segments(table.scalars("segments"), models);
        drift.add(new DriftMonitorDefinition(
                entry.name(),
                models,
                window,
                minRows,
                policy,
                share(table, "share", policy == Policy.METHODS ? 0 : 0.30),
                baselines(table),
                streams(table),
                watch,
                entry.location(),
                checkedMethods(table),
                table.texts("segments"),
                "true".equals(table.text("multivariate"))));
    }

    private static StreamDefinition streams(Table table) {
        List<String> of = table.scalars("streams").stream().map(Scalar::text).distinct().toList();
        List<Detector> by = table.scalars("detectors").stream()
                .map(each -> Detector.valueOf(each.text().toUpperCase(Locale.ROOT)))
                .distinct()
                .toList();
        return new StreamDefinition(of, by.isEmpty() ? List.of(Detector.ADWIN, Detector.PAGE_HINKLEY) : by);
    }

    private List<BaselineSource> baselines(Table table) {
        Set<BaselineSource> baselines = new LinkedHashSet<>();
        for (Scalar each : table.scalars("baseline")) {
            BaselineSource.parse(each.text())
                    .ifPresentOrElse(
                            source -> {
                                if (!baselines.add(source)) {
                                    problems.add(
                                            ErrorCode.BAD_VALUE,
                                            each.textLocation(),
                                            "the baseline `%s` occurs twice".formatted(each.raw()),
                                            null);
                                }
                            },
                            () -> problems.add(
                                    ErrorCode.BAD_VALUE,
                                    each.textLocation(),
                                    "`baseline` is `%s`, and a period above 0 was expected".formatted(each.raw()),
                                    null));
        }
        return baselines.isEmpty() ? List.of(BaselineSource.TRAINING) : List.copyOf(baselines);
    }

    private DriftMethods checkedMethods(Table table) {
        DriftMethods methods = methods(table);
        Entry threshold = table.entries().get("threshold");
        if (threshold != null) {
            methods.outOfRange().forEach(each -> problems.add(ErrorCode.BAD_VALUE, threshold.location(), each, null));
        }
        return methods;
    }

    private static DriftMethods methods(Table table) {
        Table psi = table.table("psi");
        String compat = psi == null ? null : psi.text("compat");
        DriftMethod index = compat == null
                ? DriftMethod.PSI
                : compat.equals("classic") ? DriftMethod.PSI_CLASSIC : DriftMethod.EVIDENTLY_PSI;
        Map<String, DriftMethod> byColumn = new LinkedHashMap<>();
        for (Entry each : table.entriesOf("method")) {
            if (each.value() instanceof Scalar text) {
                DriftMethod.of(text.text()).ifPresent(method -> byColumn.put(each.name(), method == DriftMethod.PSI ? index : method));
            }
        }
        Map<String, Double> thresholds = new LinkedHashMap<>();
        for (Entry each : table.entriesOf("threshold")) {
            if (each.value() instanceof Scalar text) {
                Numbers.real(text.text()).ifPresent(number -> thresholds.put(each.name(), number));
            }
        }
        String named = table.text("method");
        DriftMethod common = compat == null || !byColumn.isEmpty() ? null : index;
        if (named != null) {
            common = DriftMethod.of(named).map(method -> method == DriftMethod.PSI ? index : method).orElse(null);
        }
        Scalar threshold = table.scalar("threshold");
        double everywhere = threshold == null ? Double.NaN : Numbers.real(threshold.text()).orElse(Double.NaN);
        return new DriftMethods(common, byColumn, everywhere, thresholds);
    }

    private void watch(String name, Scalar text, List<String> models) {
        Set<String> checked = new LinkedHashSet<>();
        for (String model : models) {
            SourceColumns source = sourceByModel.get(model);
            if (source != null && checked.add(source.source())) {
                Expressions.scalar(text, source.schema(), source.complete(), problems)
                        .ifPresent(scalars -> Expressions.refuseOutcomes(
                                text, scalars.columns(), source, Set.of(), "the watched value `" + name + "`", problems));
            }
        }
    }

    private static double share(Table table, String key, double standard) {
        return Optional.ofNullable(table.text(key)).flatMap(Numbers::share).orElse(standard);
    }

    private static Metric metric(String name) {
        return Metric.valueOf(name.toUpperCase(Locale.ROOT));
    }

    // ---- which models

    private List<String> models(Entry owner, Table table, String path, Set<String> names) {
        Entry one = table.entries().get("model");
        Entry several = table.entries().get("models");
        if (one != null && several != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    one.location(),
                    "`%s` has both `model` and `models`, and one of them was expected".formatted(path),
                    "Maybe move it into `models`.");
        }
        if (one == null && several == null) {
            shapes.missingKey("models", owner.location(), path, "Maybe add `models: \"*\"`.");
        }
        Set<String> found = new LinkedHashSet<>();
        for (Scalar pattern : patterns(table)) {
            found.addAll(matching(pattern, names));
        }
        return names.stream().filter(found::contains).toList();
    }

    private static List<Scalar> patterns(Table table) {
        List<Scalar> patterns = new ArrayList<>(table.scalars("model"));
        patterns.addAll(table.scalars("models"));
        return patterns;
    }

    private List<String> matching(Scalar pattern, Set<String> names) {
        if (!pattern.text().contains("*")) {
            if (names.contains(pattern.text())) {
                return List.of(pattern.text());
            }
            ProjectText.unknown("model", pattern.text(), names, pattern.textLocation(), problems);
            return List.of();
        }
        StringBuilder regex = new StringBuilder();
        for (String part : pattern.text().split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        Pattern wanted = Pattern.compile(regex.toString());
        List<String> found = names.stream()
                .filter(name -> wanted.matcher(name).matches())
                .toList();
        if (found.isEmpty()) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    pattern.textLocation(),
                    "no model matches `%s`".formatted(pattern.raw()),
                    names.isEmpty()
                            ? "Maybe there should be a model under `models`."
                            : "Maybe one of these should: " + Shape.list(List.copyOf(names), "and") + ".");
        }
        return found;
    }

    // ---- promotion

    private void promote(Entry entry, Table table) {
        String path = "policies." + entry.name();
        List<String> models = table.has("models") ? models(entry, table, path, modelNames) : List.of();
        List<Preset> presets = table.scalars("preset").stream()
                .map(each -> Preset.valueOf(each.text().toUpperCase(Locale.ROOT)))
                .distinct()
                .toList();
        if (presets.isEmpty() && !table.has("when")) {
            presets = List.of(Preset.RECOMMENDED);
        }
        if (!presets.contains(Preset.RECOMMENDED)) {
            for (String key : List.of("refresh", "change", "horizon", "epoch", "overlapping", "budget", "watch")) {
                Entry without = table.entries().get(key);
                if (without != null) {
                    problems.add(
                            ErrorCode.BAD_VALUE,
                            without.location(),
                            "`%s` has no effect without `preset: recommended`".formatted(key),
                            "Maybe `preset: recommended` was meant.");
                }
            }
        }
        Metric metric = Metric.LOG_LOSS;
        double margin = 0.005;
        Table refresh = table.table("refresh");
        String marginText = refresh == null ? null : refresh.text("margin");
        if (marginText != null) {
            String[] parts = marginText.split("\\s+", 2);
            margin = Double.parseDouble(parts[0]);
            metric = metric(parts[1]);
        }
        Table change = table.table("change");
        double alpha = Optional.ofNullable(change == null ? null : change.text("alpha"))
                .flatMap(Numbers::real)
                .orElse(0.05);
        Table budget = table.table("budget");
        DecisionPlan plan = new DecisionPlan(
                whole(table, "horizon", DecisionPlan.STANDARD.horizon()),
                change == null ? 0 : whole(change, "look_every", 0),
                change != null && "true".equals(change.text("strict")),
                change == null ? 0 : real(change, "worthwhile", 0),
                whole(table, "overlapping", 1),
                refresh == null ? 0.05 : real(refresh, "alpha", 0.05),
                change == null ? 0 : real(change, "profit", 0),
                Optional.ofNullable(table.text("epoch"))
                        .map(each -> EpochKey.valueOf(each.toUpperCase(Locale.ROOT)))
                        .orElse(EpochKey.DAY),
                change == null ? Together.ALONE : together(change));
        List<Condition> guards = new ArrayList<>();
        for (Scalar guard : table.scalars("guards")) {
            Expressions.guard(guard, GUARDS, problems).ifPresent(guards::add);
        }
        List<Condition> when = new ArrayList<>();
        for (Scalar each : table.scalars("when")) {
            Expressions.measure(each, WHEN, problems).ifPresent(when::add);
        }
        promotion.add(new PromotionPolicyDefinition(
                entry.name(),
                models,
                presets,
                metric,
                margin,
                alpha,
                guards,
                when,
                "person".equals(table.text("approve")),
                plan,
                budget == null
                        ? null
                        : new AlphaBudget(
                                share(budget, "alpha", 1),
                                "raise".equals(budget.text("when_spent")) ? AlphaBudget.WhenSpent.RAISE : AlphaBudget.WhenSpent.REFUSE),
                whole(table, "watch", 0),
                entry.location()));
    }

    private Together together(Table change) {
        Table table = change.table("together");
        if (table == null) {
            return Together.ALONE;
        }
        if (change.has("look_every")) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.location(),
                    "`together` combines evidence that holds at any time, and `look_every` looks at no other than at its looks",
                    "Maybe leave one of both out.");
        }
        return new Together(
                whole(table, "challengers", 1), "share".equals(table.text("bound")) ? Together.Bound.SHARE : Together.Bound.ANY);
    }

    private static int whole(Table table, String key, int standard) {
        return Optional.ofNullable(table.text(key)).flatMap(Numbers::real).map(Double::intValue).orElse(standard);
    }

    private static double real(Table table, String key, double standard) {
        return Optional.ofNullable(table.text(key)).flatMap(Numbers::real).orElse(standard);
    }

    // ---- schedules

    private void schedule(Entry entry, Table table) {
        Scalar cron = table.scalar("cron");
        String run = table.text("run");
        String missed = table.text("missed");
        Scalar zoneText = table.scalar("zone");
        ZoneId zone = zoneText == null
                ? projectZone
                : ProjectText.zone(zoneText, problems).orElse(projectZone);
        if (cron != null) {
            checkCron(cron);
        }
        for (String kind : List.of("drift", "decay")) {
            Entry follows = table.entries().get("on_" + kind);
            if (follows != null && run != null && !run.equals(kind)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        follows.location(),
                        "`on_%s` has no effect with `run: %s`".formatted(kind, run),
                        "Maybe `run: %s` was meant.".formatted(kind));
            }
        }
        if (cron == null || run == null) {
            return;
        }
        schedules.add(new ScheduleDefinition(
                entry.name(),
                cron.text(),
                zone,
                Job.valueOf(run.toUpperCase(Locale.ROOT)),
                "retrain".equals(table.text("on_" + run)) ? OnFinding.RETRAIN : OnFinding.ALERT,
                missed == null ? Missed.ONCE : Missed.valueOf(missed.toUpperCase(Locale.ROOT)),
                ProjectText.duration(table.scalar("jitter"), Duration.ZERO, problems),
                entry.location()));
    }

    private void checkCron(Scalar cron) {
        List<String> fields = List.of(cron.text().strip().split("\\s+"));
        if (fields.size() != CRON_FIELDS.size()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    cron.textLocation(),
                    "`cron` is `%s` with %d fields, and five fields were expected: minute, hour, day of month, month, day of week"
                            .formatted(cron.raw(), fields.size()),
                    fields.size() == 6 ? "Maybe the first field is seconds, which are not known here." : null);
            return;
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            List<String> alone = new ArrayList<>(Collections.nCopies(CRON_FIELDS.size(), "*"));
            alone.set(i, fields.get(i));
            if (!isCron(String.join(" ", alone))) {
                wrong.add("%s is `%s`, and %s was expected"
                        .formatted(CRON_FIELDS.get(i).getKey(), fields.get(i), CRON_FIELDS.get(i).getValue()));
            }
        }
        if (!wrong.isEmpty() || !isCron(cron.text())) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    cron.textLocation(),
                    wrong.isEmpty()
                            ? "`cron` is `%s`, whose fields cannot stand together".formatted(cron.raw())
                            : "`cron` is `%s`: %s".formatted(cron.raw(), String.join("; ", wrong)),
                    null);
        } else if (Cron.times(cron.text(), ZoneOffset.UTC, Instant.EPOCH).findFirst().isEmpty()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    cron.textLocation(),
                    "`cron` is `%s`, which is never due: no year has such a day".formatted(cron.raw()),
                    "Maybe day %s of another month was meant.".formatted(fields.get(2)));
        }
    }

    private static boolean isCron(String text) {
        try {
            Cron.parse(text).validate();
            return true;
        } catch (IllegalArgumentException e) {
            return false; // told with the range of its field
        }
    }
}
