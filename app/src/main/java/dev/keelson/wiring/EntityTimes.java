package dev.keelson.wiring;

import dev.keelson.data.SourceDefinition;
import dev.keelson.project.Project;
import dev.keelson.serve.OutcomeIntake;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** When the events of a project's entities happen, as far as their names say so. */
record EntityTimes(Project project) implements OutcomeIntake.EventTimes {
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @Override
    public @Nullable Instant of(String model, String entity) {
        return source(model)
                .map(source -> RequestReader.eventTime(source, entity))
                .orElse(null);
    }

    @Override
    public @Nullable String notAKey(String model, String entity) {
        return UUID_TEXT.matcher(entity).matches()
                ? null // the id of a prediction that the log does not hold
                : source(model).map(source -> RequestReader.notAKey(source, entity)).orElse(null);
    }

    private Optional<SourceDefinition> source(String model) {
        return project.models().stream()
                .filter(definition -> definition.name().equals(model))
                .findFirst()
                .map(definition -> Projects.source(project, definition.source()));
    }
}
