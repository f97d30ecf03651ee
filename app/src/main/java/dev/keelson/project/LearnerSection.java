package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.LearnerPresets;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code learner} of a model: a name, a name with settings, an ensemble, or a preset. */
final class LearnerSection {
    private final Problems problems;
    private final ShapeCheck shapes;
    private final Map<String, Set<String>> learnerSettings;
    private final Set<String> installed;

    LearnerSection(
            Problems problems, ShapeCheck shapes, Map<String, Set<String>> learnerSettings, Set<String> installed) {
        this.installed = installed;
        this.problems = problems;
        this.shapes = shapes;
        this.learnerSettings = learnerSettings;
    }

    /**
     * The learners of a model, in order; those that were reported are left out.
     *
     * @param number whether the model predicts a number
     * @param owner where a missing key is reported
     */
    List<LearnerDefinition> read(Value value, boolean number, String path, Location owner) {
        if (value instanceof Scalar preset && LearnerPresets.NAMES.contains(preset.text())) {
            return LearnerPresets.of(preset.text(), number, installed);
        }
        if (value instanceof Scalar name) {
            return learner(name.located(), null, path).map(List::of).orElse(List.of());
        }
        if (!(value instanceof Table table)) {
            return List.of();
        }
        List<String> known = new ArrayList<>(List.of("ensemble", "combine"));
        known.addAll(ProjectGrammar.ENSEMBLES);
        known.addAll(ProjectGrammar.LEARNERS);
        List<LearnerDefinition> single = new ArrayList<>();
        for (Entry entry : table.all()) {
            if (entry.name().equals("ensemble") || entry.name().equals("combine")) {
                continue;
            }
            if (ProjectGrammar.ENSEMBLES.contains(entry.name())) {
                single.add(composed(entry, path + "." + entry.name()));
            } else if (!ProjectGrammar.LEARNERS.contains(entry.name())) {
                shapes.unknownKey(entry, known, path);
            } else {
                learner(entry.key(), entry.value(), path + "." + entry.name()).ifPresent(single::add);
            }
        }
        List<LearnerDefinition> members = members(table, "ensemble", path);
        if ((table.has("ensemble") && !single.isEmpty()) || single.size() > 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.location(),
                    "`%s` has more than one learner, and a name, a name with settings, or an `ensemble` was expected"
                            .formatted(path),
                    "Maybe list them: `ensemble: [xgboost, logistic]`.");
        }
        Entry combine = table.entries().get("combine");
        if (combine != null && !table.has("ensemble")) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    combine.location(),
                    "`combine` has no effect without `ensemble`",
                    "Maybe list the learners: `ensemble: [xgboost, logistic]`.");
        }
        if (table.entries().isEmpty() || (combine != null && table.entries().size() == 1)) {
            shapes.missingKey("ensemble", owner, path, "Maybe `learner: xgboost` was meant.");
        }
        return table.has("ensemble") ? members : single;
    }

    /** A learner that is made of others. */
    private LearnerDefinition composed(Entry entry, String path) {
        Map<String, Object> settings = new LinkedHashMap<>();
        if (!(entry.value() instanceof Table table)) {
            return new LearnerDefinition(entry.name(), settings);
        }
        for (Entry setting : table.all()) {
            switch (setting.value()) {
                case Scalar scalar -> settings.put(setting.name(), setting(scalar));
                case Items list when setting.name().equals("weights") -> settings.put(
                        setting.name(), String.join(", ", table.texts(setting.name())));
                case Items _, Table _ -> {
                    // the members
                }
            }
        }
        List<LearnerDefinition> members = members(table, "members", path);
        int weights = table.items("weights").size();
        if (table.has("weights") && weights != table.items("members").size()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.items("weights").getFirst().location(),
                    "`%s` has %d weights for %d members".formatted(path, weights, table.items("members").size()),
                    "Maybe give one for each.");
        }
        return new LearnerDefinition(entry.name(), settings, members);
    }

    private List<LearnerDefinition> members(Table table, String key, String path) {
        List<LearnerDefinition> members = new ArrayList<>();
        for (Value value : table.items(key)) {
            Optional<LearnerDefinition> member = member(value, path + "." + key);
            if (member.isPresent() && members.contains(member.get())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        value.location(),
                        "the learner `%s` occurs twice with the same settings"
                                .formatted(member.get().name()),
                        null);
            }
            member.ifPresent(members::add);
        }
        return members;
    }

    private Optional<LearnerDefinition> member(Value member, String path) {
        if (member instanceof Scalar name) {
            return learner(name.located(), null, path);
        }
        if (member instanceof Table table && table.entries().size() == 1) {
            Entry entry = table.all().iterator().next();
            return learner(entry.key(), entry.value(), path + "." + entry.name());
        }
        problems.add(
                ErrorCode.BAD_VALUE,
                member.location(),
                "a member of `%s` is a name or one name with settings".formatted(path),
                "Maybe write `{ xgboost: { rounds: 80 } }`.");
        return Optional.empty();
    }

    private Optional<LearnerDefinition> learner(Located name, @Nullable Value settings, String path) {
        if (!ProjectGrammar.LEARNERS.contains(name.text())) {
            ProjectText.unknown("learner", name.text(), ProjectGrammar.LEARNERS, name.location(), problems);
            return Optional.empty();
        }
        Map<String, Object> values = new LinkedHashMap<>();
        if (settings != null && shapes.fit(settings, ProjectGrammar.SETTINGS, path) instanceof Table table) {
            Set<String> known = learnerSettings.get(name.text());
            for (Entry setting : table.all()) {
                if (known != null && !known.contains(setting.name())) {
                    shapes.unknownKey(setting, known.stream().sorted().toList(), path);
                }
                values.put(setting.name(), setting((Scalar) setting.value()));
            }
        }
        return Optional.of(new LearnerDefinition(name.text(), values));
    }

    static Object setting(Scalar value) {
        return switch (value.kind()) {
            case WHOLE -> Numbers.whole(value.text()).<Object>map(Long::valueOf).orElse(value.text());
            case NUMBER ->
                Numbers.real(value.text()).<Object>map(Double::valueOf).orElse(value.text());
            case FLAG -> Boolean.valueOf(value.text());
            case TEXT, EMPTY -> value.text();
        };
    }
}
