package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code prediction_log} and {@code elsewhere}. */
final class PredictionLogSection {
    private static final List<String> SCHEMES = List.of("postgresql:", "postgres:", "jdbc:postgresql:");
    private static final Pattern TABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,47}(\\.[A-Za-z_][A-Za-z0-9_]{0,47})?");

    private final Problems problems;
    private final Set<String> models;

    /** @param models names of the project's own models */
    PredictionLogSection(Problems problems, Set<String> models) {
        this.problems = problems;
        this.models = models;
    }

    PredictionLogDefinition read(Table project) {
        Table log = project.table("prediction_log");
        Scalar table = log == null ? null : log.scalar("table");
        String name = PredictionLogDefinition.TABLE;
        if (table != null) {
            name = table.text();
            if (!TABLE.matcher(name).matches()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        table.textLocation(),
                        "`prediction_log.table` must be a name of letters, digits and `_`, with its schema before a dot or without",
                        null);
            }
        }
        List<PredictionLogDefinition.Elsewhere> elsewhere = new ArrayList<>();
        for (Entry entry : project.entriesOf("elsewhere")) {
            if (entry.value() instanceof Table model) {
                elsewhere.add(elsewhere(entry, model));
            }
        }
        return new PredictionLogDefinition(remote(log), name, elsewhere);
    }

    private @Nullable Located remote(@Nullable Table log) {
        Scalar remote = log == null ? null : log.scalar("remote");
        if (remote == null || remote.text().isBlank()) {
            return null; // an address of a variable that is empty turns it off
        }
        if (SCHEMES.stream().noneMatch(remote.text().strip()::startsWith)) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    remote.textLocation(),
                    "`prediction_log.remote` is no address of a database: `postgresql://...` was expected",
                    "Maybe a variable in it is not set as meant.");
            return null;
        }
        return remote.located();
    }

    private PredictionLogDefinition.Elsewhere elsewhere(Entry entry, Table model) {
        if (models.contains(entry.name())) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    entry.location(),
                    "`elsewhere.%s` has the name of a model of this project".formatted(entry.name()),
                    "Maybe give it another name.");
        }
        for (String list : List.of("classes", "features")) {
            Set<String> seen = new HashSet<>();
            for (Scalar each : model.scalars(list)) {
                if (!seen.add(each.text())) {
                    problems.add(
                            ErrorCode.BAD_VALUE,
                            each.textLocation(),
                            "`elsewhere.%s.%s` names `%s` twice".formatted(entry.name(), list, each.text()),
                            null);
                }
            }
        }
        return new PredictionLogDefinition.Elsewhere(entry.name(), model.texts("classes"), model.texts("features"));
    }
}
