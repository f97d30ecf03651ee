package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingPolicy.OnFinding;
import dev.keelson.train.UpdateDefinition;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code before_training}, {@code update} and {@code reinforce} of a model. */
final class TrainingSection {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Problems problems;

    TrainingSection(Problems problems) {
        this.problems = problems;
    }

    /**
     * What a model says of it; empty when it says nothing.
     *
     * @param number whether it predicts a number
     */
    Optional<TrainingPolicy> read(Table model, boolean number) {
        Table before = model.table("before_training");
        Table update = model.table("update");
        Table reinforce = model.table("reinforce");
        if (before == null && update == null && reinforce == null) {
            return Optional.empty();
        }
        if (reinforce != null && number) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    Objects.requireNonNull(model.entries().get("reinforce")).location(),
                    "`reinforce` learns from confident mistakes, and the label is a number",
                    "Maybe `update` was meant.");
            return Optional.empty();
        }
        TrainingPolicy standard = TrainingPolicy.DEFAULT;
        return Optional.of(new TrainingPolicy(
                before == null ? standard.gates() : finding(before.text("gates"), standard.gates()),
                before == null ? standard.drift() : finding(before.text("drift"), standard.drift()),
                before == null ? standard.leaks() : finding(before.text("leaks"), standard.leaks()),
                update == null ? standard.update() : update(update),
                reinforce == null ? standard.reinforce() : reinforce(reinforce)));
    }

    private static OnFinding finding(@Nullable String text, OnFinding standard) {
        return text == null ? standard : OnFinding.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private UpdateDefinition update(Table table) {
        UpdateDefinition standard = UpdateDefinition.DEFAULT;
        String mode = table.text("mode");
        return new UpdateDefinition(
                mode == null ? standard.mode() : ContinuationMode.valueOf(mode.toUpperCase(Locale.ROOT)),
                whole(table, "rounds", standard.rounds()),
                table.text("learning_rate") == null ? null : real(table, "learning_rate", 1),
                duration(table.scalar("recent"), standard.recent()),
                duration(table.scalar("old"), standard.old()),
                real(table, "margin", standard.margin()));
    }

    private ReinforceDefinition reinforce(Table table) {
        ReinforceDefinition standard = ReinforceDefinition.DEFAULT;
        return new ReinforceDefinition(
                real(table, "confidence", standard.confidence()),
                whole(table, "min_samples", standard.minSamples()),
                duration(table.scalar("window"), standard.window()),
                real(table, "weight", standard.weight()),
                whole(table, "rounds", standard.rounds()),
                real(table, "learning_rate", standard.learningRate()));
    }

    private Duration duration(@Nullable Scalar text, Duration standard) {
        Duration found = ProjectText.duration(text, standard, problems);
        if (text == null || (found.isPositive() && found.compareTo(LONGEST) <= 0)) {
            return found;
        }
        problems.add(
                ErrorCode.BAD_VALUE,
                text.textLocation(),
                "`%s` is no time to look back: it must be above 0 and at most 100 years".formatted(text.raw()),
                null);
        return standard;
    }

    private static int whole(Table table, String key, int standard) {
        return Optional.ofNullable(table.text(key))
                .flatMap(Numbers::whole)
                .map(Long::intValue)
                .orElse(standard);
    }

    private static double real(Table table, String key, double standard) {
        return Optional.ofNullable(table.text(key)).flatMap(Numbers::real).orElse(standard);
    }
}
