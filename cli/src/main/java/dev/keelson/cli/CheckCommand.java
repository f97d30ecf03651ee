package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson check}. */
@Command(
        name = "check",
        description = "Checks with a yes or a no.",
        subcommands = CheckCommand.Target.class)
final class CheckCommand extends CommandGroup {

    /** {@code keelson check target}. */
    @Command(
            name = "target",
            description = "Whether the models reach the targets of their benchmarks, or a limit on one metric; exit code 1 when one"
                    + " does not, or something became worse.",
            footer = "By the newest report of each set, as long as models and data are the same; otherwise it is measured anew. With"
                    + " --metric by the test periods of the champions, without a benchmark.")
    static final class Target extends KeelsonCommand {
        @Parameters(arity = "0..1", paramLabel = "SET", description = "Its name under `benchmarks` (default: all of them).")
        @Nullable String set;

        @Option(names = "--fresh", description = "Measure anew in any case.")
        boolean fresh;

        @ArgGroup(exclusive = false, heading = "Without benchmarks:%n")
        @Nullable ChampionTarget target;

        @Override
        int run(Session session) {
            if (target != null) {
                if (set != null || fresh) {
                    throw new KeelsonException(
                            ErrorCode.USAGE,
                            "`--metric` looks at no benchmark, and %s was named.".formatted(set == null ? "`--fresh`" : "the set (%s)".formatted(set)),
                            "Maybe `--model NAME` was meant.");
                }
                return target.tell(session) ? YES : NO;
            }
            Project project = session.project();
            List<@Nullable String> sets = new ArrayList<>();
            if (set != null || project.benchmarks().size() < 2) {
                sets.add(set);
            } else {
                project.benchmarks().stream().map(BenchmarkDefinition::name).forEach(sets::add);
            }
            ObjectNode document = Catalogued.object();
            ArrayNode checks = document.putArray("checks");
            boolean finding = false;
            for (String each : sets) {
                JsonNode report = report(session, project, each);
                finding |= BenchmarkCommand.tell(session, report);
                checks.add(report);
            }
            document.put("verdict", finding ? "finding" : "ok");
            session.console().document(document);
            return finding ? NO : YES;
        }

        private JsonNode report(Session session, Project project, @Nullable String name) {
            Optional<JsonNode> known = Optional.empty();
            if (!fresh) {
                try (ProjectReading state = ProjectReading.open(project)) {
                    known = state.benchmarked(project, name);
                }
            }
            if (known.isEmpty()) {
                return BenchmarkCommand.measure(session, project, name);
            }
            session.console().note("By the benchmark of %s.".formatted(known.get().path("at").asText()));
            return known.get();
        }
    }
}
