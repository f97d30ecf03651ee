package dev.keelson.cli;

import dev.keelson.error.AllProblems;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.expression.Durations;
import dev.keelson.http.PolicyRequest;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What comparisons of policies and advice on schedules have in common. */
final class PolicyOptions {
    @Option(names = "--model", paramLabel = "MODEL", description = "Its name (default: every model).")
    @Nullable String model;

    @Option(names = "--from", paramLabel = "DATE", description = "First day (default: the last third of history).")
    @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "Last day, exclusive (default: behind the last row).")
    @Nullable LocalDate to;

    @Option(names = "--step", paramLabel = "DURATION", defaultValue = "7d", description = "Time between two decisions (default: 7d).")
    String step = "7d";

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "1",
            description = "Train a model every so many steps (default: 1).")
    int every = 1;

    @Option(
            names = "--retrain-cost",
            paramLabel = "MONEY",
            description = "Price of one retraining (default: that of the model's costs, else 0).")
    @Nullable Double retrainCost;

    @Option(
            names = "--loss-value",
            paramLabel = "MONEY",
            description = "Price of one unit of loss, summed over events (default: that of the model's costs, else 1).")
    @Nullable Double lossValue;

    /** What is asked about each model. */
    List<PolicyRequest> requests(Project project, List<String> policies, @Nullable Path changes) {
        AllProblems all = new AllProblems();
        Duration length = all.of(() -> length(step)).orElse(Duration.ZERO);
        must(every >= 1, "--every (%d) must be at least 1.".formatted(every), all);
        must(
                retrainCost == null || (retrainCost >= 0 && retrainCost < Double.POSITIVE_INFINITY),
                "--retrain-cost (%s) must be at least 0.".formatted(retrainCost),
                all);
        must(lossValue == null || (lossValue > 0 && lossValue < Double.POSITIVE_INFINITY), "--loss-value (%s) must be above 0.".formatted(lossValue), all);
        LocalDate first = from;
        LocalDate last = to;
        must(first == null || last == null || first.isBefore(last), "--from (%s) must be before --to (%s).".formatted(first, last), all);
        String named = model;
        if (named != null) {
            all.check(() -> Projects.model(project, named));
        }
        List<LocalDate> dates = changes == null ? List.of() : all.of(() -> dates(changes)).orElse(List.of());
        all.throwIfAny();
        List<String> names = model == null
                ? project.models().stream().map(ModelDefinition::name).toList()
                : List.of(model);
        if (names.isEmpty()) {
            throw new KeelsonException(ErrorCode.BAD_VALUE, "The project has no model.", "Maybe declare one under `models`.");
        }
        List<String> chosen =
                policies.stream().map(name -> name.strip().replace('-', '_')).toList();
        return names.stream()
                .map(name -> new PolicyRequest(name, from, to, length, every, chosen, retrainCost, lossValue, dates))
                .toList();
    }

    private static Duration length(String step) {
        Duration length = Durations.parse(step);
        if (length.isZero()) {
            throw new KeelsonException(ErrorCode.USAGE, "--step (%s) must be positive.".formatted(step), "Maybe 7d.");
        }
        return length;
    }

    private static void must(boolean right, String otherwise, AllProblems all) {
        if (!right) {
            all.add(List.of(Problem.of(ErrorCode.USAGE, otherwise, null)));
        }
    }

    /** One day a line; what follows it, and lines that begin with #, are remarks. */
    private static List<LocalDate> dates(Path file) {
        List<LocalDate> dates = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The file of changes (%s) cannot be read: %s.".formatted(file, e.getMessage()),
                    "Maybe its name is another.",
                    e);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                dates.add(LocalDate.parse(line.split("[\\s,;]", 2)[0]));
            } catch (DateTimeParseException e) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "Line %d of %s (%s) does not begin with a day.".formatted(i + 1, file, line),
                        "Maybe write it as 2020-03-13 and a remark behind it.",
                        e);
            }
        }
        return dates;
    }
}
