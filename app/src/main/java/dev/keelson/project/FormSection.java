package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.encode.EncodingKind;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.FormDefinition;
import dev.keelson.train.GuidanceDefinition.Uncertainty;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code encode} and {@code quantiles} of a model. */
final class FormSection {
    private static final Set<String> OF_QUANTILES = Set.of("xgboost", "lightgbm", "mlp", "lstm", "baseline");

    private final Problems problems;

    FormSection(Problems problems) {
        this.problems = problems;
    }

    /**
     * @param texts names of the features that are texts
     * @param uncertainty intervals around quantiles need two of them, which it tells where the file does not
     */
    FormDefinition read(
            Table model,
            Label label,
            Set<String> texts,
            List<LearnerDefinition> learners,
            @Nullable Uncertainty uncertainty) {
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
        return new FormDefinition(encode, quantiles(model, label, learners, uncertainty));
    }

    private List<Double> quantiles(
            Table model, Label label, List<LearnerDefinition> learners, @Nullable Uncertainty uncertainty) {
        List<Scalar> written = model.scalars("quantiles");
        Table method = model.table("uncertainty");
        Scalar cqr = uncertainty != null && uncertainty.method() == ConformalMethod.CQR && method != null
                ? method.scalar("method")
                : null;
        if (uncertainty != null && cqr != null && written.size() == 1) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    written.getFirst().textLocation(),
                    "`method: cqr` makes intervals around two quantiles at least, and `quantiles` has one",
                    "Maybe leave `quantiles` out.");
            return List.of();
        }
        if (written.isEmpty()) {
            if (uncertainty == null || cqr == null) {
                return List.of();
            }
            requireLearner(learners, cqr);
            BigDecimal tail = BigDecimal.ONE
                    .subtract(BigDecimal.valueOf(uncertainty.coverage()))
                    .divide(BigDecimal.TWO);
            return List.of(tail.doubleValue(), 0.5, BigDecimal.ONE.subtract(tail).doubleValue());
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
        requireLearner(learners, first);
        return levels;
    }

    private void requireLearner(List<LearnerDefinition> learners, Scalar first) {
        if (learners.stream().noneMatch(learner -> OF_QUANTILES.contains(learner.name()))) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    first.textLocation(),
                    "`quantiles` needs a learner that tells them, and the model has %s"
                            .formatted(Shape.list(
                                    learners.stream().map(LearnerDefinition::name).toList(), "and")),
                    "Maybe add `xgboost` or `lightgbm`.");
        }
    }
}
