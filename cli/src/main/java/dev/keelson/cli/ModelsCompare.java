package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.RunDifference.Measured;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.VersionComparison;
import dev.keelson.registry.tracking.ModelReference;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models compare}. */
@Command(
        name = "compare",
        description = "Versions side by side: metrics with their intervals, and what else differs.",
        footer = {"keelson models compare NAME 3 5", "keelson models compare --stage Production --format csv --output models.csv"})
final class ModelsCompare extends KeelsonCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "Its name, or a reference to the first version: models:/NAME/3, NAME@champion.")
    @Nullable String model;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "VERSION", description = "Two or more of its versions: 3, v3, an alias, a stage or latest.")
    List<String> versions = new ArrayList<>();

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            description = "The version that each model has in None, Staging, Production or Archived.")
    @Nullable String stage;

    @Option(names = "--format", paramLabel = "FORMAT", description = "csv, json or md (default: a table).")
    @Nullable String format;

    @Option(names = "--output", paramLabel = "FILE", description = "Write it there (default: standard output).")
    @Nullable Path output;

    @Override
    int run(Session session) {
        VersionComparison comparison;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            comparison = compared(session.project(), state.governance(session.clock()));
        }
        if (format == null && output == null) {
            table(session.console(), comparison);
            session.console().document(comparison.toJson());
            return YES;
        }
        String text =
                switch (format == null ? "md" : format) {
                    case "csv" -> comparison.csv();
                    case "json" -> comparison.toJson().toPrettyString() + "\n";
                    case "md" -> comparison.markdown();
                    default ->
                        throw new KeelsonException(
                                ErrorCode.USAGE, "The format (%s) must be csv, json or md.".formatted(format), null);
                };
        Path file = output;
        if (file == null) {
            session.out().print(text);
            session.out().flush();
        } else {
            write(session.base().resolve(file), text);
            session.console().note("Written to %s.".formatted(file));
        }
        return YES;
    }

    private VersionComparison compared(Project project, Governance governance) {
        String at = stage;
        if (at != null) {
            if (model != null) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "--stage compares all models; a model was named besides.", null);
            }
            return governance.compare(Stage.of(at)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.USAGE,
                            "The stage (%s) must be None, Staging, Production or Archived.".formatted(at),
                            null)));
        }
        String name = model;
        if (name == null || versions.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "Nothing to compare is named.",
                    "Maybe `keelson models compare MODEL 3 5` or `keelson models compare --stage Production`.");
        }
        NamedVersion first = NamedVersion.of(project, name, null);
        List<Integer> numbers = new ArrayList<>();
        if (first.version() != null) {
            numbers.add(first.version());
        }
        for (String version : versions) {
            NamedVersion named = ModelReference.parse(version) instanceof ModelReference.Name
                    ? NamedVersion.of(project, first.model(), version)
                    : NamedVersion.of(project, version, null);
            if (!named.model().equals(first.model())) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The versions are of different models: %s and %s.".formatted(first.model(), named.model()),
                        "Maybe `keelson models compare --stage Production` compares models.");
            }
            numbers.add(named.number());
        }
        return governance.compare(first.model(), numbers);
    }

    private static void table(Console console, VersionComparison comparison) {
        List<String> header = new ArrayList<>(List.of("WHAT"));
        comparison.columns().forEach(column -> header.add(column.label()));
        List<List<String>> rows = new ArrayList<>();
        comparison.metrics().forEach((name, values) -> {
            List<String> row = new ArrayList<>(List.of(name));
            for (Measured value : values) {
                row.add(value == null ? "" : VersionComparison.shown(value));
            }
            rows.add(row);
        });
        comparison.facts().forEach((name, values) -> {
            List<String> row = new ArrayList<>(List.of(name));
            values.forEach(value -> row.add(ReproduceCommand.cut(console, value)));
            rows.add(row);
        });
        console.table(header, rows);
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The file (%s) cannot be written: %s.".formatted(file, e.getMessage()),
                    "Maybe its folder does not exist.",
                    e);
        }
    }
}
