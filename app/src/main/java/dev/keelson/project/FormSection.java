package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.learn.encode.EncodingKind;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.FormDefinition;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads {@code encode} and {@code quantiles} of a model. */
final class FormSection {
    private static final Set<String> OF_QUANTILES = Set.of("xgboost", "lightgbm", "mlp", "lstm", "baseline");

    private final Problems problems;

    FormSection(Problems problems) {
        this.problems = problems;
    }

    /** @param texts names of the features that are texts */
    FormDefinition read(Table model, Label label, Set<String> texts, List<LearnerDefinition> learners) {
        Map<String, EncodingKind> encode = new TreeMap<>();
        for (Entry entry : model.entriesOf("encode")) {
            if (!texts.contains(entry.name())) {
                problems.add(
                        ErrorCode.UNKNOWN_REFERENCE,
                        entry.location(),
                        "`encode` names `%s`, and %s"
                                .formatted(
                                        entry.name(),
                                        texts.isEmpty()
                                                ? "the model has no feature that is a text"
                                                : "the features that are texts are " + Shape.list(List.copyOf(texts), "and")),
                        texts.isEmpty() ? "Maybe add a column of texts to `features`." : null);
            } else if (entry.value() instanceof Scalar kind) {
                encode.put(entry.name(), EncodingKind.of(kind.text()));
            }
        }
        return new FormDefinition(encode, quantiles(model, label, learners));
    }

    private List<Double> quantiles(Table model, Label label, List<LearnerDefinition> learners) {
        List<Scalar> written = model.scalars("quantiles");
        if (written.isEmpty()) {
            return List.of();
        }
        Scalar first = written.getFirst();
        if (!label.definition().isNumber()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    first.textLocation(),
                    "`quantiles` are of a number, and the label `%s` has classes"
                            .formatted(label.definition().name()),
                    "Maybe leave it out.");
            return List.of();
        }
        List<Double> levels = new ArrayList<>();
        for (Scalar text : written) {
            double level = Numbers.real(text.text()).orElse(Double.NaN);
            if (!(level > (levels.isEmpty() ? 0 : levels.getLast()) && level < 1)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        text.textLocation(),
                        "`quantiles` has `%s`, and rising levels between 0 and 1 were expected".formatted(text.raw()),
                        "Maybe `[0.05, 0.5, 0.95]` was meant.");
                return List.of();
            }
            levels.add(level);
        }
        if (learners.stream().noneMatch(learner -> OF_QUANTILES.contains(learner.name()))) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    first.textLocation(),
                    "`quantiles` needs a learner that tells them, and the model has %s"
                            .formatted(Shape.list(
                                    learners.stream().map(LearnerDefinition::name).toList(), "and")),
                    "Maybe add `xgboost` or `lightgbm`.");
        }
        return levels;
    }
}
