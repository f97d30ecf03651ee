package dev.keelson.http;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.project.PredictionLogDefinition;
import dev.keelson.project.Project;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model whose predictions are in the log: one of the project, or one that others serve.
 *
 * @param name its name
 * @param elsewhere whether others serve it
 * @param classes in order; none of a model of numbers
 * @param features names of the features that are handed in, in order; of a model of the project none
 */
public record LoggedModel(String name, boolean elsewhere, List<String> classes, List<String> features) {
    public LoggedModel {
        classes = List.copyOf(classes);
        features = List.copyOf(features);
    }

    /** Whether it predicts a number instead of a class. */
    public boolean isNumber() {
        return classes.isEmpty();
    }

    /** Names of what is handed in of a model that others serve: its features, then what it predicts; of two classes the second alone. */
    public List<String> columns() {
        return new PredictionLogDefinition.Elsewhere(name, classes, features).columns();
    }

    /** All of a project: its own in the order of the file, then those that others serve. */
    public static List<LoggedModel> all(Project project) {
        List<LoggedModel> all = new ArrayList<>();
        project.models()
                .forEach(model -> all.add(new LoggedModel(
                        model.name(), false, model.isNumber() ? List.of() : model.classes(), List.of())));
        project.predictionLog()
                .elsewhere()
                .forEach(model -> all.add(new LoggedModel(model.name(), true, model.classes(), model.features())));
        return all;
    }

    /**
     * The one of that name.
     *
     * @throws KeelsonException MODEL_NOT_FOUND with the closest name
     */
    public static LoggedModel of(Project project, String name) {
        List<LoggedModel> all = all(project);
        List<String> names = all.stream().map(LoggedModel::name).toList();
        return all.stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow(() -> new KeelsonException(
                ErrorCode.MODEL_NOT_FOUND,
                "There is no model (%s); the project has: %s.".formatted(name, String.join(", ", names)),
                Suggestion.sentence(name, names).orElse(null)));
    }

    /** Whether others serve the model of that name. */
    public static boolean isElsewhere(Project project, String name) {
        return project.predictionLog().elsewhere().stream().anyMatch(each -> each.name().equals(name));
    }

    /** Why a model that others serve cannot be asked for more than its predictions; null for any other name. */
    public static @Nullable KeelsonException elsewhere(Project project, String name) {
        return !isElsewhere(project, name)
                ? null
                : new KeelsonException(
                        ErrorCode.MODEL_NOT_FOUND,
                        ("The model (%s) is served by others: its predictions and outcomes are here, but no version of it that could"
                                        + " predict, be explained or be compared with its training data.")
                                .formatted(name),
                        "Maybe `keelson predictions score %s` tells what is asked, or its page, /models/%s; `performance`, `health`, `drift` and `streaks` know it."
                                .formatted(name, name));
    }

    /** The classes of the model of that name; none when the project no longer has it. */
    public static List<String> classes(Project project, String name) {
        return all(project).stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .map(LoggedModel::classes)
                .orElse(List.of());
    }
}
