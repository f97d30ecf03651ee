package dev.keelson.registry.tracking;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Locale;
import java.util.regex.Matcher;

/**
 * The ways to name a registered version or a run in one text: {@code models:/NAME/3}, {@code models:/NAME/Production}, {@code
 * models:/NAME/latest}, {@code models:/NAME@champion}, {@code NAME@3}, {@code NAME@champion}, {@code NAME v3}, {@code
 * runs:/ID/path}, and a name or id alone. What it points to is found by {@link dev.keelson.registry.runs.References}.
 */
public sealed interface ModelReference {

    /** A version by its number. */
    record OfVersion(String model, int version) implements ModelReference {}

    /** The highest version in a stage. */
    record OfStage(String model, Stage stage) implements ModelReference {}

    /** The version that an alias points to. */
    record OfAlias(String model, String alias) implements ModelReference {}

    /** The highest version. */
    record Latest(String model) implements ModelReference {}

    /**
     * A run, or a file or folder of it.
     *
     * @param path within the run's files; empty for the run itself
     */
    record OfRun(String id, String path) implements ModelReference {}

    /** A name or the beginning of an id: what it means depends on who asks. */
    record Name(String text) implements ModelReference {}

    /**
     * Reads a text.
     *
     * @throws KeelsonException USAGE when it begins as a reference but is none
     */
    static ModelReference parse(String text) {
        String given = text.strip();
        if (given.isEmpty()) {
            throw refused(text, "a model, a version or a run was expected");
        }
        if (given.startsWith("models:")) {
            return model(given);
        }
        if (given.startsWith("runs:")) {
            return run(given);
        }
        int at = given.lastIndexOf('@');
        if (at > 0 && at < given.length() - 1) {
            return which(given.substring(0, at), given.substring(at + 1));
        }
        Matcher label = ReferenceText.LABEL.matcher(given);
        if (label.matches()) {
            return new OfVersion(label.group(1), Integer.parseInt(label.group(2)));
        }
        return new Name(given);
    }

    /**
     * What a word says of a model whose name is known: {@code 3}, {@code v3}, {@code latest}, a stage in any case, or an alias, also
     * as {@code @champion}.
     *
     * @throws KeelsonException USAGE for an empty word
     */
    static ModelReference which(String model, String word) {
        String given = word.strip();
        if (given.isEmpty()) {
            throw refused(word, "a version, a stage or an alias of the model (%s) was expected".formatted(model));
        }
        if (given.startsWith("@") && given.length() > 1) {
            return new OfAlias(model, given.substring(1));
        }
        Matcher number = ReferenceText.NUMBER.matcher(given);
        if (number.matches()) {
            return new OfVersion(model, Integer.parseInt(number.group(1)));
        }
        if (given.toLowerCase(Locale.ROOT).equals("latest")) {
            return new Latest(model);
        }
        return Stage.of(given).<ModelReference>map(stage -> new OfStage(model, stage)).orElseGet(() -> new OfAlias(model, given));
    }

    private static ModelReference model(String given) {
        Matcher matcher = ReferenceText.MODEL.matcher(given);
        if (!matcher.matches()) {
            throw refused(given, "models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or models:/NAME@ALIAS was expected");
        }
        String rest = matcher.group(1);
        int at = rest.lastIndexOf('@');
        int slash = rest.lastIndexOf('/');
        if (at > slash && at > 0 && at < rest.length() - 1) {
            return new OfAlias(rest.substring(0, at), rest.substring(at + 1));
        }
        if (slash > 0 && slash < rest.length() - 1) {
            return which(rest.substring(0, slash), rest.substring(slash + 1));
        }
        if (slash < 0 && at < 0) {
            return new Name(rest);
        }
        throw refused(given, "models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or models:/NAME@ALIAS was expected");
    }

    private static ModelReference run(String given) {
        Matcher matcher = ReferenceText.RUN.matcher(given);
        if (!matcher.matches()) {
            throw refused(given, "runs:/ID or runs:/ID/PATH was expected");
        }
        String path = matcher.group(2);
        return new OfRun(matcher.group(1), path == null ? "" : path);
    }

    private static KeelsonException refused(String text, String expected) {
        return new KeelsonException(
                ErrorCode.USAGE,
                "The reference (%s) is not understood; %s.".formatted(text, expected),
                "Maybe `models:/NAME@champion`, `NAME v3` or the id of a run was meant.");
    }
}
