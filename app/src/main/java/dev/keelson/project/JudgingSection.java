package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.expression.AggregateExpression;
import dev.keelson.frame.Schema;
import dev.keelson.metrics.AreaFigures;
import dev.keelson.metrics.ClassFigures;
import dev.keelson.metrics.ValueFigures;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.JudgedSchema;
import dev.keelson.train.JudgingDefinition;
import dev.keelson.train.JudgingDefinition.CustomMetric;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code segments} and {@code metrics} of a model. */
final class JudgingSection {
    private final Problems problems;

    JudgingSection(Problems problems) {
        this.problems = problems;
    }

    /**
     * @param features the names of the model's features that are known
     * @param allKnown whether these are all
     */
    JudgingDefinition read(Table model, Label label, List<String> features, boolean allKnown) {
        boolean complete = allKnown && label.source().complete();
        return new JudgingDefinition(
                segments(model, label, features, complete), metrics(model, label, features, complete));
    }

    private List<Located> segments(Table model, Label label, List<String> features, boolean complete) {
        SourceColumns source = label.source();
        Schema schema = JudgedSchema.ofSegments(
                label.definition().classes(), features, source.schema().columns());
        List<Located> segments = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Scalar text : model.scalars("segments")) {
            if (!seen.add(text.text())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        text.textLocation(),
                        "the segment `%s` occurs twice".formatted(text.raw()),
                        null);
                continue;
            }
            Optional<Expressions.Scalars> read =
                    Expressions.scalar(text, JudgedSchema.readable(text.located()), schema, complete, problems);
            if (read.isEmpty()) {
                continue;
            }
            boolean early = false;
            for (String column : read.get().columns()) {
                boolean hidden = JudgedSchema.ofSegments(label.definition().classes(), features, List.of())
                        .contains(column);
                if (!hidden && (source.isOutcome(column) || label.outcomes().contains(column))) {
                    early = true;
                    problems.add(
                            ErrorCode.FEATURE_READS_OWN_OUTCOME,
                            Expressions.place(text.located(), column),
                            "the segment `%s` reads `%s`, an outcome: rows would be put together by what came true of them"
                                    .formatted(text.raw(), column),
                            "Maybe a column known beforehand was meant, or a metric under `metrics`, which may read outcomes.");
                }
            }
            if (!early) {
                segments.add(text.located());
            }
        }
        return segments;
    }

    private List<CustomMetric> metrics(Table model, Label label, List<String> features, boolean complete) {
        Schema schema = JudgedSchema.ofMetrics(
                label.definition().classes(), features, label.source().schema().columns());
        List<CustomMetric> metrics = new ArrayList<>();
        for (Entry entry : model.entriesOf("metrics")) {
            Scalar text = entry.value() instanceof Table table
                    ? table.scalar("expression")
                    : entry.value() instanceof Scalar scalar ? scalar : null;
            if (text == null) {
                continue; // reported by the grammar
            }
            if (standard().contains(entry.name())) {
                problems.add(
                        ErrorCode.DUPLICATE_KEY,
                        entry.location(),
                        "`%s` is a metric of every model already".formatted(entry.name()),
                        "Maybe choose another name.");
                continue;
            }
            Located readable = JudgedSchema.readable(text.located());
            try {
                AggregateExpression.parse(readable, schema);
            } catch (KeelsonException e) {
                if (complete || !Expressions.readsUnknownColumn(readable.text(), schema)) {
                    problems.addAll(e, text.textLocation());
                }
            }
            String better = entry.value() instanceof Table table ? table.text("better") : null;
            metrics.add(new CustomMetric(entry.name(), text.located(), !"lower".equals(better)));
        }
        return metrics;
    }

    /** Names that a project's own metrics cannot have. */
    private static Set<String> standard() {
        Set<String> names = new LinkedHashSet<>(ClassFigures.OVERALL);
        names.addAll(ClassFigures.OF_CLASS);
        names.addAll(AreaFigures.OVERALL);
        names.addAll(ValueFigures.NAMES);
        names.addAll(List.of("n", "coverage", "set_size", "interval_width"));
        return names;
    }
}
