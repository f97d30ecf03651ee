package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson replay}. */
@Command(
        name = "replay",
        description = "Run the loop over history as if live, for several policies side by side.",
        footer = "The same command goes on where a stopped one ended; where a server runs, it is asked to replay.")
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
        ObjectNode document;
        try (Interruption _ = Interruption.saying(
                session, "Interrupted. The same command goes on behind the last finished step.")) {
            document = ProjectReplay.run(
                    session.project(), request, progress::at);
        }
        show(session, document, "would serve");
        double seconds = Texts.seconds(start);
        document.put("seconds", seconds);
        session.console().document(document);
        session.console()
                .note("Replayed in %s s (replay %s). --json prints the timeline, step by step."
                        .formatted(seconds, document.path("replay").asText()));
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
     * @param summary as {@link ReplayJob.Summary#toJson} lists it
     * @param serves what its champions do: {@code serves} when they became those of the project
     */
    static void show(Session session, JsonNode summary, String serves) {
        Console console = session.console();
        Map<List<String>, List<List<String>>> tables = new LinkedHashMap<>(); // one of models of classes, one of numbers
        summary.path("models").properties().forEach(model -> model.getValue()
                .path("comparison")
                .properties()
                .forEach(policy -> {
                    List<String> header = new ArrayList<>(List.of("MODEL", "POLICY", "N"));
                    List<String> cells = new ArrayList<>(
                            List.of(model.getKey(), policy.getKey(), policy.getValue().path("n").asText()));
                    scores(policy.getValue(), header, cells);
                    tables.computeIfAbsent(header, each -> new ArrayList<>()).add(cells);
                }));
        tables.forEach(console::table);
        summary.path("models").properties().forEach(entry -> {
            JsonNode model = entry.getValue();
            console.note("%s: v%d %s; %s, %s, %s. %s"
                    .formatted(
                            entry.getKey(),
                            model.path("champion_version").asInt(),
                            serves,
                            Texts.count(steps(model, step -> step.path("retrained").isInt()), "retraining"),
                            Texts.count(steps(model, step -> step.path("decision").asText().equals("promote")), "promotion"),
                            DriftCounts.fromJson(model.path("drift_counts")).sentence(),
                            model.path("verdict").asText()));
            labelShift(model).ifPresent(console::note);
            if (model.path("leak_alarm").isTextual()) {
                console.note("  " + model.path("leak_alarm").asText());
            }
        });
    }

    /** Those with an interval, then what was won. */
    private static void scores(JsonNode row, List<String> header, List<String> cells) {
        row.fieldNames().forEachRemaining(name -> {
            if (row.has(name + "_interval")) {
                header.add(name.replace('_', ' ').toUpperCase(Locale.ROOT));
                cells.add(Texts.number(row.path(name).asDouble(Double.NaN)));
            }
        });
        if (row.has("profit")) {
            header.add("PROFIT");
            cells.add(String.format(Locale.ROOT, "%.1f", row.path("profit").asDouble()));
        }
    }

    private static long steps(JsonNode model, Predicate<JsonNode> which) {
        return model.path("timeline").valueStream().filter(which).count();
    }

    private static Optional<String> labelShift(JsonNode model) {
        return model.path("timeline").valueStream()
                .map(step -> step.path("label_shift").path("sentence"))
                .filter(JsonNode::isTextual)
                .reduce((earlier, later) -> later)
                .map(sentence -> "  " + sentence.asText());
    }
}
