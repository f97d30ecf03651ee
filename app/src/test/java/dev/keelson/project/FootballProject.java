package dev.keelson.project;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The football example, and ways to read changed copies of it. */
final class FootballProject {
    static final String TEXT = ProjectTemplate.text("football", "keelson.yaml");
    /** What the tests replace more than once; all of it occurs in the example. */
    static final String ENSEMBLE = "ensemble: [{ xgboost: { max_depth: 2 } }, { logistic: { l2: 1000 } }]";

    static final String LEARNER = "{ " + ENSEMBLE + ", combine: blend }";
    static final String MEAN = "mean(goals_for) over last 38 events";

    static final Map<String, Set<String>> SETTINGS =
            Map.of("xgboost", Set.of("rounds", "max_depth", "learning_rate"), "logistic", Set.of("l2"));

    /** A file whose header has the declared columns and some others. */
    static final SourceHeaders HEADERS = (source, file) -> {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("match_id", ColumnType.STRING));
        columns.add(new Column("Referee", ColumnType.STRING));
        columns.add(new Column("MaxH", ColumnType.DOUBLE));
        source.columns().forEach(column -> columns.add(new Column(column.name(), column.type())));
        return Optional.of(new Schema(columns));
    };

    private FootballProject() {}

    /** The example with one text replaced, which must occur. */
    static String with(String old, String replacement) {
        int at = TEXT.indexOf(old);
        if (at < 0) {
            throw new IllegalArgumentException("The example does not contain (%s).".formatted(old));
        }
        return TEXT.substring(0, at) + replacement + TEXT.substring(at + old.length());
    }

    static Project read(Path folder, String text) {
        return read(folder, text, HEADERS, Map.of());
    }

    static Project read(Path folder, String text, SourceHeaders headers, Map<String, String> environment) {
        try {
            Path file = folder.resolve("keelson.yaml");
            Files.writeString(file, text);
            return new ProjectReader(headers, SETTINGS).read(file, environment);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What is wrong with a text; empty when nothing is. */
    static List<Problem> problems(Path folder, String text, SourceHeaders headers) {
        try {
            read(folder, text, headers, Map.of());
            return List.of();
        } catch (KeelsonException e) {
            return e.problems();
        }
    }
}
