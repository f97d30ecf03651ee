package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.tracking.ModelReference;
import dev.keelson.wiring.ProjectReading;
import org.jspecify.annotations.Nullable;

/**
 * What the parameters {@code MODEL [VERSION]} of a command name: a model and a word for one of its versions, or one reference to
 * both such as {@code models:/NAME@champion}.
 *
 * @param model its name
 * @param version its number, or null where none is named
 */
record NamedVersion(String model, @Nullable Integer version) {
    /** What is accepted for VERSION, for descriptions. */
    static final String WORDS =
            "Its number (3 or v3), latest, a stage or an alias; none where MODEL is a reference: models:/NAME/3, NAME@champion.";

    private static final String BANDIT = "bandit/";
    private static final String NUMBER = "[vV]?[0-9]{1,9}";

    /**
     * Finds it.
     *
     * @param given the first parameter
     * @param word the second, or null
     * @throws KeelsonException USAGE, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    static NamedVersion of(Project project, String given, @Nullable String word) {
        if (ModelReference.parse(given) instanceof ModelReference.Name(String model)) {
            if (word == null) {
                return new NamedVersion(model, null);
            }
            if (word.matches(NUMBER)) { // whether it is there is told where it is used
                return new NamedVersion(model, ModelsChange.number(word));
            }
            try (ProjectReading state = ProjectReading.open(project)) {
                return new NamedVersion(model, state.version(model, word).version());
            }
        }
        if (word != null) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The reference (%s) names a version, and (%s) another one.".formatted(given, word),
                    "Maybe leave one of them out.");
        }
        try (ProjectReading state = ProjectReading.open(project)) {
            var found = state.version(null, given);
            return new NamedVersion(found.model(), found.version());
        }
    }

    /**
     * Finds the version of a bandit, which is registered as {@code bandit/NAME}.
     *
     * @return with the name of the bandit as its model
     * @throws KeelsonException USAGE, MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    static NamedVersion ofBandit(Project project, String given, @Nullable String word) {
        NamedVersion found = ModelReference.parse(given) instanceof ModelReference.Name(String bandit)
                ? of(project, bandit.startsWith(BANDIT) ? bandit : BANDIT + bandit, word)
                : of(project, given, word);
        if (!found.model().startsWith(BANDIT)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The reference (%s) is to the model (%s), which is no bandit.".formatted(given, found.model()),
                    "Maybe models:/bandit/NAME/3 was meant.");
        }
        return new NamedVersion(found.model().substring(BANDIT.length()), found.version());
    }

    /**
     * That a model is the project's or is registered.
     *
     * @throws KeelsonException MODEL_NOT_FOUND
     */
    static void requireModel(Project project, String model) {
        try (ProjectReading state = ProjectReading.open(project)) {
            state.requireModel(project, model);
        }
    }

    /**
     * Its number.
     *
     * @throws KeelsonException USAGE when none is named
     */
    int number() {
        if (version == null) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "No version of the model (%s) is named.".formatted(model),
                    "Maybe add its number such as 3, an alias, or name it as models:/%s/3.".formatted(model));
        }
        return version;
    }
}
