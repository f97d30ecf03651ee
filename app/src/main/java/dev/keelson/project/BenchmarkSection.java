package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.BenchmarkTarget;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code benchmarks}. */
final class BenchmarkSection {
    private static final Pattern ROWS = Pattern.compile("test|last\\s+(.+)");

    private final Problems problems;
    private final List<ModelDefinition> models;

    BenchmarkSection(Problems problems, List<ModelDefinition> models) {
        this.problems = problems;
        this.models = models;
    }

    List<BenchmarkDefinition> read(Table project) {
        List<BenchmarkDefinition> benchmarks = new ArrayList<>();
        for (Entry entry : project.entriesOf("benchmarks")) {
            if (entry.value() instanceof Table table) {
                Set<String> named = models(table);
                if (!named.isEmpty()) {
                    Scalar noise = table.scalar("latency_noise");
                    benchmarks.add(new BenchmarkDefinition(
                            entry.name(),
                            List.copyOf(named),
                            window(table.scalar("rows")),
                            targets(table, named),
                            Optional.ofNullable(table.text("worse_by"))
                                    .flatMap(Numbers::share)
                                    .orElse(BenchmarkDefinition.WORSE_BY),
                            ProjectText.duration(noise, BenchmarkDefinition.NOISE, problems),
                            entry.location()));
                }
            }
        }
        return benchmarks;
    }

    private Set<String> models(Table table) {
        List<String> known = models.stream().map(ModelDefinition::name).toList();
        Set<String> named = new LinkedHashSet<>();
        if (!table.has("models")) {
            named.addAll(known);
        }
        for (Scalar text : table.scalars("models")) {
            if (text.text().equals(BenchmarkDefinition.ALL) && !known.contains(text.text())) {
                named.addAll(known);
                continue;
            }
            Pattern pattern = Pattern.compile(
                    "\\Q" + text.text().replace("\\E", "").replace("*", "\\E.*\\Q") + "\\E");
            List<String> found =
                    known.stream().filter(name -> pattern.matcher(name).matches()).toList();
            if (found.isEmpty()) {
                ProjectText.unknown("model", text.text(), known, text.textLocation(), problems);
            }
            named.addAll(found);
        }
        return named;
    }

    private @Nullable Duration window(@Nullable Scalar rows) {
        if (rows == null) {
            return null;
        }
        Matcher matcher = ROWS.matcher(rows.text().strip());
        if (!matcher.matches()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    rows.textLocation(),
                    "`rows` is `%s`, and `test` or a time such as `last 90d` was expected".formatted(rows.raw()),
                    null);
            return null;
        }
        String length = matcher.group(1);
        return length == null
                ? null
                : ProjectText.duration(
                        new Scalar(length, length, rows.kind(), rows.location(), rows.textLocation()),
                        Duration.ofDays(90),
                        problems);
    }

    private List<BenchmarkTarget> targets(Table table, Set<String> named) {
        Set<String> classes = new LinkedHashSet<>();
        models.stream()
                .filter(model -> named.contains(model.name()))
                .forEach(model -> classes.addAll(model.classes()));
        List<BenchmarkTarget> targets = new ArrayList<>();
        for (Scalar text : table.scalars("targets")) {
            try {
                BenchmarkTarget target = BenchmarkTarget.parse(text.text());
                if (target.of() != null && !classes.contains(target.of())) {
                    ProjectText.unknown("class", target.of(), classes, text.textLocation(), problems);
                } else {
                    targets.add(target);
                }
            } catch (KeelsonException e) {
                for (Problem problem : e.problems()) {
                    problems.add(problem.code(), text.textLocation(), problem.message(), problem.hint());
                }
            }
        }
        return targets;
    }
}
