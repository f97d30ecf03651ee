package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.RetrainDefinition;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Budget;
import dev.keelson.train.RetrainDefinition.Mode;
import dev.keelson.train.RetrainDefinition.NewData;
import dev.keelson.train.ReinforceDefinition;
import dev.keelson.train.TrainingPolicy;
import dev.keelson.train.TrainingPolicy.OnFinding;
import dev.keelson.train.UpdateDefinition;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code before_training}, {@code update}, {@code reinforce}, {@code retrain} and {@code modes} of a model. */
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
        Table retrain = model.table("retrain");
        Table modes = model.table("modes");
        if (Stream.of(before, update, reinforce, retrain, modes).allMatch(Objects::isNull)) {
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
                reinforce == null ? standard.reinforce() : reinforce(reinforce),
                retrain(retrain, modes)));
    }

    private RetrainDefinition retrain(@Nullable Table table, @Nullable Table modes) {
        RetrainDefinition standard = RetrainDefinition.DEFAULT;
        Map<Action, Mode> chosen = new EnumMap<>(Action.class);
        for (Action action : Action.values()) {
            String mode = modes == null ? null : modes.text(action.word());
            if (mode != null) {
                chosen.put(action, Mode.valueOf(mode.toUpperCase(Locale.ROOT)));
            }
        }
        if (table == null) {
            return new RetrainDefinition(
                    standard.coolDown(), null, null, standard.shadow(), null, standard.hold(), standard.giveUp(), chosen);
        }
        Entry hold = table.entries().get("hold");
        if (hold != null && !table.has("canary")) {
            problems.add(
                    ErrorCode.BAD_VALUE, hold.location(), "`hold` has no effect without `canary`", "Maybe add `canary: 10%`.");
        }
        return new RetrainDefinition(
                ProjectText.duration(table.scalar("cool_down"), standard.coolDown(), problems),
                budget(table.scalar("budget")),
                newData(table.text("on_new_data")),
                ProjectText.duration(table.scalar("shadow"), standard.shadow(), problems),
                canary(table.scalar("canary")),
                ProjectText.duration(table.scalar("hold"), standard.hold(), problems),
                duration(table.scalar("give_up"), standard.giveUp()),
                chosen);
    }

    private @Nullable Double canary(@Nullable Scalar text) {
        Double share = text == null ? null : Numbers.share(text.text()).orElse(null);
        if (text != null && (share == null || !(share > 0))) {
            problems.add(
                    ErrorCode.BAD_VALUE, text.textLocation(), "`canary` is `%s`, and a share above 0 was expected".formatted(text.raw()),
                    "Maybe 10% was meant; without `canary` there is none.");
            return null;
        }
        return share;
    }

    private @Nullable Budget budget(@Nullable Scalar text) {
        if (text == null) {
            return null;
        }
        String[] parts = text.text().strip().split("\\s+", 3);
        Scalar time = new Scalar(parts[2], parts[2], text.kind(), text.location(), text.textLocation());
        Duration within = duration(time, Duration.ofDays(30));
        return new Budget(Integer.parseInt(parts[0]), within);
    }

    private static @Nullable NewData newData(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.endsWith("rows")) {
            return new NewData(Long.parseLong(text.split("\\s+", 2)[0]), null);
        }
        Double share = Numbers.share(text.replaceAll("\\s", "")).orElse(null);
        return share == null || !(share > 0) ? null : new NewData(null, share);
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
