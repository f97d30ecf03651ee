package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.DriftCounts;
import dev.keelson.control.LoopPolicy;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.wiring.ProjectReplay;
import dev.keelson.wiring.ReplayJob;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson replay}. */
@Command(
        name = "replay",
        description = "Run the loop over history as if live, for several policies side by side.",
        footer = "The same command goes on where a stopped one ended.")
final class ReplayCommand extends KeelsonCommand {
    @Option(names = "--from", paramLabel = "DATE", description = "First day (default: the last third of history).")
    @Nullable LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "Last day, exclusive (default: behind the last row).")
    @Nullable LocalDate to;

    @Option(names = "--step", paramLabel = "DURATION", defaultValue = "7d", description = "Length of a step (default: 7d).")
    String step = "7d";

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = "this_policy, never_retrain or always_retrain; may be repeated (default: all three).")
    List<String> policies = new ArrayList<>();

    @Option(names = "--model", paramLabel = "NAME", description = "This model alone (default: all of the project).")
    @Nullable String model;

    @Override
    int run(Session session) {
        long start = System.nanoTime();
        ReplayJob.Request request = new ReplayJob.Request(from, to, step(), chosen(), model);
        ProgressLine progress = session.progress("replay");
        ReplayJob.Summary summary;
        try (Interruption _ = Interruption.saying(
                session, "Interrupted. The same command goes on behind the last finished step.")) {
            summary = ProjectReplay.run(
                    session.project(), request, (done, of, at) -> progress.at(done, of, at.toString()));
        }
        show(session, summary, "would serve");
        ObjectNode document = summary.toJson();
        double seconds = Texts.seconds(start);
        document.put("seconds", seconds);
        session.console().document(document);
        session.console()
                .note("Replayed in %s s (replay %s). --json prints the timeline, step by step."
                        .formatted(seconds, summary.id()));
        return YES;
    }

    private Duration step() {
        Duration length = Durations.parse(step);
        if (length.isZero()) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The length of a step (%s) must be positive.".formatted(step), null);
        }
        return length;
    }

    private Set<LoopPolicy> chosen() {
        Set<LoopPolicy> chosen = EnumSet.noneOf(LoopPolicy.class);
        List<String> words = Stream.of(LoopPolicy.values()).map(LoopPolicy::word).toList();
        for (String name : policies) {
            chosen.add(LoopPolicy.of(name.replace('-', '_')).orElseThrow(() -> new KeelsonException(
                    ErrorCode.USAGE,
                    "There is no policy (%s); the policies are %s.".formatted(name, String.join(", ", words)),
                    Suggestion.sentence(name, words).orElse(null))));
        }
        return chosen.isEmpty() ? EnumSet.allOf(LoopPolicy.class) : chosen;
    }

    /**
     * What a replay found, for a person.
     *
     * @param serves what its champions do: {@code serves} when they became those of the project
     */
    static void show(Session session, ReplayJob.Summary summary, String serves) {
        Console console = session.console();
        Map<List<String>, List<List<String>>> tables = new LinkedHashMap<>(); // one of models of classes, one of numbers
        summary.models().forEach((name, model) -> model.comparison().forEach((policy, row) -> {
            boolean money = Double.isFinite(row.profit());
            List<String> header = new ArrayList<>(List.of("MODEL", "POLICY", "N"));
            List<String> cells = new ArrayList<>(List.of(name, policy, Integer.toString(row.n())));
            row.scores().forEach((score, value) -> {
                header.add(score.replace('_', ' ').toUpperCase(Locale.ROOT));
                cells.add(Texts.number(value.estimate()));
            });
            if (money) {
                header.add("PROFIT");
                cells.add(String.format(Locale.ROOT, "%.1f", row.profit()));
            }
            tables.computeIfAbsent(header, each -> new ArrayList<>()).add(cells);
        }));
        tables.forEach(console::table);
        summary.models().forEach((name, model) -> {
            long retrained = model.timeline().stream().filter(each -> each.retrained() != null).count();
            long promoted = model.timeline().stream()
                    .filter(each -> each.decision().equals("promote"))
                    .count();
            console.note("%s: v%d %s; %s, %s, %s. %s"
                    .formatted(
                            name,
                            model.championVersion(),
                            serves,
                            Texts.count(retrained, "retraining"),
                            Texts.count(promoted, "promotion"),
                            DriftCounts.of(model.timeline()).sentence(),
                            model.verdict()));
            labelShift(model).ifPresent(console::note);
            String leak = model.leakAlarm();
            if (leak != null) {
                console.note("  " + leak);
            }
        });
    }

    private static java.util.Optional<String> labelShift(ReplayJob.ModelSummary model) {
        return model.timeline().reversed().stream()
                .map(dev.keelson.control.StepRecord::labelShift)
                .filter(java.util.Objects::nonNull)
                .map(shift -> "  " + shift.path("sentence").asText())
                .findFirst();
    }
}
