package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ways to name a run: by its id, or as the training of a model's version. */
final class RunNames {
    private static final Pattern OF_VERSION = Pattern.compile("(?:models:/([^/@]+)[/@]|([^/@]+)@)v?([^/@]+)");

    private RunNames() {}

    static Run find(
            String text,
            Function<String, Optional<Run>> runs,
            Function<String, List<ModelVersion>> versions,
            BiFunction<String, String, Optional<ModelVersion>> alias) {
        Matcher matcher = OF_VERSION.matcher(text);
        if (!matcher.matches()) {
            return runs.apply(text)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.RUN_NOT_FOUND,
                            "There is no run (%s), or several begin so.".formatted(text),
                            "Maybe `keelson runs list` has it; at least 4 characters of an id are needed."));
        }
        String model = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        String which = matcher.group(3);
        ModelVersion version = (which.matches("[0-9]{1,9}")
                        ? versions.apply(model).stream()
                                .filter(each -> each.version() == Integer.parseInt(which))
                                .findFirst()
                        : alias.apply(model, which))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "The model (%s) has no version (%s).".formatted(model, which),
                        "Maybe `keelson models show %s` lists its versions.".formatted(model)));
        return runs.apply(version.runId())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.RUN_NOT_FOUND,
                        "There is no run (%s) of the version (%s).".formatted(version.runId(), version.label()),
                        "Maybe the catalogue was restored from an older backup."));
    }
}
